"""Why a page is no article. Conservative: in doubt it is one, for a feed or a listing named it."""

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsloom.news.identity import key
from scraper.extract.declared import Declared, listed
from scraper.extract.parts import Body
from scraper.extract.titles import folded

FRONT = "front page, no article"
_SHORT = 600
"""Letters of body; a page of errors, of login or of consent has fewer."""
_LITTLE = 250
_LONGEST = 1_000
"""Letters of a title that are looked at."""
_REST = 8
"""Letters that a title may have beside the words for a missing page and still say nothing else."""
_FEW = 10
"""Links that read as headlines; a front page has more."""
_LED = 3
"""Headings that are links; a list of articles has more."""
_LIST_ADDRESS = re.compile(
    r"/(?:tags?|topics?|themes?|themen?|thema|temas?|tema|categor(?:y|ies|ia|ias|ie)|kategori(?:e|en|a|er|y)|rubri(?:k|ken|que|ques|c|cs)|"
    r"labels?|etiquetas?|etiquette|schlagw(?:ort|oerter)|mots?-cles?|authors?|autor(?:en|es|i)?|auteurs?|redaktion|search|suche|buscar|"
    r"recherche|archives?|archiv|archivo|arsiv|etiket|konu|tagi|etichette)/[^/]+(?:/page/\d+)?/?$|/page/\d+/?$|/(?:search|suche|archives?)/?$",
    re.IGNORECASE,
)
"""Where content systems keep lists by tag, category, author or day; the last part of such an address is their name."""
_SEARCH = re.compile(r"(?:^|&)(?:s|q|query|search|suche|keyword)=", re.IGNORECASE)
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default|main)\.\w{2,5})?", re.IGNORECASE)
_NOT_FOUND = re.compile(
    r"^(?:error\s*)?(?:404|410)\b|\b404\b.*(?:error|not found)|^(?:page )?not found$|"
    r"page (?:not found|can.?t be found|cannot be found|does not exist|no longer)|seite (?:wurde )?nicht gefunden|"
    r"page (?:introuvable|non trouv[ée]e)|p[áa]gina no (?:encontrada|existe)|p[áa]gina n[ãa]o encontrada|"
    r"pagina non trovata|pagina niet gevonden|sid(?:an|en) (?:kunde |ble )?(?:hittades )?(?:inte|ikke)|sivua ei l[öo]ydy|"
    r"nie znaleziono strony|strona nie istnieje|str[áa]nka nenalezena|страница не найдена|сторінк[ау] не знайдено|"
    r"sayfa bulunamad[ıi]|s[əe]hif[əe] tap[ıi]lmad[ıi]|الصفحة غير موجودة|页面不存在|找不到(?:页面|網頁)|"
    r"ページが見つかりません|페이지를 찾을 수 없습니다",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"^(?:log[ -]?in|sign[ -]?in|anmelden|einloggen|connexion|iniciar sesi[óo]n|accedi|inloggen|logga in|zaloguj|"
    r"войти|вход|giri[şs]|登录|ログイン)\b|"
    r"^(?:before you continue|access (?:denied|to this page)|attention required|just a moment|are you (?:a )?(?:human|robot)|"
    r"pardon our interruption|verify(?:ing)? you are|security check|please enable (?:js|javascript|cookies)|your privacy)|"
    r"cookie[ -]?(?:consent|wall)|consent (?:management|required)|captcha",
    re.IGNORECASE,
)
_LOGIN_ADDRESS = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|einloggen|connexion|accedi|inloggen|iniciar-sesion|logowanie|giris)(?:[/.]|$)",
    re.IGNORECASE,
)
_LISTS = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage", "AboutPage", "ContactPage"})


def refusal(tree: HtmlElement, said: Declared, title: str, body: Body, url: str) -> str:
    """Why a page that is no front page is no article either, in a few words for people; empty if it is one."""
    names = (title, _page_title(said))
    if any(_says_not_found(name, said, body) for name in names):
        return "the page says that it was not found"
    if _is_wall(tree, said, names, body, url):
        return "a login or consent page, no article"
    if not title:
        return "empty page"
    if said.article or said.micro or said.first("article:published_time"):
        return ""
    return _no_article(tree, said, body, url)


