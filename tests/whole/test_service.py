"""newsloom under a service manager, and under cron."""

import asyncio
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from newsloom.commands.notifying import Manager
from newsloom.commands.stopping import hanging_up

ROOT = Path(__file__).parent.parent.parent
UNIT = ROOT / "systemd" / "newsloom.service"
NEWSLOOM = Path(sys.executable).with_name("newsloom")
CONFIG = """
sources: ["http://127.0.0.1:9/"]
polling: {every: 1h}
network: {open_networks: [127.0.0.1/32]}
server: {port: 0}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_a_hangup_asks_until_the_terminal_is_gone() -> None:
    async def play() -> None:
        asked, stop = asyncio.Event(), asyncio.Event()
        ours, theirs = pty.openpty()
        with hanging_up(asked.set, stop, terminal=theirs):
            os.kill(os.getpid(), signal.SIGHUP)
            await asked.wait()
            assert not stop.is_set()
            os.close(ours)
            os.kill(os.getpid(), signal.SIGHUP)
            await stop.wait()
        os.close(theirs)

    asyncio.run(play())


def test_a_manager_may_have_an_abstract_name_or_be_gone() -> None:
    name = f"newsloom-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
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
