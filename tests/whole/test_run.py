"""`newsloom run` as its user has it: one process that crawls, publishes and serves until it is told to stop."""

import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import feedparser
import pytest

from newsloom.demo.sites import DemoSites
from newsloom.news.identity import key
from newsloom.news.times import system_now
from tests.whole.papers import opened

PATIENCE = 120
"""Seconds; a tick of the clock is 20."""


def until(true: Callable[[], bool]) -> None:
    """Asks until it is so. The bound only ends a test that would never end."""
    last = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < last
        time.sleep(0.1)


def shown(url: str) -> set[str]:
    with urlopen(f"{url}/all.atom") as answer:  # noqa: S310 - our own server
        return {key(e.link) for e in feedparser.parse(answer.read()).entries}


def originals(sites: DemoSites) -> set[str]:
    return {key(a.url) for a in sites.truth().articles if a.copy_of is None}


def told(manager: socket.socket, word: str) -> list[str]:
    """What the service manager heard up to this word."""
    heard: list[str] = []
    while word not in heard:
        heard += manager.recv(4096).decode().split("\n")
    return heard


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listens as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def test_run_shows_a_new_article_over_http_and_ends_fine_when_told_to(tmp_path: Path, manager: socket.socket) -> None:
    with opened(tmp_path, now=system_now()) as papers:
        papers.config.write_text(papers.config.read_text().replace("port: 8080", "port: 0"))
        run = papers.start("run")
        try:
            assert run.stderr is not None
            said: list[str] = []
            found = None
            while found is None:
                said.append(run.stderr.readline())
                assert said[-1], said
                found = re.search(r"feeds at (http://\S+)", said[-1])
            reader = threading.Thread(target=lambda: said.extend(run.stderr or ()))
            reader.start()
            assert told(manager, "READY=1") == ["READY=1"]
            assert re.fullmatch(r"STATUS=7 sources, \d being crawled", told(manager, "WATCHDOG=1")[-1])
            until(lambda: (papers.out / "all.atom").exists() and len(shown(found[1])) == 50)

            second = subprocess.run(papers.command("run"), capture_output=True, text=True, check=False)
            assert second.returncode == 2
            assert "in use by another newsloom" in second.stderr
            assert "next tick" in subprocess.run(
                papers.command("crawl", "caspian-wire"), capture_output=True, text=True, check=True
            ).stderr  # fmt: skip

            before = originals(papers.sites)
            while not (fresh := originals(papers.sites) - before):
                papers.later(seconds=5)
            until(lambda: fresh <= shown(found[1]))

            run.send_signal(signal.SIGHUP)
            assert re.fullmatch(r"MONOTONIC_USEC=\d+", told(manager, "RELOADING=1")[-1])
            told(manager, "READY=1")
            run.send_signal(signal.SIGTERM)
            assert run.wait(PATIENCE) == 0
            told(manager, "STOPPING=1")
            reader.join()
            assert [line for line in said if not re.search(r" INFO |feeds at ", line)] == []
        finally:
            run.kill()
            run.wait()
            assert run.stderr is not None
            run.stderr.close()


def test_run_whose_port_is_taken_says_so_before_it_crawls(tmp_path: Path) -> None:
    with opened(tmp_path) as papers:
        taken = papers.sites.urls["prairie-ledger"].rpartition(":")[2].strip("/")
        papers.config.write_text(papers.config.read_text().replace("port: 8080", f"port: {taken}"))
        papers.sites.requests.clear()
        done = subprocess.run(papers.command("run"), capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "is taken" in done.stderr
        assert done.stderr.count("\n") == 1
        assert not papers.sites.requests
        assert not papers.store.exists()
