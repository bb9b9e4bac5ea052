"""newsloom tidy."""

import asyncio
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.config import Config
    from newsloom.store import Freed


@click.command(name="tidy")
@click.option("--dry-run", is_flag=True, help="Say what would be dropped, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@pass_call
def command(call: Call, *, dry_run: bool, as_json: bool) -> None:
    """Drop texts that are older than the config keeps them, and give back what that frees.

    `keep:` in the config says how long, for every source or for one; without it nothing is ever dropped. What goes is the text,
    its HTML, its earlier versions, and what the full-text index had of them. Headline, summary, addresses and ids stay, and so
    does all that a current feed shows.

    `newsloom run` does the same once a day. Beside one that runs it is done in small steps, with rests. A store that an older
    newsloom made is written anew once to become smaller, which takes as much room again and needs that nothing runs.
    """
    from newsloom import adopting, lock  # noqa: PLC0415
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    keep = adopting.kept(config)
    if dry_run or not config.store.exists():  # where there is none, none is made: the reader says so
        with Reader.open(config.store, call.now) as reader:
            _tell(call, config, reader.old(keep), dry=True, as_json=as_json)
        return
    try:
        with lock.locked(config.store):
            freed = asyncio.run(_tidy(call, config, alone=True))
    except lock.LockedError:
        freed = asyncio.run(_tidy(call, config, alone=False))
    _tell(call, config, freed, dry=False, as_json=as_json)


async def _tidy(call: Call, config: "Config", *, alone: bool) -> "Freed":
    from newsloom import adopting  # noqa: PLC0415
    from newsloom.store import Freed, Store  # noqa: PLC0415

    with Store.open(config.store, call.now, config.limits) as store:
        freed = await store.tidy(adopting.kept(config), beside=not alone)
        return freed + Freed(bytes=await store.rewrite()) if alone and freed.entries else freed


def _tell(call: Call, config: "Config", freed: "Freed", *, dry: bool, as_json: bool) -> None:
    from newsloom import adopting  # noqa: PLC0415
    from newsloom.commands.tables import show_json  # noqa: PLC0415

    if as_json:
        show_json(freed)
    elif not call.quiet:
        click.echo(_said(freed, dry=dry))
        if not adopting.kept(config).drops:
            click.echo(
                f"{call.path} keeps everything for ever: `keep: 365d` under `defaults:` would change that", err=True
            )


def _said(freed: "Freed", *, dry: bool) -> str:
    texts = f"{freed.entries:,} {'text' if freed.entries == 1 else 'texts'}"
    versions = f"{freed.versions:,} earlier {'version' if freed.versions == 1 else 'versions'}"
    what = f"{texts} and {versions}, {freed.characters:,} characters"
    spared = f"; {freed.spared:,} more are old enough, and in a current feed" if freed.spared else ""
    if dry:
        return f"would drop {what}{spared}"
    return f"dropped {what}{spared}; the file is {_size(freed.bytes)} smaller"


def _size(count: int) -> str:
    """`950 B`, `1.2 kB`, `3.4 MB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
