"""What came of asking an address, as a state and a sentence for people. Pure."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, NamedTuple

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from service_identity.exceptions import VerificationError
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError

from newsloom.news.memory import Due, Page, Role, Stage, State, Validators
from newsloom.news.wishes import Wishes

LONGEST_HOLD = timedelta(days=1)
"""A server that says to come back later than this is asked again after this."""

UNSAID_HOLD = timedelta(minutes=5)
"""After a 429 that does not say when."""

_CLOCK_TRUST = (timedelta(days=365), timedelta(days=1))
"""How far in the past and the future a server's Date may lie to be believed."""

_GZIP_HEAD = 10

_REFUSALS = {401, 402, 403, 451}
_ABSENCES = {404, 410}
_PERMANENT = {301, 308}


CUT = "newsloom_cut"
"""Flag of a response whose body is larger than what was taken of it (middlewares/cut.py)."""


class NotTaken(IgnoreRequest):
    """We did not ask, or did not take what came, for a reason of ours. `bound` names the limit that was met, if any."""

    def __init__(
        self, state: State, stage: Stage, reason: str, *, retry_at: datetime | None = None, bound: str = ""
    ) -> None:
        super().__init__(reason)
        self.state = state
        self.stage = stage
        self.reason = reason
        self.retry_at = retry_at
        self.bound = bound


class EndlessHeadersError(Exception):
    """A response whose head is larger than we take."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response to what was asked, redirects followed."""

    due: Due
    url: str
    status: int
    body: bytes
    content_type: str
    now: datetime
    """When it came, by our clock."""
    date: datetime
    """When it was made, by the server's clock if that can be believed, else `now`."""
    validators: Validators
    retry_after: timedelta | None
    aliases: tuple[str, ...]
    """The addresses that redirected here, the one asked first."""
    moved: str
    """Where the permanent redirects from the asked address led; empty if the first hop is none."""
    cut: bool
    """Whether the body was taken up to its bound only."""
    links: str
    """The Link headers, joined by commas."""
    media: bool
    """Whether its Content-Type made us hang up."""
    fresh: int | None
    """Seconds for which it holds, by what its headers say; None if they say nothing."""
    robots_tags: tuple[str, ...]
    """X-Robots-Tag."""
    tdm: str
    """tdm-reservation (TDM Reservation Protocol)."""

    @cached_property
    def digest(self) -> str:
        # The head of a gzip (RFC 1952, 2.3) holds the time of packing, which is another one each time on some servers.
        head = _GZIP_HEAD if self.body.startswith(b"\x1f\x8b") else 0
        return hashlib.sha256(memoryview(self.body)[head:]).hexdigest()

    def page(self, state: State, reason: str = "", **more: Any) -> Page:
        """The Page for it."""
        return Page(
            asked=self.due.url, role=self.due.role, state=state, reason=reason, fetched=self.now,
            url=self.url, status=self.status, aliases=self.aliases, **more,
        )  # fmt: skip


def answered(due: Due, response: Response, now: datetime) -> Answer:
    """The response as a value."""
    hops = tuple(response.meta.get("redirect_urls", ()))
    led = (*hops[1:], response.url) if hops else ()
    moved = ""
    for status, target in zip(response.meta.get("redirect_reasons", ()), led, strict=True):
        if status not in _PERMANENT:
            break
        moved = target
    return Answer(
        due=due, url=response.url, status=response.status, body=response.body, content_type=header(response, "Content-Type"),
        now=now, date=_date(response, now), retry_after=retry_after(response, now), aliases=hops, moved=moved,
        validators=Validators(etag=header(response, "ETag"), last_modified=header(response, "Last-Modified")),
        fresh=fresh(response), cut=CUT in response.flags, media="download_stopped" in response.flags,
        links=b",".join(response.headers.getlist("Link")).decode("latin-1"), tdm=header(response, "tdm-reservation"),
        robots_tags=tuple(raw.decode("latin-1") for raw in response.headers.getlist("X-Robots-Tag")),
    )  # fmt: skip


def settled(answer: Answer) -> Page | None:  # noqa: PLR0911 - a table, row by row
    """What the status and the bytes alone decide; None for a body that is to be read."""
    status, due = answer.status, answer.due
    if status == HTTPStatus.NOT_MODIFIED and due.validators == Validators():
        return answer.page(
            State.FAILED, "304 Not Modified, though nothing was there to compare with", stage=Stage.STATUS
        )
    if status == HTTPStatus.NOT_MODIFIED:
        return answer.page(State.SAME, validators=_kept(answer), wishes=Wishes(fresh=answer.fresh))
    if status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
        if answer.media:
            state = State.READ if due.role is Role.ARTICLE else State.FAILED
            return answer.page(state, f"{answer.content_type}, no page", stage=Stage.TYPE)
        if not answer.body:
            return answer.page(State.FAILED, "empty answer", stage=Stage.EMPTY)
        if due.digest != answer.digest:
            return None
        wishes = Wishes(fresh=answer.fresh)
        return answer.page(State.SAME, validators=answer.validators, digest=answer.digest, wishes=wishes)
    if answer.retry_after is not None:
        return answer.page(State.PUT_OFF, phrase(status), stage=Stage.STATUS, retry_at=answer.now + answer.retry_after)
    if status in _REFUSALS:
        return answer.page(State.REFUSED, phrase(status), stage=Stage.STATUS)
    if status in _ABSENCES:
        return answer.page(State.GONE, phrase(status), stage=Stage.STATUS)
    return answer.page(State.FAILED, phrase(status), stage=Stage.STATUS)


