"""What is answered to machines that watch: `/healthz` in JSON, `/metrics` as Prometheus reads them."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from newsloom.news.health import Condition
from newsloom.news.vitals import SourceVitals, Vitals

if TYPE_CHECKING:
    from prometheus_client.core import Metric

HEALTH, METRICS = "/healthz", "/metrics"
_FRESH = 1.0
"""Seconds for which an answer is given again: however many ask, the store is looked at so often."""


class Watched:
    """Knows how this newsloom is. `look` may block, and raises nothing: what is wrong is in the Vitals."""

    def __init__(self, look: Callable[[], Vitals]) -> None:
        self._look = look
        self._one_looks = asyncio.Lock()
        self._seen: tuple[float, Vitals] | None = None

    async def vitals(self) -> Vitals:
        async with self._one_looks:
            now = asyncio.get_running_loop().time()
            if self._seen is None or now - self._seen[0] > _FRESH:
                self._seen = now, await asyncio.to_thread(self._look)
            return self._seen[1]


def healthz(vitals: Vitals) -> tuple[int, bytes]:
    """Status and body: 200, or 503 with what is wrong. Sources that are ill are counted, and change nothing."""
    states = Counter(source.condition for source in vitals.sources.values())
    said = {
        "status": "unwell" if vitals.faults else "fine",
        "faults": list(vitals.faults),
        "at": vitals.at.isoformat(timespec="seconds"),
        "ticked_seconds_ago": None if vitals.ticked is None else round(vitals.ticked, 1),
        "sources": {str(condition): states[condition] for condition in Condition},
    }
    return 503 if vitals.faults else 200, json.dumps(said, ensure_ascii=False).encode() + b"\n"


def metrics(vitals: Vitals) -> tuple[bytes, str]:
    """The text, and its content type."""
    # Loaded when somebody asks: few do, and it takes memory.
    from prometheus_client import CollectorRegistry, ProcessCollector  # noqa: PLC0415
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415
    from prometheus_client.registry import Collector  # noqa: PLC0415

    class Told(Collector):
        def collect(self) -> Iterator["Metric"]:
            return _families(vitals)

    registry = CollectorRegistry()
    registry.register(Told())
    ProcessCollector(registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _families(vitals: Vitals) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

    yield GaugeMetricFamily("newsloom_up", "1: nothing is wrong with newsloom itself.", value=not vitals.faults)
    if vitals.ticked is not None:
        yield GaugeMetricFamily("newsloom_clock_age_seconds", "Since the clock last ticked.", value=vitals.ticked)
    state = GaugeMetricFamily("newsloom_source_state", "1: the source is in this state.", labels=("source", "state"))
    for name, source in vitals.sources.items():
        for condition in Condition:
            state.add_metric((name, condition), source.condition is condition)
    yield state
    for metric, said, value in _GAUGES:
        gauge = GaugeMetricFamily(metric, said, labels=("source",))
        for name, source in vitals.sources.items():
            if (instant := value(source)) is not None:
                gauge.add_metric((name,), instant)
        yield gauge
    for metric, said, value in _COUNTERS:
        counter = CounterMetricFamily(metric, said, labels=("source",))
        for name, source in vitals.sources.items():
            counter.add_metric((name,), value(source) or 0)
        yield counter
    entries = GaugeMetricFamily("newsloom_topic_entries", "Entries of a topic.", labels=("topic",))
    for key, count in vitals.topics.items():
        entries.add_metric((key,), count)
    yield entries


_Value = Callable[[SourceVitals], float | None]
_GAUGES: tuple[tuple[str, str, _Value], ...] = (
    (
        "newsloom_last_crawl_timestamp_seconds",
        "When the source's last crawl began.",
        lambda s: s.started.timestamp() if s.started else None,
    ),
    (
        "newsloom_next_crawl_timestamp_seconds",
        "When the source is due next.",
        lambda s: s.due.timestamp() if s.due else None,
    ),
)
_COUNTERS: tuple[tuple[str, str, _Value], ...] = (
    ("newsloom_crawls", "Crawls of the source.", lambda s: s.crawls),
    ("newsloom_articles", "Its articles that were new.", lambda s: s.articles),
    ("newsloom_failed_addresses", "Its addresses that failed, were refused or are gone.", lambda s: s.failed),
    ("newsloom_requests", "Requests to it.", lambda s: s.requests),
    ("newsloom_received_bytes", "Bytes received from it.", lambda s: s.bytes),
)
