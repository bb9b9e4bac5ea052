"""The log: one event a line, to stderr."""

import logging
import sys
import time
from copy import copy

_LEVELS = {-2: logging.ERROR, -1: logging.WARNING, 0: logging.INFO, 1: logging.DEBUG}
_OURS = ("newsloom", "scraper", "feeds")


class OneLine(logging.Formatter):
    """`2026-03-02T18:30:05Z INFO crawled source=...`. A trace shows only under -v; its last line always does."""

    def __init__(self, *, traces: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._traces = traces

    def format(self, record: logging.LogRecord) -> str:
        """On a copy: a record carries its trace from one handler to the next as the first one wrote it."""
        mine = copy(record)
        mine.exc_text = None
        return super().format(mine)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        whole = super().formatException(ei)  # type: ignore[arg-type]
        return whole if self._traces else f"  {whole.splitlines()[-1]} (-v shows where)"


class ToStderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Asks for stderr at each line, so that a progress bar that has taken its place keeps the line above itself."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    @property
    def stream(self):  # type: ignore[no-untyped-def]
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None: ...


def set_up(verbosity: int) -> None:
    """-q: what is wrong; default: what happened; -v: what was done; -vv: what the libraries say too."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old, ToStderr):
            root.removeHandler(old)
    handler = ToStderr()
    handler.setFormatter(OneLine(traces=verbosity > 0))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbosity > 1 else _LEVELS[max(-2, min(verbosity, -1))])
    for name in _OURS:
        logging.getLogger(name).setLevel(_LEVELS[max(-2, min(verbosity, 1))])
