"""White space, letters, and what may be shown."""

import re

from hypothesis import given
from hypothesis import strategies as st

from scraper.extract.words import flat, letters

SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u2028\u202f\u3000"


@given(st.text(st.one_of(st.characters(), st.sampled_from(SPACES), st.just(" "))))
def test_flat_is_the_text_with_single_spaces(text: str) -> None:
    assert flat(text) == " ".join(text.split())


@given(st.text(st.one_of(st.characters(), st.characters(max_codepoint=127))))
def test_letters_are_those_of_the_text_without_case(text: str) -> None:
    assert letters(text) == re.sub(r"[\W_]", "", text.casefold())
