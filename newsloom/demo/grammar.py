"""Made-up news in several languages, from one small grammar file a language. The same seed says the same."""

import random
import re
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files

_SLOT = re.compile(r"\{(\w+)\}")
_JOINED = {"ja": ""}
"""What stands between two sentences; elsewhere a space."""
_NAMES = {"ja": "{last}{first}"}


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """The lines of one language: a name and what may stand for it. `beat.name` goes before `name`."""

    language: str
    lines: Mapping[str, tuple[str, ...]]

    def say(self, name: str, r: random.Random, *, beat: str = "", day: str = "") -> str:
        """One of the alternatives of `name`, its slots filled."""

        def fill(slot: re.Match[str]) -> str:
            inner = slot[1]
            if inner == "n":
                return str(r.randrange(3, 980))
            if inner == "few":
                return str(r.randrange(2, 24))
            if inner == "day":
                return day
            if inner == "name":
                return self.person(r)
            return self.say(inner, r, beat=beat, day=day)

        return _SLOT.sub(fill, r.choice(self.lines.get(f"{beat}.{name}") or self.lines[name]))

    def person(self, r: random.Random) -> str:
        form = _NAMES.get(self.language, "{first} {last}")
        return form.format(first=r.choice(self.lines["first"]), last=r.choice(self.lines["last"]))

    def capital(self, text: str) -> str:
        """With a capital at its beginning, behind an opening quotation mark too."""
        at = next((i for i, c in enumerate(text) if c.isalnum()), 0)
        first = "İ" if self.language == "tr" and text[at] == "i" else text[at].upper()
        return text[:at] + first + text[at + 1 :]

    def prose(self, sentences: list[str]) -> str:
        """Sentences as one paragraph; what follows a full stop begins with a capital."""
        joined = _JOINED.get(self.language, " ").join(self.capital(s) for s in sentences)
        return re.sub(r"(?<=[.!?] )\w", lambda m: self.capital(m[0]), joined)

    @property
    def sections(self) -> dict[str, str]:
        """Slug -> what it is called."""
        return dict(_pair(line) for line in self.lines["section"])


@cache
def grammar(language: str) -> Grammar:
    """The grammar of `language` (`en`, `de`, `ru`, `tr`, `ja`)."""
    lines: dict[str, tuple[str, ...]] = {}
    text = files("newsloom.demo").joinpath("languages", f"{language}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, alternatives = line.partition(":")
            lines[name] = lines.get(name, ()) + tuple(a.strip() for a in alternatives.split(" | "))
    return Grammar(language=language, lines=lines)


@dataclass(frozen=True, kw_only=True)
class Story:
    """What a reporter handed in. `paragraphs` is the body; the summary is no part of it."""

    title: str
    summary: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...]
    section: str
    """Its slug."""
    tag: str


@lru_cache(maxsize=1024)
def story(language: str, seed: str, written: datetime) -> Story:
    """A story of 4 to 10 paragraphs."""
    g, r = grammar(language), random.Random(seed)  # noqa: S311 - texts, no secrets
    beat = r.choice(g.lines["beat"])
    day = g.lines["days"][written.weekday()]
    templates = _shuffled(g.lines["sentence"], r)

    def sentence(name: str = "sentence") -> str:
        nonlocal templates
        if name != "sentence":
            return g.say(name, r, beat=beat, day=day)
        templates = templates or _shuffled(g.lines["sentence"], r)
        return Grammar(language=language, lines={**g.lines, "sentence": (templates.pop(),)}).say(
            "sentence", r, beat=beat, day=day
        )

    paragraphs = [g.prose([sentence("lead"), sentence()])]
    paragraphs += [g.prose([sentence() for _ in range(r.choice((1, 2, 2)))]) for _ in range(r.randrange(3, 10))]
    return Story(
        title=g.capital(sentence("headline")),
        summary=g.prose([sentence("lead")]),
        paragraphs=tuple(paragraphs),
        authors=tuple(dict.fromkeys(g.person(r) for _ in range(r.choice((1, 1, 1, 2))))),
        section=g.lines[f"{beat}.section"][0],
        tag=g.lines[f"{beat}.tag"][0],
    )


@lru_cache(maxsize=256)
def flash(language: str, seed: str, written: datetime) -> tuple[str, str]:
    """A piece of news of one paragraph that has no page of its own: its tag and text."""
    g, r = grammar(language), random.Random(seed)  # noqa: S311 - as above
    beat = r.choice(g.lines["beat"])
    text = g.say("flash", r, beat=beat, day=g.lines["days"][written.weekday()])
    return g.lines[f"{beat}.tag"][0], g.prose([text])


def amended(told: Story, language: str, seed: str, *, retitled: bool) -> Story:
    """The story after a correction: one paragraph is written anew, a note follows at the end, perhaps another headline."""
    r = random.Random(seed)  # noqa: S311 - as above
    g = grammar(language)
    beat = next(b for b in g.lines["beat"] if g.lines[f"{b}.tag"][0] == told.tag)
    day = r.choice(g.lines["days"])
    body = list(told.paragraphs)
    body[r.randrange(1, len(body))] = g.prose([g.say("sentence", r, beat=beat, day=day) for _ in range(2)])
    body.append(g.prose([g.say("correction", r, beat=beat, day=day)]))
    title = g.capital(g.say("headline", r, beat=beat, day=day)) if retitled else told.title
    return Story(
        title=title,
        summary=told.summary,
        paragraphs=tuple(body),
        authors=told.authors,
        section=told.section,
        tag=told.tag,
    )


_LATIN = {"de": {"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"}, "tr": {"ı": "i"}}


def slug(text: str, language: str = "en") -> str:
    """`Ländler: heute!` -> `laendler-heute`; "" for a text without Latin letters."""
    latin = "".join(_LATIN.get(language, {}).get(c, c) for c in text.lower())
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.findall(f"[{string.ascii_lowercase}{string.digits}]+", plain)
    return "-".join(words)[:72].strip("-")


def _shuffled(lines: tuple[str, ...], r: random.Random) -> list[str]:
    out = list(lines)
    r.shuffle(out)
    return out


def _pair(line: str) -> tuple[str, str]:
    one, _, other = line.partition(", ")
    return one, other
