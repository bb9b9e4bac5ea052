"""The processes in which documents are read: bytes from outside never meet a parser in the crawl's own process.

A parser can be made to burn a minute of CPU or a gigabyte by one document, and neither a thread nor an alarm can end it.
A process can be ended. One document at a time a child, so that the guilty one is certain.
"""

import asyncio
import logging
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from newsloom.news.identity import site
from scraper.extract import wire
from scraper.extract.documents import Ask, Document, Guilty, RobotsAnswer, Unreadable
from scraper.extract.worker import ANSWER_BYTES, FRAME, NO_MEMORY, Answer, Bounds, Order, RobotsAsk, too_large
from scraper.turns import Turns

__all__ = ["Bounds", "ChildError", "Children", "Guilty", "Unreadable"]

log = logging.getLogger(__name__)

# -P: the folder a person stands in is not on the child's path, so no file there can pose as a library.
_START = "import sys; sys.path.append(sys.argv[1]); from scraper.extract.worker import main; main(sys.argv[2])"
_HOME = Path(__file__).resolve().parent.parent
_START_SECONDS = 60
_FAREWELL_SECONDS = 3
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT})
"""A death by one of these says nothing about the document: somebody, or the kernel short of memory, ended the child."""

_DEFAULT = Bounds()


class ChildError(RuntimeError):
    """No reading process can be had; the message says why."""


