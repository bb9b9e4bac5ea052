"""One request at a time an origin, a pause after each answer, hold-offs kept: for all crawls of the process together."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

PATIENCE = 60.0
"""Seconds that a request waits for a hold-off or a long pause; what takes longer is put off to another crawl."""

REMEMBERED = 10_000
"""Origins; of those nobody waits for, the one that was asked longest ago is forgotten first."""


class TooLongError(Exception):
    """The origin may not be asked for `seconds` more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not before {seconds:.0f} s from now")
        self.wait = timedelta(seconds=seconds)


@dataclass
class _Line:
    """Who waits for one origin. Times are the loop's own, in seconds."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    answered: float = float("-inf")
    pace: float = 0.0
    """Crawl-delay of its robots.txt."""
    held: float = float("-inf")


class Politeness:
    """The lines of all origins (scheme://host:port) and the one cap on requests at once.

    A place under the cap is taken only when the origin's turn has come, so that slow origins do not keep others waiting.
    """

    def __init__(self, connections: int) -> None:
        self._lines: OrderedDict[str, _Line] = OrderedDict()
        self._connections = asyncio.Semaphore(connections)

    @asynccontextmanager
    async def turn(self, origin: str, delay: float) -> AsyncIterator[None]:
        """Waits for its turn; the pause until the next one starts when the block ends.

        Raises TooLongError at once instead of waiting longer than PATIENCE for a hold-off or a pause.
        """
        line = self._line(origin)
        line.waiting += 1
        try:
            self._refuse_long(line, delay)
            async with line.turn:
                # A hold-off may be set while this one sleeps (by an answer through a redirect), hence the loop.
                while (seconds := self._refuse_long(line, delay)) > 0:  # noqa: ASYNC110 - a pause, not a poll
                    await asyncio.sleep(seconds)
                async with self._connections:
                    try:
                        yield
                    finally:
                        line.answered = asyncio.get_running_loop().time()
        finally:
            line.waiting -= 1

    def pace(self, origin: str, seconds: float) -> None:
        """At least so long between two requests, whatever the source says (Crawl-delay)."""
        self._line(origin).pace = seconds

    def hold(self, origin: str, seconds: float) -> None:
        """No request for so long (Retry-After)."""
        line = self._line(origin)
        line.held = max(line.held, asyncio.get_running_loop().time() + seconds)

    def _refuse_long(self, line: _Line, delay: float) -> float:
        ready = max(line.held, line.answered + max(delay, line.pace))
        seconds = ready - asyncio.get_running_loop().time()
        if seconds > PATIENCE:
            raise TooLongError(seconds)
        return seconds

    def _line(self, origin: str) -> _Line:
        line = self._lines.setdefault(origin, _Line())
        self._lines.move_to_end(origin)
        while len(self._lines) > REMEMBERED:
            idle = next((o for o, known in self._lines.items() if not known.waiting and known is not line), None)
            if idle is None:
                break
            del self._lines[idle]
        return line
