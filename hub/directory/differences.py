"""How two versions of an entry differ: each metadata and each item, what was added, dropped or changed, old and new.

政务数据共享条例 Art. 17, 27: what narrows sharing is marked, since its users are told. An item that follows the entry's
sharing or open type changes with it, and is listed for it. Descriptions only, no rows. Pure.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, cast

from catalogue.classes import shipped_tree
from catalogue.code_lists import load_code_list
from catalogue.shape import encode
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry
    from catalogue.item import Item

_LISTS: Final = {
    "sharing.type": "catalogue_sharing_type",
    "sharing.mode_category": "catalogue_sharing_mode_category",
    "sharing.modes": "catalogue_sharing_mode",
    "opening.type": "catalogue_open_type",
    "update_cycle": "catalogue_update_cycle",
    "formats": "catalogue_resource_format",
    "grade": "data_grade",
    "share_type": "catalogue_sharing_type",
    "open_type": "catalogue_open_type",
    "type": "catalogue_data_type",
    "sensitivity": "sensitivity_class",
    "crs": "crs",
}
"""The list that names the codes of a metadata or a part of an item; classes are named by the tree in force."""
_CLASSES: Final = "class_path"

_NESTED: Final = ("provider", "sharing", "opening", "push")
_SHOWN_LENGTH: Final = 300


class Kind(StrEnum):
    """What happened."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"


KIND_NAMES: Final = {
    Kind.ADDED: Text("新增", "added"),
    Kind.DROPPED: Text("删除", "dropped"),
    Kind.CHANGED: Text("修改", "changed"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One metadata, or one part of an item.

    ``old`` and ``new`` are JSON, ``*_text`` say them with the names of codes.
    """

    path: str
    label: Text
    kind: Kind
    old: Any
    new: Any
    old_text: Text
    new_text: Text
    narrows: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the change as the API gives it."""
        return {
            "path": self.path,
            "label": self.label.zh,
            "label_en": self.label.en,
            "kind": self.kind.value,
            "old": self.old,
            "new": self.new,
            "old_text": self.old_text.zh,
            "old_text_en": self.old_text.en,
            "new_text": self.new_text.zh,
            "new_text_en": self.new_text.en,
            "narrows": self.narrows,
        }

    def sentence(self) -> Text:
        """Return the change as one line."""
        if self.kind is Kind.ADDED:
            return Text(f"{self.label.zh}：新增 {self.new_text.zh}", f"{self.label.en}: added {self.new_text.en}")
        if self.kind is Kind.DROPPED:
            return Text(
                f"{self.label.zh}：删除（原 {self.old_text.zh}）", f"{self.label.en}: dropped {self.old_text.en}"
            )
        return Text(
            f"{self.label.zh}：{self.old_text.zh} → {self.new_text.zh}",
            f"{self.label.en}: {self.old_text.en} → {self.new_text.en}",
        )


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """One item that differs; ``changes`` is empty for one that came or went."""

    column: str
    name: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    narrows: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the difference as the API gives it."""
        return {
            "column": self.column,
            "name": self.name,
            "kind": self.kind.value,
            "changes": [change.as_json() for change in self.changes],
            "narrows": self.narrows,
        }


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs between two versions; items in the order of the new version, those gone at the end."""

    metadata: tuple[Change, ...]
    items: tuple[ItemDifference, ...]

    @property
    def narrows(self) -> bool:
        """Whether anything is shared or open less widely than before (V16)."""
        return any(one.narrows for one in self.metadata) or any(one.narrows for one in self.items)

    @property
    def narrowed_columns(self) -> frozenset[str]:
        """The items that are gone, or shared or open less widely."""
        return frozenset(item.column for item in self.items if item.narrows)


def differences(old: Entry, new: Entry, classes: ClassTree | None = None) -> Differences:
    """Return how ``new`` differs from ``old``; ``classes`` names the classes, the shipped tree where none is given."""
    metadata = _changes(_flat(old), _flat(new), "entry", shipped_tree() if classes is None else classes)
    before, after = {item.column: item for item in old.items}, {item.column: item for item in new.items}
    items: list[ItemDifference] = []
    for column, item in after.items():
        if column not in before:
            items.append(ItemDifference(column, item.name, Kind.ADDED))
        elif (found := _item(old, before[column], new, item)) is not None:
            items.append(found)
    gone = (item for column, item in before.items() if column not in after)
    items.extend(ItemDifference(item.column, item.name, Kind.DROPPED, narrows=True) for item in gone)
    return Differences(metadata, tuple(items))


def _item(old: Entry, before: Item, new: Entry, after: Item) -> ItemDifference | None:
    """Return how an item differs, its sharing and opening as they hold for it; None when it does not."""
    was, now = _encoded(before), _encoded(after)
    was |= {"share_type": int(old.share_type(before)), "open_type": int(old.open_type(before))}
    now |= {"share_type": int(new.share_type(after)), "open_type": int(new.open_type(after))}
    changes = _changes(was, now, "item", shipped_tree())
    if not changes:
        return None
    return ItemDifference(
        after.column, after.name, Kind.CHANGED, changes, narrows=any(change.narrows for change in changes)
    )


def _flat(entry: Entry) -> dict[str, Any]:
    """Return the metadata of an entry, one level, without its items and what the system sets."""
    found: dict[str, Any] = {}
    for name, value in entry.to_dict().items():
        if name in {"items", "resource_code", "issued"}:
            continue
        if name in _NESTED:
            found |= {f"{name}.{part}": content for part, content in cast("dict[str, Any]", value).items()}
        else:
            found[name] = value
    return found


def _encoded(item: Item) -> dict[str, Any]:
    return cast("dict[str, Any]", encode(item))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], part: str, classes: ClassTree) -> tuple[Change, ...]:
    known = labels()[part]
    paths = [path for path in known if path in {*old, *new}]
    paths += sorted({*old, *new} - set(known))
    found = []
    for path in paths:
        was, now = old.get(path), new.get(path)
        if was == now:
            continue
        kind = Kind.CHANGED if path in old and path in new else Kind.ADDED if path in new else Kind.DROPPED
        narrows = path in {"sharing.type", "opening.type", "share_type", "open_type"} and _wider(was, now)
        texts = (_text(path, was, classes), _text(path, now, classes))
        found.append(Change(path, known.get(path, Text(path, path)), kind, was, now, *texts, narrows))
    return tuple(found)


