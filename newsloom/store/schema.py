"""All DDL. A change of the schema is one more migration at the end; what stands here once released is never edited.

The comments inside the statements are kept by SQLite and become docs/store.md.
"""

import re
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from newsloom.news import copies
from newsloom.store.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

# What marks are part of a word in Indian scripts, and of a letter in Thai: without Mn and Mc they would cut it.
TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"

_TABLES = (
    """
CREATE TABLE meta (  -- facts about this file
    name  TEXT PRIMARY KEY,  -- `spaced`: form of the full-text index; `tidied`: when; others: how far other work has come
    value TEXT NOT NULL      -- its value
) WITHOUT ROWID
""",
    """
CREATE TABLE watched (  -- sources of the config, as the view `sources` shows them; one that is removed stays, inactive
    name         TEXT PRIMARY KEY,            -- its key in the config
    url          TEXT NOT NULL,               -- its address in the config
    title        TEXT NOT NULL,               -- its name for people
    kind         TEXT NOT NULL DEFAULT '',    -- auto, feed, sitemap, home or section
    mute         TEXT NOT NULL DEFAULT '',    -- rule: what matches is shown nowhere
    active       INTEGER NOT NULL DEFAULT 1,  -- 0: no longer in the config
    next_due     TEXT,                        -- when it is crawled next; empty: now
    started      TEXT,                        -- begin of its last crawl
    finished     TEXT,                        -- end of its last crawl
    error        TEXT NOT NULL DEFAULT '',    -- why its last crawl failed as a whole; empty: it did not
    failing_since TEXT                        -- begin of the first crawl of those that failed in a row
) WITHOUT ROWID
""",
    """
CREATE TABLE addresses (  -- every address ever shown to us, whatever became of it
    id            INTEGER PRIMARY KEY,
    source        TEXT NOT NULL REFERENCES watched(name),  -- whose crawl asks it
    url           TEXT NOT NULL,               -- as it was first shown
    key           TEXT NOT NULL,               -- the form in which spellings of one address are equal
    role          TEXT NOT NULL,               -- start, feed, sitemap, listing (the entrances) or article
    configured    INTEGER NOT NULL DEFAULT 0,  -- 1: the entrance that the config names
    state         TEXT NOT NULL,  -- queued, old or item (not asked), read, same, failed, refused, put off, gone or guilty
    reason        TEXT NOT NULL DEFAULT '',    -- of the state, for people
    status        INTEGER,                     -- HTTP status of the last answer
    tries         INTEGER NOT NULL DEFAULT 0,  -- failures in a row
    calm          INTEGER NOT NULL DEFAULT 0,  -- looks in a row that found nothing new
    retry_at      TEXT,                        -- an article: when it is asked next, empty: never; an entrance: not before
    asked_at      TEXT,                        -- when it was last asked
    worked_at     TEXT,                        -- when it last answered with something to read
    etag          TEXT NOT NULL DEFAULT '',    -- validators, kept only if all that the answer showed is stored
    last_modified TEXT NOT NULL DEFAULT '',
    digest        TEXT NOT NULL DEFAULT '',    -- sha256 of the last body
    reader        INTEGER NOT NULL DEFAULT 0,  -- version of our reader that read it
    whole         INTEGER NOT NULL DEFAULT 0,  -- an entrance: was it ever read to its end?
    backlog       INTEGER NOT NULL DEFAULT 0,  -- 1: it stood there before we first looked
    moved         TEXT NOT NULL DEFAULT '',    -- where a permanent redirect led
    title         TEXT NOT NULL DEFAULT '',    -- as listed
    published     TEXT,                        -- as listed
    modified      TEXT,                        -- as listed
    face          TEXT NOT NULL DEFAULT '',    -- digest of the feed item it was listed with
    found_at      TEXT NOT NULL,               -- when it was first shown
    found_on      INTEGER REFERENCES addresses(id),  -- the entrance or page that showed it first
    entry         INTEGER REFERENCES entries(id)     -- what it gave
)
""",
    # Is this address known? (listed, save: once for each address)
    "CREATE UNIQUE INDEX addresses_by_key ON addresses(key, source)",
    # What is to be asked, newest first? (due) Rows that are never asked again are not in it.
    """CREATE INDEX addresses_due ON addresses(source, published DESC, found_at DESC, id, retry_at)
    WHERE role = 'article' AND retry_at IS NOT NULL""",
    # The entrances of a source (due); there are few.
    "CREATE INDEX addresses_entrances ON addresses(source) WHERE role <> 'article'",
    # Which gave this entry? (a join)
    "CREATE INDEX addresses_by_entry ON addresses(entry) WHERE entry IS NOT NULL",
    # Which were found guilty by an older reader? (start)
    "CREATE INDEX addresses_guilty ON addresses(reader) WHERE state = 'guilty'",
    """
CREATE TABLE entries (  -- each piece of news once
    id           INTEGER PRIMARY KEY,
    uuid         TEXT NOT NULL UNIQUE,        -- its id in every feed, for ever
    kind         TEXT NOT NULL,               -- article, or brief as long as only a teaser of it is known
    version      INTEGER NOT NULL DEFAULT 1,  -- counts corrections; earlier ones are in `versions`
    source       TEXT NOT NULL REFERENCES watched(name),  -- of the original
    url          TEXT NOT NULL,               -- of the original
    title        TEXT NOT NULL,
    summary      TEXT NOT NULL,
    text         TEXT NOT NULL,               -- paragraphs with an empty line between them
    html         TEXT NOT NULL,               -- the body as it came: not safe
    authors      TEXT NOT NULL,               -- one a line
    section      TEXT NOT NULL,
    tags         TEXT NOT NULL,               -- one a line
    language     TEXT NOT NULL,               -- BCP 47, lower case
    image        TEXT NOT NULL,               -- JSON: url, caption, width, height; empty: none
    enclosures   TEXT NOT NULL,               -- JSON list of url, type, length; empty: none
    published    TEXT NOT NULL,
    guessed      INTEGER NOT NULL,            -- 1: nobody believable said when it was published, so `published` is `first_seen`
    updated      TEXT NOT NULL,               -- of the last correction, else `published`
    first_seen   TEXT NOT NULL,               -- begin of the crawl that found it
    body_from    TEXT NOT NULL,               -- item, page or brief: where the text came from
    read_key     TEXT NOT NULL,               -- key of the page it was read from; empty: not read yet
    digest       TEXT NOT NULL,               -- equal for equal texts; empty: too short, or maybe not whole
    preferred    TEXT NOT NULL,               -- key of the original that a copy on another site declares
    is_brief     INTEGER NOT NULL DEFAULT 0,  -- 1: it stood in a block of teasers
    brief_time   TEXT NOT NULL DEFAULT '',    -- the teaser: time as printed
    brief_tag    TEXT NOT NULL DEFAULT '',
    brief_text   TEXT NOT NULL DEFAULT '',
    brief_published TEXT,                     -- the instant that its time names
    waiting      TEXT NOT NULL DEFAULT '',    -- the source whose running crawl will read its page
    muted        INTEGER NOT NULL DEFAULT 0,  -- 1: every source that carries it mutes it
    bulk         INTEGER NOT NULL DEFAULT 0,  -- 1: it came with the backlog of a source's first listing
    joined       INTEGER REFERENCES entries(id)  -- the entry this one turned out to be; its row answers to its id only
)
""",
    # Same text? (save, once for each article)
    "CREATE INDEX entries_by_digest ON entries(digest) WHERE digest <> ''",
    # The newest of all (view latest; a search by date)
    "CREATE INDEX entries_by_date ON entries(published DESC, id) WHERE joined IS NULL",
    # A new form of a known teaser? (save, once for each row without a link)
    "CREATE INDEX entries_by_instant ON entries(source, brief_published) WHERE is_brief = 1",
    # Which wait for this crawl's end? (record, start)
    "CREATE INDEX entries_waiting ON entries(waiting) WHERE waiting <> ''",
    """
CREATE TABLE versions (  -- earlier versions of entries; the present one is in `entries`
    entry     INTEGER NOT NULL REFERENCES entries(id),
    version   INTEGER NOT NULL,
    title     TEXT NOT NULL,
    summary   TEXT NOT NULL,
    text      TEXT NOT NULL,
    html      TEXT NOT NULL,
    updated   TEXT NOT NULL,   -- its own
    replaced  TEXT NOT NULL,   -- when the next one was seen
    PRIMARY KEY (entry, version)
) WITHOUT ROWID
""",
    """
CREATE TABLE keys (  -- under which addresses an entry is known
    key    TEXT PRIMARY KEY,   -- of an address, or of a teaser without one
    entry  INTEGER NOT NULL REFERENCES entries(id),
    how    TEXT NOT NULL       -- address, redirect, declared (by the page), text (it stands there), near .87 (nearly) or brief
) WITHOUT ROWID
""",
    # All addresses of an entry (a join)
    "CREATE INDEX keys_by_entry ON keys(entry)",
    """
CREATE TABLE carriers (  -- which sources carried an entry, and where
    entry  INTEGER NOT NULL REFERENCES entries(id),
    source TEXT NOT NULL REFERENCES watched(name),
    url    TEXT NOT NULL,
    face   TEXT NOT NULL DEFAULT '',  -- JSON: what it said there, as long as it may still become the original
    PRIMARY KEY (entry, source, url)
) WITHOUT ROWID
""",
    """
CREATE TABLE labels (  -- what the fields of a rule ask: the values of each entry, case folded
    field  TEXT NOT NULL,      -- source, lang, section or tag
    value  TEXT NOT NULL,
    entry  INTEGER NOT NULL REFERENCES entries(id),
    PRIMARY KEY (field, value, entry)  -- serves rules
) WITHOUT ROWID
""",
    # The labels of an entry that changed (save)
    "CREATE INDEX labels_by_entry ON labels(entry)",
    """
CREATE TABLE sightings (  -- each row of a "Read next" or related block, on each page that showed it
    id         INTEGER PRIMARY KEY,
    page       INTEGER NOT NULL REFERENCES addresses(id),
    kind       TEXT NOT NULL,      -- read_next or related
    place      INTEGER NOT NULL,   -- 1: first of its block, when last seen
    time_text  TEXT NOT NULL,      -- as printed, when first seen
    published  TEXT,               -- the instant it named then
    dated      INTEGER NOT NULL,   -- 1: a date stood beside the clock
    tag        TEXT NOT NULL,
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    link       TEXT NOT NULL,      -- empty: the row has none
    link_key   TEXT NOT NULL,
    thumbnail  TEXT NOT NULL,
    digest     TEXT NOT NULL,      -- equal for the same row of one source
    entry      INTEGER REFERENCES entries(id),  -- empty: not read yet, or on another site, and its instant not certain
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL
)
""",
    # Has this page shown this row? (save, once for each row)
    "CREATE UNIQUE INDEX sightings_by_page ON sightings(page, digest)",
    # On which pages does this row stand, and which of them do not know its entry yet? (save, once for each row)
    "CREATE INDEX sightings_by_row ON sightings(digest, entry)",
    # Which rows link here, and which of them do not know their entry yet? (save, once for each article)
    "CREATE INDEX sightings_by_link ON sightings(link_key, entry) WHERE link_key <> ''",
    # Which pages showed this entry? (a join; people)
    "CREATE INDEX sightings_by_entry ON sightings(entry)",
    """
CREATE TABLE topics (  -- selections of entries: those of the config, and the built-in all, briefs, source/<name>
    id          INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    match       TEXT NOT NULL,       -- its rule; empty: everything
    include     TEXT NOT NULL,       -- article, brief or both with a comma
    source      TEXT NOT NULL,       -- only what this source carried
    group_name  TEXT NOT NULL,
    language    TEXT NOT NULL,
    face        TEXT NOT NULL,       -- full, summary or brief; source: as its source's `content` says
    mute        TEXT NOT NULL,       -- rule: what matches is no member
    active      INTEGER NOT NULL DEFAULT 1,  -- 0: no longer in the config
    first_known TEXT NOT NULL,
    changes     INTEGER NOT NULL DEFAULT 0,  -- counts what its feed does not show yet
    taken       INTEGER NOT NULL DEFAULT 0,  -- `changes` when it was last made ready to be published
    shown       INTEGER NOT NULL DEFAULT 0   -- `changes` when its files last stood: smaller than `changes` means dirty
)
""",
    """
CREATE TABLE membership (  -- which entries belong to a topic
    topic     INTEGER NOT NULL REFERENCES topics(id),
    published TEXT NOT NULL,             -- the entry's
    entry     INTEGER NOT NULL REFERENCES entries(id),
    bulk      INTEGER NOT NULL,          -- 1: joined with many others at once: a first listing, or a new rule over the old store
    PRIMARY KEY (topic, published, entry)  -- serves pages, searches, and people who ask for a topic's newest
) WITHOUT ROWID
""",
    # The topics of an entry that changed (save)
    "CREATE INDEX membership_by_entry ON membership(entry, topic)",
    """
CREATE TABLE log (  -- what a topic's feed has shown, in order; only ever appended
    topic   INTEGER NOT NULL REFERENCES topics(id),
    seq     INTEGER NOT NULL,
    entry   INTEGER NOT NULL REFERENCES entries(id),
    version INTEGER NOT NULL,
    bulk    INTEGER NOT NULL,
    logged  TEXT NOT NULL,               -- when
    PRIMARY KEY (topic, seq)             -- serves the newest rows
) WITHOUT ROWID
""",
    # Was this entry shown, in which version? (publish; save)
    "CREATE INDEX log_by_entry ON log(entry, topic, seq, version)",
    # How many of a source came in bulk? (publish)
    "CREATE INDEX log_bulk ON log(topic, entry) WHERE bulk = 1",
    """
CREATE TABLE pending (  -- what a topic's feed is to show next
    topic INTEGER NOT NULL REFERENCES topics(id),
    entry INTEGER NOT NULL REFERENCES entries(id),
    bulk  INTEGER NOT NULL,
    PRIMARY KEY (topic, entry)
) WITHOUT ROWID
""",
    # Where does this entry wait? (a join; the end of a crawl)
    "CREATE INDEX pending_by_entry ON pending(entry)",
    """
CREATE TABLE origins (  -- what is known of scheme://host:port, by all crawls
    origin         TEXT PRIMARY KEY,
    robots_status  INTEGER,   -- of robots.txt; 0: no answer; empty: never asked
    robots_body    BLOB,
    robots_expires TEXT,
    hold_until     TEXT       -- nothing is asked before (Retry-After)
) WITHOUT ROWID
""",
    """
CREATE TABLE crawls (  -- every crawl of the last 90 days in numbers
    id        INTEGER PRIMARY KEY,
    source    TEXT NOT NULL REFERENCES watched(name),
    started   TEXT NOT NULL,
    finished  TEXT NOT NULL,
    new       INTEGER NOT NULL,   -- articles
    changed   INTEGER NOT NULL,
    known     INTEGER NOT NULL,
    failed    INTEGER NOT NULL,
    refused   INTEGER NOT NULL,
    gone      INTEGER NOT NULL,
    briefs    INTEGER NOT NULL,   -- rows of teasers never seen before
    queued    INTEGER NOT NULL,   -- left for the next crawl
    requests  INTEGER NOT NULL,
    bytes     INTEGER NOT NULL,
    bounds    TEXT NOT NULL,      -- limits met, with commas
    error     TEXT NOT NULL,
    stopped   INTEGER NOT NULL    -- 1: it was asked to stop
)
""",
    # The last crawls of a source (status; people)
    "CREATE INDEX crawls_by_source ON crawls(source, id)",
    f"""
CREATE VIRTUAL TABLE entries_fts USING fts5(
    title, summary, text, authors, content="entries", content_rowid="id", tokenize="{TOKENIZER}"
)
""",
)

