"""A config that is written anew while `run` works."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from newsloom import hallway
from newsloom.commands.call import Call
from newsloom.commands.rounds import keep_going
from newsloom.config import ConfigError, ConfigFile, file, load
from newsloom.news.times import system_now
from newsloom.store import Reader
from scheduler import Clock
from tests.scraper.loopback import Reply, Site

TICK = timedelta(milliseconds=50)
ITEMS = "".join(
    f"<item><title>The {word} opens</title><link>/{word}</link><description>What was said.</description></item>"
    for word in ("bridge", "harbour")
)
RSS = f"<rss version='2.0'><channel><title>News</title><link>/</link>{ITEMS}</channel></rss>"
CONFIG = """
sources:
  - {{url: {url}/feed.xml, name: news, robots: false, delay: 0s}}
topics: {topics}
polling: {{every: 1h, jitter: 0s}}
network: {{open_networks: [127.0.0.1/32]}}
server: {{port: {port}}}
"""


@pytest.fixture(autouse=True)
def written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "_WRITTEN", 0.01)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - files and logs have no event
            await asyncio.sleep(0.02)


async def status_of(url: str) -> int:
    def ask() -> int:
        try:
            with urlopen(url) as answer:  # noqa: S310 - our own server
                return int(answer.status)
        except HTTPError as error:
            return error.code

    return await asyncio.to_thread(ask)


def living(path: Path, act: Callable[[Site], Awaitable[None]]) -> None:
    """`act` beside what `run` does with this config, over a site that has one feed."""

    async def play() -> None:
        async with Site.open() as site:
            site.routes["/feed.xml"] = Reply(body=RSS, headers={"Content-Type": "application/rss+xml"})
            write(path, CONFIG.format(url=site.url, topics="{old: {}}", port=0))
            stop = asyncio.Event()
            call = Call(path=path)
            life = asyncio.create_task(keep_going(call, ConfigFile(path, call.config), tick=TICK, stop=stop))
            try:
                await act(site)
            finally:
                stop.set()
                await life

    asyncio.run(play())


def test_what_is_new_in_the_config_holds_and_what_is_gone_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "config.yaml", tmp_path / "public"
    caplog.set_level(logging.INFO, "newsloom")

    def said(event: str) -> list[dict[str, object]]:
        return [vars(r) for r in caplog.records if r.message.startswith(event)]

    async def act(site: Site) -> None:
        await until(lambda: b"harbour" in (out / "old.atom").read_bytes() if (out / "old.atom").exists() else False)
        served = capsys.readouterr().err.split()[2]
        assert await status_of(f"{served}/old.atom") == 200

        path.write_text("sources: []\ntopics: {old: {}}\n", encoding="utf-8")
        await until(lambda: bool(said("config not taken over")))
        await asyncio.sleep(5 * TICK.total_seconds())
        [fault] = said("fault in the config")
        assert (fault["line"], fault["key"]) == (1, "sources")
        assert await status_of(f"{served}/old.atom") == 200

        topics = "{new: {match: bridge}}"
        taken = int(site.url.rpartition(":")[2])
        text = CONFIG.format(url=site.url, topics=topics, port=taken)
        text = text.replace("topics:", "  - http://127.0.0.1:9/\ntopics:", 1)
        write(path, f"{text}\nstore: another.db\n")
        await until(lambda: (out / "new.atom").exists() and b"bridge" in (out / "new.atom").read_bytes())
        assert b"harbour" not in (out / "new.atom").read_bytes()
        assert await status_of(f"{served}/new.atom") == 200
        assert await status_of(f"{served}/old.atom") == 410
        await until(lambda: [r["key"] for r in said("this key of the config")] == ["store"])
        [unserved] = said("not served at the address of the config")
        assert f"port {taken} is taken" in str(unserved["error"])
        await until(lambda: any(r["source"] == "127.0.0.1-9" for r in said("crawled")))

        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            free = other.getsockname()[1]
        write(path, text.replace(f"port: {taken}", f"port: {free}"))
        await until(lambda: len(said("config taken over")) == 2)
        assert await status_of(f"http://127.0.0.1:{free}/new.atom") == 200
        with pytest.raises(URLError):
            await status_of(f"{served}/new.atom")

    living(path, act)
    assert len(said("config not taken over")) == 1


def test_what_changes_while_a_source_is_crawled_holds_when_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"

    async def play() -> None:
        async with Site.open() as site:
            answer = asyncio.Event()

            async def late(writer: asyncio.StreamWriter) -> None:
                await answer.wait()
                head = f"HTTP/1.1 200 Said\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(RSS)}\r\n\r\n"
                writer.write((head + RSS).encode())

            site.routes["/feed.xml"] = Reply(raw=late)
            gone = f"  - {{url: {site.url}/feed.xml, name: gone, robots: false, delay: 0s}}\n"
            text = CONFIG.format(url=site.url.replace("127.0.0.1", "localhost"), topics="{}", port=0)
            write(path, text.replace("sources:\n", f"sources:\n{gone}"))
            stop = asyncio.Event()
            async with hallway.opened(load(path), system_now) as house:
                clock = Clock(house, tick=TICK)
                life = asyncio.create_task(clock.run(stop))
                await until(lambda: site.asked.count("/feed.xml") == 2)
                write(path, text.replace("every: 1h", "every: 5m"))
                await clock.take_over(load(path))
                answer.set()
                await until(lambda: not any(t.get_name().startswith("crawl") for t in asyncio.all_tasks()))
                due = await house.store.next_due("news")
                assert due is not None
                assert due - system_now() <= timedelta(minutes=5)
                stop.set()
                await life

    asyncio.run(play())
    with Reader.open(tmp_path / "newsloom.db", system_now) as reader:
        assert [s.name for s in reader.status().sources] == ["news"]
        assert reader.held()["gone"].articles == 2


def test_a_file_is_read_when_it_was_written_and_stands(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("sources: [https://a.example/]", encoding="utf-8")
    watched = ConfigFile(path, lambda: load(path))

    async def play() -> None:
        assert await watched.changed() is None
        path.write_text("sources: [https://a.example/] # the same", encoding="utf-8")
        assert await watched.changed() is None
        path.write_text("sources: [https://a.example/, https://b.example/]", encoding="utf-8")
        look = asyncio.create_task(watched.changed())
        await asyncio.sleep(0)
        path.write_text("sources: [https://a.example/, https://b.example/, https://c.example/]", encoding="utf-8")
        assert await look is None
        changed = await watched.changed()
        assert changed is not None
        assert [s.url for s in changed.sources][2] == "https://c.example/"
        path.unlink()
        with pytest.raises(ConfigError):
            await watched.changed()
        assert await watched.changed() is None
        with pytest.raises(ConfigError):
            await watched.changed(now=True)

    asyncio.run(play())
