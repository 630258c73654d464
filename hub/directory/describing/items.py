"""Items proposed from the columns of a table: name, column, form, element, codes, check, protection, each with why.

A column without a Chinese name is listed for a person to name; nothing is invented for it. The sample is looked at
and counted here; no value of it goes into a proposal. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from catalogue.classes import shipped_tree
from catalogue.dictionary import suggest
from catalogue.identifiers import check_value
from catalogue.item import DataType, Item
from catalogue.names import slug
from catalogue.privacy.columns import ColumnScanner
from catalogue.privacy.kinds import Kind
from hub.directory.describing.codes import CodeProposal, codes_of
from hub.directory.describing.comments import Spoken, take_apart
from hub.directory.describing.forms import form_of
from hub.directory.describing.protecting import Situation, protect
from hub.directory.describing.subject import Subject, is_owner, subject_of
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from catalogue.classes import ClassTree
    from catalogue.dictionary import Suggestion
    from catalogue.dictionary_elements import Dictionary
    from catalogue.elements import Element
    from catalogue.privacy.columns import ColumnReport
    from connectors.databases.describing import ColumnFacts, TableFacts
    from hub.directory.describing.subject import Theme

COLUMN_LENGTH: Final = 59
TESTED: Final = 200
_FITS: Final = 0.9
_NUMBERED: Final = re.compile(r"(?:编号|编码|代码|标识|号码|证号|单号)$")
_WORD: Final = re.compile(r"[a-z0-9_]+")
_CHECKS: Final = ("citizen_id", "organisation_code")
"""Checks whose digits tell them without any name."""
_ANCHORS: Final = {
    "P": frozenset({"P001", "P002", "P010", "P013", "P016"}),
    "L": frozenset({"L001", "L002", "L021", "L022"}),
}
"""Elements that show that rows tell of persons or of bodies; the others of their database count only beside one."""
_DATABASES: Final = {Subject.PERSON: "P", Subject.BODY: "L", Subject.THING: "G"}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the table: the organ, the day, the dictionary, sources of elements that are settled.

    ``classes`` is the tree in force.
    """

    organ: str
    today: date
    sources: Mapping[str, str] = field(default_factory=dict)
    dictionary: Dictionary | None = None
    demo: bool = False
    classes: ClassTree = field(default_factory=shipped_tree)


@dataclass(frozen=True, slots=True)
class ItemProposal:
    """One column and the item it becomes, with the reasons; ``protections`` are those of class, sharing, opening.

    ``is_unnamed``: it has no Chinese name yet, and the item's name is empty until a person gives one.
    """

    source: str
    declared: str
    item: Item
    reasons: tuple[Text, ...]
    protections: tuple[Text, ...]
    codes: CodeProposal | None = None
    is_unnamed: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that is no item, and why."""

    source: str
    declared: str
    reason: Text


@dataclass(slots=True)
class _Read:
    """A column on its way: what its comment says, its element, its sample."""

    facts: ColumnFacts
    spoken: Spoken
    values: pl.Series
    report: ColumnReport
    found: tuple[Suggestion, ...]
    element: Element | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a table, the columns left out, what a row is, and the columns of its key (names of items)."""

    proposals: tuple[ItemProposal, ...]
    left_out: tuple[LeftOut, ...]
    subject: Subject
    keys: tuple[str, ...]
    key_reason: Text


def propose_items(table: TableFacts, names: Mapping[str, str], known: Known, theme: Theme | None) -> Items:
    """Return the items of a table; ``names`` are those a person gave, by source column, and win over comments."""
    reads = [_read(table, column, names, known) for column in table.columns if column.travels]
    _choose_elements(reads, table)
    keys, key_reason = _keys(table, reads)
    kept, out = _without_counters(reads, keys)
    left_out = [
        LeftOut(column.name, column.type, Text("二进制或图形，不作为文本提供", "binary or a shape: it is no text"))
        for column in table.columns
        if not column.travels
    ]
    codes = {read.element.code for read in kept if read.element is not None}
    key_codes = {read.element.code for read in kept if read.element is not None and read.facts.name in keys}
    holders = {read.facts.name for read in kept if _holds_persons(read)}
    subject = Subject.PERSON if holders & set(keys) else subject_of(codes, key_codes)
    persons = bool(holders or codes & {"P010", "L007", "G041"})
    columns = _columns([read.facts.name for read in kept])
    proposals = []
    for read in kept:
        owner = read.element is not None and is_owner(known.organ, read.element)
        situation = Situation(subject, theme, owner, persons)
        proposals.append(_item(read, columns[read.facts.name], read.facts.name in keys, situation, known))
    return Items(
        tuple(proposals), (*left_out, *out), subject, tuple(columns[key] for key in keys if key in columns), key_reason
    )


