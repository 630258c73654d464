"""The letter to the third party or co-author: what is meant to go out, by which rule, until when, what silence means.

It names the resource and its items, never a value of them; what the organ will do is left open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.exchange.consulting.records import Kind

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is made from; ``items`` are names of items as people read them."""

    kind: Kind
    organ: str
    party: str
    title: str
    items: tuple[str, ...]
    days: int
    due_on: date


def text(letter: Letter) -> tuple[str, str]:
    """Return the letter in Chinese and English."""
    items_zh, items_en = "、".join(letter.items), ", ".join(letter.items)
    if letter.kind is Kind.CO_MAKER:
        rule_zh, rule_en = "第三十四条", "Art. 34"
        silence_zh = "期满未提出意见的，视为同意。"
        silence_en = "Silence after that day counts as consent."
        ask_zh, ask_en = "该信息由贵单位共同制作", "your organ is a maker of this information too"
    else:
        rule_zh, rule_en = "第三十二条", "Art. 32"
        silence_zh = "期满未答复的，由本单位依法决定，既不视为同意，也不视为不同意。"
        silence_en = "If you do not answer, this organ decides by law: silence is neither consent nor objection."
        ask_zh, ask_en = "公开或者提供该信息可能损害您的合法权益", "giving it out might harm your lawful interests"
    zh = (
        f"{letter.party}：本单位拟公开或者提供资源“{letter.title}”中的信息项：{items_zh}。{ask_zh}，"
        f"依据《政府信息公开条例》{rule_zh}，现书面征求意见。请自收到本函之日起 {letter.days} 个工作日内"
        f"（{letter.due_on} 前）书面答复是否同意；不同意的，请说明理由。{silence_zh}{letter.organ}"
    )
    en = (
        f"To {letter.party}: {letter.organ} means to publish or provide these items of the resource "
        f"“{letter.title}”: {items_en}. As {ask_en}, we ask for your opinion under 政府信息公开条例 {rule_en}. Please "
        f"answer in writing within {letter.days} working days of receiving this letter (by {letter.due_on}), and give "
        f"your reasons if you object. {silence_en}"
    )
    return zh, en
