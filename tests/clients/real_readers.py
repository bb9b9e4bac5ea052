"""Real feed readers subscribe to what newsloom publishes and serves: two fetches, the paper prints more, two fetches.

Run by `make clients`. A reader that is not installed is left out, and said to be.
"""

import logging
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from newsloom.news.items import Article
from tests.clients import proxy
from tests.clients.clients import CLIENTS, Client, Corrected, Item
from tests.clients.proxy import Asked, Proxy
from tests.clients.site import CORRECTED, MORNING, MORNING_EDITION, NOON, NOON_EDITION, Site

log = logging.getLogger(__name__)
FEEDS = ("/all.atom", "/all.rss", "/all.json")
PAIRS = [
    pytest.param(
        client,
        path,
        id=f"{client.name}{path}",
        marks=[] if client.is_there() else pytest.mark.skip(f"{client.name} is not installed: {client.needs}"),
    )
    for client in CLIENTS
    for path in FEEDS
    if Path(path).suffix in client.reads
]
ALL = pytest.mark.parametrize(("client", "path"), PAIRS)
NEW = [article for article in NOON_EDITION if article is not CORRECTED]


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """What a reader asked for, and what it had then, by feed."""

    asked: Sequence[Asked]
    items: Mapping[str, Sequence[Item]]


Runs = Mapping[type[Client], Sequence[Fetch]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Of each reader that is there its four fetches."""
    folder = tmp_path_factory.mktemp("paper")
    site = Site(folder)
    site.publish(MORNING_EDITION, MORNING)
    runs: dict[type[Client], list[Fetch]] = {}
    with ExitStack() as stack:
        origin = stack.enter_context(site.served())
        there = []
        for number, kind in enumerate(kind for kind in CLIENTS if kind.is_there()):
            before = stack.enter_context(proxy.before(origin))
            there.append((kind(folder / str(number), before.url, FEEDS), before))
            before.taken()
        for turn in range(4):
            if turn == 2:
                site.publish(NOON_EDITION, NOON)
            for client, before in there:
                runs.setdefault(type(client), []).append(_fetched(client, before))
    return runs


def _fetched(client: Client, before: Proxy) -> Fetch:
    try:
        client.fetch()
        items = {path: client.items(path) for path in client.paths}
    except Exception:  # whatever is wrong with one reader, the others go on; its own tests find nothing
        log.exception("%s cannot fetch", client.name)
        items = {path: [] for path in client.paths}
    return Fetch(asked=before.taken(), items=items)


def words(text: str) -> str:
    """Without markup and references, in lower case, one blank apart."""
    plain = re.sub("<[^>]*>", " ", unescape(re.sub(r"</?[a-z]+[^>]*>", " ", unescape(text))))
    return " ".join(re.findall(r"\w+", plain.lower()))


def title(article: Article) -> str:
    return words(article.title or article.text[:40])


@ALL
def test_it_has_each_item_once(client: type[Client], path: str, runs: Runs) -> None:
    items = runs[client][0].items[path]
    assert Counter(item.link for item in items) == Counter(a.url for a in MORNING_EDITION)
    assert len({item.id for item in items}) == len(items)


@ALL
def test_an_item_says_what_the_paper_said(client: type[Client], path: str, runs: Runs) -> None:
    items = {item.link: item for item in runs[client][0].items[path]}
    for article in MORNING_EDITION:
        item = items[article.url]
        assert words(item.title)[:38].strip() == title(article)[:38].strip()
        assert item.date == (article.published or MORNING).timestamp()
        body = words(article.html or article.text)
        assert body[:60] in words(item.content) or (client.short and words(article.summary)[:40] in words(item.content))


@ALL
def test_nothing_is_sent_twice_and_nothing_is_new(client: type[Client], path: str, runs: Runs) -> None:
    for earlier, later in ((0, 1), (2, 3)):
        asked = [one for one in runs[client][later].asked if one.path == path]
        assert asked
        assert {one.status for one in asked} == {304 if one.conditional else 200 for one in asked}
        assert runs[client][later].items[path] == runs[client][earlier].items[path]
    last = [one for one in runs[client][3].asked if one.path == path]
    assert all(one.conditional for one in last) is client.asks


@ALL
def test_what_is_new_comes_once(client: type[Client], path: str, runs: Runs) -> None:
    before, after = (Counter(i.link for i in runs[client][turn].items[path]) for turn in (1, 2))
    again = Counter([CORRECTED.url]) if client.corrected is Corrected.AGAIN else Counter()
    assert after - before == Counter(a.url for a in NEW) + again
    assert before - after == Counter()


@ALL
def test_a_correction_keeps_its_id(client: type[Client], path: str, runs: Runs) -> None:
    before, after = ([i for i in runs[client][n].items[path] if i.link == CORRECTED.url] for n in (0, 3))
    assert {item.id for item in before} == {item.id for item in after}
    old, new = title(MORNING_EDITION[1]), title(CORRECTED)
    wanted = {Corrected.REPLACED: [new], Corrected.AGAIN: [new, old], Corrected.IGNORED: [old]}[client.corrected]
    assert sorted(words(item.title) for item in after) == sorted(wanted)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: apt-get install curl")
@pytest.mark.parametrize("how", [[], ["--compressed"]], ids=["plain", "gzip"])
def test_curl_is_told_that_nothing_is_new(how: list[str], tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.publish(MORNING_EDITION, MORNING)
    with site.served() as origin:
        for path in (*FEEDS, "/source/news.atom", "/feeds.opml", "/index.html", "/feed.css"):
            curl = ["curl", "-fsSR", *how, "-w", "%{http_code}", "-o", "body", f"{origin}{path}"]
            for known in (["--etag-save", "tag"], ["--etag-compare", "tag"], ["-z", "body"]):
                done = subprocess.run([*curl, *known], cwd=tmp_path, capture_output=True, text=True, check=True)
                assert done.stdout == ("200" if known[0] == "--etag-save" else "304")
                assert (tmp_path / "body").read_bytes() == (tmp_path / f"public{path}").read_bytes()
