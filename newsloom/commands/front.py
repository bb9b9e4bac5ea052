"""The web server beside `run`: over the folder of the config that holds now, and at its address."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import click
from starlette.types import Receive, Scope, Send

from newsloom.commands.call import Call
from newsloom.commands.reloading import beside
from newsloom.config import Config
from newsloom.news.sources import Server
from newsloom.news.vitals import Vitals
from newsloom.web.app import app
from newsloom.web.names import allowed
from newsloom.web.server import ServeError, serve

log = logging.getLogger("newsloom")


class Front:
    """Ends with `stop`, and sets it if it ends by itself."""

    def __init__(self, call: Call, config: Config, look: Callable[[], Vitals], stop: asyncio.Event) -> None:
        self._call = call
        self._look = look
        self._stop = stop
        self._server = config.server
        self._serving: asyncio.Task[None] | None = None
        self._leave = asyncio.Event()
        self._cover(config)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Serves beside the block, from the moment it begins. Raises ServeError if nothing can listen there."""
        await self._move(self._server)
        try:
            async with beside(self._leave_at_end()):
                yield
        finally:
            self._leave.set()
            if self._serving is not None:
                await self._serving

    async def show(self, config: Config) -> None:
        """Go on under another config. Where nothing can listen at its address, that is told, and the one before stays."""
        self._cover(config)
        if self._serving is None or config.server == self._server:
            return
        try:
            await self._move(config.server)
        except ServeError as error:
            log.error("not served at the address of the config", extra={"error": str(error)})  # noqa: TRY400 - it says all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)

    def _cover(self, config: Config) -> None:
        self._application = app(config.out, allowed(config.server.host, config.public_url), look=self._look)

    async def _move(self, server: Server) -> None:
        """Listens there before it leaves the place where it was."""
        up, leave = asyncio.Event(), asyncio.Event()

        def started(url: str) -> None:
            self._tell(url)
            up.set()

        serving = asyncio.create_task(serve(self, host=server.host, port=server.port, stop=leave, started=started))
        serving.add_done_callback(lambda _: up.set())
        await up.wait()
        if serving.done():
            await serving
        before, left = self._serving, self._leave
        self._server, self._serving, self._leave = server, serving, leave
        serving.add_done_callback(self._ended)
        left.set()
        if before is not None:
            await before

    def _tell(self, url: str) -> None:
        if self._call.log == "json":
            log.info("serving", extra={"url": url})
        elif not self._call.quiet:
            click.echo(f"feeds at {url}  (Ctrl-C stops)", err=True)

    def _ended(self, serving: asyncio.Task[None]) -> None:
        if serving is self._serving:
            self._stop.set()

    async def _leave_at_end(self) -> None:
        await self._stop.wait()
        self._leave.set()
