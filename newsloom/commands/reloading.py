"""A config that is written anew while `run` works is taken over; a broken one is told once, and the old one stays."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from newsloom.commands.notifying import Manager
from newsloom.config import Config, ConfigError, ConfigFile, taken_over
from newsloom.store import StoreError

log = logging.getLogger("newsloom")


class Reloading:
    """`take_over` is handed each other config, without what needs another process; `manager` is told when that was asked for."""

    def __init__(self, file: ConfigFile, take_over: Callable[[Config], Awaitable[None]], manager: Manager) -> None:
        self._file = file
        self._take_over = take_over
        self._manager = manager
        self._config = file.config
        self._wanted: Config | None = None
        """Not taken over yet."""

    async def run(self, tick: timedelta, asked: asyncio.Event) -> None:
        """At each tick, and at once when it is asked for; until it is cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), tick.total_seconds())
            if asked.is_set():
                asked.clear()
                self._manager.reloading()
                await self._look(asked=True)
                self._manager.ready()
            else:
                await self._look(asked=False)

    async def _look(self, *, asked: bool) -> None:
        try:
            self._wanted = await self._file.changed(now=asked) or self._wanted
        except ConfigError as error:
            self._wanted = None
            _tell_faults(error)
        except Exception:  # a defect of ours in reading it: the old config goes on, and the log has the trace
            log.exception("config not taken over")
        if self._wanted is None:
            return
        config, staying = taken_over(self._wanted, self._config)
        try:
            await self._take_over(config)
        except StoreError as error:
            # A trace would say less than the sentence.
            log.error("config not taken over, the next tick tries again", extra={"error": str(error)})  # noqa: TRY400
            return
        except Exception:  # a defect of ours: the old config goes on, and the log has the trace
            log.exception("config not taken over")
        else:
            log.info("config taken over", extra={"sources": len(config.sources), "topics": len(config.topics)})
            self._config = config
        self._wanted = None
        for key in staying:
            log.warning("this key of the config is taken over when newsloom is started again", extra={"key": key})


def _tell_faults(error: ConfigError) -> None:
    for fault in error.faults:
        told = {"file": str(fault.path), "line": fault.line or None, "key": fault.key, "error": fault.problem}
        log.error("fault in the config", extra=told)
    log.error("config not taken over, the one before goes on", extra={"faults": len(error.faults)})


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """`work` goes on as long as the block lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
