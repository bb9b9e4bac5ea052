"""Answers that no server should give: each is one recorded fact in words, asked once, and the page beside it is read."""

import pytest

from newsloom.news.memory import State
from newsloom.news.sources import SourceKind
from tests.scraper.loopback import Bench, Reply, Writer, article, feed, on_bench

PAGE = str(article("Odd").body).encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SIZED = b"Content-Length: %d\r\n\r\n" % len(PAGE)


def raw(*pieces: bytes) -> Reply:
    async def write(writer: Writer) -> None:
        writer.writelines(pieces)
        await writer.drain()

    return Reply(raw=write)


def redirect(location: str) -> Reply:
    return raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode("latin-1") + b"\r\n\r\n")


TAKEN = {
    "five thousand headers": raw(OK, *(b"A%d: b\r\n" % n for n in range(5_000)), SIZED, PAGE),
    "NUL in a header": raw(OK, b"X: a\0b\r\n", SIZED, PAGE),
    "a folded header": raw(OK, b"X: a\r\n b\r\n\tc\r\n", SIZED, PAGE),
    "a line that is no header": raw(OK, b"no header at all\r\n", SIZED, PAGE),
    "lines that end in LF": raw((OK + SIZED).replace(b"\r\n", b"\n"), PAGE),
    "early hints": raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 5, OK, SIZED, PAGE),
    "a date of the year 9999": raw(OK, b"Date: Fri, 31 Dec 9999 23:59:59 -2359\r\n", SIZED, PAGE),
    "a type of a thousand parts": raw(OK.replace(b"html", b"html" + b"; charset=x" * 1_000), SIZED, PAGE),
    "a cookie of 50 kB": raw(OK, b"Set-Cookie: a=" + b"x" * 50_000 + b"\r\n", SIZED, PAGE),
    "no length": raw(OK, b"\r\n", PAGE),
}

FAILED = {
    "status 999": raw(b"HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n"),
    "status 000": raw(b"HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n"),
    "no status": raw(b"HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n"),
    "a status of 5,000 digits": raw(b"HTTP/1.1 " + b"2" * 5_000 + b" OK\r\n\r\n"),
    "a part that was not asked for": raw(b"HTTP/1.1 206 Partial Content\r\n", SIZED, PAGE),
    "no content": raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "HTTP/0.9": raw(PAGE),
    "nothing": raw(),
    "two lengths": raw(OK, b"Content-Length: 3\r\n", SIZED, PAGE),
    "a negative length": raw(OK, b"Content-Length: -1\r\n\r\n", PAGE),
    "a length in words": raw(OK, b"Content-Length: many\r\n\r\n", PAGE),
    "a length of 5,000 digits": raw(OK, b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", PAGE),
    "chunks of no number": raw(OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"),
    "a chunk less than nothing": raw(OK, b"Transfer-Encoding: chunked\r\n\r\n-5\r\nab\r\n0\r\n\r\n"),
    "an endless chunk's head": raw(OK, b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 100_000),
    "an unknown transfer": raw(OK, b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    "no location": raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
    "to an FTP server": redirect("ftp://127.0.0.1/"),
    "to a file": redirect("file:///etc/passwd"),
    "to data": redirect("data:text/html,<p>x"),
    "to a script": redirect("javascript:alert(1)"),
    "to port 0": redirect("http://127.0.0.1:0/"),
    "to port 65536": redirect("http://127.0.0.1:65536/"),
    "to port -1": redirect("http://127.0.0.1:-1/"),
    "to a port in words": redirect("http://127.0.0.1:http/"),
    "to half an address": redirect("http://[::1/"),
    "to no address": redirect("http://[zz]/"),
    "to a host with a blank": redirect("http://a b/"),
    "to a host with empty labels": redirect("http://a..b/"),
    "to a host of a long label": redirect(f"http://{'a' * 70}.example/"),
    "to broken punycode": redirect("http://xn--a-0\x80.example/"),
    "to itself": redirect(""),
}


@pytest.mark.parametrize("odd", [pytest.param(reply, id=name) for name, reply in TAKEN.items()])
def test_what_other_clients_take_is_taken(odd: Reply) -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        site.routes |= {"/feed": feed(site.url + "/odd"), "/odd": odd}
        await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))
        page = bench.memory.page(site.url + "/odd")
        assert page.article is not None, page.reason

    on_bench(check)


def test_what_nobody_can_take_is_a_failure_in_words_and_costs_no_other_page() -> None:
    async def check(bench: Bench) -> None:
        site = bench.site
        odd = {f"/odd/{n}": reply for n, reply in enumerate(FAILED.values())}
        site.routes |= odd | {"/feed": feed(*(site.url + path for path in [*odd, "/good"])), "/good": article("Good")}

        report = await bench.crawl(bench.source("/feed", kind=SourceKind.FEED))

        assert bench.memory.page(site.url + "/good").article is not None
        assert (report.new, report.error) == (1, "")
        for path, name in zip(odd, FAILED, strict=True):
            page = bench.memory.page(site.url + path)
            assert page.state is State.FAILED, name
            assert 0 < len(page.reason) < 250, name
            assert page.stage is not None, name
            assert page.article is None

    on_bench(check)
