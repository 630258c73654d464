"""Who takes part in steps 5 to 9, and what they have in hand: purpose, case, files of the demo's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.demo.people import FIRST, residents

if TYPE_CHECKING:
    from pathlib import Path

    from hub.demo.people import Person

ASKER, HOLDER, REGISTRY = "zhujianju", "minzhengju", "gonganju"
MARRIAGES, RESIDENTS, INSURED = "hunyin-dengji", "changzhu-renkou", "shebao-canbao"
NUMBER, NAME, STATE, SPOUSE = "shenfen_haoma", "xingming", "hunyin_zhuangtai", "peiou_shenfen_haoma"
ADDRESS: Final = "huji_dizhi"
PURPOSE: Final = "公租房申请核对"
CASE: Final = "GZF-000001"
OFFICE: Final = "局数据共享工作负责人"
CART, INBOX, ADDRESS_INBOX = "gzf-cart.json", "gzf-inbox.json", "gzf-inbox-address.json"
NUMBER_FILE, NAME_FILE, SPOUSE_FILE = "applicant-number.txt", "applicant-name.txt", "spouse-number.txt"
RECEIPT: Final = "verify-receipt.json"


def applicant() -> Person:
    """Return the invented resident the story is about: in a first marriage, with a living spouse."""
    return next(one for one in residents() if one.marital == FIRST and one.spouse is not None and not one.is_dead)


def write_applicant(folder: Path) -> Person:
    """Write the numbers and the name a case worker has on the desk, so that no command holds them."""
    person = applicant()
    (folder / NUMBER_FILE).write_text(person.number, encoding="utf-8")
    (folder / NAME_FILE).write_text(person.name, encoding="utf-8")
    (folder / SPOUSE_FILE).write_text(person.spouse.number if person.spouse is not None else "", encoding="utf-8")
    return person
