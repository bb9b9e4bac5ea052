"""The log: one event a line, to stderr, as text for people or as JSON for programs.

An event is a few words that are always the same, and fields, which its caller gave as `extra`. What a library logs is an event
too: its message, and `logger` says whose it is.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Iterable
from pathlib import PurePath
from types import TracebackType

_LEVELS = {-2: logging.ERROR, -1: logging.WARNING, 0: logging.INFO, 1: logging.DEBUG}
_OURS = ("newsloom", "scraper", "feeds")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NO_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "trace"}


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What is known of an event beside its time, level and words. Fields that are None or empty are left out."""
    given: dict[str, object] = {"logger": record.name}
    if record.name.partition(".")[0] in _OURS:  # what libraries add is meant for themselves: whole objects, colours
        given = {name: value for name, value in vars(record).items() if name not in _NO_FIELDS}
    if record.exc_info and record.exc_info[1] is not None:
        kind, error, trace = record.exc_info
        given.setdefault("error", f"{kind.__name__ if kind else ''}: {error}")
        given["where"] = _where(trace)
    return {name: value for name, value in given.items() if value is not None and value not in ("", ())}


def _where(trace: TracebackType | None) -> str:
    """The innermost place that is ours, as `file:line`."""
    place = ""
    while trace is not None:
        path = PurePath(trace.tb_frame.f_code.co_filename)
        if not place or not {*_OURS, "scheduler.py"}.isdisjoint(path.parts):
            place = f"{path.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class Text(logging.Formatter):
    """`2026-03-02T18:30:05Z INFO crawled source=harbour new=3 error="two words"`. A trace follows under -v only."""

    def __init__(self, *, traces: bool) -> None:
        super().__init__(datefmt=_TIME)
        self.converter = time.gmtime
        self._traces = traces

    def format(self, record: logging.LogRecord) -> str:
        words = (self.formatTime(record, _TIME), record.levelname, _on_one_line(record.getMessage()))
        line = " ".join((*words, *(f"{name}={_said(value)}" for name, value in fields(record).items())))
        return f"{line}\n{trace.rstrip()}" if self._traces and (trace := _trace(self, record)) else line


class Json(logging.Formatter):
    """An object with `time`, `level`, `event` and the same fields; of an error also its `trace`."""

    def __init__(self) -> None:
        super().__init__(datefmt=_TIME)
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        told = {"time": self.formatTime(record, _TIME), "level": record.levelname, "event": record.getMessage()}
        trace = _trace(self, record)
        return json.dumps(told | fields(record) | ({"trace": trace} if trace else {}), default=str)


def _trace(form: logging.Formatter, record: logging.LogRecord) -> str:
    """Its own, or that of a reading process, which came as a field."""
    return form.formatException(record.exc_info) if record.exc_info else getattr(record, "trace", "")


def _said(value: object) -> str:
    """As in logfmt: a word as it is, anything else in quotes."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        value = ",".join(map(str, value))
    text = str(value)
    plain = text.isprintable() and not any(sign in text for sign in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else json.dumps(text.strip())[1:-1]


class ToStderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Asks for stderr at each line, so that a progress bar that has taken its place keeps the line above itself."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    @property
    def stream(self):  # type: ignore[no-untyped-def]
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None: ...


class ToJournal(ToStderr):
    """Before each line its level, as systemd's journal reads it (sd-daemon(3)): `journalctl -p warning` finds what is wrong."""

    def format(self, record: logging.LogRecord) -> str:
        level = next(number for least, number in _SYSLOG if record.levelno >= least)
        return "\n".join(f"<{level}>{line}" for line in super().format(record).splitlines())


_SYSLOG = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.NOTSET, 7))


def _journal_reads() -> bool:
    """Whether stderr is what systemd said it connected to the journal."""
    try:
        there = os.fstat(2)
    except OSError:  # closed
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"


def is_json() -> bool:
    """Whether `set_up` was asked for JSON."""
    return any(isinstance(handler.formatter, Json) for handler in logging.getLogger().handlers)


def set_up(verbosity: int, form: str = "text") -> None:
    """-q: what is wrong; default: what happened; -v: what was done; -vv: what the libraries say too. `form`: text or json."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old, ToStderr):
            root.removeHandler(old)
    handler = ToJournal() if _journal_reads() else ToStderr()
    handler.setFormatter(Json() if form == "json" else Text(traces=verbosity > 0))
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    root.setLevel(logging.DEBUG if verbosity > 1 else _LEVELS[max(-2, min(verbosity, -1))])
    for name in _OURS:
        logging.getLogger(name).setLevel(_LEVELS[max(-2, min(verbosity, 1))])
