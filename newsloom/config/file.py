"""The file a process was started with, which may be written anew while it works by what it said."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from newsloom.config.values import Config

_WRITTEN = 1.0
"""Seconds for which a file must stand as it is: an editor may write it in several steps, and a half may be a config too."""


class ConfigFile:
    """Read at once, then looked at again and again. `read` gives what stands there, or raises ConfigError."""

    def __init__(self, path: Path, read: Callable[[], Config]) -> None:
        self._path = path
        self._read = read
        self._stamp = _stamp(path)
        self.config = read()
        """As it was last read without a fault."""

    async def changed(self, *, now: bool = False) -> Config | None:
        """Another config than the last one, if one stands there. Raises ConfigError for a broken one, once as long as it stands.

        `now`: it is read whether it was written or not.
        """
        stamp = _stamp(self._path)
        if not now:
            if stamp == self._stamp:
                return None
            await asyncio.sleep(_WRITTEN)
            if stamp != _stamp(self._path):
                return None  # the next look is for it
        self._stamp = stamp
        before, self.config = self.config, await asyncio.to_thread(self._read)
        return self.config if self.config != before else None


def _stamp(path: Path) -> tuple[int, ...]:
    """Another one whenever the file was written, replaced or taken away."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def taken_over(config: Config, before: Config) -> tuple[Config, tuple[str, ...]]:
    """What of another config holds at once in a process that works under `before`, and the keys that need another process."""
    here, there = config.network, before.network
    staying = {
        "store": config.store != before.store,
        "network.connections": here.connections != there.connections,
        "network.children": here.children != there.children,
    }
    network = replace(here, connections=there.connections, children=there.children)
    return (
        replace(config, store=before.store, network=network),
        tuple(name for name, differs in staying.items() if differs),
    )