_VIEWS = (
    """
CREATE VIEW latest AS  -- all entries that are shown, newest first
SELECT e.published, w.title AS source, e.title, e.url, e.kind, e.language, e.section,
       replace(e.tags, char(10), ', ') AS tags, replace(e.authors, char(10), ', ') AS authors,
       e.summary, e.text, e.updated, e.first_seen, e.version, e.uuid, e.id
  FROM entries e JOIN watched w ON w.name = e.source
 WHERE e.joined IS NULL AND e.muted = 0
 ORDER BY e.published DESC, e.id
""",
    """
CREATE VIEW by_topic AS  -- the entries of each topic
SELECT t.key AS topic, m.published, w.title AS source, e.title, e.url, e.kind, e.language, e.summary, e.text, e.uuid, e.id
  FROM topics t
  JOIN membership m ON m.topic = t.id
  JOIN entries e ON e.id = m.entry
  JOIN watched w ON w.name = e.source
 WHERE t.active = 1
""",
    """
CREATE VIEW read_next AS  -- every row of a block of teasers, on every page that showed it
SELECT s.first_seen, a.source, a.url AS page, s.kind, s.place, s.time_text, s.published, s.tag, s.title, s.text, s.link,
       e.title AS entry_title, e.url AS entry_url, s.last_seen, s.entry, s.id
  FROM sightings s
  JOIN addresses a ON a.id = s.page
  LEFT JOIN entries e ON e.id = s.entry
""",
    """
CREATE VIEW sources AS  -- what is watched, and how its last crawl went
SELECT w.name, w.title, w.url, w.started AS last_crawl, w.next_due, c.new, c.changed, c.known, c.briefs, c.failed, c.refused,
       c.gone, c.queued, w.error, w.failing_since, w.active
  FROM watched w
  LEFT JOIN crawls c ON c.id = (SELECT max(id) FROM crawls WHERE source = w.name)
 ORDER BY w.name
""",
)


