"""When two addresses are one, and two texts."""

from itertools import product

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsloom.news.identity import LONGEST, entry_id, key, normalize, origin, similar, site, text_digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "http://www.example.org/a/"),
        ("https://example.org/a", "HTTPS://EXAMPLE.org:443/x/../a"),
        ("https://example.org/a?b=1&c=2", "https://example.org/a?c=2&b=1&utm_source=x&fbclid=y"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://example.org/a#part", "https://example.org/a"),
    ],
)
def test_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/?p=1", "https://example.org/?p=2"),
        ("https://example.org/#!/1", "https://example.org/#!/2"),
        ("https://news.example.org/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org/a"),
    ],
)
def test_other_addresses_have_other_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "/relative",
        "https://",
        "data:,x",
        "https://a.example/" + "é" * 2_000,
    ],
)
def test_what_is_no_web_address_has_no_key(text: str) -> None:
    assert key(text) == normalize(text) == ""


PLACES = ("", "https://example.org", "http://example.org:80", "https://Example.org", "http://127.1", "https://a@example.org",
          "https://a..b", "https://xn--a", "ftp://example.org", "//example.org", "http:")  # fmt: skip
PATHS = ("", "/", "//b/c", "/a-0/b_1.html?c=d&e=/f", "/./a", "/a/../b", "/a/.b", "/a?b=/.", "/%2E%2e/a", "/a'b", "/a?b'c", "/a|b",
         "/a^b", "/a`b", "/a{b}", "/a<b", "/a\\b", "/é", "/a b", " /a ", "a", "?b", "/(a)*~!$,;:+b",
         f"/{'a' * LONGEST}")  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_an_address_is_spelt_as_the_standard_says(place: str) -> None:
    def standard(url: str, base: str) -> str:
        try:
            href = str(ada_url.URL(url, base or None).href).replace("//a@", "//")
        except ValueError:
            return ""
        return href if href.startswith("http") and len(href) <= LONGEST else ""

    for path, there in product(PATHS, PLACES):
        base = f"{there}/x/y" if there else ""
        assert normalize(place + path, base) == standard((place + path).strip(), base), (path, base)


@given(st.text() | st.from_regex(r"https?://[a-z]{1,9}\.(org|co\.uk)/\S{0,30}", fullmatch=True))
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


def test_a_site_is_the_registrable_domain() -> None:
    assert site("https://news.bbc.co.uk/x") == "bbc.co.uk"
    assert site("http://127.0.0.1:8400/x") == "127.0.0.1:8400"
    assert site("http://localhost:8400/") == "localhost:8400"


def test_an_origin_says_its_port() -> None:
    assert origin("https://example.org/x") == "https://example.org:443"
    assert origin("http://[::1]/x") == "http://[::1]:80"


def test_an_id_follows_from_the_first_key() -> None:
    assert entry_id("https://example.org/a") == entry_id("https://example.org/a")


def test_equal_texts_have_equal_digests_white_space_case_and_signs_aside() -> None:
    text = "The council of Harbour Town has agreed to build the long bridge over the eastern channel after years."
    assert text_digest(text) == text_digest(text.upper().replace(" ", "\n\n").replace(".", "!")) != ""
    assert text_digest("Watch the video above.") == ""


def test_similarity_is_of_words() -> None:
    assert similar("The bridge opens", "the BRIDGE opens!") == 1
    assert similar("The bridge opens", "A ferry sinks") == 0


def test_queries_in_an_old_charset_keep_their_bytes() -> None:
    one, other = key("https://a.example/s?title=%CF%F0%E8"), key("https://a.example/s?title=%CA%EE%F2")
    assert one != other
    assert key(one) == one
    assert key("https://a.example/s?q=%D0%9F+x") == key("https://a.example/s?q=П%20x")


def test_what_is_no_address_has_no_site() -> None:
    assert site("http://[::1") == ""
