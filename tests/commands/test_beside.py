"""Commands beside another newsloom on the same store, and where there can be no lock."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsloom import lock
from newsloom.config import load
from newsloom.news.times import system_now

CONFIG = """\
sources:
  - {url: "https://news.example/", name: news}
network: {contact: me@example.org}
"""


def newsloom(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "newsloom", *words],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    """A folder whose store another newsloom, which is this test, works on."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    assert newsloom(tmp_path, "publish").returncode == 0
    with lock.locked(load(tmp_path / "config.yaml").store):
        yield tmp_path


def test_crawl_asks_the_one_that_works_and_says_so_on_stderr(busy: Path) -> None:
    done = newsloom(busy, "crawl", "news")
    assert done.returncode == 0
    assert done.stdout == ""
    assert "it crawls news at its next tick" in done.stderr
    due = json.loads(newsloom(busy, "status", "--json").stdout)["sources"][0]["next_due"]
    assert due is not None
    assert due <= f"{system_now():%Y-%m-%dT%H:%M:%SZ}"


def test_a_program_that_asks_for_json_gets_json_also_beside_another(busy: Path) -> None:
    assert json.loads(newsloom(busy, "crawl", "news", "--json").stdout) == {"asked": ["news"]}
    assert json.loads(newsloom(busy, "once", "--json").stdout)["reports"] == []


@pytest.mark.parametrize("words", [["once"], ["crawl", "news"], ["publish"]])
def test_quiet_beside_another_is_silent_so_that_cron_mails_nothing(busy: Path, words: list[str]) -> None:
    done = newsloom(busy, "-q", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("words", [["run"], ["once"], ["publish"], ["crawl", "news"]])
def test_a_folder_that_takes_no_lock_is_one_line_with_the_remedy(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    done = newsloom(tmp_path, "--store", "config.yaml/newsloom.db", *words)  # a folder that is a file takes nothing
    assert done.returncode == 1
    assert "write access" in done.stderr
    assert "defect" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_of_feeds_that_takes_no_files_is_not_called_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG + "out: nested/public\n", encoding="utf-8")
    (tmp_path / "nested").write_text("in the way", encoding="utf-8")
    done = newsloom(tmp_path, "publish")
    assert done.returncode == 1
    assert "up to date" not in done.stdout
    assert "not published what=all,briefs,health,index error=" in done.stderr
