"""newsloom run."""

import asyncio

import click

from newsloom.commands.call import Call, pass_call


@click.command(name="run")
@click.option(
    "--serve/--no-serve", default=True, show_default=True, help="Serve the feeds at the config's server address."
)
@pass_call
def command(call: Call, *, serve: bool) -> None:
    """Crawl each source when it is due, publish what changed, and serve the feeds: until SIGTERM or Ctrl-C.

    One process does it all; a second one on the same store ends at once with status 2. It stops between transactions,
    within some three seconds: what was in flight stays queued, nothing is lost. A config that is written anew is taken over at
    the next tick, within some 20 seconds, or at once on SIGHUP; a broken one is told in the log, and the old one goes on.
    `--now` is refused: a clock that stands still never ticks.
    """
    from newsloom import lock  # noqa: PLC0415
    from newsloom.commands.rounds import keep_going  # noqa: PLC0415
    from newsloom.config import ConfigFile  # noqa: PLC0415

    call.refuse_now("run")
    file = ConfigFile(call.path, call.config)
    try:
        with lock.locked(file.config.store):
            asyncio.run(keep_going(call, file, serve=serve))
    except lock.LockedError as error:
        raise click.UsageError(f"{error}; stop that one first, or give this one another --store") from None
