"""A reader that fetched at any moments whatever, following archives when it was away, has every entry once, in its last version.

NEWSLOOM_READERS=100 in the environment makes it a hundred worlds.
"""

import os
from pathlib import Path
from uuid import UUID

import pytest

from tests.whole.readers import Fuse, Reader, World, lived, opened

WORLDS = int(os.environ.get("NEWSLOOM_READERS", "2"))
STEPS = 60

# Members of a topic, without those that were left out when many joined at once, and never shown.
_MEMBERS = """
SELECT e.uuid, e.version
  FROM topics t
  JOIN membership m ON m.topic = t.id
  JOIN entries e ON e.id = m.entry
 WHERE t.key = ? AND (m.bulk = 0 OR EXISTS (SELECT 1 FROM log l WHERE l.topic = t.id AND l.entry = e.id))
"""


def lacking(world: World, reader: Reader) -> dict[UUID, tuple[set[str], str | None]]:
    """What a reader should have and has otherwise or not at all: what the last version says, and what it has."""
    members = world.rows(_MEMBERS, reader.name.rpartition(".")[0])
    assert len(members) > 5
    wanted = {UUID(uuid): world.said[UUID(uuid), version] for uuid, version in members}
    return {i: (wanted[i], reader.holds.get(i)) for i in wanted if reader.holds.get(i) not in wanted[i]}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_reader_has_every_entry_in_its_last_version(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = opened(tmp_path, seed, monkeypatch, Fuse())
    lived(world, world.live(STEPS))
    assert world.crashes
    assert world.pages
    for reader in world.readers:
        assert lacking(world, reader) == {}, reader.name


def test_a_kill_at_any_point_of_save_and_publish_loses_no_reader_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = opened(tmp_path, 1, monkeypatch, Fuse())
    lived(world, world.die_everywhere())
    for point in (
        "save",
        "listed",
        "advance",
        "closing",
        "closed",
        "published",
        "withdraw",
        "cut",
        "adopt",
        "feed is in place",
    ):
        assert world.fuse.burnt[f"before {point}"]
        assert world.fuse.burnt[f"after {point}"]
    assert world.fuse.burnt["before page's twin is in place"]
    assert world.pages
    for reader in world.readers:
        assert lacking(world, reader) == {}, reader.name