def failed(due: Due, error: BaseException, now: datetime) -> tuple[Page, str]:
    """The Page of an address that gave no answer we take, and the name of the limit it met, if any."""
    why = _why(error)
    retry_at = error.retry_at if isinstance(error, NotTaken) else None
    page = Page(
        asked=due.url,
        role=due.role,
        state=why.state,
        stage=why.stage,
        reason=why.reason,
        fetched=now,
        retry_at=retry_at,
    )
    return page, why.bound


def phrase(status: int) -> str:
    """`503 Service Unavailable`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def header(response: Response, name: str) -> str:
    """As text (RFC 9110, 5.5: bytes beyond ASCII are opaque), empty if there is none."""
    raw = response.headers.get(name)
    return raw.decode("latin-1").strip() if raw else ""


def retry_after(response: Response, now: datetime) -> timedelta | None:
    """How long the server wants to be left alone (429, and 503 with Retry-After; RFC 9110, 10.2.3); None if it does not."""
    if response.status not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return None
    text = header(response, "Retry-After")
    wait: timedelta | None = None
    if text.isascii() and text.isdigit():
        wait = min(timedelta(seconds=int(text[:9])), LONGEST_HOLD)
    elif (until := _http_date(text)) is not None:
        wait = until - now
    if wait is None:
        return UNSAID_HOLD if response.status == HTTPStatus.TOO_MANY_REQUESTS else None
    return min(max(wait, timedelta(seconds=1)), LONGEST_HOLD)


def fresh(response: Response) -> int | None:
    """Seconds for which the answer still holds: max-age less what it spent in caches on its way (RFC 9111, 4.2.1 and 4.2.3), else
    Expires less Date (5.3); 0 if it must not be kept; None if nothing is said."""
    said = header(response, "Cache-Control").lower()
    if _NOT_KEPT.search(said):
        return 0
    if age := _MAX_AGE.search(said):
        spent = header(response, "Age")
        return max(int(age[1]) - (int(spent[:9]) if spent.isascii() and spent.isdigit() else 0), 0)
    date, expires = _http_date(header(response, "Date")), header(response, "Expires")
    if not expires or date is None:
        return None
    until = _http_date(expires)  # `0` and others that are no date mean: in the past
    return max(int((until - date).total_seconds()), 0) if until is not None else 0


_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})")
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,])")


def _kept(answer: Answer) -> Validators:
    """A 304 may leave out a validator that still holds (RFC 9110, 15.4.5)."""
    old, new = answer.due.validators, answer.validators
    return Validators(etag=new.etag or old.etag, last_modified=new.last_modified or old.last_modified)


def _date(response: Response, now: datetime) -> datetime:
    date = _http_date(header(response, "Date"))
    past, future = _CLOCK_TRUST
    return date if date is not None and now - past < date < now + future else now


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None


class _Why(NamedTuple):
    state: State
    stage: Stage
    reason: str
    bound: str = ""


def _why(error: BaseException) -> _Why:  # noqa: PLR0911 - a table with types for keys
    for cause in _causes(error):
        match cause:
            case NotTaken():
                return _Why(cause.state, cause.stage, cause.reason, cause.bound)
            case EndlessHeadersError():
                return _Why(State.GUILTY, Stage.PARSE, str(cause), "header_bytes")
            case VerificationError() | TlsError():
                return _Why(State.FAILED, Stage.CONNECT, f"no secure connection: {_tls_reason(cause)}")
            case CannotResolveHostError():
                return _Why(State.FAILED, Stage.ADDRESS, "the host's name cannot be resolved")
            case DownloadConnectionRefusedError():
                return _Why(State.FAILED, Stage.CONNECT, "connection refused")
            case DownloadTimeoutError():
                return _Why(State.FAILED, Stage.CONNECT, "no complete answer in time", "request_time")
            case ResponseDataLossError() | ConnectionLost() | ConnectionDone():
                return _Why(State.FAILED, Stage.CONNECT, "the connection broke off")
            case DownloadCancelledError():
                return _Why(State.GUILTY, Stage.PARSE, "the answer is larger than the limit", "body_bytes")
            case ParseError():
                return _Why(State.FAILED, Stage.PARSE, "the answer is no HTTP")
            case IgnoreRequest() if "redirect" in str(cause):
                return _Why(State.FAILED, Stage.STATUS, "too many redirects", "redirects")
    stage = Stage.ADDRESS if isinstance(error, ValueError) else Stage.CONNECT
    return _Why(State.FAILED, stage, f"{type(error).__name__}: {error}"[:200])


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What lies behind it first (Twisted wraps lists of reasons), then the error itself."""
    for reason in getattr(error, "reasons", None) or ():
        inner = reason.value if isinstance(reason, Failure) else reason
        if isinstance(inner, BaseException):
            yield from _causes(inner)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)
    yield error


def _tls_reason(error: BaseException) -> str:
    if isinstance(error, TlsError) and error.args and isinstance(error.args[0], list):
        return ", ".join(part[-1] for part in error.args[0] if part) or "refused"
    return "the certificate is another site's" if isinstance(error, VerificationError) else str(error) or "refused"
