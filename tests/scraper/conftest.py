"""What the tests of one file share ends when they end: those of another folder may come next in this process."""

from collections.abc import Iterator

import pytest

from tests.scraper.loopback import close_stage


@pytest.fixture(scope="module", autouse=True)
def _the_stage_is_closed() -> Iterator[None]:
    yield
    close_stage()