def _first(db: "Database") -> None:
    for statement in (*_TABLES, *_VIEWS):
        db.execute(statement.strip())


_FIELDS = """
CREATE TABLE fields (  -- what the article pages of a crawl gave, for each crawl that read any
    source   TEXT NOT NULL REFERENCES watched(name),
    started  TEXT NOT NULL,     -- begin of the crawl
    pages    INTEGER NOT NULL,  -- read
    articles INTEGER NOT NULL,  -- of these were articles
    title    INTEGER NOT NULL,  -- of these had a title of their own, not the first words of the text
    date     INTEGER NOT NULL,  -- a time of publication
    body     INTEGER NOT NULL,  -- a text
    author   INTEGER NOT NULL,  -- an author
    briefs   INTEGER NOT NULL,  -- rows of a read-next or related block
    PRIMARY KEY (source, started)  -- serves the save of a page, and health
) WITHOUT ROWID
"""

_FIELD_HISTORY = """
CREATE VIEW field_history AS  -- of each source and day, the share of its article pages that had a field
SELECT source, substr(started, 1, 10) AS day, sum(pages) AS pages, round(1.0 * sum(articles) / sum(pages), 3) AS articles,
       round(1.0 * sum(title) / sum(articles), 3) AS title, round(1.0 * sum(date) / sum(articles), 3) AS date,
       round(1.0 * sum(body) / sum(articles), 3) AS body, round(1.0 * sum(author) / sum(articles), 3) AS author,
       round(1.0 * sum(briefs) / sum(articles), 3) AS briefs
  FROM fields
 GROUP BY source, day
 ORDER BY source, day DESC
"""

