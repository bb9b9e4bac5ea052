"""Headers and cookies of a source: sent to its own origin, nowhere else, and never written down."""

import logging

import pytest

from newsloom.news.sources import SourceKind
from tests.scraper.loopback import Bench, Reply, Site, article, feed, on_bench

SECRET = "s3cret-token"
KEYS = {"headers": (("Authorization", "PAPER_TOKEN"),), "cookies": (("session", "PAPER_SESSION"), ("b", "PAPER_B"))}


def test_they_are_sent_to_the_sources_own_origin_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PAPER_TOKEN", f"Bearer {SECRET}")
    monkeypatch.setenv("PAPER_SESSION", SECRET)
    monkeypatch.setenv("PAPER_B", "2")
    caplog.set_level(logging.DEBUG)

    async def check(bench: Bench) -> None:
        async with Site.open() as other:
            site = bench.site
            other.routes |= {"/x": article("X"), "/y": article("Y")}
            site.routes |= {
                "/feed": feed(site.url + "/1", site.url + "/away", other.url + "/y", site.url + "/broken"),
                "/1": article("One"),
                "/away": Reply(status=302, headers={"Location": other.url + "/x"}),
                "/broken": Reply(status=500),
            }

            await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, **KEYS))

            own = [r.headers for r in site.requests]
            assert {h["authorization"] for h in own} == {f"Bearer {SECRET}"}
            assert {h["cookie"] for h in own} == {f"session={SECRET}; b=2"}
            assert {"/x", "/y"} <= set(other.asked)
            assert not [r for r in other.requests if {"authorization", "cookie"} & r.headers.keys()]
            assert SECRET not in repr(vars(bench.memory))

    on_bench(check)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "is not set"), ("", "is not set"), ("a\r\nb: c", "holds characters"), ("a;b", "holds char")],
)
def test_a_variable_that_cannot_be_used_is_the_error_of_the_source(
    monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    monkeypatch.delenv("PAPER_SESSION", raising=False)
    if value is not None:
        monkeypatch.setenv("PAPER_SESSION", value)

    async def check(bench: Bench) -> None:
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, cookies=(("session", "PAPER_SESSION"),)))
        assert report.error.startswith(f"sources.site.cookies.session: the environment variable PAPER_SESSION {said}")
        assert not value or value not in report.error
        assert bench.site.requests == []

    on_bench(check)
