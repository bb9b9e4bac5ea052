"""The demo's newspapers: what each is called, where it stands, and the habits of its pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from newsloom.demo.grammar import Grammar, Story, grammar, slug


class Markup(StrEnum):
    """What an article page declares and how its body is written."""

    JSON_LD = "json-ld"
    OPEN_GRAPH = "open graph"
    MICRODATA = "microdata"
    BARE = "bare"
    """Nothing declared but the charset, in a meta tag; the body is text between <br>."""
    SCRIPT = "script"
    """The article is JSON for a script; some pages have it in <noscript> too."""


class Entrance(StrEnum):
    """How new articles can be found, besides the front page."""

    NONE = "front page only"
    SECTION = "a section page"
    RSS = "RSS"
    ATOM = "Atom, full text"
    JSON_FEED = "JSON Feed"
    SITEMAP = "news sitemap in an index"


class Validators(StrEnum):
    BOTH = "both"
    ETAG = "ETag"
    MODIFIED = "Last-Modified"
    NONE = "none"


Address = Callable[[int, datetime, Story], str]
"""The path of an article, from its number, publication (on the paper's clock) and text."""


@dataclass(frozen=True, kw_only=True)
class Newspaper:
    """One site. `key` is its name as a source."""

    key: str
    title: str
    language: str
    zone: str
    markup: Markup
    entrance: Entrance
    validators: Validators
    first_number: int
    address: Address
    block: str
    """The heading over its teasers."""
    timed_block: bool = False
    """Whether its teasers are the paper's newest, as rows of time, tag and paragraph; else they are links to older articles."""
    flashes: bool = False
    """Whether some pages tease short news that has no page."""
    charset: str = "utf-8"
    latest: str = ""
    """The path of a page that lists what is new in all sections."""

    @property
    def grammar(self) -> Grammar:
        return grammar(self.language)

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone))


NEWSPAPERS = (
    Newspaper(
        key="caspian-wire",
        title="Caspian Wire",
        language="en",
        zone="Asia/Baku",
        markup=Markup.OPEN_GRAPH,
        entrance=Entrance.NONE,
        validators=Validators.BOTH,
        first_number=2100,
        address=lambda n, _, s: f"/{s.section}/{slug(s.tag)}/{n}/{slug(s.title)}/news",
        block="Read next",
        timed_block=True,
        flashes=True,
    ),
    Newspaper(
        key="harbour-courier",
        title="Harbour Courier",
        language="en",
        zone="Europe/London",
        markup=Markup.JSON_LD,
        entrance=Entrance.RSS,
        validators=Validators.BOTH,
        first_number=48200,
        address=lambda n, _, s: f"/news/{slug(s.title)}-{n}",
        block="Related stories",
    ),
    Newspaper(
        key="prairie-ledger",
        title="Prairie Ledger",
        language="en",
        zone="America/Chicago",
        markup=Markup.MICRODATA,
        entrance=Entrance.JSON_FEED,
        validators=Validators.ETAG,
        first_number=1,
        address=lambda n, day, s: f"/{day:%Y/%m/%d}/{slug(s.title)}-{n}/",
        block="More on this story",
    ),
    Newspaper(
        key="elbe-anzeiger",
        title="Elbe-Anzeiger",
        language="de",
        zone="Europe/Berlin",
        markup=Markup.OPEN_GRAPH,
        entrance=Entrance.ATOM,
        validators=Validators.MODIFIED,
        first_number=310,
        address=lambda n, _, s: f"/{s.section}/{slug(s.title, 'de')}-a-{n}.html",
        block="Mehr zum Thema",
    ),
    Newspaper(
        key="vestnik-volgi",
        title="Вестник Волги",
        language="ru",
        zone="Europe/Moscow",
        markup=Markup.BARE,
        entrance=Entrance.SITEMAP,
        validators=Validators.BOTH,
        first_number=90210,
        address=lambda n, _, s: f"/{s.section}/{n}.html",
        block="Читайте также",
        charset="windows-1251",
    ),
    Newspaper(
        key="bogaz-postasi",
        title="Boğaz Postası",
        language="tr",
        zone="Europe/Istanbul",
        markup=Markup.MICRODATA,
        entrance=Entrance.SECTION,
        validators=Validators.ETAG,
        first_number=7000,
        address=lambda n, _, s: f"/{s.section}/{slug(s.title, 'tr')}/{n}",
        block="Bunları da okuyun",
        latest="/son-dakika/",
        timed_block=True,
    ),
    Newspaper(
        key="minato-shimbun",
        title="港新聞",
        language="ja",
        zone="Asia/Tokyo",
        markup=Markup.SCRIPT,
        entrance=Entrance.NONE,
        validators=Validators.NONE,
        first_number=500,
        address=lambda n, day, _: f"/articles/{day:%Y%m%d}-{n * 2654435761 % 2**32:08x}",
        block="関連記事",
    ),
)
