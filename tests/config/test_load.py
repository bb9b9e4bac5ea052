"""What a config without fault becomes."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from newsloom.config import Config, ConfigError, load
from newsloom.news.items import EntryKind, Face, Webhook
from newsloom.news.rules import parse
from newsloom.news.sources import Limits, Schedule, Server, Source, SourceKind


def loaded(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_address_alone_is_a_source_with_every_default(tmp_path: Path) -> None:
    config = loaded(tmp_path, "sources:\n  - https://www.paper.example/#top\n")
    assert config.sources == (
        Source(name="paper.example", title="paper.example", url="https://www.paper.example/", schedule=Schedule()),
    )
    assert config.limits == Limits()
    assert config.server == Server()
    assert (config.looks, config.jitter) == (48, timedelta(minutes=1))
    assert (config.out, config.store) == (tmp_path / "public", tmp_path / "newsloom.db")
    assert (config.title, config.public_url, config.path) == ("newsloom", "", tmp_path / "config.yaml")


def test_source_says_otherwise_than_the_defaults(tmp_path: Path) -> None:
    text = """\
defaults: {zone: Asia/Baku, max_age: none, delay: 0, language: AZ, group: Caucasus, robots: no, verify_certificates: off}
sources:
  - https://a.example
  - {url: https://b.example/rss, name: b, title: B, kind: feed, zone: Europe/Oslo, language: "no", max_age: 1h30m,
     delay: 2s, group: North, robots: yes, verify_certificates: true, spider: "my.paper:Paper"}
"""
    first, second = loaded(tmp_path, text).sources
    assert (first.zone, first.max_age, first.delay) == ("Asia/Baku", None, timedelta(0))
    assert (first.language, first.group, first.robots, first.verify_certificates) == ("az", "Caucasus", False, False)
    assert (second.zone, second.max_age, second.delay) == ("Europe/Oslo", timedelta(minutes=90), timedelta(seconds=2))
    assert (second.language, second.group, second.robots, second.verify_certificates) == ("no", "North", True, True)
    assert (second.name, second.title, second.kind, second.spider) == ("b", "B", SourceKind.FEED, "my.paper:Paper")


def test_texts_are_kept_for_ever_unless_somebody_says_how_long(tmp_path: Path) -> None:
    said = "sources: [https://a.example, {url: https://b.example, keep: forever}, {url: https://c.example, keep: 2w}]"
    config = loaded(tmp_path, f"{said}\ndefaults: {{keep: 90d}}\n")
    assert config.keep == timedelta(days=90)
    assert [s.keep for s in config.sources] == [timedelta(days=90), None, timedelta(days=14)]
    config = loaded(tmp_path, f"{said}\n")
    assert config.keep is None
    assert [s.keep for s in config.sources] == [None, None, timedelta(days=14)]


def test_source_may_return_to_no_group_and_no_language(tmp_path: Path) -> None:
    text = "defaults: {group: G, language: de}\nsources: [{url: https://a.example, group: '', language: ''}]\n"
    (source,) = loaded(tmp_path, text).sources
    assert (source.group, source.language) == ("", "")


def test_scalars_are_taken_as_they_are_written(tmp_path: Path) -> None:
    text = "sources: [{url: https://a.example, name: 007, title: 18:30, group: no}]\n"
    text += "topics: {no: {match: 1984}, 2024: {title: null hour}}\n"
    config = loaded(tmp_path, text)
    (source,) = config.sources
    assert (source.name, source.title, source.group) == ("007", "18:30", "no")
    assert [(t.key, t.title, t.match) for t in config.topics[4:]] == [("no", "no", "1984"), ("2024", "null hour", "")]


def test_names_come_from_hosts_and_do_not_depend_on_the_order(tmp_path: Path) -> None:
    addresses = [
        "https://www.paper.example/world/rss.xml", "https://paper.example/", "https://www.paper.example/sport",
        "http://127.0.0.1:8481/", "http://[::1]:8481/", "https://b\u00fccher.example/",
    ]  # fmt: skip
    expected = {
        "https://www.paper.example/world/rss.xml": "paper.example-world-rss",
        "https://paper.example/": "paper.example",
        "https://www.paper.example/sport": "paper.example-sport",
        "http://127.0.0.1:8481/": "127.0.0.1-8481",
        "http://[::1]:8481/": "1-8481",
        "https://xn--bcher-kva.example/": "xn--bcher-kva.example",
    }
    for order in (addresses, addresses[::-1]):
        config = loaded(tmp_path, "sources:\n" + "".join(f"  - {a}\n" for a in order))
        assert {s.url: s.name for s in config.sources} == expected
        assert {s.title for s in config.sources} >= {"bücher.example", "paper.example"}


def test_given_name_is_never_taken_by_a_source_without_one(tmp_path: Path) -> None:
    text = "sources:\n  - https://a.example/\n  - {url: https://b.example/, name: A.example}\n"
    first, second = loaded(tmp_path, text).sources
    assert second.name == "A.example"
    assert first.name not in ("a.example", "A.example")


def test_own_schedule_wins_over_polling(tmp_path: Path) -> None:
    text = """\
