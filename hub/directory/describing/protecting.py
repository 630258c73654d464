"""How sensitive an item is, what it does for re-identification, and how it may be shared and opened, with the reason.

The strictest of three witnesses counts: the data element, the item's name, and the sample searched for personal
information. What tells of a person is proposed for conditional sharing and is never proposed open
(个人信息保护法 Art. 4, 25, 28, 34); the rest is shared without conditions (政务数据共享条例 Art. 14, 15). *Not shared*
is never proposed: it needs an exemption record a person makes. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.elements import Database, SharingDefault
from catalogue.item import DataType, IdentifierRole
from catalogue.privacy.headers import meaning_of
from catalogue.privacy.kinds import NAMES, Kind
from catalogue.privacy.thresholds import DEFAULTS, exceeds, is_exempt
from hub.directory.describing.subject import Subject
from policies.facts import Sensitivity, ShareType
from policies.masking import MASKING_RULES
from policies.text import Text

if TYPE_CHECKING:
    from catalogue.elements import Element
    from catalogue.item import Item
    from catalogue.privacy.columns import ColumnReport
    from hub.directory.describing.subject import Theme

PERSONAL: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})
_ORDER: Final = (
    Sensitivity.PUB, Sensitivity.INT, Sensitivity.TS, Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN,
)  # fmt: skip
_MASKS: Final = {
    Kind.CITIZEN_ID: "citizen_id",
    Kind.PASSPORT: "citizen_id",
    Kind.FOREIGN_ID: "citizen_id",
    Kind.PHONE: "phone",
    Kind.BANK_CARD: "bank_card",
    Kind.IBAN: "bank_card",
    Kind.EMAIL: "email",
    Kind.NAME: "name",
    Kind.ADDRESS: "address",
    Kind.BIRTH_DATE: "birth_date",
}
_SENSITIVE_KINDS: Final = frozenset({Kind.BANK_CARD, Kind.IBAN})
"""Financial accounts are sensitive by name (个人信息保护法 Art. 28)."""
_NOT_TOLD_BY_NAME: Final = frozenset({Kind.IP})


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands around an item: what a row is, the theme, is the organ its source, does a row name a person."""

    subject: Subject
    theme: Theme | None
    is_owner: bool
    names_persons: bool


@dataclass(frozen=True, slots=True)
class Protection:
    """A protected item and why: in the order sensitivity, sharing, opening."""

    item: Item
    reasons: tuple[Text, ...]

    @property
    def is_conditional(self) -> bool:
        """Whether it is proposed for conditional sharing."""
        return self.item.share_type is ShareType.CONDITIONAL


def protect(item: Item, element: Element | None, report: ColumnReport, situation: Situation) -> Protection:
    """Return an item with class, role, mask, sharing and opening; share types are set and mean the item's own."""
    kinds = _kinds(item, element, report, situation)
    sensitivity, why = _sensitivity(element, kinds, situation)
    role = element.identifier_role if element is not None else IdentifierRole.NONE
    if any(kind.is_direct or kind is Kind.NAME for kind in kinds) and sensitivity in PERSONAL:
        role = IdentifierRole.DIRECT
    elif kinds & {Kind.ADDRESS, Kind.BIRTH_DATE} and role is IdentifierRole.NONE:
        role = IdentifierRole.QUASI
    masking = _mask(item, element, kinds, sensitivity)
    item = replace(item, sensitivity=sensitivity, identifier_role=role, masking=masking)
    shared, why_shared = _shared(item, element, situation)
    opened, why_opened = _opened(shared, element)
    return Protection(opened, (why, why_shared, why_opened))


def _kinds(item: Item, element: Element | None, report: ColumnReport, situation: Situation) -> frozenset[Kind]:
    """Return the kinds of personal information that the sample or the name speaks for."""
    found = {kind for kind, threshold in DEFAULTS.items() if exceeds(report, kind, threshold)}
    # Whose address it is shows by the name; beside a person's number it is that person's.
    is_home = Kind.ADDRESS in found and situation.names_persons and situation.subject is not Subject.BODY
    found = {kind for kind in found if not is_exempt(item, kind)} | ({Kind.ADDRESS} if is_home else set())
    meaning = meaning_of(item.name, item.column)
    if meaning is not None and not meaning.is_public_duty and meaning.kind not in _NOT_TOLD_BY_NAME:
        is_public = element is not None and element.sensitivity is Sensitivity.PUB
        found |= set() if is_public else {meaning.kind}
    return frozenset(found)


def _stricter(one: Sensitivity, other: Sensitivity) -> Sensitivity:
    return max(one, other, key=_ORDER.index)


