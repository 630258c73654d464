"""Reading the files of a pack: CSV rows as dicts and the TOML head, with errors that say where.

A file of the same name in the pack's own folder is read together with the national one, the national
first. Nothing is guessed: an unknown word in a closed column is a :class:`PackError`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from policies.packs.model import PackError

if TYPE_CHECKING:
    from enum import Enum
    from importlib.resources.abc import Traversable

    WordT = TypeVar("WordT", bound=Enum)


class PackFiles:
    """The files of one pack: its own folder and the national one below it."""

    def __init__(self, root: Traversable, name: str) -> None:
        """Find both folders (raises :class:`PackError` when the pack's own is absent)."""
        self.name = name
        self.own = root / name
        self.national = root / "national"
        if not name.isidentifier() or not (self.own / "pack.toml").is_file():
            raise PackError(
                name, f"没有法规包“{name}”", f"there is no regulation pack {name!r}: choose one that is installed"
            )

    def head(self) -> dict[str, Any]:
        """Return the pack's ``pack.toml``."""
        try:
            return tomllib.loads((self.own / "pack.toml").read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise PackError(f"{self.name}/pack.toml", f"无法读取（{error}）", f"cannot be read ({error})") from error

    def rows(self, file: str) -> list[dict[str, str]]:
        """Return the rows of a national CSV file (raises :class:`PackError` on a ragged row)."""
        return _read(self.national / file, f"national/{file}")

    def own_rows(self, file: str) -> list[dict[str, str]]:
        """Return the rows of the pack's own CSV file; empty where it has none."""
        path = self.own / file
        return _read(path, f"{self.name}/{file}") if path.is_file() else []

    def digest(self) -> str:
        """Return the SHA-256 (hex) over names, lengths and contents of all files of both folders."""
        total = hashlib.sha256()
        folders = {"national": self.national, self.name: self.own}
        for folder, where in sorted(folders.items()):
            for path in sorted(where.iterdir(), key=lambda entry: entry.name):
                if path.name.endswith((".csv", ".toml")):
                    content = path.read_bytes()
                    total.update(f"{folder}/{path.name}\n{len(content)}\n".encode())
                    total.update(content)
        return total.hexdigest()


def _read(path: Traversable, label: str) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(label, "无法读取", f"cannot be read ({type(error).__name__})") from error
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise PackError(f"{label} 第{number}行", "列数不对", f"row {number}: wrong number of columns")
    return rows


def word(kind: type[WordT], value: str, where: str) -> WordT:
    """Return the member of a closed list (raises :class:`PackError` on an unknown word)."""
    try:
        return kind(value)
    except ValueError as error:
        raise PackError(where, f"“{value}”不在封闭词表内", f"{value!r} is not in the closed list") from error


def words(kind: type[WordT], value: str, where: str) -> tuple[WordT, ...]:
    """Return members of a closed list from a space-separated cell."""
    return tuple(word(kind, part, where) for part in value.split())


def number(value: str, where: str) -> int | None:
    """Return a whole number, None for an empty cell (raises :class:`PackError` otherwise)."""
    if not value:
        return None
    if not value.isdecimal():
        raise PackError(where, f"“{value}”不是整数", f"{value!r} is not a whole number")
    return int(value)
