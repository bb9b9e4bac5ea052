"""From the file to a Config, or to every fault at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError

from newsloom.config.document import Document, read
from newsloom.config.faults import ConfigError, Fault, Place, explain
from newsloom.config.model import File, Section, SourceEntry, TopicEntry
from newsloom.config.settle import settle
from newsloom.config.values import Config

Model = TypeVar("Model", bound=Section)


def load(path: Path) -> Config:
    """The checked config. Raises ConfigError with all its faults, in the file's order."""
    document = read(path)
    if document.data is None:
        raise ConfigError(
            [Fault(path=path, line=0, key="", problem="is empty: write `sources:` and under it `- https://...`")]
        )
    if not isinstance(document.data, dict):
        document.fault((), "does not begin with a key: write `sources:` and under it `- https://...`")
        raise ConfigError(document.faults)
    given = dict(document.data)
    sources = dict(_sources(document, given.pop("sources", None)))
    topics = dict(_topics(document, given.pop("topics", None)))
    rest = _fitted(File, {k: v for k, v in given.items() if v is not None or k not in _SECTIONS}, (), document)
    config = settle(sources, topics, rest or File(), document)
    if document.faults:
        raise ConfigError(document.faults)
    return config


_SECTIONS: dict[str, type[Section]] = {
    n: f.annotation
    for n, f in File.model_fields.items()
    if isinstance(f.annotation, type) and issubclass(f.annotation, Section)
}
"""A heading with nothing under it (all its lines commented out) is as good as none."""


def _sources(document: Document, given: object) -> Iterator[tuple[int, SourceEntry]]:
    """Those that can be checked further, with their numbers in the list."""
    if given is None or given == []:
        document.fault(("sources",), "names no site: write under it a line `- https://...` for each")
    elif not isinstance(given, list):
        document.fault(("sources",), "is no list: write each source on a line of its own after a dash, `- https://...`")
    else:
        for number, item in enumerate(given):
            form = {"url": item} if isinstance(item, str) else item
            if (entry := _fitted(SourceEntry, form, ("sources", number), document)) is not None:
                yield number, entry


def _topics(document: Document, given: object) -> Iterator[tuple[str, TopicEntry]]:
    if given is None:
        return
    if not isinstance(given, dict):
        document.fault(("topics",), "has no keys: write `name:` for each topic and under it, indented, `match: ...`")
        return
    for key, item in given.items():
        if (entry := _fitted(TopicEntry, item, ("topics", key), document)) is not None:
            yield key, entry


def _fitted(model: type[Model], given: object, place: Place, document: Document) -> Model | None:
    """`given` as its model. What does not fit is noted and left out, so that the rest can be checked as well."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        inside = tuple(detail["loc"])
        document.fault((*place, *inside), explain(detail, _known(model, inside), _homes(inside)))
    if not isinstance(given, dict):
        return None
    try:
        return model.model_validate(_without(given, {tuple(d["loc"]) for d in details}))
    except ValidationError:  # what is missing stays missing
        return None


def _known(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that may stand beside the last one of `place`."""
    for step in place[:-1]:
        hint = model.model_fields[str(step)].annotation if step in model.model_fields else None
        inner = next((h for h in (hint, *get_args(hint)) if isinstance(h, type) and issubclass(h, BaseModel)), None)
        if inner is None:
            break
        model = inner
    return list(model.model_fields)


def _homes(place: Place) -> list[str]:
    """Where the last key of `place` may stand, in words; a source or a topic is named only if the key is theirs alone."""
    key = str(place[-1]) if place else ""
    homes = ["at the top level, not indented"] if key in File.model_fields else []
    homes += [f"under `{name}:`" for name, model in _SECTIONS.items() if key in model.model_fields]
    if not homes:
        homes = [f"in {n}" for n, m in (("a source", SourceEntry), ("a topic", TopicEntry)) if key in m.model_fields]
    return homes


def _without(given: Mapping[str, object], places: set[Place]) -> dict[str, object]:
    """Without what stands at these places; a list with a bad item goes as a whole."""
    kept: dict[str, object] = {}
    for key, value in given.items():
        inside = {p[1:] for p in places if p[0] == key}
        if not inside:
            kept[key] = value
        elif isinstance(value, dict) and () not in inside:
            kept[key] = _without(value, inside)
    return kept
