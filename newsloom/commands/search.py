"""newsloom search."""

import sys
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from newsloom.news.items import Entry
    from newsloom.news.rules import Rule, RuleError


@click.command(name="search")
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="At most so many."
)
@click.option("--muted", is_flag=True, help="Look through what was muted too.")
@click.option("--json", "as_json", is_flag=True, help="Print whole entries as a JSON list.")
@pass_call
def command(call: Call, *, query: tuple[str, ...], limit: int, muted: bool, as_json: bool) -> None:
    """Look for stored news, newest first.

    QUERY is written as a topic's rule and finds just what the topic would hold: words (all must be there), "phrases",
    prefix*, NEAR(one other, 5), AND, OR, NOT and brackets, and the fields source: lang: section: tag: title: author:
    In searches alone since: says how far to look back: a span like 7d or 36h, or a date.

    \b
      newsloom search 'ceasefire lang:en since:7d'
      newsloom search '"interest rate" OR inflation NOT source:example.org'

    Quote it, or the shell takes the quotation marks away. The store is only read, also while `newsloom run` works on it.
    """
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    rule = config.meant(understood(" ".join(query), searching=True))
    with Reader.open(config.store, call.now) as reader:
        found = reader.search(rule, limit=limit, muted=muted)
    if as_json:
        from newsloom.commands.tables import show_json  # noqa: PLC0415

        show_json(found)
    elif found:
        _show(found)
    elif not call.quiet:
        click.echo("nothing found", err=True)


def _show(found: "tuple[Entry, ...]") -> None:
    for entry in found:
        show(entry)


def show(entry: "Entry") -> None:
    """A line: when, which source, title; under it the address."""
    when = (
        f"{entry.published.astimezone():%Y-%m-%d %H:%M}"
        if sys.stdout.isatty()
        else f"{entry.published:%Y-%m-%dT%H:%M:%SZ}"
    )
    title = "".join(c if c.isprintable() else " " for c in entry.title)
    click.echo(
        f"{click.style(when, dim=True)}  {click.style(entry.source, fg='cyan')}  {click.style(title, bold=True)}"
    )
    click.echo(f"    {entry.url}")


def understood(text: str, *, searching: bool = False) -> "Rule":
    """The rule that was asked. For one that cannot be read, prints it with a mark under the place, and ends with status 2."""
    from newsloom.news.rules import RuleError, parse  # noqa: PLC0415

    try:
        return parse(text, searching=searching)
    except RuleError as error:
        _point(text, error)
        raise SystemExit(2) from None


def _point(text: str, error: "RuleError") -> None:
    from newsloom.commands.tables import width  # noqa: PLC0415

    line = "".join(c if c.isprintable() else " " for c in text)
    click.echo(f"newsloom: the query cannot be read: {error.message}", err=True)
    click.echo(f"  {line}", err=True)
    click.echo(f"  {' ' * width(line[: error.position])}^", err=True)
