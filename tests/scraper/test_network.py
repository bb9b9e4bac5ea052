"""The network's life: one loop after another, a clean end, nothing left over."""

import asyncio
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from newsloom.news.sources import SourceKind
from scraper.middlewares.guard import Guard, resolve
from scraper.network import Network, NetworkError
from tests.scraper.loopback import QUICK, RULES, Bench, feed, on_bench

ROOT = Path(__file__).parents[2]


def run(code: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, warnings being errors, ended after a minute."""
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{textwrap.dedent(code)}"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_process_may_open_it_in_one_loop_after_another_and_ends_clean() -> None:
    done = run("""
        import asyncio
        from tests.scraper.loopback import *

        async def once():
            async with Site.open() as site, Network.open(RULES, QUICK) as network:
                site.routes |= {"/feed": feed(site.url + "/1"), "/1": article("One")}
                report = await Bench(site, network, ListMemory()).crawl(source(site.url + "/feed", kind=SourceKind.FEED))
                print(report.new, report.error)

        asyncio.run(once())
        asyncio.run(once())
    """)
    assert (done.stdout, done.stderr, done.returncode) == ("1 \n1 \n", "", 0)


def test_a_second_loop_beside_an_open_one_is_a_clear_error() -> None:
    async def open_here() -> None:
        async with Network.open(RULES, QUICK):
            pass

    async def check(bench: Bench) -> None:
        with pytest.raises(NetworkError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, open_here())

    on_bench(check)


def test_a_name_server_that_is_silent_does_not_keep_the_process_from_ending() -> None:
    done = run("""
        import asyncio, socket, threading
        from scraper.middlewares import guard

        asked = threading.Event()

        def silent(*args, **kwargs):
            asked.set()
            threading.Event().wait()

        guard.socket.getaddrinfo = silent

        async def ask():
            task = asyncio.create_task(guard.resolve("example.org"))
            await asyncio.sleep(0)
            asked.wait()
            task.cancel()

        asyncio.run(ask())
    """)
    assert (done.stderr, done.returncode) == ("", 0)


def test_resolving_knows_names_and_literals_and_says_what_it_does_not_know() -> None:
    async def check() -> None:
        assert await resolve("127.0.0.1") == ["127.0.0.1"]
        assert await resolve("::1") == ["::1"]
        assert "127.0.0.1" in await resolve("localhost")
        with pytest.raises(OSError, match=r"."):
            await resolve("name.invalid")
        with pytest.raises(OSError, match="no host name"):
            await resolve("a" * 70 + ".example")
        assert await Guard(()).refuses("localhost") in {"127.0.0.1", "::1"}
        assert await Guard(RULES.open_networks).refuses("127.0.0.1") == ""

    asyncio.run(check())


def test_importing_the_door_loads_no_scrapy_and_no_reactor() -> None:
    done = run("""
        import sys
        import scraper.crawl
        print(sorted(m for m in ("scrapy", "twisted.internet.reactor", "trafilatura", "feedparser", "lxml") if m in sys.modules))
    """)
    assert (done.stdout, done.returncode) == ("[]\n", 0)


@pytest.mark.parametrize("processors", [1, 2])
def test_one_processor_is_left_to_the_crawl_and_there_is_always_a_child(processors: int) -> None:
    some = set(sorted(os.sched_getaffinity(0))[:processors])
    done = run(f"""
        import os
        os.sched_setaffinity(0, {some})
        from scraper.network import spare_processors
        print(spare_processors())
    """)
    assert int(done.stdout) == max(1, len(some) - 1)


def test_other_rules_hold_for_crawls_that_begin_from_now_on() -> None:
    async def check(bench: Bench) -> None:
        bench.site.routes["/feed.xml"] = feed()
        source = bench.source("/feed.xml", kind=SourceKind.FEED, robots=False)
        for name in ("newsloom/test", "another/1"):
            bench.network.keep_to(replace(RULES, user_agent=name), QUICK)
            assert (await bench.crawl(source)).error == ""
            assert bench.site.requests[-1].headers["user-agent"] == name
        bench.network.keep_to(replace(RULES, open_networks=()), QUICK)
        assert "no public address" in (await bench.crawl(source)).error
        bench.network.keep_to(RULES, replace(QUICK, body_bytes=10))
        assert "larger than 10 bytes" in (await bench.crawl(source)).error

    on_bench(check, rules=RULES)
