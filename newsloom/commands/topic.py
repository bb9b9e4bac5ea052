"""newsloom topic."""

from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call
from newsloom.commands.search import show, understood

if TYPE_CHECKING:
    from newsloom.store.reader import Hit, Tested
    from newsloom.store.reasons import Reason


@click.command(name="topic")
@click.argument("action", metavar="test", type=click.Choice(["test"]))
@click.argument("rule", nargs=-1, required=True)
@click.option(
    "--include",
    type=click.Choice(["articles", "briefs", "both"]),
    default="articles",
    show_default=True,
    help="What the topic would let in.",
)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="Show at most so many."
)
@click.option("--json", "as_json", is_flag=True, help="Print the entries with the reasons as JSON.")
@pass_call
def command(call: Call, *, action: str, rule: tuple[str, ...], include: str, limit: int, as_json: bool) -> None:  # noqa: ARG001 - one yet
    """Try a rule: what a topic with it would hold of all that is stored, and why.

    The newest entries, each with what every part of the rule found in it. RULE is written as in `topics: match:`; the
    config's `tags:` count. Nothing is changed.

    \b
      newsloom topic test '(oil OR gas) NEAR(price* rise*, 5) NOT section:sport'

    Quote it, or the shell takes the quotation marks away. A rule that cannot be read is shown with a mark under the place.
    """
    from newsloom.news.items import EntryKind  # noqa: PLC0415
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    kinds = {"articles": [EntryKind.ARTICLE], "briefs": [EntryKind.BRIEF], "both": list(EntryKind)}[include]
    asked = config.meant(understood(" ".join(rule)))
    with Reader.open(config.store, call.now) as reader:
        tested = reader.topic(asked, kinds, limit)
    if as_json:
        from newsloom.commands.tables import show_json  # noqa: PLC0415

        show_json(tested)
        return
    for hit in tested.newest:
        _show(hit)
    if not call.quiet:
        click.echo(_summary(tested), err=True)


def _show(hit: "Hit") -> None:
    show(hit.entry)
    for reason in hit.reasons:
        click.echo(f"      {_said(reason)}")


def _said(reason: "Reason") -> str:
    """`"flood"  text: the [flood] of goals`."""
    if not reason.field:
        return reason.rule
    before, found, after = map(_printable, (reason.before, reason.found, reason.after))
    return f"{reason.rule}  {reason.field}: {before}{click.style(f'[{found}]', bold=True)}{after}"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _summary(tested: "Tested") -> str:
    if not tested.count:
        return "the topic would hold nothing of what is stored"
    shown = "" if len(tested.newest) == tested.count else f", of which these are the newest {len(tested.newest)}"
    return f"the topic would hold {tested.count} {'entry' if tested.count == 1 else 'entries'}{shown}"
