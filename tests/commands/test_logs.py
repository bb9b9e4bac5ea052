"""The log of the command line."""

import logging
import re
from collections.abc import Iterator

import pytest

from newsloom.commands.logs import set_up

OURS = logging.getLogger("newsloom")
THEIRS = logging.getLogger("some.library")


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
    return [line.split(" ", 2)[2] for line in capsys.readouterr().err.splitlines()]


def test_v_says_more_and_q_less(capsys: pytest.CaptureFixture[str]) -> None:
    said = {v: told(v, capsys) for v in (-2, -1, 0, 1, 2)}
    theirs = ["some.library warning", "some.library error"]
    assert said[-2] == ["newsloom error", "some.library error"]
    assert said[-1] == ["newsloom warning", "newsloom error", *theirs]
    assert said[0] == ["newsloom info", *said[-1]]
    assert said[1] == ["newsloom debug", *said[0]]
    assert said[2] == [*said[1][:4], "some.library debug", "some.library info", *theirs]


def test_an_event_is_one_line_with_its_instant(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(0)
    set_up(0)
    OURS.info("crawled source=%s error=%s", "news", "two\nlines")
    line = capsys.readouterr().err
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO crawled source=news error=two\\nlines\n", line)


def test_a_trace_shows_under_v_only(capsys: pytest.CaptureFixture[str]) -> None:
    for verbosity, shown in ((0, False), (1, True)):
        set_up(verbosity)
        try:
            int("no number")
        except ValueError:
            OURS.exception("crawl broke off")
        said = capsys.readouterr().err
        assert "ValueError: invalid literal" in said
        assert ("Traceback" in said) is shown
