"""From the store to a receiver: what is published is told, once it is taken, whatever happens in between."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from newsloom import hallway
from newsloom.config import Config, load
from newsloom.pushing import Post, Pushed
from newsloom.store import Reader
from tests.push.conftest import Answer, Receiver
from tests.store.newsdesk import DAY, HOUR, START, Desk, page, source

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
        asyncio.run(hallway.adopt(self.config, self.desk.store))

    def read(self, *names: str, text: str = "") -> None:
        """Articles, and the feeds that show them."""
        self.desk.save(
            *(page(f"https://a.example/{n}", f"{n} of a. {text} " * 20, title=n, at=self.desk.at) for n in names),
            of=source("a.example", url="https://a.example/"),
        )
        files, failed = asyncio.run(hallway.publish_dirty(self.config, self.desk.store))
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
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert warnings == [f"not pushed topic=news to=webhook error='{receiver.url} answered 503'"]
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
    told.read(*(f"n{i}" for i in range(6)), text="long " * 4_000)
    assert told.push().newly_failing == ()
    assert len(receiver.posts) > 1
    assert max(len(post.body) for post in receiver.posts) < 1_000_000
    assert sorted(t for sent in titles(receiver) for t in sent) == [f"n{i}" for i in range(6)]


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
        over.wait(30)
        return Answer()

    told.configure(f"  news: {{webhook: '{receiver.url}'}}\n")
    told.read("one", "two")
    told.desk.store.close()
    receiver.answer = hang
    for number, how in enumerate((signal.SIGKILL, signal.SIGTERM), 1):
        with started(told, "publish") as process:
            until(lambda: len(receiver.posts) == number)  # noqa: B023 - asked at once
            process.send_signal(how)
            began = time.monotonic()
            process.wait(30)
            assert time.monotonic() - began < 15  # it would wait for 30
    over.set()
    receiver.answer = lambda _: Answer()
    with started(told, "publish") as process:
        assert process.wait(60) == 0
    with started(told, "publish") as process:
        assert process.wait(60) == 0
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
    assert f"not pushed topic=news to=webhook error='{receiver.url} answered 500'" in said
    with started(told, "-q", "publish") as process:
        assert process.communicate() == ("", "")
    assert process.returncode == 0
    with started(told, "status") as process:
        last = process.communicate()[0].splitlines()[-1]
    assert last.startswith("webhook of news fails since ")
    assert last.endswith(f": {receiver.url} answered 500")


def until(true: Callable[[], bool]) -> None:
    """Asks until it is so. The bound only ends a test that would never end."""
    last = time.monotonic() + 30
    while not true():
        assert time.monotonic() < last
        time.sleep(0.01)
