"""A column's comment taken apart: the Chinese name, the meaning of its codes, its unit, what else it says.

Comments in real databases follow habits, not a standard: «性别(1男 2女)», «状态:0停用,1启用», «注册资本（万元）». What
does not follow one stays in the remark. Nothing is translated and nothing is guessed: without Chinese there is no name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_BRACKETS: Final = str.maketrans({"[": "(", "]": ")", "【": "(", "】": ")", "（": "(", "）": ")", "｛": "(", "｝": ")"})
_UNIT_WORDS: Final = (
    "万美元", "亿美元", "美元", "万港元", "港元", "万欧元", "欧元", "亿元", "千万元", "百万元", "万元",
    "千元", "人民币元", "元", "万平方米", "平方公里", "平方千米", "平方米", "㎡", "m2", "m²", "万立方米",
    "亿立方米", "立方米", "m3", "m³", "公顷", "万亩", "亩", "公里", "千米", "km", "厘米", "cm", "毫米", "mm",
    "米", "m", "万吨", "吨", "公斤", "千克", "kg", "克", "亿千瓦时", "万千瓦时", "千瓦时", "kwh", "千瓦",
    "kw", "度", "万人次", "人次", "万人", "千人", "人", "万户", "户", "个", "家", "件", "次", "辆", "台",
    "套", "所", "项", "岁", "年", "个月", "月", "天", "日", "小时", "分钟", "秒", "%", "‰", "℃", "升",
    "毫升", "ml",
)  # fmt: skip
_UNIT: Final = "|".join(re.escape(word) for word in sorted(_UNIT_WORDS, key=len, reverse=True))
_CUT: Final = re.compile(
    r"[:：,，;；。\n\r\t|(]|(?:\s*(?:--|—|->|=>)\s*)|\s+(?=[0-9A-Za-z])"
    r"|\s+(?=[\u4e00-\u9fff]+\s*[-=:：]\s*[0-9])"
    rf"|(?<=[\u4e00-\u9fff])\s+单位|/(?=(?:{_UNIT})$)",
    re.IGNORECASE,
)
_UNIT_SAID: Final = re.compile(rf"(?:计量)?单位\s*[:：为是]?\s*({_UNIT})(?![\w\u4e00-\u9fff])", re.IGNORECASE)
_UNIT_ALONE: Final = re.compile(rf"\(\s*({_UNIT})(?:/[月年日人户])?\s*\)|[,，/\s]\s*({_UNIT})\s*$", re.IGNORECASE)
_CODE: Final = r"[0-9]{1,4}|[A-Za-z][0-9]{1,3}|[A-Z]{1,2}|true|false"
_PAIR: Final = re.compile(
    rf"(?<![0-9A-Za-z.])({_CODE})\s*(?:[-=:：.、)—–→~]|代表|表示|为|是)?\s*"
    rf"((?:[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z·]*)(?:\([\u4e00-\u9fff、]+\))?)"
)
_BACKWARDS: Final = re.compile(rf"([\u4e00-\u9fff]+)\s*[-=:：]\s*({_CODE})(?![0-9A-Za-z])")
_NO_MEANING: Final = re.compile(
    r"^(?:号|楼|单元|栋|幢|室|年|月|日|时|分|秒|位|字符|元|万|亿|个|人|次|天|米|级以|以上|以下)"
)
_TRAILING_GLUE: Final = re.compile(r"(?:或者|或|及|和)$")
_TECHNICAL: Final = re.compile(
    r"^(?:自增|自动)?(?:主键|流水主键|自增列|自增编号|自增序号|逻辑主键|物理主键|代理主键)(?:id|编号|标识)?$",
    re.IGNORECASE,
)
_FEWEST_CODES: Final = 2
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a comment says. ``name`` is empty where it holds no Chinese name; ``codes`` are code and meaning."""

    name: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    remark: str = ""

    @property
    def is_technical(self) -> bool:
        """Whether the name says that the column only numbers the rows."""
        return _TECHNICAL.match(self.name) is not None


def take_apart(comment: str) -> Spoken:
    """Return the parts of a comment; see the module for the habits that are known."""
    text = unicodedata.normalize("NFKC", comment.replace("㎡", "平方米").replace("²", "2").replace("³", "3"))
    text = text.translate(_BRACKETS).strip().strip("*# \u3000")
    if not _HAN.search(text):
        return Spoken()
    cut = _CUT.search(text)
    head, tail = (text, "") if cut is None else (text[: cut.start()], text[cut.start() :])
    codes = _codes_of(tail)
    if not codes and (glued := _glued(head)):
        # «是否有效0否1是»: the codes stand at once behind the name.
        head, tail = glued
        codes = _codes_of(tail)
    unit, rest = _unit_of(tail)
    name = head.strip().strip("、-_/ ")
    if not _HAN.search(name) or len(name) > _LONGEST_NAME:
        return Spoken(remark=text)
    return Spoken(name, codes, unit, "" if codes else _plain_remark(rest))


def _glued(head: str) -> tuple[str, str] | None:
    found = re.search(r"(?<=[\u4e00-\u9fff])(?=[0-9][^0-9])", head)
    if found is None or len(_codes_of(head[found.start() :])) < _FEWEST_CODES:
        return None
    return head[: found.start()], head[found.start() :]


def _codes_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return codes with their meanings, two at least and no code twice; nothing where it is no list of codes."""
    forward = [(code, _TRAILING_GLUE.sub("", meaning)) for code, meaning in _PAIR.findall(text)]
    backward = [(code, meaning) for meaning, code in _BACKWARDS.findall(text)]
    for pairs in (backward if len(backward) > len(forward) else forward, backward):
        codes = [code for code, _ in pairs]
        meanings = [meaning for _, meaning in pairs]
        is_list = len(pairs) >= _FEWEST_CODES and len(set(codes)) == len(codes) and len(set(meanings)) == len(meanings)
        if is_list and not any(_NO_MEANING.match(meaning) for meaning in meanings):
            return tuple(pairs)
    return ()


def _unit_of(text: str) -> tuple[str, str]:
    """Return the unit and what is left of the text."""
    for pattern in (_UNIT_SAID, _UNIT_ALONE):
        found = pattern.search(text)
        if found is not None:
            unit = next(group for group in found.groups() if group)
            return unit, f"{text[: found.start()]} {text[found.end() :]}"
    return "", text


def _plain_remark(text: str) -> str:
    """Return a remark without the brackets and signs around it; empty where nothing is said."""
    plain = re.sub(r"^[\s:：,，;；。|()\-—>=]+|[\s:：,，;；|(\-—]+$", "", text)
    plain = " ".join(plain.split())
    if plain.endswith(")") and "(" not in plain:
        plain = plain[:-1].strip()
    return plain if re.search(r"[\w]", plain) else ""
