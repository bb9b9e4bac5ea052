"""A world for a test: the demo's papers, and an empty folder whose config watches them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.papers import Papers, opened


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[Papers]:
    """For tests that let time pass."""
    with opened(tmp_path) as here:
        yield here


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Papers]:
    """After one round, for tests that only look."""
    with opened(tmp_path_factory.mktemp("crawled")) as here:
        here.newsloom("once", "--all")
        yield here
