"""What a page asks of machines that read it: robots meta tags and the TDM Reservation Protocol.

Headers and the well-known file say the same; they are known where the page was fetched, not here.
"""

import re
from dataclasses import dataclass

from scraper.extract.declared import Declared

_NAMES = ("robots", "newsloom")
"""Whom a robots tag speaks to: everyone, or us. What it tells `googlebot` is between those two."""


@dataclass(frozen=True, kw_only=True)
class Reservation:
    reason: str = ""
    """`noindex` or `tdm-reservation`: its text is not to be published again. Empty: nothing is reserved."""
    follow: bool = True
    """Whether its links may be followed."""


def reservation(said: Declared) -> Reservation:
    """What the page's meta tags reserve. `noarchive` speaks of public copies, `nosnippet` of search results: neither counts."""
    words = {
        word for name in _NAMES for value in said.meta.get(name, ()) for word in re.split(r"[\s,;]+", value.lower())
    }
    tdm = any(value.strip() == "1" for value in said.meta.get("tdm-reservation", ()))  # TDMRep, 6.2
    reason = "noindex" if words & {"noindex", "none"} else "tdm-reservation" if tdm else ""
    return Reservation(reason=reason, follow=not words & {"nofollow", "none"})
