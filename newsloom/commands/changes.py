"""newsloom changes."""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, complete_sources, pass_call

if TYPE_CHECKING:
    from newsloom.news.differences import Piece
    from newsloom.store.versions import Change

_AROUND = 60
"""Characters shown to each side of what changed."""


@click.command(name="changes")
@click.argument("address", required=False, metavar="[URL]")
@click.option(
    "--source", "sources", multiple=True, metavar="NAME", shell_complete=complete_sources, help="Of this source only."
)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="At most so many."
)
@click.option("--json", "as_json", is_flag=True, help="Print the changes with both whole texts as a JSON list.")
@pass_call
def command(call: Call, *, address: str | None, sources: tuple[str, ...], limit: int, as_json: bool) -> None:
    """What articles said before they were corrected, word by word, newest first.

    Of one article, if its address or an entry's id is given. A change is one of the title or the text; white space, case,
    counters and advertisements are none. On a terminal what went is red and struck out, what came is green; elsewhere they are
    marked [-so-] and {+so+}. Scripts without spaces are compared by characters.

    \b
      newsloom changes --limit 5
      newsloom changes https://news.example/bridge
    """
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    call.named(sources, known=[s.name for s in config.sources], what="source")
    with Reader.open(config.store, call.now) as reader:
        found = reader.changes(limit, url_or_id=address, sources=sources)
    if found is None:
        raise click.UsageError(
            f"no stored article has the address or id {address}: `newsloom why` says what is known of it"
        )
    if as_json:
        from newsloom.commands.tables import show_json  # noqa: PLC0415

        show_json(found)
        return
    for change in found:
        _show(change)
    if not found and not call.quiet:
        click.echo("nothing was corrected as far as is known", err=True)


def _show(change: "Change") -> None:
    """When, which source, version and title; under it the address and what differs."""
    from newsloom.news.differences import diff  # noqa: PLC0415

    when = (
        f"{change.changed.astimezone():%Y-%m-%d %H:%M}"
        if sys.stdout.isatty()
        else f"{change.changed:%Y-%m-%dT%H:%M:%SZ}"
    )
    title = click.style(_flat(change.title_after), bold=True)
    click.echo(f"{click.style(when, dim=True)}  {click.style(change.source, fg='cyan')}  v{change.version}  {title}")
    click.echo(f"    {change.url}")
    if change.title_before != change.title_after:
        click.echo(f"    title: {''.join(map(_marked, diff(change.title_before, change.title_after)))}")
    if change.text_after is None:
        click.echo("    (its text is another entry's now)")
    else:
        for line in _lines(diff(change.text_before, change.text_after)):
            click.echo(f"    {line}")


def _lines(pieces: "Sequence[Piece]") -> Iterator[str]:
    """What changed with what stands around it, a line for each place."""
    line = ""
    for at, piece in enumerate(pieces):
        if not piece.same:
            line = _glued(line, _marked(piece))
            continue
        text = _flat(piece.before)
        if at == 0:
            line = text if len(text) <= _AROUND else f"…{_end(text)}"
        elif at == len(pieces) - 1:
            line = _glued(line, text if len(text) <= _AROUND else f"{_start(text)}…")
        elif len(text) <= 2 * _AROUND:
            line = _glued(line, text)
        else:
            yield _glued(line, f"{_start(text)}…")
            line = f"…{_end(text)}"
    if any(not p.same for p in pieces):
        yield line


def _glued(line: str, more: str) -> str:
    return line + (more.removeprefix(" ") if line.endswith(" ") else more)


def _start(text: str) -> str:
    cut = text[:_AROUND]
    return cut.rpartition(" ")[0] or cut


def _end(text: str) -> str:
    cut = text[-_AROUND:]
    return cut.partition(" ")[2] or cut


def _marked(piece: "Piece") -> str:
    before, after = _flat(piece.before), _flat(piece.after)
    if piece.same:
        return before
    space = " " if (before or after).startswith(" ") else ""
    before, after = before.removeprefix(space), after.removeprefix(space)
    if sys.stdout.isatty():
        went, came = click.style(before, fg="red", strikethrough=True), click.style(after, fg="green")
    else:
        went, came = f"[-{before}-]", f"{{+{after}+}}"
    return space + (went if before else "") + (came if after else "")


def _flat(text: str) -> str:
    """On one line, without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in re.sub(r"\s+", " ", text))
