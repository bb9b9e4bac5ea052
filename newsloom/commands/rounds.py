"""What `once`, `crawl`, `run` and `demo` share: the house opened, a round told to a person or a program."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta

import click
from starlette.types import ASGIApp, Receive, Scope, Send

import scheduler
from newsloom import hallway
from newsloom.commands.call import Call
from newsloom.commands.notifying import Manager
from newsloom.commands.progress import progress
from newsloom.commands.reloading import Reloading, beside
from newsloom.commands.stopping import hanging_up, stopping
from newsloom.commands.tables import Table, files, show_json
from newsloom.commands.watching import Pulse, look
from newsloom.config import Config, ConfigFile
from newsloom.news.sources import Server
from newsloom.news.vitals import Vitals
from newsloom.web.app import app
from newsloom.web.names import allowed
from newsloom.web.server import serve as serve_app

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
    manager, pulse = Manager(os.environ), Pulse(tick)
    front = _Front(config, lambda: pulse.of(look(config.store, call.now)))

    def ticked(doing: str) -> None:
        manager.alive(doing)
        pulse.ticked()

    with stopping(stop), hanging_up(asked.set, stop):
        async with (
            _serving(call, config.server, front, stop) if serve else nullcontext(),
            hallway.opened(config, call.now, whole=False) as house,
        ):
            manager.ready()
            clock = scheduler.Clock(house, tick=tick, ticked=ticked)

            async def take_over(changed: Config) -> None:
                await clock.take_over(changed)
                front.show(changed)

            reloading = Reloading(file, take_over, manager).run(tick, asked)
            async with beside(reloading), beside(_tell_end(stop, manager)):
                await clock.run(stop)


async def _tell_end(stop: asyncio.Event, manager: Manager) -> None:
    await stop.wait()
    manager.stopping()


class _Front:
    """The web application, over the folder of the config that holds now."""

    def __init__(self, config: Config, look: Callable[[], Vitals]) -> None:
        self._look = look
        self.show(config)

    def show(self, config: Config) -> None:
        self._application = app(config.out, allowed(config.server.host, config.public_url), look=self._look)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)


@asynccontextmanager
async def _serving(call: Call, place: Server, application: ASGIApp, stop: asyncio.Event) -> AsyncIterator[None]:
    """Serves the feeds beside the block, from the moment it begins; sets `stop` when either of them ends."""
    up = asyncio.Event()

    def started(url: str) -> None:
        if call.log == "json":
            log.info("serving", extra={"url": url})
        elif not call.quiet:
            click.echo(f"feeds at {url}  (Ctrl-C stops)", err=True)
        up.set()

    def ended(_: asyncio.Task[None]) -> None:
        stop.set()
        up.set()

    serving = asyncio.create_task(serve_app(application, host=place.host, port=place.port, stop=stop, started=started))
    serving.add_done_callback(ended)
    await up.wait()
    if serving.done():
        await serving
    try:
        yield
    finally:
        stop.set()
        await serving


def tell(call: Call, done: hallway.Round, *, as_json: bool = False) -> None:
    """A row a source; under -q nothing, for the log has said what is wrong."""
    if as_json:
        show_json(done)
    elif not call.quiet:
        if done.reports:
            _table(done).show()
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


def _table(done: hallway.Round) -> Table:
    table = Table("source", "new", "changed", "known", "briefs", "failed", "refused", "gone", "queued", "note")
    for r in sorted(done.reports, key=lambda r: r.source):
        note = r.error or (f"met its limit of {', '.join(r.bounds)}" if r.bounds else "")
        table.row(r.source, r.new, r.changed, r.known, r.briefs, r.failed, r.refused, r.gone, r.queued, note)
    return table
