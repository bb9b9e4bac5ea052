"""Scrapy's settings for one crawl. Its defaults are made for scraping at will; a guest on other people's servers needs others."""

from typing import Any

from newsloom.news.sources import Limits, NetworkRules, Source

ACCEPT = (
    "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json,"
    "application/xml;q=0.9,*/*;q=0.8"
)


def settings(source: Source, rules: NetworkRules, limits: Limits) -> dict[str, Any]:
    """Values only: Scrapy copies its settings, so what lives is handed to the spider instead."""
    middlewares = {
        "scraper.middlewares.robots.RobotsMiddleware": 100,
        "scraper.middlewares.media.MediaMiddleware": 200,
        "scraper.middlewares.headers.HeadersMiddleware": 400,
        "scraper.middlewares.unpack.UnpackMiddleware": 590,
        "scraper.middlewares.cut.CutMiddleware": 595,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    }
    if rules.proxy:  # the handler names it for every request, so the environment's proxies are never looked at
        middlewares["scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware"] = 750
    language = {"Accept-Language": f"{source.language},*;q=0.5"} if source.language else {}
    return {
        # What is not named here is not loaded: no cookies, no referer, no retries (the store spaces them), no refresh of
        # pages by meta tags (it would be parsed in this process), no feed export, and above all neither the telnet console
        # nor the remote control, which run Python sent to a local port.
        "DOWNLOADER_MIDDLEWARES_BASE": middlewares,
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": bool(rules.proxy),
        "DOWNLOAD_HANDLERS_BASE": dict.fromkeys(("http", "https"), "scraper.middlewares.polite.PoliteHandler"),
        # Of the encodings we know gzip is the one that is unpacked by the reading processes (unpack.py).
        "DEFAULT_REQUEST_HEADERS": {"Accept": ACCEPT, "Accept-Encoding": "gzip", **language},
        "USER_AGENT": rules.user_agent,
        "DOWNLOAD_VERIFY_CERTIFICATES": source.verify_certificates,
        "DOWNLOAD_TIMEOUT": limits.request_time.total_seconds(),
        "DOWNLOAD_MAXSIZE": limits.body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": limits.redirects,
        "DOWNLOADER": "scraper.downloader.Downloader",
        # Scrapy's usual queue asks its own downloader, which is not there, for the lines it keeps.
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "CONCURRENT_REQUESTS": rules.connections,
        "CONCURRENT_REQUESTS_PER_DOMAIN": rules.connections,  # of these so many connections are kept open
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "STATS_DUMP": False,
    }
