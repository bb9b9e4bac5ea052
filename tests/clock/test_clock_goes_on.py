"""The clock over a real store and the real network: what it survives, and that it ends without a word too many."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsloom import hallway, publishing
from newsloom.config import load
from newsloom.news.times import Now, system_now
from newsloom.store import Store, StoreError
from scheduler import Clock

QUIET = "sources: [%s]\npolling: {every: 1h}\nnetwork: {open_networks: [127.0.0.1/32]}\n"
"""Nothing listens on the port of `discard`: each crawl fails at once."""
NAME = "127.0.0.1-9"
TICK = timedelta(milliseconds=50)


def play(
    folder: Path,
    act: Callable[[hallway.House], Awaitable[None]],
    source: str = "http://127.0.0.1:9/",
    now: Now = system_now,
) -> None:
    path = folder / "config.yaml"
    path.write_text(QUIET % source, encoding="utf-8")

    async def inside() -> None:
        async with hallway.opened(load(path), now) as house:
            await asyncio.wait_for(act(house), 60)

    asyncio.run(inside())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    while not await true():  # noqa: ASYNC110 - the store has no event for it
        await asyncio.sleep(0.02)


def test_a_clock_stopped_at_once_ends_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def act(house: hallway.House) -> None:
        stop = asyncio.Event()
        stop.set()
        await Clock(house, tick=TICK).run(stop)

    play(tmp_path, act)
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("trouble", [StoreError("the disk is full"), RuntimeError("a defect")])
def test_the_clock_outlives_trouble_with_looking_and_with_publishing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: Exception
) -> None:
    stumbles: dict[str, Callable[..., Awaitable[object]]] = {
        "looking for what is due": Store.due_sources,
        "publishing": Store.advance,
    }

    def once_in_trouble(doing: str) -> Callable[..., Awaitable[object]]:
        real = stumbles[doing]

        async def stumbling(store: Store, *args: str) -> object:
            if doing in stumbles:
                del stumbles[doing]
                raise trouble
            return await real(store, *args)

        return stumbling

    monkeypatch.setattr(Store, "due_sources", once_in_trouble("looking for what is due"))
    monkeypatch.setattr(Store, "advance", once_in_trouble("publishing"))

    async def act(house: hallway.House) -> None:
        stop = asyncio.Event()
        clock = asyncio.create_task(Clock(house, tick=TICK).run(stop))
        await until(lambda: _published(house))
        stop.set()
        await clock

    async def _published(house: hallway.House) -> bool:
        return NAME in await house.store.failing() and not await house.store.dirty()

    play(tmp_path, act)
    assert stumbles == {}
    for doing in ("looking for what is due", "publishing"):
        assert any(vars(r).get("doing") == doing and "the next tick tries again" in r.message for r in caplog.records)


@pytest.mark.parametrize("trouble", [StoreError("the disk is full"), RuntimeError("a defect")])
def test_trouble_that_lasts_is_told_when_it_begins_and_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: Exception
) -> None:
    caplog.set_level(logging.INFO, "newsloom")
    real, looks = Store.due_sources, list[bool]()

    async def stumbling(store: Store) -> list[str]:
        looks.append(len(looks) % 8 > 3)
        if not looks[-1]:
            raise trouble
        return await real(store)

    monkeypatch.setattr(Store, "due_sources", stumbling)

    async def act(house: hallway.House) -> None:
        stop = asyncio.Event()
        clock = asyncio.create_task(Clock(house, tick=TICK).run(stop))
        await until(looked)
        stop.set()
        await clock

    def told() -> list[str]:
        return [r.message for r in caplog.records if vars(r).get("doing") == "looking for what is due"]

    async def looked() -> bool:
        return len(looks) > 12 and len(told()) > 3  # wrong, well, wrong again, well again

    play(tmp_path, act)
    begun = "not done" if isinstance(trouble, StoreError) else "broke off"
    assert told()[:4] == 2 * [f"{begun}, the next tick tries again", "works again"]


def test_feeds_that_cannot_be_written_are_told_once_and_tried_with_each_tick(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    out, unwritten, ticks = tmp_path / "public", publishing.Unwritten(), list[str]()

    async def act(house: hallway.House) -> None:
        out.write_text("in the way", encoding="utf-8")
        stop = asyncio.Event()
        clock = asyncio.create_task(Clock(house, tick=TICK, ticked=ticks.append, unwritten=unwritten).run(stop))
        await until(known)
        there = len(ticks)
        await until(lambda: ticked(there + 5))
        out.unlink()
        await until(lambda: well(house))
        stop.set()
        await clock

    async def known() -> bool:
        return len(unwritten.reasons) > 1

    async def ticked(times: int) -> bool:
        return len(ticks) >= times

    async def well(house: hallway.House) -> bool:
        return not unwritten.reasons and not await house.store.dirty()

    play(tmp_path, act)
    told = [vars(r) for r in caplog.records if r.levelno >= logging.ERROR]
    assert [(r["message"], r["what"]) for r in told] == [
        ("not published", ("all", "briefs", "health", "index")),
        ("not published", (f"source/{NAME}",)),
    ]
    assert all("a file stands where a folder must be" in r["error"] for r in told)
    assert (out / "all.atom").exists()


def test_what_was_asked_for_while_it_is_crawled_is_crawled_again(tmp_path: Path) -> None:
    async def act(house: hallway.House) -> None:
        crawl = asyncio.create_task(hallway.crawl_one(house, house.sources[NAME]))
        await asyncio.sleep(0)
        await house.store.ask(NAME)
        await crawl
        assert await house.store.due_sources() == [NAME]

    play(tmp_path, act)


def test_a_failure_is_a_warning_once_so_that_cron_does_not_mail_it_every_hour(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "newsloom")

    async def act(house: hallway.House) -> None:
        for _ in range(2):
            await hallway.crawl_one(house, house.sources[NAME])

    play(tmp_path, act, source="{url: http://127.0.0.1:9/, spider: 'nowhere:Nobody'}")
    crawled = [r for r in caplog.records if r.message.startswith("crawled")]
    assert [r.levelno for r in crawled] == [logging.WARNING, logging.INFO]


def test_a_source_that_may_not_be_asked_again_yet_fails_still(tmp_path: Path) -> None:
    async def act(house: hallway.House) -> None:
        rounds = [await hallway.crawl_round(house, [NAME]) for _ in range(3)]
        assert [r.newly_failing for r in rounds] == [(NAME,), (), ()]
        assert rounds[-1].reports[0].requests == 0
        assert await house.store.failing() == {NAME}

    play(tmp_path, act)


def test_a_shorter_interval_in_the_config_holds_at_once(tmp_path: Path) -> None:
    async def act(house: hallway.House) -> None:
        far = system_now() + timedelta(days=20)
        await house.store.schedule(NAME, far)
        await house.timetable.bring_forward(house.config)
        due = await house.store.next_due(NAME)
        assert due is not None
        assert due < far - timedelta(days=19)
        await house.timetable.bring_forward(house.config)
        assert await house.store.next_due(NAME) == due

    play(tmp_path, act)


def test_a_clock_that_is_set_back_goes_on_at_its_next_tick(tmp_path: Path) -> None:
    at = [system_now()]

    async def act(house: hallway.House) -> None:
        stop = asyncio.Event()
        clock = asyncio.create_task(Clock(house, tick=TICK).run(stop))
        for _ in range(2):
            await until(lambda: crawled_by(house, at[0]))
            at[0] -= timedelta(hours=3)
        stop.set()
        await clock

    async def crawled_by(house: hallway.House, now: datetime) -> bool:
        due = await house.store.next_due(NAME)
        return due is not None and now < due <= now + timedelta(hours=2)

    play(tmp_path, act, now=lambda: at[0])


def test_a_clock_that_hangs_says_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    async def act(house: hallway.House) -> None:
        stop = asyncio.Event()
        clock = asyncio.create_task(Clock(house, tick=TICK, ticked=said.append).run(stop))

        async def ticked(times: int) -> bool:
            return len(said) >= times

        await until(lambda: ticked(2))
        looking, hanging = asyncio.Event(), asyncio.Event()

        async def due_sources(_: Store) -> list[str]:
            looking.set()
            await hanging.wait()
            return []

        monkeypatch.setattr(Store, "due_sources", due_sources)
        await looking.wait()
        there = len(said)
        await asyncio.sleep(4 * TICK.total_seconds())
        assert len(said) == there
        hanging.set()
        await until(lambda: ticked(there + 1))
        stop.set()
        await clock

    play(tmp_path, act)
