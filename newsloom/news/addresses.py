"""Which network addresses are public, by the IANA special-purpose registries (as Python's ipaddress has them) and our additions."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215: local use, never public
_COMPATIBLE = IPv6Network("::/96")  # RFC 4291 2.5.5.1, deprecated; some stacks still connect to the IPv4 inside
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 6.1: interface ids that end in an IPv4 address
_EXTRA = tuple(
    IPv4Network(n)
    for n in (
        "100.64.0.0/10",  # RFC 6598 shared address space
        "192.88.99.0/24",  # RFC 7526 6to4 relays, deprecated
    )
)
_EXTRA6 = tuple(
    IPv6Network(n)
    for n in (
        "fec0::/10",  # RFC 3879 site-local, deprecated
        "3fff::/20",  # RFC 9637 documentation
        "5f00::/16",  # RFC 9602 segment routing
        "2001::/23",  # RFC 2928 protocol assignments (Teredo is unwrapped before this)
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
    if not there.is_global or there.is_multicast or there.is_reserved:
        return False
    if isinstance(there, IPv4Address):
        return not any(there in n for n in _EXTRA)
    return there not in _NAT64_LOCAL and not any(there in n for n in _EXTRA6)


def may_connect(address: str | Address, opened: tuple[Network, ...] = ()) -> bool:
    """Public, or inside a network that the config opens. A wrapped IPv4 address is judged as what it wraps."""
    try:
        there = inner(ip_address(address.partition("%")[0]) if isinstance(address, str) else address)
    except ValueError:
        return False
    return is_public(there) or any(there.version == n.version and there in n for n in opened)
