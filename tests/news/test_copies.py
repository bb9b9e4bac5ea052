"""Which texts are nearly one, and which begin another."""

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.copies import Relation, packed, relation, resemblance, sketch, unpacked


def prose(seed: int, words: int) -> list[str]:
    """Sentences that nobody wrote twice."""
    chance = random.Random(seed)  # noqa: S311 - words, no secrets
    return [f"{chance.choice('bcdfgklmnprst')}{chance.choice('aeiou')}{chance.randrange(3000)}" for _ in range(words)]


def text(*parts: list[str]) -> str:
    return "\n\n".join(" ".join(part) for part in parts)


def related(one: str, other: str) -> Relation:
    a, b = sketch(one), sketch(other)
    assert a is not None
    assert b is not None
    return relation(a, b)[0]


ARTICLE = prose(1, 700)


def test_other_quotation_marks_and_capitals_are_the_same_text() -> None:
    one = "“The bridge isn’t safe”, said the mayor – again and again, as the council’s own engineers have told him…" * 2
    other = (
        "\"THE BRIDGE ISN'T SAFE\", said the mayor - again and again, as the council's own engineers have told him..."
        * 2
    )
    a, b = sketch(one), sketch(other)
    assert a == b


def test_half_of_an_article_is_a_copy_of_it() -> None:
    assert related(text(ARTICLE[:350]), text(ARTICLE)) is Relation.COPY


def test_every_third_sentence_another_word_is_a_copy() -> None:
    changed = [f"x{n}" if n % 15 == 0 else word for n, word in enumerate(ARTICLE)]
    assert related(text(changed), text(ARTICLE)) is Relation.COPY


def test_paragraphs_in_another_order_are_a_copy() -> None:
    assert related(text(ARTICLE[400:], prose(4, 150), ARTICLE[:400]), text(ARTICLE)) is Relation.COPY


def test_sentences_from_one_heap_make_no_copy() -> None:
    heap = [prose(100 + n, 16) for n in range(60)]
    chance = random.Random(8)  # noqa: S311 - no secrets
    one, other = (text(*chance.sample(heap, 36)) for _ in range(2))
    a, b = sketch(one), sketch(other)
    assert a is not None
    assert b is not None
    assert 0.4 < resemblance(a, b) < 0.5
    assert relation(a, b)[0] is Relation.NONE


def test_a_title_finds_a_text_and_says_nothing_else() -> None:
    one, other = sketch(text(ARTICLE), "The bridge is agreed"), sketch(text(prose(2, 300)), "THE BRIDGE is agreed!")
    assert one is not None
    assert other is not None
    assert len({*one.keys} & {*other.asked}) == 1
    assert relation(one, other)[0] is Relation.NONE
    short = sketch(text(prose(3, 300)), "Weather")
    assert short == sketch(text(prose(3, 300)))


def test_a_paragraph_of_background_in_two_stories_makes_no_copy() -> None:
    background = prose(9, 230)
    one, other = text(prose(2, 250), background), text(prose(3, 350), background)
    a, b = sketch(one), sketch(other)
    assert a is not None
    assert b is not None
    assert resemblance(a, b) > 0.2
    assert relation(a, b)[0] is Relation.NONE


def test_a_third_of_an_article_is_a_copy_if_it_begins_alike() -> None:
    shared, rest, other = ARTICLE[:200], ARTICLE[200:450], prose(4, 250)
    assert related(text(shared, other), text(shared, rest)) is Relation.COPY
    assert related(text(other, shared), text(rest, shared)) is Relation.NONE


def test_two_stories_have_nothing_to_do_with_each_other() -> None:
    assert related(text(prose(5, 400)), text(prose(6, 400))) is Relation.NONE


def test_the_first_two_sentences_are_a_brief_of_the_article_and_no_copy() -> None:
    brief = text(ARTICLE[:45])
    assert related(brief, text(["HARBOUR", "TOWN", "(AP)"], ARTICLE)) is Relation.BRIEF
    assert related(text(ARTICLE), brief) is Relation.WHOLE
    assert related(brief, text(ARTICLE[:180])) is Relation.BRIEF


