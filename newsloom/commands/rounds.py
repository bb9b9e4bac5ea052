"""What `once`, `crawl`, `run` and `demo` share: the house opened, a round told to a person or a program."""

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta

import click

import scheduler
from newsloom import hallway, publishing
from newsloom.commands.call import Call
from newsloom.commands.front import Front
from newsloom.commands.notifying import Manager
from newsloom.commands.progress import progress
from newsloom.commands.reloading import Reloading, beside
from newsloom.commands.stopping import hanging_up, stopping
from newsloom.commands.tables import Table, files, moment, show_json
from newsloom.commands.watching import Pulse, look
from newsloom.config import Config, ConfigFile

log = logging.getLogger("newsloom")


async def crawl_and_tell(
    call: Call, config: Config, names: Sequence[str] | None, *, as_json: bool = False
) -> hallway.Round:
    """One round over `names` (None: every source; empty: what is due), and what it did, told."""
    stop = asyncio.Event()
    with stopping(stop), progress(quiet=call.quiet) as watch:
        async with hallway.opened(config, call.now) as house:
            if names is None:
                names = tuple(house.sources)
            elif not names:
                await house.timetable.bring_forward(config)
                names = await house.store.due_sources()
            done = await hallway.crawl_round(house, names, stop=stop, watch=watch)
    tell(call, done, as_json=as_json)
    return done


async def keep_going(
    call: Call,
    file: ConfigFile,
    *,
    serve: bool = True,
    tick: timedelta = scheduler.TICK,
    stop: asyncio.Event | None = None,
) -> None:
    """The clock and the server, until `stop`, SIGTERM or Ctrl-C; either one failing ends the other.

    What is written into the config's file meanwhile is taken over. Raises ServeError before anything is crawled if nothing can
    listen there.
    """
    stop, asked = stop or asyncio.Event(), asyncio.Event()
    config = file.config
    manager, pulse, unwritten = Manager(os.environ), Pulse(tick), publishing.Unwritten()
    front = Front(call, config, lambda: pulse.of(look(config.store, call.now, unwritten.reasons)), stop)

    def ticked(doing: str) -> None:
        manager.alive(doing)
        pulse.ticked()

    with stopping(stop), hanging_up(asked.set, stop):
        async with (
            front.served() if serve else nullcontext(),
            hallway.opened(config, call.now, whole=False) as house,
        ):
            manager.ready()
            clock = scheduler.Clock(house, tick=tick, ticked=ticked, unwritten=unwritten)

            async def take_over(changed: Config) -> None:
                await clock.take_over(changed)
                await front.show(changed)

            reloading = Reloading(file, take_over, manager).run(tick, asked)
            async with beside(reloading), beside(_tell_end(stop, manager)):
                await clock.run(stop)


async def _tell_end(stop: asyncio.Event, manager: Manager) -> None:
    await stop.wait()
    manager.stopping()


def tell(call: Call, done: hallway.Round, *, as_json: bool = False) -> None:
    """A row a source; under -q nothing, for the log has said what is wrong."""
    if as_json:
        show_json(done)
    elif not call.quiet:
        if done.reports:
            _table(done, call.now()).show()
            click.echo()
        click.echo(_outcome(done))


def _outcome(done: hallway.Round) -> str:
    return (
        f"{_written(done)}; newly fails, and is told again later: {', '.join(done.untold)}"
        if done.untold
        else _written(done)
    )


def _written(done: hallway.Round) -> str:
    if done.unpublished:
        return f"{files(done.files)} written; not written, and tried again by the next round: {', '.join(done.unpublished)}"
    if done.files:
        return f"{files(done.files)} written"
    return "no feed has anything new" if done.reports else "nothing is due"


def _table(done: hallway.Round, now: datetime) -> Table:
    table = Table("source", "new", "changed", "known", "briefs", "failed", "refused", "gone", "queued", "note")
    for r in sorted(done.reports, key=lambda r: r.source):
        note = r.error or (f"met its limit of {', '.join(r.bounds)}" if r.bounds else "")
        if (waits := done.waiting.get(r.source)) is not None:
            note = f"nothing was asked; again {moment(waits.until, now)}: {waits.reason}"
        table.row(r.source, r.new, r.changed, r.known, r.briefs, r.failed, r.refused, r.gone, r.queued, note)
    return table
