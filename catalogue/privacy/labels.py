"""Words before (or after) a number that say what it is: «身份证号», «手机», «card», «订单号».

The word nearest to the number speaks; a word that names something else (an order, a permit, a device) speaks
against. Only a bounded piece of text is looked at, so the cost is linear. Pure.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

REACH: Final = 28
"""Characters before a number in which a word may stand."""
AFTER: Final = 10
_BREAK: Final = re.compile(r"[。；;\n]")


class Label(StrEnum):
    """What the nearest word says."""

    NONE = "none"
    PERSON = "id"
    PHONE = "phone"
    CARD = "card"
    PASSPORT = "passport"
    OTHER = "other"
    MONEY = "money"
    CREDIT = "credit"


_GROUPS: Final = (
    (
        "other",
        (
            r"订单|定单|单号|流水|工单|案件?号|案卷|立案|许可证?|准考证|毕业证|学位证|合格证|房产证|产权证|不动产|行驶证"
            r"|执照|注册号|备案"
            r"|文号|发文|发票|序号|条码|批号|合同|运单|快递|设备|序列|电表|户号|学号|工号|标识码|时间戳|编码|编号|交易号"
            r"|凭证"
            r"|(?i:order|serial|invoice|tracking|timestamp|reference|transaction id|barcode|isbn|imei|\bsn\b|\bsku\b"
            r"|version)"
        ),
    ),
    ("credit", r"信用代码|机构代码|税号|纳税人识别|社会代码|(?i:uscc)"),
    (
        "id",
        (
            r"身份|证件号?|公民号|居民证|社会?保障?(?:卡?号|号码?)|驾驶证|驾照|(?<!许可)证号|sfzh?m?"
            r"|(?i:\b(?:id|identity|identification|citizen|national)(?:[ _-]?(?:card|no|num(?:ber)?|id)\b){0,3}|idcard"
            r"|id_?card_?no"
            r"|cert(?:ificate)?[ _-]?(?:no|num))"
        ),
    ),
    (
        "phone",
        (
            r"手机|电话|联系方式|联络|热线|座机|固话|传真|致电|拨打|来电|短信|联系人|客服|号码是|联系"
            r"|(?i:phone|mobile|\btel\b|telephone|\btel[.: ]|\bcell\b|\bfax\b|\bcall\b|reached?\b|\bcontact(?:ed)?\b"
            r"|\bdesk\b|hotline|whatsapp|messages? to"
            r"|\bsms\b|text me|answering|registered|dial|\bring\b|sjhm?|lxdh|\bmob\b)"
        ),
    ),
    (
        "card",
        (
            r"银行卡|借记卡|储蓄卡|信用卡|贷记卡|卡号|账号|帐号|账户|帐户|开户|银行|一卡通|尾号|汇入|转入"
            r"|(?i:\bcards?\b|\bcc\b|credit ?card|debit|\bacc(?:oun)?t\b|\bvisa\b|master ?card|amex|bank ?card|yhkh"
            r"|cardno|card_no)"
        ),
    ),
    ("passport", r"护照|通行证|回乡证|台胞证|(?i:passport)"),
    ("money", r"金额|收入|余额|价格|人民币|[¥￥$£€]"),
)
_WORDS: Final = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _GROUPS))
_AFTER_PHONE: Final = re.compile(
    r"[-\s(,]{0,3}(?i:office|fax|mobile|cell|home|work|desk|tel)\b|[-\s(]{0,2}(?:手机|电话|传真)"
)


def nearest(text: str, start: int, *, reach: int = REACH) -> tuple[Label, int]:
    """Return the nearest label and how many characters lie between it and ``start``."""
    return _nearest(text[max(0, start - reach) : start])


@lru_cache(maxsize=4096)
def _nearest(before: str) -> tuple[Label, int]:
    found: re.Match[str] | None = None
    for match in _WORDS.finditer(before):
        found = match
    if found is None or found.lastgroup is None:
        return Label.NONE, REACH
    return Label(found.lastgroup), len(before) - found.end()


def says_phone_after(text: str, end: int) -> bool:
    """Whether a word such as «office» or «手机» follows a number at once."""
    return _AFTER_PHONE.match(text, end, end + AFTER + 4) is not None


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter, digit or joining sign touches the span: a piece of a longer code is something else."""
    before, after = text[max(0, start - 1) : start], text[end : end + 2]
    if before.isascii() and (before.isalnum() or before in _JOINING):
        return False
    if after[:1].isascii() and (after[:1].isalnum() or after[:1] in _FOLLOWING):
        return False
    return not (after[:1] in {".", "-"} and after[1:2].isdigit())


def is_touched(text: str, start: int, end: int) -> bool:
    """Whether a Latin letter or a digit touches the span."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return any(character.isascii() and character.isalnum() for character in around)


_JOINING: Final = frozenset("_/.-#&%@")
_FOLLOWING: Final = frozenset("_/@%")
