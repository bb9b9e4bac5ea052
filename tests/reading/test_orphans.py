"""A reading process whose crawl was killed (kill -9, out of memory) ends by itself, and in silence; Ctrl-C does not reach it."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from scraper.children import Children
from scraper.extract import wire
from scraper.extract.documents import Ask
from scraper.extract.worker import FRAME, Bounds, Order

ASK = Ask(url="https://a.example/x", fetched=datetime(2026, 11, 20, 12, tzinfo=UTC))
BODY = b"<!doctype html><html><head><title>A page</title></head><body><p>Some text</p></body></html>"
ORDER = wire.dumps(Order(document=ASK))
FRAMED = FRAME.pack(len(ORDER), len(BODY)) + ORDER + BODY


def started() -> "subprocess.Popen[bytes]":
    code = "import sys; from scraper.extract.worker import main; main(sys.argv[1])"
    child = subprocess.Popen(
        [sys.executable, "-c", code, wire.dumps(Bounds()).decode()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout
    assert child.stdout.read(FRAME.size) == FRAME.pack(0, 0)
    return child


@pytest.mark.parametrize("length", [0, 3, FRAME.size, FRAME.size + 9, len(FRAMED) - 1])
def test_an_order_that_breaks_off_is_none(length: int) -> None:
    said = started().communicate(FRAMED[:length], timeout=60)
    assert said == (b"", b"")


def test_an_answer_that_nobody_waits_for_is_not_complained_about() -> None:
    child = started()
    assert child.stdin
    assert child.stdout
    child.stdout.close()
    child.stdin.write(FRAMED)
    child.stdin.close()
    assert child.wait(timeout=60) == 0
    assert child.stderr
    assert child.stderr.read() == b""
    child.stderr.close()


def test_a_ctrl_c_at_the_terminal_does_not_meet_a_child_not_even_while_it_starts() -> None:
    async def group() -> int:
        async with Children() as children:
            await children.document(BODY, ASK)
            return os.getpgid(children._idle[-1]._process.pid)

    assert asyncio.run(group()) != os.getpgrp()
