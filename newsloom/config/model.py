"""The form of config.yaml: every key, what it may hold, its default, its meaning. Reference and JSON Schema are made from it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema

from newsloom.config import scalars
from newsloom.news.sources import Limits, NetworkRules, Schedule, Server, Source, SourceKind

_SPAN = {"type": "string", "pattern": r"^([0-9]+ *[smhdwSMHDW] *)+$|^0$", "examples": ["30s", "15m", "2h", "1d"]}
_SPAN_OR_NONE = _SPAN | {"pattern": r"^([0-9]+ *[smhdwSMHDW] *)+$|^0$|^none$", "examples": ["30d", "none"]}
_SPAN_OR_FOREVER = _SPAN | {"pattern": r"^([0-9]+ *[smhdwSMHDW] *)+$|^forever$", "examples": ["90d", "forever"]}
_SIZE = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^[0-9]+ *([kKmMgG]i?)?[bB]?$"}]}

_TEXT_OR_LIST = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


def _text(read: Callable[[object], Any], schema: Mapping[str, object] | None = None) -> tuple[object, ...]:
    return BeforeValidator(read), WithJsonSchema({"type": "string", **(schema or {})})


def _span(least: timedelta, most: timedelta) -> tuple[object, ...]:
    return BeforeValidator(scalars.duration(least, most)), PlainSerializer(scalars.said), WithJsonSchema(_SPAN)


Address = Annotated[str, *_text(scalars.address, {"format": "uri", "pattern": "^[hH][tT][tT][pP][sS]?://"})]
BaseAddress = Annotated[str, *_text(scalars.base_address)]
Name = Annotated[str, *_text(scalars.name, {"pattern": f"^{scalars.NAME.pattern}$"})]
Zone = Annotated[str, *_text(scalars.zone, {"examples": ["Europe/Berlin", "Asia/Baku"]})]
Language = Annotated[str, *_text(scalars.language, {"examples": ["en", "pt-br"]})]
Cron = Annotated[str, *_text(scalars.cron, {"examples": ["0 7 * * mon-fri"]})]
Tag = Annotated[str, *_text(scalars.tag)]
Tags = Annotated[tuple[Tag, ...], BeforeValidator(scalars.tags), WithJsonSchema(_TEXT_OR_LIST)]
Rule = Annotated[str, *_text(scalars.rule, {"examples": ['ukraine OR "black sea"']})]
Spider = Annotated[str, *_text(scalars.spider)]
Proxy = Annotated[str, *_text(scalars.proxy)]
HeaderName = Annotated[str, *_text(scalars.header_name)]
WebhookHeaderName = Annotated[str, *_text(scalars.webhook_header_name)]
CookieName = Annotated[str, *_text(scalars.cookie_name)]
Variable = Annotated[
    str, *_text(scalars.variable, {"pattern": f"^{scalars.VARIABLE.pattern}$", "examples": ["PAPER_TOKEN"]})
]
Command = Annotated[
    tuple[str, ...],
    BeforeValidator(scalars.command),
    WithJsonSchema(_TEXT_OR_LIST | {"examples": ["./tell.sh --quiet", ["/usr/local/bin/tell", "all of it"]]}),
]
Host = Annotated[str, *_text(scalars.host)]
Contact = Annotated[str, *_text(scalars.contact)]
UserAgent = Annotated[str, *_text(scalars.user_agent)]
Every = Annotated[timedelta, *_span(timedelta(seconds=5), timedelta(days=366))]
Delay = Annotated[timedelta, *_span(timedelta(0), timedelta(hours=1))]
Span = Annotated[timedelta, *_span(timedelta(seconds=1), timedelta(days=1))]
Age = Annotated[
    timedelta | None,
    BeforeValidator(scalars.duration_or_none(timedelta(minutes=1))),
    PlainSerializer(scalars.said),
    WithJsonSchema(_SPAN_OR_NONE),
]
Keep = Annotated[
    timedelta | None,
    BeforeValidator(scalars.kept(timedelta(days=1))),
    PlainSerializer(scalars.said_kept),
    WithJsonSchema(_SPAN_OR_FOREVER),
]
Size = Annotated[
    int, BeforeValidator(scalars.size), Field(gt=0), PlainSerializer(scalars.said_size), WithJsonSchema(_SIZE)
]
YesNo = Annotated[bool, WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}]})]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
CountOrZero = Annotated[int, Field(ge=0, le=1_000_000)]
OpenNetwork = Annotated[IPv4Network | IPv6Network, *_text(scalars.network, {"examples": ["127.0.0.1/32"]})]

_SOURCE = Source(name="", url="", title="", schedule=Schedule())
_NETWORK = NetworkRules(user_agent="")
_SERVER = Server()
_LIMITS = Limits()


class Section(BaseModel):
    """A group of keys; one that is not known is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True)


