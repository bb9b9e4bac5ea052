"""Reading in child processes: what a bound ends, what is replaced, and that nothing is left behind. Real processes all."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.children import Bounds, ChildError, Children, Guilty, Unreadable
from scraper.extract.documents import Ask, FeedDocument, SitemapDocument
from scraper.extract.page import Reading

ASK = Ask(url="https://a.example/x", fetched=datetime(2026, 11, 20, 12, tzinfo=UTC))
RSS = b"<rss version='2.0'><channel><title>T</title><item><title>One</title><link>https://a.example/1</link></item></channel></rss>"
PAGE = b"<!doctype html><html><head><title>A page</title></head><body><p>Some text</p></body></html>"
# libxml2 compares each attribute with all before it. The angle brackets hide the tag's length from the cheap look before.
SLOW = b"<html><body><p " + b" ".join(b'a%d=">"' % n for n in range(150_000)) + b">x</p></body></html>"
NORMAL = Bounds()
LARGE = b"<html><body>" + b"<br>" * 4_000_000


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def processes() -> set[int]:
    """Our children, dead ones that nobody waited for among them; other tests may keep some of their own."""
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # a thread that ends meanwhile
            found.update(map(int, task.read_text().split()))
    return found


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """No zombie, no open pipe."""
    before = open_files(), processes()
    yield
    assert (open_files(), processes()) == before


def run(work: Callable[[Children], Awaitable[None]], bounds: Bounds = NORMAL, count: int = 1) -> None:
    async def inside() -> None:
        async with Children(count, bounds) as children:
            await work(children)

    asyncio.run(inside())


def pid(children: Children) -> int:
    return children._idle[-1]._process.pid


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sitemap(rows: int) -> bytes:
    return b"<urlset>" + b"".join(b"<url><loc>https://a.example/%d</loc></url>" % n for n in range(rows)) + b"</urlset>"


async def at_work(children: Children) -> None:
    while not children._busy:  # noqa: ASYNC110 - the pool has no event for it, and needs none
        await asyncio.sleep(0.001)


async def reads(children: Children) -> bool:
    return isinstance(await children.document(PAGE, ASK), Reading)


def test_one_child_reads_every_kind_of_document() -> None:
    async def work(children: Children) -> None:
        assert await reads(children)
        child = pid(children)
        assert isinstance(await children.document(RSS, ASK), FeedDocument)
        assert isinstance(await children.document(sitemap(1), ASK), SitemapDocument)
        answer = await children.robots(
            b"User-agent: *\nDisallow: /x", agent="us", urls=("https://a.example/x", "https://a.example/y")
        )
        assert answer.allowed == (False, True)
        assert pid(children) == child

    run(work)


def test_an_unreadable_document_costs_no_child() -> None:
    async def work(children: Children) -> None:
        with pytest.raises(Unreadable, match="a PDF document"):
            await children.document(b"%PDF-1.7", ASK)
        child = pid(children)
        assert await reads(children)
        assert pid(children) == child

    run(work)


def test_as_many_children_as_allowed_work_at_once() -> None:
    async def work(children: Children) -> None:
        await asyncio.gather(*(children.document(PAGE, ASK) for _ in range(6)))
        assert len({child._process.pid for child in children._idle}) == 2

    run(work, count=2)


def test_what_is_asked_when_no_child_starts_is_told_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.children._START", "raise SystemExit(3)")

    async def work(children: Children) -> None:
        with pytest.raises(ChildError, match="does not start"):
            await asyncio.gather(*(children.document(PAGE, ASK) for _ in range(6)))

    run(work, count=2)


@pytest.mark.parametrize("steps", range(1, 9))
def test_children_close_at_any_step_of_a_start(steps: int) -> None:
    asked: list[asyncio.Task[object]] = []

    async def work(children: Children) -> None:
        asked.append(asyncio.create_task(children.document(PAGE, ASK)))
        for _ in range(steps):
            await asyncio.sleep(0)

    async def inside() -> None:
        async with Children(1, NORMAL) as children:
            await work(children)
        with pytest.raises(ChildError, match="closed"):
            await asked.pop()

    asyncio.run(inside())


def test_a_document_that_takes_too_much_cpu_is_guilty_and_the_next_is_read() -> None:
    async def work(children: Children) -> None:
        with pytest.raises(Guilty, match="took more than 1 s of CPU"):
            await children.document(SLOW, ASK)
        assert await reads(children)

    run(work, Bounds(cpu_seconds=1))


def test_time_spent_on_earlier_documents_does_not_count() -> None:
    async def work(children: Children) -> None:
        await reads(children)
        child = pid(children)
        while cpu_seconds(child) < 2.2:
            await children.document(sitemap(10_000), ASK)
        assert await reads(children)
        assert pid(children) == child

    run(work, Bounds(cpu_seconds=1))


def test_a_document_that_takes_too_long_is_guilty_and_its_child_is_gone() -> None:
    async def work(children: Children) -> None:
        with pytest.raises(Guilty, match=r"took longer than 0\.2 s"):
            await children.document(SLOW, ASK)
        assert children._idle == []

    run(work, Bounds(wall_seconds=0.2))


def test_a_document_that_takes_too_much_memory_is_guilty_and_the_next_is_read() -> None:
    async def work(children: Children) -> None:
        with pytest.raises(Guilty, match="memory"):
            await children.document(LARGE, ASK)
        assert await reads(children)

    run(work, Bounds(memory_bytes=400 * 2**20, cpu_seconds=5))


def test_what_documents_leave_behind_in_a_child_is_no_fault_of_the_next() -> None:
    """Headings are kept in mind, however long they are."""

    async def work(children: Children) -> None:
        used: set[int] = set()
        for n in range(16):
            headings = b"".join(b"<h2>%d %d %s</h2>" % (n, part, b"y" * 2**18) for part in range(12))
            assert isinstance(await children.document(b"<html><body>" + headings, ASK), Reading)
            used |= {child._process.pid for child in children._idle}
        assert len(used) > 1

    run(work, Bounds(memory_bytes=400 * 2**20, cpu_seconds=10))


def test_a_body_beyond_the_bound_meets_no_child() -> None:
    async def work(children: Children) -> None:
        with pytest.raises(Guilty, match="larger than 10 bytes"):
            await children.document(PAGE, ASK)
        assert children._idle == []

    run(work, Bounds(body_bytes=10))


def test_a_crowded_tag_is_refused_without_harm_to_the_child() -> None:
    async def work(children: Children) -> None:
        with pytest.raises(Guilty, match="more than 500 attributes"):
            await children.document(b"<p " + b" ".join(b"a%d" % n for n in range(40_000)) + b">", ASK)
        assert len(children._idle) == 1

    run(work)


def test_a_stray_print_goes_to_standard_error_and_not_into_the_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import json, os\n"
        "loads = json.loads\n"
        "def talkative(text):\n"
        "    print('a stray print', flush=True)\n"
        "    os.write(1, b'and one below Python\\n')\n"
        "    return loads(text)\n"
        "json.loads = talkative\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def work(children: Children) -> None:
        assert await reads(children)
        assert await reads(children)

    run(work)

    said = capfd.readouterr()
    assert "a stray print" in said.err
    assert "and one below Python" in said.err
    assert said.out == ""


def test_a_child_that_died_while_idle_is_replaced_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scraper.children")

    async def work(children: Children) -> None:
        await reads(children)
        child = children._idle[-1]
        os.kill(child._process.pid, signal.SIGKILL)
        await child._process.wait()
        assert await reads(children)

    run(work)

    [said] = caplog.records
    assert "died while idle" in said.message
    assert vars(said)["by"] == "SIGKILL"


def test_a_child_that_somebody_ends_at_work_is_replaced_and_the_document_read() -> None:
    async def work(children: Children) -> None:
        await reads(children)
        task = asyncio.create_task(children.document(sitemap(50_000), ASK))
        await at_work(children)
        os.kill(next(iter(children._busy))._process.pid, signal.SIGKILL)
        assert isinstance(await task, SitemapDocument)

    run(work)


def test_a_child_takes_no_notice_of_a_signal_meant_for_the_crawl() -> None:
    async def work(children: Children) -> None:
        await reads(children)
        child = pid(children)
        os.kill(child, signal.SIGTERM)
        os.kill(child, signal.SIGINT)
        assert await reads(children)
        assert pid(children) == child

    run(work)


def test_a_cancelled_request_leaves_no_half_answer_to_the_next() -> None:
    async def work(children: Children) -> None:
        await reads(children)
        task = asyncio.create_task(children.document(SLOW, ASK))
        await at_work(children)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert isinstance(await children.document(RSS, ASK), FeedDocument)

    run(work)


def test_closing_ends_a_busy_child_and_says_so_to_whom_it_served() -> None:
    async def work(children: Children) -> None:
        task = asyncio.create_task(children.document(SLOW, ASK))
        await at_work(children)
        await children.close()
        with pytest.raises(ChildError, match="closed"):
            await task
        with pytest.raises(ChildError, match="closed"):
            await children.document(PAGE, ASK)

    run(work)


def test_a_child_that_cannot_start_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lxml.py").write_text("raise ImportError('no lxml here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def work(children: Children) -> None:
        with pytest.raises(ChildError, match=r"does not start \(exit status 1\)"):
            await children.document(PAGE, ASK)

    run(work)

    assert "no lxml here" in capfd.readouterr().err


def test_a_mistake_of_ours_is_logged_and_costs_one_document_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "feedparser.py").write_text("def parse(*a, **k): raise ZeroDivisionError('a mistake')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def work(children: Children) -> None:
        with pytest.raises(Guilty, match="our reader failed: ZeroDivisionError: a mistake"):
            await children.document(RSS, ASK)
        assert await reads(children)

    run(work)

    assert any("Traceback" in vars(r).get("trace", "") for r in caplog.records)


def test_a_file_in_the_folder_one_stands_in_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not the real one')\n")
    monkeypatch.chdir(tmp_path)

    async def work(children: Children) -> None:
        assert await reads(children)

    run(work)


def test_other_bounds_hold_for_documents_from_now_on() -> None:
    async def work(children: Children) -> None:
        assert await reads(children)
        first = pid(children)
        children.keep_to(Bounds(body_bytes=len(PAGE) - 1))
        with pytest.raises(Guilty, match="larger than"):
            await reads(children)
        children.keep_to(Bounds(cpu_seconds=3))
        assert await reads(children)
        assert pid(children) != first
        busy = asyncio.create_task(reads(children))
        await at_work(children)
        children.keep_to(NORMAL)
        assert await busy
        assert children._idle == []

    run(work)