def _sensitivity(element: Element | None, kinds: frozenset[Kind], situation: Situation) -> tuple[Sensitivity, Text]:
    theme = situation.theme
    raised = theme.sensitivity if theme is not None and theme.sensitivity is not None else Sensitivity.PI
    if kinds:
        first = min(kinds)
        found = Sensitivity.SPI if kinds & _SENSITIVE_KINDS else Sensitivity.PI
        if situation.subject is Subject.PERSON:
            found = _stricter(found, raised)
        zh, en = NAMES[first]
        return (
            _stricter(found, element.sensitivity if element is not None else Sensitivity.PUB),
            Text(f"列名或样本显示含{zh}（个人信息保护法 第四条）", f"its name or samples show a {en} (PIPL Art. 4)"),
        )
    own = element.sensitivity if element is not None else Sensitivity.INT
    is_about_person = situation.subject is Subject.PERSON and not _is_bookkeeping(element)
    if element is not None and own is not Sensitivity.INT and (own in PERSONAL or not is_about_person):
        return _stricter(own, raised) if is_about_person else own, Text(
            f"数据元 {element.code} {element.name} 的敏感类别", f"the class of data element {element.code}"
        )
    if is_about_person:
        return raised, Text(
            "记录以自然人为主体，与已识别的自然人有关（个人信息保护法 第四条）",
            "the rows are about persons: what relates to an identified person is personal (PIPL Art. 4)",
        )
    return Sensitivity.INT, Text(
        "没有可据以公开的依据，先按内部信息登记", "nothing says that it is public: internal until somebody decides"
    )


def _is_bookkeeping(element: Element | None) -> bool:
    """Whether it tells of the record and not of the person: when it was changed, by which organ."""
    return element is not None and element.code in {"P098", "P099", "L099", "G099"}


def _mask(item: Item, element: Element | None, kinds: frozenset[Kind], sensitivity: Sensitivity) -> str | None:
    named = next((_MASKS[kind] for kind in _MASKS if kind in kinds), None)
    own = element.masking if element is not None and element.masking in MASKING_RULES else None
    if named is not None or own is not None:
        return named or own
    is_money = item.type is DataType.CURRENCY and sensitivity in {*PERSONAL, Sensitivity.TS}
    return "amount" if is_money else None


def _shared(item: Item, element: Element | None, situation: Situation) -> tuple[Item, Text]:
    if element is not None and element.is_base_item and situation.is_owner:
        return replace(item, share_type=ShareType.UNCONDITIONAL, base_item=True), Text(
            "无条件共享：基础信息项，本单位是数源（国发〔2016〕51号）",
            "shared without conditions: a base item of which your organ is the source (Guofa [2016] 51)",
        )
    if item.sensitivity in PERSONAL:
        return replace(item, share_type=ShareType.CONDITIONAL), Text(
            "有条件共享：个人信息限于履行法定职责所必需（政务数据共享条例 第十四条；个人信息保护法 第三十四条）",
            "conditional: personal information goes to statutory duties that need it (Sharing Regulation Art. 14,"
            " PIPL Art. 34)",
        )
    if item.sensitivity is Sensitivity.TS:
        return replace(item, share_type=ShareType.CONDITIONAL), Text(
            "有条件共享：商业秘密、保密商务信息，接收方负保密义务（政务数据共享条例 第十四条；数据安全法 第三十八条）",
            "conditional: confidential business information (Sharing Regulation Art. 14, Data Security Law Art. 38)",
        )
    is_apart = element is not None and element.sharing is not SharingDefault.BASE_ITEM
    if element is not None and is_apart and item.sensitivity is not Sensitivity.PUB:
        return replace(item, share_type=ShareType.CONDITIONAL), Text(
            f"有条件共享：数据元 {element.code} 在基础库中有条件共享（政务数据共享条例 第十四条）",
            f"conditional: so is data element {element.code} of the base database (Sharing Regulation Art. 14)",
        )
    return replace(item, share_type=ShareType.UNCONDITIONAL), Text(
        "无条件共享：以共享为原则，不得附加条件（政务数据共享条例 第十四条、第十五条）",
        "shared without conditions: sharing is the rule (Sharing Regulation Art. 14, 15)",
    )


def _opened(item: Item, element: Element | None) -> tuple[Item, Text]:
    if item.sensitivity is Sensitivity.PUB and element is not None and element.opening == "open":
        is_firm = element.database is Database.LEGAL_PERSON
        law = "企业信息公示暂行条例 第六条" if is_firm else "政府信息公开条例 第二十条"
        law_en = "Enterprise Publicity Regulation Art. 6" if is_firm else "Disclosure Regulation Art. 20"
        return replace(item, excluded_from_opening=False), Text(
            f"可开放：依法应当公开（{law}），发布前经保密审查（保守国家秘密法实施条例 第四十二条）",
            f"may be open: public by law ({law_en}); the secrecy review comes first",
        )
    if item.sensitivity in PERSONAL:
        why = Text("不开放：个人信息未经单独同意不得公开（个人信息保护法 第二十五条）", "closed: PIPL Art. 25")
    elif item.sensitivity is Sensitivity.TS:
        why = Text(
            "不开放：商业秘密须权利人同意（企业信息公示暂行条例 第九条）",
            "closed: needs the firm's consent (Enterprise Publicity Regulation Art. 9)",
        )
    else:
        why = Text(
            "不开放：未确认为公开信息，经审查后可改（政府信息公开条例 第十七条）",
            "closed until it is examined and found public (Disclosure Regulation Art. 17)",
        )
    return replace(item, excluded_from_opening=True), why