class Defaults(Section):
    """What holds for every source that does not say otherwise."""

    zone: Zone = _SOURCE.zone
    """Time zone (IANA name) in which clock times on the source's pages are read."""
    language: Language = _SOURCE.language
    """Language of the source as a code, if its pages do not declare one."""
    group: str = _SOURCE.group
    """Folder of the source's feed in the OPML file."""
    max_age: Age = _SOURCE.max_age
    """Older articles found in sitemaps and on listing pages are remembered and not fetched; `none`: no limit."""
    content: Literal["full", "summary"] = "full"
    """How much feeds show of the source's articles, where a topic does not say: all, or the summary with the link."""
    keep: Keep = _SOURCE.keep
    """How long texts are kept, from when they were found: then text, HTML and earlier versions are dropped, by `newsloom tidy` and
    once a day by `run`; headline, summary and address stay. By default `forever`."""
    delay: Delay = _SOURCE.delay
    """Pause between two requests to one host; a longer Crawl-delay in its robots.txt wins."""
    robots: YesNo = _SOURCE.robots
    """Whether robots.txt is obeyed. Turn it off for sites of your own only."""
    respect_reservation: YesNo = _SOURCE.respect_reservation
    """Whether a page that asks not to be republished (noindex, a reservation of text and data mining) is kept with headline and
    link only, without its text."""
    verify_certificates: YesNo = _SOURCE.verify_certificates
    """Whether a site must prove with its TLS certificate that it is the one named."""


