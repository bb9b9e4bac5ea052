"""When two addresses are one."""

from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsloom.news.keys import key
from newsloom.news.keys.known import known
from newsloom.news.urls import LONGEST, normalize

STORY = "https://paper.example/2026/05/04/the-bridge-is-agreed-on"

SAME = {
    "scheme": ("http://paper.example/a", "https://paper.example/a"),
    "default port": ("https://paper.example:443/a", "http://paper.example:80/a"),
    "dot at the end of the host": ("https://paper.example./a", "https://paper.example/a"),
    "case of the host, IDNA": ("https://MÜNCHEN.example/a", "https://xn--mnchen-3ya.example/a"),
    "percent-encoding": ("https://paper.example/%7Eed/caf%65/%c3%a4", "https://paper.example/~ed/cafe/ä"),
    "signs that browsers write either way": ("https://paper.example/a%2Cb%3Ac", "https://paper.example/a,b:c"),
    "marks apart": ("https://paper.example/cafe%CC%81-bar", "https://paper.example/café-bar"),
    "dot segments": ("https://paper.example/a/./b/../c", "https://paper.example/a/c"),
    "slashes": ("https://paper.example//a//b/", "https://paper.example/a/b"),
    "order of the query": ("https://paper.example/a?x=1&id=2", "https://paper.example/a?id=2&x=1"),
    "white space of the query": ("https://paper.example/a?q=b%20c", "https://paper.example/a?q=b+c"),
    "a query of nothing": ("https://paper.example/a?&", "https://paper.example/a"),
    "a query escaped twice": ("https://paper.example/a?id=1&amp;x=2", "https://paper.example/a?id=1&x=2"),
    "www": ("https://www.paper.example/a", "https://paper.example/a"),
    "mobile hosts": ("https://m.paper.example/a", "https://mobile.paper.example/a"),
    "AMP host and path": ("https://amp.paper.example/a-b/amp/", "https://paper.example/a-b"),
    "AMP first": ("https://paper.example/amp/a/b", "https://paper.example/a/b"),
    "AMP between": ("https://paper.example/news/amp/the-bridge", "https://paper.example/news/the-bridge"),
    "AMP before the name": ("https://paper.example/amp_story/112898", "https://paper.example/story/112898"),
    "AMP before the ending": ("https://paper.example/a.amp.html", "https://paper.example/a.html"),
    "AMP for the ending": (f"{STORY}.amp", f"{STORY}.html"),
    "AMP ending": ("https://paper.example/a-b.amp", "https://paper.example/a-b"),
    "AMP of an index": ("https://paper.example/a/index.amp", "https://paper.example/a/"),
    "AMP parameters": ("https://paper.example/a?outputType=amp", "https://paper.example/a?amp=1"),
    "print": (f"{STORY}?print=true", f"{STORY}/print/"),
    "print by a form": ("https://paper.example/a?id=7&view=print", "https://paper.example/a?id=7"),
    "on one page": (f"{STORY}?page=all", STORY),
    "index": ("https://paper.example/a/index.html", "https://paper.example/a/"),
    "index of a query": ("https://paper.example/index.php?id=7", "https://paper.example/?id=7"),
    "fragment": ("https://paper.example/a#comments", "https://paper.example/a#:~:text=word"),
    "a route to nowhere": ("https://paper.example/a#!", "https://paper.example/a"),
    "tracking": (f"{STORY}?utm_source=x&fbclid=1&CMP=Share&UTM_Medium=y", STORY),
    "names made of such words": (f"{STORY}?trafficSource=17&link_click=b", STORY),
    "clocks": (f"{STORY}?rev=1778000000000&_=1778000000", STORY),
    "share": (f"{STORY}?share=facebook&nb=1&replytocom=17#respond", STORY),
    "session": ("https://paper.example/a?PHPSESSID=abc", "https://paper.example/a;jsessionid=0A1B"),
    "a session beside a name": ("https://paper.example/story/1234/fire?sid=0123456789abcdef01234567", "https://paper.example/story/1234/fire"),
    "comments of WordPress": (f"{STORY}/comment-page-2/?cpage=3", STORY),
    "session in a path": ("https://paper.example/(S(lit3py55t21z5v55vlm25s55))/a", "https://paper.example/a"),
    "session beside an id": (
        "https://paper.example/viewtopic.php?t=7&sid=0123456789abcdef0123456789abcdef",
        "https://paper.example/viewtopic.php?t=7",
    ),
    "a channel": ("https://paper.example/a?ref=homepage&source=hp_lead_3", "https://paper.example/a"),
    "where the path says which": (f"{STORY}?ref=A17&s=20&from=17", STORY),
    "where the query says which": ("https://paper.example/a.php?id=7&ref=teaserbox", "https://paper.example/a.php?id=7"),
    "AMP cache": ("https://paper-example.cdn.ampproject.org/c/s/paper.example/a-b/amp/", "https://paper.example/a-b"),
    "AMP cache, viewer": ("https://cdn.ampproject.org/v/paper.example/a?amp_js_v=0.1", "https://paper.example/a"),
    "AMP at a search engine": ("https://www.google.com/amp/s/paper.example/a.amp", "https://paper.example/a"),
    "redirect": ("https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2Fa%3Fid%3D7&h=1", "https://paper.example/a?id=7"),
    "redirect of a country": ("https://www.google.co.uk/url?sa=t&url=http%3A%2F%2Fpaper.example%2Fa", "https://paper.example/a"),
    "redirect in a redirect": (
        "https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fpaper.example%252Fa",
        "https://paper.example/a",
    ),
    "redirect of any site": ("https://other.example/redirect?to=https%3A%2F%2Fpaper.example%2Fa&n=1", "https://paper.example/a"),
    "redirect without a name": ("https://href.li/?https://paper.example/a", "https://paper.example/a"),
    "a mail guard's writing": ("https://urldefense.proofpoint.com/v2/url?u=https-3A__paper.example_a-2Db&d=x", "https://paper.example/a-b"),
    "another's": ("https://urldefense.com/v3/__https://paper.example/a__;!!x", "https://paper.example/a"),
    "base64": ("https://www.bing.com/ck/a?!&&u=a1aHR0cHM6Ly9wYXBlci5leGFtcGxlL2E&ntb=1", "https://paper.example/a"),
    "in a path": ("https://r.search.yahoo.com/_ylt=A/RU=https%3a%2f%2fpaper.example%2fa/RK=2/RS=x", "https://paper.example/a"),
    "archive": ("https://web.archive.org/web/20220401000000id_/http://paper.example/a?id=1", "https://paper.example/a?id=1"),
    "podcast": ("https://dts.podtrac.com/redirect.mp3/cdn.paper.example/a.mp3", "https://cdn.paper.example/a.mp3"),
    "a site's own parameters": ("https://www.wsj.com/articles/a-b?mod=hp_lead_pos1", "https://www.wsj.com/articles/a-b"),
    "a site's own forms": ("https://youtu.be/a_b?si=1", "https://www.youtube.com/watch?v=a_b&feature=share"),
}  # fmt: skip

