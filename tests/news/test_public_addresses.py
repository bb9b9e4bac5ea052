"""Which network addresses are public, whatever they are wrapped in."""

from ipaddress import IPv4Network

import pytest

from newsloom.news.addresses import is_public, may_connect

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "100.64.0.1",
    "192.168.0.1",
    "0.0.0.0",  # noqa: S104 - judged, not bound
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", [*PRIVATE, "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "2001:db8::1", "ff02::1", "example.org", ""]
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "wrapped", ["::ffff:10.1.2.3", "2002:a01:203::1", "64:ff9b::a01:203", "::10.1.2.3", "fe80::5efe:10.1.2.3"]
)
def test_a_private_address_stays_private_in_every_wrapping(wrapped: str) -> None:
    assert not is_public(wrapped)


def test_an_opened_network_may_be_asked_also_when_wrapped() -> None:
    opened = (IPv4Network("127.0.0.1/32"),)
    assert may_connect("127.0.0.1", opened)
    assert may_connect("::ffff:127.0.0.1", opened)
    assert not may_connect("127.0.0.2", opened)
    assert not may_connect("::1", opened)
