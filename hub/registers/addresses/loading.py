"""Addresses, divisions, former names and place names taken into the register: from files, or from a department's rows.

One load is one transaction: it is taken whole, less the rows that cannot be taken, each told with its rule; a file
that cannot be read changes nothing. Every node names its source and row. Each load leaves a receipt. 地名管理条例
Art. 15, 21; Zhengzhou Art. 18, 19.
"""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final

from pypinyin import lazy_pinyin

from catalogue.addresses import Level
from catalogue.addresses_former import former_names
from catalogue.addresses_reading import (
    Fault,
    NamedPlace,
    Row,
    fields_of,
    named_place,
    shifted_column,
    standard_address,
)
from catalogue.addresses_standard import (
    Node,
    StandardAddress,
    address_nodes,
    base_keys,
    digits_of,
    division_node,
    made_id,
)
from hub.ledger.drafts import ReceiptKind
from hub.registers.addresses import names_store, reading_store, store
from hub.registers.addresses.errors import AddressFileError
from hub.registers.addresses.switching import on_for_load

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

    from hub.context import Context
    from hub.database import Unit

TOLD: Final = 200
"""Refused rows told one by one; all are counted."""
_PAGE: Final = 100_000
"""Nodes written in one merge."""
_SEEN: Final = 500_000
"""Derived nodes remembered within a load, so that a street of many doors is written once."""
_NAMED_STREETS: Final = (5, 6)
"""Kinds of place names that are streets, and estates or buildings: they enter the dictionary of matching."""


class FileKind(StrEnum):
    """What a file holds."""

    DIVISIONS = "divisions"
    FORMER = "former"
    ADDRESSES = "addresses"
    NAMES = "names"