OTHER = {
    "a registered name": ("https://www.amp.com.au/a", "https://www.com.au/a"),
    "a short one": ("https://m.co.uk/a", "https://co.uk/a"),
    "hosts": ("https://de.paper.example/a", "https://fr.paper.example/a"),
    "port": ("https://paper.example:8080/a", "https://paper.example/a"),
    "words": ("https://paper.example/best-amp", "https://paper.example/best"),
    "a tag": ("https://paper.example/tag/amp/", "https://paper.example/tag/"),
    "a topic": ("https://paper.example/topic/print", "https://paper.example/topic"),
    "a section": ("https://paper.example/amp/gear", "https://paper.example/gear"),
    "routes": ("https://paper.example/#!/story/1", "https://paper.example/#!/story/2"),
    "routes with a slash": ("https://paper.example/#/story/1", "https://paper.example/#/story/2"),
    "case": ("https://paper.example/a", "https://paper.example/A"),
    "an id in ref": ("https://paper.example/story?ref=A-17", "https://paper.example/story?ref=A-18"),
    "a name in ref": ("https://paper.example/a?ref=facebook-fined", "https://paper.example/a?ref=twitter-fined"),
    "an id in s": ("https://paper.example/story?s=1", "https://paper.example/story?s=2"),
    "an id in sid": ("https://paper.example/read-full-story?sid=1234", "https://paper.example/read-full-story?sid=1235"),
    "an id behind a program": ("https://paper.example/show-us-the-full-story.php?s=1", "https://paper.example/show-us-the-full-story.php?s=2"),
    "campaign": ("https://paper.example/r?campaign=budget-2026", "https://paper.example/r?campaign=budget-2025"),
    "search for a channel": ("https://paper.example/?s=twitter", "https://paper.example/?s=facebook"),
    "a feed": ("https://paper.example/?feed=rss2", "https://paper.example/"),
    "ids of print forms": ("https://paper.example/node?nid=5&print=1", "https://paper.example/node?nid=6&print=1"),
    "kinds of things": ("https://paper.example/phones?type=mobile", "https://paper.example/phones?type=desktop"),
    "pages": (f"{STORY}?page=2", f"{STORY}?page=3"),
    "versions": (f"{STORY}?rev=2", f"{STORY}?rev=3"),
    "languages": (f"{STORY}?lang=de", f"{STORY}?lang=fr"),
    "escaped once and twice": ("https://paper.example/a%252Fb", "https://paper.example/a%2Fb"),
    "an escaped slash": ("https://paper.example/a%2Fb", "https://paper.example/a/b"),
    "an escaped ampersand": ("https://paper.example/a?x=1%262", "https://paper.example/a?x=1&2"),
    "a redirect to nothing": ("https://www.google.com/url?sa=t", "https://www.google.com/url?sa=u"),
    "a door": ("https://paper.example/login?next=https://paper.example/a", "https://paper.example/a"),
    "a proxy": ("https://paper.example/view?url=https://a.example/", "https://paper.example/view?url=https://b.example/"),
    "bytes of an old charset": ("https://paper.example/s?q=%CF%F0%E8", "https://paper.example/s?q=%CA%EE%F2"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_addresses_of_two_articles_have_two(one: str, other: str) -> None:
    assert key(one) != key(other)


HOSTS = st.sampled_from([
    "paper.example", "www.paper.example", "m.amp.paper.example", "amp.com.au", "google.com", "web.archive.org", "m.co.uk",
    "a-b.cdn.ampproject.org", "l.facebook.com", "[::1]", "192.0.2.1:80", "ünï.example", "a..b", "a.example.:443", "user@a.example",
    *sorted(known()["sites"]),
    *sorted({h.replace("*", "com").lstrip(".") for w in known()["wrappers"] for h in w["hosts"].split()}),
])  # fmt: skip
MARKS = """
    amp .amp print index.html x.amp.html x.amp x.amphtml x_print.html . .. ..amp %2e %61mp % %% %4 %25 web c s e v3 track
    20220101000000 https: https%3A%2F%2Fa.example%2Famp url l.php redirect google-amp amp_x a%2Fb ;sid=1 (S(0123456789abcdef))
    x;jsessionid=1;jsessionid=2 12345 the-bridge-is-agreed.html x.html status cnn 2026 05 04 watch shorts a-amp komplettansicht
    e%CC%81 %E1%84%80%E1%85%A1 %E1%84%80 %CC comment-page-2 amphtml
    __https: __;!! RU=https%3a%2f%2fb.example%2fa RK=2 a.example x.bildMobile.html ~amp.html
"""
NAMED = """
    utm_x ref s sid m amp amp;amp q u url to print page id wt.mc_id t _ source view device share%5Fid v %75tm_source
"""
GIVEN = "1 17 rss all print mobile %FF %2 = 1778000000 a1aHR0cHM6Ly9hLmV4YW1wbGUv https-3A__a.example_b"
INNER = st.sampled_from([
    "https://paper.example/amp/", "https://a.example/?ref=rss&id=1", "http://web.archive.org/web/1/http://b.example/x.amp",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fb.example%2F", "https://youtu.be/x",
])  # fmt: skip
SEGMENTS = st.one_of(st.sampled_from(["", *MARKS.split()]), st.text(max_size=6))
NAMES = st.one_of(st.sampled_from(["", *NAMED.split()]), st.text(max_size=4))
VALUES = st.one_of(
    st.sampled_from(GIVEN.split()),
    INNER,
    INNER.map(lambda url: quote(url, safe="")),
    INNER.map(lambda url: quote(quote(url, safe=""), safe="")),
    st.text(max_size=6),
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    path = "/".join(draw(st.lists(SEGMENTS, max_size=6)))
    query = "&".join(f"{n}={v}" for n, v in draw(st.lists(st.tuples(NAMES, VALUES), max_size=4)))
    end = draw(st.sampled_from(["", "#", "#top", "#!/a", "#/amp/", "#!", "#/%61?x"]))
    scheme = draw(st.sampled_from(["http", "https", "HTTPS"]))
    return f"{scheme}://{draw(HOSTS)}/{path}{'?' if query else ''}{query}{end}"


@settings(max_examples=500)
@given(st.one_of(st.text(), addresses(), st.from_regex(r"https?://[a-z]{1,9}\.(org|co\.uk)/\S{0,30}", fullmatch=True)))
@example("https://paper.example/index.html/index.html?ref=rss")
@example("http://0.cdn.ampproject.org/amp/a/0")
@example("https://www.google.com/url?q=https://www.google.com/url?q=https://paper.example/")
@example("https://paper.example/%%341")
@example("https://paper.example/a/..amp")
def test_the_key_of_a_key_is_that_key(url: str) -> None:
    found = key(url)
    assert key(found) == found
    assert bool(found) == bool(normalize(url))


@pytest.mark.parametrize("url", ["http://paper.example/", "https://paper.example/", "http://paper.example/?q="])
def test_a_key_is_never_longer_than_an_address(url: str) -> None:
    for length in range(LONGEST - 3, LONGEST + 1):
        found = key(url + "x" * (length - len(url)))
        assert len(found) <= LONGEST
        assert key(found) == found


@pytest.mark.parametrize(
    "url",
    [
        "https://web.archive.org/web/1/" * 140,
        "https://paper.example" + "/amp_a-b" * 500,
        "https://paper.example" + "/index.html/amp" * 270,
        "https://paper.example/" + "-" * 4_000,
        "https://paper.example/" + "%2" * 2_000,
        "https://paper.example/" + "a1" * 2_000,
        "https://paper.example/?" + "ref=a1&" * 580,
        "https://r.search.yahoo.com" + "/ru=http:" * 440,
    ],
)
def test_a_hostile_address_ends(url: str) -> None:
    found = key(url)
    assert key(found) == found


def test_an_address_escaped_in_its_escapes_comes_to_rest() -> None:
    assert key("https://paper.example/%" + "%3" * 40 + "41")


def test_names_are_kept_in_lower_case_as_they_are_compared() -> None:
    kept = known()
    lists = [
        *(group["names"] for group in kept["tracking"]),
        *(
            kept[part][name]
            for part in ("dubious", "flags", "soft flags", "forms", "whole")
            for name in kept[part]
            if name != "why"
        ),
        *(kept[part] for part in ("channels", "fillers", "devices", "clocks", "ids", "scripts", "redirectors")),
        *(site.get("drop", "") for site in kept["sites"].values()),
    ]
    assert [names for names in lists if names != names.lower()] == []


def test_the_file_says_where_it_comes_from() -> None:
    assert known()["source"]
    assert known()["licence"]
