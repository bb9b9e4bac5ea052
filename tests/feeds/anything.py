"""Entries of any content whatever, for properties that hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from newsloom.news.items import Enclosure, Image

ANY = st.text(st.characters(), max_size=40)
WORDS = st.one_of(
    ANY,
    st.sampled_from(["]]>", "<![CDATA[", "&amp;", "&#0;", "<b>", "\r\n", "\u202e", "👩‍👩‍👧", " ", "\x85", "\u2028"]),
)
ADDRESS = st.one_of(WORDS, st.builds("https://{}.example/{}".format, st.sampled_from("abc"), WORDS))
_SIDE = st.none() | st.integers(-1, 2000)
_LENGTH = st.integers(-1, 10**12)

FIELDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        **dict.fromkeys(("title", "text", "html", "summary", "section", "source", "source_title"), WORDS),
        "language": st.sampled_from(["en", "pt-br"]) | WORDS,
        "version": st.sampled_from([1, 2]),
        "url": ADDRESS,
        "source_url": ADDRESS,
        "authors": st.lists(WORDS, max_size=3).map(tuple),
        "tags": st.lists(WORDS, max_size=3).map(tuple),
        "image": st.none() | st.builds(Image, url=ADDRESS, caption=WORDS, width=_SIDE, height=_SIDE),
        "enclosures": st.lists(st.builds(Enclosure, url=ADDRESS, type=WORDS, length=_LENGTH), max_size=3).map(tuple),
        "also_at": st.lists(st.tuples(WORDS, ADDRESS), max_size=2).map(tuple),
    },
    optional=dict.fromkeys(("brief_time", "brief_tag", "brief_text"), WORDS),
)
"""Of an entry; what is not in it is as usual."""