def _wider(was: object, now: object) -> bool:
    """Whether a sharing or open type was wider before: 1 is the widest."""
    return isinstance(was, int) and isinstance(now, int) and now > was


def _text(path: str, value: object, classes: ClassTree) -> Text:
    """Return a value as people read it: codes with their names, lists joined, long texts cut with their length."""
    if value is None:
        return Text("（空）", "(empty)")
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    values = value if isinstance(value, list) else [value]
    parts = [_part(path, one, classes) for one in values]
    return Text(_cut("、".join(one.zh for one in parts)), _cut(", ".join(one.en for one in parts)))


def _part(path: str, value: object, classes: ClassTree) -> Text:
    if isinstance(value, dict):
        joined = " ".join(str(content) for content in value.values())
        return Text(joined, joined)
    code = str(value)
    listed = classes.nodes if path == _CLASSES else load_code_list(_LISTS[path]).rows if path in _LISTS else {}
    row = listed.get(code)
    return Text(code, code) if row is None else Text(f"{code} {row.name_zh}", f"{code} {row.name_en}")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…（{len(text)}）"


@cache
def labels() -> Mapping[str, Mapping[str, Text]]:
    """Return what people call each metadata (``entry``) and each part of an item (``item``)."""
    read = tomllib.loads(files("hub.directory").joinpath("labels.toml").read_text(encoding="utf-8"))
    return {part: {path: Text(*words) for path, words in names.items()} for part, names in read.items()}
