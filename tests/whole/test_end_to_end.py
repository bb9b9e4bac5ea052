"""From sites that live to feeds read by a parser that is not ours."""

import calendar
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import feedparser

from newsloom.demo.sites import TrueArticle
from newsloom.news.identity import key
from tests.whole.papers import Papers


def stored(papers: Papers, query: str, *values: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(papers.store)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query, values).fetchall()


def printed(papers: Papers) -> dict[str, TrueArticle]:
    """What stands on the papers, by the comparing form of its address: feeds add tracking to theirs."""
    return {key(a.url): a for a in papers.truth().articles}


def test_each_article_is_one_entry_and_a_copy_is_none_of_its_own(crawled: Papers) -> None:
    truth = printed(crawled)
    known = {key(r["url"]) for r in stored(crawled, "SELECT url FROM carriers")}
    entries = stored(crawled, "SELECT * FROM entries WHERE joined IS NULL AND kind = 'article'")
    assert set(truth) <= known
    originals = {k for k, a in truth.items() if a.copy_of is None}
    assert len(truth) > len(originals)
    assert {key(r["url"]) for r in entries} == originals, "a copy of what was corrected since, too"


def test_title_date_and_body_are_the_ones_the_paper_printed(crawled: Papers) -> None:
    truth = printed(crawled)
    for row in stored(crawled, "SELECT * FROM entries WHERE joined IS NULL AND kind = 'article'"):
        article = truth[key(row["url"])]
        assert row["title"] == article.title
        assert row["published"][:16] == f"{article.published:%Y-%m-%dT%H:%M}", article.url
        assert row["text"].split()[-20:] == " ".join(article.paragraphs).split()[-20:], article.url


def test_each_row_of_read_next_has_its_instant_and_stays_out_of_the_body(crawled: Papers) -> None:
    paper = [a for a in crawled.truth().articles if a.source == "caspian-wire" and a.copy_of is None]
    seen = {(key(r["page"]), r["place"]): r for r in stored(crawled, "SELECT * FROM read_next")}
    assert sum(len(a.briefs) for a in paper) > 5
    for article in paper:
        body = stored(crawled, "SELECT text FROM entries WHERE url = ?", article.url)[0]["text"]
        for brief in article.briefs:
            row = seen[key(article.url), brief.place]
            assert (row["time_text"], row["tag"], row["text"]) == (brief.time_text, brief.tag, brief.text)
            assert row["published"][:16] == f"{brief.published:%Y-%m-%dT%H:%M}"
            assert brief.text not in body


def test_feeds_read_back_hold_each_article_once_with_title_date_and_text(crawled: Papers) -> None:
    truth = printed(crawled)
    for name in ("all.atom", "all.rss"):
        feed = feedparser.parse((crawled.out / name).read_bytes())
        assert not feed.bozo, feed.get("bozo_exception")
        assert len({e.id for e in feed.entries}) == len(feed.entries) == 50
        for entry in feed.entries:
            article = truth[key(entry.link)]
            assert entry.title == article.title
            instant = datetime.fromtimestamp(calendar.timegm(entry.published_parsed), UTC)
            assert f"{instant:%Y-%m-%dT%H:%M}" == f"{article.published:%Y-%m-%dT%H:%M}"
            assert article.paragraphs[-1].split()[-1] in entry.content[0].value
    atom = [e.id for e in feedparser.parse((crawled.out / "all.atom").read_bytes()).entries]
    assert atom == [i["id"] for i in json.loads((crawled.out / "all.json").read_bytes())["items"]]


def test_a_second_round_asks_conditionally_stores_nothing_and_leaves_every_file_alone(crawled: Papers) -> None:
    before, entries = crawled.published(), stored(crawled, "SELECT * FROM entries")
    crawled.sites.requests.clear()
    crawled.newsloom("once", "--all")
    assert crawled.published() == before
    assert [tuple(r) for r in stored(crawled, "SELECT * FROM entries")] == [tuple(r) for r in entries]
    # The Japanese paper sends no validators: what it shows has to be fetched to be compared.
    assert {a.status for a in crawled.sites.requests if a.site != "minato-shimbun"} == {304}


def test_a_change_on_one_site_changes_only_what_shows_it(papers: Papers) -> None:
    papers.newsloom("once", "--all")
    before, known = papers.published(), {a.url: a.title for a in papers.truth().articles}
    while not (fresh := {a.url: a for a in papers.truth().articles if a.url not in known and a.copy_of is None}):
        papers.later(seconds=5)
    papers.newsloom("once", "--all")
    after = papers.published()
    sources = {a.source for a in papers.truth().articles if a.url not in known or a.corrected}
    touched = {n.partition(".")[0] for n in after if n.startswith("source/") and after[n] != before.get(n)}
    assert {f"source/{a.source}" for a in fresh.values()} <= touched <= {f"source/{s}" for s in sources}

    old = {e.id: e for e in feedparser.parse(before["all.atom"]).entries}
    new = {e.id: e for e in feedparser.parse(after["all.atom"]).entries}
    assert {key(new[i].link) for i in set(new) - set(old)} == {key(u) for u in fresh}
    corrected = {key(a.url) for a in papers.truth().articles if a.corrected}
    assert [i for i in set(new) & set(old) if new[i] != old[i] and key(new[i].link) not in corrected] == []


def test_feeds_that_somebody_took_away_are_back_after_the_next_round(papers: Papers) -> None:
    papers.newsloom("once", "--all")
    before = papers.published()
    shutil.rmtree(papers.out)
    papers.newsloom("once")
    assert papers.published() == before


def test_a_new_public_address_is_in_every_feed_after_the_next_round(papers: Papers) -> None:
    papers.newsloom("once", "--all")
    config = papers.config.read_text(encoding="utf-8")
    papers.config.write_text(
        config.replace("public_url: http://127.0.0.1:8080/", "public_url: https://me.example/news"), encoding="utf-8"
    )
    papers.newsloom("once")
    published = papers.published()
    feeds = [published[n] for n in published if n.endswith((".atom", ".rss", ".json")) and not n.startswith("archive/")]
    assert len(feeds) > 20
    assert all(b"https://me.example/news/" in body for body in feeds)