@dataclass
class Loaded:
    """What came of a load: rows read, taken and refused; the first refused rows with their rule; late announcements."""

    kind: FileKind
    source: int = 0
    read: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    told: list[tuple[int, str]] = field(default_factory=list)
    late: int = 0

    def refuse(self, row: int, fault: Fault) -> None:
        """Note a row that is not taken."""
        self.refused[fault.value] += 1
        if len(self.told) < TOLD:
            self.told.append((row, fault.value))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: a file, or a version of an entry with the open columns that are read of it."""

    name: str
    digest: str
    entry_id: uuid.UUID | None = None
    version: int | None = None
    columns: tuple[str, ...] | None = None


def load_file(context: Context, unit: Unit, path: Path, kind: FileKind) -> Loaded:
    """Load a CSV file (UTF-8 or GB18030, also as .gz).

    Raises:
        AddressFileError: it cannot be read, lacks the columns of its kind, or names a shifted coordinate system.
    """
    try:
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").digest()
        told = f"sha-256=:{base64.b64encode(digest).decode()}:"
        with _opened(path) as stream:
            return load_rows(context, unit, _rows(stream, path.name), kind, Origin(path.name, told))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise AddressFileError(
            f"读不了文件“{path.name}”：{type(error).__name__}",
            f"the file {path.name!r} cannot be read: {type(error).__name__}",
            next_zh="请给出 UTF-8 或 GB18030 编码的 CSV 文件（可用 gzip 压缩）。",
            next_en="Give a CSV file in UTF-8 or GB18030; it may be compressed with gzip.",
        ) from error


def _opened(path: Path) -> TextIO:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as raw:
        head = raw.read(1 << 16)
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return io.TextIOWrapper(opened(path, "rb"), encoding="gb18030", newline="")
    return io.TextIOWrapper(opened(path, "rb"), encoding="utf-8-sig", newline="")


def _rows(stream: TextIO, name: str) -> Iterator[Row]:
    reader = csv.DictReader(stream)
    header = reader.fieldnames or []
    shifted = shifted_column(header)
    if shifted is not None:
        raise AddressFileError(
            f"文件“{name}”的列“{shifted}”是 GCJ-02 或 BD-09 偏移坐标，不能作为 CGCS2000 登记",
            f"the column {shifted!r} of {name!r} holds shifted coordinates (GCJ-02 or BD-09), which are not CGCS2000",
            next_zh="请向测绘主管部门取得 CGCS2000（EPSG:4490）坐标后再加载，或去掉坐标列。",
            next_en="Obtain CGCS2000 (EPSG:4490) coordinates from the surveying authority, or leave the columns out.",
        )
    fields = fields_of(header)
    for number, values in enumerate(reader, start=2):
        yield Row(number, values, fields)


def load_rows(context: Context, unit: Unit, rows: Iterable[Row], kind: FileKind, origin: Origin) -> Loaded:
    """Take rows into the register in the transaction of ``unit``, with a receipt.

    Raises:
        AddressFileError: nothing in it could be taken.
        RegisterOffError: the database of geography is switched off.
    """
    on_for_load(context, unit)
    store.lock(unit)
    now = context.now()
    source = store.Source(
        kind.value,
        origin.name,
        origin.digest,
        now,
        origin.entry_id,
        origin.version,
        origin.columns,
    )
    loaded = Loaded(kind, store.add_source(unit, source))
    match kind:
        case FileKind.DIVISIONS:
            _merge(unit, _divisions(unit, rows, loaded), loaded.source)
        case FileKind.FORMER:
            _take_former(unit, rows, loaded)
        case FileKind.ADDRESSES:
            _merge(unit, _addresses(unit, rows, loaded), loaded.source)
        case FileKind.NAMES:
            _take_names(unit, rows, loaded)
    refused = sum(loaded.refused.values())
    if loaded.read and not loaded.taken:
        raise AddressFileError(
            f"“{origin.name}”的 {loaded.read} 行都不能登记，最多的原因是 {loaded.refused.most_common(1)[0][0]}",
            f"none of the {loaded.read} rows of {origin.name!r} can be taken: {loaded.refused.most_common(1)[0][0]}",
            next_zh="请对照“地址匹配”操作说明核对列名和取值。",
            next_en="Compare the columns and values with the how-to on matching addresses.",
            facts={"read": loaded.read, "refused": dict(loaded.refused)},
        )
    store.close_source(unit, loaded.source, loaded.taken, refused)
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="addresses.load",
        resource=origin.name[:200],
        resource_version=str(loaded.source),
        rows_accepted=loaded.taken,
        rows_rejected=refused,
        rejected_by_rule=dict(loaded.refused),
        file_digest=origin.digest,
    )
    return loaded


def _merge(unit: Unit, nodes: Iterator[Node], source: int) -> None:
    """Write nodes in pages, so that memory stays flat and rows can be read from the same connection meanwhile."""
    while page := list(islice(nodes, _PAGE)):
        store.merge_nodes(unit, page, source)


def _divisions(unit: Unit, rows: Iterable[Row], loaded: Loaded) -> Iterator[Node]:
    above = store.division_texts(unit)
    for row in rows:
        loaded.read += 1
        digits, name = digits_of(row.text("code")), row.text("name")
        if digits is None or not name:
            loaded.refuse(row.number, Fault.CODE if digits is None else Fault.NAME)
            continue
        node = division_node(row.number, digits, name, above)
        above[digits] = node.full_text
        loaded.taken += 1
        yield replace(node, aliases=row.names("aliases"))


def _take_former(unit: Unit, rows: Iterable[Row], loaded: Loaded) -> None:
    current = {place.prefix: place.name for place in reading_store.places(unit) if len(place.prefix) == 6}  # noqa: PLR2004
    listed = []
    for row in rows:
        loaded.read += 1
        digits, successor = digits_of(row.text("code")), digits_of(row.text("successor"))
        if digits is None or not row.text("name"):
            loaded.refuse(row.number, Fault.CODE if digits is None else Fault.NAME)
        elif row.text("successor") and (successor is None or successor[:6] not in current):
            loaded.refuse(row.number, Fault.SUCCESSOR)
        else:
            loaded.taken += 1
            listed.append((digits.ljust(6, "0")[:6], row.text("name"), successor or ""))
    names = former_names(listed, current)
    store.add_aliases(unit, {code.ljust(12, "0"): former for code, former in names.items()})


def _addresses(unit: Unit, rows: Iterable[Row], loaded: Loaded) -> Iterator[Node]:
    above = store.division_texts(unit)
    known = (place for place in reading_store.places(unit) if place.level is Level.STREET)
    streets = {key: place.id for place in known for key in base_keys(place)}
    seen: set[str] = set()
    for row in rows:
        loaded.read += 1
        given = standard_address(row)
        if isinstance(given, StandardAddress) and given.division not in above:
            given = Fault.DIVISION
        if isinstance(given, Fault):
            loaded.refuse(row.number, given)
            continue
        nodes = address_nodes(given, above, streets)
        if nodes is None:
            loaded.refuse(row.number, Fault.PARTS)
            continue
        loaded.taken += 1
        if len(seen) > _SEEN:
            seen.clear()
        for node in nodes:
            if node.is_given and node.level is Level.STREET:
                streets[node.made] = node.id
            if node.is_given or node.id not in seen:
                seen.add(node.id)
                yield node


def _take_names(unit: Unit, rows: Iterable[Row], loaded: Loaded) -> None:
    above = store.division_texts(unit)
    found: list[NamedPlace] = []
    for row in rows:
        loaded.read += 1
        place = named_place(row)
        if isinstance(place, NamedPlace) and place.division not in above:
            place = Fault.DIVISION
        if isinstance(place, Fault):
            loaded.refuse(row.number, place)
            continue
        loaded.taken += 1
        loaded.late += place.is_announced_late
        found.append(_completed(place))
    names_store.merge_names(unit, found, loaded.source)
    _merge(unit, _street_nodes(found, above), loaded.source)


def _completed(place: NamedPlace) -> NamedPlace:
    """Return a place name with an identifier and a romanised form (汉语拼音方案) where its source gives none."""
    pinyin = place.pinyin or " ".join(part.capitalize() for part in lazy_pinyin(place.name))
    number = place.id or made_id("place", place.division, place.name)
    return replace(place, id=number, pinyin=pinyin, specific=place.specific or place.name)


def _street_nodes(found: Iterable[NamedPlace], above: Mapping[str, str]) -> Iterator[Node]:
    for place in found:
        if place.kind in _NAMED_STREETS:
            given = StandardAddress(
                place.row, place.division, place.name, ("",) * 5, place.id, aliases=place.former_names
            )
            yield from address_nodes(given, above) or ()
