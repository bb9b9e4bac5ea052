"""What the shape of an address says about the page behind it. Pure; by the conventions of common publishing software."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from newsloom.news import identity
from newsloom.news.keys import key_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LISTS = _words(
    """author authors auteur auteurs autor autoren autores autori columnist columnists contributor contributors editor
    editors journalist journalists mitarbeiter people person personer profil profile profiles redaktion reporter reporters
    staff team writer writers member members user users
    categories category kategorie motcle tag tags tegi schlagwort stichwort thema themen theme themes tema temas temi topic
    topics dossiers search suche
    account accounts anmelden cart checkout login logout my-account myaccount oauth register registration sign-in signin
    sign-up signup subscribe subscription subscriptions"""
)
"""Path segments that name a list of pieces or a form, wherever they stand."""
_PAGES = _words(
    """about about-us accessibility advertise advertising agb aide all-topics app apps archiv archive archives archivo
    barrierefreiheit abo abonnement abonnements careers comments community contact contact-us contacto contacts contatti
    cookie cookie-policy cookies copyright corrections datenschutz dossier e-paper ebook epaper events faq feed feeds forum
    forums games help hilfe home horoscope horoscopes impressum imprint index info jobs kontakt latest legal live masthead
    mentions-legales newsletter newsletters notifications page pages podcasts privacy privacy-policy puzzles recommended rss
    section sections seite services shop sitemap terms terms-of-service terms-of-use tv-guide video videos weather wetter"""
)
"""Names of pages of service and of sections: only as the last segment."""
_PIECES = _words("""article articles artikel articulo story stories post posts nieuws nyheter haber""")
_SHARED = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|linkedin|pinterest|reddit|instagram|threads|tumblr|t|telegram|whatsapp|wa|viber|vk|ok|line|"
    r"getpocket|flipboard|xing|tiktok|snapchat|youtube|youtu|bsky|mastodon|truthsocial|weibo|hatena|addtoany|sharethis|disqus|"
    r"apple|google|amazon|spotify|microsoft|huawei|messenger)\.(?:com|me|be|org|ru|net|im|social|app|cn|jp|ne\.jp)$"
)
"""Hosts of share buttons, stores and players."""
_ACTIONS = re.compile(r"/(?:sharer?|intent|login|signin|print|comment-page-\d+)(?:/|\.php|$)")
"""In a path in lower case."""
_FILES = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|xml|rss|atom|zip|mp[34]|apk|json)$", re.IGNORECASE)
_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:[01]?\d|[a-z]{3})[/-]?(?:[0-3]?\d)?(?=/|-|$)")
_ID = re.compile(r"\d{4,}")
_QUERY_IDS = _words(
    """p id aid nid newsid news_id article articleid article_id story storyid story_id artid idxno no item itemid"""
)
_LISTING_QUERY = _words("""s q query search page paged cat tag lang""")


_KNOWN = 4_096
"""Addresses kept in mind: a site's pages share their menus."""


def resolved(href: str, base: str) -> str:
    """The address that `href` means on a page with this base, normalized; "" if it is none we may ask."""
    if len(href) > identity.LONGEST:
        return ""
    if href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return ""
    return identity.normalize(href, "" if href.startswith(("http:", "https:")) else base)


@lru_cache(maxsize=_KNOWN)
def key(url: str) -> str:
    """identity.key of a normalized address, remembered."""
    return key_of(url)


@lru_cache(maxsize=_KNOWN)
def is_article_like(url: str) -> bool:
    """Whether a normalized address is shaped as an article's: a date, an id, a long slug, an id in the query."""
    _, path, query = _split(url)
    if "%" in path:
        path = unquote(path)
    if _is_file(path):
        return False
    if query and _names_id(query):
        return True
    segments = [s for s in path.split("/") if s]
    above = [s.lower() for s in segments[:-1]]
    if not segments or not _LISTS.isdisjoint(above):
        return False
    last = segments[-1]
    return _is_slug_or_id(segments, above, _ENDING.sub("", last) if "." in last else last) or _is_dated(path)


def _is_file(path: str) -> bool:
    return "." in path and _FILES.search(path) is not None


def _is_dated(path: str) -> bool:
    return ("/20" in path or "/19" in path) and _DATE.search(path) is not None


def _names_id(query: str) -> bool:
    if "%" not in query and _QUERY_IDS.isdisjoint([p.partition("=")[0].lower() for p in query.split("&")]):
        return False
    return any(k.lower() in _QUERY_IDS and re.search(r"\d", v) for k, v in parse_qsl(query))


_ENDING = re.compile(r"\.[a-z]{3,5}$")


def _split(url: str) -> tuple[str, str, str]:
    """The host with its port, the path and the query of a normalized address. (urlsplit takes four times as long.)"""
    begin = url.find("//") + 2
    end = url.find("/", begin)
    if end < 0:
        return url[begin:], "", ""
    path, _, query = url[end:].partition("#")[0].partition("?")
    return url[begin:end], path, query


def _is_slug_or_id(segments: list[str], above: list[str], last: str) -> bool:
    slug = max(segments, key=len)
    if slug.count("-") + slug.count("_") >= 3 or (not slug.isascii() and len(slug) >= 15):
        return True
    if _ID.search(last):
        return True
    if len(segments) > 1:  # deep
        if len(last) >= 5 and re.search(r"\d", last):
            return True
        if "-" in last and not _PIECES.isdisjoint(above):
            return True
    return re.fullmatch(r"\d+", last) is not None and len(segments) + len(last) >= 3


@lru_cache(maxsize=_KNOWN)
def is_menu_like(url: str) -> bool:
    """Whether a normalized address is shaped as that of a front page, a section, a tag, an author, a form or a share button."""
    host, path, query = _split(url)
    if _is_shared(host) or _is_file(path):
        return True
    low = path.lower()
    if _ACTIONS.search(low):
        return True
    segments = [s for s in low.split("/") if s]
    if not segments:
        return not query or any(k in _LISTING_QUERY for k, _ in parse_qsl(query))
    if _is_dated(path):
        return False
    return segments[-1] in _PAGES or not _LISTS.isdisjoint(segments) or "/tag-" in low or "/tag_" in low


@lru_cache(maxsize=_KNOWN)
def _is_shared(host: str) -> bool:
    return _SHARED.search(host.partition(":")[0]) is not None


def is_section_like(url: str) -> bool:
    """Up to three short plain words for a path, as sections have: `/politics`, `/world/europe/`."""
    parts = urlsplit(url)
    words = [unquote(s) for s in parts.path.split("/") if s]
    plain = all(re.fullmatch(r"[^\W\d]+(?:-[^\W\d]+){0,2}", w) and len(w) <= 24 for w in words)
    return not parts.query and len(words) <= 3 and plain
