"""Free text in records about protected information: what may be written, so that a record never holds the content.

A record says why something is withheld, never what it is (保守国家秘密法 Art. 31; 个人信息保护法 Art. 6). Each text is
short, on one line or a few, and holds no secrecy mark and no number that names a person. Messages name the
field and what was found, never the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.marks import MarkKind, find_marks
from hub.directory.errors import ExemptionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST: Final = 1000
"""Characters of one text: room for a reason, none for a document."""

_FOUND: Final[Mapping[MarkKind, tuple[str, str]]] = {
    MarkKind.STATE_SECRET: ("国家秘密标志", "a secrecy mark"),
    MarkKind.WORK_SECRET: ("工作秘密标志", "a mark of a work secret"),
    MarkKind.CITIZEN_ID: ("公民身份号码", "an identity number"),
    MarkKind.PHONE: ("手机号码", "a phone number"),
    MarkKind.BANK_CARD: ("银行卡号", "a bank card number"),
    MarkKind.EMAIL: ("电子邮箱", "an e-mail address"),
}


def check_texts(texts: Mapping[str, str], *, required: frozenset[str] = frozenset()) -> None:
    """Check every text of a record by the name of its field.

    Raises:
        ExemptionError: a text is missing, too long, or holds what it must not; every fault is named at once.

    """
    faults = [fault for name, text in texts.items() for fault in _faults(name, text, is_required=name in required)]
    faults += [(name, "须填写", "is needed") for name in sorted(required - texts.keys())]
    if faults:
        raise ExemptionError(
            "记录中的文字不能保存：" + "；".join(f"{name}：{zh}" for name, zh, _ in faults),
            "the texts cannot be kept: " + "; ".join(f"{name}: {en}" for name, _, en in faults),
            next_zh="只写事实、文号和理由，不写被保护的内容和任何人的号码",
            next_en="write facts, file numbers and reasons; never the protected content, nor anybody's numbers",
            facts={"errors": [{"pointer": f"/{name}", "message": zh, "message_en": en} for name, zh, en in faults]},
        )


def _faults(name: str, text: str, *, is_required: bool) -> Iterator[tuple[str, str, str]]:
    if is_required and not text.strip():
        yield name, "须填写", "is needed"
    if len(text) > LONGEST:
        yield name, f"超过 {LONGEST} 字", f"is longer than {LONGEST} characters"
    for kind in sorted({mark.kind for mark in find_marks(text[: LONGEST * 4])}):
        zh, en = _FOUND[kind]
        yield name, f"含有{zh}", f"holds {en}"
