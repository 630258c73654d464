"""Code lists as the hub holds them: the shipped ones and departments' own, each by name and version, and what differs.

Guide 发改高技〔2017〕1272号: a coded item names its list and the list's version; a value means nothing without both.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from catalogue.code_lists import CodeRow, code_list_names, load_code_list
from hub.directory.code_lists import store
from hub.directory.errors import DirectoryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue.code_lists import CodeList
    from catalogue.item import Item
    from hub.database import Unit


class CodeListUnknownError(DirectoryError):
    """The hub holds no list of this name, or not this version of it."""

    def __init__(self, name: str, version: str | None, near: tuple[str, ...]) -> None:
        """Name the list that was asked for (at most 80 characters) and what is near; a version is not repeated."""
        zh, en = ("", "") if version is None else ("的这一版本", ", or not this version of it")
        super().__init__(
            f"平台没有代码表 {name[:80]} {zh}".strip() + (f"，是否指：{'、'.join(near)}" if near else ""),
            f"the hub holds no code list {name[:80]}{en}" + (f"; near: {', '.join(near)}" if near else ""),
            next_zh="查看代码表清单：hub directory code-lists",
            next_en="see the lists: hub directory code-lists",
        )


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A code that differs between two versions; None where a version does not have it."""

    code: str
    old: CodeRow | None
    new: CodeRow | None


def code_list(unit: Unit, name: str, version: str | None = None) -> CodeList:
    """Return a list in a version, or in the newest in force.

    Raises:
        CodeListUnknownError: there is none; near names or the versions there are stand in the message.

    """
    if name in code_list_names():
        shipped = load_code_list(name)
        if version in {None, shipped.version}:
            return shipped
        raise CodeListUnknownError(name, version, (shipped.version,))
    found = store.content(unit, name, version)
    if found is not None:
        return found
    held = held_versions(unit)
    versions = tuple(sorted(one[1] for one in held if one[0] == name))
    near = versions or tuple(get_close_matches(name, sorted({one[0] for one in held}), n=3))
    raise CodeListUnknownError(name, version, near)


def own_codes(unit: Unit, items: Iterable[Item]) -> dict[str, dict[str, str]]:
    """Return code and name of the departments' lists that items name, by list: what pushes are checked against."""
    found = {}
    for reference in {item.code_list for item in items if item.code_list is not None}:
        if reference.name not in code_list_names():
            held = store.content(unit, reference.name, reference.version)
            if held is not None:
                found[reference.name] = {row.code: row.name_zh for row in held.rows.values()}
    return found


def held_versions(unit: Unit) -> frozenset[tuple[str, str]]:
    """Return name and version of every list the hub holds."""
    return frozenset((name, load_code_list(name).version) for name in code_list_names()) | store.held(unit)


def differences(old: CodeList, new: CodeList) -> tuple[RowDifference, ...]:
    """Return the codes that came, went or changed, by code."""
    codes = sorted({*old.rows, *new.rows})
    return tuple(
        RowDifference(code, old.rows.get(code), new.rows.get(code))
        for code in codes
        if old.rows.get(code) != new.rows.get(code)
    )
