"""By which names a server that only this machine can reach may be asked.

Any page on the web can have its own name lead to our loopback address and then read what is served there as if it were its own
(DNS rebinding). It cannot choose the Host that the browser sends: that is its own name, which nobody here has.
"""

from collections.abc import Set as AbstractSet
from ipaddress import ip_address
from urllib.parse import urlsplit


def allowed(host: str, public_url: str) -> frozenset[str] | None:
    """Names that may be asked for beside addresses, where `host` is listened on; None: all, as others can reach it anyway."""
    name = host.lower().strip("[]")
    if not (_local(name) or (_is_address(name) and ip_address(name).is_loopback)):
        return None
    return frozenset({name, urlsplit(public_url).hostname or name})


def fits(header: str, names: AbstractSet[str] | None) -> bool:
    """Whether a Host header (RFC 9110, 7.2) is one of `names`, an address, or localhost. Very old clients send none."""
    if names is None or not header:
        return True
    try:
        name = (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return False
    return name in names or _local(name) or _is_address(name)


def _local(name: str) -> bool:
    """localhost and what is below it never leaves the machine (RFC 6761, 6.3)."""
    return name == "localhost" or name.endswith(".localhost")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
