"""newsloom why."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from newsloom.commands.call import Call, pass_call

if TYPE_CHECKING:
    from datetime import datetime

    from newsloom.config import Config
    from newsloom.store.reasons import Reason
    from newsloom.store.why import Asked, Chosen, Kept, Related, Why


@click.command(name="why")
@click.argument("address", metavar="URL")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known as JSON.")
@pass_call
def command(call: Call, *, address: str, as_json: bool) -> None:
    """Tell all that was decided about an address, and from what.

    Where and when it was found; how it was asked and what it answered, and when it is asked next; which entry it gave, where each
    of its fields was read, under which addresses it is known, and why those are one; which topics have it, by which words; and
    which feeds show it. URL may also be an entry's id, as feeds have it. Of an address that is not known it is said what would
    become of it.

    \b
      newsloom why https://news.example/2026/05/bridge
      newsloom why urn:uuid:5d8fd54e-2827-5e39-a337-33b1c9ae2f4f
    """
    from newsloom.store import Reader  # noqa: PLC0415

    config = call.config()
    with Reader.open(config.store, call.now) as reader:
        answer = reader.why(address)
    if as_json:
        from newsloom.commands.tables import show_json  # noqa: PLC0415

        show_json({"asked": address, "known": answer.known, "sources": _sources(config, answer), **_fields(answer)})
        return
    lines = _told(config, answer) if answer.known else _unknown(config, address, answer)
    for line in lines:
        click.echo(line)


def _fields(answer: "Why") -> dict[str, object]:
    from newsloom.commands.tables import vars_of  # noqa: PLC0415

    return vars_of(answer)


def _sources(config: "Config", answer: "Why") -> list[str]:
    """Names of the sources whose crawls could come upon an address."""
    from newsloom.news import identity  # noqa: PLC0415

    site = identity.site(answer.key) if answer.key else ""
    return [s.name for s in config.sources if site and identity.site(s.url) == site]


def _entrance(config: "Config", key: str) -> str:
    """The source whose address this is in the config."""
    from newsloom.news import identity  # noqa: PLC0415

    return next((s.name for s in config.sources if identity.key(s.url) == key), "")


def _unknown(config: "Config", address: str, answer: "Why") -> Iterator[str]:
    """What would become of it."""
    if not answer.key:
        yield f"{address} is no web address, and no entry of this store has it as its id"
        return
    yield f"{address} is not known: nothing that was read has shown it"
    yield _row("key", answer.key)
    sources, entrance = _sources(config, answer), _entrance(config, answer.key)
    if entrance:
        yield _row("would", f"be asked with the next crawl of {entrance}: the config names it")
    elif sources:
        yield _row("would", f"be taken by {', '.join(sources)} once an entrance or a page that is read there shows it")
    else:
        yield _row(
            "would", "be taken by a source whose feed, sitemap or listing shows it; none of the config is on its site"
        )


def _told(config: "Config", answer: "Why") -> Iterator[str]:
    for address in answer.addresses:
        yield from _asked(address)
    if answer.entry is not None:
        yield from _kept(config, answer)


def _row(label: str, text: str) -> str:
    return f"  {click.style(f'{label:<9}', dim=True)} {_flat(text)}"


def _rows(label: str, texts: "Sequence[str]") -> Iterator[str]:
    for at, text in enumerate(texts):
        yield _row("" if at else label, text)


def _asked(address: "Asked") -> Iterator[str]:
    """An address: found, asked, asked next."""
    yield click.style(_flat(address.url), bold=True)
    yield _row("source", f"{address.source} ({address.role})")
    yield _row("key", address.key)
    yield _row("found", _found(address))
    listed = [address.listed_title and f"as “{address.listed_title}”"]
    listed += [
        f"{word} {_when(at)}"
        for word, at in (("published", address.listed_published), ("changed", address.listed_modified))
        if at
    ]
    if any(listed):
        yield _row("listed", ", ".join(filter(None, listed)))
    yield _row("asked", _answer(address))
    yield _row("next", _next(address))
    if address.moved:
        yield _row("moved", f"for good to {address.moved}")


def _found(address: "Asked") -> str:
    where = "in the config" if address.configured else "by a crawl itself"
    if address.found_on:
        where = f"on {address.found_on} ({address.found_on_role})"
    before = ", where it stood before the source was first looked at" if address.backlog else ""
    return f"{_when(address.found_at)} {where}{before}"


def _answer(address: "Asked") -> str:
    if address.asked_at is None:
        said = {
            "queued": "not yet: queued",
            "old": "never: too old when it was found (`max_age`)",
            "item": "never: its feed item was enough",
        }
        return said.get(address.state, address.state) + (f", {address.reason}" if address.reason else "")
    status = f" ({address.status})" if address.status else ""
    reason = f": {address.reason}" if address.reason else ""
    tries = f"; {address.tries} failures in a row" if address.tries > 1 else ""
    return f"{_when(address.asked_at)}: {address.state}{status}{reason}{tries}"


def _next(address: "Asked") -> str:
    if address.next_at is not None:
        return f"{'' if address.role == 'article' else 'not before '}{_when(address.next_at)}"
    return "never by itself" if address.role == "article" else "with the next crawl"


def _kept(config: "Config", answer: "Why") -> Iterator[str]:
    """An entry."""
    entry = answer.entry
    if entry is None:
        return
    yield click.style(f"entry {entry.id}", bold=True)
    if answer.joined_as is not None:
        yield _row("asked as", f"{answer.joined_as}, which turned out to be this one")
    yield _row("title", entry.title)
    yield _row("link", f"{entry.url} ({entry.source})")
    kinds = (entry.kind, entry.form if entry.form != entry.kind else "", entry.access)
    yield _row("kind", f"{', '.join(filter(None, kinds))}; version {entry.version}")
    yield _row("times", _times(entry))
    yield _row("read from", _read_from(entry))
    yield from _rows(
        "fields", [", ".join(f"{name}: {origin}" for name, origin in entry.origins.items())] if entry.origins else []
    )
    yield from _rows("known as", [f"{k.key} ({_how(k.how)})" for k in entry.keys])
    yield from _rows("stands at", [f"{url} ({source})" for source, url in entry.carriers])
    if entry.preferred:
        yield _row("original", f"{entry.preferred} (declared)")
    yield from _rows("is also", [_related(r) for r in entry.joined])
    if entry.begins is not None:
        yield _row("begins", _related(entry.begins))
    yield from _rows("begun by", [_related(r) for r in entry.briefs])
    if entry.story is not None:
        told, others = entry.story, entry.story.entries - 1
        yield _row("story", f"{told.number} “{told.title}”, with {others} more; {told.score:.2f} like it when it came")
    if entry.sightings:
        yield _row("teased", f"by {entry.sightings} rows on {entry.pages} pages")
    if entry.withdrawn is not None:
        yield _row("withdrawn", f"{_when(entry.withdrawn)}: nothing shows it; `newsloom withdraw --undo` would")
    yield from _rows(
        "muted", [f"by {source}: {'; '.join(map(_reason, reasons)) or 'its rule'}" for source, reasons in entry.muted]
    )
    yield from _rows("topics", [line for chosen in entry.topics for line in _topic(entry, chosen)] or ["none"])
    yield from _rows("feeds", _feeds(config, entry) or ["none shows it now"])


def _times(entry: "Kept") -> str:
    guessed = " (nobody says when: it is when it was first seen)" if entry.guessed else ""
    changed = f", updated {_when(entry.updated)}" if entry.updated != entry.published else ""
    return f"published {_when(entry.published)}{guessed}{changed}, first seen {_when(entry.first_seen)}"


def _read_from(entry: "Kept") -> str:
    where = {
        "item": "its feed item",
        "page": f"its page {entry.read_key}".rstrip(),
        "brief": 'a row of a "Read next" block',
    }
    said = where.get(entry.body_from, entry.body_from)
    if entry.body_from != "page" and entry.read_key:
        said += f"; the page {entry.read_key} was read and says less"
    if entry.waiting:
        said += f"; the crawl of {entry.waiting} is to read its page"
    return f"{said}; the text was dropped {_when(entry.dropped)}" if entry.dropped else said


def _how(how: str) -> str:
    said = {
        "address": "its address", "redirect": "a redirect led to it", "declared": "the page declares it",
        "text": "the same text stands there", "brief": "a row without a link",
    }  # fmt: skip
    return (
        f"nearly the same text stands there, {how.removeprefix('near ')}"
        if how.startswith("near ")
        else said.get(how, how)
    )


def _related(other: "Related") -> str:
    share = f", {other.share:.2f} of the short text" if other.share is not None else ""
    return f"{other.id} “{other.title}” {other.url}{share}"


def _topic(entry: "Kept", chosen: "Chosen") -> Iterator[str]:
    if not chosen.member:
        why = "; ".join(map(_reason, chosen.mutes)) or (
            "it is muted" if entry.muted else "the topic does not take this kind"
        )
        yield f"not {chosen.topic}, though its rule holds: {why}"
        return
    when = f"shown {', '.join(map(_when, chosen.logged))}" if chosen.logged else "never shown"
    if chosen.waits:
        when += ", to be shown when it is published next"
    elif not chosen.logged and chosen.bulk:
        when += ": it came with many others at once"
    yield f"{chosen.topic} ({when})"
    for reason in chosen.reasons:
        yield f"  {_reason(reason)}"


def _reason(reason: "Reason") -> str:
    if not reason.field:
        return reason.rule
    return f"{reason.rule}  {reason.field}: {reason.before}{click.style(f'[{reason.found}]', bold=True)}{reason.after}"


def _feeds(config: "Config", entry: "Kept") -> list[str]:
    """Files that show it."""
    shown = [chosen.topic for chosen in entry.topics if chosen.shown]
    if not shown:
        return []
    from feeds.formats import found  # noqa: PLC0415 - brings feedgen

    files = [config.out / f"{topic}{kind.SUFFIX}" for topic in shown for kind in found()]
    return [str(f) for f in files if f.exists()]


def _when(instant: "datetime | None") -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant is not None else ""


def _flat(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\x1b" else " " for c in text)
