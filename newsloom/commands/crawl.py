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
    sources are set due instead, and it crawls them at its next tick; --json then names them as `asked`. Exit status as of
    `once`.
    """
    from newsloom import hallway, lock  # noqa: PLC0415 - brings feedgen

    config = call.config()
    call.named(sources, known=[s.name for s in config.sources], what="source")
    try:
        with lock.locked(config.store):
            from newsloom.commands.rounds import crawl_and_tell  # noqa: PLC0415 - brings Scrapy

            done = asyncio.run(crawl_and_tell(call, config, tuple(dict.fromkeys(sources)), as_json=as_json))
    except lock.LockedError as error:
        asyncio.run(hallway.leave_word(config, call.now, sources=sources))
        if as_json:
            from newsloom.commands.tables import show_json  # noqa: PLC0415

            show_json({"asked": sources})
        if not call.quiet:
            click.echo(f"{error}: it crawls {', '.join(sources)} at its next tick, within some 20 seconds", err=True)
        return
    if not done.fine:
        raise SystemExit(1)
