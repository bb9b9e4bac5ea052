"""A web that misbehaves: sizes, times and addresses are bounded, and the rest of the crawl goes on."""

import asyncio
import gzip
import socket
import zlib
from dataclasses import replace
from datetime import timedelta
from html import escape
from ipaddress import ip_network
from typing import Any

import pytest

from newsloom.news.memory import Page, State
from newsloom.news.sources import SourceKind
from scraper.network import Network
from scraper.turns import WAITING_BYTES
from tests.scraper.loopback import (
    QUICK,
    RULES,
    Bench,
    ListMemory,
    Reply,
    Request,
    Site,
    article,
    feed,
    on_bench,
    sitemap,
    source,
)

Writer = asyncio.StreamWriter


async def outcome_of(bench: Bench, reply: Reply) -> Page:
    """What an article address that answers so ends as; the page beside it must not suffer."""
    site = bench.site
    site.routes |= {"/feed": feed(site.url + "/bad", site.url + "/good"), "/bad": reply, "/good": article("Good")}
    await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
    assert bench.memory.page(site.url + "/good").article is not None
    return bench.memory.page(site.url + "/bad")


async def endless_headers(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    try:
        while True:
            writer.write(b"X-More: " + b"m" * 2_000 + b"\r\n")
            await writer.drain()
    except ConnectionError:
        pass


async def one_endless_line(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    try:
        while True:
            writer.write(b"m" * 10_000)
            await writer.drain()
    except ConnectionError:
        pass


async def endless_body(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    try:
        while True:
            writer.write(b"<p>more</p>" * 1_000)
            await writer.drain()
    except ConnectionError:
        pass


async def chunks_of_a_byte(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        while True:
            writer.write(b"1\r\nm\r\n" * 1_000)
            await writer.drain()
    except ConnectionError:
        pass


async def endless_early_hints(writer: Writer) -> None:
    try:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)
            await writer.drain()
    except ConnectionError:
        pass


async def endless_trailer(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n")
    try:
        while True:
            writer.write(b"X-More: " + b"m" * 2_000 + b"\r\n")
            await writer.drain()
    except ConnectionError:
        pass


async def said_too_large(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")
    await writer.drain()


async def broken_off(writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()


async def no_http(writer: Writer) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    await writer.drain()


async def silent(writer: Writer) -> None:
    await asyncio.Event().wait()


DEFLATED = Reply(body=zlib.compress(b"<p>boom</p>" * 400_000), headers={"Content-Encoding": "deflate"})
PACKED_OFTEN = Reply(
    body=zlib.compress(zlib.compress(zlib.compress(b"<p>x"))), headers={"Content-Encoding": "deflate, deflate, deflate"}
)
BOMB = Reply(body=gzip.compress(b"<p>boom</p>" * 400_000), headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("reply", "state", "reason", "bound"),
    [
        pytest.param(
            Reply(raw=endless_headers), State.GUILTY, "headers larger than 65,536 bytes", "header_bytes", id="headers"
        ),
        pytest.param(
            Reply(raw=one_endless_line), State.GUILTY, "headers larger than 65,536 bytes", "header_bytes", id="line"
        ),
        pytest.param(
            Reply(raw=endless_early_hints), State.GUILTY, "headers larger than 65,536 bytes", "header_bytes", id="hints"
        ),
        pytest.param(
            Reply(raw=chunks_of_a_byte),
            State.GUILTY,
            "more bytes around its chunks than in them",
            "header_bytes",
            id="chunks",
        ),
        pytest.param(Reply(raw=endless_trailer), State.FAILED, "the connection broke off", "", id="trailer"),
        pytest.param(PACKED_OFTEN, State.GUILTY, "packed more than 2 times over", "", id="packed often"),
        pytest.param(
            Reply(raw=endless_body), State.GUILTY, "the answer is larger than the limit", "body_bytes", id="body"
        ),
        pytest.param(
            Reply(raw=said_too_large), State.GUILTY, "the answer is larger than the limit", "body_bytes", id="said"
        ),
        pytest.param(BOMB, State.GUILTY, "larger than 1,048,576 bytes when unzipped", "body_bytes", id="bomb"),
        pytest.param(DEFLATED, State.GUILTY, "unpacks to more than 1,048,576 bytes", "body_bytes", id="deflate bomb"),
        pytest.param(Reply(raw=broken_off), State.FAILED, "the connection broke off", "", id="broken off"),
        pytest.param(Reply(raw=no_http), State.FAILED, "the answer is no HTTP", "", id="no http"),
        pytest.param(Reply(raw=silent), State.FAILED, "no complete answer in time", "request_time", id="silent"),
    ],
)
def test_an_answer_out_of_bounds_is_one_recorded_fact(reply: Reply, state: State, reason: str, bound: str) -> None:
    async def check(bench: Bench) -> None:
        bench.limits = replace(QUICK, request_time=timedelta(seconds=0.5 if bound == "request_time" else 5))

        page = await outcome_of(bench, reply)

        assert (page.state, page.reason) == (state, reason)
        assert bench.memory.reports[-1].bounds == ((bound,) if bound else ())

    on_bench(check)


def test_a_long_header_is_none_of_our_business() -> None:
    async def check(bench: Bench) -> None:
        page = await outcome_of(bench, replace(article("One"), headers={"Content-Security-Policy": "x" * 30_000}))
        assert page.article is not None

    on_bench(check)


def test_a_video_is_not_downloaded_to_see_that_it_is_no_page() -> None:
    async def endless_video(writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n")
        try:
            while True:
                writer.write(b"\0" * 100)
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass

    async def check(bench: Bench) -> None:
        page = await outcome_of(bench, Reply(raw=endless_video))
        assert (page.state, page.reason, page.article) == (State.READ, "video/mp4, no page", None)

    on_bench(check)


def test_of_a_video_that_we_hang_up_on_less_than_a_megabyte_is_sent() -> None:
    sent = 0

    async def flood(writer: Writer) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 200000000\r\n\r\n")
        try:
            for _ in range(200):
                writer.write(b"\0" * 2**16)
                sent += 2**16
                await writer.drain()
        except ConnectionError:
            pass

    async def check(bench: Bench) -> None:
        page = await outcome_of(bench, Reply(raw=flood))
        assert page.reason == "video/mp4, no page"
        assert sent < 2**20

    on_bench(check)


def test_what_is_downloaded_waits_for_what_is_read() -> None:
    async def check(bench: Bench) -> None:
        site, children = bench.site, bench.network.children
        large = article("Large", "The council met on Monday and agreed on the plan. " * 18_000)
        waiting: list[int] = []

        def held(_: Request) -> Reply:
            waiting.append(children._turns.bytes.total())
            return large

        site.routes |= {f"/{i}": held for i in range(10)}
        site.routes["/feed"] = feed(*(f"{site.url}/{i}" for i in range(10)))
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        assert len(waiting) == len(bench.memory.pages) == 10
        assert max(waiting) < WAITING_BYTES + len(large.body)
        assert max(waiting) > WAITING_BYTES / 2

    on_bench(check)


def test_a_lying_content_encoding_is_a_recorded_fact() -> None:
    async def check(bench: Bench) -> None:
        page = await outcome_of(bench, Reply(body="<p>plain</p>", headers={"Content-Encoding": "br"}))
        assert page.state is State.FAILED
        assert "br" in page.reason

    on_bench(check)


def test_a_redirect_to_a_private_address_is_refused_and_never_connected() -> None:
    async def check(bench: Bench) -> None:
        async with Site.open("127.0.0.2") as private:
            private.routes["/secret"] = article("Secret")
            page = await outcome_of(bench, Reply(status=302, headers={"Location": private.url + "/secret"}))
            assert page.state is State.REFUSED
            assert page.reason.startswith("127.0.0.2 is no public address")
            assert private.requests == []

    on_bench(check)


SPELLINGS = [
    "http://127.0.0.2", "http://2130706434", "http://0x7f000002", "http://0x7f.0.0.2", "http://0177.0.0.02", "http://127.2",
    "http://127.0.0.2.", "http://%31%32%37.0.0.2", "http://１２７。０。０。２", "http:127.0.0.2", "http:/\\127.0.0.2",
    "http://user:word@127.0.0.2", "http://0", "http://[::]", "http://[::1]", "http://[::127.0.0.2]",
    "http://[::ffff:127.0.0.2]", "http://[::ffff:0:127.0.0.2]", "http://[64:ff9b::127.0.0.2]", "http://[64:ff9b:1::7f00:2]",
    "http://[2002:7f00:2::]", "http://[fe80::1]", "http://169.254.169.254", "http://192.0.0.192", "http://168.63.129.16",
]  # fmt: skip
"""This machine and its neighbours, as an address may write them."""


def _with_port(url: str, site: Site) -> str:
    return f"{url}:{site.url.rpartition(':')[2]}/secret"


def test_a_private_address_is_never_connected_however_it_is_written_and_whoever_names_it() -> None:
    """On every way an address comes in: a feed, a sitemap, a page's link, a redirect, one of robots.txt, a refresh."""

    async def check(bench: Bench) -> None:
        site = bench.site
        async with Site.open("127.0.0.2", int(site.url.rpartition(":")[2])) as private:
            private.routes["/secret"] = article("Secret")
            urls = [_with_port(url, site) for url in SPELLINGS]
            site.routes |= {f"/hop/{n}": Reply(status=302, headers={"Location": url}) for n, url in enumerate(urls)}
            site.routes |= {
                "/feed": feed(*(escape(url) for url in urls), *(f"{site.url}/hop/{n}" for n in range(len(urls)))),
                "/map": sitemap(*(escape(url) for url in urls), *(f"{site.url}/hop/{n}" for n in range(len(urls)))),
                "/section": Reply(body="".join(f"<a href='{url}'>The headline of a piece of news</a>" for url in urls)),
                "/start": Reply(
                    body="".join(f"<link rel=alternate type=application/rss+xml href='{url}'>" for url in urls[:5])
                ),
            }
            kinds = {
                "/feed": SourceKind.FEED,
                "/map": SourceKind.SITEMAP,
                "/section": SourceKind.SECTION,
                "/start": SourceKind.AUTO,
            }
            for path, kind in kinds.items():
                bench.memory = ListMemory()
                await bench.crawl(bench.source(path, kind=kind))
                for page in bench.memory.pages:
                    # Some of these spellings are, beside a base of the same scheme, paths of its own site.
                    ours = page.url.startswith(site.url + "/")
                    assert page.state in (State.REFUSED, State.FAILED) or ours, page
                refused = [p for p in bench.memory.pages if "no public address" in p.reason]
                assert refused or kind is SourceKind.SECTION, path  # a section's links lead no further than its site
            site.routes["/robots.txt"] = Reply(status=302, headers={"Location": private.url + "/robots.txt"})
            bench.network.origins.clear()
            bench.memory = ListMemory()
            await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
            assert private.requests == []

    on_bench(check)


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    async def check(bench: Bench) -> None:
        port = bench.site.url.rpartition(":")[2]
        report = await bench.crawl(source(f"http://localhost:{port}/", kind=SourceKind.FEED))
        assert "localhost (" in report.error
        assert "no public address" in report.error
        assert bench.site.requests == []

    on_bench(check, rules=replace(RULES, open_networks=(ip_network("127.0.0.9/32"),)))


@pytest.mark.parametrize(
    ("answers", "public"),
    [
        pytest.param([["127.0.0.1"], ["127.0.0.2"]], 1, id="changes"),
        pytest.param([["127.0.0.2", "127.0.0.1"]], 4, id="both, the private one first"),
        pytest.param([["::ffff:127.0.0.2", "64:ff9b::7f00:2"]], 0, id="wrapped"),
    ],
)
def test_a_name_is_judged_by_the_very_answer_that_is_connected_to(
    answers: list[list[str]], public: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server may give another answer each time: the last one stays."""
    looked_up = 0
    real = socket.getaddrinfo

    def answer(host: str, *args: Any, **more: Any) -> Any:
        nonlocal looked_up
        if host != "rebound.example":
            return real(host, *args, **more)
        found = answers[min(looked_up, len(answers) - 1)]
        looked_up += 1
        return [(0, 0, 0, "", (address, 0)) for address in found]

    async def check(bench: Bench) -> None:
        port = bench.site.url.rpartition(":")[2]
        there = f"http://rebound.example:{port}"
        close = {"Connection": "close"}
        async with Site.open("127.0.0.2", int(port)) as private:
            for site in (bench.site, private):
                site.routes |= {
                    "/feed": feed(there + "/1", there + "/2", headers=close),
                    "/1": replace(article("One"), headers=close),
                    "/2": replace(article("Two"), headers=close),
                    "/robots.txt": Reply(headers=close),
                }
            monkeypatch.setattr(socket, "getaddrinfo", answer)
            report = await bench.crawl(source(there + "/feed", kind=SourceKind.FEED))
            assert (len(bench.site.requests), len(private.requests)) == (public, 0)
            assert looked_up >= public
            if public < 4:
                said = [report.error, *(p.reason for p in bench.memory.pages)]
                assert any("rebound.example (" in one and "no public address" in one for one in said), said

    on_bench(check)


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(bench: Bench) -> None:
        async with Site.open() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            bench.site.routes |= {"/feed": feed(bench.site.url + "/1"), "/1": article("One")}
            report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
            assert (report.new, proxy.requests) == (1, [])

    on_bench(check)


def test_a_proxy_of_the_config_is_asked_for_everything_but_private_names() -> None:
    async def check(bench: Bench) -> None:
        async with Site.open("127.0.0.2") as proxy, Network.open(replace(RULES, proxy=proxy.url), QUICK) as network:
            bench.network = network
            there = "http://127.0.0.1:9"
            proxy.routes |= {
                f"{there}/feed": feed(f"{there}/1", "http://127.0.0.3/"),
                f"{there}/1": article("One"),
            }
            await bench.crawl(source(f"{there}/feed", kind=SourceKind.FEED))
            assert bench.memory.page(f"{there}/1").article is not None
            assert bench.memory.page("http://127.0.0.3/").state is State.REFUSED
            assert not [p for p in proxy.asked if "127.0.0.3" in p]

    on_bench(check)
