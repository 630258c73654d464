"""The real files of the neighbour folder, described as a department would: one TOML file an entry.

Metadata on top, one line an item under its column name (``type = "N12,2"`` is letter, length, scale), ``[years]``
for tables with a column a year, ``[[files]]`` for what is pushed and how it is read. ``why`` says of each rule
by which rows of the file are rejected why that is right: every rejection was looked at in the file itself.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalogue.citations import parse_citation
from catalogue.code_lists import code_list_names, load_code_list
from catalogue.entry import Assessment, AssessmentKind, Entry, Opening, Provider, Sharing
from catalogue.item import CodeListRef, DataType, IdentifierRole, Item
from hub.demo.city import ORGAN
from hub.demo.numbers import credit_code
from policies.facts import OpenType, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

HERE: Final = Path(__file__).resolve().parent
DATA: Final = HERE.parents[1].parent / "shared" / "data"
TABLE: Final = HERE.parents[1] / "docs" / "reference" / "real-files.md"
FIGURES: Final = HERE / "figures.json"
MAPPINGS: Final = HERE / "mappings"
NO_DATA: Final = frozenset({"README.md", "sealed.bin"})
"""What lies in the folder beside the data files."""
ABSENT: Final = "the folder with real files is not beside the project"
PROVIDER: Final = Provider("示例市统计局", credit_code(ORGAN, "MB0DEM91"), unit="数据科", contact="0371-00000000")
_TYPE: Final = re.compile(r"([A-Z])(?:(\d+)(?:,(\d+))?)?")
_FILE: Final[Mapping[str, Any]] = {"remark": "", "why": {}, "problem": "", "case": ""}
_PERSONAL: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})


@dataclass(frozen=True, slots=True)
class RealFile:
    """One push: a file, or several that ``pattern`` matches, pushed one after the other.

    ``options`` are query parameters of the push; ``why`` maps a rule to the reason its rejections are right.
    ``problem`` is the type of the problem by which the hub refuses the whole file, empty where it takes it;
    ``case`` says in which way the file is pushed where that is not how it should be.
    """

    pattern: str
    options: Mapping[str, Any] = field(hash=False)
    remark: str
    why: Mapping[str, str] = field(hash=False)
    problem: str
    case: str

    @property
    def key(self) -> str:
        """What the figures are stored under: the file, with its sheet or case where it is pushed several times."""
        special = self.case or self.options.get("sheet")
        return f"{self.pattern} [{special}]" if special else self.pattern

    def paths(self) -> list[Path]:
        """Return the files in the order of their names."""
        return sorted(DATA.glob(self.pattern))


@dataclass(frozen=True, slots=True)
class RealEntry:
    """An entry with its files; ``kind`` is the kind of data as the table calls it."""

    entry: Entry
    kind: str
    mode: str
    files: tuple[RealFile, ...]

    @property
    def name(self) -> str:
        """Slug of the entry."""
        return self.entry.name


def data_files() -> list[Path]:
    """Return every data file of the folder, in the order of their names."""
    return sorted(path for path in DATA.rglob("*") if path.is_file() and path.name not in NO_DATA)


def real_entries(today: date) -> tuple[RealEntry, ...]:
    """Return all descriptions in the order of their names; assessments are dated ``today``."""
    paths = sorted((HERE / "entries").glob("*.toml"))
    return tuple(_entry(path.stem, tomllib.loads(path.read_text("utf-8")), today) for path in paths)


def _entry(name: str, data: Mapping[str, Any], today: date) -> RealEntry:
    items = (*(_item(column, item) for column, item in data["items"].items()), *_years(data.get("years")))
    citations = tuple(found for text in data["basis"] if (found := parse_citation(text)) is not None)
    entry = Entry(
        title=data["title"],
        title_en=data["title_en"],
        provider=PROVIDER,
        sharing=Sharing(ShareType.UNCONDITIONAL, modes=("03",)),
        opening=Opening(OpenType.UNCONDITIONAL, "使用时注明来源"),
        licence="OPEN-CN-1",
        name=name,
        abstract=data["abstract"],
        class_path=tuple(data["class"]),
        formats=("0204", "0203"),
        items=items,
        keys=tuple(data["keys"]),
        update_cycle=data["cycle"],
        grade=data["grade"],
        legal_basis=citations,
        assessments=_assessments(items, today),
        crs=data.get("crs"),
    )
    files = tuple(
        RealFile(one["path"], one.get("options", {}), *(one.get(key, empty) for key, empty in _FILE.items()))
        for one in data["files"]
    )
    return RealEntry(entry, data["kind"], data["mode"], files)


def _item(column: str, data: Mapping[str, Any]) -> Item:
    kind, length, scale = _type(data["type"])
    listed = data.get("list")
    return Item(
        name=data["name"],
        column=column,
        type=kind,
        length=length,
        scale=scale,
        required=data.get("required", False),
        code_list=None if listed is None else CodeListRef(listed, _version(listed)),
        check=data.get("check"),
        sensitivity=Sensitivity(data.get("sensitivity", "PUB")),
        identifier_role=IdentifierRole.NONE,
        excluded_from_opening=data.get("open") is False,
        description=data.get("about", ""),
        aliases=tuple(data.get("also", ())),
    )


def _version(listed: str) -> str:
    """Return the version of a list the hub holds; a department's own list is in its first."""
    return load_code_list(listed).version if listed in code_list_names() else "1"


def _type(text: str) -> tuple[DataType, int | None, int | None]:
    match = _TYPE.fullmatch(text)
    if match is None:
        message = f"no type: {text}"
        raise ValueError(message)
    letter, length, scale = match.groups()
    return DataType(letter), None if length is None else int(length), None if scale is None else int(scale)


def _years(data: Mapping[str, Any] | None) -> list[Item]:
    """Return one item a year, as tables of the statistics bureau have them."""
    if data is None:
        return []
    kind, length, scale = _type(data["type"])
    return [
        Item(f"{year}年", f"y{year}", kind, length, scale, sensitivity=Sensitivity.PUB)
        for year in range(data["last"], data["first"] - 1, -1)
    ]


def _assessments(items: tuple[Item, ...], today: date) -> tuple[Assessment, ...]:
    found = [Assessment(AssessmentKind.SECRECY_RISK, today, "保密办公室", "未发现涉密内容")]
    if any(item.sensitivity in _PERSONAL for item in items):
        found.append(Assessment(AssessmentKind.PERSONAL_INFORMATION, today, "数据科", "目的明确，范围最小"))
    return tuple(found)
