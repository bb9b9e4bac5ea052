"""The signals of a command that would go on: what ends it, and what has it read its config anew."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stopping(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and Ctrl-C set `stop`, for as long as the block lasts; a second one ends the process at once."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


@contextmanager
def hanging_up(ask: Callable[[], None], stop: asyncio.Event, terminal: int = 2) -> Iterator[None]:
    """SIGHUP asks, for as long as the block lasts; if `terminal` (a file descriptor) was one and is gone, it sets `stop`."""
    loop = asyncio.get_running_loop()
    on_terminal = os.isatty(terminal)

    def hung_up() -> None:
        if on_terminal and not os.isatty(terminal):
            stop.set()
        else:
            ask()

    loop.add_signal_handler(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
