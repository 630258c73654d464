"""What a department's entry holds for the register: its kind, and which column is what, told by elements or names."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.addresses_reading import fields_of
from hub.registers.addresses.loading import FileKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.directory.facts import Resource

DIVISIONS: Final = ("G007", "G006", "G005", "G004", "G003")
"""Elements that name the division of an address, the deepest first."""
BELOW_DOOR: Final = frozenset({"building", "unit", "floor", "room"})
"""Parts below the door plate (element G010): no public route tells them."""
_READ: Final[Mapping[FileKind, frozenset[str]]] = MappingProxyType(
    {
        FileKind.ADDRESSES: BELOW_DOOR.union(
            ("id", "division", "street", "door", "longitude", "latitude", "crs", "valid_from", "valid_to", "main_id"),
            ("aliases", *DIVISIONS),
        ),
        FileKind.NAMES: frozenset(
            ("id", "place_id", "name", "specific", "generic", "kind", "pinyin", "division", "aliases", "approved_by")
        ).union(("approved_on", "filed_on", "announced_on", *DIVISIONS)),
        FileKind.DIVISIONS: frozenset({"code", "name", "aliases"}),
    }
)


@dataclass(frozen=True, slots=True)
class Described:
    """The kind of rows an entry holds, and its columns by what the register calls them."""

    kind: FileKind
    columns: Mapping[str, str]

    @property
    def open_columns(self) -> tuple[str, ...]:
        """The columns of which everybody is told: all that are read but those below the door plate."""
        return tuple(dict.fromkeys(one for field, one in self.columns.items() if field not in BELOW_DOOR))


def described(resource: Resource) -> Described | None:
    """Return what an entry holds for the register; None where its items tell nothing of addresses."""
    found: dict[str, str] = {}
    for item in resource.entry.items:
        if item.element in DIVISIONS:
            found[item.element] = item.column
        for known in (item.element or "", item.name, item.column):
            for field in fields_of((known,)):
                found.setdefault(field, item.column)
    kind = _kind(found)
    if kind is None:
        return None
    return Described(kind, {field: column for field, column in found.items() if field in _READ[kind]})


def _kind(columns: Mapping[str, str]) -> FileKind | None:
    if "door" in columns or "street" in columns:
        return FileKind.ADDRESSES
    if "kind" in columns and "name" in columns:
        return FileKind.NAMES
    return FileKind.DIVISIONS if {"code", "name"} <= columns.keys() else None
