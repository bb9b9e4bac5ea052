"""newsloom publish."""

import asyncio

import click

from newsloom.commands.call import Call, complete_topics, pass_call


@click.command(name="publish")
@click.argument("topics", nargs=-1, metavar="[TOPIC]...", shell_complete=complete_topics)
@pass_call
def command(call: Call, *, topics: tuple[str, ...]) -> None:
    """Write the feeds of these topics (default: all) where they differ from what stands in the folder.

    Files that are right already are not touched. While `newsloom run` works on the same store, it is asked to publish at
    its next tick instead. Exits 1 if a feed could not be written.
    """
    from newsloom import hallway  # noqa: PLC0415 - brings feedgen
    from newsloom.commands.rounds import ask_the_run, publish_and_tell  # noqa: PLC0415

    config = call.config()
    known = [t.key for t in config.topics]
    call.named(topics, known=known, what="topic")
    try:
        with hallway.locked(config.store):
            asyncio.run(publish_and_tell(call, config, topics or known))
    except hallway.LockedError as error:
        asyncio.run(ask_the_run(call, config, topics=topics or known))
        click.echo(f"{error}: it publishes at its next tick, within some 20 seconds")
