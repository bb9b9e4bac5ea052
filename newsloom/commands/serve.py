"""newsloom serve."""

from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.config import Config


@click.command(name="serve")
@click.option("--host", metavar="ADDRESS", help="Listen on this address, instead of the config's `server: host:`.")
@click.option("--port", type=click.IntRange(0, 65_535), metavar="N", help="Listen on this port; 0: any free one.")
@pass_call
def command(call: Call, *, host: str | None, port: int | None) -> None:
    """Serve the published feeds until SIGTERM or Ctrl-C; to machines /healthz and /metrics say how newsloom is.

    For when `once` runs from cron and no other web server stands before the folder; `run` serves by itself. Everybody who
    can reach the address can read the feeds: it is this machine alone unless the config or --host says otherwise.
    """
    import asyncio  # noqa: PLC0415

    config = call.config()
    if not config.out.is_dir():
        click.echo(f"newsloom: {config.out} does not exist yet: `newsloom once --all` fills it", err=True)
    asyncio.run(
        _serve(
            config,
            host=config.server.host if host is None else host,
            port=config.server.port if port is None else port,
            call=call,
        )
    )


async def _serve(config: "Config", *, host: str, port: int, call: Call) -> None:
    import asyncio  # noqa: PLC0415
    import signal  # noqa: PLC0415

    from newsloom.commands.watching import look  # noqa: PLC0415
    from newsloom.web.app import app  # noqa: PLC0415
    from newsloom.web.names import allowed  # noqa: PLC0415
    from newsloom.web.server import serve  # noqa: PLC0415

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def started(url: str) -> None:
        if not call.quiet:
            click.echo(f"feeds at {url}  (Ctrl-C stops)", err=True)

    names = allowed(host, config.public_url)
    application = app(config.out, names, look=lambda: look(config.store, call.now))
    await serve(application, host=host, port=port, stop=stop, started=started)
