"""Feeds of each dialect, as items with addresses, times, texts and files of their own."""

from datetime import UTC, datetime

import pytest

from newsloom.news.items import Article, Enclosure
from newsloom.news.memory import Found, Role
from scraper.extract.documents import Ask, FeedDocument, Guilty, document

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://a.example/feeds/main.xml"
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
LONG = " ".join(f"The council voted {n} times before it agreed on the new line." for n in range(12))


def read(body: str, *, zone: str = "UTC", entries: int = 5_000, language: str = "") -> FeedDocument:
    got = document(body.encode(), Ask(url=URL, fetched=NOW, zone=zone, entries=entries, language=language))
    assert isinstance(got, FeedDocument)
    return got


def rss(
    *items: str, channel: str = "<title>The Paper</title><link>https://a.example/</link><language>en-GB</language>"
) -> str:
    rows = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {SPACES}><channel>{channel}{rows}</channel></rss>'


def atom(*entries: str, head: str = "<title>The Paper</title><link href='https://a.example/'/>") -> str:
    rows = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" {SPACES[:0]}>{head}{rows}</feed>'


def only(feed: FeedDocument) -> tuple[Found, Article]:
    (found,) = feed.found
    assert found.item is not None
    return found, found.item


def test_an_rss_2_item_with_everything() -> None:
    feed = read(
        rss(
            "<title>Tram &amp;amp; train: caf&amp;eacute; &lt;b&gt;opens&lt;/b&gt;</title><link>/2026/11/tram</link>"
            "<guid isPermaLink='true'>https://a.example/?p=17</guid><pubDate>Fri, 20 Nov 2026 09:30:00 +0100</pubDate>"
            "<dc:creator>Ann Author</dc:creator><category>City</category><category>City</category><category>Trams</category>"
            f"<description>What it costs.</description><content:encoded><![CDATA[<p>{LONG}</p>"
            "<p><a href='/map'>Map</a> of it, here.</p>"
            "<img src='inside.jpg'>]]></content:encoded><enclosure url='plan.pdf' type='application/pdf' length='1200'/>"
            "<media:thumbnail url='/thumb.jpg'/><media:content url='/small.jpg' width='100' medium='image'/>"
            "<media:content url='/big.jpg' width='800' height='600' type='image/jpeg'/>"
        )
    )
    found, item = only(feed)

    assert (feed.title, feed.home, feed.language, feed.whole) == ("The Paper", "https://a.example/", "en-gb", True)
    assert found.url == item.url == "https://a.example/2026/11/tram"
    assert found.title == item.title == "Tram & train: café opens"
    assert found.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert item.authors == ("Ann Author",)
    assert item.tags == ("City", "Trams")
    assert item.summary == "What it costs."
    assert item.text == f"{LONG}\n\nMap of it, here."
    assert 'href="https://a.example/map"' in item.html
    assert item.sure
    assert item.enclosures == (
        Enclosure(url="https://a.example/2026/11/plan.pdf", type="application/pdf", length=1200),
    )
    assert item.image is not None
    assert (item.image.url, item.image.width, item.image.height) == ("https://a.example/big.jpg", 800, 600)
    assert item.aliases == ("https://a.example/?p=17",)
    assert item.language == "en-gb"


def test_an_atom_entry_with_everything() -> None:
    feed = read(
        atom(
            "<title type='html'>Rock &amp;amp; roll</title><id>tag:a.example,2026:1</id>"
            "<link rel='enclosure' href='/a.mp3' type='audio/mpeg' length='9'/><link rel='self' href='/entry.atom'/>"
            "<link rel='alternate' type='application/json' href='/1.json'/><link rel='alternate' type='text/html' href='/1'/>"
            "<author><name>Ann Author</name><email>ann@a.example</email></author><category term='x1' label='Music'/>"
            "<published>2026-11-19T10:00:00+04:00</published><updated>2026-11-20T06:00:00Z</updated>"
            f"<summary>Short.</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>{LONG}</p></div></content>"
        )
    )
    found, item = only(feed)

    assert (found.url, found.title) == ("https://a.example/1", "Rock & roll")
    assert found.published == datetime(2026, 11, 19, 6, tzinfo=UTC)
    assert found.modified == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert (item.authors, item.tags, item.summary, item.text) == (("Ann Author",), ("Music",), "Short.", LONG)
    assert item.enclosures == (Enclosure(url="https://a.example/a.mp3", type="audio/mpeg", length=9),)


