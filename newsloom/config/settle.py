"""What each key means beside the others: names, duplicates, rules, paths; then the frozen values."""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from newsloom.config import scalars
from newsloom.config.document import Document
from newsloom.config.faults import Place, nearest
from newsloom.config.model import File, Network, Polling, SourceEntry, TopicEntry, WebhookEntry
from newsloom.config.values import Config
from newsloom.news import identity, rules
from newsloom.news.health import HEALTH_TOPIC
from newsloom.news.items import EntryKind, Face, Topic, Webhook
from newsloom.news.sources import Limits, NetworkRules, Schedule, Server, Source

RESERVED = ("all", "briefs", HEALTH_TOPIC, "source")
"""Keys of topics that are built in; `source/` is the folder of the sources' own feeds."""

_INCLUDED = {
    "articles": frozenset({EntryKind.ARTICLE}),
    "briefs": frozenset({EntryKind.BRIEF}),
    "both": frozenset(EntryKind),
}


def settle(
    sources: Mapping[int, SourceEntry], topics: Mapping[str, TopicEntry], rest: File, document: Document
) -> Config:
    """The Config; what does not go together is noted in `document`, and the answer then is not to be used."""
    folder = document.path.absolute().parent
    names = _names(sources)
    _check_sources(sources, names, document)
    _check_waits(sources, rest.polling, document)
    _check_topics(topics, document)
    _check_rules(_rules(sources, topics, rest), _named(document, names.values()), document)
    out, store = _path(folder, rest.out), _path(folder, rest.store)
    _check_paths(out, store, document)
    _check_tags(rest.tags, document)
    meant = _meanings(_rules(sources, topics, rest), rest.tags, document)
    settled = tuple(
        _source(entry, names[number], rest, mutes=(meant["mute",], meant["sources", number, "mute"]))
        for number, entry in sources.items()
    )
    return Config(
        path=document.path,
        sources=settled,
        topics=(*_built_in(settled), *(_topic(key, entry, meant) for key, entry in topics.items())),
        limits=Limits(**dict(rest.limits)),
        network=_network(rest.network),
        server=Server(**dict(rest.server)),
        budget=rest.polling.budget,
        jitter=rest.polling.jitter,
        out=out,
        store=store,
        public_url=rest.public_url,
        title=rest.title,
        copyright=rest.copyright,
        keep=rest.defaults.keep,
        tags=rest.tags,
    )


def _names(sources: Mapping[int, SourceEntry]) -> dict[int, str]:
    """Each source's name by its number: the one it was given, else made of its address.

    That is the host without `www.`; where several without a name share one, the shortest address gets it and the others
    add their path, so that the order in the file does not matter.
    """
    names = {number: entry.name for number, entry in sources.items() if entry.name}
    taken = {name.casefold() for name in names.values()}
    unnamed = [(identity.key(e.url), n) for n, e in sources.items() if not e.name]
    for key, number in sorted(unnamed, key=lambda pair: (len(pair[0]), pair)):
        name = next(c for c in _candidates(sources[number].url, key) if c.casefold() not in taken)
        taken.add(name.casefold())
        names[number] = name
    return names


def _candidates(url: str, key: str) -> Iterable[str]:
    parts = urlsplit(url)
    host = _plain(parts.netloc.lower().removeprefix("www."))
    yield host
    path = _plain(re.sub(r"\.(?:xml|rss|atom|json|html?|php)\b", "", parts.path))
    if path:
        yield _plain(f"{host}-{path}")
    yield f"{host[:80]}-{identity.entry_id(key).hex[:8]}"
    yield from (f"{host[:80]}-{n}" for n in range(2, 1_000_000))


