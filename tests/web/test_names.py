"""By which names the server may be asked."""

import asyncio
from pathlib import Path

import pytest

from newsloom.web.app import app
from newsloom.web.names import allowed, fits
from newsloom.web.server import serve

PUBLIC = "https://news.example.org/feeds"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
@pytest.mark.parametrize(
    ("header", "answered"),
    [
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("localhost:8080", True),
        ("LOCALHOST", True),
        ("newsloom.localhost:8080", True),
        ("news.example.org", True),
        ("News.Example.org.:443", True),
        ("", True),
        ("rebound.example", False),
        ("rebound.example:8080", False),
        ("localhost.rebound.example", False),
        ("127.0.0.1.rebound.example", False),
        ("user@rebound.example", False),
        ("[::1", False),
    ],
)
def test_a_name_of_somebody_else_is_none_of_a_server_on_loopback(host: str, header: str, *, answered: bool) -> None:
    assert fits(header, allowed(host, PUBLIC)) is answered


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "newsbox"])  # noqa: S104 - that is the question
def test_a_server_that_others_reach_answers_to_any_name(host: str) -> None:
    assert fits("whatever.example", allowed(host, ""))


async def status_line(folder: Path, host: str) -> bytes:
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    names = allowed("127.0.0.1", "")
    serving = asyncio.create_task(serve(app(folder, names), host="127.0.0.1", port=0, stop=stop, started=up.set_result))
    port = int((await up).rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    stop.set()
    await serving
    return line


def test_a_foreign_name_gets_421_and_nothing_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")
    assert b" 421 " in asyncio.run(status_line(tmp_path, "rebound.example"))
    assert b" 200 " in asyncio.run(status_line(tmp_path, "localhost"))
