"""The benchmark of rhythms over a store that was lived in."""

import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import rhythm
from benchmarks.rhythm import compare, history
from newsloom.news.rhythm import DAY
from tests.store.newsdesk import ALL, START, Desk, item, source, topic


def test_rules_are_compared_on_what_the_store_has_seen(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Two weeks of three sources that print in office hours, a busy one among them."""
    dice = random.Random(3)  # noqa: S311 - a world, no secret
    papers = {source(name): rate for name, rate in (("a", 2), ("b", 4), ("c", 12))}
    desk.adopt(list(papers), [ALL, *(topic(f"source/{s.name}", source=s.name) for s in papers)])
    begin = START - timedelta(hours=12)
    for day in range(15):
        desk.at = begin + timedelta(days=day + 1)
        for paper, rate in papers.items():
            times = [desk.at - timedelta(hours=dice.uniform(8, 17)) for _ in range(rate)]
            desk.listed(*(item(f"{paper.url}{day}/{n}", published=at) for n, at in enumerate(times)), of=paper)
            desk.record(paper, requests=1)
    end = desk.at.timestamp()
    world = history(desk.path, end - 28 * DAY, end)
    assert sorted(len(watched.pieces) for watched in world) == [30, 60, 180]
    outcomes = compare(world, end, 24)
    assert outcomes["newsloom"].looks == pytest.approx(24, rel=0.1)
    assert outcomes["Miniflux"].looks == pytest.approx(24, rel=0.1)
    mean = {name: sum(o.delays) / len(o.delays) for name, o in outcomes.items()}
    assert mean["newsloom"] < 0.7 * mean["fixed"]
    assert mean["newsloom"] < mean["Miniflux"]
    assert {len(o.delays) for o in outcomes.values()} == {len(outcomes["fixed"].delays)}
    assert capsys.readouterr().out.splitlines()[0] == "3 sources, 252 pieces while watched"


@pytest.mark.parametrize(
    ("given", "words"), [(("--looks", "0"), "more than 0"), (("--store", "none.db"), "no store yet")]
)
def test_what_cannot_be_walked_is_told_in_a_line(tmp_path: Path, given: tuple[str, str], words: str) -> None:
    done = subprocess.run(
        [sys.executable, str(rhythm.__file__), *given],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
