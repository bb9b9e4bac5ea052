"""When an address is asked again. Pure."""

from datetime import UTC, datetime, timedelta

from newsloom.news.memory import Page, State

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)

NOT_BY_ITSELF = datetime.max.replace(tzinfo=UTC)

_FAILED_FIRST = timedelta(minutes=10)
_FAILED_TRIES = 25
"""After the doubling has reached a day that is two weeks more; then it is asked only if a listing says that it changed."""
_GONE_TRIES = 3
_REFUSED_TRIES = 5
"""A month. What is refused longer is no news when it is let in, and there may be thousands of it."""
_LOOKS = (_HOUR, 6 * _HOUR, _DAY, 3 * _DAY)
"""Ages at which a read article is looked at again: most corrections come early."""
_LOOKS_FOR_ONE = (_HOUR, _DAY)
"""The same, after it was found, of a page that gave no article: some are listed before their text stands there."""
_PUT_OFF = timedelta(minutes=10)


def tries(page: Page, before: int) -> int:
    """Failures in a row, this one included. What the server puts off is no failure."""
    if page.state in (State.READ, State.SAME):
        return 0
    return before if page.state is State.PUT_OFF else before + 1


def article(page: Page, failures: int, *, found: datetime, published: datetime | None) -> datetime | None:
    """When an article's address is asked again, None: never. It was `found` then; what it gave was `published` (None: it gave
    no article)."""
    match page.state:
        case State.READ | State.SAME:
            return _next_look(page.fetched, found=found, published=published)
        case State.GUILTY:
            return None
        case State.PUT_OFF:
            return page.retry_at or page.fetched + _PUT_OFF
    wait = _wait(page.state, failures)
    if wait is None:
        return None
    return page.retry_at or page.fetched + wait


def entrance(page: Page, failures: int, *, configured: bool, worked: bool) -> datetime | None:
    """Before when an entrance is not asked again, None: it is asked by every crawl.

    The one that the config names is asked by every crawl unless the server asks for patience; one we found ourselves is
    asked more and more rarely while it fails. If that has `worked`, the source lives from it: whatever answer it fails with is
    weather at first. One that was read and showed nothing to watch is asked only when the configured address is looked at anew.
    """
    if page.state is State.READ and not configured:
        return NOT_BY_ITSELF
    if page.state in (State.READ, State.SAME):
        return None
    if page.state is State.PUT_OFF:
        return page.retry_at or page.fetched + _PUT_OFF
    if configured or page.retry_at:
        return page.retry_at
    return page.fetched + (_wait(State.FAILED if worked else page.state, failures) or _WEEK)


def _wait(state: State, failures: int) -> timedelta | None:
    if state is State.FAILED:
        doubled = _FAILED_FIRST * 2 ** min(failures - 1, 10)
        return None if failures > _FAILED_TRIES else min(doubled, _DAY)
    if state is State.REFUSED:
        weekly = _WEEK if failures <= _REFUSED_TRIES else None
        return _DAY if failures == 1 else weekly
    if state is State.GONE:
        return failures * _DAY if failures < _GONE_TRIES else None
    return _DAY


def _next_look(read: datetime, *, found: datetime, published: datetime | None) -> datetime | None:
    since, ages = (found, _LOOKS_FOR_ONE) if published is None else (published, _LOOKS)
    return next((since + age for age in ages if since + age > read), None)


def changed_again(asked: datetime | None, calm: int, modified: datetime, now: datetime) -> datetime | None:
    """When an address of which a listing says `modified` is asked because of that, None: it was read since.

    Some sitemaps say "just now" of every page for ever; each look that finds nothing new doubles the time until the word of
    the listing is taken again.
    """
    if asked is None:
        return now
    if modified <= asked:
        return None
    return max(now, asked + min(_HOUR * 2 ** min(calm - 1, 10), _WEEK) if calm else now)
