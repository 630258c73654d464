"""Tiles of the log as C2SP tlog-tiles serves them: 256 hashes a tile, so height 8. Pure.

Tile ``n`` of level ``l`` holds nodes (8 * l, 256 * n) and on; a partial tile holds the first ``width`` of them.
Entry bundles hold the receipts themselves, each behind its 16-bit length: they are for auditors, not the public.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.ledger.errors import TileNotFoundError
from hub.ledger.merkle import HASH_BYTES, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HEIGHT = 8
WIDTH = 1 << HEIGHT
HIGHEST_LEVEL = 63
LENGTH_BYTES = 2
_INDEX = r"(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
_TILE = re.compile(rf"(?P<level>0|[1-9][0-9]?)/{_INDEX}")
_BUNDLE = re.compile(rf"entries/{_INDEX}")


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile by level and index; ``level`` None is an entry bundle. ``width`` 1..256, 256 when full."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Path below ``tile/``: ``0/x001/234``, ``0/000.p/112``, ``entries/000``."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{'entries' if self.level is None else self.level}/{name}{partial}"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes whose hashes the tile holds, in order (for a bundle: the leaves)."""
        level, first = HEIGHT * (self.level or 0), self.index * WIDTH
        return tuple(Node(level, first + place) for place in range(self.width))

    def exists_in(self, size: int) -> bool:
        """Say whether a tree of ``size`` leaves has all hashes of this tile."""
        return (self.index * WIDTH + self.width) << (HEIGHT * (self.level or 0)) <= size


def parse_tile(path: str) -> Tile:
    """Read the path below ``tile/``; one path for each tile.

    Raises:
        TileNotFoundError: no path of a tile.

    """
    match = _TILE.fullmatch(path) or _BUNDLE.fullmatch(path)
    if match is None:
        raise _not_found()
    found = match.groupdict()
    level = found.get("level")
    index = int(found["index"].replace("x", "").replace("/", ""))
    tile = Tile(None if level is None else int(level), index, int(found["width"] or WIDTH))
    is_full_named_partial = found["width"] is not None and tile.width >= WIDTH
    if is_full_named_partial or (tile.level or 0) > HIGHEST_LEVEL or tile.path != path:
        raise _not_found()
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Give every hash tile of a tree of ``size`` leaves, full ones first in each level."""
    level, count = 0, size
    while count:
        full, rest = divmod(count, WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if rest:
            yield Tile(level, full, rest)
        level, count = level + 1, full


def pack_bundle(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each entry behind its length, 16 bits big-endian."""
    return b"".join(len(entry).to_bytes(LENGTH_BYTES, "big") + entry for entry in entries)


def unpack_bundle(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        ValueError: the bundle ends inside an entry.

    """
    entries, at = [], 0
    while at < len(bundle):
        start = at + LENGTH_BYTES
        end = start + int.from_bytes(bundle[at:start], "big")
        if end > len(bundle) or start > len(bundle):
            raise ValueError("the bundle ends inside an entry")
        entries.append(bundle[start:end])
        at = end
    return entries


def unpack_tile(data: bytes) -> Sequence[bytes]:
    """Return the hashes of a tile.

    Raises:
        ValueError: not whole hashes, or more than a tile holds.

    """
    if len(data) % HASH_BYTES or len(data) > WIDTH * HASH_BYTES:
        raise ValueError("not whole hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _not_found() -> TileNotFoundError:
    return TileNotFoundError(
        "日志没有这个分块",
        "the log has no such tile",
        next_zh="请先读取检查点，再按其大小读取分块",
        next_en="read the checkpoint first: its size says which tiles exist",
    )
