"""What became of a text, word by word."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.differences import diff


def told(before: str, after: str) -> list[tuple[str, str] | str]:
    return [p.before if p.same else (p.before, p.after) for p in diff(before, after)]


def test_words_are_compared_with_their_signs() -> None:
    assert told("The council agreed to build it.", "The town council agreed to mend it.") == [
        "The", ("", " town"), " council agreed to", (" build", " mend"), " it.",
    ]  # fmt: skip


def test_unspaced_scripts_are_compared_by_characters() -> None:
    assert told("华为发布新手机。", "华为发布了新手机。") == ["华为发布", ("", "了"), "新手机。"]


def test_only_the_paragraph_that_changed_is_taken_apart() -> None:
    assert told("One.\n\nTwo is here.\n\nThree.", "One.\n\nTwo was here.\n\nThree.") == [
        "One.\n\nTwo", (" is", " was"), " here.\n\nThree.",
    ]  # fmt: skip


def test_a_paragraph_too_long_to_be_compared_is_replaced() -> None:
    long = "word " * 5_000
    assert told(f"a {long}", f"b {long}") == [(f"a {long}", f"b {long}")]


TEXTS = st.text(st.sampled_from("ab .\n手ไ\u0e31"), max_size=40)


@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(before: str, after: str) -> None:
    pieces = diff(before, after)
    assert "".join(p.before for p in pieces) == before
    assert "".join(p.after for p in pieces) == after
    assert all(a.same != b.same for a, b in pairwise(pieces))
