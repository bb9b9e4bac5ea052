"""The command of a topic: run with what is new on its stdin."""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from newsloom.news.pushes import Outcome, Parcel

KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE"),
    *("LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME"),
)
"""What a command sees of our environment. The rest may be secrets of sources and webhooks, which are none of its business."""

_TAIL = 2_000
"""Bytes of its stderr that are kept, the last ones."""
_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL; `newsloom run` itself has three to end."""


async def run(
    command: Sequence[str], parcel: Parcel, *, folder: Path, environment: Mapping[str, str], patience: timedelta
) -> Outcome:
    """Whether it ended with status 0 within `patience`. It is started in `folder`, without a shell, in a process group of its own,
    which is ended when it takes too long or the caller is cancelled.

    It reads the parcel from a file, not from a pipe: it may read all of it, a part or nothing, and what it reads is whole even if
    this process is killed meanwhile.
    """
    kept = {name: environment[name] for name in KEPT if name in environment}
    own = {"NEWSLOOM_TOPIC": parcel.topic, "NEWSLOOM_DELIVERY": str(parcel.id)}
    try:
        with tempfile.TemporaryFile() as items:
            items.write(parcel.body)
            items.seek(0)
            async with _tail() as (stderr, tail):
                with stderr:
                    process = await asyncio.create_subprocess_exec(
                        *command, stdin=items, stdout=subprocess.DEVNULL, stderr=stderr, cwd=folder,
                        env=kept | own, start_new_session=True,
                    )  # fmt: skip
                return await _ended(process, command[0], tail, patience)
    except OSError as error:
        return Outcome(error=f"{command[0]} cannot be started: {error.strerror}", unsent=True)


async def _ended(process: asyncio.subprocess.Process, name: str, tail: "_Tail", patience: timedelta) -> Outcome:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            status = await process.wait()
    except TimeoutError:
        return Outcome(error=f"{name} took longer than {patience.total_seconds():.0f} s")
    finally:
        if process.returncode is None:
            await _end(process)
    if status == 0:
        return Outcome()
    how = f"was ended by {_signal(-status)}" if status < 0 else f"ended with status {status}"
    await tail.settled()
    return Outcome(error=f"{name} {how}{f': {said}' if (said := tail.text()) else ''}")


async def _end(process: asyncio.subprocess.Process) -> None:
    """The whole group, so that a script does not leave behind what it started."""
    _tell_group(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE):
            await process.wait()
    except TimeoutError:
        pass
    _tell_group(process.pid, signal.SIGKILL)  # what outlived its leader too
    await process.wait()


def _tell_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:  # all have ended
        pass


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class _Tail(asyncio.Protocol):
    """The last bytes that came. Whatever the command leaves running may hold the pipe: its end is not waited for long."""

    def __init__(self) -> None:
        self._kept = b""
        self._over = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self._kept = (self._kept + data)[-_TAIL:]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._over.set()

    async def settled(self) -> None:
        try:
            async with asyncio.timeout(_GRACE):
                await self._over.wait()
        except TimeoutError:
            pass

    def text(self) -> str:
        """Its last three lines, in one."""
        lines = [" ".join(line.split()) for line in self._kept.decode("utf-8", "replace").splitlines()]
        said = " / ".join([line for line in lines if line][-3:])
        return "".join(c for c in said if c.isprintable())  # colours, and what would mislead a terminal


@asynccontextmanager
async def _tail() -> AsyncIterator[tuple[IO[bytes], _Tail]]:
    """The end of a pipe to write to, and what comes out of it."""
    out, into = os.pipe()
    transport, tail = await asyncio.get_running_loop().connect_read_pipe(_Tail, os.fdopen(out, "rb", 0))
    try:
        yield os.fdopen(into, "wb", 0), tail
    finally:
        transport.close()