_REMATCH = """
CREATE TABLE rematch (  -- rules that changed and are not yet matched over everything stored
    topic INTEGER PRIMARY KEY,  -- whose rule; 0: what sources mute
    below INTEGER NOT NULL      -- entries with a smaller id than this are still to be matched, from the newest down
)
"""

_NEAR_TEXTS = """
CREATE TABLE near_texts (  -- sketches of the texts of the last days, by which near-copies are found
    id     INTEGER PRIMARY KEY,  -- grows with time; the newest is never deleted, so that none is given twice
    entry  INTEGER NOT NULL REFERENCES entries(id),  -- whose text it is, or was
    seen   TEXT NOT NULL,     -- when it was kept
    bound  INTEGER NOT NULL,  -- all shingles below it are in the sample
    sample BLOB NOT NULL,     -- shingles in the order of the text, 4 bytes each, the lowest byte first
    lead   BLOB NOT NULL      -- all shingles of its beginning, likewise
)
"""

_NEAR_KEYS = """
CREATE TABLE near_keys (  -- from a key to the sketches that have it; the newest come later, some are forgotten already
    key  INTEGER NOT NULL,
    text INTEGER NOT NULL,   -- `id` in `near_texts`
    PRIMARY KEY (key, text)  -- serves save, once for each key of a text
) WITHOUT ROWID
"""

_BRIEF_OF = """
CREATE TABLE brief_of (  -- short texts that an article begins with
    brief   INTEGER PRIMARY KEY REFERENCES entries(id),
    article INTEGER NOT NULL REFERENCES entries(id),
    share   REAL NOT NULL  -- how much of the short one stands there, .8 to 1
)
"""

_CHANGES = """
CREATE VIEW changes AS  -- every change of a title or a text, newest first
SELECT v.replaced AS changed, w.title AS source, e.url, v.title AS title_before, coalesce(n.title, e.title) AS title_after,
       v.text AS text_before, CASE WHEN n.entry IS NOT NULL THEN n.text WHEN e.joined IS NULL THEN e.text END AS text_after,
       v.version + 1 AS version, e.uuid, e.id
  FROM versions v
  JOIN entries e ON e.id = v.entry
  JOIN watched w ON w.name = e.source
  LEFT JOIN versions n ON n.entry = v.entry AND n.version = v.version + 1
 WHERE e.muted = 0
 ORDER BY v.replaced DESC, v.entry, v.version DESC
"""

_EVENTS = """
CREATE TABLE events (  -- stories: what several entries tell of
    id      INTEGER PRIMARY KEY,         -- never given twice
    began   TEXT NOT NULL DEFAULT '',    -- when its first entry was published
    latest  TEXT NOT NULL DEFAULT '',    -- when its last one was
    entries INTEGER NOT NULL DEFAULT 0,  -- how many it has, muted ones among them
    merged  INTEGER REFERENCES events(id)  -- the story it turned out to be; its own number answers to that
)
"""

_STORY_ENTRIES = """
CREATE TABLE story_entries (  -- the entries of each story; one that is alone is not here
    entry     INTEGER PRIMARY KEY REFERENCES entries(id),
    story     INTEGER NOT NULL REFERENCES events(id),
    published TEXT NOT NULL,  -- the entry's, when it came to the story
    score     REAL NOT NULL   -- how like it was to the story then, 0 to 1
)
"""

_STORY_CHANGES = """
CREATE TABLE story_changes (  -- stories that turned out to be one, or two
    id    INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES events(id),   -- the one that changed
    other INTEGER NOT NULL REFERENCES events(id),   -- merge: where its entries are now; split: where some of them are
    what  TEXT NOT NULL,                            -- merge or split
    entry INTEGER NOT NULL REFERENCES entries(id),  -- the one that showed it
    seen  TEXT NOT NULL                             -- when
)
"""

_STORY_TEXTS = """
CREATE TABLE story_texts (  -- what the texts of the last days tell of
    id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- grows with time, and none is given twice: keys of what is forgotten stand on
    entry     INTEGER NOT NULL REFERENCES entries(id),
    seen      TEXT NOT NULL,     -- when it was kept
    published INTEGER NOT NULL,  -- seconds since 1970
    source    TEXT NOT NULL,
    series    INTEGER NOT NULL,  -- equal for titles that are the same but for their dates
    weights   BLOB NOT NULL,     -- its weightiest words, the heaviest first: 4 bytes each, then their weights, 2 bytes each
    terms     BLOB NOT NULL      -- all its words, if it is one of those that tell how common words are: 4 bytes each
)
"""

_STORY_KEYS = """
CREATE TABLE story_keys (  -- from a word to the texts it is weighty in; the newest come later, some are forgotten already
    key  INTEGER NOT NULL,
    text INTEGER NOT NULL,   -- `id` in `story_texts`
    PRIMARY KEY (key, text)  -- serves save, once for each weighty word of an entry
) WITHOUT ROWID
"""

_STORY_TERMS = """
CREATE TABLE story_terms (  -- how common words are
    term  INTEGER PRIMARY KEY,
    texts INTEGER NOT NULL  -- how many of those in `story_texts` that are counted have it
)
"""

