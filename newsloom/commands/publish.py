"""newsloom publish."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, complete_topics, pass_call
from newsloom.commands.stopping import stopping

if TYPE_CHECKING:
    from newsloom.config import Config
    from newsloom.store import Store


@click.command(name="publish")
@click.argument("topics", nargs=-1, metavar="[TOPIC]...", shell_complete=complete_topics)
@pass_call
def command(call: Call, *, topics: tuple[str, ...]) -> None:
    """Write the feeds of these topics (default: all) where they differ from what stands in the folder.

    Files that are right already are not touched. Webhooks and commands are told what is new. While `newsloom run` works on
    the same store, it is asked to publish at its next tick instead. Exits 1 if a feed could not be written, or if a webhook
    or command fails that did not fail the time before.
    """
    from newsloom import hallway, lock  # noqa: PLC0415 - brings feedgen, and nothing that crawls

    config = call.config()
    known = [t.key for t in config.topics]
    call.named(topics, known=known, what="topic")
    try:
        with lock.locked(config.store):
            asyncio.run(_publish(call, config, topics or known))
    except lock.LockedError as error:
        asyncio.run(hallway.leave_word(config, call.now, topics=topics or known))
        if not call.quiet:
            click.echo(f"{error}: it publishes at its next tick, within some 20 seconds", err=True)


async def _publish(call: Call, config: "Config", topics: Sequence[str]) -> None:
    """Every one of these topics is rendered; what differs is written."""
    from newsloom import adopting, publishing  # noqa: PLC0415 - as above
    from newsloom.commands.progress import progress  # noqa: PLC0415
    from newsloom.commands.tables import files as say  # noqa: PLC0415
    from newsloom.store import Store  # noqa: PLC0415

    with Store.open(config.store, call.now, config.limits) as store, progress(quiet=call.quiet) as watch:
        await adopting.adopt(config, store)
        files, failed = await publishing.publish_dirty(config, store, only=topics, publishing=watch.publishing)
        untold = await _push(call, config, store)
    if not call.quiet and (files or not failed):
        click.echo(f"{say(files)} written in {config.out}" if files else f"{config.out} is up to date")
    if failed or untold:
        raise SystemExit(1)


async def _push(call: Call, config: "Config", store: "Store") -> tuple[str, ...]:
    """Who newly fails of those that were to be told something."""
    if not await store.targets_due():
        return ()
    from newsloom.pushing import Post  # noqa: PLC0415 - brings an HTTP client

    stop = asyncio.Event()
    with stopping(stop):
        return (await Post(config, store, call.now).push(stop)).newly_failing
