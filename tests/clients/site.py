"""A small newspaper whose feeds newsloom publishes and serves: headlines and bodies that readers stumble over, in two editions."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsloom import adopting, publishing
from newsloom.config import load
from newsloom.news.items import Article, Enclosure, Image
from newsloom.news.memory import Page, State
from newsloom.store import Store

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_CONFIG = """\
title: "Feeds & more"
sources: [{url: "https://news.example/", name: news, title: "News & Views", language: en}]
network: {contact: me@example.org}
public_url: https://feeds.example/
"""


def _article(n: int, title: str, **fields: object) -> Article:
    """No two of them have much in common."""
    dice = random.Random(n)  # noqa: S311 - no secret
    noise = " ".join("".join(dice.choices("abcdefghiklmnoprstu", k=6)) for _ in range(80))
    usual: dict[str, object] = {
        "url": f"https://news.example/{n}?a=1&b={n}",
        "title": title,
        "text": f"Begins {noise}",
        "html": f"<p>Begins <em>{noise[:300]}</em></p><ul><li>{noise[300:]}</li></ul><p>R&amp;D, 1 &lt; 2, &quot;so&quot;.</p>",
        "summary": f"Summed up: {noise[:60]} & more.",
        "authors": ("Ada Ng", "Bo O'Hara & Co"),
        "tags": ("Wind & rain", "météo"),
        "published": MORNING - timedelta(minutes=n),
    }
    return Article(**usual | fields)  # type: ignore[arg-type]  # fields of any kind


MORNING_EDITION = (
    _article(1, "Rain & wind: “so it goes”, it's 1 < 2"),
    _article(2, "Größer – naïve façade in Łódź"),
    _article(3, "火山が噴火した、住民は避難"),
    _article(4, "כותרת בעברית, ואז English"),
    _article(5, "👩‍👩‍👧 walk 🇦🇿"),
    _article(6, "AT&T says R&D is no sign"),
    _article(7, "What ]]> ends"),
    _article(8, "", html=""),
    _article(9, "A control \x0b character and half a \ud83d pair"),
    _article(
        10, "With a podcast", enclosures=(Enclosure(url="https://news.example/10.mp3", type="audio/mpeg", length=9),)
    ),
    _article(11, "With a picture", image=Image(url="https://news.example/11.jpg", width=640, height=480)),
    _article(12, "Nobody knows when", published=None),
    _article(13, "Long", html="<p>Begins here. </p>" + "<p>And so on, and so on, in a line of its own.</p>" * 1500),
)
CORRECTED = replace(
    MORNING_EDITION[1], title="Größer – a façade in Łódź fell", text="Begins anew, after it fell.", html=""
)
NOON_EDITION = (
    CORRECTED,
    *(
        _article(n, f"At noon, the {word}", published=NOON - timedelta(minutes=n))
        for n, word in enumerate(("first", "second", "third"), 20)
    ),
)


class Site:
    """The newspaper's feeds, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "config.yaml"
        self._path.write_text(_CONFIG, encoding="utf-8")

    def publish(self, edition: Sequence[Article], at: datetime) -> None:
        asyncio.run(self._publish(edition, at))

    async def _publish(self, edition: Sequence[Article], at: datetime) -> None:
        config = load(self._path)
        with Store.open(config.store, lambda: at) as store:
            await adopting.adopt(config, store)
            pages = [Page(asked=a.url, url=a.url, state=State.READ, fetched=at, article=a) for a in edition]
            await store.save(config.sources[0], pages)
            assert (await publishing.publish_dirty(config, store))[1] == ()

    @contextmanager
    def served(self) -> Iterator[str]:
        """By `newsloom serve`, at this address."""
        command = [sys.executable, "-m", "newsloom", "--config", str(self._path), "serve", "--port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            said = process.stderr.readline()
            try:
                yield said.split()[2]
            finally:
                process.terminate()
