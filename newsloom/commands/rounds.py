"""What `once`, `crawl`, `publish`, `run` and `demo` share: the house opened, a round told to a person or a program."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

import click

import scheduler
from newsloom import hallway
from newsloom.commands.call import Call
from newsloom.commands.progress import progress
from newsloom.commands.tables import Table, show_json
from newsloom.config import Config
from newsloom.store import Store
from newsloom.web.app import app
from newsloom.web.server import serve as serve_app


async def crawl_and_tell(
    call: Call, config: Config, names: Sequence[str] | None, *, as_json: bool = False
) -> hallway.Round:
    """One round over `names` (None: every source; empty: what is due), and what it did, told."""
    stop = asyncio.Event()
    with scheduler.stopping(stop), progress(quiet=call.quiet) as watch:
        async with hallway.opened(config, call.now) as house:
            if names is None:
                names = tuple(house.sources)
            done = await hallway.crawl_round(
                house,
                names or await house.store.due_sources(),
                scheduler.timetable(call.now, config.jitter),
                stop=stop,
                watch=watch,
            )
    tell(call, done, as_json=as_json)
    return done


async def publish_and_tell(call: Call, config: Config, topics: Sequence[str]) -> None:
    """Every one of these topics is rendered; what differs is written."""
    with Store.open(config.store, call.now, config.limits) as store, progress(quiet=call.quiet) as watch:
        await hallway.adopt(config, store)
        files, failed = await hallway.publish_dirty(config, store, only=topics, watch=watch)
    if not call.quiet:
        click.echo(f"{len(files)} files written in {config.out}" if files else f"{config.out} is up to date")
    if failed:
        raise SystemExit(1)


async def ask_the_run(call: Call, config: Config, *, sources: Sequence[str] = (), topics: Sequence[str] = ()) -> None:
    """Leave word for the process that holds the lock; it looks at every tick."""
    with Store.open(config.store, call.now, config.limits) as store:
        for source in sources:
            await store.ask(source)
        if topics:
            await store.ask_publish(topics)


async def keep_going(
    call: Call,
    config: Config,
    *,
    serve: bool = True,
    tick: timedelta = scheduler.TICK,
    stop: asyncio.Event | None = None,
) -> None:
    """The clock and the server, until `stop`, SIGTERM or Ctrl-C; either one failing ends the other."""
    stop = stop or asyncio.Event()
    with scheduler.stopping(stop):
        async with hallway.opened(config, call.now) as house:
            await hallway.publish_dirty(
                config, house.store
            )  # what a crash left to be published, before the first crawl
            work = [scheduler.Clock(house, tick=tick).run(stop)]
            if serve:
                work.append(
                    serve_app(
                        app(config.out),
                        host=config.server.host,
                        port=config.server.port,
                        stop=stop,
                        started=_say_where(call),
                    )
                )
            tasks = [asyncio.create_task(w) for w in work]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stop.set()
                results = await asyncio.gather(*tasks, return_exceptions=True)
            for failure in results:
                if isinstance(failure, Exception):
                    raise failure


def _say_where(call: Call) -> Callable[[str], None]:
    def started(url: str) -> None:
        if not call.quiet:
            click.echo(f"feeds at {url}  (Ctrl-C stops)", err=True)

    return started


def tell(call: Call, done: hallway.Round, *, as_json: bool = False) -> None:
    """A row a source; under -q nothing, for the log has said what is wrong."""
    if as_json:
        show_json(done)
    elif not call.quiet:
        if done.reports:
            _table(done).show()
            click.echo()
        files = f"{len(done.files)} feed files written" if done.files else "no feed has anything new"
        click.echo(files if done.reports else "nothing is due")


def _table(done: hallway.Round) -> Table:
    table = Table("source", "new", "changed", "known", "briefs", "failed", "refused", "gone", "queued", "note")
    for r in sorted(done.reports, key=lambda r: r.source):
        note = r.error or (f"met its limit of {', '.join(r.bounds)}" if r.bounds else "")
        table.row(r.source, r.new, r.changed, r.known, r.briefs, r.failed, r.refused, r.gone, r.queued, note)
    return table
