"""The gate of harvested records: what is not let into the directory, by which rule, with which reason.

The profile of a harvested entry. H01-H07 are its own; V07 and V18 hold as for every entry (secrecy marks, personal
data). V01 is replaced by H01 and H06, because the source answers for the rest of its metadata; V02-V06 and V08-V17
bind a department that supplies data, and a harvested entry has none. Messages name rule and place, never the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.entry_rules.finding import ARTICLES, ValidationContext
from catalogue.entry_rules.metadata import TITLE_LENGTH
from catalogue.marks import find_secrecy
from catalogue.privacy.metadata import scan_metadata
from catalogue.privacy.plain import half_width
from catalogue.validation import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from catalogue.entry import Entry
    from connectors.catalogues.record import Record, Unreadable

LONGEST_ABSTRACT: Final = 20_000
LONGEST_ID: Final = 500

_CAN_HOLD: Final = re.compile(r"[0-9０-９@＠密]|微信|扣扣|(?i:wechat|qq)")

PROFILE: Final[Mapping[str, tuple[str, str]]] = {
    "H01": ("标题不为空且不超过 200 字", "the title is there and has at most 200 characters"),
    "H02": ("一次采集中编号不重复", "no identifier comes twice in a run"),
    "H03": ("记录可读，有能识别它的编号或网址", "the record can be read and has an identifier or an address"),
    "H04": ("没有密级标志（V07、V18）", "no mark of secrecy (V07, V18)"),
    "H05": ("遮蔽后不再有个人号码（V18）", "no number of a person is left after masking (V18)"),
    "H06": ("摘要不超过 20000 字", "the abstract has at most 20,000 characters"),
    "H07": ("编号不超过 500 字且是文字", "the identifier is text of at most 500 characters"),
}
"""The rules a harvested record is accepted by, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record is not taken: rule, place in the source's file or answer, texts in Chinese and English."""

    rule: str
    place: str
    zh: str
    en: str

    @property
    def keeps_title(self) -> bool:
        """Whether the title may stand in the report: not where the text itself is the fault."""
        return self.rule not in {"H04", "H05"}

    def to_json(self) -> dict[str, Any]:
        """Return it as stored and shown."""
        basis = {"H04": ARTICLES["V07"], "H05": ARTICLES["V18"]}.get(self.rule, "")
        return {"rule": self.rule, "place": self.place, "zh": self.zh, "en": self.en, "basis": basis}


def unreadable(found: Unreadable) -> Refused:
    """Return the refusal of what a reader could not read."""
    return Refused("H03", found.place, found.zh, found.en)


def repeated(place: str) -> Refused:
    """Return the refusal of a record whose identifier came before."""
    return Refused(
        "H02",
        place,
        "同一编号的记录前面已经有一条，只收第一条",
        "a record of the same identifier came before: the first is taken",
    )


def is_identifier(text: str) -> bool:
    """Say whether a text can identify a record: of some length, without control characters and half characters."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable()


def before_reading(record: Record) -> Refused | None:
    """Look at the record as it came: marks of secrecy anywhere in it stop it before anything is made of it."""
    if not is_identifier(record.id):
        return Refused("H07", record.place, "编号过长或含非文字字符", "the identifier is too long or no text")
    if any("密" in text and find_secrecy(half_width(text)) for text in _texts(record)):
        return Refused(
            "H04",
            record.place,
            "带有密级标志，内容未保存，请通知来源单位",
            "bears a mark of secrecy; nothing of it was kept",
        )
    return None


def after_building(entry: Entry, place: str, today: date) -> Refused | None:
    """Look at the entry as it would be listed: title, lengths, V07, V18, and what is still personal."""
    return _form(entry, place) or _content(entry, place, today)


def _form(entry: Entry, place: str) -> Refused | None:
    """H01 and H06: what replaces V01."""
    if not entry.title:
        return Refused("H01", place, "没有标题", "has no title")
    if len(entry.title) > TITLE_LENGTH:
        return Refused(
            "H01", place, f"标题超过 {TITLE_LENGTH} 字", f"the title has more than {TITLE_LENGTH} characters"
        )
    if len(entry.abstract) > LONGEST_ABSTRACT:
        zh, en = f"摘要超过 {LONGEST_ABSTRACT} 字", f"the abstract has more than {LONGEST_ABSTRACT} characters"
        return Refused("H06", place, zh, en)
    return None


def _content(entry: Entry, place: str, today: date) -> Refused | None:
    """H04 and H05: V07, V18, and the scan every description passes."""
    context = ValidationContext(today=today)
    if any(True for _ in RULES["V07"](entry, context)):
        return Refused("H04", place, "涉及国家秘密或工作秘密", "touches state or work secrets")
    found = next(RULES["V18"](entry, context), None)
    if found is not None:
        return Refused("H04" if "密级" in found.zh else "H05", place, found.zh, found.en)
    left = next((one for one in scan_metadata(_signed(entry)) if one.blocks), None)
    if left is not None:
        return Refused("H05", place, f"{left.path} 遮蔽后仍有个人号码", f"{left.path} still holds a number of a person")
    return None


def _signed(entry: Entry) -> dict[str, object]:
    """Return the texts of an entry that can hold a number at all: the scan of the others would find nothing."""
    texts = {
        "title": entry.title,
        "title_en": entry.title_en,
        "abstract": entry.abstract,
        "provider": entry.provider.name,
        "contact": entry.provider.contact,
        "condition": entry.opening.condition,
        "rights_statement": entry.rights_statement,
        "keywords": "\n".join(entry.keywords),
        "links": "\n".join(link.title for link in entry.links),
    }
    return {name: text for name, text in texts.items() if _CAN_HOLD.search(text)}


def _texts(record: Record) -> Iterator[str]:
    yield from (record.title, record.title_en, record.abstract, record.publisher, record.openness, record.rights)
    yield from record.keywords
    yield from record.themes
    yield from (one.title for one in record.distributions)
