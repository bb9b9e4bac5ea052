"""Whose document is read next: a site whose pages take long waits for the others, not they for it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from scraper.turns import SMALL, WAITING_BYTES, Turns


class Desk:
    """One place, at which documents are read in the order of their turns, by a clock that only reading moves."""

    def __init__(self) -> None:
        self.turns = Turns(1)
        self.time = 0.0
        self.served: list[str] = []

    async def read(self, site: str, seconds: float) -> None:
        async with self.turns.turn(site):
            await asyncio.sleep(0)
            self.time += seconds
            self.served.append(site)


def at_desk(test: Callable[[Desk], Awaitable[None]]) -> None:
    async def play() -> None:
        desk = Desk()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.get_running_loop(), "time", lambda: desk.time)
            await test(desk)

    asyncio.run(play())


def test_a_site_whose_pages_take_long_waits_for_the_others() -> None:
    async def check(desk: Desk) -> None:
        await asyncio.gather(*[desk.read("slow", 2) for _ in range(5)], *[desk.read("quick", 0.01) for _ in range(5)])
        assert desk.served == ["slow", *["quick"] * 5, *["slow"] * 4]

    at_desk(check)


def test_documents_of_a_site_are_read_as_they_came_and_sites_of_one_kind_take_turns() -> None:
    async def check(desk: Desk) -> None:
        await asyncio.gather(*[desk.read(site, 1) for site in ("a", "a", "a", "b", "b", "b")])
        assert desk.served == ["a", "b", "a", "b", "a", "b"]

    at_desk(check)


def test_a_newcomer_has_its_share_and_not_all_that_others_had_before() -> None:
    async def check(desk: Desk) -> None:
        for _ in range(50):
            await desk.read("old", 1)
        await asyncio.gather(*[desk.read(site, 1) for site in ("old", "old", "old", "new", "new", "new")])
        assert desk.served[50:] == ["old", "new", "old", "new", "old", "new"]

    at_desk(check)


def test_who_gives_up_waiting_costs_no_place() -> None:
    async def check(desk: Desk) -> None:
        given_up: list[asyncio.Task[None]] = []

        async with desk.turns.turn("a"):
            given_up += [asyncio.create_task(desk.read(site, 1)) for site in ("b", "c")]
            last = asyncio.create_task(desk.read("d", 1))
            await asyncio.sleep(0)
            given_up[0].cancel()  # waits
        given_up[1].cancel()  # has just been given the place
        await last
        await desk.read("e", 1)
        assert desk.served == ["d", "e"]

    at_desk(check)


async def has_room(turns: Turns, site: str) -> bool:
    asked = asyncio.create_task(turns.room(site))
    await asyncio.sleep(0)
    return asked.done() or (asked.cancel() and False)


def test_a_site_whose_documents_fill_memory_holds_up_itself_and_others_like_it_only() -> None:
    async def check(desk: Desk) -> None:
        turns = desk.turns
        for site, size in (("small", SMALL), ("large", SMALL + 1)):
            turns.hold(site, size)
            turns.hold(site, -size)
        turns.hold("huge", WAITING_BYTES - 1)
        assert [await has_room(turns, site) for site in ("small", "large", "new", "huge")] == [True] * 4
        turns.hold("huge", 1)
        assert [await has_room(turns, site) for site in ("small", "large", "new", "huge")] == [
            True,
            False,
            False,
            False,
        ]
        turns.hold("small", 1)
        assert not await has_room(turns, "small")

    at_desk(check)


def test_who_waits_for_room_has_it_when_documents_are_read() -> None:
    async def check(desk: Desk) -> None:
        desk.turns.hold("large", WAITING_BYTES)
        waiting = [asyncio.create_task(desk.turns.room(site)) for site in ("large", "new")]
        await asyncio.sleep(0)
        desk.turns.hold("large", -WAITING_BYTES)
        await asyncio.gather(*waiting)
        assert not desk.turns.bytes

    at_desk(check)
