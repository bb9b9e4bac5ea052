"""The reading process: orders come in on its standard input, answers go out on what was its standard output.

It imports neither Scrapy nor Twisted, talks to nobody else, and may be ended at any time. scraper/children.py starts it.
A frame is two lengths (32 bits each, network order), JSON of the first length, raw bytes of the second: an Order with
the body, or an Answer with nothing.
"""

import gc
import math
import os
import resource
import signal
import struct
import sys
import time
import traceback
from dataclasses import dataclass, replace
from types import TracebackType
from typing import BinaryIO

from scraper.extract import wire
from scraper.extract.documents import (
    BODY_BYTES,
    Ask,
    Document,
    FeedDocument,
    Guilty,
    RobotsAnswer,
    SitemapDocument,
    Unreadable,
    document,
)
from scraper.extract.page import Reading

NO_MEMORY = 12
"""Exit status (as errno has it) of a child that could not even say so."""
FRAME = struct.Struct("!II")
_LAST_BYTES = 8 * 2**20
"""Of the memory a child may take, what is left when the next piece a parser asks for is refused."""
ANSWER_BYTES = 64 * 2**20
"""A larger answer is none: the crawl's process would have to hold it."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one document may cost. A child that meets one is replaced, and the document is guilty."""

    cpu_seconds: int = 2
    """Whole seconds, as RLIMIT_CPU counts: between this and one more may pass."""
    wall_seconds: float = 30
    memory_bytes: int = 2**30
    """Of address space, the interpreter's and the libraries' own included."""
    body_bytes: int = BODY_BYTES
    """Before and after unzipping."""


@dataclass(frozen=True, kw_only=True)
class RobotsAsk:
    agent: str
    urls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to do with the body of the frame: exactly one of these."""

    document: Ask | None = None
    robots: RobotsAsk | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of it: exactly one of these."""

    feed: FeedDocument | None = None
    sitemap: SitemapDocument | None = None
    page: Reading | None = None
    robots: RobotsAnswer | None = None
    unreadable: str = ""
    guilty: str = ""
    last: bool = False
    """This process has said its last word."""
    fault: str = ""
    """Our own mistake, as a traceback."""


_SOME_GARBAGE = 10_000
"""Objects that may be made before garbage is looked for; of a page's some thousand nearly all go by themselves."""


def main(bounds: str) -> None:
    """Serve until the other end closes the pipe. `bounds` is a Bounds as JSON."""
    # The pipe keeps a number of its own: a stray print of a library, in Python or in C, goes to standard error.
    asks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the whole group; our end is the end of the pipe
        signal.signal(name, signal.SIG_IGN)
    try:
        _serve(asks, answers, wire.loads(Bounds, bounds.encode()))
    except MemoryError:  # outside of reading: there was no room for the body itself, or for its answer as JSON
        os._exit(NO_MEMORY)
    except BrokenPipeError:  # the crawl's process was killed: nobody waits for the answer
        os._exit(0)  # at once, for the interpreter would write once more what could not be written, and complain


def _serve(asks: BinaryIO, answers: BinaryIO, bounds: Bounds) -> None:
    prepare()
    _confine(bounds)
    _say_nothing_of_memory()
    status = os.open("/proc/self/status", os.O_RDONLY)  # kept, for opening it once a page is a hundredth of reading one
    allowed = 0
    _write(answers, b"")  # ready
    while (frame := _next(asks)) is not None:
        order, body = frame
        allowed = _allow(bounds.cpu_seconds, allowed)
        answer = _answer(wire.loads(Order, order), body, bounds)
        peak, left = _memory(status)
        # lxml does not say so when memory runs out: to it a page it had no room for is one that breaks off.
        if not answer.last and peak > bounds.memory_bytes - _LAST_BYTES:
            answer = _out_of_memory(bounds)
        elif left > bounds.memory_bytes // 2:  # what documents left behind must not be a later one's fault
            answer = replace(answer, last=True)
        message = wire.dumps(answer)
        if len(message) > ANSWER_BYTES:
            message = wire.dumps(Answer(guilty=f"gives more than {ANSWER_BYTES:,} bytes"))
        _write(answers, message)
        if answer.last:
            return


