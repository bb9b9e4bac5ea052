"""Whether a source is well, told from its crawls: what is wrong with one of them, weighed against how it usually is. Pure.

Of each measure (crawled.py) it is known how often it was right and wrong. A crawl is evidence that this has fallen by as much
as it is likelier if four in five that were right are wrong now, than if all is as it was: a sequential test (Page, Biometrika
41, 1954) with the share as yet unknown (beta-binomial). Pages of one crawl are of one kind, three videos in a row say: so a
crawl counts for no more than it would if only whole crawls were counted, and none counts for enough alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, log, sqrt
from types import MappingProxyType

from newsloom.news.crawled import Count, Facts, Measure, size
from newsloom.news.memory import Stage


class Condition(StrEnum):
    """How a source is."""

    FINE = "fine"
    QUIET = "quiet"
    """It shows nothing new for much longer than it usually does."""
    DEGRADED = "degraded"
    """News comes, but a field of it fell off what it was; or none comes for so long that its listing may be frozen."""
    FAILING = "failing"
    """No news can be read: a stage keeps us from it."""
    GONE = "gone"
    """Failing for a week, since there is nothing at its address."""


HEALTH_TOPIC = "health"
"""Key of the built-in topic whose feed tells of it."""

ILL = frozenset({Condition.DEGRADED, Condition.FAILING, Condition.GONE})


@dataclass(frozen=True, kw_only=True)
class Health:
    """A source's condition and why."""

    condition: Condition = Condition.FINE
    since: datetime | None = None
    """None: it was never crawled."""
    field: str = ""
    """Of one that is degraded: title, date, body, author, briefs, page or news."""
    stage: Stage | None = None
    """Of one that is failing or gone, or of a degraded `page`: what keeps us from it."""
    example: str = ""
    """An address where it can be seen."""
    reason: str = ""
    """For people, one line."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """How often one measure was right and wrong: usually, and since something may have happened to it."""

    right: float = 0
    wrong: float = 0
    crawls: float = 0
    bad: float = 0
    """Crawls that would have been evidence."""
    lately_right: float = 0
    lately_wrong: float = 0
    lately: float = 0
    """Crawls since the evidence was nothing."""
    lately_bad: float = 0
    evidence: float = 0
    """That it has fallen, in nats."""
    fell: datetime | None = None
    """When there was enough of it; None: it has not, or has recovered."""
    example: str = ""

    @property
    def usually_wrong(self) -> float:
        """The share that is, and rather more than less if little is known."""
        known = self.right + self.wrong + 1
        if self.wrong < 1:
            return (self.wrong + _RARE) / known
        seen = (self.wrong + 1) / (known + 1)
        return seen + _DOUBT * sqrt(seen * (1 - seen) / known)


@dataclass(frozen=True, kw_only=True)
class Silence:
    """How long a source goes without anything new."""

    gaps: float = 0
    """How many are known; those of long ago count less."""
    total: timedelta = timedelta(0)
    longest: timedelta = timedelta(0)
    last: datetime | None = None
    """When it last showed something new, or was looked at again after it had not been for long."""
    looked: datetime | None = None
    """When it was last looked at."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a crawl failed as a whole (crawled.py)."""

    error: str
    stage: Stage | None
    absent: bool
    waits: bool


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What is usual for a source, as of its last crawl."""

    courses: Mapping[Measure, Course] = field(default_factory=lambda: MappingProxyType({}))
    lengths: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """How often texts were of each class of length."""
    silence: Silence = Silence()
    listed: bool = True
    """Whether what lists its articles listed any, when it was last read."""
    errors: int = 0
    """Crawls in a row that failed as a whole, or saw no entrance since one did."""
    failing: datetime | None = None
    """Since when they do."""
    failure: Failure | None = None
    """The last of them."""
    worked: bool = False
    """One did not."""
    recent: tuple[str, ...] = ()
    """Marks of its newest titles, texts and dates (crawled.py)."""


_RARE = 0.05
"""What is known of a source before its first page: most things are always right or, where a site does not have them, never."""
_RARE_CRAWL = 0.03
"""The same of crawls before the first: two in a row with nothing but odd pages are no chance, if there never was one before."""
_DOUBT = 1.5
"""Standard deviations."""
_SELDOM = 0.2
"""Of what is right so seldom a fall cannot be told from chance."""
_FALL = 5
"""The share that is right falls to a part of so much."""
_ENOUGH = 9.2
"""Evidence of a fall, in nats: one in ten thousand."""
_MOST = 13.0
_MOST_A_CRAWL = 0.51 * _ENOUGH
"""Two in a row are enough, and not one and one if the crawl in between is fine."""
_KNOWN_PAGES, _KNOWN_LOOKS, _KNOWN_CRAWLS = 10, 4, 3
"""Before that nothing is usual: of pages, of looks at what lists them, and of crawls that saw any."""
_PAGES_KEPT, _CRAWLS_KEPT = 400, 300
"""So many count; older ones less and less."""
_UNDECIDED = 50
"""Crawls after which what is no fall is how it is."""
_RESIGNED = timedelta(days=30)
"""What has been another way for so long is the source's way."""
_SHORT = 0.4
"""A text is short that has less than this of the letters that half of the source's texts have."""
_NEARLY_ALL = 0.8
_FAILED_TWICE = 2
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


