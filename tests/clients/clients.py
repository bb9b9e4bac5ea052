"""Real feed readers, each driven as its user would: subscribe, fetch, look at what it has."""

import email.header
import email.utils
import http.client
import json
import mailbox
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / ".clients"
"""Where `make clients` puts what comes from PyPI and npm."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """As a reader has it."""

    id: str
    link: str
    title: str
    content: str
    date: float | None
    """Seconds since 1970."""


class Corrected(Enum):
    """What a reader makes of an entry that it knows, and that was changed."""

    REPLACED = "the item is the new one"
    AGAIN = "the new one stands beside the old one"
    IGNORED = "the old one stays"


class Client:
    """One reader with a folder of its own, subscribed to these feeds below an address."""

    name: str
    needs: str = ""
    """What to install where it is not there."""
    reads: tuple[str, ...] = (".atom", ".rss")
    asks: bool = True
    """Whether it says what it has, so that it can be told that nothing is new."""
    corrected: Corrected = Corrected.REPLACED
    short: bool = False
    """Whether of an item's body and summary it keeps one, as text."""

    def __init__(self, folder: Path, base: str, paths: Sequence[str]) -> None:
        self.folder = folder
        self.base = base
        self.paths = [path for path in paths if Path(path).suffix in self.reads]
        folder.mkdir()
        self.subscribe()

    @classmethod
    def is_there(cls) -> bool:
        raise NotImplementedError

    def subscribe(self) -> None:
        """Nothing to do, mostly."""

    def fetch(self) -> None:
        raise NotImplementedError

    def items(self, path: str) -> list[Item]:
        raise NotImplementedError

    def run(self, *command: str, stdin: bytes = b"", check: bool = True) -> bytes:
        quiet = {"HOME": str(self.folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "no_proxy": "*"}
        done = subprocess.run(
            command, cwd=self.folder, env=os.environ | quiet, input=stdin, capture_output=True, timeout=120, check=False
        )
        assert not check or done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')[-500:]}"
        return done.stdout


class Newsboat(Client):
    """Keeps items by guid over all its feeds, so each feed has a store of its own here."""

    name = "newsboat"
    needs = "apt-get install newsboat"

    @classmethod
    def is_there(cls) -> bool:
        return shutil.which("newsboat") is not None

    def subscribe(self) -> None:
        (self.folder / "config").write_text("download-retries 1\n")
        for n, path in enumerate(self.paths):
            (self.folder / f"urls{n}").write_text(f"{self.base}{path}\n")

    def fetch(self) -> None:
        for n in range(len(self.paths)):
            self.run("newsboat", "-u", f"urls{n}", "-c", f"store{n}", "-C", "config", "-x", "reload")

    def items(self, path: str) -> list[Item]:
        with closing(sqlite3.connect(self.folder / f"store{self.paths.index(path)}")) as store:
            rows = store.execute("SELECT guid, url, title, content, pubDate FROM rss_item WHERE deleted = 0")
            return [Item(id=i, link=u, title=t, content=c, date=float(d)) for i, u, t, c, d in rows]


class Sfeed(Client):
    name = "sfeed"
    needs = "apt-get install sfeed curl"
    asks = False
    corrected = Corrected.AGAIN

    @classmethod
    def is_there(cls) -> bool:
        return None not in (shutil.which("sfeed_update"), shutil.which("curl"))

    def subscribe(self) -> None:
        feeds = "".join(f"feed f{n} {self.base}{path}\n" for n, path in enumerate(self.paths))
        (self.folder / "rc").write_text(f"sfeedpath={self.folder}/feeds\nfeeds() {{\n{feeds}}}\n")

    def fetch(self) -> None:
        self.run("sfeed_update", "rc")

    def items(self, path: str) -> list[Item]:
        file = self.folder / f"feeds/f{self.paths.index(path)}"
        rows = [row.split("\t") for row in file.read_text(encoding="utf-8").splitlines()]
        return [Item(id=r[5], link=r[2], title=r[1], content=r[3].replace("\\n", "\n"), date=float(r[0])) for r in rows]


class Rss2email(Client):
    name = "rss2email"
    needs = "apt-get install rss2email"
    corrected = Corrected.IGNORED

    @classmethod
    def is_there(cls) -> bool:
        return shutil.which("r2e") is not None

    def subscribe(self) -> None:
        (self.folder / "mail").mkdir()
        (self.folder / "r2e.cfg").write_text(
            "[DEFAULT]\nfrom = a@feeds.invalid\nto = b@feeds.invalid\nemail-protocol = maildir\n"
            f"maildir-path = {self.folder}/mail\nmaildir-mailbox = box\ndate-header = True\nhtml-mail = True\nuse-8bit = True\n"
        )
        for n, path in enumerate(self.paths):
            self.run("r2e", "-c", "r2e.cfg", "-d", "r2e.json", "add", f"f{n}", self.base + path)

    def fetch(self) -> None:
        self.run("r2e", "-c", "r2e.cfg", "-d", "r2e.json", "run")

    def items(self, path: str) -> list[Item]:
        mails = [m for box in self.folder.glob("mail/*/new") for m in mailbox.Maildir(box.parent, create=False)]
        return [self._item(mail) for mail in mails if mail["X-RSS-Feed"] == self.base + path]

    def _item(self, mail: mailbox.MaildirMessage) -> Item:
        parts: list[Any] = [part for part in mail.walk() if not part.is_multipart()]
        return Item(
            id=mail["X-RSS-ID"],
            link=mail["X-RSS-URL"],
            title=str(email.header.make_header(email.header.decode_header(mail["Subject"]))),
            content="".join(p.get_payload(decode=True).decode(p.get_content_charset() or "utf-8") for p in parts),
            date=email.utils.parsedate_to_datetime(mail["Date"]).timestamp(),
        )


class Library(Client):
    """One that reads a document; what it asks for and keeps, by id, it leaves to us."""

    def __init__(self, folder: Path, base: str, paths: Sequence[str]) -> None:
        self._kept: dict[str, dict[str, Item]] = {path: {} for path in paths}
        self._validators: dict[str, dict[str, str]] = {path: {} for path in paths}
        super().__init__(folder, base, paths)

    def fetch(self) -> None:
        for path in self.paths:
            there = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=30)
            there.request("GET", path, headers=self._validators[path])
            answer = there.getresponse()
            body = answer.read()
            there.close()
            if answer.status == 200:
                tag, modified = answer.getheader("ETag"), answer.getheader("Last-Modified")
                assert tag
                assert modified
                self._validators[path] = {"If-None-Match": tag, "If-Modified-Since": modified}
                found = [Item(**fields) for fields in json.loads(self.parsed(body))]
                assert len({item.id for item in found}) == len(found)
                self._kept[path] |= {item.id: item for item in found}

    def parsed(self, body: bytes) -> bytes:
        raise NotImplementedError

    def items(self, path: str) -> list[Item]:
        return list(self._kept[path].values())


