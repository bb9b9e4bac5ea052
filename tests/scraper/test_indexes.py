"""Which sitemaps of an index are asked, when it has more than a crawl follows."""

from datetime import UTC, datetime

import pytest

from newsloom.news.memory import Found, Role
from scraper.spiders.indexes import preferred
from tests.scraper.loopback import Bench, article, index, on_bench, sitemap


def chosen(addresses: list[str], limit: int) -> list[str]:
    """Addresses without their host; `address 2026-11-20` has a date of last change."""
    found = []
    for address in addresses:
        path, _, changed = address.partition(" ")
        at = datetime.fromisoformat(changed).replace(tzinfo=UTC) if changed else None
        found.append(Found(url=f"https://paper2024.example/{path}", role=Role.SITEMAP, modified=at))
    return [f.url.removeprefix("https://paper2024.example/") for f in preferred(found, limit)]


def numbered(form: str, count: int) -> list[str]:
    return [form.format(n) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("addresses", "best"),
    [
        pytest.param(
            ["a.xml 2026-11-01", "b.xml 2026-11-20", "c.xml", "d.xml 2026-11-10"],
            ["b.xml", "d.xml", "a.xml", "c.xml"],
            id="the last change",
        ),
        pytest.param(numbered("sitemap-{}.xml", 900), ["sitemap-900.xml", "sitemap-1.xml", "sitemap-899.xml"], id="numbers"),
        pytest.param(
            ["post-sitemap.xml", *(f"post-sitemap{n}.xml" for n in range(2, 13)), "page-sitemap.xml"],
            ["post-sitemap12.xml", "page-sitemap.xml", "post-sitemap.xml", "post-sitemap11.xml"],
            id="several series",
        ),
        pytest.param(numbered("map.php?type=a&page={}", 30), ["map.php?type=a&page=30"], id="numbers in the query"),
        pytest.param(
            [f"sitemap-{y}-{m:02}.xml" for y in (2024, 2025, 2026) for m in range(1, 12)],
            ["sitemap-2026-11.xml", "sitemap-2026-10.xml"],
            id="months",
        ),
        pytest.param(
            [f"{m}-2{d}/x.xml" for m in ("2025/03", "2026/01") for d in (1, 3, 2)], ["2026/01-23/x.xml"], id="days"
        ),
        pytest.param(
            [f"s.xml?yyyy={y}&mm={m}&dd={d}" for y, m, d in ((2026, 9, 30), (2026, 11, 3), (2025, 12, 31), (2026, 11, 2))],
            ["s.xml?yyyy=2026&mm=11&dd=3", "s.xml?yyyy=2026&mm=11&dd=2", "s.xml?yyyy=2026&mm=9&dd=30"],
            id="dates in the query",
        ),
        pytest.param(["s.xml?yyyy=2026&mm=10&dd=30", "c.xml 2026-11-20"], ["c.xml"], id="a date in the query and another"),
        pytest.param(["20260931.xml", "20260930.xml", "20261003.xml"], ["20261003.xml"], id="compact dates"),
        pytest.param(numbered("map-{}.xml", 2100), ["map-2100.xml", "map-1.xml", "map-2099.xml"], id="years that are none"),
        pytest.param(
            ["shop.xml 2026-11-20", "google-news.xml", "map?type=news 2026-11-19"],
            ["map?type=news", "google-news.xml", "shop.xml"],
            id="what is called news",
        ),
        pytest.param(
            ["news-2019.xml 2019-12-31", "a.xml 2026-11-20", "news-2018-01.xml", "b.xml"],
            ["a.xml", "news-2019.xml"],
            id="what was news",
        ),
        pytest.param(numbered("a/{}.xml 2026-11-20", 40), ["a/40.xml"], id="all of one date"),
    ],
)  # fmt: skip
def test_the_likeliest_to_hold_news_come_first(addresses: list[str], best: list[str]) -> None:
    assert chosen(addresses, len(best)) == best


def test_of_a_long_index_without_dates_the_newest_end_is_read() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes["/sitemap.xml"] = index(*((f"{site.url}/part-{n}.xml", "") for n in range(1, 901)))
        for n in range(1, 901):
            at = "2026-05-04T08:00:00Z" if n == 900 else "2019-05-04T08:00:00Z"
            site.routes[f"/part-{n}.xml"] = sitemap(f"{site.url}/story-{n}", modified=at)
            site.routes[f"/story-{n}"] = article(f"Story {n}")

        report = await bench.crawl(bench.source("/sitemap.xml"))

        parts = [path for path in site.asked if path.startswith("/part-")]
        assert set(parts) == {"/part-1.xml", *(f"/part-{n}.xml" for n in range(882, 901))}
        assert "/story-900" in site.asked
        assert report.bounds == ("sitemaps",)

    on_bench(check)