def _no_article(tree: HtmlElement, said: Declared, body: Body, url: str) -> str:
    """The same for a page that does not call itself an article, or only as content systems call every page (og:type)."""
    if _is_listing(said, tree, url) or (not said.is_article and _is_list(said, body, tree)):
        return "a page of links, no article"
    return "" if body.size >= 40 or said.is_article else "no text on the page"


def _is_listing(said: Declared, tree: HtmlElement, url: str) -> bool:
    """Whether it stands where sites keep their lists, or calls itself one, and shows headlines that lead elsewhere."""
    parts = urlsplit(url)
    placed = _LIST_ADDRESS.search(parts.path) or _SEARCH.search(parts.query)
    called = any(str(t) in _LISTS for t in listed(said.page.get("@type")))
    leading = (h for h in tree.iter("h2", "h3", "h4") if h.find(".//a[@href]") is not None or _linked(h))
    return bool(placed or called) and len(list(islice(leading, _LED))) >= _LED


def _linked(heading: HtmlElement) -> bool:
    return next(heading.iterancestors("a"), None) is not None


def _page_title(said: Declared) -> str:
    return " ".join(said.title[:_LONGEST].split())


def _says_not_found(name: str, said: Declared, body: Body) -> bool:
    """Whether a title says that there is no such page: a short page, or a title that says nothing else."""
    if body.size < _SHORT:
        return bool(_NOT_FOUND.search(name))
    if said.is_article:
        return False
    rest, found = _NOT_FOUND.subn("", name)
    return found > 0 and len(folded(rest)) <= _REST


def _is_wall(tree: HtmlElement, said: Declared, names: Iterable[str], body: Body, url: str) -> bool:
    """Whether the page wants to know who reads it. A form of login beside an article is no wall: many pages hide one."""
    if said.article or _paragraphs(body) >= 2:
        return False
    called = any(map(_WALL.search, names))
    if called and body.size < _SHORT:
        return True
    asks = (called or _LOGIN_ADDRESS.search(urlsplit(url).path)) and not said.is_article
    return bool(asks) and tree.find(".//input[@type='password']") is not None


def _paragraphs(body: Body) -> int:
    return sum(p.tag == "p" and p.size >= 120 for p in body.parts)


def is_front(tree: HtmlElement, said: Declared, url: str) -> bool:
    """Whether the page is its site's front page: by its address, unless it says it is an article and looks like one.

    `tree` is whole: with its blocks of teasers.
    """
    parts = urlsplit(url)
    if not parts.netloc or parts.query or parts.fragment or not _FRONT.fullmatch(parts.path):
        return False
    claims = said.article or (
        said.first("og:type").lower().startswith("article") and said.first("article:published_time")
    )
    if not claims:
        return True
    if said.article and said.canonical and key(said.canonical) != key(url):
        return False
    one = len(list(islice(tree.iter("h1"), 2))) < 2 and len(list(islice(tree.iter("article"), 2))) < 2
    return not one or len(_teasers(tree)) > _FEW


def _teasers(tree: HtmlElement) -> list[str]:
    """The texts of links that read as headlines."""
    return [t for t in (" ".join("".join(a.itertext()).split()) for a in tree.iter("a")) if len(t.split()) >= 5]


def _is_list(said: Declared, body: Body, tree: HtmlElement) -> bool:
    """Called a list by itself, or a page of many headlines whose text is mostly links or next to nothing."""
    if {str(t) for t in listed(said.page.get("@type"))} & _LISTS:
        return True
    if said.first("article:published_time") or _paragraphs(body) >= 2:
        return False
    teasers = _teasers(tree)
    quoted = sum(len(t) for t in set(teasers) if t in body.text)
    return len(teasers) >= 10 and (body.size < _LITTLE or quoted > 0.5 * len(body.text))
