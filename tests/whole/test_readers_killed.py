"""Readers beside a process that saves and publishes and is killed: every link leads to a whole page, and nothing is lost.

NEWSLOOM_KILLS=50 in the environment makes it the long form.
"""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from newsloom import adopting, publishing
from newsloom.config import load
from newsloom.store import Store
from tests.whole.readers import CONFIG, START, Piece, Reader

KILLS = int(os.environ.get("NEWSLOOM_KILLS", "3"))
WRITER = """
import asyncio, sys
from pathlib import Path
from tests.whole.test_readers_killed import rounds
asyncio.run(rounds(Path(sys.argv[1]), int(sys.argv[2]), 100_000))
"""


async def rounds(folder: Path, seed: int, most: int) -> None:
    """Some news, some corrections, a publish; and again. Says a word after each."""
    config = load(folder / "config.yaml")
    dice = random.Random(seed)  # noqa: S311 - no secret
    at = START + timedelta(days=seed)
    with Store.open(config.store, lambda: at) as store:
        await adopting.adopt(config, store)
        for turn in range(most):
            at += timedelta(hours=2)
            numbers = [*range(1 + 10_000 * seed + 15 * turn, 1 + 10_000 * seed + 15 * (turn + 1))]
            numbers += [dice.randrange(numbers[0] - 300, numbers[0]) for _ in range(5)]
            pieces = [
                Piece(
                    source="a",
                    url=f"https://a.example/{abs(n)}",
                    word="bridge",
                    number=abs(n),
                    published=at,
                    editions=turn + 1,
                )
                for n in numbers
            ]
            await store.save(config.sources[0], [p.page(at) for p in pieces])
            assert (await publishing.publish_dirty(config, store))[1] == ()
            sys.stdout.write(f"{turn}\n")
            sys.stdout.flush()


def killed(folder: Path, seed: int, dice: random.Random) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(seed)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert child.stdout is not None
    for _ in range(dice.randrange(2, 6)):
        child.stdout.readline()
    threading.Event().wait(dice.random() / 10)  # somewhere in the next turn
    child.send_signal(signal.SIGKILL)
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL


def test_readers_of_a_process_that_is_killed_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    config = load(tmp_path / "config.yaml")
    readers = [Reader(config.out, f"all{kind}") for kind in (".atom", ".rss")]
    done, faults = threading.Event(), []

    def look() -> None:
        while not done.wait(0.02):
            try:
                for reader in readers:
                    reader.begin()
                    reader.finish()
            except Exception as fault:  # noqa: BLE001 - whatever a reader meets is what the test is to tell
                faults.append(fault)
                return

    thread = threading.Thread(target=look)
    thread.start()
    dice = random.Random(1)  # noqa: S311 - as above
    for seed in range(KILLS):
        killed(tmp_path, seed, dice)
    asyncio.run(rounds(tmp_path, KILLS, 1))
    done.set()
    thread.join()
    assert faults == []
    with closing(sqlite3.connect(config.store)) as store:
        stored = {UUID(uuid) for (uuid,) in store.execute("SELECT uuid FROM entries")}
        assert store.execute("SELECT max(page) FROM archives").fetchone()[0] > 1
    for reader in [*readers, Reader(config.out, "all.atom")]:
        reader.begin()
        reader.finish()
        assert reader.holds.keys() == stored
