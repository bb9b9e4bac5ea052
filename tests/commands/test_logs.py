"""The log of the command line: the same events as text and as JSON."""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.commands.logs import set_up

OURS = logging.getLogger("newsloom")
THEIRS = logging.getLogger("some.library")
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, OURS.level
    yield
    root.handlers[:], level, ours = before
    root.setLevel(level)
    OURS.setLevel(ours)


def told(verbosity: int, capsys: pytest.CaptureFixture[str]) -> list[str]:
    set_up(verbosity)
    for log in (OURS, THEIRS):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            log.log(level, "%s %s", log.name, logging.getLevelName(level).lower())
    return [line.split(" ", 2)[2].removesuffix(" logger=some.library") for line in capsys.readouterr().err.splitlines()]


def test_v_says_more_and_q_less(capsys: pytest.CaptureFixture[str]) -> None:
    said = {v: told(v, capsys) for v in (-2, -1, 0, 1, 2)}
    theirs = ["some.library warning", "some.library error"]
    assert said[-2] == ["newsloom error", "some.library error"]
    assert said[-1] == ["newsloom warning", "newsloom error", *theirs]
    assert said[0] == ["newsloom info", *said[-1]]
    assert said[1] == ["newsloom debug", *said[0]]
    assert said[2] == [*said[1][:4], "some.library debug", "some.library info", *theirs]


def test_an_event_is_one_line_with_its_instant_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(0)
    set_up(0)
    OURS.info(
        "crawled", extra={"source": "news", "new": 0, "bounds": ("pages", "leads"), "error": "two\nlines", "note": ""}
    )
    line = capsys.readouterr().err
    assert re.fullmatch(rf'{INSTANT} INFO crawled source=news new=0 bounds=pages,leads error="two\\nlines"\n', line)


def test_as_json_it_has_the_same_names(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(0, "json")
    OURS.info("crawled", extra={"source": "new\u2028s", "new": 3, "bounds": ("pages",), "error": None})
    [line] = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert re.fullmatch(INSTANT, event.pop("time"))
    assert event == {"level": "INFO", "event": "crawled", "source": "new\u2028s", "new": 3, "bounds": ["pages"]}


def test_what_a_library_says_is_an_event_that_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("text", "json"):
        set_up(0, form)
        THEIRS.warning("it is\n%s", "so", extra={"whole_object": object()})
    text, line = capsys.readouterr().err.splitlines()
    assert text.endswith(r" WARNING it is\nso logger=some.library")
    event = json.loads(line)
    assert (event["event"], event["logger"], len(event)) == ("it is\nso", "some.library", 4)


def test_a_trace_shows_under_v_and_in_json_and_its_place_always(capsys: pytest.CaptureFixture[str]) -> None:
    for verbosity, form in ((0, "text"), (1, "text"), (0, "json")):
        set_up(verbosity, form)
        try:
            int("no number")
        except ValueError:
            OURS.exception("crawl broke off")
    short, long, *trace, line = capsys.readouterr().err.splitlines()
    assert re.search(r' ERROR crawl broke off error="ValueError: invalid .*" where=test_logs.py:\d+$', short)
    assert long.split(" ", 1)[1] == short.split(" ", 1)[1]
    assert trace[0].startswith("Traceback")
    event = json.loads(line)
    assert event["error"].startswith("ValueError: invalid literal")
    assert "Traceback" in event["trace"]


def test_the_journal_is_told_the_level_before_the_line(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w+") as journal:
        there = os.fstat(journal.fileno())
        for stream in (f"{there.st_dev}:{there.st_ino}", f"{there.st_dev}:1"):
            subprocess.run(
                [sys.executable, "-m", "newsloom", "--log", "json", "check"], cwd=tmp_path, check=False, stderr=journal,
                env=os.environ | {"JOURNAL_STREAM": stream},
            )  # fmt: skip
        journal.seek(0)
        told, plain = journal.read().splitlines()
    assert told.startswith("<3>{")
    assert plain.startswith("{")


NAMES = st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda n: n not in vars(logging.makeLogRecord({})))


@given(fields=st.dictionaries(NAMES.map(lambda n: f"x_{n}"), st.text(min_size=1), max_size=4))
def test_whatever_a_field_holds_it_is_read_back_from_one_line(fields: Mapping[str, str]) -> None:
    kept, sys.stderr = sys.stderr, io.StringIO()
    try:
        for form in ("text", "json"):
            set_up(0, form)
            OURS.info("crawled", extra=dict(fields))
        text, line = sys.stderr.getvalue().split("\n")[:-1]
    finally:
        sys.stderr = kept
    assert {n: v for n, v in json.loads(line).items() if n.startswith("x_")} == fields
    assert text.isprintable()
    found = re.findall(r'(x_[a-z]+)=(?:("(?:[^"\\]|\\.)*")|([^ "]*))', text)
    assert {name: json.loads(quoted) if quoted else plain for name, quoted, plain in found} == fields
