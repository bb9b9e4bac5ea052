"""Hosts: which names are one, and what is known of the addresses below them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from newsloom.news.keys.known import Names, known
from newsloom.news.urls import registrable

_PREFIXES = ("www.", "m.", "mobile.", "amp.")


@dataclass(frozen=True, kw_only=True)
class Wrapper:
    """A service whose addresses carry another address."""

    paths: frozenset[str]
    """Paths at which it does, without slash at the end; empty for any."""
    names: tuple[str, ...]
    """Parameters it may stand in."""
    target: re.Pattern[str] | None
    """Or the path it stands in; the groups joined are the address, with or without its scheme."""
    how: str
    """How it is written there: "" plainly, or a service's own way."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds on one site only."""

    drop: Names
    """Parameters that say nothing there: names, or name=value."""
    paths: tuple[tuple[re.Pattern[str], str], ...]
    """Host and path, and what they are written as."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host as keys write it."""

    name: str
    """With its port, if that is no default one."""
    wrappers: tuple[Wrapper, ...]
    rules: Rules | None
    is_plain: bool
    """Whether nothing is known of it."""


@lru_cache(maxsize=4096)
def host(netloc: str) -> Host:
    """What a network location (host and perhaps port, as normalize() leaves it) is in keys."""
    name = netloc.removesuffix(":80").removesuffix(":443")
    if name.startswith("["):
        return Host(name=name, wrappers=(), rules=None, is_plain=True)
    named, colon, port = name.partition(":")
    named = named.rstrip(".") or named
    domain = registrable(named)
    if not domain:
        return Host(name=f"{named}{colon}{port}", wrappers=(), rules=None, is_plain=True)
    named = _bare(named, domain)
    wrappers, rules = _wrappers_of(named, domain), _rules().get(domain)
    return Host(name=f"{named}{colon}{port}", wrappers=wrappers, rules=rules, is_plain=not wrappers and rules is None)


def _bare(name: str, domain: str) -> str:
    """Without the prefixes by which one site is called in many ways; what is registered stays whole (`amp.com.au`)."""
    while (cut := next((len(p) for p in _PREFIXES if name.startswith(p)), 0)) and len(name) - cut >= len(domain):
        name = name[cut:]
    return name


def _wrappers_of(name: str, domain: str) -> tuple[Wrapper, ...]:
    labels = name.split(".")
    above = ["." + ".".join(labels[i:]) for i in range(1, len(labels))]
    anywhere = f"{name.removesuffix(domain)}{domain.partition('.')[0]}.*"
    return tuple(w for asked in (name, *above, anywhere) for w in _wrappers().get(asked, ()))


@cache
def _wrappers() -> Mapping[str, tuple[Wrapper, ...]]:
    kept: dict[str, tuple[Wrapper, ...]] = {}
    for said in known()["wrappers"]:
        for name in said["hosts"].split():
            kept[name] = (*kept.get(name, ()), _wrapper(said))
    return kept


def _wrapper(said: Mapping[str, str]) -> Wrapper:
    return Wrapper(
        paths=frozenset(said.get("path", "").split()),
        names=tuple(said.get("in", "").split()),
        target=re.compile(said["target"], re.IGNORECASE | re.DOTALL) if "target" in said else None,
        how=said.get("as", ""),
    )


@cache
def _rules() -> Mapping[str, Rules]:
    return {site: _rules_of(said) for site, said in known()["sites"].items()}


def _rules_of(said: Mapping[str, Any]) -> Rules:
    return Rules(
        drop=Names(said.get("drop", "")),
        paths=tuple((re.compile(pattern), written) for pattern, written in said.get("paths", ())),
    )
