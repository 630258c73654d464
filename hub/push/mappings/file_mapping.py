"""How files of one shape are read and which column is which item: one plain value, and its fingerprint.

The value is the same as JSON (API, database) and as TOML (the clerk's file, :mod:`hub.push.mappings.toml_text`).
The fingerprint is taken over the normalised names of the header, so that the mapping is found again for the next file
of that shape: in any order, unless a column goes by its letter. Pure: no I/O.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from connectors.port import ReadOptions, letter
from hub.push.header import HeaderMapping, plain
from hub.push.mappings.errors import MappingFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_READ: Final = ""
"""What stands in place of the item for a column that is not read."""
MOST_COLUMNS: Final = 2000
LONGEST_TEXT: Final = 1000
_OPTIONS: Final = {one.name: one.default for one in fields(ReadOptions) if one.name != "name"}
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
_PARTS: Final = frozenset({"read", "header", "letters", "columns", "absent"})


@dataclass(frozen=True, slots=True)
class FileMapping:
    """Options (without a file name), columns to items, and the header they were made for with its letters."""

    options: ReadOptions
    columns: HeaderMapping
    header: tuple[str, ...]
    letters: tuple[str, ...] = field(default=())

    @property
    def places(self) -> tuple[str, ...]:
        """Letter of each column of the header; A, B, C … where nothing else is said."""
        return self.letters or tuple(letter(index) for index in range(len(self.header)))

    @property
    def goes_by_letter(self) -> bool:
        """Whether a column is named by its letter, so that the order of the columns matters."""
        names = {plain(name) for name in self.header}
        return any(plain(key) not in names for key in (*self.columns.rename, *self.columns.ignore))

    @property
    def fingerprint(self) -> str:
        """Digest of the header, the same for every file of this shape."""
        return fingerprint(self.header, in_order=self.goes_by_letter)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; options that say nothing are left out."""
        read = {name: _shown(getattr(self.options, name)) for name in _OPTIONS}
        columns = {**dict(self.columns.rename), **dict.fromkeys(sorted(self.columns.ignore), NOT_READ)}
        return {
            "read": {name: value for name, value in read.items() if value != _shown(_OPTIONS[name])},
            "header": list(self.header),
            **({"letters": list(self.letters)} if self.letters else {}),
            "columns": columns,
            "absent": sorted(self.columns.absent),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FileMapping:
        """Read what :meth:`to_dict` gives.

        Raises:
            MappingFormatError: unknown members, values of the wrong kind, too much of anything, no header.
        """
        strangers = sorted(set(data) - _PARTS)
        if strangers:
            raise MappingFormatError(f"没有 {'、'.join(strangers)}", f"there is no {', '.join(strangers)}")
        columns = _table(data.get("columns", {}), "columns")
        header = _names(data.get("header", ()), "header")
        if not any(name.strip() for name in header):
            raise MappingFormatError("没有写明表头 header", "it does not state the header")
        letters = _names(data.get("letters", ()), "letters")
        if letters and len(letters) != len(header):
            raise MappingFormatError("letters 与 header 的个数不同", "letters and header differ in number")
        items = {key: _text(value, f"columns.{key}") for key, value in columns.items()}
        mapping = HeaderMapping(
            {key: item for key, item in items.items() if item != NOT_READ},
            frozenset(key for key, item in items.items() if item == NOT_READ),
            frozenset(_names(data.get("absent", ()), "absent")),
        )
        return cls(read_options(_table(data.get("read", {}), "read")), mapping, header, letters)


def fingerprint(header: Sequence[str], *, in_order: bool) -> str:
    """Return the digest of a header: blank names at the end never count, the order only where asked."""
    names = [plain(name) for name in header]
    while names and not names[-1]:
        names.pop()
    counted: list[Any] = names if in_order else sorted(Counter(name for name in names if name).items())
    return hashlib.sha256(json.dumps([in_order, counted], ensure_ascii=False).encode()).hexdigest()


def read_options(data: Mapping[str, Any]) -> ReadOptions:
    """Return reading options from JSON or TOML values; raises ``MappingFormatError`` naming the option."""
    strangers = sorted(set(data) - set(_OPTIONS))
    if strangers:
        raise MappingFormatError(
            f"没有读取选项 {'、'.join(strangers)}", f"no such reading option: {', '.join(strangers)}"
        )
    return ReadOptions(**{name: _option(name, value) for name, value in data.items()})


def _option(name: str, value: object) -> Any:  # noqa: ANN401 - the kind is that of the option's default
    """Return the value of an option if it is of the kind of its default."""
    default = _OPTIONS[name]
    if isinstance(default, tuple):
        return _names(value, f"read.{name}")
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(default, int) or (name == "sheet" and isinstance(value, int)):
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1_000_000:  # noqa: PLR2004
            return value
    else:
        return _text(value, f"read.{name}")
    raise MappingFormatError(f"read.{name} 的值类型不对", f"read.{name} is of the wrong kind")


def _shown(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _table(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MOST_COLUMNS:
        raise MappingFormatError(f"{place} 应是一张表", f"{place} is a table")
    if any(not isinstance(key, str) or not key.strip() or len(key) > LONGEST_TEXT for key in value):
        raise MappingFormatError(f"{place} 中有空的或过长的列名", f"a name in {place} is blank or too long")
    return value


def _names(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_COLUMNS:
        raise MappingFormatError(f"{place} 应是名称的列表", f"{place} is a list of names")
    return tuple(_text(one, place) for one in value)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or _NO_TEXT.search(value):
        raise MappingFormatError(f"{place} 应是不太长的文字", f"{place} is a text of moderate length")
    return value
