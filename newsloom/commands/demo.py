"""newsloom demo."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.config import Config


@click.command(name="demo")
@click.option("--once", is_flag=True, help="One round: print what was found, and end.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default="demo", show_default=True,
              help="Where its config, store and feeds go.")  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8080, show_default=True, help="Where the feeds are served."
)
@pass_call
def command(call: Call, *, once: bool, folder: Path, port: int) -> None:
    """Small made-up newspapers on this machine, crawled and served while they live.

    They print something new every half minute, correct themselves, and copy from one another; the crawl is the one that
    `run` does. FOLDER gets a config, a store and feeds that are like real ones, to look around in: `newsloom --config
    demo/config.yaml status`. A later demo goes on with them if the papers are younger than some hours, else it starts
    clean; it says which. Nothing leaves this machine.
    """
    from newsloom import lock  # noqa: PLC0415
    from newsloom.demo import stage  # noqa: PLC0415

    call.refuse_now("demo")
    try:
        with lock.locked((folder / stage.STORE).absolute()):
            asyncio.run(_play(call, folder.absolute(), port=port, once=once))
    except lock.LockedError as error:
        raise click.UsageError(f"{error}; stop that one first, or give this one another --folder") from None


async def _play(call: Call, folder: Path, *, port: int, once: bool) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from newsloom.commands.rounds import crawl_and_tell, keep_going  # noqa: PLC0415
    from newsloom.config import ConfigFile, load  # noqa: PLC0415
    from newsloom.demo import stage  # noqa: PLC0415

    async with stage.opened(folder, call.now, server_port=port) as (sites, goes_on):
        file = ConfigFile(sites.config, lambda: load(sites.config))
        config = file.config
        if not call.quiet:
            click.echo(f"{folder}: {'going on with the papers of before' if goes_on else 'starting clean'}")
            click.echo("".join(f"  {name:16} {url}\n" for name, url in sites.urls.items()))
        done = await crawl_and_tell(call, config, None)
        if not call.quiet:
            _show(call, config)
        if once and not done.fine:
            raise SystemExit(1)
        if not once and not done.stopped:
            await keep_going(call, file, tick=timedelta(seconds=5))


def _show(call: Call, config: "Config") -> None:
    """What there is now, and where its feeds are."""
    from newsloom.commands.tables import Table  # noqa: PLC0415
    from newsloom.store import Held, Reader  # noqa: PLC0415

    with Reader.open(config.store, call.now) as reader:
        status, held = reader.status(), reader.held()
    sources = Table("source", "articles", "briefs")
    for s in status.sources:
        there = held.get(s.name, Held())
        sources.row(s.name, there.articles, there.briefs)
    topics = Table("topic", "entries", "feed files")
    for t in status.topics:
        files = sorted(p.name for p in config.out.glob(f"{t.key}.*") if p.suffix != ".gz")
        topics.row(t.key, t.entries, " ".join(files))
    for table in (sources, topics):
        click.echo()
        table.show()
    click.echo(f"\nfeeds in {config.out}, the store is {config.store}")
