"""Which column of the file is which item: by name, column or alias, tolerant of case, blanks and full width.

Every unknown, missing and repeated name is told in one error, each with its nearest name; nothing is
guessed. A column may be named by its spreadsheet letter, ignored, or an item declared absent, explicitly.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.shapes import the_shape
from connectors.port import GEOMETRY
from hub.push.errors import HeaderMismatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item

_NEAR: Final = 3
_CUTOFF: Final = 0.5
_HEADER_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class HeaderMapping:
    """An explicit mapping, saved with the resource.

    ``rename`` maps a header name or a column letter to an item; ``ignore`` names columns that are not read into
    any item (the gate still looks at them); ``absent`` names items the file does not carry. Items go by any of
    their names. A word that is a name of the header is not read as a letter.
    """

    rename: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ignore: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where each item stands: 0-based index by item column; and the columns that belong to none.

    ``unnamed`` have a blank header, ``ignored`` were named as such.
    """

    positions: Mapping[str, int]
    unnamed: tuple[int, ...]
    ignored: tuple[int, ...]
    header: tuple[str, ...]
    letters: tuple[str, ...]


def unmapped(header: Sequence[str], letters: Sequence[str]) -> ColumnMap:
    """Return the map of a header of which nothing is known yet."""
    return ColumnMap(MappingProxyType({}), (), (), tuple(header), tuple(letters))


def plain(name: str) -> str:
    """Return a name as it is compared: half-width, without blanks, required marks and case."""
    text = unicodedata.normalize("NFKC", name)
    return "".join(text.split()).strip("*＊\ufeff").casefold()


def map_header(
    header: Sequence[str],
    letters: Sequence[str],
    items: Sequence[Item],
    mapping: HeaderMapping | None = None,
    preview: Sequence[Sequence[str]] = (),
) -> ColumnMap:
    """Return where each item stands.

    Raises:
        HeaderMismatchError: unknown columns, missing items or repeated names; it lists all of them. Or the
            mapping names an item that the entry does not have.
    """
    mapping = mapping or HeaderMapping()
    by_name = _names(items)
    _check_targets(mapping, by_name, items)
    names = {plain(name) for name in header}
    rename = {plain(key): by_name[plain(name)] for key, name in mapping.rename.items()}
    ignore = {plain(name) for name in mapping.ignore}
    positions: dict[str, int] = {}
    unnamed, ignored, unknown, repeated = [], [], [], []
    for index, name in enumerate(header):
        key = plain(name)
        place = plain(letters[index])
        calls = [word for word in (key, place if place not in names else "") if word]
        item = next((rename[word] for word in calls if word in rename), by_name.get(key))
        if item is None and name == GEOMETRY:
            item = the_shape(items)
        if any(word in ignore for word in calls):
            ignored.append(index)
        elif item is None and not key:
            unnamed.append(index)
        elif item is None:
            unknown.append(index)
        elif item.column in positions:
            repeated.append(index)
        else:
            positions[item.column] = index
    absent = {by_name[plain(name)].column for name in mapping.absent}
    missing = [item for item in items if item.column not in positions and item.column not in absent]
    if unknown or missing or repeated:
        better = _better_row(by_name, header, preview)
        if len(unknown) == len(header) - len(unnamed) - len(ignored):
            raise _no_header(letters, missing, better)
        raise _mismatch(header, letters, (unknown, missing, repeated), items, better)
    return ColumnMap(MappingProxyType(positions), tuple(unnamed), tuple(ignored), tuple(header), tuple(letters))


def _check_targets(mapping: HeaderMapping, by_name: Mapping[str, Item], items: Sequence[Item]) -> None:
    """Refuse a mapping to an item that does not exist: a misspelt name must not pass for an instruction."""
    wanted = [*mapping.rename.values(), *sorted(mapping.absent)]
    strangers = [name for name in wanted if plain(name) not in by_name]
    if strangers:
        names = [item.name for item in items]
        raise HeaderMismatchError(
            f"列对应关系中的信息项不在目录条目中：{'、'.join(strangers)}",
            f"the mapping names items that the entry does not have: {', '.join(strangers)}",
            next_zh=f"条目的信息项：{'、'.join(names)}",
            next_en=f"items of the entry: {', '.join(names)}",
            facts={"unknown_items": strangers, "items": names},
        )


def _names(items: Sequence[Item]) -> dict[str, Item]:
    """Return items by every name they answer to; their own names win over aliases."""
    found: dict[str, Item] = {}
    for item in items:
        for alias in item.aliases:
            found.setdefault(plain(alias), item)
    for item in items:
        found[plain(item.column)] = item
    for item in items:
        found[plain(item.name)] = item
    return found


