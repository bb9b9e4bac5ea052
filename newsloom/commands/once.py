"""newsloom once."""

import asyncio

import click

from newsloom.commands.call import Call, pass_call


@click.command(name="once")
@click.option("--all", "everything", is_flag=True, help="Crawl every source, whether it is due or not.")
@click.option("--json", "as_json", is_flag=True, help="Print what the round did as JSON.")
@pass_call
def command(call: Call, *, everything: bool, as_json: bool) -> None:
    """Crawl what is due now, publish what changed, and end: for cron.

    Where another newsloom works on the same store (a run, or the round before that is not done yet), nothing is done and
    the exit status is 0. It is 1 if a source (none of its news can be read), a webhook or a topic's command fails that did
    not fail the time before, or if a feed could not be written: so cron mails once, not every hour.
    """
    # Loaded here, as in every command: --help and completion must not pay for it.
    from newsloom import hallway, lock  # noqa: PLC0415

    config = call.config()
    try:
        with lock.locked(config.store):
            from newsloom.commands.rounds import crawl_and_tell  # noqa: PLC0415

            done = asyncio.run(crawl_and_tell(call, config, None if everything else (), as_json=as_json))
    except lock.LockedError as error:
        if as_json:
            from newsloom.commands.tables import show_json  # noqa: PLC0415

            show_json(hallway.Round())
        if not call.quiet:
            click.echo(f"newsloom: {error}: nothing done", err=True)
        return
    if not done.fine:
        raise SystemExit(1)