class SourceEntry(Defaults):
    """A site to watch: an address alone, or an address with what is odd about it."""

    url: Address
    """Address of its feed, news sitemap, front page or a section page."""
    name: Name | None = None
    """Its key in the store and in file names. Give one to keep it when the address changes. By default made from the host."""
    title: str = Field(default="", max_length=200)
    """What people read. By default the name."""
    kind: SourceKind = _SOURCE.kind
    """What the address is; `auto` finds out: a feed, else a page that announces one, else a news sitemap, else a page of links."""
    every: Every | None = None
    """How often to look. By default as in `polling`."""
    cron: Cron | None = None
    """When to look, as a crontab line, instead of `every`."""
    shortest: Every | None = None
    """The shortest wait between two looks at it by its rhythm. By default as in `polling`."""
    longest: Every | None = None
    """The longest."""
    mute: Rule = _SOURCE.mute
    """A rule; what matches it is stored and shown nowhere."""
    spider: Spider = _SOURCE.spider
    """`module:Class` of a spider of your own. By default the one that came for the host, else the general one."""
    headers: dict[HeaderName, Variable] = {}
    """Headers to send, each with the name of the environment variable that holds its value, such as
    `Authorization: PAPER_TOKEN`. Only the origin of `url` gets them, and they are written nowhere."""
    cookies: dict[CookieName, Variable] = {}
    """Cookies to send, in the same way, such as `session: PAPER_SESSION`."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(core))
        for name in Defaults.model_fields:  # their default is what `defaults` says
            whole["properties"][name].pop("default", None)
        return {"anyOf": [{"type": "string", "format": "uri", "description": "The address alone."}, whole]}


class WebhookEntry(Section):
    """Where a topic's new entries are sent by POST: an address alone, or an address with a secret."""

    url: Address
    """Who is told. Not followed if it leads elsewhere."""
    secret: Variable = ""
    """The environment variable that holds the secret with which each POST is signed, such as `NEWS_HOOK_SECRET`. Without one,
    nothing is signed."""
    headers: dict[WebhookHeaderName, Variable] = {}
    """Headers to send, each with the name of the environment variable that holds its value, such as
    `Authorization: NEWS_HOOK_TOKEN`. They are written nowhere."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "string", "format": "uri", "description": "The address alone."}, whole]}


def _url_alone(given: object) -> object:
    return {"url": given} if isinstance(given, str) else given


class TopicEntry(Section):
    """A selection of entries that becomes a feed. Its key is the name of the feed's files."""

    title: str = Field(default="", max_length=200)
    """The feed's title. By default the key."""
    description: str = ""
    """What the feed says of itself."""
    match: Rule = ""
    """The rule that an entry must meet (below). Empty: everything."""
    include: Literal["articles", "briefs", "both"] = "articles"
    """What is let in: articles, rows of "Read next" blocks, or both."""
    content: Literal["full", "summary", "brief"] | None = None
    """How much of an entry the feed shows. By default what `content` of its source says; `brief` (time, tag, paragraph) if only
    briefs are let in."""
    mute: Rule = ""
    """A rule; what matches it is left out."""
    group: str = ""
    """Folder in the OPML file."""
    language: Language = ""
    """The feed's language as a code."""
    webhook: Annotated[WebhookEntry | None, BeforeValidator(_url_alone)] = None
    """Who is told of new entries by POST: an address, or keys (docs/push.md)."""
    command: Command = ()
    """A program that is run with new entries on its stdin, and its arguments: a text, which is cut into words as a shell does, or a
    list. No shell is asked; a relative path begins at this file's folder."""


class Polling(Section):
    """When to look, for every source that does not say otherwise."""

    every: Every | None = _SOURCE.schedule.every
    """How often to look at a source. By default each is looked at when it is likely to have something new, as was learned from when
    it had (docs/polling.md)."""
    cron: Cron = ""
    """When to look, as a crontab line of five fields, instead of `every`."""
    budget: Count | None = None
    """Looks a day, shared by all sources that say neither `every` nor `cron`: each look is given where most is likely to wait.
    By default 48 for each of them, which is one every 30 minutes on average."""
    shortest: Every = _SOURCE.schedule.shortest
    """The shortest wait between two looks at a source by its rhythm; what its server asks for, if longer, wins."""
    longest: Every = _SOURCE.schedule.longest
    """The longest."""
    zone: Zone = _SOURCE.schedule.zone
    """Time zone in which all crontab lines are read."""
    jitter: Delay = timedelta(minutes=1)
    """Looks at an interval are put off at random by up to so much (at most a tenth of it), so that not all come at once."""


class LimitsEntry(Section):
    """Bounds of one crawl of one source. What does not fit waits for the next crawl; a crawl that meets a bound says so."""

    pages: Count = _LIMITS.pages
    """Article pages to read."""
    feed_pages: CountOrZero = _LIMITS.feed_pages
    """Of a feed's items, the newest so many have their pages read."""
    leads: CountOrZero = _LIMITS.leads
    """Articles to follow from "Read next" blocks."""
    entries: Count = _LIMITS.entries
    """Items to read of one feed (of RSS and Atom at most 1,500), sitemap or listing page."""
    sitemaps: Count = _LIMITS.sitemaps
    """Files to follow from one sitemap index."""
    depth: Count = _LIMITS.depth
    """Steps to go from an article that a feed, sitemap or listing shows to those it leads to, and on."""
    shape_pages: Count = _LIMITS.shape_pages
    """Pages to read whose addresses are alike but for numbers and words; one that gives nothing new counts five times.
    So calendars and endless lists end early."""
    body_bytes: Size = _LIMITS.body_bytes
    """Size of one answer, before and after decompression; of a feed or sitemap that is larger this much is read."""
    header_bytes: Size = _LIMITS.header_bytes
    """Size of one answer's headers."""
    request_time: Span = _LIMITS.request_time
    """Time for one request."""
    crawl_time: Span = _LIMITS.crawl_time
    """Time for the whole crawl."""
    redirects: CountOrZero = _LIMITS.redirects
    """Redirects to follow from one address."""


