"""Why a page is no article. Conservative: in doubt it is one, for a feed or a listing named it."""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsloom.news.identity import key
from scraper.extract.declared import Declared, listed
from scraper.extract.parts import Body, weight

_SHORT = 600
"""Letters of body; a page of errors, of login or of consent has fewer."""
_LITTLE = 250
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
_LISTS = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage", "AboutPage", "ContactPage"})


def refusal(tree: HtmlElement, said: Declared, title: str, body: Body, url: str) -> str:
    """Why the page is no article, in a few words for people; empty if it is one."""
    names = (title, _page_title(tree))
    short = body.size < _SHORT
    if short and any(map(_NOT_FOUND.search, names)):
        return "the page says that it was not found"
    if short and not said.article and any(map(_WALL.search, names)):
        return "a login or consent page, no article"
    if _is_front(said, url):
        return "front page, no article"
    if not title:
        return "empty page"
    if said.is_article:
        return ""
    return _no_article(tree, said, body)


def _no_article(tree: HtmlElement, said: Declared, body: Body) -> str:
    """The same for a page that does not call itself an article."""
    if _is_list(said, body, tree):
        return "a page of links, no article"
    return "" if body.size >= 40 else "no text on the page"


def _page_title(tree: HtmlElement) -> str:
    return " ".join((tree.findtext(".//title") or "").split())


def _is_front(said: Declared, url: str) -> bool:
    parts = urlsplit(url)
    own = bool(said.article) and (not said.canonical or key(said.canonical) != key(url))
    return (
        bool(parts.netloc) and not parts.query and not parts.fragment and bool(_FRONT.fullmatch(parts.path)) and not own
    )


def _is_list(said: Declared, body: Body, tree: HtmlElement) -> bool:
    """Called a list by itself, or a page of many headlines whose text is mostly links or next to nothing."""
    if {str(t) for t in listed(said.page.get("@type"))} & _LISTS:
        return True
    if said.first("article:published_time") or sum(p.tag == "p" and weight(p.text) >= 120 for p in body.parts) >= 2:
        return False
    teasers = [t for t in (" ".join("".join(a.itertext()).split()) for a in tree.iter("a")) if len(t.split()) >= 5]
    quoted = sum(len(t) for t in set(teasers) if t in body.text)
    return len(teasers) >= 10 and (body.size < _LITTLE or quoted > 0.5 * len(body.text))