class Python(Library):
    needs = "`make clients`, where PyPI can be reached"

    @classmethod
    def is_there(cls) -> bool:
        return (INSTALLED / "python/bin/python").exists()

    def parsed(self, body: bytes) -> bytes:
        return self.run(str(INSTALLED / "python/bin/python"), str(HERE / "parse.py"), self.name, stdin=body)


class Feedparser(Python):
    name = "feedparser"


class Fastfeedparser(Python):
    name = "fastfeedparser"
    reads = (".atom", ".rss", ".json")


class Atoma(Python):
    name = "atoma"
    reads = (".atom", ".rss", ".json")


class Reader(Python):
    """A library that fetches and keeps by itself."""

    name = "reader"
    reads = (".atom", ".rss", ".json")

    def fetch(self) -> None:
        for path in self.paths:
            said = self.run(
                str(INSTALLED / "python/bin/python"), str(HERE / "parse.py"), "reader", "store", self.base + path
            )
            self._kept[path] = {str(n): Item(**fields) for n, fields in enumerate(json.loads(said))}


class Node(Library):
    needs = "apt-get install nodejs npm, then `make clients`, where npm's registry can be reached"

    @classmethod
    def is_there(cls) -> bool:
        return shutil.which("node") is not None and (INSTALLED / "node_modules" / cls.name).is_dir()

    def subscribe(self) -> None:
        (self.folder / "node_modules").symlink_to(INSTALLED / "node_modules")

    def parsed(self, body: bytes) -> bytes:
        return self.run("node", str(HERE / "parse.mjs"), self.name, stdin=body)


class RssParser(Node):
    name = "rss-parser"


class Feedsmith(Node):
    name = "feedsmith"
    reads = (".atom", ".rss", ".json")


class Feedme(Node):
    name = "feedme"
    reads = (".atom", ".rss", ".json")


class FeedParser(Node):
    name = "@rowanmanning/feed-parser"


class FeedExtractor(Node):
    name = "@extractus/feed-extractor"
    reads = (".atom", ".rss", ".json")
    short = True


CLIENTS: tuple[type[Client], ...] = (
    *(Newsboat, Sfeed, Rss2email, Reader, Feedparser, Fastfeedparser, Atoma),
    *(RssParser, Feedsmith, Feedme, FeedParser, FeedExtractor),
)
