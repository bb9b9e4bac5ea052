"""What was withdrawn is in nothing, stays out of it, and takes what joins it with it."""

from uuid import UUID

import pytest

from newsloom.store import Keep, Reader, StoreError
from newsloom.store.withdrawals import Withdrawal
from tests.store.newsdesk import ALL, BODY, DAY, HOUR, START, Desk, item, page, row, source, topic
from tests.store.test_log_archives import closed, now, read

STORY, COPY = "https://a.example/story", "https://b.example/copy"
A, B = source("a"), source("b")
BRIDGES = topic("bridges", "bridge")


def withdraw(desk: Desk, url: str) -> Withdrawal:
    done = desk.run(desk.store.withdraw(url))
    assert done is not None
    return done


def shown(desk: Desk, key: str = "all") -> list[str]:
    closed(desk, key)
    return [e.url for e in now(desk, key).entries]


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A store whose feeds show one entry."""
    desk.adopt([A, B], [ALL, BRIDGES])
    desk.save(page(STORY, BODY, title="Bridge agreed", published=START))
    desk.record()
    assert shown(desk) == shown(desk, "bridges") == [STORY]
    return desk


def test_it_leaves_topics_and_searches(told: Desk) -> None:
    done = withdraw(told, STORY)
    assert (done.title, done.url, done.topics, done.pages) == ("Bridge agreed", STORY, ("all", "bridges"), ())
    assert told.dirty() == ["all", "bridges"]
    assert shown(told) == shown(told, "bridges") == []
    assert told.entries() == []
    for view in ("latest", "by_topic", "changes"):
        assert told.rows(f"SELECT * FROM {view}") == []  # noqa: S608 - names


def test_rows_of_other_pages_tell_of_it_only_when_it_is_restored(told: Desk) -> None:
    rows = (row("The bridge is agreed on.", url=STORY), row("A ferry sinks."))
    told.save(page("https://a.example/other", "Other.", title="Other", briefs=rows))
    assert told.rows("SELECT link FROM read_next ORDER BY place") == [(STORY,), ("",)]
    withdraw(told, STORY)
    assert told.rows("SELECT link FROM read_next") == [("",)]
    told.run(told.store.restore(STORY))
    assert len(told.rows("SELECT link FROM read_next")) == 2


def test_it_stays_out_whatever_comes_of_it(told: Desk) -> None:
    withdraw(told, STORY)
    told.at += HOUR
    told.save(page(STORY, "Otherwise now. " * 20, title="Corrected", at=told.at))
    told.listed(item(STORY, "Teaser", title="Again"))
    told.record()
    told.adopt([source("a", mute="nothing"), B], [ALL, BRIDGES, topic("otherwise", "otherwise")])
    told.adopt([A, B], [ALL, BRIDGES, topic("otherwise", "otherwise")])
    assert [shown(told, key) for key in ("all", "bridges", "otherwise")] == [[], [], []]
    with Reader.open(told.path, told.now) as reader:
        assert reader.changes(9, url_or_id=STORY) == ()


def test_a_copy_that_comes_later_stays_out_too(told: Desk) -> None:
    withdraw(told, STORY)
    told.save(page(COPY, BODY, title="Bridge agreed", published=START), of=B)
    told.record(B)
    assert told.entry(COPY).id == told.entry(STORY).id
    assert shown(told) == []


def test_an_entry_that_turns_out_to_be_it_goes_as_well(told: Desk) -> None:
    read(told, *range(10, 70))
    told.save(page(COPY, "Something else. " * 20, title="Else", published=START), of=B)
    told.record(B)
    closed(told)
    withdraw(told, COPY)
    told.at += HOUR
    told.save(page(COPY, BODY, title="Bridge agreed", published=START, at=told.at), of=B)
    told.record(B)
    assert told.entry(COPY).id == told.entry(STORY).id
    assert STORY not in shown(told)
    (cut,) = told.run(told.store.cuts())
    assert (cut.page, cut.files) == (1, ("archive/all/1.atom",))


def test_pages_that_hold_it_are_to_be_cut_until_they_are(told: Desk) -> None:
    read(told, *range(10, 120))
    told.run(told.store.advance("all"))
    told.at += HOUR
    told.save(page(STORY, "Otherwise now. " * 20, title="Corrected", at=told.at))
    told.run(told.store.advance("all"))
    read(told, *range(170, 270))
    pages = [p.page for p in closed(told) if STORY in [e.url for e in p.entries]]
    assert pages == [1, 3]
    done = withdraw(told, STORY)
    assert done.pages == ("archive/all/1.atom", "archive/all/3.atom")
    assert withdraw(told, STORY) == Withdrawal(id=done.id, title=done.title, url=done.url, topics=(), pages=done.pages)
    for key in ("all", "bridges"):
        closed(told, key)
    told.reopen()
    assert told.dirty() == ["all"]
    for cut in told.run(told.store.cuts()):
        assert cut.ids == (done.id,)
        told.run(told.store.cut(cut))
    assert (told.run(told.store.cuts()), told.dirty()) == ([], [])
    again = [told.run(told.store.page_again(p)) for p in told.run(told.store.pages())]
    assert STORY not in [e.url for p in again for e in p.entries]


def test_what_is_withdrawn_while_its_page_is_written_is_cut_from_it(told: Desk) -> None:
    read(told, *range(10, 59))
    told.run(told.store.advance("all"))
    full = told.run(told.store.closing("all"))
    assert full is not None
    done = withdraw(told, STORY)
    assert done.pages == ()
    told.run(told.store.closed(full, ["archive/all/1.atom"]))
    (cut,) = told.run(told.store.cuts())
    assert (cut.page, cut.ids) == (1, (done.id,))


def test_one_that_is_shown_again_is_news(told: Desk) -> None:
    read(told, *range(10, 20))
    closed(told)
    withdraw(told, f"urn:uuid:{told.entry(STORY).id}")
    closed(told)
    assert told.run(told.store.restore(STORY)) is not None
    assert shown(told)[0] == STORY
    assert len(told.rows("SELECT * FROM log l JOIN topics t ON t.id = l.topic WHERE key = 'all'")) == 12
    with pytest.raises(StoreError, match="story is not withdrawn"):
        told.run(told.store.restore(STORY))


def test_one_without_its_text_is_not_shown_again(told: Desk) -> None:
    withdraw(told, STORY)
    told.at += 40 * DAY
    told.run(told.store.tidy(Keep(sources={}, others=30 * DAY)))
    with pytest.raises(StoreError, match="its text was dropped"):
        told.run(told.store.restore(STORY))


def test_of_what_is_not_known_nothing_is_withdrawn(told: Desk) -> None:
    assert told.run(told.store.withdraw("https://a.example/none")) is None
    assert told.run(told.store.restore(str(UUID(int=1)))) is None


def test_why_says_that_it_was_withdrawn(told: Desk) -> None:
    withdraw(told, STORY)
    with Reader.open(told.path, told.now) as reader:
        entry = reader.why(STORY).entry
    assert entry is not None
    assert entry.withdrawn == START
    assert entry.muted == ()
