"""What is known of addresses on the web at large, and of some sites': known.json, read once and checked by being used."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def known() -> Mapping[str, Any]:
    """The file as it stands; it says of itself where it comes from and under which licence."""
    kept: Mapping[str, Any] = json.loads(files(__package__).joinpath("known.json").read_text(encoding="utf-8"))
    return kept


class Names:
    """A list of names in lower case, some with a star for any ending."""

    def __init__(self, listed: str) -> None:
        names = listed.split()
        self._whole = frozenset(n for n in names if not n.endswith("*"))
        self._begun = tuple(n[:-1] for n in names if n.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return name in self._whole or name.startswith(self._begun)
