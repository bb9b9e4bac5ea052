"""A feed put together from entries that were written once, each by itself."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feeds.files import Parts
from feeds.formats import Format, Place
from feeds.packed import joined, packed
from feeds.shown import Shown, show
from newsloom.news.items import Entry, Feed
from newsloom.news.renderings import Issue, Rendering, Slot, Written

log = logging.getLogger("newsloom.feeds")


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file and its gzip twin, in pieces."""

    body: Parts
    twin: Parts


def together(kind: Format, feed: Feed, place: Place, entries: Sequence[Rendering]) -> Document:
    """The same bytes as `render` gives for the same entries, and the same twin whenever they were written."""
    before, after = kind.frame(feed, place)
    between = Rendering(body=kind.BETWEEN, packed=packed(kind.BETWEEN) if kind.BETWEEN else b"")
    parts = [Rendering(body=before, packed=packed(before))]
    for number, entry in enumerate(entries):
        if number and between.body:
            parts.append(between)
        parts.append(entry)
    parts.append(Rendering(body=after, packed=packed(after)))
    body = tuple([part.body for part in parts])
    return Document(body=body, twin=joined([part.packed for part in parts], body))


class Writer:
    """Gives an issue's entries in any format: as they were kept, else written now, and then `written` has them."""

    def __init__(self, issue: Issue) -> None:
        self._issue = issue
        self._entries: Mapping[str, Entry] = {str(entry.id): entry for entry in issue.feed.entries}
        self._shown: dict[str, Shown] = {}
        self.written: list[Written] = []

    def entries(self, kind: Format) -> list[Rendering]:
        """In order. One that cannot be written is left out, and the log names it."""
        return [done for slot in self._issue.slots if (done := self._one(kind, slot)) is not None]

    def _one(self, kind: Format, slot: Slot) -> Rendering | None:
        if kept := slot.kept.get(kind.SUFFIX):
            return kept
        try:
            body = kind.entry(self._show(slot.id))
        except Exception:  # whatever is wrong with one entry, its feed goes on without it; the trace is in the log
            entry = self._entries[slot.id]
            left_out = {"topic": self._issue.feed.topic.key, "entry": entry.id, "url": entry.url}
            log.exception("entry left out", extra=left_out)
            return None
        rendering = Rendering(body=body, packed=packed(body))
        self.written.append(Written(slot=slot, format=kind.SUFFIX, rendering=rendering))
        return rendering

    def _show(self, entry: str) -> Shown:
        if entry not in self._shown:
            self._shown[entry] = show(self._entries[entry], self._issue.feed.topic.face)
        return self._shown[entry]