def _read(table: TableFacts, column: ColumnFacts, names: Mapping[str, str], known: Known) -> _Read:
    given = names.get(column.name, "").strip()
    spoken = take_apart(given or column.comment)
    if given:
        told = take_apart(column.comment)
        spoken = replace(spoken, codes=spoken.codes or told.codes, unit=spoken.unit or told.unit)
    if not spoken.name and not given:
        # A column may itself have a Chinese name, as the columns of files do.
        spoken = replace(take_apart(column.name), remark=spoken.remark)
    values = table.values(column.name)
    scanner = ColumnScanner((spoken.name or column.name, column.name), today=known.today)
    scanner.add(values)
    found = suggest(
        spoken.name or column.name,
        "",
        values.head(TESTED).to_list(),
        dictionary=known.dictionary,
        today=known.today,
    )
    return _Read(column, spoken, values, scanner.report(), found)


def _choose_elements(reads: Sequence[_Read], table: TableFacts) -> None:
    """Give each column its element: a sure one; of several alike the one of what the table is about, each once."""
    sure = {read.facts.name: [one for one in read.found if one.is_sure] for read in reads}
    first = {name: found[0].element.code for name, found in sure.items() if len(found) == 1}
    key = set(table.primary_key) | {name for unique in table.unique_keys for name in unique}
    subject = subject_of(set(first.values()), {code for name, code in first.items() if name in key})
    letter = _DATABASES[subject]
    taken: set[str] = set()
    for read in sorted(reads, key=lambda read: -max((one.score for one in sure[read.facts.name]), default=0.0)):
        found = sorted(sure[read.facts.name], key=lambda one: (-one.score, not one.element.code.startswith(letter)))
        chosen = next((one.element.element for one in found if one.element.code not in taken), None)
        if chosen is not None and _types_agree(read.facts, chosen):
            taken.add(chosen.code)
            read.element = chosen
    for read in reads:
        # A date of registration is a firm's where the rows name a firm: without its anchor a word says too little.
        anchors = _ANCHORS.get(read.element.code[0], taken) if read.element is not None else taken
        if not anchors & taken:
            read.element = None


def _types_agree(column: ColumnFacts, element: Element) -> bool:
    """Whether a column can hold an element at all: no date in a number, no picture in a text."""
    letter = column.item_type.letter
    if element.type is DataType.GENERAL:
        return False
    is_day = letter in {DataType.DATE, DataType.DATETIME}
    return not is_day or element.type in {DataType.DATE, DataType.DATETIME}


def _keys(table: TableFacts, reads: Sequence[_Read]) -> tuple[tuple[str, ...], Text]:
    """Return the source columns of the key: one that means something before one that only counts."""
    by_name = {read.facts.name: read for read in reads}
    declared = [key for key in (table.primary_key, *table.unique_keys) if key and all(name in by_name for name in key)]
    usable = [
        key for key in declared if key == table.primary_key or not any(by_name[name].facts.is_nullable for name in key)
    ]

    def weight(key: tuple[str, ...]) -> tuple[bool, bool, int]:
        counts = any(by_name[name].facts.is_generated or by_name[name].spoken.is_technical for name in key)
        means = any((read := by_name[name]).element is not None and "K" in read.element.keys for name in key)
        return (counts, not means, len(key))

    if usable:
        best = min(usable, key=weight)
        kind = Text("主键", "primary key") if best == table.primary_key else Text("唯一键", "unique key")
        return best, Text(f"数据库的{kind.zh}", f"the database's {kind.en}")
    unique = [read for read in reads if len(read.values) > 0 and read.values.n_unique() == len(table.sample)]
    telling = [read for read in unique if read.element is not None and "PK" in read.element.keys]
    for read in telling or [read for read in unique if _NUMBERED.search(read.spoken.name)]:
        if read.element is None or "PK" in read.element.keys:
            told = Text(
                f"没有声明主键；{read.spoken.name or read.facts.name}在 {len(table.sample)} 行样本中不重复，请核对",
                f"no key is declared; {read.facts.name} repeats in none of {len(table.sample)} samples: please check",
            )
            return (read.facts.name,), told
    return (), Text("没有主键，只能全量推送", "no key: pushes are always whole")


