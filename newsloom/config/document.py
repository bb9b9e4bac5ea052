"""YAML text -> plain data in which every place knows its line.

Every scalar stays the text that was written; the model says what becomes of it. So `no` is Norway where a text is wanted and
False where a yes or no is, 18:30 is never 1110, and a name 007 keeps its zeros. `YAML 1.2 <https://yaml.org/spec/1.2.2/>`_.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsloom.config.faults import ConfigError, Fault, Place, key_of

_NULL = "tag:yaml.org,2002:null"
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = "tag:yaml.org,2002:"

_QUOTED = "put single quotes around all of it, as in match: '\"black sea\" OR ukraine'"
_HINTS = (
    (r"'\\t'", "a tab stands here: YAML is indented with spaces, write spaces instead"),
    (r"mapping values are not allowed", "a second colon, or too deep an indent: put a text that holds ': ' in quotes"),
    (r"expected <block end>, but found '<scalar>'", f"a text that begins with a quote ends at the next one: {_QUOTED}"),
    (r"expected <block end>", "the indentation does not fit the lines above: let keys of one group begin in one column"),
    (r"could not find expected ':'", "a key without a colon: write `key: value`"),
    (r"cannot start any token", "a text may not begin with this character: put it in quotes"),
    (r"undefined alias", "a text that begins with * is a reference in YAML: put it in quotes"),
    (r"unexpected end of stream", "a quote is opened and never closed: close it"),
    (r"expected ',' or '\]'", "a list is opened with [ and not closed: close it with ]"),
    (r"expected ',' or '\}'", "a group is opened with { and not closed: close it with }"),
    (r"another document", "a second document begins here: a config is one, take the --- line away"),
)  # fmt: skip


class Document:
    """A file's data, the line of every place, and what was wrong with its form without making it unreadable."""

    def __init__(self, path: Path, root: Node | None) -> None:
        self.path = path
        self._noted: list[tuple[Place, int, str]] = []
        self._lines: dict[Place, int] = {}
        self.data: object = None
        if root is not None:
            self.data = self._value(root, (), [])

    def line(self, place: Place) -> int:
        """Of the place itself or, where nothing stands, of the nearest one around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def fault(self, place: Place, problem: str, line: int = 0) -> None:
        """Note what is wrong at a place."""
        self._noted.append((place, line or self.line(place), problem))

    @property
    def faults(self) -> list[Fault]:
        """What was noted so far."""
        return [
            Fault(path=self.path, line=line, key=key_of(place, self.data), problem=problem)
            for place, line, problem in self._noted
        ]

    def _value(self, node: Node, place: Place, around: list[Node]) -> object:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if any(node is outer for outer in around):
            self.fault(place, "refers to a group that it is part of: take the reference away")
            return {}
        if isinstance(node, MappingNode):
            return self._mapping(node, place, [*around, node])
        if isinstance(node, SequenceNode):
            return [self._value(item, (*place, i), [*around, node]) for i, item in enumerate(node.value)]
        if not str(node.tag).startswith(_PLAIN):
            self.fault(place, f"{node.tag} has no meaning here: put a text that begins with ! in quotes")
        return None if node.tag == _NULL else str(node.value)

    def _mapping(self, node: MappingNode, place: Place, around: list[Node]) -> dict[str, object]:
        found: dict[str, object] = {}
        first: dict[str, int] = {}
        for key, value in self._own(node, place):
            name, line = key.value, key.start_mark.line + 1
            here = (*place, name)
            if name in first:
                self.fault(here, f"stands twice, first in line {first[name]}: take one away", line)
                continue
            first[name] = self._lines[here] = line
            found[name] = self._value(value, here, around)
        for merged in self._merged(node, place, around):
            for name, thing in merged.items():
                found.setdefault(name, thing)
        return found

    def _own(self, node: MappingNode, place: Place) -> Iterator[tuple[ScalarNode, Node]]:
        for key, value in node.value:
            if key.tag == _MERGE:
                continue
            if isinstance(key, ScalarNode):
                yield key, value
            else:
                line = key.start_mark.line + 1
                self.fault(place, "a list or group stands where a key should: write `key: value`", line)

    def _merged(self, node: MappingNode, place: Place, around: list[Node]) -> Iterator[dict[str, object]]:
        """What `<<: *anchor` brings in, the first one strongest (https://yaml.org/type/merge.html)."""
        for key, value in node.value:
            if key.tag != _MERGE:
                continue
            for part in value.value if isinstance(value, SequenceNode) else [value]:
                merged = self._value(part, place, around)
                if isinstance(merged, dict):
                    yield merged


def read(path: Path) -> Document:
    """Raises ConfigError for a file that cannot be opened or is no YAML."""
    text = _text(path)
    try:
        root = YAML(typ="safe", pure=True).compose(text)  # the round-trip one leaves marks of its own in folded texts
    except RecursionError:
        raise ConfigError(
            [Fault(path=path, line=0, key="", problem="groups within groups without end: write it plainly")]
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError([Fault(path=path, line=mark.line + 1 if mark else 0, key="", problem=_said(error))]) from None
    except YAMLError as error:
        raise ConfigError(
            [Fault(path=path, line=_bad_line(text), key="", problem=f"no YAML: {_flat(str(error))}")]
        ) from None
    return Document(path, root)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        problem = "there is no such file: go to the folder that has it, or name it with --config"
    except IsADirectoryError:
        problem = "this is a folder: name the file in it"
    except OSError as error:
        problem = f"cannot be read ({error.strerror}): let this user read it"
    else:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            problem = f"byte 0x{raw[error.start]:02x} is no UTF-8: save the file as UTF-8"
            raise ConfigError([Fault(path=path, line=line, key="", problem=problem)]) from None
    raise ConfigError([Fault(path=path, line=0, key="", problem=problem)])


def _said(error: MarkedYAMLError) -> str:
    problem = _flat(f"{error.problem or error.context}")
    where = (
        f", in what begins in line {error.context_mark.line + 1}" if error.context_mark and error.problem_mark else ""
    )
    remedy = next(
        (hint for pattern, hint in _HINTS if re.search(pattern, problem)), "mend the line or the one above it"
    )
    return f"no YAML ({problem}{where}): {remedy}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _bad_line(text: str) -> int:
    """Of the first character that YAML does not allow (5.1)."""
    bad = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return text.count("\n", 0, bad.start()) + 1 if bad else 0
