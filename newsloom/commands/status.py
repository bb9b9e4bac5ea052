"""newsloom status."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call
from newsloom.news.health import Condition
from newsloom.news.sources import DueWhy

if TYPE_CHECKING:
    from newsloom.commands.tables import Table
    from newsloom.store import SourceStatus, Status
    from newsloom.store.reader import TargetStatus


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print everything that is known, as JSON.")
@pass_call
def command(call: Call, *, as_json: bool) -> None:
    """Each source's last crawl and next one; each topic's entries.

    For a source: when it was crawled last and is due next; of that crawl the new, known and failed addresses; those that
    are queued; and, if it is not fine, how it is (quiet, degraded, failing or gone) and why. Then what was learned of when it
    publishes: the hours of its day, from midnight on in its own time zone, as a bar on a terminal; pieces a day; why it is due
    when it is; and within what time of their publication the pieces of the last week were seen, half of them and nine in ten.
    A webhook or a topic's command that fails has a line at the end. The store is only read, also while `newsloom run` works
    on it.
    """
    from newsloom.commands.tables import planned, show_json  # noqa: PLC0415
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    with Reader.open(config.store, call.now) as reader:
        status = reader.status()
    if as_json:
        show_json(status)
    else:
        _show(call, status, {s.name: planned(s.schedule) for s in config.sources})


def _show(call: Call, status: "Status", plans: Mapping[str, str]) -> None:
    from newsloom.commands.tables import Table, moment  # noqa: PLC0415

    sources = Table(
        *("source", "crawled", "due", "new", "changed", "known", "briefs", "failed", "queued", "note"),
        spare=("queued", "briefs", "known", "changed", "failed", "new", "crawled", "due"),
    )
    for s in status.sources:
        due = s.next_due is None or s.next_due <= status.now
        sources.row(
            *(s.name, moment(s.finished, status.now) or "never", "now" if due else moment(s.next_due, status.now)),
            *(s.new, s.changed, s.known, s.briefs, s.failed, s.queued, _note(s, status)),
        )
    sources.show()
    click.echo()
    if any(s.rhythm is not None for s in status.sources):
        _rhythms(status, plans).show()
        click.echo()
    topics = Table("topic", "title", "entries", "newest", spare=("title",))
    for t in status.topics:
        topics.row(t.key, t.title, t.entries, moment(t.newest, status.now))
    topics.show()
    failing = [t for t in status.targets if t.error]
    if failing:
        click.echo()
    for target in failing:
        click.echo(_failure(target, status))
    if not status.sources and not call.quiet:
        click.echo("nothing was crawled yet: `newsloom once --all` begins", err=True)


def _rhythms(status: "Status", plans: Mapping[str, str]) -> "Table":
    """When each source publishes, when it is looked at because of that, and how late its news was seen."""
    from newsloom.commands.tables import Table, bar, moment, span  # noqa: PLC0415

    drawn = ("its day",) if sys.stdout.isatty() else ()
    table = Table(
        *("source", *drawn, "a day", "due", "why then", "half seen in", "nine in ten"),
        spare=("due", "nine in ten", "half seen in", *drawn, "a day"),  # the table above has when it is due
    )
    for s in status.sources:
        day = (bar(s.rhythm.hours) if s.rhythm else "",) if drawn else ()
        late = (span(s.delay.median), span(s.delay.p90)) if s.delay else ("", "")
        a_day = f"{s.rhythm.a_day:.3g}" if s.rhythm else ""
        due = s.next_due is None or s.next_due <= status.now
        table.row(s.name, *day, a_day, "now" if due else moment(s.next_due, status.now), _why(s, status, plans), *late)
    return table


def _why(source: "SourceStatus", status: "Status", plans: Mapping[str, str]) -> str:
    from newsloom.commands.tables import moment  # noqa: PLC0415

    match source.due_why:
        case None:
            return "asked for" if source.started else "new"
        case DueWhy.FAILING:
            return f"fails since {moment(source.failing_since, status.now)}" if source.failing_since else "failed"
        case DueWhy.SERVER:
            return "its server asks for it"
        case DueWhy.RHYTHM:
            return "learned"
    return plans.get(source.name, source.due_why.value)


def _failure(target: "TargetStatus", status: "Status") -> str:
    """A line for a webhook or command that does not take what it is told."""
    from newsloom.commands.tables import moment  # noqa: PLC0415

    again = f", told again {moment(target.retry_at, status.now)}" if target.retry_at else ""
    since = moment(target.failing_since, status.now)
    return f"{target.kind} of {target.topic} fails since {since}{again}: {target.error}"


def _note(source: "SourceStatus", status: "Status") -> str:
    """What a person should know or do about a source."""
    from newsloom.commands.tables import moment  # noqa: PLC0415

    notes = []
    health = source.health
    if health.condition is not Condition.FINE:
        where = f", {health.field or health.stage}" if health.field or health.stage else ""
        example = f": {health.example}" if health.example and health.example not in health.reason else ""
        notes.append(f"{health.condition}{where} since {moment(health.since, status.now)}: {health.reason}{example}")
    if source.error and source.error != health.reason:
        notes.append(f"the last crawl failed: {source.error}")
    if source.moved:
        notes.append(f"has moved for good: write {source.moved} in the config instead of {source.url}")
    return "; ".join(notes)
