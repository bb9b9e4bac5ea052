"""How a source is, told from its crawls."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.crawled import Count, Facts, Measure, Tally, garbled
from newsloom.news.health import ILL, Condition, Health, Learned, is_news, judge
from newsloom.news.items import Article
from newsloom.news.memory import Page, Role, Stage, State

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = "https://a.example/x"


class Source:
    """One that is crawled every hour."""

    def __init__(self) -> None:
        self.at = BEGIN
        self.learned, self.health = Learned(), Health()
        self.told: list[Condition] = []

    def crawl(self, *, every: timedelta = HOUR, **fields: object) -> Condition:
        facts = replace(Facts(at=self.at, counts={}, failures={}), **fields)  # type: ignore[arg-type]
        before = self.health
        self.learned, self.health = judge(self.learned, before, facts)
        if is_news(before, self.health):
            self.told.append(self.health.condition)
        self.at += every
        return self.health.condition

    def pages(self, right: int, wrong: int = 0, measure: Measure = Measure.AUTHOR) -> Condition:
        count = Count(right=right, wrong=wrong, example=AT if wrong else "")
        return self.crawl(counts={measure: count}, new=right + wrong)

    def lived(self, days: int = 2) -> "Source":
        """Fine for so long, with two new articles an hour."""
        for _ in range(24 * days):
            assert self.pages(2) is Condition.FINE
        return self


def test_a_field_that_falls_off_is_found_in_two_crawls_and_told_once() -> None:
    source = Source().lived()
    assert [source.pages(0, n) for n in (1, 1, 5, 2)] == [Condition.FINE, *[Condition.DEGRADED] * 3]
    assert (source.health.field, source.health.example, source.health.since) == ("author", AT, BEGIN + 49 * HOUR)
    assert "9 of the last 9 new articles have no author; before it was 0 %" in source.health.reason
    assert source.told == [Condition.DEGRADED]


@pytest.mark.parametrize("measure", [Measure.AUTHOR, Measure.PAGE, Measure.LISTING])
@pytest.mark.parametrize("listed", [8, 15, 30])
def test_a_source_of_six_crawls_is_known_well_enough_to_miss_something_in_two(measure: Measure, listed: int) -> None:
    source = Source()
    source.pages(1 if measure is Measure.LISTING else listed, measure=measure)
    for _ in range(5):
        source.pages(1, measure=measure)
    states = [source.pages(0, 1, measure) for _ in range(2)]
    assert states == [Condition.FINE, Condition.DEGRADED if measure is Measure.AUTHOR else Condition.FAILING]


def test_two_crawls_of_odd_pages_are_no_fall_where_there_was_one_before() -> None:
    source = Source()
    source.pages(15)
    for _ in range(4):
        source.pages(0, 2), source.pages(2)
        assert [source.pages(2) for _ in range(2)] == [Condition.FINE] * 2
    assert [source.pages(0, 1) for _ in range(2)] == [Condition.FINE] * 2


def test_two_odd_crawls_with_a_fine_one_between_them_are_no_fall() -> None:
    source = Source().lived()
    assert [source.pages(0, 9), source.pages(1), source.pages(0, 9)] == [Condition.FINE] * 3


def test_a_listing_that_shows_what_it_showed_is_known_as_one_that_lists_something() -> None:
    source = Source()
    source.pages(1, measure=Measure.LISTING)
    for _ in range(6):
        source.crawl(unchanged=True)
    source.pages(0, 1, Measure.LISTING)
    assert source.crawl(unchanged=True) is Condition.FAILING, "the second is as empty as the first"


def test_one_crawl_is_no_fall_however_many_pages_it_has() -> None:
    source = Source().lived()
    assert source.pages(0, 200) is Condition.FINE
    assert [source.pages(2) for _ in range(10)] == [Condition.FINE] * 10


def test_a_field_that_is_back_is_told_once() -> None:
    source = Source().lived()
    source.pages(0, 4), source.pages(0, 4)
    states = [source.pages(3) for _ in range(10)]
    assert states[0] is Condition.DEGRADED
    assert states[-1] is Condition.FINE
    assert source.told == [Condition.DEGRADED, Condition.FINE]
    assert source.pages(0, 1) is Condition.FINE
    assert source.pages(0, 1) is Condition.DEGRADED, "what was learned before it fell holds"


def test_what_a_site_never_had_is_not_missed() -> None:
    source = Source()
    assert {source.pages(0, 3) for _ in range(100)} == {Condition.FINE}


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_page_of_another_kind_now_and_then_is_no_fall(share: float) -> None:
    """A month of ten sources; one in fifty crawls has nothing but such pages."""
    alarms = 0
    for seed in range(10):
        random, source = Random(seed), Source()  # noqa: S311 - pages, no secrets
        for _ in range(30 * 24):
            odd = 1.0 if random.random() < 0.02 else share
            pages = [random.random() < odd for _ in range(random.randrange(5))]
            if pages:
                source.pages(len(pages) - sum(pages), sum(pages))
        alarms += source.told.count(Condition.DEGRADED)
    assert alarms <= 1


def test_what_has_been_another_way_for_a_month_is_the_sources_way() -> None:
    source = Source().lived()
    for _ in range(24 * 31):
        source.pages(0, 2)
    assert source.told == [Condition.DEGRADED, Condition.FINE]
    assert source.pages(0, 20) is Condition.FINE


def test_texts_that_become_short_are_found_and_a_short_one_among_others_is_none() -> None:
    source, random = Source(), Random(1)  # noqa: S311 - as above

    def texts(*letters: int) -> Condition:
        return source.crawl(lengths=tuple((AT, n) for n in letters), new=len(letters))

    for _ in range(48):
        assert texts(random.randrange(1400, 3500), random.choice((2000, 2500))) is Condition.FINE
    assert texts(2200, 150, 1800) is Condition.FINE
    assert [texts(160, 170, 150), texts(150, 170, 180)][-1] is Condition.DEGRADED
    assert (source.health.field, "much shorter" in source.health.reason) == ("body", True)


def test_texts_that_become_captions_or_nothing_are_one_fall_and_the_first_page_of_a_listing_tells_their_length() -> (
    None
):
    source, body = Source(), Measure.BODY

    def texts(*letters: int) -> Condition:
        counts = {body: Count(right=sum(n > 0 for n in letters), wrong=letters.count(0), example=AT)}
        return source.crawl(lengths=tuple((AT, n) for n in letters if n), counts=counts, new=len(letters))

    texts(*range(1400, 2900, 100))
    for _ in range(5):
        assert texts(2000) is Condition.FINE
    assert [texts(62), texts(0, 0)] == [Condition.FINE, Condition.DEGRADED]
    assert "3 of the last 3 new articles have a text much shorter than usual, or none" in source.health.reason
    texts(0)
    assert "much shorter" not in source.health.reason, "that they have none says enough"


def test_addresses_that_give_nothing_make_it_fail_with_the_stage() -> None:
    source = Source()
    for _ in range(48):
        source.pages(3, measure=Measure.PAGE)
    tally = Tally()
    for n in range(4):
        tally.page(
            Page(
                asked=f"{AT}{n}", state=State.READ, fetched=BEGIN, status=200, stage=Stage.EMPTY, reason="a login page"
            ),
            first=True,
        )
    facts = tally.facts(BEGIN)
    for _ in range(2):
        source.crawl(counts=facts.counts, failures=facts.failures, new=4)
    assert (source.health.condition, source.health.stage) == (Condition.FAILING, Stage.EMPTY)
    assert "a login page" in source.health.reason
    assert source.health.example == f"{AT}0"


def test_one_failed_crawl_of_a_source_that_worked_is_weather() -> None:
    source = Source().lived()
    error = f"{AT}: 503 Service Unavailable"
    assert source.crawl(error=error, stage=Stage.STATUS) is Condition.FINE
    assert source.pages(2) is Condition.FINE
    assert [source.crawl(error=error, stage=Stage.STATUS) for _ in range(2)][-1] is Condition.FAILING
    assert (source.health.stage, source.health.example, source.health.reason) == (Stage.STATUS, AT, error)
    assert source.pages(2) is Condition.FINE
    assert source.told == [Condition.FAILING, Condition.FINE]


def test_a_crawl_that_could_ask_nothing_is_no_second_failure() -> None:
    source = Source().lived()
    source.crawl(error=f"{AT}: 503 Service Unavailable", stage=Stage.STATUS)
    assert [source.crawl(looked=False) for _ in range(3)] == [Condition.FINE] * 3
    assert source.crawl(error=f"{AT}: 503 Service Unavailable", stage=Stage.STATUS) is Condition.FAILING


def test_a_source_that_never_worked_fails_at_once() -> None:
    source = Source()
    assert source.crawl(error=f"{AT}: connection refused", stage=Stage.CONNECT) is Condition.FAILING


@pytest.mark.parametrize(("absent", "last"), [(True, Condition.GONE), (False, Condition.FAILING)])
def test_a_source_is_gone_after_a_week_without_anything_at_its_address(absent: bool, last: Condition) -> None:
    source = Source().lived()
    states = [source.crawl(every=DAY, error=f"{AT}: 404 Not Found", absent=absent) for _ in range(10)]
    assert states[1:7] == [Condition.FAILING] * 6
    assert states[-1] is last
    assert source.told == [Condition.FAILING, *[Condition.GONE] * absent]


def days(gaps: Iterable[int]) -> Source:
    """A source that was silent for so many hours each time."""
    source = Source()
    source.pages(2)
    for gap in gaps:
        for _ in range(gap - 1):
            source.crawl()
        source.pages(2)
    return source


def test_silence_is_judged_by_how_long_it_usually_lasts() -> None:
    busy, weekly = days([1, 2, 9] * 10), days([24 * 7, 24 * 9] * 4)
    assert {busy.crawl() for _ in range(23)} == {Condition.FINE}
    assert {busy.crawl() for _ in range(72)} == {Condition.FINE, Condition.QUIET}
    assert {weekly.crawl() for _ in range(24 * 16)} == {Condition.FINE}
    assert busy.told == []
    assert [busy.crawl() for _ in range(24)][-1] is Condition.DEGRADED, "its listing may be frozen"
    assert busy.health.field == "news"
    assert busy.pages(1) is Condition.FINE


def test_time_in_which_nobody_looked_is_no_silence() -> None:
    source = days([1, 2, 9] * 10)
    source.at += 10 * DAY
    assert source.crawl() is Condition.FINE
    assert {source.crawl() for _ in range(23)} == {Condition.FINE}
    error = f"{AT}: connection refused"
    for _ in range(24 * 5):
        source.crawl(error=error, stage=Stage.CONNECT)
    assert source.crawl() is Condition.FINE, "nor is time in which it could not be read"
    assert source.learned.silence.longest == 9 * HOUR


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        (lambda t: t, False),
        (lambda t: t.encode().decode("cp1252", "replace"), True),
        (lambda t: t.encode().decode("latin-1"), True),
        (lambda t: t.encode().decode("ascii", "replace"), True),
    ],
    ids=["as it is", "cp1252", "latin-1", "ascii"],
)
@pytest.mark.parametrize(
    "text",
    [
        "Der Rat der Stadt hat über die Brücke abgestimmt; das Geländer wird größer, heißt es aus Köln und Lübeck.",
        "Le conseil a tranché: l'élévation du pont près de Besançon coûtera très cher, a déclaré le maire à l'été.",
        "Городской совет Самары решил построить мост через Волгу. Работы, сказала мэр, начнутся весной.",
        "İstanbul'da köprü çalışmaları yaz aylarında başlıyor; belediye meclisi dün akşam oybirliğiyle karar aldı.",
        "港の議会は長い橋を建設することで合意した。工事は春に始まり、三年かかる見込みだと市長は述べた。",
        "Hội đồng thành phố đã đồng ý xây cây cầu dài qua kênh phía đông sau nhiều năm tranh cãi về chi phí.",
    ],
)
def test_letters_of_a_wrong_encoding_are_seen(text: str, written: Callable[[str], str], wrong: bool) -> None:
    assert garbled(written(text)) is wrong


def test_what_a_cyrillic_encoding_makes_of_cyrillic_is_seen() -> None:
    assert garbled("Городской совет Самары решил построить мост через Волгу.".encode().decode("cp1251", "replace"))


def test_a_tally_sees_what_no_two_articles_should_share() -> None:
    tally = Tally()
    for n, title in enumerate(("One", "Two", "Two", "Old")):
        article = Article(url=f"{AT}{n}", title=title, text=f"Text {n}", published=BEGIN - n * HOUR)
        tally.page(Page(asked=f"{AT}{n}", state=State.READ, fetched=BEGIN, article=article), first=True)
    before = Tally()
    before.page(Page(asked=AT, state=State.READ, fetched=BEGIN, article=Article(url=AT, title="Old")), first=True)
    facts = tally.facts(BEGIN, recent=before.facts(BEGIN).recent)
    assert facts.counts[Measure.OWN_TITLE] == Count(right=2, wrong=2, example=f"{AT}2")
    assert facts.counts[Measure.OWN_BODY] == Count(right=4)
    assert facts.counts[Measure.OWN_DATE] == Count(right=3, wrong=1, example=f"{AT}0"), (
        "the first shows the present time"
    )


def test_a_page_asked_again_says_nothing_new() -> None:
    tally = Tally()
    tally.page(Page(asked=AT, state=State.GONE, fetched=BEGIN, status=404, stage=Stage.STATUS), first=False)
    tally.page(Page(asked=AT, state=State.READ, fetched=BEGIN, role=Role.LISTING), first=True)
    assert tally.facts(BEGIN).counts == {}


_counts = st.builds(Count, right=st.integers(0, 50), wrong=st.integers(0, 50))
_facts = st.builds(
    Facts,
    at=st.just(BEGIN),
    error=st.sampled_from(["", "", "", "no answer", f"{AT}: 404 Not Found"]),
    absent=st.booleans(),
    new=st.integers(0, 3),
    counts=st.dictionaries(st.sampled_from(list(Measure)), _counts),
    failures=st.just({}),
    lengths=st.lists(st.tuples(st.just(AT), st.integers(0, 100_000)), max_size=20).map(tuple),
)


@given(st.lists(st.tuples(_facts, st.integers(0, 900)), max_size=30))
def test_whatever_happens_who_is_told_of_an_illness_is_told_once_and_of_its_end(
    crawls: list[tuple[Facts, int]],
) -> None:
    source = Source()
    for facts, hours in crawls:
        source.crawl(**{n: getattr(facts, n) for n in ("error", "absent", "new", "counts", "lengths")})
        source.at += hours * HOUR
        assert (source.health.condition in ILL) == bool(
            source.health.reason
        ) or source.health.condition is Condition.QUIET
        assert source.health.since is not None
    assert all(a is not b for a, b in zip(source.told, source.told[1:], strict=False))
    assert (source.health.condition in ILL) == bool(source.told and source.told[-1] in ILL)