def test_rss_1_is_rdf() -> None:
    feed = read(
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>T</title>'
        "<link>https://a.example/</link><items><rdf:Seq><rdf:li resource='https://a.example/1'/></rdf:Seq></items></channel>"
        "<item rdf:about='https://a.example/1'><title>One</title><link>https://a.example/1</link>"
        "<dc:date>2026-11-20T09:00:00+09:00</dc:date><dc:creator>Ann</dc:creator></item></rdf:RDF>"
    )
    found, item = only(feed)

    assert (found.url, found.published, item.modified) == (
        "https://a.example/1",
        datetime(2026, 11, 20, tzinfo=UTC),
        None,
    )


@pytest.mark.parametrize("version", ["0.91", "0.92"])
def test_the_old_rss(version: str) -> None:
    feed = read(
        f"<rss version='{version}'><channel><title>T</title><item><title>One</title><link>https://a.example/1</link></item></channel></rss>"
    )

    assert [one.url for one in feed.found] == ["https://a.example/1"]


def test_netscape_s_channel_without_rss() -> None:
    feed = read("<channel><title>T</title><item><title>One</title><link>https://a.example/1</link></item></channel>")

    assert [one.url for one in feed.found] == ["https://a.example/1"]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Fri, 20 Nov 2026 18:27:00", datetime(2026, 11, 20, 14, 27, tzinfo=UTC)),
        ("2026-11-20 18:27", datetime(2026, 11, 20, 14, 27, tzinfo=UTC)),
        ("2026-11-20T18:27:00", datetime(2026, 11, 20, 14, 27, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 18:27:00 GMT", datetime(2026, 11, 20, 18, 27, tzinfo=UTC)),
        ("20 Nov 26 18:27 EST", datetime(2026, 11, 20, 23, 27, tzinfo=UTC)),
        ("garbage", None),
        ("", None),
        ("31 Feb 2026 10:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
    ],
)
def test_a_date_without_a_zone_is_read_in_the_source_s(written: str, instant: datetime | None) -> None:
    found, item = only(read(rss(f"<link>/1</link><pubDate>{written}</pubDate>"), zone="Asia/Baku"))

    assert found.published == item.published == instant


def test_the_only_date_is_the_publication() -> None:
    found, item = only(read(atom("<link href='/1'/><updated>2026-11-20T06:00:00Z</updated>")))

    assert (found.published, item.modified) == (datetime(2026, 11, 20, 6, tzinfo=UTC), None)


def test_the_tracker_s_link_gives_way_to_the_original() -> None:
    found, _ = only(
        read(
            rss(
                "<link>https://feeds.tracker.example/~r/x/1</link><feedburner:origLink>https://a.example/1</feedburner:origLink>"
            )
        )
    )

    assert found.url == "https://a.example/1"


def test_an_item_without_a_link_is_kept_by_its_permalink_or_its_file() -> None:
    feed = read(
        rss(
            "<title>A</title><guid>https://a.example/by-guid</guid>",
            "<title>B</title><guid isPermaLink='false'>b</guid>"
            "<enclosure url='https://a.example/b.mp3' type='audio/mpeg' length=''/>",
            "<title>C</title><guid isPermaLink='false'>c</guid><link>javascript:alert(1)</link>",
        )
    )

    assert [one.url for one in feed.found] == ["https://a.example/by-guid", "https://a.example/b.mp3"]


def test_a_guid_that_is_no_address_of_this_item_alone_is_no_alias() -> None:
    feed = read(
        rss(
            "<link>/1</link><guid>https://a.example/</guid>",
            "<link>/2</link><guid>https://b.example/other-site</guid>",
            "<link>/3</link><guid>https://a.example/same</guid>",
            "<link>/4</link><guid>https://a.example/same</guid>",
            "<link>/5</link><guid>https://a.example/1</guid>",
        )
    )

    assert [one.item.aliases for one in feed.found if one.item] == [()] * 5


def test_links_are_read_against_the_base_that_the_feed_names() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/blog/"><title>T</title>'
        "<entry><title>One</title><link href='one/'/><content type='html' xml:base='one/'>"
        "&lt;p&gt;See &lt;a href='two'&gt;the second part&lt;/a&gt; of this story for more.&lt;/p&gt;</content></entry></feed>"
    )
    found, item = only(feed)

    assert found.url == "https://b.example/blog/one/"
    assert 'href="https://b.example/blog/one/two"' in item.html


def test_a_teaser_is_a_summary_and_a_long_description_the_body() -> None:
    feed = read(
        rss(
            "<link>/1</link><description>Only what it is about.</description>",
            f"<link>/2</link><description>&lt;p&gt;{LONG}&lt;/p&gt;</description>",
            f"<link>/3</link><description>{LONG} [...]</description>",
        )
    )
    teaser, whole, cut = (one.item for one in feed.found if one.item)

    assert (teaser.text, teaser.summary, teaser.sure) == ("", "Only what it is about.", False)
    assert (whole.text, whole.summary, whole.sure) == (LONG, "", True)
    assert cut.text.startswith(LONG)
    assert not cut.sure