class Network(Section):
    """How newsloom behaves on the network."""

    contact: Contact = ""
    """Your mail address or a web page, told to every site in the User-Agent, so that its people can reach you.
    One at example.org stands for "not yet filled in" and is not sent."""
    user_agent: UserAgent | None = None
    """The User-Agent, if you want another than newsloom's own; the contact is appended to it."""
    open_networks: tuple[OpenNetwork, ...] = ()
    """Networks that may be asked although they are not public, such as your own site at 192.168.1.10/32. All others are refused."""
    proxy: Proxy = _NETWORK.proxy
    """Proxy for all requests, `http://host:port`. Variables of the environment are never used."""
    connections: Annotated[int, Field(ge=1, le=1000)] = _NETWORK.connections
    """Connections at once, over all sites. One site gets one."""
    children: Annotated[int, Field(ge=0, le=64)] = _NETWORK.children
    """Processes that read pages; 0: one fewer than the machine has processors, at least one. One is enough for some hundred
    sources."""


class ServerEntry(Section):
    """Where `run` and `serve` offer the feeds."""

    host: Host = _SERVER.host
    """Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for everyone who can reach it."""
    port: Annotated[int, Field(ge=0, le=65535)] = _SERVER.port
    """Port to listen on; 0: any free one."""


def _needs_sources(schema: dict[str, Any]) -> None:
    """Checked by us (each faulty source is taken out before), so the schema must be told."""
    schema["required"] = ["sources"]
    schema["properties"]["sources"] |= {"minItems": 1}
    schema["properties"]["sources"].pop("default", None)


class File(Section):
    """The configuration of newsloom. Every key but `sources` may be left out."""

    model_config = ConfigDict(json_schema_extra=_needs_sources)

    sources: tuple[SourceEntry, ...] = ()
    """The sites to watch."""
    topics: dict[str, TopicEntry] = {}
    """The feeds to make, beside the built-in ones: `all`, `briefs` and one for each source."""
    tags: dict[Tag, Tags] = {}
    """Tags of your own, each with the sites' words for it: a rule's `tag:` that asks for yours finds theirs too."""
    polling: Polling = Polling()
    """When to look."""
    defaults: Defaults = Defaults()
    """What holds for every source that does not say otherwise."""
    mute: Rule = ""
    """A rule; what matches it is stored and shown nowhere, whatever its source."""
    limits: LimitsEntry = LimitsEntry()
    """Bounds of one crawl."""
    network: Network = Network()
    """How newsloom behaves on the network."""
    server: ServerEntry = ServerEntry()
    """Where the feeds are offered."""
    store: str = Field(default="newsloom.db", min_length=1)
    """The database file. A relative path begins at this file's folder."""
    out: str = Field(default="public", min_length=1)
    """The folder of the published files. A relative path begins at this file's folder."""
    public_url: BaseAddress = ""
    """Where that folder is seen from outside, such as https://example.org/news; feeds name their own address with it,
    and a server in front of newsloom's may pass its host on."""
    title: str = Field(default="newsloom", min_length=1, max_length=200)
    """Title of the index page and of the OPML file."""
    copyright: str = Field(default="", max_length=1000)
    """What every feed says of the rights in it."""