def prepare() -> None:
    """What a process does that will read many pages, before their time is counted."""
    from scraper.extract import reading  # noqa: F401, PLC0415 - what every page needs

    gc.freeze()  # what is loaded by now is never garbage; looking through it took some three hundredths of the time of reading
    # by default four times a page, for next to nothing: a page makes few cycles
    gc.set_threshold(_SOME_GARBAGE, 20, 20)


def _next(asks: BinaryIO) -> tuple[bytes, bytes] | None:
    """An order and its body; None at the pipe's end, which a killed crawl leaves anywhere."""
    head = asks.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    lengths = FRAME.unpack(head)
    order, body = (asks.read(length) for length in lengths)
    return (order, body) if (len(order), len(body)) == lengths else None


def _write(answers: BinaryIO, message: bytes) -> None:
    answers.write(FRAME.pack(len(message), 0) + message)
    answers.flush()


def _confine(bounds: Bounds) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # ending at the CPU limit would write one


def _say_nothing_of_memory() -> None:
    """lxml cannot raise from within its parser and complains instead: of one document that finds no memory, a thousand times."""
    complain, end = sys.unraisablehook, sys.excepthook

    def unraisable(what: "sys.UnraisableHookArgs") -> None:
        if not issubclass(what.exc_type, MemoryError):
            complain(what)

    def raised(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, MemoryError):
            end(kind, error, trace)

    sys.unraisablehook, sys.excepthook = unraisable, raised


def _allow(seconds: int, allowed: int) -> int:
    """Raise the soft limit of CPU to what has been used plus `seconds`, and say it; meeting it ends the process by SIGXCPU.

    `allowed` is what it stands at: it is counted in whole seconds, which hold hundreds of pages.
    """
    soft = math.ceil(time.process_time() + seconds)
    if soft != allowed:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    return soft


def _answer(order: Order, body: bytes, bounds: Bounds) -> Answer:  # noqa: PLR0911 - one a fate
    try:
        if order.robots:
            from scraper.extract.robots import robots  # noqa: PLC0415 - a child that reads pages only needs no protego

            return Answer(robots=robots(body, agent=order.robots.agent, urls=order.robots.urls))
        if order.document:
            return _as_answer(document(body, order.document, body_bytes=bounds.body_bytes))
        return Answer(fault="an order that asks for nothing")
    except Unreadable as error:
        return Answer(unreadable=str(error))
    except Guilty as error:
        return Answer(guilty=str(error))
    except MemoryError:
        return _out_of_memory(bounds)
    # Bytes from outside meet parsers here, and whatever they bring about is this document's fate and not the crawl's:
    # the crawl logs the traceback as our mistake and keeps the document as guilty until our reader changes.
    except Exception:  # noqa: BLE001
        return Answer(fault=traceback.format_exc(limit=-12))


_STATUS_BYTES = 8_192


def too_large(bounds: Bounds) -> str:
    return f"needs more than {bounds.memory_bytes // 2**20} MiB of memory"


def _out_of_memory(bounds: Bounds) -> Answer:
    return Answer(guilty=too_large(bounds), last=True)


def _memory(status: int) -> tuple[int, int]:
    """Bytes of address space: the most there were so far, and what there are. `status` is /proc/self/status, open.

    VmPeak and VmSize (proc(5)), since they are what the limit binds; `ru_maxrss` would begin with our parent's.
    """
    said = os.pread(status, _STATUS_BYTES, 0)
    peak, size = (int(said.partition(name)[2].split(None, 1)[0]) * 1024 for name in (b"VmPeak:", b"VmSize:"))
    return peak, size


def _as_answer(read: Document) -> Answer:
    if isinstance(read, FeedDocument):
        return Answer(feed=read)
    if isinstance(read, SitemapDocument):
        return Answer(sitemap=read)
    return Answer(page=read)


if __name__ == "__main__":
    main(sys.argv[1])
