"""Every change of title or text is a version with its time; what is cosmetic is none."""

import pytest

from newsloom.news.memory import News
from newsloom.store import Reader
from newsloom.store.versions import Change
from tests.store.newsdesk import BODY, HOUR, START, Desk, page, source

URL = "https://a.example/1"
A, B = source("a"), source("b")


def read(desk: Desk, text: str, hours: int, title: str = "Bridge agreed", url: str = URL) -> News:
    (saved,) = desk.save(page(url, text, title=title, at=START + hours * HOUR))
    return saved.news


def changes(desk: Desk, url: str | None = None, limit: int = 20) -> tuple[Change, ...]:
    with Reader.open(desk.path, desk.now) as reader:
        found = reader.changes(limit, url_or_id=url)
    assert found is not None
    return found


def test_every_change_is_a_version_with_its_time(desk: Desk) -> None:
    desk.adopt([A, B])
    desk.at = START + 9 * HOUR
    read(desk, BODY, 0)
    assert read(desk, BODY, 1, title="Long bridge agreed") is News.CHANGED
    assert read(desk, BODY + "\n\nCorrected.", 2, title="Long bridge agreed") is News.CHANGED
    said = [
        (c.changed, c.version, c.title_before, c.title_after, c.text_before[-10:], (c.text_after or "")[-10:])
        for c in changes(desk)
    ]
    end = BODY.strip()[-10:]
    assert said == [
        (START + 2 * HOUR, 3, "Long bridge agreed", "Long bridge agreed", end, "Corrected."),
        (START + 1 * HOUR, 2, "Bridge agreed", "Long bridge agreed", end, end),
    ]
    assert [c.version for c in changes(desk, URL, limit=1)] == [3]
    assert desk.rows("SELECT changed, version, title_before, title_after FROM changes") == [
        ("2026-05-03T14:00:00Z", 3, "Long bridge agreed", "Long bridge agreed"),
        ("2026-05-03T13:00:00Z", 2, "Bridge agreed", "Long bridge agreed"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"1,204 views\n\n{BODY}",
        f"Updated 5 minutes ago\n\n{BODY}",
        BODY.replace("dispute. The", "dispute.\n\nAdvertisement\n\nThe", 1),
        f"{BODY}\n\n12 comments",
    ],
)
def test_what_is_cosmetic_is_no_version_and_leaves_the_text_as_it_is(desk: Desk, text: str) -> None:
    read(desk, BODY, 0)
    assert read(desk, text, 1) is News.SAME
    assert changes(desk) == ()
    assert desk.entry(URL).text == BODY.strip()


def test_a_text_that_loses_its_advertisement_has_not_changed(desk: Desk) -> None:
    read(desk, f"Advertisement\n\n{BODY}", 0)
    assert read(desk, BODY, 1) is News.SAME


def test_versions_of_what_turned_out_to_be_another_piece_are_its_too(desk: Desk) -> None:
    other = "https://a.example/2"
    read(desk, "First one thing. " * 40, 0, url=other)
    read(desk, "Then another thing. " * 40, 1, url=other)
    read(desk, BODY, 2)
    desk.save(page(other, BODY, title="Bridge agreed", at=START + 3 * HOUR))
    texts = [(c.text_before[:5], (c.text_after or "")[:5]) for c in changes(desk, URL)]
    assert ("First", "Then ") in texts


def test_what_is_muted_is_no_change_that_is_shown(desk: Desk) -> None:
    muting = source("a", mute="bridge")
    desk.adopt([muting])
    for text in (BODY, f"{BODY} More."):
        desk.save(page(URL, text, title="Agreed"), of=muting)
    assert changes(desk) == ()
    assert len(changes(desk, URL)) == 1