polling: {every: 1h, cron: "0 7 * * 1-5", zone: Asia/Baku, jitter: 10s}
sources:
  - https://a.example
  - {url: https://b.example, every: 5m}
  - {url: https://c.example, cron: "@daily"}
"""
    config = loaded(tmp_path, text)
    assert [(s.schedule.every, s.schedule.cron) for s in config.sources] == [
        (timedelta(hours=1), "0 7 * * mon,tue,wed,thu,fri"),
        (timedelta(minutes=5), ""),
        (None, "0 0 * * *"),
    ]
    assert {s.schedule.zone for s in config.sources} == {"Asia/Baku"}
    assert config.jitter == timedelta(seconds=10)


def test_a_source_without_an_interval_is_looked_at_by_its_rhythm_within_bounds_of_its_own(tmp_path: Path) -> None:
    text = """\
polling: {budget: 100, shortest: 5m}
sources:
  - https://a.example
  - {url: https://b.example, every: 5m}
  - {url: https://c.example, shortest: 1m, longest: 2h}
"""
    config = loaded(tmp_path, text)
    assert [s.schedule.is_learned for s in config.sources] == [True, False, True]
    assert [(s.schedule.shortest, s.schedule.longest) for s in config.sources] == [
        (timedelta(minutes=5), timedelta(days=1)),
        (timedelta(minutes=5), timedelta(days=1)),
        (timedelta(minutes=1), timedelta(hours=2)),
    ]
    assert config.looks == 100


def test_what_feeds_say_of_their_interval_is_the_mean_of_the_budget_in_steps(tmp_path: Path) -> None:
    def intervals(polling: str) -> list[timedelta]:
        config = loaded(
            tmp_path, f"polling: {polling}\nsources: [https://a.example, {{url: https://b.example, every: 7m}}]\n"
        )
        return [config.interval(s) for s in config.sources]

    assert intervals("{}") == [timedelta(minutes=30), timedelta(minutes=7)]
    assert intervals("{budget: 100}")[0] == timedelta(minutes=10)
    assert intervals("{budget: 90}")[0] == timedelta(minutes=15)
    assert intervals("{budget: 1}")[0] == timedelta(days=1)
    assert intervals("{budget: 100000}")[0] == timedelta(minutes=1)


def test_built_in_topics_come_first_and_every_source_has_one(tmp_path: Path) -> None:
    text = "sources: [{url: https://a.example, name: a, title: A, group: G, language: de}]\ntopics: {t: {match: oil}}\n"
    everything, briefs, source, health, own = loaded(tmp_path, text).topics
    assert (everything.key, everything.match, everything.source) == ("all", "", "")
    assert (everything.face, source.face) == (Face.SOURCE, Face.SOURCE)
    assert (briefs.key, briefs.include, briefs.face) == ("briefs", frozenset({EntryKind.BRIEF}), Face.BRIEF)
    assert (source.key, source.source, source.title, source.group, source.language) == ("source/a", "a", "A", "G", "de")
    assert (health.key, health.include, health.group) == ("health", frozenset(), "About these feeds")
    assert (own.key, own.title, own.match, own.include, own.face) == (
        *("t", "t", "oil"), frozenset({EntryKind.ARTICLE}), Face.SOURCE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "include", "face"),
    [
        ("include: briefs", frozenset({EntryKind.BRIEF}), Face.BRIEF),
        ("include: briefs, content: full", frozenset({EntryKind.BRIEF}), Face.FULL),
        ("include: both, content: summary", frozenset(EntryKind), Face.SUMMARY),
    ],
)
def test_topic_says_what_it_lets_in_and_shows(
    tmp_path: Path, written: str, include: frozenset[EntryKind], face: Face
) -> None:
    topic = loaded(tmp_path, f"sources: [https://a.example]\ntopics: {{t: {{{written}}}}}\n").topics[-1]
    assert (topic.include, topic.face) == (include, face)


def test_how_much_is_shown_of_a_source_is_said_for_all_and_for_one(tmp_path: Path) -> None:
    text = "defaults: {content: summary}\nsources: [https://a.example, {url: https://b.example, content: full}]\n"
    assert [s.content for s in loaded(tmp_path, text).sources] == [Face.SUMMARY, Face.FULL]


def test_global_mute_holds_for_every_source_beside_its_own(tmp_path: Path) -> None:
    text = "mute: x OR y\nsources: [{url: https://a.example, mute: NOT z}, https://b.example]\n"
    assert [s.mute for s in loaded(tmp_path, text).sources] == ["(x OR y) OR (NOT z)", "x OR y"]


def test_contact_stands_in_the_user_agent_unless_it_is_the_placeholder(tmp_path: Path) -> None:
    def agent(network: str) -> str:
        return loaded(tmp_path, f"sources: [https://a.example]\nnetwork: {network}\n").network.user_agent

    assert agent("{contact: me@paper.test}").endswith(" (+mailto:me@paper.test)")
    assert agent("{contact: 'https://paper.test/bot', user_agent: loom/2}") == "loom/2 (+https://paper.test/bot)"
    assert agent("{contact: you@example.org, user_agent: loom/2}") == "loom/2"
    assert agent("{}").startswith("newsloom/")


def test_limits_network_and_server_are_taken_over(tmp_path: Path) -> None:
    text = """\
sources: [https://a.example]
limits: {pages: 5, body_bytes: 2MiB, header_bytes: 9000, request_time: 5s}
network: {open_networks: [127.0.0.1, "fd00::/8"], proxy: "http://127.0.0.1:3128", connections: 2, children: 3}
server: {host: "[::1]", port: 0}
public_url: https://paper.test/news/
title: Our news
"""
    config = loaded(tmp_path, text)
    assert config.limits == Limits(pages=5, body_bytes=2 * 2**20, header_bytes=9000, request_time=timedelta(seconds=5))
    assert config.network.open_networks == (ip_network("127.0.0.1/32"), ip_network("fd00::/8"))
    assert (config.network.proxy, config.network.connections, config.network.children) == (
        "http://127.0.0.1:3128",
        2,
        3,
    )
    assert (config.server, config.public_url) == (Server(host="::1", port=0), "https://paper.test/news")
    assert config.title == "Our news"


def test_paths_begin_at_the_file_not_at_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "news.yaml").write_text("sources: [https://a.example]\nstore: ../var/n.db\nout: ~/feeds\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    config = load(Path("etc/news.yaml"))
    assert (config.store, config.out) == (tmp_path / "var/n.db", tmp_path / "home/feeds")


def test_lines_may_end_as_on_windows_and_a_rule_may_go_over_several(tmp_path: Path) -> None:
    text = "sources:\r\n  - https://a.example\r\ntopics:\r\n  t:\r\n    match: >\r\n      oil OR\r\n      gas\r\n"
    assert loaded(tmp_path, text).topics[-1].match == "oil OR gas"


def test_anchors_and_merged_groups_work_as_yaml_has_them(tmp_path: Path) -> None:
    text = """\
sources:
  - &baku {url: https://a.example, zone: Asia/Baku, language: az}
  - {<<: *baku, url: https://b.example, language: en}
"""
    assert [(s.zone, s.language) for s in loaded(tmp_path, text).sources] == [("Asia/Baku", "az"), ("Asia/Baku", "en")]


def test_headings_with_nothing_under_them_are_as_good_as_none(tmp_path: Path) -> None:
    text = "\ufeffsources: [https://a.example]\ntopics:\npolling:\nlimits:\nnetwork:\nserver:\ndefaults:\n"
    assert loaded(tmp_path, text).limits == Limits()


def test_a_source_names_the_variables_of_its_headers_and_cookies(tmp_path: Path) -> None:
    text = "sources: [{url: https://a.example, headers: {Authorization: A_TOKEN}, cookies: {session: A_SESSION}}]\n"
    (source,) = loaded(tmp_path, text).sources
    assert source.headers == (("Authorization", "A_TOKEN"),)
    assert source.cookies == (("session", "A_SESSION"),)


@pytest.mark.parametrize(
    "headers", ["{Authorization: Bearer s3cret}", "{Cookie: A_VARIABLE}", "{'Bad Name': A_VARIABLE}"]
)
def test_a_value_in_place_of_a_variable_is_refused_and_not_repeated(tmp_path: Path, headers: str) -> None:
    with pytest.raises(ConfigError) as fault:
        loaded(tmp_path, f"sources: [{{url: https://a.example, headers: {headers}}}]\n")
    assert "s3cret" not in str(fault.value)


def test_rules_mean_the_sites_words_for_our_tags(tmp_path: Path) -> None:
    text = """\
sources: [{url: "https://a.example", mute: 'tag:ads'}]
mute: sport
tags:
  ukraine: [Ukraine-Russia, Війна]
  ads: Anzeige
topics:
  war: {match: 'tag:ukraine lang:en', mute: 'NOT tag:UKRAINE'}
  other: {match: 'tag:moon  OR  ukraine'}
"""
    config = loaded(tmp_path, text)
    assert config.tags == {"ukraine": ("Ukraine-Russia", "Війна"), "ads": ("Anzeige",)}
    rules = {t.key: (t.match, t.mute) for t in config.topics}
    assert rules["war"] == (
        '(tag:"ukraine" OR tag:"Ukraine-Russia" OR tag:"Війна") AND lang:"en"',
        'NOT (tag:"UKRAINE" OR tag:"Ukraine-Russia" OR tag:"Війна")',
    )
    assert rules["other"] == ("tag:moon  OR  ukraine", "")
    assert config.sources[0].mute == '(sport) OR (tag:"ads" OR tag:"Anzeige")'
    assert config.meant(parse("tag:ads")) == parse("tag:ads OR tag:Anzeige")


def test_a_webhook_is_an_address_alone_or_an_address_with_names_of_variables(tmp_path: Path) -> None:
    text = """\
sources: [https://a.example]
topics:
  plain: {webhook: "https://hooks.example/news?key=1"}
  signed:
    webhook:
      url: HTTPS://Hooks.Example/news
      secret: HOOK_SECRET
      headers: {Authorization: HOOK_TOKEN}
"""
    plain, signed = loaded(tmp_path, text).topics[-2:]
    assert plain.webhook == Webhook(url="https://hooks.example/news?key=1")
    assert signed.webhook is not None
    assert signed.webhook.url == "https://hooks.example/news"
    assert signed.webhook.secret == "HOOK_SECRET"
    assert signed.webhook.headers == (("Authorization", "HOOK_TOKEN"),)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("./tell.sh --to 'all of you'", ("./tell.sh", "--to", "all of you")),
        ("[/usr/bin/tell, a; b, '|']", ("/usr/bin/tell", "a; b", "|")),
        ("sh -c 'cat >> news.json'", ("sh", "-c", "cat >> news.json")),
    ],
)
def test_a_command_is_words(tmp_path: Path, written: str, words: tuple[str, ...]) -> None:
    text = f"sources: [https://a.example]\ntopics:\n  news:\n    command: {written}\n"
    assert loaded(tmp_path, text).topics[-1].command == words
