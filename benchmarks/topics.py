"""What rules cost: a thousand of them over entries of 4 kB, in batches of ten.

    python benchmarks/topics.py [--rules 1000] [--entries 2000]

Entries are made up as in benchmarks/store.py. A rule is a word, two words, a phrase, one of several words, a beginning of words,
two words near each other or a label, of words so rare that some ten rules hold for an entry. It prints

in memory  entries a CPU second: cut into words, rules chosen by their words and asked, as a crawl's batch does it
naive      the same with every rule asked of the batch in an index of its own
alike      that both say the same
"""

import argparse
import random
import sqlite3
import sys
import time
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.doors import matches  # noqa: E402 - as above
from benchmarks.store import made_up  # noqa: E402 - as above
from newsloom.news.rules import parse  # noqa: E402 - as above
from newsloom.store.match import Conditions  # noqa: E402 - as above
from newsloom.store.schema import TOKENIZER  # noqa: E402 - as above
from newsloom.store.spaced import spaced  # noqa: E402 - as above

BATCH = 10
SIZE = 4000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--entries", type=int, default=2000, help="how many (default 2000)")
    options = parser.parse_args()
    chance = random.Random(7)  # noqa: S311 - the same rules and entries each time
    rules = [rule(chance, n) for n in range(options.rules)]
    texts = [text[:SIZE] for _, text in islice(made_up(chance), options.entries)]
    batches = [texts[at : at + BATCH] for at in range(0, len(texts), BATCH)]
    matches(rules, ["to have read the rules"])
    began = time.process_time()
    found = [held for batch in batches for held in matches(rules, batch)]
    took = time.process_time() - began
    each = sum(map(len, found)) / len(texts)
    print(f"in memory {len(texts) / took:,.0f} entries a CPU second; {each:.1f} of {len(rules):,} rules hold for one")
    few = batches[:10]
    began = time.process_time()
    asked = [held for batch in few for held in naive(rules, batch)]
    took = time.process_time() - began
    print(f"naive     {len(asked) / took:,.0f} entries a CPU second")
    print(f"alike     {'yes' if asked == found[: len(asked)] else 'NO'}, over {len(asked)} entries")


def rule(chance: random.Random, number: int) -> str:
    def word(least: int = 1200) -> str:
        return f"w{chance.randrange(least, 24_000)}"

    shapes = (
        word,
        lambda: f"{word(150)} {word(150)}",
        lambda: f'"w{chance.randrange(4)} {word(60)}"',
        lambda: f"({word()} OR {word()} OR {word()}) NOT w{chance.randrange(40, 400)}",
        lambda: f'"{word()} {word()}" OR {word()}',
        lambda: f"w{chance.randrange(2400, 9000)}*",
        lambda: f"NEAR({word(100)} w{chance.randrange(30)}, 8)",
        lambda: f"{word()} source:s{number}",
    )
    return shapes[number % len(shapes)]()


def naive(rules: list[str], texts: list[str]) -> list[list[int]]:
    """Every rule asked of SQLite."""
    store = sqlite3.connect(":memory:")
    store.execute(
        f"""CREATE VIRTUAL TABLE entries_fts USING fts5(title, summary, text, authors, content='', tokenize="{TOKENIZER}")"""
    )
    store.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY)")
    store.execute("CREATE TABLE labels (field TEXT, value TEXT, entry INTEGER)")
    store.executemany(
        "INSERT INTO entries_fts(rowid, text) VALUES (?, ?)", [(n, spaced(text)) for n, text in enumerate(texts)]
    )
    store.executemany("INSERT INTO entries VALUES (?)", [(n,) for n in range(len(texts))])
    held: list[list[int]] = [[] for _ in texts]
    for number, said in enumerate(rules):
        conditions = Conditions()
        sql = f"SELECT e.id FROM entries e WHERE {conditions.of(parse(said))}"  # noqa: S608 - of rules
        for (entry,) in store.execute(sql, conditions.values):
            held[entry].append(number)
    store.close()
    return held


if __name__ == "__main__":
    main()
