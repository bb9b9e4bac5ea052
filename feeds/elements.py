"""Elements of an entry as XML text, four blanks in. Names and attributes are ours; contents hold nothing that XML forbids."""

from collections.abc import Iterable, Iterator
from html import escape

from feeds.shown import Shown
from newsloom.news.items import Enclosure

_REFERENCES = str.maketrans({"&": "&#x26;", "<": "&#x3C;", ">": "&#x3E;"})
"""As the RSS Advisory Board's profile has it: of the ways to write text this is the one that most readers take for text."""


def element(name: str, content: str, **attributes: str) -> str:
    """One that holds text."""
    return f"    <{name}{_said(attributes)}>{content.translate(_REFERENCES)}</{name}>\n"


def address(name: str, url: str) -> str:
    """One that holds an address. Some readers know only the references with a name there, and lead elsewhere with others."""
    return f"    <{name}>{escape(url, quote=False)}</{name}>\n"


def html(name: str, content: str, **attributes: str) -> str:
    """One that holds HTML, which would grow by a fifth if each tag in it were escaped."""
    return f"    <{name}{_said(attributes)}><![CDATA[{content.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>\n"


def parent(name: str, *children: str, **attributes: str) -> str:
    """One that holds others."""
    within = "".join(f"  {child}" for child in children)
    return f"    <{name}{_said(attributes)}>\n{within}    </{name}>\n"


def empty(name: str, **attributes: str) -> str:
    return f"    <{name}{_said(attributes)}/>\n"


def _said(attributes: dict[str, str]) -> str:
    """Values are on one line: a line end in an attribute reads as a blank."""
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def media(shown: Shown, files: Iterable[Enclosure]) -> Iterator[str]:
    """Media RSS 1.5.1: the lead image, large and as a thumbnail; these files of the entry, if they are not that image."""
    image = shown.image
    if image is not None:
        sides = {side: str(n) for side, n in (("width", image.width), ("height", image.height)) if n}
        if image.caption:
            caption = element("media:description", image.caption, type="plain")
            yield parent("media:content", caption, url=image.url, medium="image", **sides)
        else:
            yield empty("media:content", url=image.url, medium="image", **sides)
        yield empty("media:thumbnail", url=image.url, **sides)
    for file in files:
        if image is None or file.url != image.url:
            known = {"fileSize": str(file.length)} if file.length else {}
            yield empty("media:content", url=file.url, type=file.type, **known)
