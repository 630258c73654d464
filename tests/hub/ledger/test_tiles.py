"""Tiles and bundles as C2SP tlog-tiles lays them out."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.errors import TileNotFoundError
from hub.ledger.merkle import Node
from hub.ledger.tiles import Tile, pack_bundle, parse_tile, tiles_of, unpack_bundle, unpack_tile


def test_the_path_of_a_tile_is_that_of_the_specification() -> None:
    assert [Tile(2, 1234067).path, Tile(0, 273, 112).path, Tile(None, 5).path] == [
        "2/x001/x234/067",
        "0/273.p/112",
        "entries/005",
    ]


def test_a_tree_of_70000_has_the_tiles_the_specification_counts() -> None:
    counted = Counter((tile.level, tile.width) for tile in tiles_of(70_000))
    assert counted == {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1}


def test_a_tree_of_256_has_one_full_tile_and_one_of_width_1() -> None:
    assert [tile.path for tile in tiles_of(256)] == ["0/000", "1/000.p/1"]


def test_an_empty_tree_has_no_tiles() -> None:
    assert list(tiles_of(0)) == []


def test_a_tile_of_level_1_holds_the_roots_of_full_tiles() -> None:
    assert Tile(1, 2, 2).nodes == (Node(8, 512), Node(8, 513))


@given(st.none() | st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_reads_back(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_tile(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    ["", "0", "0/0", "0/1234", "64/000", "00/000", "0/000.p/0", "0/000.p/256", "0/000.p/300", "0/x000/001", "0/000/",
     "../0/000", "entries/x1/000", "0/٠٠٠", "-1/000"],
)  # fmt: skip
def test_no_other_path_names_a_tile(path: str) -> None:
    with pytest.raises(TileNotFoundError):
        parse_tile(path)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 70_000])
def test_a_tree_fills_exactly_its_own_tiles(size: int) -> None:
    tiles = list(tiles_of(size))
    missing = [tile for tile in tiles if not tile.exists_in(size)]
    beyond = [
        tile for tile in tiles if tile.width < 256 and Tile(tile.level, tile.index, tile.width + 1).exists_in(size)
    ]
    assert (missing, beyond) == ([], [])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    assert unpack_bundle(pack_bundle(entries)) == entries


@pytest.mark.parametrize("bundle", [b"\x00", b"\x00\x02a", b"\x00\x01ab"])
def test_a_bundle_that_ends_inside_an_entry_is_refused(bundle: bytes) -> None:
    with pytest.raises(ValueError, match="ends inside"):
        unpack_bundle(bundle)


@pytest.mark.parametrize("data", [b"x", bytes(33), bytes(257 * 32)])
def test_a_tile_of_a_wrong_length_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="whole hashes"):
        unpack_tile(data)