def _plain(text: str) -> str:
    """What of a text may stand in a file's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:100].strip("-.")


def _check_sources(sources: Mapping[int, SourceEntry], names: Mapping[int, str], document: Document) -> None:
    by_name: dict[str, int] = {}
    by_key: dict[str, int] = {}
    for number, entry in sources.items():
        place: Place = ("sources", number)
        first = by_name.setdefault(names[number].casefold(), number)
        if first != number:
            line = document.line(("sources", first))
            document.fault((*place, "name"), f"{names[number]!r} is the source in line {line}: give each its own name")
        first = by_key.setdefault(identity.key(entry.url), number)
        if first != number:
            line = document.line(("sources", first))
            document.fault((*place, "url"), f"the same address as the source in line {line}: take one away")
        if entry.every is not None and entry.cron:
            document.fault((*place, "cron"), "stands beside `every`: keep one of them")


def _check_waits(sources: Mapping[int, SourceEntry], polling: Polling, document: Document) -> None:
    """The shortest wait is not longer than the longest, and both stand where they count."""
    waits: list[tuple[Place, Polling | SourceEntry]] = [(("polling",), polling)]
    waits += [(("sources", number), entry) for number, entry in sources.items()]
    for place, entry in waits:
        beside = "cron" if entry.cron else "every" if entry.every is not None else ""
        for key in sorted({"shortest", "longest"} & entry.model_fields_set) if beside else ():
            document.fault((*place, key), f"does nothing beside `{beside}`, which says when to look: keep one of them")
        shortest, longest = entry.shortest or polling.shortest, entry.longest or polling.longest
        if shortest > longest and (entry.shortest or entry.longest):
            key = "shortest" if entry.shortest else "longest"
            document.fault(
                (*place, key),
                f"the shortest wait, {scalars.said(shortest)}, is longer than the longest, {scalars.said(longest)}",
            )


def _check_topics(topics: Mapping[str, TopicEntry], document: Document) -> None:
    seen: dict[str, str] = {}
    for key in topics:
        place: Place = ("topics", key)
        if key.casefold() in RESERVED or key.casefold().startswith("source/"):
            document.fault(place, f"{key!r} is built in and made by itself: choose another name")
            continue
        try:
            scalars.name(key)
        except ValueError as error:
            document.fault(place, str(error))
        first = seen.setdefault(key.casefold(), key)
        if first != key:
            document.fault(
                place, f"differs from {first!r} only in capitals, which some file systems do not tell apart: rename one"
            )


def _rules(
    sources: Mapping[int, SourceEntry], topics: Mapping[str, TopicEntry], rest: File
) -> Iterable[tuple[Place, str]]:
    yield ("mute",), rest.mute
    for number, source in sources.items():
        yield ("sources", number, "mute"), source.mute
    for key, topic in topics.items():
        yield ("topics", key, "match"), topic.match
        yield ("topics", key, "mute"), topic.mute


def _named(document: Document, names: Iterable[str]) -> set[str]:
    """Every source's name, those of sources that could not be checked further among them."""
    listed = document.data.get("sources") if isinstance(document.data, dict) else None
    items = listed if isinstance(listed, list) else []
    return {*names, *(str(i["name"]) for i in items if isinstance(i, dict) and i.get("name"))}


def _check_rules(stated: Iterable[tuple[Place, str]], names: set[str], document: Document) -> None:
    """Each `source:` in a rule names one there is."""
    folded = {name.casefold() for name in names}
    for place, rule in stated:
        for name in rules.values(rules.parse(rule), "source") if rule else ():
            if name.casefold() not in folded:
                document.fault(place, f"there is no source {name!r}: {nearest(name, names)}")


def _check_tags(tags: Mapping[str, tuple[str, ...]], document: Document) -> None:
    seen: dict[str, str] = {}
    for ours in tags:
        first = seen.setdefault(ours.casefold(), ours)
        if first != ours:
            document.fault(
                ("tags", ours), f"is {first!r} in other capitals, which rules do not tell apart: make them one"
            )


def _meanings(
    stated: Iterable[tuple[Place, str]], tags: Mapping[str, tuple[str, ...]], document: Document
) -> dict[Place, str]:
    """Each rule as the store is told it: with what our tags mean. One that names none of them stays as it was written."""
    meant: dict[Place, str] = {}
    for place, rule in stated:
        said = rules.parse(rule) if rule else None
        whole = rules.aliased(said, tags) if said is not None else None
        meant[place] = rule if whole is None or whole == said else rules.written(whole)
        try:
            if meant[place]:
                rules.parse(meant[place])
        except rules.RuleError as error:
            document.fault(place, f"with the words that `tags:` has for its tags, it is too much ({error.message})")
    return meant


def _path(folder: Path, given: str) -> Path:
    return (folder / Path(given).expanduser()).resolve()


def _check_paths(out: Path, store: Path, document: Document) -> None:
    """What lies in `out` is served: neither the config nor the store may."""
    config = document.path.absolute().resolve()
    if config.is_relative_to(out):
        document.fault(
            ("out",), f"{out} holds this config, which would be served: write a folder of its own, like public"
        )
    elif store.is_relative_to(out):
        document.fault(("store",), f"{store} lies in the folder that is served: put it elsewhere, like newsloom.db")
    if out.exists() and not out.is_dir():
        document.fault(("out",), f"{out} is a file: write a folder")
    if store.is_dir():
        document.fault(("store",), f"{store} is a folder: write a file in it, like newsloom.db")


