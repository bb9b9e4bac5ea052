"""What a person is told of a config that cannot be used: everything at once, with line, key, what is wrong, what to do."""

from pathlib import Path

import pytest

from newsloom.config import ConfigError, load

SITE = "sources: [https://a.example]\n"


def told(tmp_path: Path, text: str | bytes) -> list[str]:
    """Each fault's line without the path."""
    path = tmp_path / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load(path)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.faults)
    assert all(line.startswith(str(path)) for line in lines)
    return [line.removeprefix(str(path)) for line in lines]


def test_all_faults_are_told_together_in_the_order_of_lines(tmp_path: Path) -> None:
    text = """\
sources:
  - https://anewz.tv
  - url: https://paper.example/rss
    language: german
    zoen: Europe/Berlin
  - url: tagesschau.de
    every: 30
  - name: nameless
topics:
  ukraine:
    match: (ukraine OR
  all:
    match: oil
polling:
  every: soon
limits:
  pages: 0
server: 8080
mute:
"""
    assert told(tmp_path, text) == [
        ":4: sources[paper.example/rss].language: 'german' is no language code: write one like en, de or pt-br",
        ":5: sources[paper.example/rss].zoen: unknown key: did you mean 'zone'?",
        ":6: sources[tagesschau.de].url: 'tagesschau.de' has no scheme: write https://tagesschau.de",
        ":7: sources[tagesschau.de].every: '30' has no unit: write 30s, 30m, 30h or 30d",
        ":8: sources[nameless].url: is missing: add it",
        ":11: topics.ukraine.match: not clear at character 12 ('(ukraine OR'): a word is missing after OR",
        ":12: topics.all: 'all' is built in and made by itself: choose another name",
        ":15: polling.every: 'soon' is no duration: write one like 30s, 15m, 2h, 1d or 1h30m",
        ":17: limits.pages: '0' is out of range: write a number not below 1",
        ":18: server: '8080' does not fit: write keys with values, each on a line of its own, indented",
        ":19: mute: has no value: write one, or take the line away for the default",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("sources:\n\t- https://a.example\n", 2, "a tab stands here"),
        ("sources:\n  - url: https://a.example\n   name: a\n", 3, "let keys of one group begin in one column"),
        ("server:\n  port: 80\n    host: a\n", 3, "too deep an indent"),
        (SITE + "topics:\n  a:\n    match: \"black sea\" OR odesa\n", 4, "put single quotes around all of it"),
        (SITE + "topics:\n  a:\n    title: War: the news\n", 4, "put a text that holds ': ' in quotes"),
        (SITE + "topics:\n  a:\n    match: *odesa\n", 4, "begins with * is a reference"),
        (SITE + "title: @news\n", 2, "put it in quotes"),
        (SITE + "title: 'news\n", 3, "a quote is opened and never closed"),
        ("sources: [https://a.example\n", 2, "close it with ]"),
        (SITE + "server: {port: 80\n", 3, "close it with }"),
        ("---\n" + SITE + "---\n" + SITE, 3, "a second document begins here"),
        (SITE + "title: a\x01b\n", 2, "no YAML"),
        (SITE.encode() + b"title: caf\xe9\n", 2, "byte 0xe9 is no UTF-8"),
    ],
)  # fmt: skip
def test_broken_yaml_is_told_with_its_line_and_the_way_out(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    (only,) = told(tmp_path, text)
    assert only.startswith(f":{line}: ")
    assert words in only


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_empty_file_is_told_what_to_begin_with(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == [": is empty: write `sources:` and under it `- https://...`"]


@pytest.mark.parametrize("text", ["news", "- https://a.example\n"])
def test_file_without_keys_is_told_what_to_begin_with(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == [":1: does not begin with a key: write `sources:` and under it `- https://...`"]


def test_file_that_cannot_be_read_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file: .* --config"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="this is a folder"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["title: x\n", "sources:\ntitle: x\n", "sources: []\n"])
def test_config_without_a_source_is_a_fault(tmp_path: Path, text: str) -> None:
    (only,) = told(tmp_path, text)
    assert "sources: names no site" in only


def test_key_that_stands_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    text = SITE + "topics:\n  a:\n    match: oil\n  b:\n    match: gas\n  a:\n    match: coal\ntitle: x\ntitle: y\n"
    assert told(tmp_path, text) == [
        ":7: topics.a: stands twice, first in line 3: take one away",
        ":10: title: stands twice, first in line 9: take one away",
    ]


def test_key_that_stands_twice_in_a_source_names_the_source(tmp_path: Path) -> None:
    text = "sources:\n  - url: https://a.example\n    name: a\n    zone: UTC\n    zone: Asia/Baku\n"
    assert told(tmp_path, text) == [":5: sources[a].zone: stands twice, first in line 4: take one away"]


def test_groups_without_end_are_told(tmp_path: Path) -> None:
    (only,) = told(tmp_path, "sources: " + "[" * 5000)
    assert "without end" in only


def test_one_address_in_two_sources_is_a_fault_however_it_is_spelt(tmp_path: Path) -> None:
    text = "sources:\n  - https://a.example/rss\n  - https://b.example\n  - http://www.a.example/rss/?utm_source=x\n"
    (only,) = told(tmp_path, text)
    assert only.startswith(":4: sources[")
    assert only.endswith(".url: the same address as the source in line 2: take one away")


def test_one_name_for_two_sources_is_a_fault(tmp_path: Path) -> None:
    text = "sources:\n  - {url: https://a.example, name: Paper}\n  - {url: https://b.example, name: paper}\n"
    assert told(tmp_path, text) == [":3: sources[paper].name: 'paper' is the source in line 2: give each its own name"]


def test_rule_naming_a_source_there_is_not_is_a_fault(tmp_path: Path) -> None:
    text = "sources: [{url: https://a.example, name: anewz}]\nmute: source:ANEWZ sport\n"
    text += "topics: {t: {match: 'oil OR NOT source:anews'}}\n"
    assert told(tmp_path, text) == [":3: topics.t.match: there is no source 'anews': did you mean 'anewz'?"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_age: none", "max_age: unknown key here: it belongs under `defaults:`"),
        ("every: 5m", "every: unknown key here: it belongs under `polling:`"),
        ("zone: Asia/Baku", "zone: unknown key here: it belongs under `polling:` or under `defaults:`"),
        ("match: flood", "match: unknown key here: it belongs in a topic"),
        ("server: {title: News}", "server.title: unknown key here: it belongs at the top level, not indented"),
        ("topics: {water: {contact: a@b.c}}", "topics.water.contact: unknown key here: it belongs under `network:`"),
        ("server: {prot: 80}", "server.prot: unknown key: did you mean 'port'?"),
    ],
)
def test_key_in_the_wrong_place_is_told_the_right_one(tmp_path: Path, text: str, words: str) -> None:
    assert [line.partition(":2: ")[2] for line in told(tmp_path, f"{SITE}{text}\n")] == [words]


def test_source_with_a_fault_of_its_own_may_still_be_named(tmp_path: Path) -> None:
    text = "sources: [https://b.example, {url: a.example, name: a}]\ntopics: {t: {match: source:a}}\n"
    (only,) = told(tmp_path, text)
    assert "has no scheme" in only


@pytest.mark.parametrize("key", ["all", "Briefs", "source", "source/a"])
def test_built_in_topics_are_reserved(tmp_path: Path, key: str) -> None:
    (only,) = told(tmp_path, SITE + f"topics:\n  {key}: {{match: oil}}\n")
    assert "is built in" in only


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("topics: {новости: {match: oil}}", "cannot be a file's name"),
        ("topics: {a: {match: oil}, A: {match: gas}}", "only in capitals"),
        ("topics: [oil]", "has no keys"),
        ("topics: {a: oil}", "does not fit: write keys with values"),
        ("topics: {a: {include: article}}", "'article' is not known: write articles"),
        ("topics: {a: {content: x}}", "is not known: write full or summary or brief"),
        ("pooling: {every: 5m}", "unknown key: did you mean 'polling'?"),
        ("polling: {cron: '0 0 * *'}", "has 4 fields, not five"),
        ("polling: {cron: '0 25 * * *'}", "is no cron line"),
        ("polling: {cron: '0 0 30 2 *'}", "never comes"),
        ("polling: {cron: '0 0 1 * mon'}", "names a day of the month and a weekday"),
        ("polling: {cron: '0 0 * * monkey'}", "has a weekday"),
        ("polling: {zone: Europe/Berln}", "'Europe/Berln' is no time zone: did you mean 'Europe/Berlin'?"),
        ("polling: {zone: America}", "is no time zone"),
        ("polling: {zone: ../../etc/passwd}", "is no time zone"),
        ("polling: {every: 1s}", "is out of range: write 5s to 366d"),
        ("polling: {shortest: 1h, longest: 30m}", "the shortest wait, 1h, is longer than the longest, 30m"),
        ("defaults: {max_age: never}", "is no duration"),
        ("defaults: {keep: 12h}", "is out of range: write 1d to"),
        ("defaults: {keep: none}", "is no duration"),
        ("defaults: {robots: maybe}", "'maybe' does not fit: write yes or no"),
        ("defaults: {delay: [1s]}", "a list or group does not fit: write a text"),
        ("limits: {pages: many}", "'many' does not fit: write a whole number"),
        ("limits: {body_bytes: 5 apples}", "is no size"),
        ("network: {open_networks: 127.0.0.1}", "does not fit: write a list"),
        ("network: {open_networks: [10.0.0.1/8]}", "write 10.0.0.0/8 for all of it, 10.0.0.1 for the one"),
        ("network: {open_networks: [localhost]}", "is no network"),
        ("network: {proxy: 'socks5://x'}", "is no proxy"),
        ("network: {contact: me}", "is no contact"),
        ("network: {user_agent: 'Nachrichtenmühle'}", "is no User-Agent"),
        ("server: {host: 'http://127.0.0.1'}", "is no host"),
        ("server: {host: '127.0.0.1:80'}", "the port has a key of its own"),
        ("server: {port: 70000}", "is out of range"),
        ("public_url: example.org", "has no scheme: write https://example.org"),
        ("out: .", "holds this config, which would be served"),
        ("store: public/news.db", "lies in the folder that is served"),
        ("store: .", "is a folder"),
        ("title: !new x", "!new has no meaning here"),
        ("? [a, b]\n: c", "a list or group stands where a key should"),
        ("topics: &t {a: *t}", "refers to a group that it is part of"),
        ("tags: {moon: }", "tags.moon: names no tag of a site"),
        ("tags: {moon: [Lunar, '!!']}", "'!!' is no tag: write one with a letter"),
        ("tags: {moon: 'the \"moon\"'}", "without quotation marks"),
        ("tags: {Moon: a, moon: b}", "tags.moon: is 'Moon' in other capitals"),
    ],
)
def test_fault_says_what_is_wrong_and_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    (only,) = told(tmp_path, SITE + text + "\n")
    assert only.startswith(":2: ")
    assert words in only