def judge(learned: Learned, health: Health, facts: Facts) -> tuple[Learned, Health]:
    """What is usual for the source, and how it is, after one more crawl."""
    after = _errors(learned, facts)
    if not after.errors:
        listing = facts.counts.get(Measure.LISTING)
        after = replace(
            after,
            courses=_courses(learned, facts),
            listed=learned.listed if listing is None else not listing.wrong,
            lengths=_lengths(learned, facts),
            recent=facts.recent,
            silence=_silence(learned.silence, facts),
        )
    found = _found(after, health, facts)
    same = found.condition is health.condition and health.since is not None
    return after, replace(found, since=health.since if same else facts.at)


def is_news(before: Health, after: Health) -> bool:
    """Whether a person wants to be told: it became ill, in another way than before, or it is ill no longer."""
    if after.condition in ILL:
        return after.condition is not before.condition
    return before.condition in ILL


def _found(learned: Learned, health: Health, facts: Facts) -> Health:
    """`since` is not said."""
    if learned.failure is not None:
        return _failed(learned, learned.failure, health, facts.at)
    fallen = [m for m in _GRAVEST_FIRST if m in learned.courses and learned.courses[m].fell is not None]
    if Measure.BODY in fallen and Measure.LENGTH in fallen:
        fallen.remove(Measure.LENGTH)  # it counts the same pages
    if fallen:
        return _fallen(learned, fallen, facts, health)
    return _silent(learned.silence, facts.at)


# A crawl that failed as a whole


def _errors(learned: Learned, facts: Facts) -> Learned:
    """What was found by ourselves and failed is asked again after a while; until then nothing of the source can be seen."""
    if facts.error:
        failure: Failure | None = Failure(error=facts.error, stage=facts.stage, absent=facts.absent, waits=facts.waits)
    else:
        failure = None if facts.looked else learned.failure
    if failure is None:
        return replace(learned, errors=0, failing=None, failure=None, worked=True)
    return replace(
        learned, errors=learned.errors + bool(facts.error), failing=learned.failing or facts.at, failure=failure
    )


def says_something(learned: Learned, facts: Facts, requests: int) -> bool:
    """Whether a crawl tells how the source is: one that might ask nothing tells only that a failure lasts."""
    return bool(facts.error or requests or (learned.failure is not None and not learned.failure.waits))


def _failed(learned: Learned, failure: Failure, health: Health, now: datetime) -> Health:
    """One failure of a source that worked is weather."""
    if learned.worked and learned.errors < _FAILED_TWICE:
        return health
    lasts = now - (learned.failing or now)
    address = failure.error.partition(": ")[0]
    return Health(
        condition=Condition.GONE if failure.absent and lasts >= _WEEK else Condition.FAILING,
        stage=failure.stage,
        example=address if "://" in address else "",
        reason=failure.error,
    )


# What fell off


_GRAVEST_FIRST = (
    Measure.LISTING, Measure.PAGE, Measure.BODY, Measure.OWN_BODY, Measure.LETTERS, Measure.LENGTH, Measure.TITLE,
    Measure.OWN_TITLE, Measure.DATE, Measure.OWN_DATE, Measure.LISTED_DATE, Measure.SAID_DATE, Measure.AUTHOR, Measure.BRIEFS,
)  # fmt: skip
_SAYS = {
    Measure.PAGE: ("page", "addresses gave no article"),
    Measure.LISTING: ("listing", "looks at what lists its articles found none"),
    Measure.BODY: ("body", "new articles have no text"),
    Measure.OWN_BODY: ("body", "new articles have a text that begins like another's"),
    Measure.LETTERS: ("body", "new articles have a garbled text, as of a wrong encoding"),
    Measure.LENGTH: ("body", "new articles have a text much shorter than usual, or none"),
    Measure.TITLE: ("title", "new articles have no headline"),
    Measure.OWN_TITLE: ("title", "new articles have the headline of another"),
    Measure.DATE: ("date", "new articles have no date"),
    Measure.OWN_DATE: ("date", "new articles have the date of another, or the present time for it"),
    Measure.LISTED_DATE: ("date", "new articles have another date than they are listed with"),
    Measure.SAID_DATE: ("date", "new articles do not declare their date, which is read from what the page shows"),
    Measure.AUTHOR: ("author", "new articles have no author"),
    Measure.BRIEFS: ("briefs", "new articles have no read-next or related block"),
}