def _better_row(by_name: Mapping[str, Item], header: Sequence[str], preview: Sequence[Sequence[str]]) -> int | None:
    """Return the 1-based row of the preview that looks more like the header than the one chosen, if one does."""

    def known(cells: Sequence[str]) -> int:
        return sum(plain(cell) in by_name for cell in cells if cell)

    best = max(enumerate(preview, start=1), key=lambda row: known(row[1]), default=None)
    if best is None or known(best[1]) <= known(header) or known(best[1]) < _HEADER_SHARE * len(set(by_name.values())):
        return None
    return best[0]


def _near(name: str, candidates: Sequence[str]) -> list[str]:
    return get_close_matches(name, candidates, n=_NEAR, cutoff=_CUTOFF)


def _hint(better: int | None) -> tuple[str, str]:
    """Return what to say of a row that looks more like the header."""
    if better is None:
        return "", ""
    return (
        f"表头可能在文件第 {better} 行：用 --header-row {better}，不用 --skip-rows；",
        f"the header may be line {better} of the file: use --header-row {better} and no --skip-rows; ",
    )


def _no_header(letters: Sequence[str], missing: Sequence[Item], better: int | None) -> HeaderMismatchError:
    """Build the error of a row in which nothing is known: it may be data, so nothing of it is repeated."""
    names = "、".join(item.name for item in missing)
    hint_zh, hint_en = _hint(better)
    return HeaderMismatchError(
        f"所指的表头行里没有一个列名是目录的信息项，这一行像是数据或说明。目录的信息项：{names}",
        "no name in the header row is an item of the entry: it looks like data or a title. Items: "
        + ", ".join(f"{item.name} ({item.column})" for item in missing),
        next_zh=hint_zh
        + "没有表头的文件用 --no-header --columns 列名,列名…；确是表头的，用 --rename 列字母=信息项 说明",
        next_en=hint_en
        + "a file without a header takes --no-header --columns name,name…; a header in other words takes"
        " --rename letter=item",
        facts={
            "unknown": [{"letter": letter, "near": []} for letter in letters],
            "missing": [{"column": item.column, "name": item.name, "near": []} for item in missing],
            "repeated": [],
            "header_row": better,
        },
    )


def _mismatch(
    header: Sequence[str],
    letters: Sequence[str],
    faults: tuple[list[int], list[Item], list[int]],
    items: Sequence[Item],
    better: int | None,
) -> HeaderMismatchError:
    """Build the one error that lists every fault of the header."""
    unknown, missing, repeated = faults
    wanted = [item.name for item in missing] or [item.name for item in items]
    strangers = [header[index] for index in unknown]
    unknown_facts = [
        {"letter": letters[index], "name": header[index], "near": _near(header[index], wanted)} for index in unknown
    ]
    missing_facts = [
        {"column": item.column, "name": item.name, "near": _near(item.name, strangers)} for item in missing
    ]
    repeated_facts = [{"letter": letters[index], "name": header[index]} for index in repeated]
    zh, en = [], []
    if unknown_facts:
        zh.append(
            f"目录中没有的列 {len(unknown_facts)} 个：" + "、".join(_told(fact, "，可能是") for fact in unknown_facts)
        )
        en.append(f"{len(unknown_facts)} unknown: " + ", ".join(_told(fact, ", perhaps ") for fact in unknown_facts))
    if missing_facts:
        names = "、".join(item.name for item in missing)
        zh.append(f"文件缺少的信息项 {len(missing)} 个：{names}")
        en.append(f"{len(missing)} missing: {', '.join(f'{item.name} ({item.column})' for item in missing)}")
    if repeated_facts:
        names = "、".join(f"{fact['letter']} 列 {fact['name']}" for fact in repeated_facts)
        zh.append(f"重复的列 {len(repeated)} 个：{names}")
        en.append(f"{len(repeated)} repeated: " + ", ".join(f"{fact['letter']}" for fact in repeated_facts))
    hint_zh, hint_en = _hint(better)
    return HeaderMismatchError(
        "表头与目录条目不一致。" + "；".join(zh),
        "the header does not fit the entry. " + "; ".join(en),
        next_zh=hint_zh + "改表头，或推送时用 --rename 列=信息项、--ignore 列、--absent 信息项（可多次）说明",
        next_en=hint_en + "change the header, or say it with --rename column=item, --ignore column, --absent item",
        facts={
            "unknown": unknown_facts,
            "missing": missing_facts,
            "repeated": repeated_facts,
            "header_row": better,
        },
    )


def _told(fact: Mapping[str, object], perhaps: str) -> str:
    near = fact["near"]
    first = near[0] if isinstance(near, list) and near else None
    return f"{fact['letter']} {fact['name']}" + (f"（{perhaps.strip('，, ')}“{first}”）" if first else "")
