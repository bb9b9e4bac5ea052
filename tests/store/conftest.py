"""Lets the tests of this folder import newsdesk.py beside them (pytest's importlib mode leaves sys.path alone)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from newsdesk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "news.db") as open_desk:
        yield open_desk
