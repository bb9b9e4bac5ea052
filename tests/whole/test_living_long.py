"""`newsloom run` goes on for thousands of crawls, and holds no more at their end than after the first of them.

NEWSLOOM_CRAWLS makes it more than the few dozen of every day (`make soak`).
"""

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tests.push.conftest import Receiver
from tests.whole.living import Held
from tests.whole.papers import Papers, opened

CRAWLS = int(os.environ.get("NEWSLOOM_CRAWLS", "32"))
WARM = CRAWLS // 10
"""Crawls after which the stores of Python and SQLite are filled, if there are thousands."""
FEW = 4
"""Of files, threads and tasks: what may come and go. A leak would be one a crawl."""
GROWTH = 20 * 10**6
"""Bytes, of the process and of those that read for it together."""


def configured(papers: Papers, receiver: Receiver) -> None:
    """Every paper is crawled once a minute, one source is always down, and somebody is told of everything."""
    text = papers.config.read_text(encoding="utf-8")
    text = text.replace("every: 15s", "every: 1m\n  jitter: 0s")
    told = f"topics:\n  told: {{webhook: {receiver.url}, command: 'true'}}\n"
    text = text.replace("topics:\n", f"  - url: http://127.0.0.1:9/\n\n{told}")
    papers.config.write_text(text, encoding="utf-8")


def lived(papers: Papers) -> list[Held]:
    """What it held from minute to minute. The papers' clock follows its own."""
    words = (sys.executable, "-m", "tests.whole.living", str(papers.config), str(CRAWLS), papers.now.isoformat())
    held: list[Held] = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as life:
        assert life.stdout is not None
        for line in life.stdout:
            held.append(Held(**json.loads(line)))
            papers.now = datetime.fromisoformat(held[-1].now)
        said = life.communicate()[1].splitlines()
    assert [line for line in said if "feeds at" not in line and "127.0.0.1-9" not in line] == []
    return held


def test_a_process_holds_no_more_after_ten_thousand_crawls_than_after_the_first_thousand(tmp_path: Path) -> None:
    with closing(Receiver()) as receiver, opened(tmp_path) as papers:
        configured(papers, receiver)
        held = lived(papers)
        assert receiver.posts
    first, last = next(h for h in held if h.crawls >= WARM), held[-1]
    assert last.crawls >= CRAWLS
    assert last.children == first.children
    assert max(last.files - first.files, last.threads - first.threads, last.tasks - first.tasks) < FEW, (first, last)
    assert last.memory + last.children_memory < first.memory + first.children_memory + GROWTH, (first, last)
