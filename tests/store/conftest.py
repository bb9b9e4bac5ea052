import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.newsdesk import Desk, opened


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A store of its own for each test, empty."""
    with Desk(tmp_path / "news.db") as open_desk:
        yield open_desk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = opened(tmp_path)
    yield connection
    connection.close()
