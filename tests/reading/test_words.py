"""White space and what may be shown."""

from hypothesis import given
from hypothesis import strategies as st

from scraper.extract.words import flat

SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u2028\u202f\u3000"


@given(st.text(st.one_of(st.characters(), st.sampled_from(SPACES), st.just(" "))))
def test_flat_is_the_text_with_single_spaces(text: str) -> None:
    assert flat(text) == " ".join(text.split())
