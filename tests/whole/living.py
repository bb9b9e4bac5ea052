"""`newsloom run` in a process of its own, at whose clock a minute passes whenever there is nothing more to do.

    python -m tests.whole.living CONFIG CRAWLS NOW

It begins at NOW (ISO 8601). Before each minute passes it tells what it holds, as a line of JSON. After CRAWLS it ends.
"""

import asyncio
import json
import os
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from newsloom.commands.call import Call
from newsloom.commands.logs import set_up
from newsloom.commands.rounds import keep_going
from newsloom.config import ConfigFile
from newsloom.news.sources import Server
from newsloom.news.times import Now

MINUTE = timedelta(minutes=1)
_TICK = timedelta(milliseconds=20)
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a process holds at one moment."""

    now: str
    """By its own clock, ISO 8601."""
    crawls: int
    """So far."""
    memory: int
    """Bytes, resident."""
    children_memory: int
    """The same of all its children."""
    children: int
    files: int
    threads: int
    tasks: int


class Minutes:
    """A clock that goes on when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now


@dataclass(frozen=True, kw_only=True)
class Guided(Call):
    """A call that goes by such a clock."""

    clock: Minutes

    @property
    def now(self) -> Now:
        return lambda: self.clock.now


async def live(call: Guided, crawls: int) -> None:
    stop = asyncio.Event()
    port = _free_port()
    file = ConfigFile(call.path, lambda: replace(call.config(), server=Server(port=port)))
    config = file.config
    life = asyncio.create_task(keep_going(call, file, tick=_TICK, stop=stop))
    held = _look(call.clock.now, 0, await _standing_tasks())
    try:
        while held.crawls < crawls and not life.done():
            if not _is_done(config.store, call.clock.now):
                await asyncio.sleep(0.01)
                continue
            await _ask(port)
            tasks = await _standing_tasks()
            held = _look(call.clock.now, _asked(config.store, "SELECT count(*) FROM crawls"), tasks)
            sys.stdout.write(json.dumps(asdict(held)) + "\n")
            sys.stdout.flush()
            call.clock.now += MINUTE
    finally:
        stop.set()
        await life


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def _ask(port: int) -> None:
    """For a feed, as a reader would."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /all.atom HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    writer.close()
    await writer.wait_closed()


def _is_done(store: Path, now: datetime) -> bool:
    """Nothing is crawled, due or to be published, and nobody is being told anything."""
    if any(task.get_name().startswith(("crawl", "push")) for task in asyncio.all_tasks()) or not store.exists():
        return False
    return not _asked(store, _MORE, f"{now:%Y-%m-%dT%H:%M:%SZ}")


_MORE = """
SELECT (SELECT count(*) = 0 OR min(coalesce(next_due, '')) <= ? FROM watched WHERE active = 1)
    OR EXISTS (SELECT 1 FROM topics WHERE active = 1 AND shown < changes)
"""


def _asked(store: Path, query: str, *values: str) -> int:
    """1 for a store that is being made."""
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute(query, values).fetchone()[0])
        except sqlite3.OperationalError:
            return 1


async def _standing_tasks() -> int:
    """The fewest there are at some moments: each tick has a few that come and go."""
    counts = []
    for _ in range(5):
        counts.append(len(asyncio.all_tasks()))
        await asyncio.sleep(0.005)
    return min(counts)


def _look(now: datetime, crawls: int, tasks: int) -> Held:
    children = list(_children())
    return Held(
        now=now.isoformat(),
        crawls=crawls,
        memory=_resident("self"),
        children_memory=sum(map(_resident, children)),
        children=len(children),
        files=sum(1 for _ in Path("/proc/self/fd").iterdir()),
        threads=threading.active_count(),
        tasks=tasks,
    )


def _children() -> Iterator[str]:
    for task in Path("/proc/self/task").iterdir():
        yield from (task / "children").read_text().split()


def _resident(pid: str) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def main(path: str, crawls: str, now: str) -> None:
    set_up(-1)
    asyncio.run(live(Guided(path=Path(path), clock=Minutes(datetime.fromisoformat(now))), int(crawls)))


if __name__ == "__main__":
    main(*sys.argv[1:])
