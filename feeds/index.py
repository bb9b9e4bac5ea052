"""What lies around the feeds: the page that lists them, the OPML that a reader imports, the stylesheet of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files as packaged
from itertools import groupby

from lxml import etree

from feeds.clean import line
from feeds.languages import language
from newsloom.news.items import Topic


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A topic as the index lists it. `newest` is the newest entry's published time."""

    topic: Topic
    entries: int
    newest: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class File:
    """One feed file: `href` is relative to the index."""

    href: str
    name: str
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A topic and the feeds of it that are there, at least one."""

    shelf: Shelf
    files: tuple[File, ...]

    @property
    def title(self) -> str:
        return line(self.shelf.topic.title) or line(self.shelf.topic.key)

    @property
    def group(self) -> str:
        return line(self.shelf.topic.group)


def stylesheet() -> bytes:
    return (packaged("feeds") / "feed.css").read_bytes()


def opml(standing: Sequence[Standing], *, title: str, public_url: str) -> bytes:
    """OPML 2.0, an outline a topic in its first format, by group. Addresses are relative if nobody said where it is published."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = line(title)
    body = etree.SubElement(root, "body")
    base = f"{public_url.rstrip('/')}/" if public_url else ""
    for group, members in _by_group(standing):
        parent = etree.SubElement(body, "outline", text=group) if group else body
        for one in members:
            _outline(parent, one, base)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _outline(parent: etree._Element, one: Standing, base: str) -> None:
    topic = one.shelf.topic
    outline = etree.SubElement(
        parent, "outline", text=one.title, title=one.title, type="rss", xmlUrl=base + one.files[0].href
    )
    if base:
        outline.set("htmlUrl", base)
    if described := line(topic.description):
        outline.set("description", described)
    if spoken := language(topic.language):
        outline.set("language", spoken)


def page(standing: Sequence[Standing], *, title: str) -> bytes:
    """The page at the root: every feed with its formats, announced in the head so that readers find them by the page's address."""
    name = escape(line(title))
    announced = "".join(
        f'<link rel="alternate" type="{file.content_type}" title="{escape(one.title)} ({file.name})" href="{escape(file.href)}">\n'
        for one in standing
        for file in one.files
    )
    groups = "".join(_group(group, members) for group, members in _by_group(standing))
    groups = groups or "<p>Nothing is published yet.</p>\n"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{name}</title>
<link rel="stylesheet" href="feed.css">
{announced}</head>
<body>
<header>
<h1>{name}</h1>
<p>Copy the address of a feed into your feed reader, or import <a href="feeds.opml">all of them (OPML)</a>.</p>
</header>
<main>
{groups}</main>
</body>
</html>
""".encode()


def _group(group: str, members: Sequence[Standing]) -> str:
    heading = f"<h2>{escape(group)}</h2>\n" if group else ""
    return f'<section>\n{heading}<ul class="feeds">\n{"".join(map(_row, members))}</ul>\n</section>\n'


def _row(one: Standing) -> str:
    shelf = one.shelf
    links = " ".join(f'<a href="{escape(file.href)}" type="{file.content_type}">{file.name}</a>' for file in one.files)
    counted = f"{shelf.entries:,} {'entry' if shelf.entries == 1 else 'entries'}"
    if shelf.newest is not None:
        newest = shelf.newest.astimezone(UTC)
        counted += f', newest <time datetime="{newest.isoformat()}">{newest:%Y-%m-%d %H:%M} UTC</time>'
    described = line(shelf.topic.description)
    return (
        f"<li><strong>{escape(one.title)}</strong> <span>{links}</span>"
        f"{f'<p>{escape(described)}</p>' if described else ''}<p>{counted}</p></li>\n"
    )


def _by_group(standing: Sequence[Standing]) -> list[tuple[str, list[Standing]]]:
    """In the order given; those without a group first, each group where its first member stood."""
    order = {group: n for n, group in reversed(list(enumerate(one.group for one in standing)))}
    ranked = sorted(standing, key=lambda one: order[one.group] if one.group else -1)
    return [(group, list(members)) for group, members in groupby(ranked, key=lambda one: one.group)]
