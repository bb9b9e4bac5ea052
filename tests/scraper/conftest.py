"""Lets the tests of this folder import loopback.py beside them (pytest's importlib mode leaves sys.path alone)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _the_stage_is_closed() -> Iterator[None]:
    from loopback import stage

    yield
    stage().close()
