"""newsloom crawl."""

import asyncio

import click

from newsloom.commands.call import Call, complete_sources, pass_call


@click.command(name="crawl")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", shell_complete=complete_sources)
@click.option("--json", "as_json", is_flag=True, help="Print what the crawls did as JSON.")
@pass_call
def command(call: Call, *, sources: tuple[str, ...], as_json: bool) -> None:
    """Crawl these sources now, due or not, and publish what changed.

    SOURCE is a name from the config (`newsloom status` lists them). While `newsloom run` works on the same store, the
    sources are set due instead, and it crawls them at its next tick. Exit status as of `once`.
    """
    from newsloom import hallway  # noqa: PLC0415
    from newsloom.commands.rounds import ask_the_run, crawl_and_tell  # noqa: PLC0415

    config = call.config()
    call.named(sources, known=[s.name for s in config.sources], what="source")
    try:
        with hallway.locked(config.store):
            done = asyncio.run(crawl_and_tell(call, config, sources, as_json=as_json))
    except hallway.LockedError as error:
        asyncio.run(ask_the_run(call, config, sources=sources))
        click.echo(f"{error}: it crawls {', '.join(sources)} at its next tick, within some 20 seconds")
        return
    if not done.fine:
        raise SystemExit(1)
