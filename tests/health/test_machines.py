"""What machines hear of a newsloom, over HTTP from a real server over a real store."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from newsloom.commands.watching import Pulse, look
from newsloom.news.memory import CrawlReport
from newsloom.news.sources import Schedule, Source
from newsloom.news.vitals import Vitals
from newsloom.store import Store
from newsloom.web.app import app
from newsloom.web.server import serve

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def written(path: Path) -> None:
    """A store with a source that fails and one that does not."""

    async def write() -> None:
        with Store.open(path, lambda: NOON) as store:
            await store.adopt(
                [
                    Source(name=n, url=f"https://{n}.example/", title=n, schedule=Schedule(every=timedelta(hours=1)))
                    for n in "ab"
                ],
                [],
            )
            await store.record(CrawlReport(source="a", started=NOON, finished=NOON, requests=2, bytes=900, new=3))
            await store.record(CrawlReport(source="a", started=NOON, finished=NOON, requests=5, bytes=100, refused=1))
            await store.record(CrawlReport(source="b", started=NOON, finished=NOON, requests=1, error="no answer"))

    asyncio.run(write())


@contextmanager
def served(out: Path, look_: Callable[[], Vitals]) -> Iterator[str]:
    loop, ready, told = asyncio.new_event_loop(), threading.Event(), [""]
    stop = asyncio.Event()

    def started(url: str) -> None:
        told[0] = url
        ready.set()

    work = serve(app(out, look=look_), host="127.0.0.1", port=0, stop=stop, started=started)
    thread = threading.Thread(target=lambda: loop.run_until_complete(work))
    thread.start()
    try:
        assert ready.wait(20)
        yield told[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def get(url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_health_is_told_in_json_and_numbers_as_prometheus_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    written(path)
    with served(tmp_path / "public", lambda: look(path, lambda: NOON)) as url:
        status, body = get(f"{url}/healthz")
        assert (status, json.loads(body)) == (
            200,
            {
                "status": "fine", "faults": [], "at": "2026-03-02T12:00:00+00:00", "ticked_seconds_ago": None,
                "sources": {"fine": 1, "quiet": 0, "degraded": 0, "failing": 1, "gone": 0},
            },
        )  # fmt: skip
        status, body = get(f"{url}/metrics")
        assert get(f"{url}/metricsx")[0] == 404
    samples = {
        (s.name, *sorted(s.labels.values())): s.value for f in text_string_to_metric_families(body) for s in f.samples
    }
    assert status == 200
    assert samples["newsloom_source_state", "b", "failing"] == 1
    assert samples["newsloom_source_state", "a", "failing"] == 0
    assert [samples[f"newsloom_{name}_total", "a"] for name in ("crawls", "articles", "requests", "received_bytes")] == [
        2, 3, 7, 1000,
    ]  # fmt: skip
    assert samples["newsloom_failed_addresses_total", "a"] == 1
    assert samples["newsloom_last_crawl_timestamp_seconds", "a"] == NOON.timestamp()
    assert samples["newsloom_up",] == 1


def test_a_store_that_cannot_be_read_is_told_with_503(tmp_path: Path) -> None:
    with served(tmp_path, lambda: look(tmp_path / "none.db", lambda: NOON)) as url:
        status, body = get(f"{url}/healthz")
        assert (status, json.loads(body)["status"]) == (503, "unwell")
        assert "none.db" in json.loads(body)["faults"][0]
        assert "newsloom_up 0.0" in get(f"{url}/metrics")[1]


def test_feeds_that_cannot_be_written_are_told_with_503(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    written(path)
    with served(tmp_path, lambda: look(path, lambda: NOON, ("the disk is full",))) as url:
        status, body = get(f"{url}/healthz")
        assert (status, json.loads(body)["faults"], json.loads(body)["sources"]["fine"]) == (
            503,
            ["the disk is full"],
            1,
        )
        assert "newsloom_up 0.0" in get(f"{url}/metrics")[1]


def test_a_clock_that_stands_still_is_a_fault_after_two_minutes() -> None:
    passed = 0.0
    pulse = Pulse(timedelta(seconds=20), lambda: passed)
    well = Vitals(at=NOON)
    passed = 100.0
    assert (pulse.of(well).faults, pulse.of(well).ticked) == ((), 100.0)
    pulse.ticked()
    passed = 200.0
    assert pulse.of(well).faults == ()
    passed = 221.0
    assert pulse.of(well).faults == ("the clock has not ticked for 121 s",)
