"""What a crawl costs: CPU a page of downloading, reading and storing, against plain Scrapy that only downloads the same pages.

    python benchmarks/crawl.py [--rounds 3] [--open 127.0.0.0/8] URL-LIST...

URL-LIST is an address, or a file with an address a line, of sites that run: their servers' CPU is not counted, so they may
be on this machine. An address that is its origin's only one in the lists is an entrance (a sitemap, a feed, a front page): its
articles are crawled, all of them, whatever their age. Several addresses of one origin are articles: they are crawled as if a
listing of the site had shown them.

Each round is two processes, one after the other: newsloom into an empty store (robots.txt kept, no pauses, all sites at once,
reading processes as in a default config), then Scrapy with CONCURRENT_ITEMS=4 and a callback that does nothing, over the pages
that newsloom read. CPU is user + system time of the process and its children from the first request to the last page stored.
The medians of all rounds and their ratio are printed, what of newsloom's CPU its crawling thread, the store's thread and the
reading processes took, and the peak memory (VmHWM) of newsloom's process and of its largest reading process, after half of
the pages and at the end. Libraries are loaded before the clock starts, on both sides.
"""

import argparse
import asyncio
import ipaddress
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PAGES = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", nargs="+", metavar="URL-LIST", help="an address, or a file with an address a line")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are run (default 3)")
    parser.add_argument("--open", default="127.0.0.0/8", metavar="NETWORK", help="which may be asked though not public")
    parser.add_argument("--profile", metavar="FILE", help="write a cProfile of newsloom's process in the last round")
    parser.add_argument("--role", choices=("newsloom", "scrapy"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "newsloom":
        newsloom(addresses(options.lists), options.open, options.profile)
    elif options.role == "scrapy":
        scrapy(addresses(options.lists))
    else:
        compare(options)


def addresses(lists: Iterable[str]) -> list[str]:
    given = (
        [each] if each.startswith(("http://", "https://")) else Path(each).read_text(encoding="utf-8").split()
        for each in lists
    )
    found = list(dict.fromkeys(url for some in given for url in some if url.startswith(("http://", "https://"))))
    if not found:
        raise SystemExit("no addresses: give some, or a file with an address a line")
    return found


def compare(options: argparse.Namespace) -> None:
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(options.rounds):
            profile = ["--profile", options.profile] if options.profile and n == options.rounds - 1 else []
            ours.append(_run("newsloom", [*profile, "--open", options.open, *options.lists]))
            pages = Path(folder, "pages.txt")
            pages.write_text("\n".join(ours[-1].pop("urls")), encoding="utf-8")
            theirs.append(_run("scrapy", [str(pages)]))
            print(f"round {n + 1}: newsloom {_line(ours[-1])}; scrapy {_line(theirs[-1])}", flush=True)
    last = ours[-1]
    mine, plain = (statistics.median(r["cpu"] / r["pages"] for r in runs) for runs in (ours, theirs))
    crawling, storing, reading = (
        statistics.median(r[k] / r["pages"] * 1e3 for r in ours) for k in ("crawling", "storing", "reading")
    )
    print(
        f"newsloom  {mine * 1e3:6.2f} ms a page (crawling {crawling:.2f}, storing {storing:.2f}, reading {reading:.2f})"
    )
    print(f"scrapy    {plain * 1e3:6.2f} ms a page, downloading only")
    print(f"ratio     {mine / plain:6.2f}")
    print(f"memory    {last['parent_mb']} MB, largest reading process {last['child_mb']} MB; "
          f"after half of the pages {last['half_parent_mb']} and {last['half_child_mb']} MB")  # fmt: skip


def _line(run: dict[str, Any]) -> str:
    return f"{run['pages']} pages, {run['cpu'] / run['pages'] * 1e3:.2f} ms a page, {run['seconds']:.1f} s"


def _run(role: str, arguments: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, __file__, "--role", role, *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if not answer["pages"]:
        raise SystemExit(f"{role} read no page; do the sites run?")
    return answer


# newsloom


def newsloom(urls: list[str], opened: str, profile: str | None) -> None:
    if profile:
        import cProfile  # noqa: PLC0415

        with cProfile.Profile() as watch:
            asyncio.run(_crawl(urls, opened))
        watch.dump_stats(profile)
    else:
        asyncio.run(_crawl(urls, opened))


async def _crawl(urls: list[str], opened: str) -> None:
    from newsloom.news.sources import Limits, NetworkRules  # noqa: PLC0415
    from newsloom.store import Store  # noqa: PLC0415
    from scraper.crawl import crawl  # noqa: PLC0415
    from scraper.network import Network  # noqa: PLC0415

    limits = Limits(
        pages=PAGES, feed_pages=PAGES, leads=0, shape_pages=PAGES, sitemaps=1_000, crawl_time=timedelta(hours=2)
    )
    rules = NetworkRules(
        user_agent="newsloom-benchmark/1 (+https://github.com/newsloom)", open_networks=(ipaddress.ip_network(opened),)
    )
    with tempfile.TemporaryDirectory() as folder:
        with Store.open(Path(folder, "newsloom.db"), _now, limits) as store:
            planned = await _plan(urls, store)
            async with Network.open(rules, limits) as network:
                _load()
                memory = asyncio.create_task(_watch(Path(folder, "newsloom.db")))
                began, cpu, before = time.monotonic(), time.process_time(), _threads()
                reports = await asyncio.gather(*(crawl(s, store, network, _now, limits) for s in planned))
                seconds, parent, after = time.monotonic() - began, time.process_time() - cpu, _threads()
                storing = sum(after[n] - before.get(n, 0.0) for n in after if n.startswith("store"))
                memory.cancel()
                peaks = [(pages, own, child) for pages, own, child in _SEEN]
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)  # they have ended
        read = _read(Path(folder, "newsloom.db"))
    for report in reports:
        if report.error:
            print(f"{report.source}: {report.error}", file=sys.stderr)
    half = next((p for p in peaks if p[0] >= len(read) / 2), peaks[-1])
    children = usage.ru_utime + usage.ru_stime
    print(json.dumps({
        "pages": len(read), "cpu": parent + children, "crawling": parent - storing, "storing": storing,
        "reading": children, "seconds": seconds, "parent_mb": peaks[-1][1],
        "child_mb": peaks[-1][2], "half_parent_mb": half[1], "half_child_mb": half[2], "urls": read,
    }))  # fmt: skip


def _load() -> None:
    """What a crawl loads when it begins. Only now, for it must not install a reactor before the network has."""
    import scrapy.core.downloader.handlers.http11  # noqa: PLC0415
    import scrapy.crawler  # noqa: F401, PLC0415

    import scraper.spiders.choice  # noqa: F401, PLC0415


def _threads() -> dict[str, float]:
    """Seconds of CPU of each thread so far (proc(5), in clock ticks)."""
    tick = os.sysconf("SC_CLK_TCK")
    named = [(t.name, Path(f"/proc/self/task/{t.native_id}/stat")) for t in threading.enumerate()]
    fields = [(name, stat.read_text(encoding="ascii").rpartition(")")[2].split()) for name, stat in named]
    return {name: (int(f[11]) + int(f[12])) / tick for name, f in fields}


def _now() -> datetime:
    return datetime.now(UTC)


async def _plan(urls: list[str], store: Any) -> list[Any]:
    from newsloom.news.identity import origin  # noqa: PLC0415
    from newsloom.news.memory import Found, Listing, Role, Validators  # noqa: PLC0415
    from newsloom.news.sources import Schedule, Source, SourceKind  # noqa: PLC0415

    by_origin: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_origin[origin(url)].append(url)
    schedule = Schedule(every=timedelta(hours=1))
    sources = [
        Source(name=f"s{n}", url=own[0] if len(own) == 1 else f"{there}/", title=there, schedule=schedule, max_age=None,
               delay=timedelta(0), kind=SourceKind.AUTO if len(own) == 1 else SourceKind.SECTION)
        for n, (there, own) in enumerate(by_origin.items())
    ]  # fmt: skip
    await store.adopt(sources, ())
    for source, own in zip(sources, by_origin.values(), strict=True):
        if len(own) > 1:
            found = tuple(Found(url=url) for url in own)
            await store.listed(source, Listing(
                asked=source.url, url=source.url, role=Role.LISTING, fetched=_now(), validators=Validators(), found=found
            ))  # fmt: skip
    return sources


_SEEN: list[tuple[int, int, int]] = []
"""How many pages were stored, and the peaks in MB of this process and of its largest child until then."""


async def _watch(store: Path) -> None:
    import sqlite3  # noqa: PLC0415

    own = child = 0
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as reader:
        while True:
            own = max(own, _peak_mb(os.getpid()))
            child = max([child, *map(_peak_mb, _children())])
            [(pages,)] = reader.execute("SELECT count(*) FROM addresses WHERE state = 'read' AND role = 'article'")
            _SEEN.append((pages, own, child))
            await asyncio.sleep(0.5)


def _children() -> list[int]:
    """Processes that this one's main thread started (proc(5))."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]


def _peak_mb(pid: int) -> int:
    """VmHWM (proc(5)); `ru_maxrss` of a child would begin with its parent's."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024 if "VmHWM:" in status else 0


def _read(store: Path) -> list[str]:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as reader:
        rows = reader.execute("SELECT url FROM addresses WHERE state = 'read' AND role = 'article' ORDER BY url")
        return [url for (url,) in rows]


# Scrapy as it comes


def scrapy(urls: list[str]) -> None:
    import scrapy as library  # noqa: PLC0415
    from scrapy.crawler import CrawlerProcess  # noqa: PLC0415

    seen = {"pages": 0}

    class Download(library.Spider):
        name = "download"
        start_urls = urls

        def parse(self, response: Any, **_: Any) -> None:
            seen["pages"] += bool(response.body)

    process = CrawlerProcess({"CONCURRENT_ITEMS": 4, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False})
    process.crawl(Download)
    began, cpu = time.monotonic(), time.process_time()
    process.start()
    print(json.dumps({**seen, "cpu": time.process_time() - cpu, "seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main()
