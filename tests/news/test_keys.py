"""When two addresses are one."""

import json
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsloom.news.identity import key

STORY = "https://paper.example/2026/05/the-bridge-is-agreed-on"

SAME = {
    "scheme": ("http://paper.example/a", "https://paper.example/a"),
    "default port": ("https://paper.example:443/a", "http://paper.example:80/a"),
    "dot at the end of the host": ("https://paper.example./a", "https://paper.example/a"),
    "case of the host, IDNA": ("https://MÜNCHEN.example/a", "https://xn--mnchen-3ya.example/a"),
    "percent-encoding": ("https://paper.example/%7Eed/caf%65/%c3%a4", "https://paper.example/~ed/cafe/ä"),
    "dot segments": ("https://paper.example/a/./b/../c", "https://paper.example/a/c"),
    "order of the query": ("https://paper.example/a?x=1&id=2", "https://paper.example/a?id=2&x=1"),
    "www": ("https://www.paper.example/a", "https://paper.example/a"),
    "mobile hosts": ("https://m.paper.example/a", "https://mobile.paper.example/a"),
    "AMP host and path": ("https://amp.paper.example/a/amp/", "https://paper.example/a"),
    "AMP first": ("https://paper.example/amp/a/b", "https://paper.example/a/b"),
    "AMP ending": ("https://paper.example/a.amp.html", "https://paper.example/a.html"),
    "AMP bare ending": ("https://paper.example/a-b.amp", "https://paper.example/a-b"),
    "AMP parameter": ("https://paper.example/a?outputType=amp", "https://paper.example/a?amp=1"),
    "print": ("https://paper.example/a?print=true", "https://paper.example/a/print/"),
    "index": ("https://paper.example/a/index.html", "https://paper.example/a/"),
    "fragment": ("https://paper.example/a#comments", "https://paper.example/a#:~:text=word"),
    "tracking": (f"{STORY}?utm_source=x&fbclid=1&CMP=Share", STORY),
    "session": (f"{STORY}?PHPSESSID=abc", STORY),
    "a word for how a reader came": ("https://paper.example/a?ref=homepage", "https://paper.example/a"),
    "where the path says which": (f"{STORY}?ref=A17&s=20&from=17", STORY),
    "AMP cache": ("https://paper-example.cdn.ampproject.org/c/s/paper.example/a/amp/", "https://paper.example/a"),
    "AMP at a search engine": ("https://www.google.com/amp/s/paper.example/a.amp", "https://paper.example/a"),
    "redirect": ("https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2Fa%3Fid%3D7&h=1", "https://paper.example/a?id=7"),
    "redirect in a redirect": (
        "https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fpaper.example%252Fa",
        "https://paper.example/a",
    ),
    "archive": ("https://web.archive.org/web/20220401000000/https://paper.example/a", "https://paper.example/a"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.amp.com.au/a", "https://www.com.au/a"),
        ("https://m.co.uk/a", "https://co.uk/a"),
        ("https://paper.example/best-amp", "https://paper.example/best"),
        ("https://paper.example/#!/story/1", "https://paper.example/#!/story/2"),
        ("https://paper.example/#/story/1", "https://paper.example/#/story/2"),
        ("https://paper.example/story?ref=A-17", "https://paper.example/story?ref=A-18"),
        ("https://paper.example/story?s=1", "https://paper.example/story?s=2"),
        ("https://paper.example/r?campaign=budget-2026", "https://paper.example/r?campaign=budget-2025"),
        ("https://paper.example/node?nid=5&print=1", "https://paper.example/node?nid=6&print=1"),
        ("https://paper.example/search?q=a&m=5", "https://paper.example/search?q=a&m=6"),
        ("https://de.paper.example/a", "https://fr.paper.example/a"),
        ("https://paper.example/a%252Fb", "https://paper.example/a%2Fb"),
        ("https://paper.example/a?x=1%262", "https://paper.example/a?x=1&2"),
        ("https://paper.example:8080/a", "https://paper.example/a"),
        ("https://www.google.com/url?sa=t", "https://www.google.com/url?sa=u"),
        ("https://paper.example/index.php?id=1", "https://paper.example/index.php?id=2"),
    ],
)
def test_addresses_of_two_articles_have_two(one: str, other: str) -> None:
    assert key(one) != key(other)


HOSTS = st.sampled_from([
    "paper.example", "www.paper.example", "m.amp.paper.example", "amp.com.au", "google.com", "web.archive.org", "m.co.uk",
    "a-b.cdn.ampproject.org", "l.facebook.com", "[::1]", "192.0.2.1", "ünï.example", "a..b",
])  # fmt: skip
SEGMENTS = st.one_of(
    st.sampled_from([
        "amp", ".amp", "print", "index.html", "x.amp.html", "x.amp", "", ".", "..", "%2e", "%61mp", "web", "c", "s",
        "20220101000000", "https:", "url", "l.php", "google-amp", "a%2Fb", "%25", "%",
    ]),
    st.text(max_size=6),
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(["utm_x", "ref", "s", "m", "amp", "q", "u", "url", "print", "id", "", "wt.mc_id"]),
    st.text(max_size=4),
)
VALUES = st.one_of(
    st.sampled_from(["1", "rss", "https://paper.example/amp/", "https%3A%2F%2Fa.example%2F%3Fref%3Drss", "%FF"]),
    st.text(max_size=6),
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    path = "/".join(draw(st.lists(SEGMENTS, max_size=5)))
    query = "&".join(f"{n}={v}" for n, v in draw(st.lists(st.tuples(NAMES, VALUES), max_size=3)))
    end = draw(st.sampled_from(["", "#", "#top", "#!/a", "#/amp/"]))
    return (
        f"{draw(st.sampled_from(['http', 'https', 'HTTPS']))}://{draw(HOSTS)}/{path}{'?' if query else ''}{query}{end}"
    )


@given(st.one_of(st.text(), addresses()))
@example("https://paper.example/index.html/index.html?ref=rss")
@example("http://0.cdn.ampproject.org/amp/a/0")
@example("https://www.google.com/url?q=https://www.google.com/url?q=https://paper.example/")
def test_the_key_of_a_key_is_that_key(url: str) -> None:
    found = key(url)
    assert key(found) == found


def test_the_names_of_parameters_are_in_lower_case_as_they_are_compared() -> None:
    data = json.loads(files("newsloom.news").joinpath("tracking.json").read_text(encoding="utf-8"))
    groups = [
        *data["tracking"].values(),
        data["sessions"],
        *data["forms"].values(),
        data["dubious"],
        data["words"],
        data["if_yes"],
    ]
    assert [name for names in groups for name in names if name != name.lower()] == []