def test_a_passage_from_the_middle_is_no_brief() -> None:
    assert related(text(ARTICLE[300:345]), text(ARTICLE)) is Relation.NONE


@pytest.mark.parametrize("words", [["Watch", "the", "video", "above"], ["only", "eleven", *"abcdefghi"], []])
def test_a_few_words_prove_nothing(words: list[str]) -> None:
    assert sketch(" ".join(words)) is None


def letters(first: str, several: int) -> str:
    chance = random.Random(7)  # noqa: S311 - as above
    return "".join(chr(ord(first) + chance.randrange(several)) for _ in range(600))


CHINESE = letters("\u4e00", 900)


@pytest.mark.parametrize(
    "whole",
    [
        CHINESE,
        letters("\u0e01", 45),
        "iPhone手机和Android平板".join(CHINESE[at : at + 40] for at in range(0, 600, 40)),
    ],
    ids=["Chinese", "Thai", "mixed with Latin"],
)
def test_scripts_without_spaces_are_compared_by_characters(whole: str) -> None:
    half = whole[: len(whole) * 6 // 10]
    assert related(half, whole) is Relation.COPY
    assert related(whole[::-1], whole) is Relation.NONE


def test_words_with_vowel_signs_are_words() -> None:
    words = ["पुलिस", "ने", "बदमाशों", "को", "गिरफ्तार", "किया"]
    hindi = " ".join(words[n * n % 6] + str(n % 50) for n in range(300))
    a = sketch(hindi)
    assert a is not None
    assert len(a) < 300  # cut at the signs it would be a thousand


def test_composed_and_decomposed_letters_are_one() -> None:
    words = [f"café{n} Zürich{n % 7} naïve{n % 11}" for n in range(60)]
    composed = sketch(" ".join(words))
    decomposed = sketch(" ".join(words).replace("é", "e\u0301").replace("ü", "u\u0308").replace("ï", "i\u0308"))
    assert composed == decomposed


def test_a_book_costs_no_more_room_than_a_long_article() -> None:
    book = sketch(" ".join(prose(8, 60_000)))
    assert book is not None
    assert len(book.sample) <= 512
    assert abs(len(book) - 60_000) < 10_000


def test_another_process_makes_the_same_sketch() -> None:
    told = "from newsloom.news.copies import sketch; import sys; print(hash(sketch(sys.stdin.read()).sample))"
    whole = text(ARTICLE)
    here = sketch(whole)
    assert here is not None
    done = subprocess.run([sys.executable, "-c", told], input=whole, capture_output=True, text=True, check=True)
    assert int(done.stdout) == hash(here.sample)


def test_the_numbers_are_those_that_stores_hold() -> None:
    """Another formula would find nothing in a store that stands: it would need a migration."""
    here = sketch(" ".join(f"word{n}" for n in range(40)))
    assert here is not None
    assert sum(here.lead) == 89659466869
    assert min(here.keys) == 18302462474618


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
texts = st.lists(words, min_size=0, max_size=200).map(" ".join)


@given(texts)
def test_any_text_is_like_itself(said: str) -> None:
    a = sketch(said)
    if a is not None:
        assert resemblance(a, a) == 1
        assert relation(a, a)[0] is Relation.COPY
        assert set(a.keys) & set(a.asked)
        assert unpacked(packed(a.sample)) == a.sample


@given(texts, texts)
def test_likeness_is_mutual(one: str, other: str) -> None:
    a, b = sketch(one), sketch(other)
    if a is not None and b is not None:
        mirrored = {Relation.BRIEF: Relation.WHOLE, Relation.WHOLE: Relation.BRIEF}
        kind, score = relation(a, b)
        assert relation(b, a) == (mirrored.get(kind, kind), score)
