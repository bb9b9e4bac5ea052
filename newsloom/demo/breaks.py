"""Ways in which a paper's pages break from one moment on: to see what newsloom makes of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from http import HTTPStatus

from newsloom.demo.newspapers import Newspaper
from newsloom.demo.server import Sheet


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What is asked of a broken paper."""

    paper: Newspaper
    path: str
    now: datetime
    since: datetime
    """When it broke."""
    is_article: bool
    as_it_was: Callable[[], Sheet | None]
    """What stood there when it broke."""


Break = Callable[[Visit, Sheet], Sheet | None]
"""What stands there now, instead of what should; None: nothing."""


def _page(edit: Callable[[str, Visit], str]) -> Break:
    """Of an article's page another one."""

    def broken(visit: Visit, sheet: Sheet) -> Sheet:
        if not visit.is_article:
            return sheet
        text = edit(sheet.body.decode(visit.paper.charset), visit)
        return replace(sheet, body=text.encode(visit.paper.charset, "xmlcharrefreplace"), modified=None)

    return broken


def _cut(*patterns: str) -> Break:
    """Without what these find."""
    return _page(lambda text, _: _without(text, *patterns))


def _without(text: str, *patterns: str) -> str:
    for pattern in patterns:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    return text


def _other_page(title: str, body: str) -> Break:
    """The same page instead of every article."""
    return _page(lambda _, visit: f"<!doctype html><html lang={visit.paper.language}><title>{title}</title>{body}")


def _answer(status: HTTPStatus, *, everything: bool = False, **more: str) -> Break:
    def broken(visit: Visit, sheet: Sheet) -> Sheet:
        if not (visit.is_article or everything):
            return sheet
        kind = "text/html; charset=utf-8"
        return Sheet(b"<!doctype html><title>?</title>", kind, status=status, headers=tuple(more.items()))

    return broken


def _of_type(content_type: str) -> Break:
    return lambda visit, sheet: replace(sheet, content_type=content_type) if visit.is_article else sheet


def _listing(edit: Callable[[Visit, Sheet], Sheet | None]) -> Break:
    """Of what lists articles something else."""

    def broken(visit: Visit, sheet: Sheet) -> Sheet | None:
        lists = not visit.is_article and visit.path != "/robots.txt"
        return edit(visit, sheet) if lists else sheet

    return broken


_BODY = (
    r"(?<=<div class=text>).*?(?=</div>)|(?<=<div itemprop=articleBody>).*?(?=</div>)|(?<=<div id=text>).*?(?=</div>)"
)
_PARAGRAPHS = r"(?<=</figure>)(?:<p>.*?</p>)+(?=</article>)"
_HEADLINES = (
    r"(?<=<title>).*?(?= \|)|(?<=<h1>).*?(?=</h1>)|(?<=<h1 itemprop=headline>).*?(?=</h1>)"
    r"|(?<=og:title' content=').*?(?='>)|(?<=\"headline\": \").*?(?=\")"
)
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
_BLOCKS = (
    r"<aside class=related>.*?</aside>", r"<section><h2>.*?</section>", r"<h3>[^<]*</h3><table>.*?</table>",
    r"(?<=</div></div>)<div class=_[0-9a-f]+><div.*?(?=<div><h4>|<footer>)",
)  # fmt: skip


def _teased(text: str, _: Visit) -> str:
    """Only the first hundred letters of a body are left."""
    return re.sub(
        f"{_BODY}|{_PARAGRAPHS}", lambda m: f"<p>{_without(m[0], '<[^>]+>')[:100]} ...</p>", text, flags=re.DOTALL
    )


def _renamed(text: str, _: Visit) -> str:
    """Every class has another name: nobody who looks at what is said can tell."""
    return re.sub(r"(?<=class=)(?!related)([\w-]+)", r"x-\1", text)


def _empty_listing(_: Visit, sheet: Sheet) -> Sheet:
    empty = _without(sheet.body.decode("utf-8", "surrogateescape"), "<item>.*?</item>", "<entry>.*</entry>",
                     r"(?<=\"items\": \[).*(?=\])", "<ul class=cards>.*?</ul>")  # fmt: skip
    return replace(sheet, body=empty.encode("utf-8", "surrogateescape"), modified=None)


