"""newsloom check."""

import math
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.config import Config
    from newsloom.news.items import Topic


@click.command(name="check")
@click.option("--json", "as_json", is_flag=True, help="Print the sources and topics, or the faults, as JSON.")
@pass_call
def command(call: Call, *, as_json: bool) -> None:
    """Read the config and say what it means, or everything that is wrong with it.

    Each fault is a line `file:line: key: what is wrong: what to do`, and the exit status is 2. Environment variables that
    are not set here are noted. Nothing is asked from any site, and the store is not touched.
    """
    from newsloom.commands.tables import show_json  # noqa: PLC0415 - the command's own work begins here
    from newsloom.config import ConfigError, load  # noqa: PLC0415

    try:
        config = load(call.path)
    except ConfigError as error:
        if not as_json:
            raise
        show_json({"faults": error.faults})
        raise SystemExit(2) from None
    if as_json:
        show_json(
            {"faults": [], "sources": config.sources, "topics": config.topics, "out": config.out, "store": config.store}
        )
    elif not call.quiet:
        _tell(call, config)


def _tell(call: Call, config: "Config") -> None:
    from newsloom.commands.tables import Table, planned  # noqa: PLC0415

    sources = Table("source", "kind", "address", "looked at", "zone", "language")
    for s in config.sources:
        sources.row(s.name, s.kind.value, s.url, planned(s.schedule), s.zone, s.language)
    sources.show()
    click.echo()
    topics = Table("topic", "title", "rule")
    for t in config.topics:
        topics.row(t.key, t.title, _holds(t))
    topics.show()
    click.echo()
    where = f"{config.server.host} port {config.server.port}"
    click.echo(f"store {call.store or config.store}, feeds in {config.out}, served on {where}")
    for note in filter(None, (_missed(config), *_unset(config, os.environ))):
        click.echo(note)
    click.echo(f"{call.path} is fine: {len(config.sources)} sources, {len(config.topics)} topics")


def _missed(config: "Config") -> str:
    """That the budget cannot be kept, if the longest waits alone make more looks."""
    least = sum(timedelta(days=1) / s.schedule.longest for s in config.sources if s.schedule.is_learned)
    if config.budget is None or least <= config.budget:
        return ""
    return (
        f"note: polling.budget: {config.budget} looks a day will be {math.ceil(least)}: no source waits longer than `longest`; "
        "raise one of them"
    )


def _unset(config: "Config", environment: Mapping[str, str]) -> Iterator[str]:
    """Which variables that the config names are not set here; where newsloom runs they may be."""
    named = [
        (f"sources.{s.name}.{key}.{name}", variable)
        for s in config.sources
        for key, pairs in (("headers", s.headers), ("cookies", s.cookies))
        for name, variable in pairs
    ]
    for topic in config.topics:
        if hook := topic.webhook:
            named += [(f"topics.{topic.key}.webhook.headers.{name}", variable) for name, variable in hook.headers]
            named += [(f"topics.{topic.key}.webhook.secret", hook.secret)] if hook.secret else []
    for place, variable in named:
        if not environment.get(variable, "").strip():
            yield f"note: {place}: the environment variable {variable} is not set here: set it where newsloom runs"


def _holds(topic: "Topic") -> str:
    """What belongs to a topic, in its rule's words where it has one."""
    if topic.source:
        return f"what {topic.source} carries"
    return topic.match or f"all {' and '.join(sorted(f'{kind.value}s' for kind in topic.include))}"