_STORIES = """
CREATE VIEW stories AS  -- what several entries tell of, the latest first
SELECT v.latest, v.began, count(*) AS entries, count(DISTINCT e.source) AS sources, first.title, first.url, w.title AS source,
       v.id AS story
  FROM events v
  JOIN story_entries s ON s.story = v.id
  JOIN entries e ON e.id = s.entry AND e.muted = 0
  JOIN entries first ON first.id = (SELECT f.entry FROM story_entries f JOIN entries g ON g.id = f.entry AND g.muted = 0
                                     WHERE f.story = v.id ORDER BY f.published, f.entry LIMIT 1)
  JOIN watched w ON w.name = first.source
 WHERE v.entries > 1
 GROUP BY v.latest, v.id
HAVING count(*) > 1
 ORDER BY v.latest DESC, v.id DESC
"""

_ARCHIVES = """
CREATE TABLE archives (  -- pages of the log that stand in files of their own, written once
    topic  INTEGER NOT NULL REFERENCES topics(id),
    page   INTEGER NOT NULL,  -- from 1 on; never given twice. 0: what was shown before there were such pages
    first  INTEGER NOT NULL,  -- `seq` of its first row
    last   INTEGER NOT NULL,  -- of its last row
    files  TEXT NOT NULL,     -- their names below the folder of feeds, one a line; empty: they were taken away
    closed TEXT NOT NULL,     -- when
    PRIMARY KEY (topic, page)  -- serves publish, for a topic's newest page
) WITHOUT ROWID
"""

_CUTS = """
CREATE TABLE cuts (  -- withdrawn entries that still stand in files of archive pages
    topic INTEGER NOT NULL,
    page  INTEGER NOT NULL,
    uuid  TEXT NOT NULL,     -- of the entry
    PRIMARY KEY (topic, page, uuid)
) WITHOUT ROWID
"""

_CURRENT = """
CREATE TABLE current_entries (  -- which entries the files of each topic's current feed hold
    topic INTEGER NOT NULL REFERENCES topics(id),
    entry INTEGER NOT NULL REFERENCES entries(id),
    PRIMARY KEY (topic, entry)  -- serves publish
) WITHOUT ROWID
"""

_SETTLED = """
CREATE TABLE settled (  -- what is settled of an entry as long as a current feed shows it
    entry    INTEGER PRIMARY KEY REFERENCES entries(id),
    uuid     TEXT NOT NULL,               -- its own
    source   TEXT NOT NULL,               -- its own, as it is now
    updated  TEXT NOT NULL,               -- likewise
    revision INTEGER NOT NULL DEFAULT 1,  -- counts changes of what is shown of its row; a trigger does
    also_at  TEXT                         -- JSON list of source, title, url: where else it stood when its version was first shown
)
"""

_RENDERINGS = """
CREATE TABLE renderings (  -- entries as formats wrote them, as long as a current feed shows them
    entry  INTEGER NOT NULL REFERENCES entries(id),
    look   TEXT NOT NULL,  -- how much of it is shown, and whose link and name where it is not the original's
    format TEXT NOT NULL,  -- suffix of its files
    mark   TEXT NOT NULL,  -- digest of all else that it was written from
    body   BLOB NOT NULL,  -- as it stands in feeds
    packed BLOB NOT NULL   -- the same as raw deflate, with a full flush at its end
)
"""

_COUNTED = """
CREATE TRIGGER settled_revision AFTER UPDATE OF version, source, url, title, summary, text, html, authors, section, tags,
    language, image, enclosures, published, updated, brief_time, brief_tag, brief_text, brief_published ON entries
BEGIN
    UPDATE settled
       SET source = new.source, updated = new.updated, revision = revision + 1,
           also_at = CASE WHEN old.version = new.version THEN also_at END
     WHERE entry = new.id;
END
"""

_DELIVERIES = """
CREATE TABLE deliveries (  -- how far each topic's webhook and command have been told what is new
    topic         INTEGER NOT NULL REFERENCES topics(id),
    kind          TEXT NOT NULL,               -- webhook or command
    face          TEXT NOT NULL,               -- digest of its address or words: another one begins at the end of the log
    seq           INTEGER NOT NULL,            -- the row of the topic's log up to which it has taken everything
    upto          INTEGER NOT NULL,            -- the row up to which it is being told; `seq`: nothing is under way
    most          INTEGER NOT NULL,            -- entries told at once: halved when it finds them too large
    tries         INTEGER NOT NULL DEFAULT 0,  -- failures in a row
    retry_at      TEXT,                        -- it is told nothing before; empty: now
    stopped       INTEGER NOT NULL DEFAULT 0,  -- 1: it wants nothing any more (410)
    error         TEXT NOT NULL DEFAULT '',    -- why the last try failed; empty: it did not
    failing_since TEXT,
    told_at       TEXT,                        -- when it last took something
    PRIMARY KEY (topic, kind)
) WITHOUT ROWID
"""

_UNDELIVERED = """
CREATE TABLE undelivered (  -- entries that were no members when a webhook or command was to be told of them: it is if they return
    topic INTEGER NOT NULL REFERENCES topics(id),
    kind  TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entries(id),
    PRIMARY KEY (topic, kind, entry)
) WITHOUT ROWID
"""

_FAILURES = """
CREATE TABLE failures (  -- why addresses that a crawl asked for the first time gave no article
    crawl     INTEGER NOT NULL REFERENCES crawls(id),
    stage     TEXT NOT NULL,     -- address, robots, connect, status, type, parse or empty: how far it came
    addresses INTEGER NOT NULL,  -- how many
    example   TEXT NOT NULL,     -- the first of them
    reason    TEXT NOT NULL,     -- of that, for people
    PRIMARY KEY (crawl, stage)
) WITHOUT ROWID
"""

_HEALTH = """
CREATE TABLE health (  -- how each source is, as of its last crawl, and what is usual for it
    source   TEXT PRIMARY KEY REFERENCES watched(name),
    state    TEXT NOT NULL,               -- fine, quiet, degraded, failing or gone
    since    TEXT,                        -- begin of the first crawl that found it so
    field    TEXT NOT NULL DEFAULT '',    -- degraded: title, date, body, author, briefs, page, listing or news
    stage    TEXT NOT NULL DEFAULT '',    -- failing, gone: how far we come (as in `failures`)
    example  TEXT NOT NULL DEFAULT '',    -- an address where it can be seen
    reason   TEXT NOT NULL DEFAULT '',    -- for people
    crawls   INTEGER NOT NULL DEFAULT 0,  -- all there were, and what they did
    requests INTEGER NOT NULL DEFAULT 0,
    bytes    INTEGER NOT NULL DEFAULT 0,
    articles INTEGER NOT NULL DEFAULT 0,  -- new ones
    failed   INTEGER NOT NULL DEFAULT 0,  -- addresses that failed, were refused or are gone
    usual    TEXT NOT NULL DEFAULT ''     -- JSON: how often each thing was right and wrong, how long silence lasts
) WITHOUT ROWID
"""

