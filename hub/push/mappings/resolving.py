"""Which saved mapping a file is read by: the one whose header it has; a changed header is told, never guessed at.

A file whose own names are the entry's items needs no mapping. A file without header has no names to be known by: it
is taken for such a mapping only where it has exactly as many columns, and no header of the entry's in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from connectors.files.errors import FileError
from connectors.files.reader import open_table
from connectors.port import ReadOptions
from hub.push.errors import HeaderMismatchError
from hub.push.header import HeaderMapping, map_header, plain
from hub.push.mappings import store
from hub.push.mappings.errors import MappingChangedError, MappingNotFoundError
from hub.push.mappings.file_mapping import fingerprint
from hub.push.mappings.records import MappingState

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from pathlib import Path

    from catalogue.item import Item
    from connectors.port import Limits
    from hub.database import Unit
    from hub.push.mappings.file_mapping import FileMapping
    from hub.push.mappings.records import SavedMapping

_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Resolved:
    """How a file is read. ``changed`` is to be raised when it cannot be read without a mapping either."""

    options: ReadOptions
    mapping: HeaderMapping
    version: int | None = None
    changed: MappingChangedError | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a push says of itself: the file, its name, the options and mapping given with it, the version asked for."""

    path: Path
    options: ReadOptions
    mapping: HeaderMapping
    version: int | None = None

    @property
    def says_how(self) -> bool:
        """Whether options of the caller's own are given: then no saved mapping is looked for."""
        return replace(self.options, name=None) != ReadOptions() or self.mapping != HeaderMapping()


def resolve(unit: Unit, entry_id: uuid.UUID, items: Sequence[Item], asked: Asked, limits: Limits) -> Resolved:
    """Return how the file is read.

    Raises:
        MappingNotFoundError: the version asked for is not in force.
        MappingChangedError: the file does not have the header of the version asked for.
    """
    if asked.version is not None:
        found = store.find(unit, entry_id, asked.version)
        if found is None or found.state is not MappingState.FIXED:
            raise MappingNotFoundError(asked.version)
        return _by_version(found, asked, limits)
    given = Resolved(asked.options, asked.mapping)
    saved = () if asked.says_how else store.in_force(unit, entry_id)
    if not saved:
        return given
    seen = [(one, header_of(asked, one.mapping, limits)) for one in saved if not one.mapping.options.no_header]
    match = next((one for one, header in seen if header is not None and fits(header, one.mapping)), None)
    if match is None:
        if _fits_entry(asked, items, limits):
            return given
        without = (one for one in saved if one.mapping.options.no_header and _has_width(asked, one.mapping, limits))
        match = next(without, None)
    return replace(given, changed=_changed(seen, saved)) if match is None else _read_by(match, asked)


def fits(header: Sequence[str], mapping: FileMapping) -> bool:
    """Whether a header is the one a mapping was made for."""
    return fingerprint(header, in_order=mapping.goes_by_letter) == mapping.fingerprint


def header_of(asked: Asked, mapping: FileMapping, limits: Limits) -> tuple[str, ...] | None:
    """Return the header of a file read as a mapping says; None where it cannot be read so."""
    try:
        with open_table(asked.path, replace(mapping.options, name=asked.options.name), limits) as table:
            return table.header
    except FileError:
        return None


def _by_version(found: SavedMapping, asked: Asked, limits: Limits) -> Resolved:
    if found.mapping.options.no_header:
        is_fit = _has_width(asked, found.mapping, limits)
        header = None
    else:
        header = header_of(asked, found.mapping, limits)
        is_fit = header is not None and fits(header, found.mapping)
    if is_fit:
        return _read_by(found, asked)
    # The file is read all the same, so that the gate sees it before it is refused.
    return Resolved(asked.options, asked.mapping, changed=_changed([(found, header)], (found,)))


def _read_by(saved: SavedMapping, asked: Asked) -> Resolved:
    options = replace(saved.mapping.options, name=asked.options.name)
    return Resolved(options, saved.mapping.columns, saved.version)


def _fits_entry(asked: Asked, items: Sequence[Item], limits: Limits) -> bool:
    """Whether the file is a plain table with the names of the entry."""
    try:
        with open_table(asked.path, asked.options, limits) as table:
            map_header(table.header, table.letters, items)
    except (FileError, HeaderMismatchError):
        return False
    return True


def _has_width(asked: Asked, mapping: FileMapping, limits: Limits) -> bool:
    """Whether the first row of data has as many cells as the mapping has columns."""
    options = replace(mapping.options, columns=(), name=asked.options.name)
    try:
        with open_table(asked.path, options, limits) as table:
            return len(table.header) == len(mapping.header)
    except FileError:
        return False


def _changed(
    seen: Sequence[tuple[SavedMapping, tuple[str, ...] | None]], saved: Sequence[SavedMapping]
) -> MappingChangedError:
    """Build the error that tells how the header differs from that of the mapping it is most like."""
    best, header = max(seen, key=_likeness, default=(saved[0], None))
    known = [name for name in best.mapping.header if name.strip()]
    version = best.version
    advice_zh = f"用 hub mapping propose 文件 条目 重新拟定对应关系，预览后保存为新版本（现行第 {version} 版）"
    advice_en = f"propose a mapping again with hub mapping propose FILE ENTRY and save it (version {version} stands)"
    if header is None or not _likeness((best, header)):
        return MappingChangedError(
            f"文件不能按已保存的对应关系读取：表头位置、工作表或列数与第 {version} 版不同",
            f"the file cannot be read by the saved mapping {version}: header line, sheet or number of columns differ",
            next_zh=advice_zh,
            next_en=advice_en,
            facts={"version": version, "new": [], "lost": known, "renamed": []},
        )
    old, new = {plain(name): name for name in known}, {plain(name): name for name in header if name.strip()}
    lost = [name for key, name in old.items() if key not in new]
    added = [name for key, name in new.items() if key not in old]
    renamed = []
    for name in list(lost):
        near = get_close_matches(name, added, n=1, cutoff=_ALIKE)
        if near:
            renamed.append({"before": name, "after": near[0]})
            lost.remove(name)
            added.remove(near[0])
    zh, en = _differences(added, lost, renamed)
    return MappingChangedError(
        f"表头与已保存的对应关系第 {version} 版不同：{zh}",
        f"the header is not that of the saved mapping {version}: {en}",
        next_zh=advice_zh,
        next_en=advice_en,
        facts={"version": version, "new": added, "lost": lost, "renamed": renamed},
    )


def _differences(added: list[str], lost: list[str], renamed: list[dict[str, str]]) -> tuple[str, str]:
    zh, en = [], []
    if added:
        zh.append(f"新增列 {'、'.join(added)}")
        en.append(f"new columns {', '.join(added)}")
    if lost:
        zh.append(f"缺少列 {'、'.join(lost)}")
        en.append(f"columns lost {', '.join(lost)}")
    if renamed:
        zh.append("可能改名 " + "、".join(f"{one['before']}→{one['after']}" for one in renamed))
        en.append("perhaps renamed " + ", ".join(f"{one['before']} to {one['after']}" for one in renamed))
    if not zh:
        return "列的次序或重复的列名变了", "the order of the columns or repeated names changed"
    return "；".join(zh), "; ".join(en)


def _likeness(seen: tuple[SavedMapping, tuple[str, ...] | None]) -> float:
    """Return the share of names that both headers have."""
    saved, header = seen
    old = {plain(name) for name in saved.mapping.header} - {""}
    new = {plain(name) for name in header or ()} - {""}
    return len(old & new) / max(len(old | new), 1)
