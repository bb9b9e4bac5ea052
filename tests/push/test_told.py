"""From the store to a receiver: what is published is told, once it is taken, whatever happens in between."""

import asyncio
import base64
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from newsloom import adopting, publishing
from newsloom.config import Config, load
from newsloom.news.times import system_now
from newsloom.pushing import Post, Pushed
from newsloom.store import Reader
from tests.push.conftest import Answer, Receiver
from tests.store.newsdesk import DAY, HOUR, START, Desk, page, source
from tests.whole.papers import opened

SITE = "sources: [https://a.example/]\nnetwork: {open_networks: [127.0.0.1/32]}\nlimits: {request_time: 5s}\n"


class Told:
    """A store, a config that names who is told of its news, and one push at a time."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.folder = folder
        self.desk = desk
        self.config: Config

    def configure(self, topics: str) -> None:
        path = self.folder / "config.yaml"
        path.write_text(f"{SITE}store: news.db\ntopics:\n{topics}")
        self.config = load(path)
        asyncio.run(adopting.adopt(self.config, self.desk.store))

    def read(self, *names: str, text: str = "") -> None:
        """Articles, and the feeds that show them."""
        self.desk.save(
            *(page(f"https://a.example/{n}", f"{n} of a. {text} " * 20, title=n, at=self.desk.at) for n in names),
            of=source("a.example", url="https://a.example/"),
        )
        files, failed = asyncio.run(publishing.publish_dirty(self.config, self.desk.store))
        assert files
        assert not failed

    def push(self) -> Pushed:
        return asyncio.run(Post(self.config, self.desk.store, self.desk.now).push())


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with Desk(tmp_path / "news.db") as desk:
        yield Told(tmp_path, desk)


def titles(receiver: Receiver) -> list[list[str]]:
    return [[item["title"] for item in json.loads(post.body)["items"]] for post in receiver.posts]


def test_a_receiver_is_told_the_very_items_of_the_json_feed(told: Told, receiver: Receiver) -> None:
    told.configure(f"  news: {{title: The News, webhook: '{receiver.url}/hook'}}\n")
    told.read("one", "two")
    assert told.push() == Pushed(deliveries=1)
    [post] = receiver.posts
    feed, sent = json.loads((told.folder / "public/news.json").read_bytes()), json.loads(post.body)
    assert sent["items"] == feed["items"]
    assert (sent["version"], sent["title"]) == (feed["version"], "The News")
    assert told.push() == Pushed()
    told.desk.at += HOUR
    told.read("two", text="Corrected.")
    assert told.push() == Pushed(deliveries=1)
    assert titles(receiver) == [["two", "one"], ["two"]] or titles(receiver) == [["one", "two"], ["two"]]


def test_a_command_is_told_in_the_folder_of_the_config(told: Told) -> None:
    told.configure("  news: {command: sh -c 'cat > items.json'}\n")
    told.read("one")
    assert told.push() == Pushed(deliveries=1)
    assert json.loads((told.folder / "items.json").read_bytes())["items"][0]["title"] == "one"


def test_a_failure_is_told_once_and_shown_until_it_is_over(
    told: Told, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    told.configure(f"  news: {{webhook: '{receiver.url}/secret-path'}}\n")
    told.read("one")
    receiver.answer = lambda _: Answer(status=503)
    assert told.push() == Pushed(newly_failing=("news (webhook)",))
    told.desk.at += DAY
    assert told.push() == Pushed()
    [warning] = [r for r in caplog.records if r.levelname == "WARNING"]
    assert warning.message == "not pushed"
    assert (vars(warning)["topic"], vars(warning)["to"]) == ("news", "webhook")
    assert vars(warning)["error"] == f"{receiver.url} answered 503"
    with Reader.open(told.desk.path, told.desk.now) as reader:
        [target] = reader.status().targets
    assert (target.topic, target.tries, target.failing_since, target.stopped) == ("news", 2, START, False)
    assert target.error == f"{receiver.url} answered 503"
    assert target.retry_at is not None
    assert target.retry_at > told.desk.at
    receiver.answer = lambda _: Answer()
    told.desk.at += DAY
    assert told.push() == Pushed(deliveries=1)
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1
    assert len({post.body for post in receiver.posts}) == 1
    with Reader.open(told.desk.path, told.desk.now) as reader:
        [target] = reader.status().targets
    assert (target.error, target.failing_since, target.told) == ("", None, told.desk.at)


def test_one_that_hangs_does_not_keep_another_waiting(told: Told, receiver: Receiver) -> None:
    over = threading.Event()

    def answer(_: object) -> Answer:
        over.wait(30)
        return Answer()

    receiver.answer = answer
    told.configure(f"  slow: {{webhook: '{receiver.url}'}}\n  quick: {{command: sh -c 'cat > items.json'}}\n")
    told.read("one")

    async def both() -> None:
        post = Post(told.config, told.desk.store, told.desk.now)
        first = asyncio.create_task(post.push())
        await asyncio.to_thread(until, lambda: bool(receiver.posts) and (told.folder / "items.json").exists())
        await asyncio.to_thread(told.read, "two")
        # The slow one is not told again meanwhile, the quick one is.
        assert await post.push() == Pushed(deliveries=1)
        over.set()
        assert (await first).deliveries == 3

    asyncio.run(both())
    assert [sorted(sent) for sent in titles(receiver)] == [["one"], ["two"]]


def test_what_a_server_finds_too_large_comes_in_smaller_parts(told: Told, receiver: Receiver) -> None:
    receiver.answer = lambda post: Answer(status=413 if len(post.body) > 2_500 else 200)
    told.configure(f"  news: {{webhook: '{receiver.url}'}}\n")
    names = [f"n{i}" for i in range(9)]
    told.read(*names)
    assert told.push().newly_failing == ()
    taken = [post for post in receiver.posts if len(post.body) <= 2_500]
    assert sorted(i["title"] for post in taken for i in json.loads(post.body)["items"]) == names


def test_what_is_larger_than_servers_take_is_not_sent_at_once(told: Told, receiver: Receiver) -> None:
    told.configure(f"  news: {{webhook: '{receiver.url}'}}\n")
    told.read(*(f"n{i}" for i in range(3)), text="long " * 4_000)
    assert told.push().newly_failing == ()
    assert len(receiver.posts) > 1
    assert max(len(post.body) for post in receiver.posts) < 1_000_000
    assert sorted(t for sent in titles(receiver) for t in sent) == [f"n{i}" for i in range(3)]


def test_what_was_withdrawn_before_it_was_taken_is_not_sent(told: Told, receiver: Receiver) -> None:
    told.configure(f"  news: {{webhook: '{receiver.url}'}}\n")
    told.read("one", "two")
    receiver.answer = lambda _: Answer(status=500)
    told.push()
    asyncio.run(told.desk.store.withdraw("https://a.example/one"))
    receiver.answer = lambda _: Answer()
    told.desk.at += HOUR
    assert told.push() == Pushed(deliveries=1)
    assert [sorted(sent) for sent in titles(receiver)] == [["one", "two"], ["two"]]
    first, second = (post.headers["webhook-id"] for post in receiver.posts)
    assert first != second


# As its user has it: `publish` in a process of its own.


@contextmanager
def started(told: Told, *words: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "newsloom", "--config", str(told.folder / "config.yaml"), *words]
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(process.kill)
        yield process


def test_killed_before_the_answer_the_same_is_sent_again_under_the_same_id(told: Told, receiver: Receiver) -> None:
    over = threading.Event()

    def hang(_: object) -> Answer:
        over.wait(600)
        return Answer()

    told.configure(f"  news: {{webhook: '{receiver.url}'}}\n")
    told.read("one", "two")
    told.desk.store.close()
    receiver.answer = hang
    for number, how in enumerate((signal.SIGKILL, signal.SIGTERM), 1):
        with started(told, "publish") as process:
            until(lambda: len(receiver.posts) == number)  # noqa: B023 - asked at once
            process.send_signal(how)
            process.wait(60)  # not for the ten minutes
    over.set()
    receiver.answer = lambda _: Answer()
    told.desk.reopen()
    told.desk.at = system_now() + DAY
    assert told.push() == Pushed(deliveries=1)
    assert told.push() == Pushed()
    assert len(receiver.posts) == 3
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == 1
    assert len({post.body for post in receiver.posts}) == 1


def test_publish_says_once_who_newly_fails(told: Told, receiver: Receiver) -> None:
    receiver.answer = lambda _: Answer(status=500)
    told.configure(f"  news: {{webhook: '{receiver.url}'}}\n")
    told.read("one")
    told.desk.store.close()
    with started(told, "-q", "publish") as process:
        said = process.communicate()[1]
    assert process.returncode == 1
    assert f'not pushed topic=news to=webhook error="{receiver.url} answered 500"' in said
    with started(told, "-q", "publish") as process:
        assert process.communicate() == ("", "")
    assert process.returncode == 0
    with started(told, "status") as process:
        last = process.communicate()[0].splitlines()[-1]
    assert last.startswith("webhook of news fails since ")
    assert last.endswith(f": {receiver.url} answered 500")


def test_run_tells_beside_all_else_and_ends_though_nobody_answers(told: Told, receiver: Receiver) -> None:
    over = threading.Event()

    def hang(_: object) -> Answer:
        over.wait(600)
        return Answer()

    receiver.answer = hang
    command = "sh -c 'echo $$ > pid; exec sleep 600'"
    told.configure(f"  hangs: {{webhook: '{receiver.url}'}}\n  works: {{command: {command}}}\n")
    told.read("one")
    told.desk.store.close()
    config, pid = told.folder / "config.yaml", told.folder / "pid"
    config.write_text(config.read_text().replace("https://a.example/", receiver.url))
    with started(told, "-q", "run", "--no-serve") as process:
        until(lambda: bool(receiver.posts) and pid.exists() and pid.read_text() != "")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0  # not for the command's five minutes, nor the receiver's ten
        assert not Path(f"/proc/{int(pid.read_text())}").exists()
    over.set()
    assert len(receiver.posts) == 1


def test_once_tells_what_it_found(tmp_path: Path, receiver: Receiver) -> None:
    with opened(tmp_path) as papers:
        hook = f"topics:\n  hooked: {{webhook: '{receiver.url}', command: sh -c 'cat > items.json'}}\n"
        before, _, sources = papers.config.read_text().partition("sources:\n")
        one = sources[: sources.index("  - url:", 9)]  # the crawl of one is enough
        papers.config.write_text(f"{before}sources:\n{one}{hook}")
        papers.newsloom("once", "--all")
        shown = {item["id"] for item in json.loads((papers.out / "hooked.json").read_bytes())["items"]}
        assert {item["id"] for post in receiver.posts for item in json.loads(post.body)["items"]} == shown
        assert {item["id"] for item in json.loads((tmp_path / "items.json").read_bytes())["items"]} <= shown
        first = len(receiver.posts)
        papers.newsloom("publish")
        assert len(receiver.posts) == first
        papers.later(hours=2)
        papers.newsloom("once", "--all")
        later = json.loads((papers.out / "hooked.json").read_bytes())["items"]
        sent = {item["id"] for post in receiver.posts[first:] for item in json.loads(post.body)["items"]}
        assert {item["id"] for item in later} - shown <= sent
        assert sent


DOC = (Path(__file__).parents[2] / "docs" / "push.md").read_text(encoding="utf-8")


def test_the_receiver_of_the_docs_takes_what_is_ours_and_nothing_else(
    told: Told, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: dict[str, Callable[[dict[str, str], bytes], bool]] = {}
    exec(re.findall(r"^```python\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)[0], there)  # noqa: S102 - our own docs
    [yaml] = re.findall(r"^```yaml\ntopics:\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
    (told.folder / "tell.sh").write_text("#!/bin/sh\nexit 0\n")
    (told.folder / "tell.sh").chmod(0o755)
    told.configure(
        yaml.replace("match: tag:ukraine OR title:kyiv", "").replace("https://hooks.example.org", receiver.url)
    )
    told.desk.at = system_now()
    monkeypatch.setenv("NEWS_HOOK_TOKEN", "t0ken")
    for secret in ("whsec_" + base64.b64encode(b"s" * 32).decode(), "a phrase"):
        monkeypatch.setenv("NEWS_HOOK_SECRET", secret)
        told.read(secret[:5])
        assert told.push() == Pushed(deliveries=2)
        post = receiver.posts[-1]
        is_ours = there["is_from_newsloom"]
        assert is_ours(dict(post.headers), post.body)
        assert not is_ours(dict(post.headers), post.body + b" ")
        assert not is_ours(dict(post.headers) | {"webhook-id": "other"}, post.body)
        assert not is_ours({k: v for k, v in post.headers.items() if k != "webhook-signature"}, post.body)


def test_the_query_of_the_docs_finds_them(told: Told) -> None:
    told.configure("  news: {command: ./nowhere}\n")
    told.read("one")
    told.push()
    [query] = re.findall(r"^```sql\n(.*?)^```", DOC, re.DOTALL | re.MULTILINE)
    [(key, kind, error, *_)] = told.desk.rows(query)
    assert (key, kind, error) == ("news", "command", "./nowhere cannot be started: No such file or directory")


def until(true: Callable[[], bool]) -> None:
    """Asks until it is so. The bound only ends a test that would never end."""
    last = time.monotonic() + 60
    while not true():
        assert time.monotonic() < last
        time.sleep(0.01)
