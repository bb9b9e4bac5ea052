"""Which texts tell of one event."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news import stories
from newsloom.news.stories import DAY, Decision, Near, Text, Vector

FERRY = "The ferry Aurora ran aground off Norhaven harbour with 212 passengers; the coastguard towed Aurora to Skelby."
FERRY_TOO = (
    "Coastguard ships towed the stranded ferry Aurora into Skelby after 212 passengers sat aground off Norhaven."
)
BANK = "Central bank governor Irma Kolt kept interest rates at 4.25 per cent and warned of inflation in Velmark."


def vector(text: str, title: str = "") -> Vector:
    made = stories.weighed(stories.counted(title, text), {}, 0)
    assert made is not None
    return made


def text(id_: int, said: str, *, at: int = 0, story: int = 0, **fields: object) -> Text:
    return Text(id=id_, vector=vector(said), at=at, story=story, **fields)  # type: ignore[arg-type]


def near(group: int, *texts: Text) -> Near:
    return Near(group=group, score=1.0, texts=texts)


def test_texts_on_one_event_are_likest() -> None:
    assert stories.likeness(vector(FERRY), vector(FERRY_TOO)) > 0.5
    assert stories.likeness(vector(FERRY), vector(BANK)) == 0


@pytest.mark.parametrize(
    "said",
    [
        "und die der das ist nicht mit auf für von dem den ein eine",
        "что это как его она они было были есть для при под",
        "que los las una por con para como más pero sus este",
    ],
)
def test_what_holds_a_sentence_together_says_nothing(said: str) -> None:
    assert not stories.counted(said, said)


@pytest.mark.parametrize(
    ("one", "other", "foreign"),
    [
        (
            "北海道で大きな地震が発生し、札幌市では停電が続いている。気象庁は余震に注意を呼びかけた。",
            "札幌市の停電続く、北海道の地震で。気象庁が余震への注意呼びかけ",
            "日銀は金融政策決定会合で政策金利を据え置いた。総裁が記者会見で説明する。",
        ),
        (
            "เรือเฟอร์รีออโรราเกยตื้นนอกท่าเรือสงขลา ผู้โดยสารสองร้อยคนปลอดภัย",
            "ผู้โดยสารสองร้อยคนบนเรือเฟอร์รีออโรราปลอดภัยหลังเกยตื้นที่สงขลา",
            "ธนาคารแห่งประเทศไทยคงอัตราดอกเบี้ยนโยบายไว้เท่าเดิมในการประชุมเมื่อวานนี้",
        ),
        (
            "Паром «Аврора» сел на мель у порта Скельби, двести пассажиров эвакуировали спасатели береговой охраны",
            "Спасатели береговой охраны эвакуировали двести пассажиров парома «Аврора», севшего на мель у Скельби",
            "Центральный банк сохранил ключевую ставку, председатель Ирма Кольт предупредила об инфляции в Вельмарке",
        ),
    ],
)
def test_any_script_will_do(one: str, other: str, foreign: str) -> None:
    assert stories.likeness(vector(one), vector(other)) > 0.3
    assert stories.likeness(vector(one), vector(foreign)) < 0.1


def test_endings_of_long_words_and_what_the_title_says() -> None:
    assert stories.counted("", "investigating") == stories.counted("", "investigation")
    assert stories.counted("", "ferry") != stories.counted("", "ferries")
    assert stories.counted("Ferry", "")[next(iter(stories.counted("", "ferry")))] == 3


def test_a_word_that_many_texts_have_weighs_little() -> None:
    words = stories.counted("", FERRY)
    (ferry,) = set(stories.counted("", "ferry"))
    rare, common = stories.weighed(words, {}, 5000), stories.weighed(words, {ferry: 4000}, 5000)
    assert rare
    assert common
    assert rare.weights[ferry] > 5 * common.weights[ferry]


def test_too_few_words_tell_of_nothing() -> None:
    assert stories.weighed(stories.counted("Watch the video", "Ferry aground"), {}, 0) is None


@given(st.text(), st.text())
def test_whatever_is_said_is_kept_as_it_was(title: str, said: str) -> None:
    made = stories.weighed(stories.counted(title, said), {}, 0)
    if made is not None:
        assert Vector.unpacked(made.packed()) == made
        assert list(Vector.unpacked(made.packed()).weights) == list(made.weights)
        assert stories.likeness(made, made) == pytest.approx(1, abs=0.001)


@given(st.text(alphabet="abc ", min_size=40), st.text(alphabet="abc ", min_size=40))
def test_two_texts_are_as_like_as_the_other_way_round(one: str, other: str) -> None:
    made = [stories.weighed(stories.counted("", said), {}, 0) for said in (one, other)]
    if made[0] is not None and made[1] is not None:
        assert stories.likeness(made[0], made[1]) == stories.likeness(made[1], made[0])
        assert 0 <= stories.likeness(made[0], made[1]) < 1.001


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stocks on 3 May", "Stocks on 4 May"),
        ("Weather 03.05.2026", "Weather 04.05.2026"),
        ("Horoscope for Monday", "Horoscope for Tuesday"),
        ("Morning briefing", "Morning briefing"),
        ("Episode #12", "Episode #13"),
        ("天気予報 5月3日", "天気予報 5月4日"),
    ],
)
def test_issues_of_a_series_have_one_mark(one: str, other: str) -> None:
    assert stories.series(one) == stories.series(other) != 0


@pytest.mark.parametrize(
    ("one", "other"), [("Quake kills 12", "Quake kills 15"), ("Rates up", "Rates down"), ("", "x")]
)
def test_other_titles_have_other_marks(one: str, other: str) -> None:
    assert stories.series(one) != stories.series(other)


def test_the_next_issue_of_a_series_is_another_piece_but_not_one_put_right() -> None:
    first = text(1, FERRY, source="a", series=7)
    assert stories.apart(first, text(2, FERRY, at=DAY, source="a", series=7))
    assert not stories.apart(first, text(2, FERRY, at=DAY // 24, source="a", series=7))
    assert not stories.apart(first, text(2, FERRY, at=DAY, source="b", series=7))
    assert not stories.apart(first, text(2, FERRY, at=DAY, source="a", series=8))


def test_a_story_goes_on_for_some_weeks_at_most() -> None:
    late = text(9, FERRY, at=22 * DAY)
    story = text(1, FERRY_TOO, at=21 * DAY, story=5, began=0)
    assert stories.likest(late, [story]) == []
    assert [n.group for n in stories.likest(late, [text(1, FERRY_TOO, at=21 * DAY, story=5, began=DAY)])] == [5]


def test_a_text_goes_to_the_story_it_is_likest() -> None:
    new = text(9, FERRY)
    found = stories.likest(new, [text(1, BANK), text(2, FERRY_TOO, story=4), text(3, FERRY_TOO + BANK, story=6)])
    decision = stories.decide(new, found, stories.enough(0))
    assert decision.group == 4
    assert decision.score > 0.5


def test_a_text_like_none_is_alone() -> None:
    new = text(9, FERRY)
    found = stories.likest(new, [text(1, BANK), text(2, BANK, story=3)])
    assert stories.decide(new, found, stories.enough(0)) == Decision()


def test_a_text_between_two_stories_that_are_like_makes_them_one() -> None:
    new = text(9, FERRY)
    decision = stories.decide(new, [near(4, text(1, FERRY, story=4)), near(5, text(2, FERRY_TOO, story=5))], 0.2)
    assert (decision.group, decision.also) == (4, (5,))


def test_a_text_between_two_stories_that_are_not_like_leaves_them_two() -> None:
    new = text(9, FERRY + BANK)
    decision = stories.decide(new, [near(4, text(1, FERRY, story=4)), near(5, text(2, BANK, story=5))], 0.2)
    assert decision.group in (4, 5)
    assert decision.also == ()


FORM = (
    "Figures shown to the committee put the cost of the harbour programme at several million a year, critics complain. "
)


def test_what_is_like_everything_is_alone() -> None:
    new, others = text(100, FORM + "Norhaven"), [text(n, f"{FORM} Place{n}") for n in range(1, 13)]
    found = stories.likest(new, others)
    assert found[0].score > 0.5
    assert stories.decide(new, found, stories.bar(new, [o.vector for o in others], 0)) == Decision()


def test_what_others_say_in_another_language_tells_nothing_of_that() -> None:
    new = text(100, FERRY)
    others = [text(n, FERRY_TOO) for n in range(4)] + [
        text(n, "银行维持利率不变，行长警告通货膨胀") for n in range(7, 40)
    ]
    assert stories.bar(new, [o.vector for o in others], 0) == stories.enough(0)


def test_what_a_source_says_again_and_again_is_its_form() -> None:
    new = text(100, FORM + "Norhaven", source="a")
    own = [text(n, FORM + f"Place{n}", source="a") for n in range(1, 10)]
    other = text(50, FORM, source="b")
    assert stories.without_form(new, [*own, other], 0.2) == [other]
    assert stories.without_form(new, [*own[:8], other], 0.2) == [*own[:8], other]
    assert stories.without_form(text(100, FERRY, source="a"), [*own, other], 0.2) == [*own, other]


def test_a_larger_store_asks_for_more() -> None:
    assert stories.enough(10) == stories.enough(1000) < stories.enough(10_000) < stories.enough(100_000)
    assert stories.enough(10**9) < 0.3


def mixed(event: int, id_: int) -> Text:
    chance = random.Random(id_)  # noqa: S311 - words, no secrets
    return text(id_, " ".join(f"{'abcdefgh'[event]}x{chance.randrange(30)}y" for _ in range(60)))


def test_a_story_of_two_events_falls_apart_and_the_larger_part_keeps_the_name() -> None:
    one, other = [mixed(0, n) for n in (1, 2)], [mixed(1, n) for n in (3, 4, 5)]
    assert stories.halves([*one, *other], 0.2) == (frozenset({3, 4, 5}), frozenset({1, 2}))
    assert stories.halves(one + [mixed(0, n) for n in (6, 7, 8)], 0.2) is None


def test_a_story_with_one_odd_text_or_of_loosely_like_ones_stays_whole() -> None:
    assert stories.halves([mixed(1, 9), *(mixed(0, n) for n in (1, 2, 3))], 0.2) is None
    loose = [text(n, " ".join(f"ferry{k}x" for k in range(8 * n, 8 * n + 26))) for n in range(5)]
    assert stories.likeness(loose[0].vector, loose[4].vector) == 0
    assert stories.halves(loose, 0.2) is None
