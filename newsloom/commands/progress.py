"""What a round shows while it works: a bar on a terminal, nothing elsewhere (the log has its plain lines)."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from newsloom.hallway import Watch
from newsloom.news.memory import CrawlReport


class Bar(Watch):
    """A line that says how many sources are done, which are being crawled, and what was new so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None, new=0)
        self._crawling: list[str] = []
        self._new = 0

    def begin(self, total: int) -> None:
        self._progress.update(self._task, total=total, completed=0)

    def crawling(self, source: str) -> None:
        self._crawling.append(source)
        self._say()

    def crawled(self, report: CrawlReport) -> None:
        self._crawling.remove(report.source)
        self._new += report.new
        self._progress.advance(self._task)
        self._say()

    def publishing(self, topic: str) -> None:
        self._progress.update(self._task, description=f"publishing {topic}")

    def _say(self) -> None:
        shown = ", ".join(self._crawling[:3]) + (
            f" and {len(self._crawling) - 3} more" if len(self._crawling) > 3 else ""
        )
        self._progress.update(self._task, description=f"crawling {shown}" if shown else "crawled", new=self._new)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Watch]:
    """A Bar on stderr if that is a terminal and the user did not ask for quiet, else the silent Watch."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield Watch()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[new]} new"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield Bar(bar)