_HEALTH_EVENTS = """
CREATE TABLE health_events (  -- each time that a source fell ill or recovered: the entries of the health feed
    id      INTEGER PRIMARY KEY,
    uuid    TEXT NOT NULL UNIQUE,  -- its id in the feed, for ever
    source  TEXT NOT NULL REFERENCES watched(name),
    at      TEXT NOT NULL,         -- begin of the crawl that showed it
    state   TEXT NOT NULL,         -- since then, or unwatched: it left the config while it was ill; the rest as in `health`
    before  TEXT NOT NULL,         -- state until then
    field   TEXT NOT NULL,
    stage   TEXT NOT NULL,
    example TEXT NOT NULL,
    reason  TEXT NOT NULL
)
"""

_RHYTHMS = """
CREATE TABLE rhythms (  -- when sources publish, as it was learned from when they did
    source  TEXT PRIMARY KEY REFERENCES watched(name),
    learned TEXT NOT NULL,   -- JSON: rates, and pieces by time of the day and by weekday; what is older counts less
    asks    TEXT NOT NULL    -- JSON list, from Monday on: how many looks it asks for beside others
) WITHOUT ROWID
"""

_DELAYS = """
CREATE TABLE delays (  -- how long after publication pieces were first seen, of the last week
    source TEXT NOT NULL REFERENCES watched(name),
    day    TEXT NOT NULL,     -- on which they were seen
    step   INTEGER NOT NULL,  -- the delay was up to 2^(step/4) seconds, and more than 2^((step-1)/4)
    pieces INTEGER NOT NULL,
    PRIMARY KEY (source, day, step)
) WITHOUT ROWID
"""

_ADDED = {
    "watched": (
        "    content TEXT NOT NULL DEFAULT 'full' -- full or summary: what feeds show of it if they do not say",
        "    due_why TEXT NOT NULL DEFAULT '' -- why it is due then: rhythm, interval, cron, server or failing; empty: asked for",
    ),
    "addresses": (
        "    seen_to INTEGER NOT NULL DEFAULT 0 -- a feed: the newest row when it was last read with all before it",
        "    wishes TEXT NOT NULL DEFAULT '' -- an entrance: JSON of when it wants to be asked again; empty: it says nothing",
        "    never_first INTEGER NOT NULL DEFAULT 0 -- an entrance: looks in a row at which others had shown all that it showed",
    ),
    "entries": (
        "    form       TEXT NOT NULL DEFAULT '' -- article, live, video, gallery or opinion; empty: its page was not read",
        "    access     TEXT NOT NULL DEFAULT '' -- free or paid; empty: nothing tells",
        "    alternates TEXT NOT NULL DEFAULT '' -- JSON list of kind (amp, mobile, language), url, language; empty: none",
        "    origins    TEXT NOT NULL DEFAULT '' -- JSON: of each field where it was found",
        "    dropped    TEXT NOT NULL DEFAULT '' -- when its text was dropped because of its age; empty: it was not",
        "    withdrawn  TEXT NOT NULL DEFAULT '' -- when somebody took it out of everything; empty: nobody did",
    ),
    "topics": (
        "    retired TEXT NOT NULL DEFAULT '' -- when it was no longer in the config; empty: it is in it",
        "    members INTEGER NOT NULL DEFAULT 0 -- how many entries belong to it; triggers count them",
    ),
    "near_texts": (
        "    keys BLOB NOT NULL DEFAULT x'' -- what it is found by, 8 bytes each: for those not yet in `near_keys`",
    ),
    "health_events": (
        "    title TEXT NOT NULL DEFAULT '' -- the source's then: what was told stays as it was told",
        "    url TEXT NOT NULL DEFAULT '' -- the source's then",
    ),
    "log": (
        "    omitted INTEGER NOT NULL DEFAULT 0 -- 1: left out of its archive page, as the entry was no member then: not shown",
    ),
}
"""Columns of later steps, by table."""


def _add_columns(db: "Database", table: str, *names: str) -> None:
    for column in (c for c in _ADDED[table] if c.split()[0] in names):
        db.execute(f"ALTER TABLE {table} ADD COLUMN {column.partition('--')[0].strip()}")  # a comment would break it


def _second(db: "Database") -> None:
    _add_columns(db, "addresses", "seen_to")
    db.execute(
        "UPDATE addresses SET seen_to = (SELECT max(id) FROM addresses) WHERE role = 'feed' AND worked_at IS NOT NULL"
    )


_REMADE = ("addresses_by_entry", "sightings_by_row", "sightings_by_link")


def _third(db: "Database") -> None:
    """Indexes as they stand above, for stores that had other ones, or none."""
    for name in _REMADE:
        db.execute(f"DROP INDEX IF EXISTS {name}")
        db.execute(next(statement for statement in _TABLES if statement.startswith(f"CREATE INDEX {name} ")))


def _fourth(db: "Database") -> None:
    _add_columns(db, "entries", "form", "access", "alternates", "origins")
    db.execute(_FIELDS.strip())
    db.execute(_FIELD_HISTORY.strip())


def _fifth(db: "Database") -> None:
    db.execute(_REMATCH.strip())


def _sixth(db: "Database") -> None:
    for statement in (_NEAR_TEXTS, _NEAR_KEYS, _BRIEF_OF):
        db.execute(statement.strip())
    # The texts of an entry (a join; is it a brief?)
    db.execute("CREATE INDEX near_texts_by_entry ON near_texts(entry)")
    # Its briefs (a join; people)
    db.execute("CREATE INDEX brief_of_by_article ON brief_of(article)")