def _dropped(visit: Visit, sheet: Sheet) -> Sheet | None:
    if visit.is_article:
        raise ConnectionError("the server hangs up")
    return sheet


def _no_robots(visit: Visit, sheet: Sheet) -> Sheet:
    return replace(sheet, body=b"User-agent: *\nDisallow: /\n", modified=None) if visit.path == "/robots.txt" else sheet


BREAKS: dict[str, Break] = {
    "the body comes by a script": _cut(_BODY, _PARAGRAPHS),
    "the body is cut to a teaser": _page(_teased),
    "every body is the same": _page(
        lambda text, _: re.sub(
            f"{_BODY}|{_PARAGRAPHS}", "<p>" + "Sign up for our letter and read the news with us each day. " * 12 + "</p>",
            text, flags=re.DOTALL,
        )
    ),
    "the encoding is broken": _page(
        lambda text, visit: text.encode(visit.paper.charset).decode("latin-1")
        if visit.paper.charset == "utf-8"
        else text.encode().decode(visit.paper.charset, "replace")
    ),
    "no date": _cut(
        r"<meta itemprop=date\w+ content='[^']*'>", r"<meta property='article:\w+_time' content='[^']*'>",
        r'"date\w+": "[^"]*", ', r"\d\d\.\d\d\.\d{4} \d\d:\d\d \| ",
    ),
    "every date is now": _page(lambda text, visit: re.sub(_INSTANT, visit.paper.local(visit.now).isoformat(), text)),
    "no declarations": _cut(
        r"<script type='application/ld\+json'>.*?</script>", r"<meta property=[^>]*>", r"<meta itemprop[^>]*>",
        r" item(?:prop|scope|type)(?:=[\w:/.']+)?",
    ),
    "all titles are alike": _page(lambda text, visit: re.sub(_HEADLINES, escape(visit.paper.title), text)),
    "no author": _cut(
        r'"author": \[.*?\], ', r"<p class=byline>.*?</p>", r"<div class=byline>.*?</div>", r"<meta name=author[^>]*>",
        r"<span itemprop=author.*?</span></span> ", r"(?<=\| )(?:By|Von|Автор:|Haber:)[^|]*\| ",
    ),
    "no block of teasers": _cut(*_BLOCKS),
    "a consent wall": _other_page(
        "Before you continue", "<h1>Your privacy</h1><p>We and our 812 partners store cookies.</p><button>Accept all</button>"
    ),
    "a login wall": _other_page(
        "Sign in", "<h1>Sign in to read on</h1><form><input name=mail><input type=password><button>Sign in</button></form>"
    ),
    "not found, with status 200": _other_page("Page not found", "<h1>Page not found</h1><p>It may have moved.</p>"),
    "links are dead": _answer(HTTPStatus.NOT_FOUND),
    "all lead to the front page": _answer(HTTPStatus.FOUND, Location="/"),
    "empty answers": _page(lambda *_: ""),
    "another content type": _of_type("application/pdf"),
    "forbidden": _answer(HTTPStatus.FORBIDDEN),
    "too many requests": _answer(HTTPStatus.TOO_MANY_REQUESTS),
    "a broken server": _answer(HTTPStatus.INTERNAL_SERVER_ERROR),
    "the server hangs up": _dropped,
    "the whole site is forbidden": _answer(HTTPStatus.FORBIDDEN, everything=True),
    "the whole site is gone": _answer(HTTPStatus.NOT_FOUND, everything=True),
    "robots.txt forbids all": _no_robots,
    "the listing is empty": _listing(_empty_listing),
    "the listing is frozen": _listing(lambda visit, _: visit.as_it_was()),
}  # fmt: skip
"""By name. Each is for papers that have what it takes away."""

HARMLESS: dict[str, Break] = {"every class is renamed": _page(_renamed)}
"""Changes after which everything can still be read."""
