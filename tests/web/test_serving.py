"""What a reader gets over HTTP: from a real server on a free port, over a folder that the tests write into."""

import asyncio
import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from newsloom.web.app import app
from newsloom.web.files import Files
from newsloom.web.server import ServeError, serve


class Asked:
    """One answer, read whole."""

    def __init__(self, url: str, method: str, path: str, headers: dict[str, str]) -> None:
        connection = HTTPConnection(urlsplit(url).hostname or "", urlsplit(url).port, timeout=20)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            self.body = answer.read()
            self.status = answer.status
            self.headers = answer.headers
        finally:
            connection.close()

    def __getitem__(self, name: str) -> str | None:
        return self.headers[name]


class Site:
    def __init__(self, url: str, out: Path) -> None:
        self.url, self.out = url, out

    def write(self, name: str, body: bytes) -> Path:
        """As the publisher does: a temporary file, then a rename."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(body)
        return fresh.replace(path)

    def get(self, path: str, method: str = "GET", **headers: str) -> Asked:
        return Asked(self.url, method, path, {n.replace("_", "-"): v for n, v in headers.items()})


@contextmanager
def served(out: Path) -> Iterator[str]:
    up, said = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def started(url: str) -> None:
        said.append(url)
        up.set()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve(app(out), host="127.0.0.1", port=0, stop=stop, started=started))

    thread = threading.Thread(target=run)
    thread.start()
    assert up.wait(20)
    try:
        yield said[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    out = tmp_path / "public"
    out.mkdir()
    with served(out) as url:
        yield Site(url, out)


BODY = b"<feed>" + b"news of the day; " * 400 + b"</feed>"


def test_what_was_published_and_is_no_more_answers_410(site: Site) -> None:
    site.write(".gone", b"water\nsource/b\narchive/source/b/\n")
    kept = site.write("archive/water/1.atom", b"<feed/>")
    for path in ("/water.atom", "/water.json", "/source/b.rss", "/archive/source/b/12.atom"):
        assert site.get(path).status == 410
        assert site.get(path, "HEAD").status == 410
    for path in (
        "/waters.atom",
        "/water.exe",
        "/b.rss",
        "/source/b/1.rss",
        "/archive/water/2.atom",
        "/.gone",
        "/.atom",
        "/x",
    ):
        assert site.get(path).status == 404
    assert site.get("/archive/water/1.atom").status == 200
    kept.unlink()
    site.write(".gone", b"archive/water/\n")
    assert site.get("/archive/water/1.atom").status == 410
    assert site.get("/water.atom").status == 404


def test_feed_is_served_with_its_type_and_what_a_cache_needs(site: Site) -> None:
    path = site.write("ukraine.atom", BODY)
    answer = site.get("/ukraine.atom")
    assert (answer.status, answer.body) == (200, BODY)
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer["Content-Length"] == str(len(BODY))
    assert (answer["ETag"] or "").startswith('"')
    assert parsedate_to_datetime(answer["Last-Modified"] or "").timestamp() == int(path.stat().st_mtime)
    assert "must-revalidate" in (answer["Cache-Control"] or "")
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in (answer["Content-Security-Policy"] or "")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.rss", "application/rss+xml; charset=utf-8"),
        ("a.json", "application/feed+json; charset=utf-8"),
        ("feeds.opml", "text/x-opml; charset=utf-8"),
        ("feed.css", "text/css; charset=utf-8"),
        ("source/anewz.tv.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_every_kind_of_file_has_its_type(site: Site, name: str, kind: str) -> None:
    site.write(name, BODY)
    assert site.get(f"/{name}")["Content-Type"] == kind


def test_root_is_the_index_page(site: Site) -> None:
    site.write("index.html", b"<!doctype html><title>n</title>")
    answer = site.get("/")
    assert (answer.status, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "frame-ancestors 'none'" in (answer["Content-Security-Policy"] or "")


def test_head_says_what_get_says_without_the_body(site: Site) -> None:
    site.write("a.atom", BODY)
    for accepts in ("", "gzip"):
        get, head = site.get("/a.atom", Accept_Encoding=accepts), site.get("/a.atom", "HEAD", Accept_Encoding=accepts)
        assert head.body == b""
        assert {k: v for k, v in head.headers.items() if k != "date"} == {
            k: v for k, v in get.headers.items() if k != "date"
        }


@pytest.mark.parametrize(
    "header", ["{}", "W/{}", '"other", {}', '"a,b",W/{} , "c"', "*", '"other",{}']
)  # fmt: skip
def test_known_tag_is_answered_304_without_a_body(site: Site, header: str) -> None:
    site.write("a.atom", BODY)
    etag = site.get("/a.atom")["ETag"] or ""
    answer = site.get("/a.atom", If_None_Match=header.format(etag))
    assert (answer.status, answer.body) == (304, b"")
    assert (answer["ETag"], answer["Vary"]) == (etag, "Accept-Encoding")
    assert answer["Cache-Control"]


def test_tag_is_asked_before_the_date(site: Site) -> None:
    path = site.write("a.atom", BODY)
    date = format_datetime(datetime.fromtimestamp(int(path.stat().st_mtime), UTC), usegmt=True)
    assert site.get("/a.atom", If_None_Match='"other"', If_Modified_Since=date).status == 200
    assert site.get("/a.atom", If_Modified_Since=date).status == 304


def test_date_decides_where_no_tag_is_asked(site: Site) -> None:
    path = site.write("a.atom", BODY)
    there = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    assert site.get("/a.atom", If_Modified_Since=format_datetime(there + timedelta(days=1), usegmt=True)).status == 304
    assert (
        site.get("/a.atom", If_Modified_Since=format_datetime(there - timedelta(seconds=1), usegmt=True)).status == 200
    )
    assert site.get("/a.atom", If_Modified_Since="yesterday").status == 200


def test_failed_precondition_is_412(site: Site) -> None:
    site.write("a.atom", BODY)
    etag = site.get("/a.atom")["ETag"] or ""
    assert site.get("/a.atom", If_Match='"other"').status == 412
    assert site.get("/a.atom", If_Match=f"W/{etag}").status == 412
    assert site.get("/a.atom", If_Match=f'"other", {etag}').status == 200
    assert site.get("/a.atom", If_Unmodified_Since="Thu, 01 Jan 2015 00:00:00 GMT").status == 412
    assert site.get("/a.atom", If_Unmodified_Since="Thu, 01 Jan 2099 00:00:00 GMT").status == 200


def test_replaced_file_has_another_tag_at_once(site: Site) -> None:
    site.write("a.atom", BODY)
    first = site.get("/a.atom")
    site.write("a.atom", BODY.replace(b"news", b"NEWS"))
    answer = site.get("/a.atom", If_None_Match=first["ETag"] or "")
    assert answer.status == 200
    assert answer.body == BODY.replace(b"news", b"NEWS")
    site.write("a.atom", BODY)
    assert site.get("/a.atom")["ETag"] == first["ETag"], "the tag is the body's"


def test_gzip_is_sent_with_a_tag_of_its_own(site: Site) -> None:
    site.write("a.atom", BODY)
    plain, packed = site.get("/a.atom"), site.get("/a.atom", Accept_Encoding="br, gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == BODY
    assert packed["ETag"] != plain["ETag"]
    assert site.get("/a.atom", Accept_Encoding="gzip", If_None_Match=packed["ETag"] or "").status == 304
    assert site.get("/a.atom", If_None_Match=packed["ETag"] or "").status == 200


def test_published_twin_is_sent_if_it_holds_this_very_body(site: Site) -> None:
    twin = gzip.compress(BODY, 9, mtime=0)
    site.write("a.atom.gz", twin)
    site.write("a.atom", BODY)
    assert site.get("/a.atom", Accept_Encoding="gzip").body == twin
    site.write("a.atom", BODY + b"<!-- new -->")
    answer = site.get("/a.atom", Accept_Encoding="gzip")
    assert gzip.decompress(answer.body) == BODY + b"<!-- new -->", "the twin that stands there is the old one"
    fresh = gzip.compress(BODY + b"<!-- new -->", 1, mtime=0)
    site.write("a.atom.gz", fresh)
    assert site.get("/a.atom", Accept_Encoding="gzip").body == fresh
    assert site.get("/a.atom.gz").status == 404


def test_what_is_small_or_packed_is_sent_as_it_is(site: Site) -> None:
    site.write("icon.png", bytes(range(256)) * 4)
    site.write("small.txt", b"small")
    for name in ("icon.png", "small.txt"):
        answer = site.get(f"/{name}", Accept_Encoding="gzip")
        assert (answer.status, answer["Content-Encoding"], answer["Vary"]) == (200, None, None)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/source/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/source%2f..%2f..%2fsecret.txt",
        "//secret.txt", "/.hidden.txt", "/.git/config.txt", "/a.atom%00.txt", "/a%0a.atom", "/link.txt", "/out/secret.txt",
        "/newsloom.db", "/a.atom/", "/source", "/source/", "/pipe.txt", "/" + "x" * 5000 + ".atom", "/%ff%fe.atom",
        "/..\\secret.txt", "/folder.atom", "/A.ATOM",
    ],
)  # fmt: skip
def test_nothing_but_published_files_is_served(site: Site, path: str) -> None:
    (site.out.parent / "secret.txt").write_bytes(b"secret" * 100)
    for name in ("a.atom", ".hidden.txt", ".git/config.txt", "newsloom.db", "source/b.atom", "folder.atom/x.atom"):
        site.write(name, BODY)
    (site.out / "link.txt").symlink_to(site.out.parent / "secret.txt")
    (site.out / "out").symlink_to(site.out.parent)
    os.mkfifo(site.out / "pipe.txt")
    answer = site.get(path)
    assert answer.status == 404
    assert b"secret" not in answer.body
    assert len(answer.body) < 100
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_link_inside_the_folder_is_followed(site: Site) -> None:
    site.write("a.atom", BODY)
    (site.out / "b.atom").symlink_to("a.atom")
    assert site.get("/b.atom").body == BODY


def test_folder_may_come_later_and_file_may_go(tmp_path: Path) -> None:
    with served(tmp_path / "later") as url:
        site = Site(url, tmp_path / "later")
        assert site.get("/").status == 404
        path = site.write("a.atom", BODY)
        assert site.get("/a.atom").status == 200
        path.unlink()
        assert site.get("/a.atom").status == 404


def test_other_methods_are_refused_with_the_ones_there_are(site: Site) -> None:
    site.write("a.atom", BODY)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = site.get("/a.atom", method)
        assert (answer.status, answer["Allow"]) == (405, "GET, HEAD")


def test_range_is_refused_by_sending_all(site: Site) -> None:
    site.write("a.atom", BODY)
    answer = site.get("/a.atom", Range="bytes=0-9")
    assert (answer.status, answer["Accept-Ranges"], answer.body) == (200, "none", BODY)


def test_body_is_never_torn_while_the_file_is_replaced(site: Site) -> None:
    versions = [bytes([65 + n]) * (40_000 + n) for n in range(8)]
    site.write("a.atom", versions[0])
    done = threading.Event()

    def replace() -> None:
        n = 0
        while not done.is_set():
            n += 1
            site.write("a.atom", versions[n % 8])

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        tags: dict[str, bytes] = {}
        for n in range(150):
            answer = site.get("/a.atom", Accept_Encoding="gzip" if n % 2 else "identity")
            body = gzip.decompress(answer.body) if n % 2 else answer.body
            assert body in versions
            assert tags.setdefault(f"{answer['ETag']} {n % 2}", body) == body
    finally:
        done.set()
        writer.join()


def open_at(host: str, port: int, started: Callable[[str], None], stop: asyncio.Event, out: Path) -> None:
    asyncio.run(serve(app(out), host=host, port=port, stop=stop, started=started))


def test_taken_port_is_told_with_the_remedy(site: Site, tmp_path: Path) -> None:
    port = urlsplit(site.url).port or 0
    with pytest.raises(ServeError, match=rf"127\.0\.0\.1 port {port} is taken.*`server: port:`"):
        open_at("127.0.0.1", port, lambda _: None, asyncio.Event(), tmp_path)


def test_host_of_another_machine_is_told_with_the_remedy(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "no host.invalid"):
        with pytest.raises(ServeError, match="no address of this machine"):
            open_at(host, 0, lambda _: None, asyncio.Event(), tmp_path)


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])  # noqa: S104 - what is told for it is the point
def test_started_is_told_an_address_that_leads_here(host: str, tmp_path: Path) -> None:
    stop, said = asyncio.Event(), list[str]()

    def started(url: str) -> None:
        said.append(url)
        with socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0), timeout=20):
            stop.set()

    open_at(host, 0, started, stop, tmp_path)
    assert "0.0.0.0" not in said[0]  # noqa: S104


def test_clients_that_never_read_do_not_hold_up_the_end(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(os.urandom(8 * 2**20))
    with served(tmp_path) as url:
        place = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        stuck, idle = socket.create_connection(place), socket.create_connection(place)
        stuck.sendall(b"GET /big.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        assert stuck.recv(20).startswith(b"HTTP/1.1 200")
    with stuck, idle:
        assert idle.recv(1) == b""


def test_signals_stay_the_callers(tmp_path: Path) -> None:
    code = """
