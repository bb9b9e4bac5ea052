"""An entry is written once, and stands in every document as it was written."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.formats import Place, atom, found, render, rss
from feeds.packed import packed
from feeds.publish import publish
from feeds.shown import show
from newsloom.news.items import Face
from newsloom.news.renderings import Issue, Rendering, Written
from tests.feeds import anything, reference

Make = Callable[..., Any]
HOUR = timedelta(hours=1)
PLACE = Place(self_url="https://me.example/bridges.x", home_url="https://me.example/")
ROOT = (
    f'<feed xmlns="{reference.ATOM}" xmlns:media="{reference.MEDIA}" xmlns:dc="{reference.DC}" '
    f'xmlns:atom="{reference.ATOM}" xmlns:content="http://purl.org/rss/1.0/modules/content/">%s</feed>'
)


def parsed(written: bytes) -> Any:
    (element,) = etree.fromstring((ROOT % written.decode()).encode())
    return element


@settings(max_examples=100)
@given(fields=anything.FIELDS)
@pytest.mark.parametrize("face", list(Face))
def test_every_element_of_an_entry_is_as_feedgen_writes_it(entry: Make, face: Face, fields: dict[str, Any]) -> None:
    shown = show(entry(1, **fields), face)
    assert reference.same(parsed(atom.entry(shown)), reference.in_atom(shown))
    assert reference.same(parsed(rss.entry(shown)), reference.in_rss(shown))


@pytest.mark.parametrize("kind", found(), ids=lambda kind: kind.SUFFIX)
def test_an_entry_is_the_same_bytes_in_every_feed(kind: Any, entry: Make, feed: Make) -> None:
    written = kind.entry(show(entry(2), Face.FULL))
    for one in (feed(entry(1), entry(2), entry(3)), feed(entry(2), key="other", language="en")):
        assert render(kind, one, PLACE).count(written) == 1


def as_kept(issue: Issue, written: Iterable[Written], *, but: int = 0) -> Issue:
    """The issue as a store gives it that kept what was written, but for the last so many entries."""
    kept: dict[str, dict[str, Rendering]] = defaultdict(dict)
    for one in written:
        kept[one.slot.id][one.format] = one.rendering
    slots = [replace(slot, kept=kept[slot.id]) for slot in issue.slots[: len(issue.slots) - but]]
    missing = issue.feed.entries[len(issue.slots) - but :]
    return Issue(feed=replace(issue.feed, entries=missing), slots=(*slots, *issue.slots[len(slots) :]))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(anything.FIELDS, max_size=4), but=st.integers(0, 4))
def test_kept_or_written_anew_the_bytes_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, entry: Make, feed: Make, fields: list[dict[str, Any]], but: int
) -> None:
    one, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("other")
    issue = Issue.of(feed(*(entry(n, **its) for n, its in enumerate(fields))))
    done = publish(issue, one, public_url="https://me.example", every=HOUR)
    kept = as_kept(issue, done.written, but=min(but, len(fields)))
    again = publish(kept, other, public_url="https://me.example", every=HOUR)
    assert len(again.written) == len(found()) * min(but, len(fields))
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in other.iterdir()}


def test_a_twin_is_one_gzip_member_of_its_file(tmp_path: Path, entry: Make, feed: Make) -> None:
    for count in (0, 1, 2, 60):
        publish(Issue.of(feed(*map(entry, range(count)))), tmp_path, public_url="", every=HOUR)
        for path in tmp_path.glob("bridges.*[!z]"):
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            assert member.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
            assert (member.eof, member.unused_data) == (True, b"")


def test_the_pieces_of_a_twin_are_worth_it(entry: Make) -> None:
    body = rss.entry(show(entry(1, text="Number after number, and so on. " * 200), Face.FULL))
    assert packed(body).endswith(b"\x00\x00\xff\xff")  # RFC 1951: an empty stored block, after which all is forgotten
    assert len(packed(body)) < len(body) / 5
