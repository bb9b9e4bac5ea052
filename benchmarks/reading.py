"""How well and at what cost pages are read: ours beside trafilatura, and beside other libraries that are installed.

    python benchmarks/reading.py FOLDER [FOLDER ...] [--limit N] [--only newsloom,trafilatura]

A folder holds `truth.jsonl`, an object a line, and for each line the page as saved: `<id>.html` or `<id>.html.gz`, beside it
or in `html/`. Of an object `id` and `url` are needed; what else it has is scored:

    text            the body, plain
    title           the headline without the site's name
    authors         a list of names
    published       ISO 8601; of it the day counts, as written or in UTC
    content_type    the header the page came with

Figures, one line a reader: F1 of the body's word 4-shingles (single characters in scripts without spaces), with the 95 %
interval of 1,000 resamples of the pages; share of pages with the same title (case, space and punctuation aside) and day;
F1 of authors' names; pages without an answer, and errors. CPU is that of this thread in milliseconds a page, parsing
included, ours with everything it reads (article, briefs, dates, the answer written for the pipe); `x parse` is how many times
one lxml parse of the same pages, `ratio` how many times trafilatura. All readers take turns on each page in one process, whose
garbage is collected as in the process that reads a crawl's pages.
"""

import argparse
import gzip
import json
import random
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from time import thread_time
from typing import Any

from lxml.html import HTMLParser, document_fromstring

from newsloom.news.memory import Role
from scraper.extract import wire
from scraper.extract.documents import Ask, document
from scraper.extract.page import Reading
from scraper.extract.worker import prepare

NOW = datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Page:
    html: bytes
    url: str
    truth: dict[str, Any]

    @property
    def content_type(self) -> str:
        return str(self.truth.get("content_type") or "text/html")


@dataclass(frozen=True, kw_only=True)
class Answer:
    text: str = ""
    title: str = ""
    authors: Sequence[str] = ()
    published: str = ""


Reader = Callable[[Page], Answer]


# --------------------------------------------------------------------- readers


def newsloom(page: Page) -> Answer:
    ask = Ask(url=page.url, fetched=NOW, content_type=page.content_type, role=Role.ARTICLE)
    read = document(page.html, ask)
    wire.dumps(read)
    article = read.article if isinstance(read, Reading) else None
    if article is None:
        return Answer()
    published = article.published.isoformat() if article.published else ""
    return Answer(text=article.text, title=article.title, authors=article.authors, published=published)


def trafilatura(page: Page) -> Answer:
    library = import_module("trafilatura")
    found = library.bare_extraction(page.html, url=page.url, with_metadata=True, include_comments=False)
    if found is None:
        return Answer()
    said = found if isinstance(found, dict) else found.as_dict()
    names = [name.strip() for name in (said.get("author") or "").split(";")]
    return Answer(
        text=said.get("text") or "", title=said.get("title") or "", authors=names, published=said.get("date") or ""
    )


def newspaper(page: Page) -> Answer:
    article = import_module("newspaper").Article(page.url)
    article.download(input_html=page.html.decode("utf-8", "replace"))
    article.parse()
    published = article.publish_date.isoformat() if isinstance(article.publish_date, datetime) else ""
    return Answer(text=article.text, title=article.title, authors=article.authors, published=published)


def readability(page: Page) -> Answer:
    found = import_module("readability").Document(page.html, url=page.url)
    tree = document_fromstring(found.summary(html_partial=True))
    return Answer(text="\n".join(t for t in tree.itertext() if t.strip()), title=found.short_title())


def parse(page: Page) -> Answer:
    """One parse by lxml, the measure of cost; it answers nothing."""
    document_fromstring(page.html, parser=HTMLParser(encoding="utf-8"))
    return Answer()


READERS: dict[str, Reader] = {
    "parse": parse,
    "newsloom": newsloom,
    "trafilatura": trafilatura,
    "newspaper": newspaper,
    "readability": readability,
}
"""By the name of the package that they need; `parse` and `newsloom` need none."""


def installed(only: Sequence[str]) -> dict[str, Reader]:
    return {
        name: reader
        for name, reader in READERS.items()
        if (name in ("parse", "newsloom") or find_spec(name)) and (not only or name in only or name == "parse")
    }


# ---------------------------------------------------------------------- scores


@dataclass
class Scores:
    """What one reader did, a value a page."""

    cpu: list[float] = field(default_factory=list)
    body: list[tuple[float, float]] = field(default_factory=list)
    """Precision and recall."""
    title: list[float] = field(default_factory=list)
    day: list[float] = field(default_factory=list)
    authors: list[float] = field(default_factory=list)
    empty: int = 0
    errors: int = 0

    def add(self, answer: Answer, truth: dict[str, Any]) -> None:
        self.empty += not answer.text
        if truth.get("text"):
            self.body.append(overlap(shingles(truth["text"]), shingles(answer.text)))
        if truth.get("title"):
            self.title.append(folded(answer.title) == folded(truth["title"]))
        if truth.get("published"):
            self.day.append(bool(days(answer.published) & days(str(truth["published"]))))
        if truth.get("authors"):
            names = Counter({folded(a) for a in answer.authors} - {""})
            self.authors.append(f1(*overlap(Counter({folded(a) for a in truth["authors"]}), names)))


