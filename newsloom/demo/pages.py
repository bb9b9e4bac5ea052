"""Article pages and the pages that list them, in the papers' markups."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from html import escape

from newsloom.demo.grammar import Story
from newsloom.demo.newspapers import Entrance, Markup, Newspaper
from newsloom.demo.world import Row, World, Written, links_rows

FEEDS = {
    Entrance.RSS: ("/rss.xml", "application/rss+xml"),
    Entrance.ATOM: ("/atom.xml", "application/atom+xml"),
    Entrance.JSON_FEED: ("/feed.json", "application/feed+json"),
}
STATIC = {
    "en": ("About us", "Contact"),
    "de": ("Über uns", "Kontakt"),
    "ru": ("О редакции", "Контакты"),
    "tr": ("Künye", "İletişim"),
    "ja": ("会社案内", "お問い合わせ"),
}
"""Pages that are no news: /about and /contact."""
_LETTER = {
    "en": "Get the day's news by e-mail every morning.",
    "de": "Die Nachrichten des Tages, jeden Morgen per E-Mail.",
    "ru": "Главные новости дня на вашу почту каждое утро.",
    "tr": "Günün haberleri her sabah e-posta kutunuzda.",
    "ja": "毎朝、その日のニュースをメールでお届けします。",
}
_BY = {"en": "By ", "de": "Von ", "ru": "Автор: ", "tr": "Haber: ", "ja": "文・"}
_IMAGE = (320, 180)


class Press:
    """Turns what a world holds into pages; `urls` are the papers' addresses without a slash at the end."""

    def __init__(self, world: World, urls: dict[str, str]) -> None:
        self.world = world
        self.urls = urls

    def url(self, article: Written) -> str:
        return self.urls[article.paper.key] + article.path

    def canonical(self, article: Written) -> str:
        return self.url(article.copy_of if article.copy_of is not None and article.declares else article)

    def article(self, article: Written, now: datetime) -> bytes:
        """The page of an article as it reads at `now`."""
        paper, told = article.paper, article.told(now)
        rows = self.world.rows(paper, now, article)
        head, body = _MARKUPS[paper.markup](self, article, told, now)
        ending = _comments() if paper.flashes else ""
        promo = self._promo(article, now) if paper.flashes and article.number % 3 == 0 else ""
        return self._page(
            paper,
            told.title,
            f"{head}<link rel=canonical href='{self.canonical(article)}'>",
            promo + body + self.block(article, rows) + ending,
        )

    def listing(self, paper: Newspaper, articles: Sequence[Written], heading: str, now: datetime) -> bytes:
        """A front or section page: headlines with a picture and the summary, newest first."""
        cards = "".join(
            f"<li class=card><a href='{a.path}'><img src='{image_path(a)}' width=96 height=54 alt=''>"
            f"<h3>{escape(t.title)}</h3></a><p>{escape(t.summary)}</p></li>"
            for a in articles
            for t in (a.told(now),)
        )
        return self._page(paper, heading, "", f"<main><h1>{escape(heading)}</h1><ul class=cards>{cards}</ul></main>")

    def static(self, paper: Newspaper, heading: str) -> bytes:
        return self._page(paper, heading, "", f"<main><h1>{escape(heading)}</h1><p>{escape(paper.title)}</p></main>")

    def _promo(self, article: Written, now: datetime) -> str:
        """Another article's headline and the beginning of its summary, above the page's own article."""
        other = next((a for a in self.world.articles(article.paper, article.published) if a is not article), None)
        if other is None:
            return ""
        told = other.told(now)
        return (
            f"<div class=promo><a href='{other.path}'><h4>{escape(told.title)}</h4>"
            f"<p>{escape(told.summary[:150])}...</p></a></div>"
        )

    def _page(self, paper: Newspaper, title: str, head: str, body: str) -> bytes:
        feed = ""
        if paper.entrance in FEEDS:
            path, kind = FEEDS[paper.entrance]
            feed = f"<link rel=alternate type='{kind}' title='{escape(paper.title)}' href='{path}'>"
        sections = "".join(f"<li><a href='/{s}/'>{escape(name)}</a></li>" for s, name in paper.grammar.sections.items())
        about, contact = STATIC[paper.language]
        text = (
            f"<!doctype html><html lang={paper.language}><head><meta charset='{paper.charset}'>"
            f"<title>{escape(title)} | {escape(paper.title)}</title>{feed}{head}</head><body>"
            f"<header><a href='/'><img src='/logo.svg' width=48 height=48 alt='{escape(paper.title)}'></a>"
            f"<nav><ul>{sections}</ul></nav></header>{body}"
            f"<footer><p>{_LETTER[paper.language]}</p><a href='/about'>{about}</a> <a href='/contact'>{contact}</a>"
            f"<p>© {escape(paper.title)}</p></footer></body></html>"
        )
        return text.encode(paper.charset, "xmlcharrefreplace")

    def block(self, article: Written, rows: Sequence[Row]) -> str:
        """The teasers under an article."""
        paper = article.paper
        if not rows:
            return ""
        if not paper.timed_block:
            return self._related(paper, rows, article.published)
        if paper.markup is Markup.MICRODATA:
            return _rows_in_a_table(paper, rows)
        return _rows_with_links(paper, rows) if links_rows(article) else _rows_as_cards(paper, rows)

    def _related(self, paper: Newspaper, rows: Sequence[Row], now: datetime) -> str:
        items = "".join(
            f"<li><a href='{r.article.path}'>{escape(r.article.told(now).title)}</a></li>"
            for r in rows
            if r.article is not None
        )
        return f"<aside class=related><h2>{escape(paper.block)}</h2><ul>{items}</ul></aside>"


