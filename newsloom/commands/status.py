"""newsloom status."""

from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.store import Status


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print everything that is known, as JSON.")
@pass_call
def command(call: Call, *, as_json: bool) -> None:
    """Each source's last crawl and next one; each topic's entries.

    For a source: when it was crawled last and is due next; of that crawl the new, known and failed addresses; those that
    are queued; and why it fails, if it does. The store is only read, also while `newsloom run` works on it.
    """
    from newsloom.commands.tables import show_json  # noqa: PLC0415
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    with Reader.open(config.store, call.now) as reader:
        status = reader.status()
    if as_json:
        show_json(status)
    else:
        _show(call, status)


def _show(call: Call, status: "Status") -> None:
    from newsloom.commands.tables import Table, moment  # noqa: PLC0415

    now = call.now()
    sources = Table("source", "crawled", "due", "new", "known", "failed", "queued", "error")
    for s in status.sources:
        sources.row(
            s.name, moment(s.finished, now), moment(s.next_due, now), s.new, s.known, s.failed, s.queued, s.error
        )
    sources.show()
    click.echo()
    topics = Table("topic", "title", "entries", "newest")
    for t in status.topics:
        topics.row(t.key, t.title, t.entries, moment(t.newest, now))
    topics.show()
