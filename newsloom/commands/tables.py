"""Tables for people: with lines on a terminal, plain aligned columns in a pipe."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from newsloom.commands.letters import knows_all_letters
from newsloom.news.sources import Schedule

Cell = str | int | None
_SHORT = 12
"""A text of no more columns is not broken on a narrow terminal."""
_LINE = 16
"""A longer one may be broken between words into lines of so many columns, and more where a word has more: up to"""
_WORD = 24


class Table:
    """Rows under headings. Numbers stand to the right, None is empty."""

    def __init__(self, *headings: str, title: str = "", spare: Sequence[str] = ()) -> None:
        """`spare`: headings of the columns that a narrow terminal can do without, in the order in which they are left out."""
        self.title = title
        self.headings = headings
        self._spare = [headings.index(heading) for heading in spare]
        self.rows: list[tuple[Cell, ...]] = []

    def row(self, *cells: Cell) -> None:
        if len(cells) != len(self.headings):
            raise ValueError(f"{len(cells)} cells under {len(self.headings)} headings")
        self.rows.append(cells)

    def show(self) -> None:
        """To stdout."""
        if sys.stdout.isatty():
            self._draw()
        else:
            click.echo(self.plain())

    def plain(self) -> str:
        """Columns with two spaces between them, no line cut short, nothing at the ends of lines."""
        cells = [[_text(c) for c in row] for row in (self.headings, *self.rows)]
        widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
        right = [self._numbers(i) for i in range(len(self.headings))]
        lines = [
            "  ".join(_padded(c, w, right=r) for c, w, r in zip(row, widths, right, strict=True)).rstrip()
            for row in cells
        ]
        return "\n".join([self.title, *lines] if self.title else lines)

    def _draw(self) -> None:
        from rich import box, table  # noqa: PLC0415 - only a terminal needs it
        from rich.console import Console  # noqa: PLC0415

        console = Console(markup=False, highlight=False)
        drawn = table.Table(title=self.title or None, box=box.SIMPLE_HEAD, title_justify="left", header_style="bold")
        shown = self._fitting(console.width)
        for place, columns in shown.items():
            drawn.add_column(
                self.headings[place],
                justify="right" if self._numbers(place) else "left",
                overflow="fold",
                width=columns,
            )
        for row in self.rows:
            drawn.add_row(*(_text(row[place]) for place in shown))
        console.print(drawn)

    def _fitting(self, columns: int) -> dict[int, int]:
        """The columns to draw, and how wide.

        Where not all have room, those that say nothing (0 or empty in every row) are left out, then texts and headings are broken
        between words, and where that is not enough whole columns are left out: a number, a time or a bar that is cut short is
        another one. The first column stays.
        """
        shown = list(range(len(self.headings)))
        if _room(map(self._widest, shown)) > columns:
            shown = [p for p in shown if p == 0 or any(row[p] not in (0, "", None) for row in self.rows)]
        kept = [0]
        for place in reversed(dict.fromkeys((*self._spare, *self._dispensable()))):
            if place in shown and _room(map(self._least, [*kept, place])) <= columns:
                kept.append(place)
        shown = sorted(kept)
        widths = {place: self._widest(place) for place in shown}
        while _room(widths.values()) > columns:
            broken = [place for place in shown if widths[place] > self._least(place)]
            if not broken:
                break
            widths[max(broken, key=widths.__getitem__)] -= 1
        return widths

    def _dispensable(self) -> list[int]:
        """What is left out when nothing else was said: from the right, texts last."""
        return sorted(range(1, len(self.headings)), key=lambda place: (self._widest(place) > _SHORT, -place))

    def _least(self, place: int) -> int:
        """How narrow a column may be drawn."""
        cells = [_text(row[place]) for row in self.rows]
        widest = max(map(width, cells), default=0)
        if place and not self._numbers(place) and widest > _SHORT:
            longest = max(width(word) for cell in cells for word in cell.split() or [""])
            widest = min(widest, max(_LINE, min(longest, _WORD)))
        return max(widest, *map(width, self.headings[place].split()))

    def _widest(self, place: int) -> int:
        return max(width(_text(row[place])) for row in (self.headings, *self.rows))

    def _numbers(self, place: int) -> bool:
        return bool(self.rows) and all(row[place] is None or isinstance(row[place], int) for row in self.rows)


def _room(widths: Iterable[int]) -> int:
    """Columns of a terminal that a table of these takes: with a space on both sides of each and a line between two."""
    taken = list(widths)
    return sum(taken) + 3 * len(taken) + 1


def _text(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return "".join(c if c.isprintable() else " " for c in text)


def width(text: str) -> int:
    """Columns that a text takes on a terminal: wide characters two, combining ones none."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def _padded(text: str, to: int, *, right: bool) -> str:
    space = " " * (to - width(text))
    return space + text if right else text + space


def moment(instant: datetime | None, now: datetime) -> str:
    """On a terminal how long ago or ahead, which is what one looks for; in a pipe the instant itself, in UTC."""
    if instant is None:
        return ""
    return distance(instant - now) if sys.stdout.isatty() else f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def distance(delta: timedelta) -> str:
    """`in 40 s`, `3 min ago`, `2 d ago`; `now` within a second."""
    seconds = abs(delta.total_seconds())
    if seconds < 1:
        return "now"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if seconds >= size * (2 if unit == "d" else 1):
            amount = f"{int(seconds // size)} {unit}"
            break
    return f"in {amount}" if delta > timedelta(0) else f"{amount} ago"


def duration(delta: timedelta) -> str:
    """As the config writes it: `30m`, `2h`, `1d`."""
    seconds = int(delta.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def span(delta: timedelta) -> str:
    """About how long: `40 s`, `12 min`, `3 h`."""
    return distance(-delta).removesuffix(" ago")


_BLOCKS, _ASCII = "▁▂▃▄▅▆▇█", "_.:-=+*#"


def bar(values: Sequence[float]) -> str:
    """One sign a value, the higher the more; values that are all alike at half height."""
    signs = _BLOCKS if knows_all_letters(sys.stdout) else _ASCII
    most = max(*values, 2 * sum(values) / len(values))
    return "".join(signs[round(value / most * (len(signs) - 1))] for value in values)


def planned(schedule: Schedule) -> str:
    """When a source is looked at, as the config has it."""
    if schedule.cron:
        return f"cron {schedule.cron}"
    return f"every {duration(schedule.every)}" if schedule.every is not None else "by its rhythm"


def files(written: Sequence[Path]) -> str:
    """How many, in words."""
    return "1 file" if len(written) == 1 else f"{len(written)} files"


def show_json(value: object) -> None:
    """To stdout, indented for a terminal, one line in a pipe. Instants in ISO 8601 and UTC, empty fields too."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json.dumps(_plain(value), ensure_ascii=not knows_all_letters(sys.stdout), indent=indent))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {k: _plain(v) for k, v in vars_of(value).items()}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(_plain, value))
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, (UUID, Path)) else value


def vars_of(value: Any) -> dict[str, Any]:
    """A dataclass's fields; inner ones stay as they are."""
    return {name: getattr(value, name) for name in asdict(value)}
