"""The demo's papers in a thread of their own, with a clock that the test sets, watched by real newsloom processes."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsloom.demo.sites import DemoSites, Truth

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Papers:
    """Sites that live, and a folder that watches them."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.now = now
        self.folder = folder
        self.sites: DemoSites
        self._ready, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._open()))

    async def _open(self) -> None:
        async with DemoSites.open(now=lambda: self.now, first_port=0) as sites:
            self.sites = sites
            self._ready.set()
            await asyncio.to_thread(self._done.wait)

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def store(self) -> Path:
        return self.folder / "newsloom.db"

    @property
    def out(self) -> Path:
        return self.folder / "public"

    def truth(self) -> Truth:
        return self.sites.truth()

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "newsloom", "--config", str(self.config), *words]

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """The command beside the test, its stderr in a pipe."""
        return subprocess.Popen(
            self.command(*words), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def newsloom(self, *words: str, at_now: bool = True) -> str:
        """The command's stdout; it must end with status 0."""
        words = (*words, "--now", self.now.isoformat()) if at_now else words
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def published(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.out)): p.read_bytes() for p in self.out.rglob("*") if p.is_file()}


@contextmanager
def opened(folder: Path, now: datetime = NOON) -> Iterator[Papers]:
    here = Papers(folder, now)
    here._thread.start()
    try:
        assert here._ready.wait(30)
        here.config.write_text(here.sites.config_text(out=here.out, store=here.store), encoding="utf-8")
        yield here
    finally:
        here._done.set()
        here._thread.join()
