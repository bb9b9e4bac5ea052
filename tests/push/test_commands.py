"""A command is run with the items on its stdin, without a shell, and does not outlive its time."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from newsloom.news.pushes import Outcome, Parcel
from newsloom.push import commands

PARCEL = Parcel(id=UUID(int=7), topic="news", body=b'{"items": []}\n' * 20_000)
LONG = timedelta(seconds=60)
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOOK_SECRET": "s3cret"}


def run(*command: str, folder: Path, patience: timedelta = LONG) -> Outcome:
    return asyncio.run(commands.run(command, PARCEL, folder=folder, environment=ENVIRONMENT, patience=patience))


def script(folder: Path, *lines: str) -> str:
    path = folder / "tell"
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return "./tell"


def test_a_command_reads_all_items_and_gets_its_words_as_they_are(tmp_path: Path) -> None:
    tell = script(tmp_path, "cat > items", 'printf "%s|" "$@" > words')
    assert run(tell, "$HOME; echo *", "a b", folder=tmp_path).taken
    assert (tmp_path / "items").read_bytes() == PARCEL.body
    assert (tmp_path / "words").read_text() == "$HOME; echo *|a b|"


def test_a_command_that_reads_nothing_and_talks_without_end_is_fine(tmp_path: Path) -> None:
    assert run("sh", "-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2", folder=tmp_path).taken


def test_a_command_does_not_see_our_secrets(tmp_path: Path) -> None:
    assert run("sh", "-c", "env > seen", folder=tmp_path).taken
    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    ours = {name: seen[name] for name in seen if name not in ("PWD", "OLDPWD", "SHLVL", "_")}
    assert ours == {
        "PATH": ENVIRONMENT["PATH"], "LANG": "C.UTF-8", "NEWSLOOM_TOPIC": "news", "NEWSLOOM_DELIVERY": str(PARCEL.id),
    }  # fmt: skip


def test_a_command_that_fails_says_why_in_its_last_lines(tmp_path: Path) -> None:
    lines = "; ".join(f"echo line {n} >&2" for n in range(9))
    assert run("sh", "-c", f"{lines}; printf '\\033[31mno\\tmail\\n' >&2; exit 3", folder=tmp_path) == Outcome(
        error="sh ended with status 3: line 7 / line 8 / [31mno mail"
    )
    assert run("sh", "-c", "kill -9 $$", folder=tmp_path) == Outcome(error="sh was ended by SIGKILL")


@pytest.mark.parametrize(
    ("name", "why"), [("./nowhere", "No such file or directory"), ("./plain", "Permission denied")]
)
def test_a_command_that_cannot_be_started_is_no_try(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "plain").write_text("no program")
    assert run(name, folder=tmp_path) == Outcome(error=f"{name} cannot be started: {why}", unsent=True)


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    stubborn = f"{sys.executable} -c 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)'"
    tell = script(tmp_path, f"{stubborn} & echo $! > child; wait")
    outcome = run(tell, folder=tmp_path, patience=timedelta(seconds=1))
    assert outcome == Outcome(error="./tell took longer than 1 s")
    until(lambda: is_gone(int((tmp_path / "child").read_text())))


def test_a_command_is_ended_when_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    async def one() -> None:
        words = ["sh", "-c", "echo $$ > pid; exec sleep 600"]
        task = asyncio.create_task(commands.run(words, PARCEL, folder=tmp_path, environment=ENVIRONMENT, patience=LONG))
        await asyncio.to_thread(until, lambda: pid.exists() and pid.read_text() != "")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(one())
    assert is_gone(int(pid.read_text()))


@pytest.mark.parametrize("status", [0, 1])
def test_what_a_command_leaves_running_is_not_waited_for(status: int, tmp_path: Path) -> None:
    done = run("sh", "-c", f"sleep 600 & echo $! > left; exit {status}", folder=tmp_path)
    left = int((tmp_path / "left").read_text())
    try:
        assert done.taken is (status == 0)
        assert not is_gone(left)
    finally:
        os.kill(left, signal.SIGKILL)


def is_gone(pid: int) -> bool:
    """Ended; one that nobody has reaped yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(true: Callable[[], bool]) -> None:
    """Asks until it is so. The bound only ends a test that would never end."""
    last = time.monotonic() + 30
    while not true():
        assert time.monotonic() < last
        time.sleep(0.01)
