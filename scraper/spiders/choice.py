"""Which spider walks a source: the one it names, else the one of this folder that claims its host, else the general one."""

import importlib
import pkgutil
from functools import cache
from urllib.parse import urlsplit

import scraper.spiders
from newsloom.news.sources import Source
from scraper.spiders.generic import NewsSpider


class SpiderError(Exception):
    """The spider that a source names is none; the message says which source and what to do."""


def spider_for(source: Source) -> type[NewsSpider]:
    """Raises SpiderError."""
    if source.spider:
        return _named(source)
    host = (urlsplit(source.url).hostname or "").lower()
    return next((s for s in _ours() if any(_within(host, h) for h in s.hosts)), NewsSpider)


def _within(host: str, site: str) -> bool:
    return host == site or host.endswith("." + site)


def _named(source: Source) -> type[NewsSpider]:
    module, _, name = source.spider.partition(":")
    said = f"sources.{source.name}.spider: {source.spider}"
    if not module or not name:
        raise SpiderError(f"{said}: write it as module:Class")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        raise SpiderError(f"{said}: {error}; the folder of the file must be on PYTHONPATH") from error
    except Exception as error:  # the file is the user's own and may fail in any way as it is loaded
        raise SpiderError(f"{said}: the file fails as it is loaded: {error!r}") from error
    if not (isinstance(found, type) and issubclass(found, NewsSpider)):
        raise SpiderError(f"{said}: {module} has no class {name} made from scraper.spiders.generic.NewsSpider")
    return found


@cache
def _ours() -> tuple[type[NewsSpider], ...]:
    """The classes of this folder that claim hosts: a file is found because it is there."""
    modules = [
        importlib.import_module(f"scraper.spiders.{m.name}") for m in pkgutil.iter_modules(scraper.spiders.__path__)
    ]
    classes = {c for m in modules for c in vars(m).values() if isinstance(c, type) and issubclass(c, NewsSpider)}
    return tuple(sorted((c for c in classes if c.hosts), key=lambda c: c.__name__))
