"""What is told of an address is what was decided."""

from newsloom.news import identity
from newsloom.news.memory import Found, Role, State
from newsloom.store import Keep, Reader
from newsloom.store.reasons import Reason
from newsloom.store.why import Key, Why
from tests.store.newsdesk import ALL, BODY, DAY, HOUR, START, Desk, item, page, row, source, topic

A, B = source("a"), source("b")
URL = "https://a.example/1"


def why(desk: Desk, url_or_id: str) -> Why:
    with Reader.open(desk.path, desk.now) as reader:
        return reader.why(url_or_id)


def test_of_an_unknown_address_only_its_key(desk: Desk) -> None:
    assert why(desk, "https://www.a.example/1/") == Why(key=identity.key(URL))
    assert why(desk, "nothing of the kind") == Why(key="")
    assert not why(desk, URL).known


def test_where_it_was_found_and_how_it_answered(desk: Desk) -> None:
    desk.adopt([A])
    feed = "https://a.example/feed"
    desk.listed(item("https://a.example/0"))
    desk.at = START + HOUR
    desk.listed(Found(url=URL, title="Bridge", published=START), url=feed, role=Role.LISTING)
    (found,) = why(desk, URL).addresses
    assert (found.source, found.role, found.state, found.found_at) == ("a", "article", "queued", START + HOUR)
    assert (found.found_on, found.listed_title, found.listed_published, found.asked_at) == (feed, "Bridge", START, None)
    desk.save(page(URL, state=State.FAILED, reason="no answer", status=503, at=desk.at))
    desk.save(page(URL, state=State.FAILED, reason="no answer", status=503, at=desk.at + HOUR))
    (failed,) = why(desk, "http://a.example/1?utm_source=x").addresses
    assert (failed.state, failed.status, failed.reason, failed.tries) == ("failed", 503, "no answer", 2)
    assert failed.next_at is not None
    assert failed.next_at > desk.at


def test_under_what_it_is_known_and_why(desk: Desk) -> None:
    desk.adopt([A, B])
    desk.save(
        page(URL, BODY, title="Bridge agreed", canonical="https://a.example/one", origins={"title": "json-ld"}), of=A
    )
    desk.save(page("https://b.example/x", BODY, title="Bridge agreed"), of=B)
    answer = why(desk, URL)
    assert answer.entry is not None
    assert answer.entry.keys == (
        Key(key=URL, how="address"),
        Key(key="https://a.example/one", how="declared"),
        Key(key="https://b.example/x", how="text"),
    )
    assert answer.entry.carriers == (("a", URL), ("b", "https://b.example/x"))
    assert answer.entry.origins == {"title": "json-ld"}
    assert [a.url for a in answer.addresses] == [URL, "https://b.example/x"]
    assert why(desk, f"urn:uuid:{answer.entry.id}").entry == answer.entry
    assert [a.url for a in why(desk, "https://b.example/x").addresses] == ["https://b.example/x", URL]


def test_both_ids_of_a_join_answer(desk: Desk) -> None:
    other = "https://a.example/2"
    desk.save(page(other, "First something else. " * 40, title="Something else"))
    desk.save(page(URL, BODY, title="Bridge agreed"))
    ids = [desk.entry(u).id for u in (other, URL)]
    desk.save(page(other, BODY, title="Bridge agreed", at=START + HOUR))
    answers = [why(desk, str(i)) for i in ids]
    assert answers[0].entry == answers[1].entry
    assert [a.joined_as for a in answers] == [None, ids[1]]
    assert answers[0].entry is not None
    assert [r.id for r in answers[0].entry.joined] == [ids[1]]


def test_which_topics_have_it_and_by_which_words(desk: Desk) -> None:
    topics = [
        ALL,
        topic("bridges", "bridge NOT ferry"),
        topic("calm", "council", mute="dispute"),
        topic("ferries", "ferry"),
    ]
    desk.adopt([A], topics)
    desk.save(page(URL, BODY, title="Bridge agreed"))
    desk.publish()
    answer = why(desk, URL)
    assert answer.entry is not None
    said = {t.topic: t for t in answer.entry.topics}
    assert set(said) == {"all", "bridges", "calm"}
    assert (said["all"].member, said["all"].shown, said["all"].logged, said["all"].waits) == (
        True,
        True,
        (START,),
        False,
    )
    assert (said["bridges"].member, said["bridges"].shown, said["bridges"].waits) == (True, False, True)
    assert [r.rule for r in said["bridges"].reasons] == ['"bridge"', 'NOT "ferry"']
    assert said["bridges"].reasons[0].found == "Bridge"
    assert not said["calm"].member
    assert [r.rule for r in said["calm"].mutes] == ['"dispute"']


def test_what_mutes_it(desk: Desk) -> None:
    muting = source("a", mute="dispute")
    desk.adopt([muting])
    desk.save(page(URL, BODY, title="Bridge agreed"), of=muting)
    answer = why(desk, URL)
    assert answer.entry is not None
    ((name, reasons),) = answer.entry.muted
    assert (name, [r.found for r in reasons]) == ("a", ["dispute"])
    assert isinstance(reasons[0], Reason)


def test_rows_that_show_it(desk: Desk) -> None:
    for n in (2, 3):
        desk.save(page(f"https://a.example/{n}", briefs=(row("The bridge is agreed.", clock=START, url=URL),)))
    desk.save(page(URL, BODY, title="Bridge agreed"))
    answer = why(desk, URL)
    assert answer.entry is not None
    assert (answer.entry.sightings, answer.entry.pages) == (2, 2)
    assert [(a.found_on, a.found_on_role) for a in answer.addresses] == [("https://a.example/2", "article")]


def test_that_its_text_was_dropped(desk: Desk) -> None:
    desk.adopt([A], [])
    desk.save(page(URL, BODY, title="Bridge agreed"))
    desk.at = START + 9 * DAY
    desk.run(desk.store.tidy(Keep(sources={}, others=DAY)))
    answer = why(desk, URL)
    assert answer.entry is not None
    assert answer.entry.dropped == desk.at
