"""newsloom under a service manager, and under cron."""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsloom.commands.notifying import Manager

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "packaging" / "newsloom.service"
NEWSLOOM = Path(sys.executable).with_name("newsloom")
CONFIG = """
sources: ["http://127.0.0.1:9/"]
polling: {every: 1h}
network: {open_networks: [127.0.0.1/32]}
server: {port: 0}
"""
PATIENCE = 120
"""Seconds; only a test that would never end needs them."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    """Listens as systemd does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.settimeout(PATIENCE)
        yield listening


def told(listening: socket.socket, word: str) -> list[str]:
    """What was said up to the first message with this word."""
    heard: list[str] = []
    while word not in heard:
        heard += listening.recv(4096).decode().split("\n")
    return heard


def test_the_manager_is_told_what_becomes_of_run(folder: Path) -> None:
    with manager(str(folder / "notify")) as listening:
        words = [sys.executable, "-m", "newsloom", "-q", "run"]
        environment = os.environ | {"NOTIFY_SOCKET": str(folder / "notify")}
        run = subprocess.Popen(words, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        try:
            assert told(listening, "READY=1") == ["READY=1"]
            assert re.fullmatch(r"STATUS=1 sources, \d being crawled", told(listening, "WATCHDOG=1")[-1])
            run.send_signal(signal.SIGHUP)
            assert re.fullmatch(r"MONOTONIC_USEC=\d+", told(listening, "RELOADING=1")[-1])
            told(listening, "READY=1")
            run.send_signal(signal.SIGTERM)
            told(listening, "STOPPING=1")
            assert run.wait(PATIENCE) == 0
        finally:
            run.kill()
            run.wait()


def test_run_ends_with_its_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    words = ["setsid", "--ctty", sys.executable, "-m", "newsloom", "run"]
    with manager(str(folder / "notify")) as listening:
        run = subprocess.Popen(
            words, cwd=folder, env=os.environ | {"NOTIFY_SOCKET": str(folder / "notify")},
            stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        try:
            told(listening, "WATCHDOG=1")
            os.close(ours)
            assert run.wait(PATIENCE) == 0
        finally:
            run.kill()
            run.wait()


def test_a_manager_may_have_an_abstract_name_or_be_gone() -> None:
    name = f"newsloom-{os.getpid()}"
    with manager(f"\0{name}") as listening:
        Manager({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert listening.recv(99) == b"READY=1"
    for gone in ({"NOTIFY_SOCKET": f"@{name}"}, {"NOTIFY_SOCKET": "/nowhere"}, {}):
        Manager(gone).ready()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/newsloom/.venv/bin/newsloom", str(NEWSLOOM)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])


def test_the_cron_line_of_the_docs_tells_a_failure_once(folder: Path) -> None:
    [line] = re.findall(r"^(\*/10 .*)$", (ROOT / "docs" / "running.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert line in (ROOT / "README.md").read_text(encoding="utf-8")
    command = line.split(maxsplit=5)[5]
    assert "%" not in command  # cron would end it there
    (folder / ".venv").symlink_to(sys.prefix)
    said = [
        subprocess.run(
            ["/bin/sh", "-c", command.replace("/home/you/newsloom", str(folder))],
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "SHELL": "/bin/sh"}, capture_output=True, text=True, check=False,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [done.returncode for done in said] == [1, 0]
    assert said[0].stdout + said[1].stdout + said[1].stderr == ""
    assert re.fullmatch(r"\S+ WARNING crawled source=127.0.0.1-9 .*\n", said[0].stderr)
