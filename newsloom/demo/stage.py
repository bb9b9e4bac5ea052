"""A folder in which the demo plays: its config, its store, its feeds, and since when its papers live."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsloom.demo.sites import DemoSites
from newsloom.news.times import Now

STORE = "newsloom.db"
_CONFIG = "config.yaml"
_FEEDS = "public"
_PAPERS = "papers.json"

_YOUNG = timedelta(hours=6)
"""Older papers have printed so much meanwhile that catching up would be the whole demo."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The papers, listening, and the config that watches them."""

    config: Path
    urls: Mapping[str, str]


@asynccontextmanager
async def opened(folder: Path, now: Now, *, server_port: int) -> AsyncIterator[tuple[Stage, bool]]:
    """The stage, and whether it goes on with the papers of an earlier demo; otherwise the folder was made clean.

    It goes on only if the papers get the addresses they had: elsewhere they would be other sites to the store.
    """
    before = _before(folder, now)
    start = before[0] if before else now()
    async with DemoSites.open(now=now, start=start) as sites:
        urls = dict(sites.urls)
        goes_on = before is not None and before[1] == urls
        if not goes_on:
            _clean(folder)
        config = folder / _CONFIG
        text = sites.config_text(out=folder / _FEEDS, store=folder / STORE, server_port=server_port)
        config.write_text(text, encoding="utf-8")
        (folder / _PAPERS).write_text(json.dumps({"start": start.isoformat(), "urls": urls}), encoding="utf-8")
        yield Stage(config=config, urls=urls), goes_on


def _before(folder: Path, now: Now) -> tuple[datetime, dict[str, str]] | None:
    """Since when the papers of an earlier demo live, and where they were; None if there is nothing to go on with."""
    try:
        said = json.loads((folder / _PAPERS).read_text(encoding="utf-8"))
        start, urls = datetime.fromisoformat(said["start"]), dict(said["urls"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # no earlier demo, or one that was cut short: the folder is made clean
    return (start, urls) if timedelta(0) <= now() - start < _YOUNG and (folder / STORE).exists() else None


def _clean(folder: Path) -> None:
    """Take away what a demo makes, and nothing else that may lie there."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / _FEEDS, ignore_errors=True)
    for name in (_CONFIG, _PAPERS, STORE, STORE + "-wal", STORE + "-shm"):
        (folder / name).unlink(missing_ok=True)
