"""What entrances say of when they want to be asked again reaches memory."""

import pytest

from newsloom.news.memory import State
from newsloom.news.wishes import Wishes
from tests.scraper.loopback import Bench, Reply, feed, on_bench

DATE = {"Date": "Mon, 04 May 2026 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({}, None),
        ({"Cache-Control": "public, max-age=600"}, 600),
        ({"Cache-Control": "s-maxage=5, MAX-AGE=600", "Age": "200"}, 400),
        ({"Cache-Control": "max-age=60", "Age": "200"}, 0),
        ({"Cache-Control": "no-cache, max-age=600"}, 0),
        ({"Cache-Control": "private"}, None),
        ({"Expires": "Mon, 04 May 2026 12:05:00 GMT"} | DATE, 300),
        ({"Expires": "0"} | DATE, 0),
        ({"Cache-Control": "max-age=60", "Expires": "Mon, 04 May 2026 12:05:00 GMT"} | DATE, 60),
    ],
)
def test_a_feed_s_headers_say_how_long_it_holds(headers: dict[str, str], fresh: int | None) -> None:
    async def test(bench: Bench) -> None:
        bench.site.routes["/feed"] = feed(headers=headers)
        await bench.crawl(bench.source("/feed"))
        [told] = bench.memory.listings
        assert told.wishes == Wishes(fresh=fresh)

    on_bench(test)


def test_a_304_says_it_anew() -> None:
    async def test(bench: Bench) -> None:
        bench.site.routes["/feed"] = feed(headers={"ETag": '"1"', "Cache-Control": "max-age=60"})
        await bench.crawl(bench.source("/feed"))
        bench.site.routes["/feed"] = Reply(status=304, headers={"Cache-Control": "max-age=120"})
        await bench.crawl(bench.source("/feed"))
        [same] = bench.memory.pages
        assert (same.state, same.wishes) == (State.SAME, Wishes(fresh=120))

    on_bench(test)
