"""Which network addresses are public, by the IANA special-purpose registries (of 2025) and our additions.

The table is here, for what Python's ipaddress calls global differs from one patch release to the next.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 2.5.5.1, deprecated; some stacks still connect to the IPv4 inside
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 6.1: interface ids that end in an IPv4 address
_SPECIAL = tuple(
    IPv4Network(n)
    for n in (
        # IANA IPv4 Special-Purpose Address Registry (RFC 6890): all that is not globally reachable, and ...
        "0.0.0.0/8",  # RFC 791 this network
        "10.0.0.0/8",  # RFC 1918 private use
        "100.64.0.0/10",  # RFC 6598 shared address space
        "127.0.0.0/8",  # RFC 1122 loopback
        "169.254.0.0/16",  # RFC 3927 link local; the metadata of most clouds
        "172.16.0.0/12",  # RFC 1918 private use
        "192.0.0.0/24",  # RFC 6890 protocol assignments; Oracle's cloud keeps metadata in it
        "192.0.2.0/24",  # RFC 5737 documentation
        "192.88.99.0/24",  # RFC 7526 6to4 relays, deprecated
        "192.168.0.0/16",  # RFC 1918 private use
        "198.18.0.0/15",  # RFC 2544 benchmarks
        "198.51.100.0/24",  # RFC 5737 documentation
        "203.0.113.0/24",  # RFC 5737 documentation
        "240.0.0.0/4",  # RFC 1112 reserved, broadcast in it
        # ... what no website can have.
        "224.0.0.0/4",  # RFC 5771 multicast
        "168.63.129.16/32",  # Microsoft's, yet in every Azure machine it is the platform's own, metadata included
    )
)
_UNICAST6 = IPv6Network("2000::/3")  # RFC 4291 2.4: all that is allocated of the global unicast; nothing else is public
_SPECIAL6 = tuple(
    IPv6Network(n)
    for n in (
        # IANA IPv6 Special-Purpose Address Registry (RFC 6890), as far as it lies in 2000::/3.
        "2001::/23",  # RFC 2928 protocol assignments (Teredo is unwrapped before this)
        "2001:db8::/32",  # RFC 3849 documentation
        "3fff::/20",  # RFC 9637 documentation
    )
)


def inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for (v4-mapped, v4-compatible, 6to4, Teredo, NAT64, ISATAP), else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    low = int(address) & 0xFFFFFFFF
    wrapped = address in _NAT64 or (address in _COMPATIBLE and low > 1) or (int(address) >> 32 & 0xFFFFFFFF) in _ISATAP
    return IPv4Address(low) if wrapped else address


def is_public(address: str | Address) -> bool:
    """Whether `address` is a unicast address of the public internet. A text that is no address is not public."""
    try:
        there = inner(ip_address(address.partition("%")[0]) if isinstance(address, str) else address)
    except ValueError:
        return False
    if isinstance(there, IPv4Address):
        return not any(there in n for n in _SPECIAL)
    return there in _UNICAST6 and not any(there in n for n in _SPECIAL6)


def may_connect(address: str | Address, opened: tuple[Network, ...] = ()) -> bool:
    """Public, or inside a network that the config opens. A wrapped IPv4 address is judged as what it wraps."""
    try:
        there = inner(ip_address(address.partition("%")[0]) if isinstance(address, str) else address)
    except ValueError:
        return False
    return is_public(there) or any(there.version == n.version and there in n for n in opened)
