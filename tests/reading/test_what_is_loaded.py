"""Which process loads what: the crawl's stays free of parsers, the child's free of the network."""

import subprocess
import sys


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_the_crawl_s_process_loads_no_parser_for_its_children() -> None:
    parsers = {"lxml", "feedparser", "trafilatura", "protego", "charset_normalizer"}

    assert not loaded_by("import scraper.children") & parsers


def test_the_child_loads_no_crawler_and_no_library_before_it_is_needed() -> None:
    loaded = loaded_by(
        "import scraper.extract.worker, scraper.extract.reading, scraper.extract.robots, scraper.extract.sitemaps"
    )

    assert not loaded & {"scrapy", "twisted", "trafilatura", "feedparser", "asyncio"}