def _source(entry: SourceEntry, name: str, rest: File, *, mutes: tuple[str, str]) -> Source:
    own = {
        f: getattr(entry if f in entry.model_fields_set else rest.defaults, f) for f in type(rest.defaults).model_fields
    }
    own["content"] = Face(own["content"])
    stated = [m for m in mutes if m]
    return Source(
        name=name,
        url=entry.url,
        title=entry.title or _readable(name),
        schedule=_schedule(rest.polling, entry),
        kind=entry.kind,
        mute=" OR ".join(f"({m})" for m in stated) if len(stated) > 1 else "".join(stated),
        spider=entry.spider,
        headers=tuple(entry.headers.items()),
        cookies=tuple(entry.cookies.items()),
        **own,
    )


def _readable(name: str) -> str:
    """A host in its own script: `xn--...` is how it travels (RFC 3492)."""
    try:
        return name.encode("ascii").decode("idna") if "xn--" in name else name
    except UnicodeError:
        return name


def _schedule(polling: Polling, entry: SourceEntry | None = None) -> Schedule:
    """The source's own word, be it interval or crontab line, wins over both of `polling`."""
    own = {n: v for n in ("every", "cron", "shortest", "longest") if entry is not None and (v := getattr(entry, n))}
    usual = {n: getattr(polling, n) for n in ("every", "cron", "shortest", "longest")}
    if "every" in own or "cron" in own:
        usual |= {"every": None, "cron": ""}
    return Schedule(**usual | own, zone=polling.zone)


def _topic(key: str, entry: TopicEntry, meant: Mapping[Place, str]) -> Topic:
    usual = Face.BRIEF if entry.include == "briefs" else Face.SOURCE
    return Topic(
        key=key,
        title=entry.title or key,
        description=entry.description,
        match=meant["topics", key, "match"],
        include=_INCLUDED[entry.include],
        group=entry.group,
        language=entry.language,
        face=Face(entry.content) if entry.content else usual,
        mute=meant["topics", key, "mute"],
        webhook=_webhook(entry.webhook) if entry.webhook is not None else None,
        command=_command(entry.command),
    )


def _command(words: tuple[str, ...]) -> tuple[str, ...]:
    """`./tell` keeps its dot: a name without a slash is looked for in PATH."""
    return (str(Path(words[0]).expanduser()), *words[1:]) if words and words[0].startswith("~") else words


def _webhook(entry: WebhookEntry) -> Webhook:
    return Webhook(url=entry.url, secret=entry.secret, headers=tuple(entry.headers.items()))


def _built_in(sources: Iterable[Source]) -> Iterable[Topic]:
    yield Topic(key="all", title="All news", description="Every article of every source.", face=Face.SOURCE)
    yield Topic(
        key="briefs",
        title="Briefs",
        description='Rows of the "Read next" blocks of every source: time, tag and paragraph.',
        include=_INCLUDED["briefs"],
        face=Face.BRIEF,
    )
    for source in sources:
        yield Topic(
            key=f"source/{source.name}",
            title=source.title,
            source=source.name,
            group=source.group,
            language=source.language,
            face=Face.SOURCE,
        )
    yield Topic(
        key=HEALTH_TOPIC,
        title="Health of sources",
        description="When a source falls ill, and when it has recovered. No news.",
        include=frozenset(),
        group="About these feeds",
    )


def _network(entry: Network) -> NetworkRules:
    return NetworkRules(
        user_agent=(entry.user_agent or f"newsloom/{_version()}") + _reach(entry.contact),
        open_networks=entry.open_networks,
        proxy=entry.proxy,
        connections=entry.connections,
        children=entry.children,
    )


def _reach(contact: str) -> str:
    """The contact as a User-Agent's comment; one at a domain that RFC 2606 keeps for examples reaches nobody."""
    host = (urlsplit(contact).hostname or "") if "://" in contact else contact.rpartition("@")[2].lower()
    if not host or re.search(r"(?:^|\.)example\.(?:com|net|org)$", host):
        return ""
    return f" (+{contact})" if "://" in contact else f" (+mailto:{contact})"


def _version() -> str:
    try:
        return version("newsloom")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "0"
