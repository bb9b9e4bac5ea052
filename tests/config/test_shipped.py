"""The config, schema and reference that come with the project."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from ruamel.yaml import YAML

from newsloom.config import load, reference
from newsloom.config.schema import schema
from newsloom.news.sources import SourceKind

ROOT = Path(__file__).parent.parent.parent


def test_shipped_config_loads_and_has_sources_of_every_kind_and_many_languages() -> None:
    config = load(ROOT / "config.yaml")
    kinds = Counter(source.kind for source in config.sources)
    assert set(kinds) == set(SourceKind)
    assert len({source.language for source in config.sources}) >= 6
    assert [t.match for t in config.topics if t.match]


def test_shipped_schema_is_current() -> None:
    assert (ROOT / "config.schema.json").read_text(encoding="utf-8") == schema(), (
        "python -m newsloom.config.schema > config.schema.json"
    )


def test_shipped_reference_is_current() -> None:
    assert reference.tables() in (ROOT / "docs/config.md").read_text(encoding="utf-8"), "make docs"


def test_editors_find_the_schema_and_the_shipped_config_meets_it() -> None:
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=config.schema.json"
    rules = json.loads(schema())
    Draft202012Validator.check_schema(rules)
    assert list(Draft202012Validator(rules).iter_errors(YAML(typ="safe", pure=True).load(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "sources: []",
        "sources: [{name: a}]",
        "sources: [https://a.example]\npooling: {}",
        "sources: [{url: https://a.example, max_age: never}]",
        "sources: [https://a.example]\nlimits: {pages: 0}",
        "sources: [https://a.example]\ntopics: {a: {include: all}}",
    ],
)
def test_schema_refuses_what_the_loader_refuses(text: str) -> None:
    assert not Draft202012Validator(json.loads(schema())).is_valid(YAML(typ="safe", pure=True).load(text))


def test_loading_brings_in_neither_scrapy_nor_the_readers_of_pages() -> None:
    code = "import sys, pathlib, newsloom.config; newsloom.config.load(pathlib.Path(sys.argv[1])); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "config.yaml")], capture_output=True, text=True, check=True
    )
    heavy = {"scrapy", "twisted", "lxml", "trafilatura", "feedparser", "apscheduler", "sqlite3"}
    assert heavy.isdisjoint(done.stdout.split())
