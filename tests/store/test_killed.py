"""kill -9 in the middle of saves loses nothing that was acknowledged, and damages nothing."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.store.newsdesk import ALL, Desk, source, topic

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from tests.store.newsdesk import ALL, BODY, START, Desk, item, page, row, topic

with Desk(Path(sys.argv[1])) as desk:
    desk.adopt(topics=[ALL, topic("bridges", "bridge")])
    for n in range(int(sys.argv[2]), 100_000):
        url = f"https://a.example/{n}"
        desk.listed(item(url, "A teaser of the bridge", title=f"Item {n}"))
        print("listed", n, flush=True)
        desk.save(page(url, f"{n} {BODY}", title=f"Page {n}", briefs=(row(f"Row {n}. {BODY}", clock=START),)))
        print("saved", n, flush=True)
        if n % 5 == 0:
            desk.publish("bridges")
"""


def killed(path: Path, begin: int, words: int) -> list[tuple[str, int]]:
    """What a process had acknowledged when it was killed, some time after so many words."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(begin)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    heard = [child.stdout.readline() for _ in range(words)]
    child.send_signal(signal.SIGKILL)
    heard += child.stdout.readlines()
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    return [(line.split()[0], int(line.split()[1])) for line in heard if line.endswith("\n")]


def test_kill_9_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path, begin = tmp_path / "news.db", 0
    for words in (1, 4, 13, 22):
        heard = killed(path, begin, words)
        with Desk(path) as desk:
            assert desk.rows("PRAGMA integrity_check") == [("ok",)]
            assert desk.rows("PRAGMA foreign_key_check") == []
            for word, n in heard:
                entry = desk.entry(f"https://a.example/{n}")
                assert word == "listed" or entry.title == f"Page {n}"
            listed = max(n for _, n in heard)
            (count,) = desk.rows("SELECT count(*) FROM entries WHERE kind = 'article'")[0]
            assert count in (listed + 1, listed + 2)  # the next one may have been stored before it was acknowledged
            desk.adopt([source()], [ALL, topic("bridges", "bridge")])
            desk.publish("bridges")
            doubled = "SELECT entry, version FROM log GROUP BY topic, entry, version HAVING count(*) > 1"
            assert desk.rows(doubled) == []
            (members,) = desk.rows("SELECT count(*) FROM by_topic WHERE topic = 'bridges'")[0]
            (logged,) = desk.rows("SELECT count(DISTINCT entry) FROM log")[0]
            assert members == logged == count
        begin = listed + 1