def test_a_text_that_every_item_repeats_is_nobody_s_body() -> None:
    same = f"<content:encoded>{LONG}</content:encoded>"

    own = f"<content:encoded>{LONG} And more.</content:encoded>"

    feed = read(rss(f"<link>/1</link>{same}", f"<link>/2</link>{same}", f"<link>/3</link>{own}"))

    assert [bool(one.item and one.item.text) for one in feed.found] == [False, False, True]


def test_an_item_without_title_is_called_by_its_first_sentence() -> None:
    found, item = only(read(rss("<link>/1</link><description>The tram is back. It was away for years.</description>")))

    assert (found.title, item.title, dict(item.origins)) == ("", "The tram is back.", {"title": "text"})


def test_a_plain_title_keeps_its_angle_brackets() -> None:
    found, _ = only(read(atom("<link href='/1'/><title type='text'>Using &lt;video&gt; today</title>")))

    assert found.title == "Using <video> today"


@pytest.mark.parametrize(
    ("element", "names"),
    [
        ("<author>ann@a.example (Ann Author)</author>", ("Ann Author",)),
        ("<author>ann@a.example</author>", ()),
        ("<dc:creator>By Ann Author</dc:creator>", ("Ann Author",)),
        ("<dc:creator>Ann Author</dc:creator><dc:creator>Ben Writer</dc:creator>", ("Ann Author", "Ben Writer")),
        ("<dc:creator>https://a.example/ann</dc:creator>", ()),
        ("", ()),
    ],
)
def test_authors_are_names(element: str, names: tuple[str, ...]) -> None:
    assert only(read(rss(f"<link>/1</link>{element}")))[1].authors == names


@pytest.mark.parametrize(
    ("element", "image"),
    [
        ("<itunes:image href='/cover.jpg'/>", "https://a.example/cover.jpg"),
        ("<enclosure url='/photo.jpg' type='image/jpeg' length='1'/>", "https://a.example/photo.jpg"),
        (
            "<media:group><media:content url='/v.mp4' type='video/mp4'/><media:thumbnail url='/t.jpg'/></media:group>",
            "https://a.example/t.jpg",
        ),
        (
            f"<content:encoded>&lt;img src='/in.jpg'&gt;&lt;p&gt;{LONG}&lt;/p&gt;</content:encoded>",
            "https://a.example/in.jpg",
        ),
    ],
)
def test_where_the_image_is_found(element: str, image: str) -> None:
    item = only(read(rss(f"<link>/1</link>{element}")))[1]

    assert item.image is not None
    assert item.image.url == image
    assert not [file for file in item.enclosures if file.type.startswith("image/")]