class _DiedError(Exception):
    """The child is gone; what it was ended by: a negative signal, or its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Children:
    """A pool of reading processes, started when first needed and replaced when one meets a bound. Close it at the end."""

    def __init__(self, count: int = 1, bounds: Bounds = _DEFAULT) -> None:
        self._bounds = bounds
        self._turns = Turns(count)
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._spawning: set[asyncio.Task[_Child]] = set()
        self._starting: set[_Child] = set()
        self._ending: set[asyncio.Task[int]] = set()
        self._closed = False

    async def __aenter__(self) -> "Children":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def document(self, body: bytes, request: Ask) -> Document:
        """What `body` gives. Raises Guilty if it broke a bound, Unreadable if it is no feed, sitemap or page."""
        there = site(request.url)
        self._turns.hold(there, len(body))
        try:
            answer = await self._ask(Order(document=request), body, request.url)
        finally:
            self._turns.hold(there, -len(body))
        read = answer.feed or answer.sitemap or answer.page
        if read is None:
            raise Guilty("the reading process gave no answer")
        return read

    async def room(self, url: str) -> None:
        """Returns when what this address gives would not wait behind much: what comes faster than it is read fills memory."""
        await self._turns.room(site(url))

    async def robots(self, body: bytes, *, agent: str, urls: Sequence[str]) -> RobotsAnswer:
        """What a robots.txt says to `agent` (our User-Agent header) about `urls`. Raises Guilty if it broke a bound."""
        answer = await self._ask(
            Order(robots=RobotsAsk(agent=agent, urls=tuple(urls))), body, urls[0] if urls else "robots.txt"
        )
        if answer.robots is None or len(answer.robots.allowed) != len(urls):
            raise Guilty("the reading process gave no answer")
        return answer.robots

    def keep_to(self, bounds: Bounds) -> None:
        """For documents from now on. A child that was started with others ends when it is idle."""
        if bounds == self._bounds:
            return
        self._bounds = bounds
        for child in self._idle:
            self._end(child, patience=_FAREWELL_SECONDS)
        self._idle.clear()

    async def close(self) -> None:
        """End all children, busy ones too, and wait until they are gone."""
        self._closed = True
        if self._spawning:
            await asyncio.wait(self._spawning)
        for child in (*self._starting, *self._busy):
            self._end(child)
        for child in self._idle:
            self._end(child, patience=_FAREWELL_SECONDS)
        self._idle.clear()
        await asyncio.gather(*self._ending)

    async def _ask(self, order: Order, body: bytes, url: str) -> Answer:
        if len(body) > self._bounds.body_bytes:
            raise Guilty(f"larger than {self._bounds.body_bytes:,} bytes")
        async with self._turns.turn(site(url)):
            try:
                answer = await self._exchange(order, body)
            except _DiedError as dead:
                log.warning("reading process ended from outside", extra={"url": url, "by": _cause(dead.status)})
                try:
                    answer = await self._exchange(order, body)
                except _DiedError as again:
                    raise Guilty(f"reading it ended the process twice ({_cause(again.status)})") from None
        if answer.fault:
            error = answer.fault.strip().splitlines()[-1]
            log.error("reading failed", extra={"url": url, "error": error, "trace": answer.fault})
            raise Guilty(f"our reader failed: {error}")
        if answer.guilty:
            raise Guilty(answer.guilty)
        if answer.unreadable:
            raise Unreadable(answer.unreadable)
        return answer

    async def _exchange(self, order: Order, body: bytes) -> Answer:
        """One order to one child. Whatever goes wrong, a cancellation included, that child gets no second order."""
        child = await self._take()
        self._busy.add(child)
        try:
            async with asyncio.timeout(self._bounds.wall_seconds):
                answer = wire.loads(Answer, await child.exchange(wire.dumps(order), body))
        except TimeoutError:
            self._end(child)
            raise Guilty(f"took longer than {self._bounds.wall_seconds:g} s") from None
        except wire.WireError as error:
            self._end(child)
            raise Guilty(f"the reading process gave no answer: {error}") from None
        except (EOFError, ConnectionError):
            status = await self._end(child, patience=_FAREWELL_SECONDS)
            raise self._verdict(status) from None
        except BaseException:  # a cancellation: half an answer may be in the pipe
            self._end(child)
            raise
        finally:
            self._busy.discard(child)
        if answer.last or child.bounds != self._bounds:
            self._end(child, patience=_FAREWELL_SECONDS)
        else:
            self._idle.append(child)
        return answer

    def _verdict(self, status: int) -> Exception:
        """Whose fault it was that a child died over a document."""
        if self._closed:
            return ChildError("the reading processes are closed")
        if status == -signal.SIGXCPU:
            return Guilty(f"took more than {self._bounds.cpu_seconds} s of CPU")
        if status == NO_MEMORY:
            return Guilty(too_large(self._bounds))
        return (
            _DiedError(status)
            if -status in _FROM_OUTSIDE
            else Guilty(f"reading it ended the process ({_cause(status)})")
        )

    async def _take(self) -> "_Child":
        """An idle child that lives, or a new one."""
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            status = await self._end(child, patience=_FAREWELL_SECONDS)
            log.info("reading process died while idle, another is started", extra={"by": _cause(status)})
        if self._closed:
            raise ChildError("the reading processes are closed")
        child = await self._spawn()
        self._starting.add(child)
        try:
            await child.ready()
        except ChildError:
            if self._closed:
                raise ChildError("the reading processes are closed") from None
            raise
        finally:
            self._starting.discard(child)
        return child

    async def _spawn(self) -> "_Child":
        """A new process. It is begun to its end even if nobody wants it any more.

        When that is cancelled while the pipes are being connected, asyncio waits for ever for what it then ends.
        """
        spawning = asyncio.create_task(_Child.spawn(self._bounds))
        self._spawning.add(spawning)
        spawning.add_done_callback(self._spawning.discard)
        try:
            return await asyncio.shield(spawning)
        except asyncio.CancelledError:
            await asyncio.wait({spawning})
            if spawning.exception() is None:
                self._end(spawning.result())
            raise

    def _end(self, child: "_Child", patience: float = 0) -> "asyncio.Task[int]":
        """Have a child end, without waiting for it here; `close` waits for all."""
        task = asyncio.create_task(child.end(patience))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task


class _Child:
    """One reading process and its pipe."""

    def __init__(self, process: Process, bounds: Bounds) -> None:
        self.bounds = bounds
        assert process.stdin is not None  # noqa: S101 - both were asked for as pipes
        assert process.stdout is not None  # noqa: S101
        self._process, self._orders, self._answers = process, process.stdin, process.stdout
        self._reading = asyncio.Lock()
        """Who waits for an answer and who waits for the end read the same pipe."""

    @classmethod
    async def spawn(cls, bounds: Bounds) -> "_Child":
        """A child that is not ready yet. Raises ChildError if there is none to be had.

        It gets a process group of its own: a Ctrl-C at the terminal must not meet it while it is starting.
        """
        try:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-c", _START, str(_HOME), wire.dumps(bounds).decode(),
                    stdin=PIPE, stdout=PIPE, limit=2**20, process_group=0,
                ),
                bounds,
            )  # fmt: skip
        except OSError as error:
            raise ChildError(f"no reading process can be started: {error}") from error

    async def ready(self) -> None:
        """Returns when it can take an order. Raises ChildError if it does not start."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._receive()
        except (EOFError, ConnectionError, TimeoutError) as error:
            status = await self.end(_FAREWELL_SECONDS)
            raise ChildError(
                f"the reading process does not start ({_cause(status)}); what it said is on standard error"
            ) from error
        except BaseException:  # cancelled while it started
            await asyncio.shield(self.end(0))
            raise

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._answers.at_eof()

    async def exchange(self, order: bytes, body: bytes) -> bytes:
        """Raises EOFError or ConnectionError if the child dies over it."""
        self._orders.writelines((FRAME.pack(len(order), len(body)), order, body))
        await self._orders.drain()
        return await self._receive()

    async def _receive(self) -> bytes:
        async with self._reading:
            length, rest = FRAME.unpack(await self._answers.readexactly(FRAME.size))
            if length > ANSWER_BYTES or rest:
                raise wire.WireError(f"an answer of {length:,} bytes")
            return await self._answers.readexactly(length)

    async def end(self, patience: float) -> int:
        """Close the pipe, wait `patience` seconds for the child to leave, then kill it. The exit status, as Popen has it."""
        self._orders.close()
        try:
            async with asyncio.timeout(patience):
                return await self._gone()
        except TimeoutError:
            if self._process.returncode is None:
                self._process.kill()
            return await self._gone()

    async def _gone(self) -> int:
        async with self._reading:
            while await self._answers.read(2**16):  # a pipe that is not read to its end keeps its reader open
                pass
        return await self._process.wait()


def _cause(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
