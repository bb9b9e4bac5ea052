"""What lives as long as the process and every crawl shares: reactor, address guard, politeness, reading children."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Self
from urllib.parse import urlsplit

from newsloom.news.sources import Limits, NetworkRules
from scraper.children import Bounds, Children
from scraper.middlewares.guard import Guard
from scraper.origins import Origins
from scraper.politeness import Politeness

_REACTOR = "twisted.internet.reactor"

_GARBAGE = (10_000, 10, 10)
"""When Python looks for rings of garbage (gc.set_threshold). An answer is some hundred objects: at the usual 700 the search
began with every other page, and took a seventh of a crawl's CPU. At twice the two tens a process grew by 30 MB in ten thousand
crawls, by rings that had outlived the first two looks and waited for the third; at these it does not."""


class NetworkError(Exception):
    """The network cannot be opened here."""


class Network:
    """Opened once, by `async with Network.open(rules, limits) as network`, and handed to every crawl."""

    def __init__(self, rules: NetworkRules, limits: Limits, guard: Guard, children: Children) -> None:
        self.rules = rules
        self.limits = limits
        self.guard = guard
        self.children = children
        self.politeness = Politeness(rules.connections)
        self.origins = Origins()

    @classmethod
    @asynccontextmanager
    async def open(cls, rules: NetworkRules, limits: Limits) -> AsyncIterator[Self]:
        """Puts Twisted's reactor into the running loop, for as long as that loop lives; the rest ends with the block."""
        reactor = _reactor(asyncio.get_running_loop())
        guard = _guard(rules)
        before, garbage = reactor.nameResolver, gc.get_threshold()
        reactor.installNameResolver(guard)
        gc.set_threshold(*_GARBAGE)
        children = Children(rules.children or spare_processors(), Bounds(body_bytes=limits.body_bytes))
        try:
            yield cls(rules, limits, guard, children)
        finally:
            reactor.installNameResolver(before)
            gc.set_threshold(*garbage)
            await children.close()

    def keep_to(self, rules: NetworkRules, limits: Limits) -> None:
        """For crawls that begin from now on; how many connections and children there are stays as it was opened."""
        if _guarded(rules) != _guarded(self.rules):
            self.guard = _guard(rules)
            sys.modules[_REACTOR].installNameResolver(self.guard)
        self.rules = replace(rules, connections=self.rules.connections, children=self.rules.children)
        self.limits = limits
        self.children.keep_to(Bounds(body_bytes=limits.body_bytes))


def _guard(rules: NetworkRules) -> Guard:
    return Guard(*_guarded(rules))


def _guarded(rules: NetworkRules) -> tuple[tuple[IPv4Network | IPv6Network, ...], str]:
    """What is open, and the host of the proxy."""
    return rules.open_networks, (urlsplit(rules.proxy).hostname or "") if rules.proxy else ""


def spare_processors() -> int:
    """One fewer than this process may use (a container or taskset may leave it fewer than there are), at least one."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _reactor(loop: asyncio.AbstractEventLoop) -> Any:
    """The reactor of this loop, running. Importing Scrapy must not have installed another one before.

    A reactor belongs to one loop for ever. When that loop is closed, nothing can need its reactor, and a new one may
    take its place; while it is open, a second loop cannot have one.
    """
    installed: Any = sys.modules.get(_REACTOR)
    if installed is not None:
        its_loop = getattr(installed, "_asyncioEventloop", None)
        if its_loop is loop:
            return installed
        if its_loop is None or not its_loop.is_closed():
            raise NetworkError("this process has its network open in another event loop; close that one first")
        del sys.modules[_REACTOR]
    from twisted.internet import asyncioreactor  # noqa: PLC0415 - heavy, and only here

    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from twisted.internet import reactor  # noqa: PLC0415 - exists only now

    from scraper.connecting import with_small_packets  # noqa: PLC0415 - imports Twisted

    # Without this, before any crawl, every request would time out.
    reactor.startRunning(installSignalHandlers=False)
    with_small_packets(reactor)
    # Scrapy tells every step of its own; our log is one line an event. What it says of our defects stays.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    return reactor