def _fallen(learned: Learned, fallen: Sequence[Measure], facts: Facts, before: Health) -> Health:
    gravest = fallen[0]
    course = learned.courses[gravest]
    name, _ = _SAYS[gravest]
    stage, why = before.stage if gravest is Measure.PAGE else None, ""
    if gravest is Measure.PAGE and facts.failures:
        stage, worst = next(iter(facts.failures.items()))
        why = f" ({worst.reason})" if worst.reason else ""
    nearly_all = course.lately_wrong >= _NEARLY_ALL * (course.lately_wrong + course.lately_right)
    if gravest is Measure.LISTING:
        stage = Stage.EMPTY
    nothing_comes = nearly_all and gravest in (Measure.PAGE, Measure.LISTING)
    return Health(
        condition=Condition.FAILING if nothing_comes else Condition.DEGRADED,
        field=name,
        stage=stage,
        example=course.example,
        reason="; ".join([_said(gravest, course) + why, *(_said(m, learned.courses[m]) for m in fallen[1:])]),
    )


def _said(measure: Measure, course: Course) -> str:
    of = course.lately_right + course.lately_wrong
    share = course.wrong / max(course.right + course.wrong, 1)
    return f"{course.lately_wrong:.0f} of the last {of:.0f} {_SAYS[measure][1]}; before it was {100 * share:.0f} %"


def _courses(learned: Learned, facts: Facts) -> Mapping[Measure, Course]:
    counts = dict(facts.counts)
    none = counts.get(Measure.BODY, Count())
    if (facts.lengths or none.wrong) and (usual := _median(learned.lengths or _counted({}, facts.lengths))):
        short = [at for at, letters in facts.lengths if letters < _SHORT * usual]
        counts[Measure.LENGTH] = Count(
            right=len(facts.lengths) - len(short),
            wrong=len(short) + none.wrong,  # where texts are lost, some pages leave a caption
            example=next(iter(short), none.example),
        )
    if Measure.LISTING not in counts and facts.unchanged:  # it lists as much as before
        counts[Measure.LISTING] = Count(right=1) if learned.listed else Count(wrong=1)
    went_on = {
        m: _went_on(
            learned.courses.get(m, Course()), count, facts.at, _KNOWN_LOOKS if m is Measure.LISTING else _KNOWN_PAGES
        )
        for m, count in counts.items()
    }
    return {**learned.courses, **went_on}


def _went_on(course: Course, count: Count, at: datetime, known: int) -> Course:
    """The course of a measure after one more crawl, if so many tell what is usual."""
    weight = evidence(course, count.right, count.wrong) if course.right + course.wrong >= known else 0
    bad = weight > 0
    if bad:
        weight = max(min(weight, log(_NEARLY_ALL / _rate_of_bad(course)), _MOST_A_CRAWL), 0)
    lately = replace(
        course,
        lately_right=course.lately_right + count.right,
        lately_wrong=course.lately_wrong + count.wrong,
        lately=course.lately + 1,
        lately_bad=course.lately_bad + bad,
        evidence=min(max(course.evidence + weight, 0), _MOST),
        example=count.example or course.example,
    )
    if lately.fell is None and lately.evidence >= _ENOUGH:
        return replace(lately, fell=at)
    if lately.fell is not None:
        if lately.evidence == 0:  # what was in between was no part of how it is
            return replace(_settled(course), fell=None, evidence=0)
        return (
            _settled(replace(lately, right=0, wrong=0, crawls=0, bad=0), usual=True)
            if at - lately.fell >= _RESIGNED
            else lately
        )
    return _settled(lately, usual=True) if lately.evidence == 0 or lately.lately > _UNDECIDED else lately


def evidence(course: Course, right: int, wrong: int) -> float:
    """Of so many pages, that the measure has fallen; below 0: that it has not. 0 as long as nothing is usual."""
    if course.crawls < _KNOWN_CRAWLS:
        return 0
    right_before = 1 - course.usually_wrong
    if right_before < _SELDOM:
        return 0
    return wrong * log((1 - right_before / _FALL) / (1 - right_before)) - right * log(_FALL)