import asyncio, signal, sys
from pathlib import Path
from newsloom.web.app import app
from newsloom.web.server import serve

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: print("heard", flush=True))
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, stop.set)
    await serve(app(Path(sys.argv[1])), host="127.0.0.1", port=0, stop=stop, started=lambda url: print(url, flush=True))
    print("ended by itself")

asyncio.run(main())
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        site = Site(process.stdout.readline().strip(), tmp_path)
        assert site.get("/").status == 404
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "heard\n"
        assert site.get("/").status == 404, "it goes on until its caller says stop"
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.read() == "ended by itself\n"
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_garbage_is_answered_400(site: Site) -> None:
    with socket.create_connection((urlsplit(site.url).hostname or "", urlsplit(site.url).port or 0)) as one:
        one.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert b" 400 " in one.recv(200)


def test_bodies_beyond_what_is_kept_are_read_again(tmp_path: Path) -> None:
    files = Files(tmp_path, keep_bytes=10_000)
    paths = [tmp_path / f"{n}.txt" for n in range(9)]
    for n, path in enumerate(paths):
        path.write_bytes(bytes([65 + n]) * (5_000 if n == 8 else 2_000))
    for _ in range(3):
        for n, path in enumerate(paths):
            head, body = files.read(path, zipped=False)
            assert body == path.read_bytes()
            assert head == files.known(path, zipped=False)
            assert head.length == len(body), n