def clock(paper: Newspaper, instant: datetime) -> str:
    """The time of a row as the paper prints it: on its own clock, without a date."""
    return f"{paper.local(instant):%H:%M}"


def image_path(article: Written) -> str:
    return f"/images/{article.number}.png"


def _rows_with_links(paper: Newspaper, rows: Sequence[Row]) -> str:
    items = "".join(
        f"<li><a href='{r.article.path}'><time>{clock(paper, r.published)}</time><b>{escape(r.tag)}</b>"
        f"<p>{escape(r.text)}</p></a></li>"
        for r in rows
        if r.article is not None
    )
    return f"<section><h2>{escape(paper.block)}</h2><ul>{items}</ul></section>"


def _rows_as_cards(paper: Newspaper, rows: Sequence[Row]) -> str:
    """Nested divs under class names that say nothing, as a bundler leaves them; without links."""
    name = [_hashed(paper, part) for part in ("block", "head", "row", "time", "tag", "text")]
    cards = "".join(
        f"<div class={name[2]}><div class={name[3]}>{clock(paper, r.published)}</div>"
        f"<div class={name[4]}>{escape(r.tag)}</div><div class={name[5]}>{escape(r.text)}</div></div>"
        for r in rows
    )
    return f"<div class={name[0]}><div class={name[1]}>{escape(paper.block)}</div>{cards}</div>"


def _rows_in_a_table(paper: Newspaper, rows: Sequence[Row]) -> str:
    lines = "".join(
        f"<tr><td>{clock(paper, r.published)}</td><td>{escape(r.tag)}</td>"
        f"<td><a href='{r.article.path}'>{escape(r.text)}</a></td></tr>"
        for r in rows
        if r.article is not None
    )
    return f"<h3>{escape(paper.block)}</h3><table>{lines}</table>"


def _comments() -> str:
    return "<div><h4>Join the conversation</h4><p>Be the first to comment on this story</p></div>"


def _hashed(paper: Newspaper, part: str) -> str:
    return f"_{blake2b(f'{paper.key}/{part}'.encode(), digest_size=3).hexdigest()}"


def _byline(paper: Newspaper, told: Story) -> str:
    return escape(_BY[paper.language] + ", ".join(told.authors))


def _paragraphs(told: Story) -> str:
    return "".join(f"<p>{escape(p)}</p>" for p in told.paragraphs)


def _picture(article: Written) -> str:
    width, height = _IMAGE
    return f"<figure><img src='{image_path(article)}' width={width} height={height} alt=''></figure>"


def _meta(**values: str) -> str:
    return "".join(f"<meta property='{k.replace('_', ':', 1)}' content='{escape(v)}'>" for k, v in values.items())


Parts = tuple[str, str]
"""What goes into the head, and into the body."""


def _json_ld(press: Press, article: Written, told: Story, now: datetime) -> Parts:
    paper, image = article.paper, press.urls[article.paper.key] + image_path(article)
    declared = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": paper.title, "url": press.urls[paper.key] + "/"},
            {
                "@type": "NewsArticle",
                "headline": told.title,
                "description": told.summary,
                "author": [{"@type": "Person", "name": a} for a in told.authors],
                "datePublished": paper.local(article.published).isoformat(),
                "dateModified": paper.local(article.modified(now)).isoformat(),
                "articleSection": paper.grammar.sections[told.section],
                "keywords": [told.tag],
                "image": {"@type": "ImageObject", "url": image, "width": _IMAGE[0], "height": _IMAGE[1]},
                "mainEntityOfPage": press.canonical(article),
                "inLanguage": paper.language,
            },
        ],
    }
    body = (
        f"<main><article><h1>{escape(told.title)}</h1><p class=byline>{_byline(paper, told)}</p>"
        f"{_picture(article)}{_paragraphs(told)}</article></main>"
    )
    return f"<script type='application/ld+json'>{_script(declared)}</script>", body


