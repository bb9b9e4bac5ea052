"""newsloom withdraw."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.config import Config
    from newsloom.store.withdrawals import Withdrawal


@click.command(name="withdraw")
@click.argument("address", metavar="URL")
@click.option("--undo", is_flag=True, help="Have it shown again: where it was shown before it is news once more.")
@pass_call
def command(call: Call, *, address: str, undo: bool) -> None:
    """Take an entry out of everything: topics, search, feeds, and archive pages, which nothing else ever rewrites.

    URL is an address of it, or its id, as feeds have it. The files that are rewritten are printed, one a line. The entry stays in
    the store, where nothing shows it, so that it does not come back, nor a copy of it from another site. While `newsloom run`
    works on the same store, it rewrites the files at its next tick. What readers have fetched they keep.

    \b
      newsloom withdraw https://news.example/2026/05/bridge
      newsloom withdraw --undo https://news.example/2026/05/bridge
    """
    from newsloom import lock  # noqa: PLC0415 - brings feedgen, and nothing that crawls
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    if not config.store.exists():  # none is made for it: the reader says what is missing
        Reader.open(config.store, call.now).close()
    try:
        with lock.locked(config.store):
            failed = asyncio.run(_alone(call, config, address, undo=undo))
    except lock.LockedError as error:
        failed = asyncio.run(_beside(call, config, address, str(error), undo=undo))
    if failed:
        raise SystemExit(1)


async def _alone(call: Call, config: "Config", address: str, *, undo: bool) -> bool:
    """Withdraw it and rewrite what shows it. Whether a file could not be written."""
    from newsloom import adopting, publishing  # noqa: PLC0415 - as above
    from newsloom.store import Store  # noqa: PLC0415

    with Store.open(config.store, call.now, config.limits) as store:
        await adopting.adopt(config, store)
        done = _known(address, await (store.restore(address) if undo else store.withdraw(address)))
        files, failed = await publishing.publish_dirty(config, store, only=done.topics)
    _tell(call, done, files, undo=undo)
    return bool(failed)


async def _beside(call: Call, config: "Config", address: str, said: str, *, undo: bool) -> bool:
    from feeds.formats import found  # noqa: PLC0415 - brings feedgen
    from newsloom.store import Store  # noqa: PLC0415

    with Store.open(config.store, call.now, config.limits) as store:
        withdrawn = store.restore(address, beside=True) if undo else store.withdraw(address, beside=True)
        done = _known(address, await withdrawn)
    feeds = [config.out / f"{topic}{kind.SUFFIX}" for topic in done.topics for kind in found()]
    _tell(call, done, [*(config.out / name for name in done.pages), *feeds], undo=undo)
    if not call.quiet:
        click.echo(f"{said}: it rewrites these at its next tick, within some 20 seconds", err=True)
    return False


def _known(address: str, done: "Withdrawal | None") -> "Withdrawal":
    if done is None:
        raise click.UsageError(f"no entry has the address or id {address}: `newsloom why` says what is known of it")
    return done


def _tell(call: Call, done: "Withdrawal", files: "list[Path] | tuple[Path, ...]", *, undo: bool) -> None:
    for file in files:
        click.echo(file)
    if not call.quiet:
        word = "is shown again" if undo else "is withdrawn"
        click.echo(f"“{done.title}” {word}: {len(files)} {'file' if len(files) == 1 else 'files'}", err=True)
