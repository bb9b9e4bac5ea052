"""Readers that fetch when they please, over a store and a folder of feeds that live and are killed at every point of their work."""

import asyncio
import gzip
import random
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urljoin
from uuid import UUID

import pytest
from lxml import etree

from newsloom import adopting, publishing
from newsloom.config import Config, load
from newsloom.news.items import Article, Topic
from newsloom.news.memory import CrawlReport, Found, Listing, Page, Role, State, Validators
from newsloom.news.sources import Source
from newsloom.store import Store, StoreError

T = TypeVar("T")
START = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
WORDS = ("bridge", "ferry", "storm", "harbour")
CONFIG = """\
sources: [{url: "https://a.example/", name: a, every: 1h}, {url: "https://b.example/", name: b, every: 1h}]
network: {contact: me@example.org}
topics: {water: {match: bridge OR ferry}}
"""
FEEDS = ("all.atom", "all.rss", "water.atom", "water.rss", "source/a.atom", "source/b.rss")
RULES = ("bridge OR ferry", "bridge", "NOT storm", "ferry OR harbour")
MUTES = ("", "", "ferry", "storm")
_NAMES = {"a": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/"}


class CrashError(BaseException):
    """As a kill: nobody answers it, nothing is tidied up."""


class Fuse:
    """Passes every point of the work, and lets others look; burns through at one of them, if it is lit."""

    def __init__(self) -> None:
        self.look: Callable[[], None] = lambda: None
        self.passed: Counter[str] = Counter()
        self.burnt: Counter[str] = Counter()
        self._left = -1
        self._name = ""

    def light(self, points: int) -> None:
        """To burn through after so many points."""
        self._left = points

    def light_at(self, name: str) -> None:
        """To burn through when this point is next passed."""
        self._name = name

    def out(self) -> None:
        self._left = -1

    def at(self, name: str) -> None:
        self.passed[name] += 1
        self.look()
        if self._left == 0 or self._name == name:
            self.burnt[name] += 1
            self._left, self._name = -1, ""
            raise CrashError(name)
        self._left -= self._left > 0


class Fragile(Store):
    """A store in whose process a fuse burns: before and after each transaction."""

    fuse: Fuse

    async def _do(self, work: Callable[..., T], *, beside: bool = False) -> T:
        caller = sys._getframe(1)
        name = caller.f_code.co_name
        if name == "_tell" and caller.f_back is not None:
            name = caller.f_back.f_code.co_name
        self.fuse.at(f"before {name}")
        done = await super()._do(work, beside=beside)
        self.fuse.at(f"after {name}")
        return done


def on_files(fuse: Fuse, patch: pytest.MonkeyPatch) -> None:
    """Before and after each file takes its place."""
    real = Path.replace

    def moved(self: Path, target: Path) -> Path:
        kind = "page" if "archive" in target.parts else "feed" if target.stem != "index" else "index"
        what = f"{kind}'s twin" if target.suffix == ".gz" else kind
        fuse.at(f"before {what} is in place")
        done = real(self, target)
        fuse.at(f"after {what} is in place")
        return done

    patch.setattr("pathlib.Path.replace", moved)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A feed or an archive page as a reader parses it."""

    address: str
    before: str
    """The address of the page before; empty: none."""
    entries: tuple[tuple[UUID, str], ...]
    """Id and edition, newest first."""


def parsed(body: bytes, address: str) -> Document:
    root = etree.fromstring(body)
    links = {str(e.get("rel")): str(e.get("href")) for e in root.iter(f"{{{_NAMES['a']}}}link")}
    found = [
        (e.findtext("a:id", "", _NAMES), e.findtext("a:content", "", _NAMES)) for e in root.iterfind("a:entry", _NAMES)
    ]
    found += [
        (e.findtext("guid", ""), e.findtext("content:encoded", "", _NAMES)) for e in root.iterfind("channel/item")
    ]
    assert len({i for i, _ in found}) == len(found), f"an entry stands in {address} twice"
    return Document(
        address=address,
        before=unquote(urljoin(address, links["prev-archive"])) if "prev-archive" in links else "",
        entries=tuple((UUID(i), edition(text)) for i, text in found),
    )


def served(path: Path) -> bytes:
    """As a server has it: of pages that are old the twin only is there."""
    return path.read_bytes() if path.exists() else gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())


def edition(text: str) -> str:
    said = re.search(r"edition (\w+)", text)
    assert said is not None, text
    return said[1]


class Reader:
    """Subscribes to one feed; follows its archives to where it was (RFC 5005, 4). May do so in two sittings."""

    def __init__(self, out: Path, name: str) -> None:
        self.name = name
        self.holds: dict[UUID, str] = {}
        self._out = out
        self._pages: set[str] = set()
        self._begun: Document | None = None

    def _get(self, address: str) -> Document:
        return parsed(served(self._out / address), address)

    def begin(self) -> None:
        """Fetch the feed; the rest when it comes to it."""
        if (self._out / self.name).exists():
            self._begun = self._get(self.name)

    def finish(self) -> None:
        if self._begun is None:
            return
        chain = [self._begun]
        while chain[-1].before and chain[-1].before not in self._pages:
            chain.append(self._get(chain[-1].before))
        for document in reversed(chain):
            self.holds.update(reversed(document.entries))
        self._pages.update(d.address for d in chain[1:])
        self._begun = None


@dataclass(kw_only=True)
class Piece:
    """An article of a site."""

    source: str
    url: str
    word: str
    number: int
    published: datetime
    editions: int = 1

    def page(self, now: datetime) -> Page:
        return Page(asked=self.url, url=self.url, state=State.READ, fetched=now, article=self.article())

    def article(self) -> Article:
        """Texts of different numbers have nothing in common but their words."""
        noise = random.Random(self.number)  # noqa: S311 - no secret
        tokens = " ".join("".join(noise.choices("abcdefghiklmnoprstu", k=6)) for _ in range(40))
        text = f"The {self.word} in {tokens} saw edition {letters(self.editions)}."
        return Article(url=self.url, title=f"Piece {letters(self.number)}", text=text, published=self.published)


def letters(number: int) -> str:
    """A number as a word: what only counts is no correction."""
    said = ""
    while number:
        number, rest = divmod(number - 1, 26)
        said = chr(97 + rest) + said
    return f"q{said}q"


@dataclass(kw_only=True)
class World:
    """Everything: sites, the process that watches them, its folder, and the readers."""

    folder: Path
    dice: random.Random
    fuse: Fuse
    at: datetime = START
    pieces: list[Piece] = field(default_factory=list)
    withdrawn: set[UUID] = field(default_factory=set)
    once_withdrawn: set[UUID] = field(default_factory=set)
    readers: list[Reader] = field(default_factory=list)
    pages: dict[str, tuple[bytes, Document]] = field(default_factory=dict)
    """Archive pages that a feed has linked, and what they said when they were last looked at."""
    said: dict[tuple[UUID, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Editions of each version of an entry: a page that is read after its item, and a copy, make none of their own."""
    crashes: int = 0

    def __post_init__(self) -> None:
        path = self.folder / "config.yaml"
        path.write_text(CONFIG, encoding="utf-8")
        self.config: Config = load(path)
        self.store = self._open()
        self.readers = [Reader(self.config.out, name) for name in FEEDS for _ in range(2)]
        self.fuse.look = lambda: self.read(0.05)

    def _open(self) -> Fragile:
        store = Fragile.open(self.config.store, lambda: self.at)
        store.fuse = self.fuse
        return store

    async def live(self, steps: int) -> None:
        await self.survive(lambda: adopting.adopt(self.config, self.store))
        await self.survive(self.first_listing)
        doings: dict[Callable[[], Any], int] = {
            self.news: 8, self.corrections: 5, self.copy: 2, self.become_one: 1, self.listing: 3, self.another_rule: 1,
            self.another_mute: 2, self.without_topic: 1, self.withdraw: 1, self.show_again: 1, self.publish: 12,
        }  # fmt: skip
        for _ in range(steps):
            self.at += timedelta(minutes=self.dice.choice((1, 10, 70)))
            (doing,) = self.dice.choices(list(doings), list(doings.values()))
            self.fuse.light(self.dice.randrange(40) if self.dice.random() < 0.4 else -1)
            await self.survive(doing)
            self.fuse.out()
            self.read()
        await self.rest()

    async def die_everywhere(self) -> None:
        """One topic, in whose work the process is killed at each of its points, one after the other."""
        self.config = replace(self.config, topics=tuple(t for t in self.config.topics if t.key == "all"))
        self.readers = [r for r in self.readers if r.name.startswith("all.")]
        await adopting.adopt(self.config, self.store)
        await self.first_listing()
        first, second = (self.news, self.corrections, self.listing, self.publish), (self.another_mute, self.publish)
        while names := self.fuse.passed.keys() - self.fuse.burnt.keys():
            self.fuse.light_at(min(names))
            for doing in (*first, *second, self.withdraw):
                self.at += timedelta(minutes=70)
                await self.survive(doing)
                self.read()
        await self.rest()

    async def survive(self, doing: Callable[[], Any]) -> None:
        """Until it is done: who was killed is started again, and the sites still show what they showed."""
        while True:
            try:
                await doing()
            except CrashError:
                self.crashes += 1
                self.store.close()
                self.store = self._open()
                self.read()
                await self.survive(lambda: adopting.adopt(self.config, self.store))
            else:
                return

    def read(self, often: float = 1.0) -> None:
        for reader in self.readers:
            chance = self.dice.random() / often
            if chance < 0.05:
                reader.begin()
            elif chance < 0.15:
                reader.finish()
            elif chance < 0.2:
                reader.begin()
                reader.finish()

    async def rest(self) -> None:
        """The last is said, and everybody reads it, some for the first time."""
        for name in "ab":
            await self._record(name)
        for _ in range(2):
            self.at += timedelta(hours=3)
            await self.publish()
        assert await publishing.publish_dirty(self.config, self.store, only=[t.key for t in self.config.topics]) == (
            (),
            (),
        )
        self.readers += [Reader(self.config.out, name) for name in sorted({r.name for r in self.readers})]
        for reader in self.readers:
            reader.begin()
            reader.finish()

    # What happens

    def source(self, name: str) -> Source:
        return next(s for s in self.config.sources if s.name == name)

    def _piece(self, name: str, **fields: Any) -> Piece:
        number = len(self.pieces) + 1
        usual: dict[str, Any] = {
            "source": name,
            "url": f"https://{name}.example/{number}",
            "word": self.dice.choice(WORDS),
            "number": number,
            "published": self.at - timedelta(minutes=self.dice.randrange(60 * self.dice.choice((1, 24, 200)))),
        }
        piece = Piece(**usual | fields)
        self.pieces.append(piece)
        return piece

    async def _save(self, pieces: Sequence[Piece]) -> None:
        for name in sorted({p.source for p in pieces}):
            await self.store.save(self.source(name), [p.page(self.at) for p in pieces if p.source == name])

    async def _list(self, name: str, pieces: Sequence[Piece]) -> None:
        url = f"https://{name}.example/feed"
        found = tuple(
            Found(url=p.url, title=p.article().title, published=p.published, item=p.article()) for p in pieces
        )
        listing = Listing(
            asked=url, url=url, role=Role.FEED, fetched=self.at, validators=Validators(etag='"1"'), found=found
        )
        await self.store.listed(self.source(name), listing)

    async def _record(self, name: str) -> None:
        await self.store.record(CrawlReport(source=name, started=self.at, finished=self.at))

    async def first_listing(self) -> None:
        """A site's backlog, of which only the newest show."""
        pieces = [self._piece("a") for _ in range(30)]
        await self.survive(lambda: self._list("a", pieces))
        await self.survive(lambda: self._record("a"))

    async def news(self) -> None:
        pieces = [self._piece(self.dice.choice("ab")) for _ in range(self.dice.choice((1, 3, 20, 60)))]
        await self.survive(lambda: self._save(pieces))

    async def listing(self) -> None:
        """Items, of which some are read at once and others wait for the crawl's end."""
        name = self.dice.choice("ab")
        pieces = [self._piece(name) for _ in range(self.dice.randrange(1, 12))]
        await self.survive(lambda: self._list(name, pieces))
        await self.survive(lambda: self._save(pieces[::2]))
        if self.dice.random() < 0.7:
            await self.survive(lambda: self._record(name))

    async def corrections(self) -> None:
        recent = self.pieces[-60:] if self.dice.random() < 0.6 else self.pieces
        some = self.dice.sample(recent, min(len(recent), self.dice.choice((1, 1, 5, 30))))
        for piece in some:
            piece.editions += 1
            if self.dice.random() < 0.3:
                piece.word = self.dice.choice(WORDS)
        await self.survive(lambda: self._save(some))

    async def copy(self) -> None:
        """The other site has the very text."""
        piece = self.dice.choice(self.pieces)
        other = "b" if piece.source == "a" else "a"
        twin = replace(piece, source=other, url=f"https://{other}.example/copy/{len(self.pieces)}")
        self.pieces.append(twin)
        await self.survive(lambda: self._save([twin]))

    async def become_one(self) -> None:
        """A piece of one site now has the text of one of the other's."""
        one = self.dice.choice(self.pieces)
        others = [p for p in self.pieces[-80:] if p.source != one.source]
        if others:
            other = self.dice.choice(others)
            other.number, other.word, other.editions = one.number, one.word, one.editions
            await self.survive(lambda: self._save([other]))

    async def another_rule(self) -> None:
        topics = [replace(t, match=self.dice.choice(RULES)) if t.key == "water" else t for t in self.config.topics]
        await self._adopt(topics=topics)

    async def another_mute(self) -> None:
        name, mute = self.dice.choice("ab"), self.dice.choice(MUTES)
        await self._adopt(sources=[replace(s, mute=mute) if s.name == name else s for s in self.config.sources])

    async def without_topic(self) -> None:
        """It is taken out of the config, and put back while the sites go on."""
        topics = self.config.topics
        await self._adopt(topics=[t for t in topics if t.key != "water"])
        await self.news()
        await self.corrections()
        await self.publish()
        await self._adopt(topics=topics)

    async def _adopt(self, *, topics: Sequence[Topic] | None = None, sources: Sequence[Source] | None = None) -> None:
        self.config = replace(
            self.config,
            topics=self.config.topics if topics is None else tuple(topics),
            sources=self.config.sources if sources is None else tuple(sources),
        )
        await self.survive(lambda: adopting.adopt(self.config, self.store))

    async def withdraw(self) -> None:
        piece = self.dice.choice(self.pieces)
        await self.survive(lambda: self._withdraw(piece.url))

    async def _withdraw(self, url: str) -> None:
        assert await self.store.withdraw(url) is not None

    async def show_again(self) -> None:
        if self.withdrawn:
            one = self.dice.choice(sorted(self.withdrawn))
            await self.survive(lambda: self._show_again(one))

    async def _show_again(self, one: UUID) -> None:
        with suppress(StoreError):  # who was killed had done it
            await self.store.restore(str(one))

    async def publish(self) -> None:
        for uuid, version, text in self.rows("SELECT uuid, version, text FROM entries WHERE joined IS NULL"):
            self.said[UUID(uuid), version].add(edition(text))
        await self.survive(self._publish)
        self.withdrawn = {UUID(uuid) for (uuid,) in self.rows("SELECT uuid FROM entries WHERE withdrawn <> ''")}
        self.once_withdrawn |= self.withdrawn
        self.check()

    async def _publish(self) -> None:
        _, failed = await publishing.publish_dirty(self.config, self.store)
        assert failed == ()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.config.store)) as store:
            return store.execute(sql, values).fetchall()

    # What must be true

    def check(self) -> None:
        """After a publish: an archive page that was linked is what it was, unless something was withdrawn from it."""
        for topic in self.config.topics:
            for suffix in (".atom", ".rss"):
                feed = self._document(f"{topic.key}{suffix}")
                assert len(feed.entries) <= 50
                self._check_pages(feed)

    def _check_pages(self, feed: Document) -> None:
        assert self.withdrawn.isdisjoint(i for i, _ in feed.entries)
        address = feed.before
        while address:
            body = served(self.config.out / address)
            before, was = self.pages.get(address, (b"", None))
            page = was if was is not None and before == body else parsed(body, address)
            self.pages[address] = body, page
            assert self.withdrawn.isdisjoint(i for i, _ in page.entries), address
            if was is not None and page is not was:
                cut = set(was.entries).difference(page.entries)
                assert page.entries == tuple(e for e in was.entries if e not in cut), address
                assert self.once_withdrawn.issuperset(i for i, _ in cut), address
            address = page.before

    def _document(self, name: str) -> Document:
        return parsed((self.config.out / name).read_bytes(), name)


def opened(folder: Path, seed: int, patch: pytest.MonkeyPatch, fuse: Fuse) -> World:
    on_files(fuse, patch)
    patch.setattr("feeds.archives.PLAIN", 3)
    return World(folder=folder, dice=random.Random(seed), fuse=fuse)  # noqa: S311 - as above


def lived(world: World, life: Coroutine[None, None, None]) -> World:
    try:
        asyncio.run(life)
    finally:
        world.store.close()
    return world
