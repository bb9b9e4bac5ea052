"""What cron hears of: a round fails when a source begins to fail, and not as long as it goes on failing."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsloom import hallway
from newsloom.config import load
from newsloom.demo.breaks import BREAKS
from newsloom.demo.sites import DemoSites

PAPER = "bogaz-postasi"


def test_a_round_fails_and_warns_once_when_a_source_begins_to_fail(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    async def play() -> list[tuple[tuple[str, ...], int]]:
        nonlocal now
        heard = []
        async with DemoSites.open(now=lambda: now, first_port=0) as sites:
            path = tmp_path / "config.yaml"
            path.write_text(sites.config_text(out=tmp_path / "public", store=tmp_path / "n.db"), encoding="utf-8")
            async with hallway.opened(load(path), lambda: now) as house:
                for whole in (True, False, True, False, False, False, True):
                    sites.break_(PAPER, None if whole else BREAKS["the whole site is forbidden"])
                    caplog.clear()
                    done = await hallway.crawl_round(house, [PAPER])
                    assert done.fine == (not done.newly_failing)
                    warned = [r for r in caplog.records if r.name == "newsloom" and r.levelno >= logging.WARNING]
                    heard.append((done.newly_failing, len(warned)))
                    now += timedelta(minutes=10)
        return heard

    nothing = ((), 0)
    told = ((PAPER,), 1)
    assert asyncio.run(play()) == [nothing, told, nothing, told, nothing, nothing, nothing]
