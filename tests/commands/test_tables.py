"""What people and programs are shown."""

import io
import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from newsloom.commands.tables import Table, bar, distance, duration, moment, show_json, span
from newsloom.news.items import EntryKind, Image

AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def test_columns_stand_in_line_in_every_script() -> None:
    table = Table("topic", "entries", "title")
    table.row("water", 7, "水害")
    table.row("港", 1200, None)
    assert table.plain() == "topic  entries  title\nwater        7  水害\n港        1200"


def test_a_narrow_terminal_breaks_no_name_and_leaves_out_what_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table(
        "source", "crawled", "due", "new", "changed", "known", "briefs", "failed", "refused", "queued", "note"
    )
    table.row("harbour-courier", "12 min ago", "in 15 min", 3, 0, 110, 12, 0, 0, 0, "fails since 3 h ago: no answer")
    table.row("caspian", "12 min ago", "in 15 min", 3, 0, 110, 12, 0, 0, 0, "")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for columns in (80, 160):
        monkeypatch.setenv("COLUMNS", str(columns))
        table.show()
        drawn = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out)
        assert max(map(len, drawn.splitlines())) <= columns
        assert "  harbour-courier   12 min ago   in 15 min     3" in drawn
        assert ("refused" in drawn) is (columns == 160)


@pytest.mark.parametrize("columns", range(20, 130, 5))
def test_a_terminal_however_narrow_is_shown_whole_bars_numbers_and_times(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    day = bar(range(1, 25))
    table = Table(
        *("source", "its day", "a day", "due", "why then", "half seen in", "note"), spare=("its day", "half seen in")
    )
    table.row("harbour", day, "11.7", "in 2 d", "learned", "12 min", "fails since 3 h ago: the server gives no answer")
    table.row("caspian", day, "0.03", "now", "cron 0 7 * * *", "3 h", "")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    table.show()
    drawn = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, drawn)) <= columns
    row = next(line for line in drawn if "harbour" in line)
    headings = " ".join(line for line in drawn[: drawn.index(row)])
    shown = [value for heading, value in (("seen", "12 min"), ("its", day), ("due", "in 2 d")) if heading in headings]
    assert all(re.search(rf"(^|  ){re.escape(value)}(  |$)", row) for value in shown)
    assert all(word in " ".join(drawn) for word in (["learned"] if "why" in headings else []))
    assert len(shown) == 3 or columns < 120
    assert "due" in headings or columns < 75


def test_control_characters_do_not_reach_the_terminal() -> None:
    table = Table("title")
    table.row("a\x1b[31mred\nline")
    assert table.plain() == "title\na [31mred line"


def test_a_row_has_a_cell_for_each_heading() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        Table("one", "two").row("a")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (40, "in 40 s"),
        (-59, "59 s ago"),
        (-200, "3 min ago"),
        (7300, "in 2 h"),
        (-90_000, "25 h ago"),
        (-200_000, "2 d ago"),
    ],
)
def test_a_distance_is_said_in_one_unit(seconds: int, said: str) -> None:
    assert distance(timedelta(seconds=seconds)) == said


def test_a_moment_in_a_pipe_is_the_instant_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    assert moment(AT.astimezone(timezone(timedelta(hours=4))), AT) == "2026-03-02T14:30:00Z"
    assert moment(None, AT) == ""


def test_a_duration_is_written_as_in_the_config() -> None:
    assert [duration(timedelta(seconds=s)) for s in (15, 90, 1800, 7200, 86_400)] == ["15s", "90s", "30m", "2h", "1d"]


def test_a_span_is_said_in_its_largest_unit_and_a_row_of_values_drawn_as_a_bar() -> None:
    assert [span(timedelta(seconds=s)) for s in (40, 750, 5000)] == ["40 s", "12 min", "1 h"]
    assert bar((0, 0.5, 1, 2)) == "▁▃▅█"
    assert bar((1, 1, 1)) == "▅▅▅"


def test_a_bar_on_a_terminal_without_blocks_is_drawn_with_signs_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="iso8859-1"))
    assert bar((0, 0.5, 1, 2)) == "_:=#"


def test_json_says_values_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    show_json(
        {"at": AT, "kind": EntryKind.BRIEF, "image": Image(url="https://a.example/ä.png"), "kinds": frozenset("ba")}
    )
    out = capsys.readouterr().out
    assert json.loads(out) == {
        "at": "2026-03-02T14:30:00Z",
        "kind": "brief",
        "image": {"url": "https://a.example/ä.png", "caption": "", "width": None, "height": None},
        "kinds": ["a", "b"],
    }
    assert "ä" in out
