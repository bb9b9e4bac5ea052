"""What a robots.txt says, and that what is none is never taken for consent."""

import gzip

import pytest

from scraper.extract.robots import robots

AGENT = "newsloom/1.0 (+https://reader.example/contact)"
RULES = b"User-agent: *\nDisallow: /private\nCrawl-delay: 2.5\nSitemap: https://a.example/news.xml\n"
OPEN, CLOSED = "https://a.example/story/1", "https://a.example/private/1"


def allowed(body: bytes) -> tuple[bool, ...]:
    return robots(body, agent=AGENT, urls=(OPEN, CLOSED)).allowed


def test_rules_delay_and_sitemaps() -> None:
    answer = robots(RULES, agent=AGENT, urls=(OPEN, CLOSED))

    assert answer.allowed == (True, False)
    assert answer.crawl_delay == 2.5
    assert answer.sitemaps == ("https://a.example/news.xml",)
    assert answer.fault == ""


def test_a_group_for_us_replaces_the_one_for_all() -> None:
    assert allowed(RULES + b"\nUser-agent: NewsLoom\nDisallow: /story\n") == (False, True)


def test_a_byte_order_mark_hides_no_rule() -> None:
    assert allowed(b"\xef\xbb\xbf" + RULES) == (True, False)
    assert allowed(b"\xff\xfe" + RULES.decode().encode("utf-16-le")) == (True, False)


def test_gzip_that_nobody_announced_is_unzipped() -> None:
    assert allowed(gzip.compress(RULES)) == (True, False)


def test_damaged_gzip_and_other_binary_data_forbid_everything_and_say_so() -> None:
    for body in (
        gzip.compress(RULES)[:12] + b"\xff" * 40,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"\x28\xb5\x2f\xfd" + b"\0" * 9,
    ):
        answer = robots(body, agent=AGENT, urls=(OPEN,))
        assert answer.allowed == (False,)
        assert answer.fault


def test_a_page_in_its_place_has_no_rules_and_says_so() -> None:
    answer = robots(b"<!doctype html><title>404</title><p>Nothing: here", agent=AGENT, urls=(OPEN,))

    assert answer.allowed == (True,)
    assert answer.fault == "robots.txt is HTML"


def test_rules_wrapped_in_html_count() -> None:
    assert allowed(b"<html><body><pre>User-agent: *<br>Disallow: /private</pre></body></html>") == (True, False)


def test_an_empty_file_allows_everything() -> None:
    assert allowed(b"") == (True, True)


def test_a_request_rate_is_a_delay_and_the_stricter_counts() -> None:
    assert robots(b"User-agent: *\nCrawl-delay: 1\nRequest-rate: 1/10\n", agent=AGENT, urls=()).crawl_delay == 10


@pytest.mark.parametrize(
    "rule", ["Crawl-delay: 1e308", "Request-rate: 1/" + "9" * 400, f"Request-rate: {'1' * 400}/{'9' * 420}"]
)
def test_a_delay_beyond_every_clock_is_a_day(rule: str) -> None:
    assert robots(f"User-agent: *\n{rule}\n".encode(), agent=AGENT, urls=()).crawl_delay == 86_400


@pytest.mark.parametrize(
    "rule", ["Crawl-delay: nan", "Crawl-delay: inf", "Crawl-delay: -1", "Request-rate: 1/0", "Request-rate: 0/1"]
)
def test_a_delay_that_is_no_time_is_none(rule: str) -> None:
    assert robots(f"User-agent: *\n{rule}\n".encode(), agent=AGENT, urls=()).crawl_delay is None


def test_a_relative_sitemap_is_taken_against_the_first_address() -> None:
    assert robots(b"Sitemap: /s.xml", agent=AGENT, urls=(OPEN,)).sitemaps == ("https://a.example/s.xml",)


def test_what_stands_beyond_500_kib_does_not_count() -> None:
    assert allowed(b"#" * (500 * 1024) + b"\n" + RULES) == (True, True)
