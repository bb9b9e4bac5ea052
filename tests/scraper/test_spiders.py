"""Which spider walks a source, and what a spider of one's own can say."""

import re
import sys
from pathlib import Path

import pytest

from newsloom.news.memory import State
from newsloom.news.sources import SourceKind
from scraper.spiders.anewz import AnewzSpider
from scraper.spiders.choice import SpiderError, spider_for
from scraper.spiders.generic import NewsSpider
from tests.scraper.loopback import Bench, Reply, article, feed, on_bench, source

DOCS = Path(__file__).parents[2] / "docs" / "spiders.md"


def test_a_file_of_the_folder_claims_its_host() -> None:
    assert spider_for(source("https://anewz.tv/")) is AnewzSpider
    assert spider_for(source("https://www.anewz.tv/region")) is AnewzSpider
    assert spider_for(source("https://notanewz.tv/")) is NewsSpider


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("nowhere:Spider", "No module named 'nowhere'"),
        ("nowhere", "module:Class"),
        ("scraper.spiders.anewz:Missing", "no class Missing"),
        ("pathlib:Path", "no class Path"),
    ],
)
def test_a_spider_that_is_none_is_an_error_that_names_the_source(named: str, says: str) -> None:
    with pytest.raises(SpiderError, match=re.escape(says)) as raised:
        spider_for(source("https://example.org/", name="paper", spider=named))
    assert str(raised.value).startswith("sources.paper.spider: " + named)


def test_a_spider_that_is_none_is_recorded_as_the_sources_error() -> None:
    async def check(bench: Bench) -> None:
        report = await bench.crawl(bench.source(spider="nowhere:Spider"))
        assert report.error.startswith("sources.site.spider: nowhere:Spider")
        assert bench.memory.reports == [report]
        assert bench.site.requests == []

    on_bench(check)


def test_the_example_of_the_docs_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(code.splitlines()) < 20
    (tmp_path / "harbour.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "harbour", None)
    del sys.modules["harbour"]
    body = "The council met on Monday and agreed on the plan for the old harbour, as it had promised. " * 6

    async def check(bench: Bench) -> None:
        site = bench.site
        page = article("Plan agreed - The Harbour Times", f"<span class=kicker>Town Hall</span> {body}")
        site.routes |= {"/feed": feed(site.url + "/story/1"), "/story/1": page}

        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, spider="harbour:HarbourSpider"))

        read = bench.memory.page(site.url + "/story/1").article
        assert read is not None
        assert (read.title, read.section) == ("Plan agreed", "Town Hall")
        assert read.authors == ("The Harbour Times",)

    on_bench(check)


def test_a_spider_that_fails_costs_its_page_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clumsy.py").write_text(
        "from scraper.spiders.generic import NewsSpider\n\n\n"
        "class Clumsy(NewsSpider):\n"
        "    def refine(self, article):\n"
        "        return article if article.title == 'Two' else 1 / 0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {"/feed": feed(site.url + "/1", site.url + "/2"), "/1": article("One"), "/2": article("Two")}
        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED, spider="clumsy:Clumsy"))
        page = bench.memory.page(site.url + "/1")
        assert (page.state, report.new) == (State.FAILED, 1)
        assert "ZeroDivisionError" in page.reason

    on_bench(check)


def test_habits_reach_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numbered.py").write_text(
        "from scraper.extract.page import Habits\nfrom scraper.spiders.generic import NewsSpider\n\n\n"
        "class Numbered(NewsSpider):\n    habits = Habits(article_address=r'/n/[0-9]+$')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    async def check(bench: Bench) -> None:
        links = "<a href='/n/1'>One</a> <a href='/n/about'>A page about us and what we do</a> <a href='/n/2'>Two</a>"
        bench.site.routes |= {"/": Reply(body=f"<html><body>{links}</body></html>")}
        await bench.crawl(bench.source(kind=SourceKind.HOME, spider="numbered:Numbered"))
        [listing] = bench.memory.listings
        assert [f.url for f in listing.found] == [bench.site.url + "/n/1", bench.site.url + "/n/2"]

    on_bench(check)


def test_requests_that_a_spider_hands_to_scrapy_itself_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "handing.py").write_text(
        "import scrapy\nfrom scraper.spiders.generic import NewsSpider\n\n\n"
        "class Handing(NewsSpider):\n"
        "    async def start(self):\n"
        "        yield scrapy.Request(self.source.url, callback=self.look)\n\n"
        "    def look(self, response):\n"
        "        self.ledger.bound(response.css('title::text').get())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    async def check(bench: Bench) -> None:
        bench.site.routes |= {"/moved": Reply(status=302, headers={"Location": "/"}), "/": article("One")}
        report = await bench.crawl(bench.source("/moved", kind=SourceKind.HOME, spider="handing:Handing"))
        assert report.bounds == ("One",)

    on_bench(check)