def _without_counters(reads: Sequence[_Read], keys: Sequence[str]) -> tuple[list[_Read], list[LeftOut]]:
    """Leave out columns that only number the rows, where something else is the key."""
    kept, out = [], []
    for read in reads:
        is_counter = read.facts.is_generated or read.spoken.is_technical
        if is_counter and keys and read.facts.name not in keys:
            why = Text("只是行的流水编号，主键另有", "it only counts the rows; another column is the key")
            out.append(LeftOut(read.facts.name, read.facts.type, why))
        else:
            kept.append(read)
    return kept, out


def _columns(names: Sequence[str]) -> dict[str, str]:
    """Return an ASCII column name for each source column, unique in the entry; Chinese ones by their pinyin."""
    made: dict[str, str] = {}
    for name in names:
        lower = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() if not name.isupper() else name.lower()
        plain = lower if _WORD.fullmatch(lower) else slug(name).replace("-", "_")
        plain = plain.strip("_") or "item"
        wanted = (plain if plain[0].isalpha() else f"c_{plain}")[:COLUMN_LENGTH]
        number = 2
        column = wanted
        while column in made.values():
            column = f"{wanted[: COLUMN_LENGTH - 4]}_{number}"
            number += 1
        made[name] = column
    return made


def _item(read: _Read, column: str, is_key: bool, situation: Situation, known: Known) -> ItemProposal:  # noqa: FBT001
    facts, spoken, element = read.facts, read.spoken, read.element
    codes = codes_of(facts, spoken, element, read.values)
    form = form_of(facts, spoken, codes.longest if codes is not None else 0, element, read.values)
    name = f"{spoken.name}（{spoken.unit}）" if spoken.name and spoken.unit else spoken.name
    described = [codes.described if codes is not None else "", f"计量单位：{spoken.unit}" if spoken.unit else ""]
    described.append(spoken.remark)
    aliases = [facts.name, spoken.name]
    source = None
    if element is not None:
        is_own = situation.is_owner or not element.owners  # when a record changed is known to who keeps it
        source = known.sources.get(element.code) or (known.organ if is_own else element.owners[0])
    item = Item(
        name=name,
        column=column,
        type=form.letter,
        length=form.length,
        scale=form.scale,
        required=is_key or not facts.is_nullable,
        code_list=codes.reference if codes is not None else None,
        check=_check(read, known) if codes is None else None,
        element=element.code if element is not None else None,
        source_department=source,
        description="；".join(part for part in described if part)[:500],
        aliases=tuple(dict.fromkeys(one for one in aliases if one and one not in {column, name})),
    )
    protected = protect(item, element, read.report, situation)
    reasons = [*_element_reason(read), *form.reasons, *([codes.origin] if codes is not None else [])]
    return ItemProposal(
        facts.name,
        facts.type,
        protected.item,
        tuple(reasons),
        protected.reasons,
        codes,
        is_unnamed=not spoken.name,
    )


def _holds_persons(read: _Read) -> bool:
    """Whether a column holds identity numbers of persons, by its element or by its sample."""
    found = read.report.kinds.get(Kind.CITIZEN_ID)
    by_sample = found is not None and found.certain >= _FITS * read.report.filled
    return by_sample or (read.element is not None and read.element.code == "P001")


def _element_reason(read: _Read) -> list[Text]:
    if read.element is None:
        return []
    chosen = next(one for one in read.found if one.element.code == read.element.code)
    return [
        Text(
            f"数据元 {read.element.code} {read.element.name}：{chosen.reason.zh}",
            f"data element {read.element.code}: {chosen.reason.en}",
        )
    ]


def _check(read: _Read, known: Known) -> str | None:
    """Return the check of the element where the sample does not speak against it, or one the sample alone tells."""
    letter = read.facts.item_type.letter
    tested = read.values.head(TESTED).to_list()

    def fits(check: str) -> bool:
        good = sum(
            check_value(check, value, today=known.today, demo=known.demo, history=True).fault is None
            for value in tested
        )
        return good >= _FITS * len(tested)

    if letter is DataType.DATE:
        return "date"
    if letter not in {DataType.TEXT, DataType.MEMO}:
        return None
    own = read.element.check if read.element is not None else None
    if own is not None and own != "date":
        return own if fits(own) else None
    return next((check for check in _CHECKS if tested and fits(check)), None)
