"""Tells the service manager that started us how we are: sd_notify(3), datagrams to the socket that NOTIFY_SOCKET names.

The package for it on PyPI has had no release since 2017, and python-systemd wants a C compiler.
"""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Manager:
    """Without NOTIFY_SOCKET in the environment nobody is told anything."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        named = environment.get("NOTIFY_SOCKET", "")
        # Of a name in the abstract namespace (unix(7)) the first byte is written as @.
        self._socket = f"\0{named[1:]}" if named.startswith("@") else named

    def ready(self) -> None:
        self._tell("READY=1")

    def reloading(self) -> None:
        """READY follows; systemd wants to know when this was, in microseconds, to tell one from another."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self, status: str) -> None:
        """To be told at each tick of the clock: after WatchdogSec without one, systemd starts newsloom again."""
        self._tell("WATCHDOG=1", f"STATUS={status}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, *words: str) -> None:
        """No manager, or one that does not listen, is no reason to wait or to fail."""
        if not self._socket:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(0)
            out.sendto("\n".join(words).encode(), self._socket)
