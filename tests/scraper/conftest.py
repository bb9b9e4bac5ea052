"""What all tests of the crawl share ends when they end."""

from collections.abc import Iterator

import pytest

from tests.scraper.loopback import stage


@pytest.fixture(scope="session", autouse=True)
def _the_stage_is_closed() -> Iterator[None]:
    yield
    stage().close()
