"""The clock: which sources are due, one run at a time a source, stop cleanly.

Run as `python scheduler.py` it is `newsloom run`; with `--once` it is `newsloom once`.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from newsloom import adopting, hallway, publishing
from newsloom.config import Config
from newsloom.pushing import Post
from newsloom.store import StoreError

log = logging.getLogger("newsloom")

TICK = timedelta(seconds=20)
"""How often the store is asked what is due. Long timers would not survive a laptop's sleep; a short tick does. It goes by the
loop's clock, which nobody sets back: a timer for an instant of the day would wait for hours after that."""

STOPPING = timedelta(seconds=3)
"""What is in flight after that is dropped: its addresses are queued, nothing is lost."""


class Clock:
    """Crawls what is due, as it comes due, and publishes what changed; until told to stop."""

    def __init__(
        self,
        house: hallway.House,
        *,
        tick: timedelta = TICK,
        ticked: Callable[[str], None] = lambda _: None,
        unwritten: publishing.Unwritten | None = None,
    ) -> None:
        """`ticked` is told after each look what is being done, for people: a clock that hangs does not call it.

        `unwritten` knows at any time which feeds cannot be written, and why.
        """
        self._house = house
        self._tick = tick
        self._ticked = ticked
        self._running: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(hallway.CRAWLS)
        self._publish = asyncio.Event()
        self._unwritten = unwritten or publishing.Unwritten()
        self._publishing = asyncio.Lock()
        self._post = Post(house.config, house.store, house.now)
        self._pushing: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._troubles = _Troubles()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what is in flight gets STOPPING to end."""
        await self._house.timetable.bring_forward(self._house.config)
        helpers = [asyncio.create_task(work) for work in (self._looker(), self._publisher(), self._housekeeper())]
        try:
            await stop.wait()
        finally:
            self._stop.set()
            await self._wind_down(helpers)

    async def take_over(self, config: Config) -> None:
        """Go on under another config. What is under way ends under the one it began with. Raises what the store raises."""
        async with self._publishing:
            self._house = await hallway.under(self._house, config)
        self._post = self._post.under(config)
        self._publish.set()
        await self._house.timetable.bring_forward(config)

    async def _looker(self) -> None:
        """At each tick: start what is due; what another process asked to be published is published too."""
        while True:
            with self._troubles.survived("looking for what is due"):
                due, sources = await self._house.store.due_sources(), self._house.sources
                waiting = [name for name in due if name in sources and name not in self._running]
                for name in self._house.timetable.starting(waiting, len(sources)):
                    self._running[name] = asyncio.create_task(self._crawl(name), name=f"crawl {name}")
                if self._unwritten.reasons or await self._house.store.dirty():
                    self._publish.set()
                self._start_pushing()
            self._ticked(f"{len(self._house.sources)} sources, {len(self._running)} being crawled")
            await asyncio.sleep(self._tick.total_seconds())

    async def _crawl(self, name: str) -> None:
        try:
            async with self._places:
                house, source = self._house, self._house.sources.get(name)
                if source is not None and not self._stop.is_set():
                    with self._troubles.survived("crawling", source=name):
                        await hallway.crawl_one(house, source, stop=self._stop)
                        if house is not self._house:
                            await self._put_right()
                    self._publish.set()
        finally:
            del self._running[name]

    async def _put_right(self) -> None:
        """A crawl that began under another config has told the store what that said of its source, and of when it is due."""
        async with self._publishing:
            await adopting.adopt(self._house.config, self._house.store, whole=False)
        await self._house.timetable.bring_forward(self._house.config)

    async def _publisher(self) -> None:
        """Publishes after crawls, one at a time: crawls that end meanwhile share the next one."""
        while True:
            await self._publish.wait()
            self._publish.clear()
            with self._troubles.survived("publishing"):
                async with self._publishing:
                    await publishing.publish_dirty(self._house.config, self._house.store, unwritten=self._unwritten)
            self._start_pushing()

    def _start_pushing(self) -> None:
        """Beside all else, and beside one that is not done yet: a receiver that hangs holds up nobody but itself."""
        task = asyncio.create_task(self._push(), name="push")
        self._pushing.add(task)
        task.add_done_callback(self._pushing.discard)

    async def _push(self) -> None:
        with self._troubles.survived("pushing"):
            await self._post.push()

    async def _housekeeper(self) -> None:
        """What takes long, in steps between which crawls save: new rules are matched over all that is stored; once a day, what is
        not kept for ever is dropped."""
        while True:
            with self._troubles.survived("matching new rules"):
                while await self._house.store.match_again():
                    pass
            with self._troubles.survived("tidying"):
                await adopting.tidy_daily(self._house.config, self._house.store, self._house.now)
            await asyncio.sleep(self._tick.total_seconds())

    async def _wind_down(self, helpers: Iterable[asyncio.Task[None]]) -> None:
        """Crawls end by themselves on `_stop`, or are dropped; what they saved is published at the next start.

        What is being pushed is dropped, and pushed again.
        """
        for task in (*helpers, *self._pushing):
            task.cancel()
        await asyncio.gather(*helpers, *self._pushing, return_exceptions=True)
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=STOPPING.total_seconds())
            for task in late:
                log.info("dropped in flight", extra={"source": task.get_name().removeprefix("crawl ")})
                task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)


class _Troubles:
    """A full disk must not end the clock: it is told in one line, nothing is marked done, and the next tick tries again.

    Nor must a defect of ours: the others' news still comes, and the log has the trace. The log has each trouble once, when it
    begins, and says when it is over.
    """

    def __init__(self) -> None:
        self._told: dict[tuple[str, ...], str] = {}
        """What went wrong last in each piece of work; the store's troubles are the same for all sources."""

    @contextlib.contextmanager
    def survived(self, doing: str, **fields: str) -> Iterator[None]:
        work, mine = (doing,), (doing, *fields.values())
        try:
            yield
        except StoreError as error:
            if self._is_new(work, str(error)):
                said = {"doing": doing, "error": str(error)}
                log.error("not done, the next tick tries again", extra=fields | said)  # noqa: TRY400 - a trace would say less
        except Exception as error:  # the clock goes on, as said above
            if self._is_new(mine, repr(error)):
                log.exception("broke off, the next tick tries again", extra=fields | {"doing": doing})
        else:
            over = [self._told.pop(key, "") for key in {work, mine}]
            if any(over):
                log.info("works again", extra=fields | {"doing": doing})

    def _is_new(self, work: tuple[str, ...], error: str) -> bool:
        before, self._told[work] = self._told.get(work), error
        return before != error


def main(argv: list[str] | None = None) -> None:
    """`run`, or `once` with --once; other options are theirs."""
    from newsloom.commands import main as newsloom  # noqa: PLC0415 - commands/run.py imports this file

    words = list(sys.argv[1:] if argv is None else argv)
    command = "once" if "--once" in words else "run"
    newsloom([command, *(w for w in words if w != "--once")])


if __name__ == "__main__":
    main()