def _rate_of_bad(course: Course) -> float:
    return (course.bad + _RARE_CRAWL) / (course.crawls + _RARE_CRAWL + 1)


def _settled(course: Course, *, usual: bool = False) -> Course:
    """Nothing is undecided: what happened lately is `usual`, or forgotten."""
    keep = replace(course, lately_right=0, lately_wrong=0, lately=0, lately_bad=0, evidence=0, fell=None, example="")
    if not usual:
        return keep
    pages = course.right + course.wrong + course.lately_right + course.lately_wrong
    page, crawl = min(1, _PAGES_KEPT / max(pages, 1)), min(1, _CRAWLS_KEPT / max(course.crawls + course.lately, 1))
    return replace(
        keep,
        right=page * (course.right + course.lately_right),
        wrong=page * (course.wrong + course.lately_wrong),
        crawls=crawl * (course.crawls + course.lately),
        bad=crawl * (course.bad + course.lately_bad),
    )


def _lengths(learned: Learned, facts: Facts) -> Mapping[int, float]:
    """Of texts that may be cut nothing is learned, until they are cut for so long that this is usual."""
    course = learned.courses.get(Measure.LENGTH, Course())
    if course.fell is not None and facts.at - course.fell >= _RESIGNED:
        return _counted({}, facts.lengths)
    return learned.lengths if course.evidence > 0 else _counted(learned.lengths, facts.lengths)


def _counted(known: Mapping[int, float], lengths: Sequence[tuple[str, int]]) -> dict[int, float]:
    counted = dict(known)
    for _, letters in lengths:
        counted[size(letters)] = counted.get(size(letters), 0) + 1
    keep = min(1, _PAGES_KEPT / max(sum(counted.values()), 1))
    return {each: round(keep * count, 3) for each, count in counted.items() if keep * count >= _RARE}


def _median(lengths: Mapping[int, float]) -> float:
    """Letters; 0: none is known."""
    half, passed = sum(lengths.values()) / 2, 0.0
    for each in sorted(lengths):
        passed += lengths[each]
        if passed >= half:
            return exp(each / 4 * log(2))
    return 0


# Silence


_GAPS_KNOWN = 5
_GAPS_KEPT = 100
_LONG_MEANS, _LONG_LONGEST = 6, 2
_TOO_LONG, _AT_LEAST_TOO_LONG = 3, timedelta(days=4)


def _silence(silence: Silence, facts: Facts) -> Silence:
    """While nobody looked, or nothing could be read, a source was not silent."""
    at = facts.at
    if silence.last is None or silence.looked is None or not silence.last <= at <= silence.looked + _unwatched(silence):
        return replace(silence, last=at, looked=at)
    if not facts.new:
        return replace(silence, looked=at)
    keep, gap = min(1, _GAPS_KEPT / (silence.gaps + 1)), at - silence.last
    return Silence(
        gaps=keep * (silence.gaps + 1),
        total=keep * (silence.total + gap),
        longest=max(silence.longest * (1 - 1 / _GAPS_KEPT), gap),
        last=at,
        looked=at,
    )


def _unwatched(silence: Silence) -> timedelta:
    """Between two looks; if there is more, something hindered us."""
    return max(2 * _DAY, 3 * silence.total / silence.gaps if silence.gaps else _DAY)


def _silent(silence: Silence, now: datetime) -> Health:
    if silence.last is None or silence.gaps < _GAPS_KNOWN:
        return Health()
    mean = silence.total / silence.gaps
    long = max(_LONG_LONGEST * silence.longest, _LONG_MEANS * mean, _DAY)
    lasts = now - silence.last
    if lasts <= long:
        return Health()
    reason = (
        f"nothing new for {_span(lasts)}; usually something comes every {_span(mean)}, "
        f"and always came within {_span(silence.longest)}"
    )
    if lasts > max(_TOO_LONG * long, _AT_LEAST_TOO_LONG):
        return Health(condition=Condition.DEGRADED, field="news", reason=reason)
    return Health(condition=Condition.QUIET, reason=reason)


def _span(time: timedelta) -> str:
    """In one unit: `36 hours`, `4 days`."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600)):
        if time.total_seconds() >= 2 * seconds:
            return f"{time.total_seconds() / seconds:.0f} {unit}s"
    return f"{max(time.total_seconds() / 60, 1):.0f} min"
