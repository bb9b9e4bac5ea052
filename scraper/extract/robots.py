"""robots.txt (RFC 9309), read by protego. Rules stay here, by the digest of their bytes: a crawl asks once for every address."""

import hashlib
import html
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from protego import Protego

from newsloom.news.identity import normalize
from scraper.extract.charsets import decode
from scraper.extract.documents import Guilty, RobotsAnswer, Unreadable, unzipped

_BOUND = 500 * 1024
"""Bytes that count, RFC 9309, 2.5."""

_LONGEST_DELAY = 86_400
"""Seconds. A longer one, or one that no clock can count to, is taken for this: the file is asked again by then."""


@dataclass(frozen=True, kw_only=True)
class _Rules:
    rules: Protego | None
    fault: str = ""


_KEPT: OrderedDict[bytes, _Rules] = OrderedDict()
_KEEP = 200
"""Origins whose rules stay in one reading process."""


def robots(body: bytes, *, agent: str, urls: Sequence[str]) -> RobotsAnswer:
    """What the file says about `urls` to `agent` (a User-Agent header's value: its product names are looked for).

    A file that is no text forbids everything, as one that cannot be fetched does (RFC 9309, 2.3.1.4): what we cannot
    read is no consent. A relative `Sitemap:` is taken against the first of `urls`.
    """
    kept = _rules(body)
    if kept.rules is None:
        return RobotsAnswer(allowed=(False,) * len(urls), fault=kept.fault)
    rate = kept.rules.request_rate(agent)
    # Its numbers are whole ones of any length: their quotient may be beyond every float.
    slow = min(rate.seconds, _LONGEST_DELAY * rate.requests) / rate.requests if rate else None
    delays = [kept.rules.crawl_delay(agent), slow]
    sitemaps = (normalize(address, urls[0] if urls else "") for address in kept.rules.sitemaps)
    return RobotsAnswer(
        allowed=tuple(kept.rules.can_fetch(url, agent) for url in urls),
        crawl_delay=max((float(min(delay, _LONGEST_DELAY)) for delay in delays if delay), default=None),
        sitemaps=tuple(dict.fromkeys(address for address in sitemaps if address)),
        fault=kept.fault,
    )


def _rules(body: bytes) -> _Rules:
    digest = hashlib.sha256(body).digest()
    kept = _KEPT.get(digest) or _read(body)
    _KEPT[digest] = kept
    _KEPT.move_to_end(digest)
    if len(_KEPT) > _KEEP:
        _KEPT.popitem(last=False)
    return kept


def _read(body: bytes) -> _Rules:
    try:
        text = decode(unzipped(body)[:_BOUND], "utf-8")
    except (Unreadable, Guilty) as error:
        return _Rules(rules=None, fault=f"robots.txt is {error}")
    if "\0" in text or text.count("\ufffd") > len(text) // 10:
        return _Rules(rules=None, fault="robots.txt is binary data")
    if not re.match(r"\s*<(?:!doctype|html|head|body|!--|\?xml)", text, re.IGNORECASE):
        return _Rules(rules=Protego.parse(text))
    # A site that answers every address with its page has no robots.txt; one that wrapped its rules in HTML means them.
    rules = Protego.parse(html.unescape(re.sub(r"<[^<>]*>", "\n", text)))
    return _Rules(rules=rules, fault="robots.txt is HTML")