def test_heads_of_files_that_nobody_asks_for_again_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsloom.web.files._HEADS", 3)
    files = Files(tmp_path)
    paths = [tmp_path / f"{n}.txt" for n in range(9)]
    for path in paths:
        path.write_bytes(b"text")
        files.read(path, zipped=False)
    assert [p for p in paths if files.known(p, zipped=False)] == paths[-3:]


def test_what_stands_compressed_only_is_served_as_if_it_stood(site: Site) -> None:
    body = b"<feed>news</feed>" * 100
    plain = site.write("archive/all/1.atom", body)
    twin = site.write("archive/all/1.atom.gz", gzip.compress(body, mtime=0))
    os.utime(plain, ns=(twin.stat().st_mtime_ns,) * 2)
    before = [site.get("/archive/all/1.atom"), site.get("/archive/all/1.atom", accept_encoding="gzip")]
    plain.unlink()
    after = [site.get("/archive/all/1.atom"), site.get("/archive/all/1.atom", accept_encoding="gzip")]
    for one, other in zip(before, after, strict=True):
        assert (one.status, one.body) == (other.status, other.body)
        for name in ("ETag", "Last-Modified", "Content-Type", "Content-Encoding", "Content-Length", "Vary"):
            assert one[name] == other[name]
        assert site.get("/archive/all/1.atom", if_none_match=str(before[0]["ETag"])).status == 304
    assert after[0].body == body


@pytest.mark.parametrize(
    "twin",
    [b"", b"no gzip", gzip.compress(bytes(99), mtime=0)[:-9], gzip.compress(bytes(2**26 + 1), mtime=0)],
    ids=["empty", "no gzip", "cut", "too large"],
)
def test_a_twin_that_is_no_whole_gzip_file_is_not_served(twin: bytes, site: Site) -> None:
    site.write("1.atom.gz", twin)
    assert site.get("/1.atom").status == 404