def _seventh(db: "Database") -> None:
    _add_columns(db, "entries", "dropped")
    # Which have been dropped? (tidy)
    db.execute("CREATE INDEX entries_dropped ON entries(id) WHERE dropped <> ''")
    # Which were joined to this one? (tidy, why)
    db.execute("CREATE INDEX entries_joined ON entries(joined) WHERE joined IS NOT NULL")
    # The newest changes (view changes)
    db.execute("CREATE INDEX versions_by_date ON versions(replaced DESC, entry, version DESC)")
    db.execute(_CHANGES.strip())


_OF_STORIES = (_EVENTS, _STORY_ENTRIES, _STORY_CHANGES, _STORY_TEXTS, _STORY_KEYS)


def _eighth(db: "Database") -> None:
    for statement in (*_OF_STORIES, _STORY_TERMS, _STORIES):
        db.execute(statement.strip())
    # The latest stories (view stories)
    db.execute("CREATE INDEX events_by_date ON events(latest, id) WHERE entries > 1")
    # Which were merged into this one? (a merge)
    db.execute("CREATE INDEX events_merged ON events(merged) WHERE merged IS NOT NULL")
    # The entries of a story, by date (save; people)
    db.execute("CREATE INDEX story_entries_by_story ON story_entries(story, published, entry)")
    # What became of a story (people)
    db.execute("CREATE INDEX story_changes_by_story ON story_changes(story)")
    # Which show that an entry was the reason? (a join)
    db.execute("CREATE INDEX story_changes_by_entry ON story_changes(entry)")
    # The text of an entry (save, a join)
    db.execute("CREATE INDEX story_texts_by_entry ON story_texts(entry)")


def _ninth(db: "Database") -> None:
    _add_columns(db, "entries", "withdrawn")
    _add_columns(db, "topics", "retired")
    _add_columns(db, "log", "omitted")
    for statement in (_ARCHIVES, _CUTS):
        db.execute(statement.strip())
    # A long log is not written into files at once: its pages begin with what its feed shows.
    db.execute(
        """
        INSERT INTO archives(topic, page, first, last, files, closed)
        SELECT topic, 0, 1, max(seq) - 50, '', max(logged) FROM log GROUP BY topic HAVING max(seq) > 50
        """
    )


_MEMBERS = (
    """
CREATE TRIGGER members_joined AFTER INSERT ON membership
BEGIN
    UPDATE topics SET members = members + 1 WHERE id = new.topic;
END
""",
    """
CREATE TRIGGER members_left AFTER DELETE ON membership
BEGIN
    UPDATE topics SET members = members - 1 WHERE id = old.topic;
END
""",
)

_OF_RENDERINGS = (_CURRENT, _SETTLED, _RENDERINGS)


def _tenth(db: "Database") -> None:
    for statement in (*_OF_RENDERINGS, _COUNTED):
        db.execute(statement.strip())
    # Does another feed show it? (publish)
    db.execute("CREATE INDEX current_by_entry ON current_entries(entry)")
    # Those of an entry (publish)
    db.execute("CREATE UNIQUE INDEX renderings_by_entry ON renderings(entry, look, format)")


def _eleventh(db: "Database") -> None:
    for statement in (_DELIVERIES, _UNDELIVERED):
        db.execute(statement.strip())


def _twelfth(db: "Database") -> None:
    _add_columns(db, "topics", "members")
    db.execute("UPDATE topics SET members = (SELECT count(*) FROM membership m WHERE m.topic = topics.id)")
    for trigger in _MEMBERS:
        db.execute(trigger.strip())


def _thirteenth(db: "Database") -> None:
    _add_columns(db, "watched", "content")


def _fourteenth(db: "Database") -> None:
    """Sixteen pieces of a size become one, not four: a save costs a fourth less, and a search about the same."""
    db.execute("INSERT INTO entries_fts(entries_fts, rank) VALUES ('automerge', 16)")


_OF_HEALTH = (_FAILURES, _HEALTH, _HEALTH_EVENTS)


def _fifteenth(db: "Database") -> None:
    for statement in _OF_HEALTH:
        db.execute(statement.strip())


_OF_RHYTHMS = (_RHYTHMS, _DELAYS)


def _sixteenth(db: "Database") -> None:
    for statement in _OF_RHYTHMS:
        db.execute(statement.strip())
    _add_columns(db, "watched", "due_why")
    _add_columns(db, "addresses", "wishes", "never_first")


_READ_NEXT = """
CREATE VIEW read_next AS  -- every row of a block of teasers, on every page that showed it, but for those of withdrawn entries
SELECT s.first_seen, a.source, a.url AS page, s.kind, s.place, s.time_text, s.published, s.tag, s.title, s.text, s.link,
       e.title AS entry_title, e.url AS entry_url, s.last_seen, s.entry, s.id
  FROM sightings s
  JOIN addresses a ON a.id = s.page
  LEFT JOIN entries e ON e.id = s.entry
 WHERE coalesce(e.withdrawn, '') = ''
"""


def _seventeenth(db: "Database") -> None:
    db.execute("DROP VIEW read_next")
    db.execute(_READ_NEXT.strip())


_SOURCES = """
CREATE VIEW sources AS  -- what is watched, how it is, and how its last crawl went
SELECT w.name, w.title, w.url, h.state, h.since, h.reason, w.started AS last_crawl, w.next_due, c.new, c.changed, c.known,
       c.briefs, c.failed, c.refused, c.gone, c.queued, w.error, w.failing_since, w.active
  FROM watched w
  LEFT JOIN health h ON h.source = w.name
  LEFT JOIN crawls c ON c.id = (SELECT max(id) FROM crawls WHERE source = w.name)
 ORDER BY w.name
"""


def _eighteenth(db: "Database") -> None:
    db.execute("DROP VIEW sources")
    db.execute(_SOURCES.strip())


def _nineteenth(db: "Database") -> None:
    _add_columns(db, "health_events", "title", "url")
    db.execute("UPDATE health_events SET (title, url) = (SELECT title, url FROM watched WHERE name = source)")