def test_a_feed_that_breaks_off_gives_what_came_before() -> None:
    body = rss(*(f"<link>/{n}</link><title>{n}</title>" for n in range(20)))

    feed = read(body[: len(body) // 2])

    assert 2 < len(feed.found) < 15
    assert not feed.whole


def test_of_an_item_cut_in_two_nothing_is_given() -> None:
    body = rss("<title>1</title><link>/1</link>", "<guid>https://a.example/2</guid><title>Half a title</title>")

    feed = read(body[: body.index(" a title")])

    assert [one.url for one in feed.found] == ["https://a.example/1"]
    assert not feed.whole


def test_a_feed_that_is_no_xml_but_complete_is_whole() -> None:
    feed = read(rss("<link>/1</link><title>AT&T & <b>bold</i></title><description>a &nbsp; b <br> c</description>"))

    assert feed.found[0].title == "AT&T & bold"
    assert feed.whole


def test_characters_that_xml_forbids_are_left_out() -> None:
    found, item = only(read(rss("<link>/1</link><title>Con\x0btrol \x07</title><description>&#8;x</description>")))

    assert found.title == "Control"
    assert "\x08" not in item.summary


def test_an_address_that_stands_twice_is_shown_once() -> None:
    feed = read(rss(*(f"<link>https://a.example/1?utm_source={n}</link><guid>g{n}</guid>" for n in range(5))))

    assert [one.url for one in feed.found] == ["https://a.example/1?utm_source=0"]


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_too_many_items_the_newest_are_given(newest_first: bool) -> None:
    days = range(28, 0, -1) if newest_first else range(1, 29)
    rows = [f"<link>/{day}</link><pubDate>{day:02} Nov 2026 10:00:00 GMT</pubDate>" for day in days]

    feed = read(rss(*rows), entries=3)

    assert {one.url for one in feed.found} == {f"https://a.example/{day}" for day in (28, 27, 26)}
    assert not feed.whole
    assert feed.title == "The Paper"


def test_an_empty_feed_is_a_feed() -> None:
    assert read(rss()) == FeedDocument(title="The Paper", home="https://a.example/", language="en-gb")


def test_no_entity_bomb_goes_off_and_no_file_is_read() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    body = rss("<link>/1</link><title>T &i; &file;</title>").replace(
        '<?xml version="1.0"?>', f"<?xml version='1.0'?>{bomb}<!ENTITY file SYSTEM 'file:///etc/passwd'>]>"
    )

    feed = read(body)

    assert len(feed.found) == 1
    assert len(feed.found[0].title) < 100
    assert "root:" not in str(feed)


def test_a_body_that_is_a_file_s_name_opens_no_file() -> None:
    assert "root:" not in str(read("<rss>/etc/passwd</rss>".replace("<rss>", "<rss version='2.0'>")))


def test_the_language_of_the_config_is_used_where_the_feed_is_silent() -> None:
    feed = read(rss("<link>/1</link>", channel="<title>T</title>"), language="az")

    assert only(feed)[1].language == "az"


OTHER = "https://a.example/older.xml"
WORDPRESS = "<generator>https://wordpress.org/?v=6.5.2</generator>"


@pytest.mark.parametrize(
    ("head", "header", "older"),
    [
        ("<atom:link rel='next' href='/older.xml'/>", "", OTHER),
        ("<atom:link rel='prev-archive' href='/older.xml'/><atom:link rel='next' href='/p2'/>", "", OTHER),
        ("<atom:link rel='self' href='/x'/><atom:link rel='previous' href='/x'/><atom:link rel='hub' href='/x'/>", "", ""),
        ("<atom:link rel='next-archive' href='/x'/><atom:link rel='current' href='/x'/>", "", ""),
        ("<atom:link rel='next' href='javascript:alert(1)'/>", "", ""),
        ("", '<https://a.example/wp-json/>; rel="https://api.w.org/", </older.xml>; title="a, b"; rel="last next"', OTHER),
        ("", "</x>; rel=prev", ""),
        ("", "<" * 5_000 + ";" * 5_000 + " rel=next", ""),
        (WORDPRESS, "", "https://a.example/feeds/main.xml?paged=2"),
        (WORDPRESS + "<atom:link rel='next' href='/older.xml'/>", "", OTHER),
        ("<generator>Drupal</generator>", "", ""),
    ],
)  # fmt: skip
def test_where_a_feed_says_that_its_older_items_are(head: str, header: str, older: str) -> None:
    body = rss("<title>One</title><link>/1</link>", channel=f"<title>T</title>{head}").encode()
    got = document(body, Ask(url=URL, fetched=NOW, links=header))
    assert isinstance(got, FeedDocument)
    assert got.older == older


def test_atom_says_it_in_its_own_links_and_wordpress_counts_on() -> None:
    entry = "<title>One</title><link href='/1'/>"
    assert read(atom(entry, head="<title>T</title><link rel='prev-archive' href='/older.xml'/>")).older == OTHER
    made = "<title>T</title><generator uri='https://wordpress.org/' version='6.5'>WordPress</generator>"
    got = document(atom(entry, head=made).encode(), Ask(url="https://a.example/?feed=atom&paged=7", fetched=NOW))
    assert isinstance(got, FeedDocument)
    assert got.older == "https://a.example/?feed=atom&paged=8"


def test_of_a_feed_that_was_cut_the_items_before_the_cut_are_read_in_its_own_letters() -> None:
    body = rss(*(f"<title>Zürich {n}</title><link>/{n}</link>" for n in range(50))).encode()
    for cut in range(len(body) // 2, len(body) // 2 + 60):
        got = document(body[:cut], Ask(url=URL, fetched=NOW, role=Role.FEED, cut=True))
        assert isinstance(got, FeedDocument)
        assert [found.title for found in got.found] == [f"Zürich {n}" for n in range(len(got.found))]
        assert 20 < len(got.found) < 30
        assert (got.whole, got.bounds) == (False, ("body_bytes",))


def test_a_page_is_refused_when_it_was_cut_and_a_feed_where_a_page_was_asked_too() -> None:
    for body, role in (("<!doctype html><p>Text</p>", Role.START), (rss("<link>/1</link>"), Role.ARTICLE)):
        with pytest.raises(Guilty, match="larger than 16,777,216 bytes"):
            document(body.encode(), Ask(url=URL, fetched=NOW, role=role, cut=True))
