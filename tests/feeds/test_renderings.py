"""An entry is written once, and stands in every document as it was written."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree

from feeds.formats import Place, atom, found, render, rss
from feeds.shown import show
from newsloom.news.items import Face
from tests.feeds import anything, reference

Make = Callable[..., Any]
PLACE = Place(self_url="https://me.example/bridges.x", home_url="https://me.example/")
ROOT = (
    f'<feed xmlns="{reference.ATOM}" xmlns:media="{reference.MEDIA}" xmlns:dc="{reference.DC}" '
    f'xmlns:atom="{reference.ATOM}" xmlns:content="http://purl.org/rss/1.0/modules/content/">%s</feed>'
)


def parsed(written: bytes) -> Any:
    (element,) = etree.fromstring((ROOT % written.decode()).encode())
    return element


@settings(max_examples=100, deadline=None)
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