def _twentieth(db: "Database") -> None:
    """Indexes of texts are written some hundred texts at once; until now they were with each. How common words are is known from
    the texts. Words of sketches have other numbers: they are made anew."""
    _add_columns(db, "near_texts", "keys")
    _sketch_again(db)
    db.execute("INSERT INTO meta(name, value) SELECT 'story_keys_written', coalesce(max(id), 0) FROM story_texts")
    # Which hold all their words? (save, once in a process)
    db.execute("CREATE INDEX story_texts_counted ON story_texts(id) WHERE length(terms) > 0")
    db.execute("DROP TABLE story_terms")
    db.execute("DELETE FROM meta WHERE name = 'story_texts_counted'")


def _sketch_again(db: "Database") -> None:
    """Sketch the texts that are compared with new ones, as far as they are stored."""
    whose = db.execute("SELECT entry, max(seen) FROM near_texts GROUP BY entry ORDER BY max(id)").fetchall()
    for table in ("near_keys", "near_texts"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - names
    text = 0
    for begin in range(0, len(whose), _AT_ONCE):
        index = []
        for entry, seen in whose[begin : begin + _AT_ONCE]:
            said = db.execute(
                "SELECT text, iif(kind = 'brief', '', title) FROM entries WHERE id = ?", (entry,)
            ).fetchone()
            made = copies.sketch(*said)
            if made is None:  # it was joined, or dropped
                continue
            text += 1
            keys = struct.pack(f"<{len(made.keys)}Q", *made.keys)
            row = (text, entry, seen, made.bound, copies.packed(made.sample), copies.packed(made.lead), keys)
            db.execute(
                "INSERT INTO near_texts(id, entry, seen, bound, sample, lead, keys) VALUES (?, ?, ?, ?, ?, ?, ?)", row
            )
            index += [(key, text) for key in made.keys]
        db.conn.executemany("INSERT INTO near_keys(key, text) VALUES (?, ?)", sorted(index))
    db.execute("INSERT INTO meta(name, value) VALUES ('near_keys_written', ?)", (str(text),))


_AT_ONCE = 1000


def _twenty_first(db: "Database") -> None:
    """Pieces of the full text are merged a little with each save. At sixteen of a size SQLite would merge all of them in one: some
    seconds of one save, when 80,000 articles are stored, and a journal of their size."""
    db.execute("INSERT INTO entries_fts(entries_fts, rank) VALUES ('crisismerge', 64)")


_STEPS: tuple[tuple[str, "Callable[[Database], None]"], ...] = (
    ("0001 the first store", _first),
    ("0002 how far feeds were read", _second),
    ("0003 indexes that know what has no entry yet", _third),
    ("0004 what pages gave", _fourth),
    ("0005 rules matched in steps", _fifth),
    ("0006 near copies", _sixth),
    ("0007 texts that are not kept for ever, and changes", _seventh),
    ("0008 stories", _eighth),
    ("0009 archive pages, withdrawn entries, retired topics", _ninth),
    ("0010 renderings of entries", _tenth),
    ("0011 who was told what is new", _eleventh),
    ("0012 how many entries a topic has", _twelfth),
    ("0013 how much is shown of a source", _thirteenth),
    ("0014 full text is merged later", _fourteenth),
    ("0015 how sources are", _fifteenth),
    ("0016 when sources publish", _sixteenth),
    ("0017 teasers of withdrawn entries", _seventeenth),
    ("0018 sources and how they are", _eighteenth),
    ("0019 what was told of sources keeps their titles", _nineteenth),
    ("0020 indexes of texts are written later", _twentieth),
    ("0021 full text is merged a little at a time", _twenty_first),
)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to this schema, each step in one transaction.

    Raises StoreError for a file that a newer newsloom wrote, and for another program's.
    """
    if _check(connection, path) == len(_STEPS):
        return
    from sqlite_utils import Database, Migrations  # noqa: PLC0415 - .2 s that are needed once in a store's life

    migrations = Migrations("newsloom")
    for name, step in _STEPS:
        migrations(name=name)(step)
    migrations.apply(Database(connection))


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError unless the file has exactly this schema."""
    if _check(connection, path) < len(_STEPS):
        raise StoreError(f"{path}: was written by an older newsloom: run `newsloom once`, which brings it up to date")


def _check(connection: sqlite3.Connection, path: Path) -> int:
    """How many steps the file has gone."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "_sqlite_migrations" not in tables:
        if tables:
            raise StoreError(
                f"{path}: is an SQLite file of another program: choose another with --store, or move it away"
            )
        return 0
    done = [
        name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'newsloom'")
    ]
    if set(done) - {name for name, _ in _STEPS}:
        raise StoreError(
            f"{path}: was written by a newer newsloom: upgrade newsloom, or choose another store with --store"
        )
    return len(done)


_OF_PAGES = (_ARCHIVES, _CUTS)
_OF_PUSHES = (_DELIVERIES, _UNDELIVERED)
_LATER = (
    _FIELDS,
    _REMATCH,
    _NEAR_TEXTS,
    _NEAR_KEYS,
    _BRIEF_OF,
    *_OF_STORIES,
    *_OF_PAGES,
    *_OF_RENDERINGS,
    *_OF_PUSHES,
    *_OF_HEALTH,
    *_OF_RHYTHMS,
)
_COLUMN = re.compile(r"^ {4}(\w+) +([A-Z]+)\b(.*?),?(?: +-- (.*))?$")


def tables() -> str:
    """The tables as Markdown, from the statements above; what docs/store.md shows."""
    parts = []
    for statement in (*_TABLES, *_LATER):
        lines = statement.strip().split("\n")
        head = re.fullmatch(r"CREATE TABLE (\w+) \(  -- (.*)", lines[0])
        if head is None:
            continue
        parts += [
            f"### {head[1]}",
            "",
            f"{_sentence(head[2])}",
            "",
            "| column | type | meaning |",
            "| --- | --- | --- |",
        ]
        columns = [
            c
            for c in map(_COLUMN.match, (*lines[1:], *_ADDED.get(head[1], ())))
            if c and c[1] not in ("PRIMARY", "UNIQUE")
        ]
        parts += [f"| `{c[1]}` | {c[2]} | {_meaning(c)} |" for c in columns]
        parts.append("")
    return "\n".join(parts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _meaning(column: re.Match[str]) -> str:
    reference = re.search(r"REFERENCES (\w+)", column[3])
    said = [column[4] or "", f"-> `{reference[1]}`" if reference else ""]
    return " ".join(s for s in said if s).replace("|", "\\|")