def test_rule_that_grows_too_long_by_its_tags_is_a_fault(tmp_path: Path) -> None:
    words = ", ".join(f"word{n}" for n in range(900))
    (only,) = told(tmp_path, f"{SITE}tags: {{moon: [{words}]}}\ntopics: {{m: {{match: 'tag:moon'}}}}\n")
    assert ":3: topics.m.match: with the words that `tags:` has for its tags, it is too much" in only


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ftp://a.example", "is no web address"),
        ("feed://a.example/rss", "write https://a.example/rss"),
        ("feed:http://a.example/rss", "write http://a.example/rss"),
        ("https://", "is no web address"),
        ("https://me:secret@a.example", "holds a user name or password"),
        ("{url: https://a.example, kind: feeds}", "'feeds' is not known: write feed"),
        ("{url: https://a.example, spider: my.paper}", "is no spider: write module:Class"),
        ("{url: https://a.example, name: a/b}", "cannot be a file's name"),
        ("{url: https://a.example, every: 5m, cron: 0 * * * *}", "stands beside `every`"),
        ("{url: https://a.example, longest: 1m}", "the shortest wait, 2m, is longer than the longest, 1m"),
        ("{url: https://a.example, every: 5m, longest: 2d}", "does nothing beside `every`"),
        ("{url: https://a.example, tile: x}", "unknown key: did you mean 'title'?"),
        ("[https://a.example]", "a list does not fit: write keys with values"),
        ("{url: https://a.example, mute: '(a'}", "not clear at character"),
    ],
)
def test_fault_of_a_source_says_what_is_wrong_and_what_to_do(tmp_path: Path, source: str, words: str) -> None:
    (only,) = told(tmp_path, f"sources:\n  - https://other.example\n  - {source}\n")
    assert only.startswith(":3: sources[")
    assert words in only


