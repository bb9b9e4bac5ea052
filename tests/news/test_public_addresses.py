"""Which network addresses are public, whatever they are wrapped in."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address

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
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.19.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "168.63.129.16",
]
PRIVATE6 = [
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "2001:2::1",
    "3fff::1", "5f00::1", "64:ff9b:1::101:101", "::ffff:0:101:101", "4000::1", "e000::1",
]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "172.32.0.1",
        "192.0.1.1",
        "2606:4700:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::",
    ],
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [*PRIVATE, *PRIVATE6, "example.org", "127.1", "0x7f.0.0.1", ""])
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("private", PRIVATE)
def test_a_private_address_stays_private_in_ipv6(private: str) -> None:
    low = int(IPv4Address(private))
    for wrapped in (
        0xFFFF << 32 | low,
        0x64FF9B << 96 | low,
        0x2002 << 112 | low << 80,
        0x20010000 << 96 | low ^ 0xFFFFFFFF,
    ):
        assert not is_public(IPv6Address(wrapped)), IPv6Address(wrapped)


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
