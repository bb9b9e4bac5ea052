"""What makes a feed valid: schemas, and the rules in prose of RFC 4287, RSS 2.0 and JSON Feed 1.1 that validators hold feeds to.

Each function gives the faults of a document as sentences; none means that it is valid.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import lxml.html
from lxml import etree

from feeds.languages import language

HERE = Path(__file__).parent
ATOM = etree.RelaxNG(etree.parse(HERE / "atom.rng"))
RSS = etree.RelaxNG(etree.parse(HERE / "rss.rng"))
A = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9;/?:@&=+$.\-_!~*'()%,#]+")  # what validators take for one
HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+", re.IGNORECASE)
MAIL = re.compile(r"<[^<>@\s]+@[^<>\s]+>")
# HTML, 13.2.3.5; of what ends a plane two.
CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0010ffff]")
OWN = ("self", "current", "prev-archive", "next-archive")  # may be relative
HISTORY = "{http://purl.org/syndication/history/1.0}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")


def of_atom(body: bytes) -> list[str]:
    root = etree.fromstring(body)
    ATOM.validate(root)
    return [*(str(e) for e in ATOM.error_log), *_of_atom(root)]


def _of_atom(root: Any) -> Iterator[str]:
    entries = root.findall(f"{A}entry")
    if entries and list(root)[-len(entries) :] != entries:
        yield "what is said of the feed stands before its entries"
    yield from (f"{e.tag} is written with a prefix" for e in root.iter() if e.tag.startswith(A) and e.prefix)
    if not entries and root.find(f"{A}author") is None:
        yield "4.1.1: a feed without entries has an author"
    yield from _distinct("4.1.1: links of a feed", [(e.get("rel"), e.get("type")) for e in root.findall(f"{A}link")])
    yield from _distinct("entries' ids", [e.findtext(f"{A}id") for e in entries])
    for element in root.iter(f"{A}id"):
        if UUID(element.text.removeprefix("urn:uuid:")).urn != element.text:
            yield f"4.2.6: {element.text} is not in its canonical form"
    for element in root.iter(f"{A}updated", f"{A}published"):
        if not RFC3339.fullmatch(element.text):
            yield f"3.3: {element.text} is no date"
    yield from (f"a mail address: {e.text}" for e in root.iter(f"{A}name") if MAIL.search(e.text))
    for element in root.iter(f"{A}title", f"{A}name", f"{A}summary", f"{A}content", f"{A}subtitle", f"{A}rights"):
        if not (element.text or "").strip():
            yield f"{element.tag} is empty"
    for entry in entries:
        yield from _of_entry(entry)
    yield from _of_history(root, f"{A}link")
    yield from _of_links(root)
    yield from _of_languages(e.get(LANG) for e in root.iter() if e.get(LANG) is not None)


def _of_entry(entry: Any) -> Iterator[str]:
    if entry.find(f"{A}author") is None:
        yield "4.1.2: an entry has an author"
    alternates = [link for link in entry.findall(f"{A}link") if link.get("rel", "alternate") == "alternate"]
    if entry.find(f"{A}content") is None or len(alternates) > 1:
        yield "4.1.2: an entry has a content, and one alternate link of a kind"
    source = entry.find(f"{A}source")
    if any(source.find(f"{A}{name}") is None for name in ("id", "title", "updated")):
        yield "4.2.11: a source has id, title and updated"
    yield from _of_body(entry.findtext(f"{A}content"))


def of_rss(body: bytes) -> list[str]:
    root = etree.fromstring(body)
    RSS.validate(root)
    return [*(str(e) for e in RSS.error_log), *_of_rss(root[0])]


def _of_rss(channel: Any) -> Iterator[str]:
    items = channel.findall("item")
    yield from _distinct("items' guids", [item.findtext("guid") for item in items])
    for item in items:
        yield from _of_html(item.findtext("description"))
        yield from _of_body(item.findtext(CONTENT))
        for enclosure in item.findall("enclosure"):
            if not HOST.fullmatch(urlsplit(enclosure.get("url")).netloc.partition(":")[0]):
                yield f"an enclosure stands on a public host: {enclosure.get('url')}"
    yield from _of_history(channel, f"{A}link")
    yield from _of_links(channel)
    yield from _of_languages(e.text for e in channel.iter("language", "{http://purl.org/dc/elements/1.1/}language"))


def _of_history(head: Any, link: str) -> Iterator[str]:
    rels = {e.get("rel") for e in head.findall(link)}
    is_chained = "current" in rels and not rels.isdisjoint({"prev-archive", "next-archive"})
    if head.find(f"{HISTORY}archive") is not None and not is_chained:
        yield f"RFC 5005, 4: an archive document names the feed and another archive document, not {rels}"


def _of_links(root: Any) -> Iterator[str]:
    for element in root.iter():
        for name in ("href", "url"):
            value = element.get(name)
            own = name == "href" and element.get("rel") in OWN
            if value is not None and not own and not URI.fullmatch(value):
                yield f"{name} is no URI: {value}"


def _of_languages(values: Any) -> Iterator[str]:
    for value in values:
        if language(value) != value:
            yield f"{value} is no language"


def _of_body(html: str) -> Iterator[str]:
    yield from (f"{sign!r} in a body" for sign in CONTROLS.findall(html))
    yield from _of_html(html)


@lru_cache(maxsize=1_000)  # of ten thousand entries many have one body
def _of_html(html: str) -> tuple[str, ...]:
    """Nothing relative, nothing that runs."""
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    said = [(name, value) for element in tree.iter() for name, value in element.items()]
    live = [name for name, _ in said if name.startswith("on") or name == "style"]
    places = [value for name, value in said if name in ("href", "src")]
    odd = [value for value in places if urlsplit(value).scheme not in ("http", "https", "mailto")]
    return tuple(f"{one} in a body" for one in (*live, *odd))


TOP = {
    "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str, "language": str, "authors": list,
    "items": list, "_newsloom": dict,
}  # fmt: skip
ITEM = {
    "id": str, "url": str, "title": str, "content_html": str, "summary": str, "image": str, "date_published": str,
    "date_modified": str, "authors": list, "tags": list, "language": str, "attachments": list, "_newsloom": dict,
}  # fmt: skip


def of_json(body: bytes) -> list[str]:
    def refused(name: str) -> None:
        raise ValueError(name)

    return list(_of_json(json.loads(body, parse_constant=refused)))


def _of_json(document: Any) -> Iterator[str]:
    yield from _typed(document, TOP, ("version", "title", "items"))
    if document["version"] != "https://jsonfeed.org/version/1.1":
        yield "another version"
    yield from _distinct("items' ids", [item["id"] for item in document["items"]])
    for item in document["items"]:
        yield from _typed(item, ITEM, ("id", "content_html", "title"))
        yield from _of_body(item["content_html"])
        yield from _of_languages(item[name] for name in ("language",) if name in item)
        for name in ("date_published", "date_modified"):
            if not RFC3339.fullmatch(item[name]):
                yield f"{name} is no date"
        for name in ("url", "image"):
            if name in item and not URI.fullmatch(item[name]):
                yield f"{name} is no URI"
        for one in item.get("attachments", ()):
            yield from _typed(one, {"url": str, "mime_type": str, "size_in_bytes": int}, ("url", "mime_type"))
        for one in item.get("authors", ()):
            yield from _typed(one, {"name": str}, ("name",))


def _typed(given: Any, kinds: Mapping[str, type], needed: tuple[str, ...]) -> Iterator[str]:
    for name, value in given.items():
        if not isinstance(value, kinds.get(name, ())) or (not value and value != []):
            yield f"{name}: {value!r}"
    yield from (f"{name} is missing" for name in needed if name not in given)


def _distinct(what: str, values: list[Any]) -> Iterator[str]:
    if len(values) != len(set(values)):
        yield f"{what} are distinct: {values}"