def test_secret_of_an_address_is_not_told(tmp_path: Path) -> None:
    (only,) = told(tmp_path, "sources:\n  - https://me:secret@a.example\n")
    assert "secret" not in only


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("webhook: hooks.example", ".webhook.url: 'hooks.example' has no scheme: write https://hooks.example"),
        ("webhook: {secret: A}", ".webhook.url: is missing: add it"),
        ("webhook: {url: https://a.example, secrets: A}", ".webhook.secrets: unknown key: did you mean 'secret'?"),
        (
            "webhook: {url: https://a.example, headers: {Webhook-Id: A}}",
            ".webhook.headers.Webhook-Id.[key]: Webhook-Id is made for each request: take it away",
        ),
        (
            "command: tell 'all",
            ".command: \"tell 'all\" cannot be cut into words (No closing quotation): close the quotes, or write a list",
        ),
        ("command: ''", ".command: names no program: write one, with its arguments"),
        (
            "command: tell | mail",
            ".command: '|' means something to a shell only, and none is asked: write a script, or sh -c '...'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_of_news_is_a_fault(tmp_path: Path, keys: str, fault: str) -> None:
    assert [f.partition(": ")[2] for f in told(tmp_path, f"{SITE}topics:\n  news:\n    {keys}\n")] == [
        f"topics.news{fault}"
    ]


def test_a_secret_in_place_of_its_variable_is_not_repeated(tmp_path: Path) -> None:
    [fault] = told(tmp_path, SITE + "topics: {news: {webhook: {url: https://a.example, secret: whsec_c2VjcmV0+}}}\n")
    assert "c2VjcmV0" not in fault