_UNSPACED = re.compile("([\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af])")


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", _UNSPACED.sub(r" \1 ", text.casefold()))
    return Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3))) if words else Counter()


def overlap(truth: Counter[Any], found: Counter[Any]) -> tuple[float, float]:
    """Precision and recall. Of no answer the precision is none, which counts as 0 here."""
    same = sum((truth & found).values())
    return same / max(1, sum(found.values())), same / max(1, sum(truth.values()))


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def days(text: str) -> set[str]:
    """The calendar day of a time as written, and the one in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return set()
    return {str(instant.date()), *([str(instant.astimezone(UTC).date())] if instant.tzinfo else [])}


def interval(values: Sequence[tuple[float, float]]) -> tuple[float, float]:
    draw = random.Random(0)  # noqa: S311 - the same figures for the same answers
    resampled = sorted(_mean_f1(draw.choices(values, k=len(values))) for _ in range(1_000))
    return resampled[25], resampled[974]


def _mean_f1(values: Sequence[tuple[float, float]]) -> float:
    return f1(statistics.mean(p for p, _ in values), statistics.mean(r for _, r in values))


# ------------------------------------------------------------------------ runs


def pages(folder: Path) -> Iterator[Page]:
    """The folder's pages, in the order of its truth. Raises SystemExit for a folder of another form."""
    truth = folder / "truth.jsonl"
    if not truth.is_file():
        raise SystemExit(f"{folder}: no truth.jsonl; --help says what a folder holds")
    for number, line in enumerate(truth.read_text(encoding="utf-8").splitlines(), 1):
        said = json.loads(line)
        if not {"id", "url"} <= said.keys():
            raise SystemExit(f"{truth}:{number}: no id or no url")
        yield Page(html=_saved(folder, str(said["id"])), url=said["url"], truth=said)


def _saved(folder: Path, name: str) -> bytes:
    for place in (folder, folder / "html"):
        if (plain := place / f"{name}.html").is_file():
            return plain.read_bytes()
        if (zipped := place / f"{name}.html.gz").is_file():
            return gzip.decompress(zipped.read_bytes())
    raise SystemExit(f"{folder}: {name} is in truth.jsonl, but there is no {name}.html or {name}.html.gz")


def run(found: Sequence[Page], readers: dict[str, Reader]) -> dict[str, Scores]:
    scores = {name: Scores() for name in readers}
    for name, reader in readers.items():  # what a library loads at first use is not the first page's cost
        _answer(reader, found[0], Scores(), name)
    prepare()
    for page in found:
        for name, reader in readers.items():
            start = thread_time()
            answer = _answer(reader, page, scores[name], name)
            scores[name].cpu.append(thread_time() - start)
            scores[name].add(answer, page.truth)
    return scores


def _answer(reader: Reader, page: Page, scores: Scores, name: str) -> Answer:
    try:
        return reader(page)
    except Exception as error:  # noqa: BLE001 - whatever a library raises at a page is a fact to be counted
        print(f"{name}: {page.url}: {error!r}", file=sys.stderr)
        scores.errors += 1
        return Answer()


def report(scores: dict[str, Scores]) -> Iterator[str]:
    yield (
        f"{'':12} {'body F1':>22} {'title':>6} {'day':>6} {'authors':>7} {'empty':>5} {'errors':>6} "
        f"{'CPU ms':>7} {'median':>7} {'x parse':>7} {'ratio':>6}"
    )
    unit = statistics.mean(scores["parse"].cpu)
    other = statistics.mean(scores["trafilatura"].cpu) if "trafilatura" in scores else 0.0
    for name, score in scores.items():
        cpu = statistics.mean(score.cpu)
        low, high = interval(score.body) if score.body else (0.0, 0.0)
        body = f"{_mean_f1(score.body):.3f} [{low:.3f}-{high:.3f}]" if score.body else "-"
        quality = f"{body:>22} {_share(score.title):>6} {_share(score.day):>6} {_share(score.authors):>7}"
        yield (
            f"{name:12} {'' if name == 'parse' else quality:44} "
            f"{'' if name == 'parse' else score.empty:>5} {score.errors:>6} {1000 * cpu:7.2f} "
            f"{1000 * statistics.median(score.cpu):7.2f} {cpu / unit:7.1f} {f'{cpu / other:.2f}' if other else '-':>6}"
        )


def _share(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.3f}" if values else "-"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", metavar="FOLDER", nargs="+", type=Path)
    options.add_argument("--limit", type=int, default=None, help="read the first N pages of each folder")
    options.add_argument("--only", default="", help="readers, with commas between")
    asked = options.parse_args()
    found = [page for folder in asked.folders for page in islice(pages(folder), asked.limit)]
    if not found:
        raise SystemExit("no pages")
    print(f"{len(found)} pages, {statistics.mean(len(p.html) for p in found) / 1000:.0f} kB each")
    for line in report(run(found, installed([n for n in asked.only.split(",") if n]))):
        print(line)


if __name__ == "__main__":
    main()