def _open_graph(press: Press, article: Written, told: Story, now: datetime) -> Parts:
    paper = article.paper
    head = _meta(
        og_type="article",
        og_site_name=paper.title,
        og_title=told.title,
        og_description=told.summary,
        og_url=press.url(article),
        og_image=press.urls[paper.key] + image_path(article),
        article_published_time=paper.local(article.published).isoformat(),
        article_modified_time=paper.local(article.modified(now)).isoformat(),
        article_section=paper.grammar.sections[told.section],
        article_tag=told.tag,
    ) + "".join(f"<meta name=author content='{escape(a)}'>" for a in told.authors)
    body = (
        f"<div class=content><h1>{escape(told.title)}</h1><div class=byline>{_byline(paper, told)}</div>"
        f"{_picture(article)}<div class=text>{_paragraphs(told)}</div></div>"
    )
    return head, body


def _microdata(press: Press, article: Written, told: Story, now: datetime) -> Parts:
    paper = article.paper
    authors = "".join(
        f"<span itemprop=author itemscope itemtype='https://schema.org/Person'><span itemprop=name>{escape(a)}</span></span> "
        for a in told.authors
    )
    body = (
        f"<div itemscope itemtype='https://schema.org/NewsArticle'><h1 itemprop=headline>{escape(told.title)}</h1>"
        f"<meta itemprop=datePublished content='{paper.local(article.published).isoformat()}'>"
        f"<meta itemprop=dateModified content='{paper.local(article.modified(now)).isoformat()}'>"
        f"<meta itemprop=articleSection content='{escape(paper.grammar.sections[told.section])}'>"
        f"<meta itemprop=keywords content='{escape(told.tag)}'>"
        f"<meta itemprop=description content='{escape(told.summary)}'>"
        f"<link itemprop=image href='{press.urls[paper.key] + image_path(article)}'>"
        f"<p>{authors}</p>{_picture(article)}<div itemprop=articleBody>{_paragraphs(told)}</div></div>"
    )
    return "", body


def _bare(press: Press, article: Written, told: Story, now: datetime) -> Parts:  # noqa: ARG001 - one signature for all markups
    paper = article.paper
    body = "<br><br>\n".join(escape(p) for p in told.paragraphs)
    return "", (
        f"<h1>{escape(told.title)}</h1><small>{paper.local(article.published):%d.%m.%Y %H:%M} | {_byline(paper, told)} | "
        f"<a href='/{told.section}/'>{escape(paper.grammar.sections[told.section])}</a></small><hr>"
        f"<img src='{image_path(article)}' width={_IMAGE[0]} height={_IMAGE[1]} alt=''><div id=text>{body}</div>"
    )


def _by_script(press: Press, article: Written, told: Story, now: datetime) -> Parts:
    paper = article.paper
    state = {
        "props": {
            "pageProps": {
                "article": {
                    "id": article.number,
                    "headline": told.title,
                    "standfirst": told.summary,
                    "authors": [{"name": a} for a in told.authors],
                    "publishedAt": paper.local(article.published).isoformat(),
                    "updatedAt": paper.local(article.modified(now)).isoformat(),
                    "section": paper.grammar.sections[told.section],
                    "tags": [told.tag],
                    "image": press.urls[paper.key] + image_path(article),
                    "body": [{"type": "paragraph", "text": p} for p in told.paragraphs],
                }
            }
        },
        "page": "/articles/[id]",
    }
    inside = "このページの表示にはJavaScriptが必要です。"
    if article.number % 2:
        name = [_hashed(paper, part) for part in ("main", "headline", "body", "paragraph")]
        lines = "".join(f"<div class={name[3]}><span>{escape(p)}</span></div>" for p in told.paragraphs)
        inside = f"<div class={name[0]}><h1 class={name[1]}>{escape(told.title)}</h1><div class={name[2]}>{lines}</div></div>"
    head = _meta(og_title=told.title, og_type="article")
    return head, (
        f"<div id=__next></div><noscript>{inside}</noscript>"
        f"<script id=__NEXT_DATA__ type='application/json'>{_script(state)}</script>"
    )


def _script(value: object) -> str:
    """JSON that cannot end its own <script>."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


_MARKUPS: dict[Markup, Callable[[Press, Written, Story, datetime], Parts]] = {
    Markup.JSON_LD: _json_ld,
    Markup.OPEN_GRAPH: _open_graph,
    Markup.MICRODATA: _microdata,
    Markup.BARE: _bare,
    Markup.SCRIPT: _by_script,
}


def colour(article_number: int) -> tuple[int, int, int]:
    """Of an article's picture."""
    r = random.Random(article_number)  # noqa: S311 - a colour
    return r.randrange(60, 220), r.randrange(60, 220), r.randrange(60, 220)
