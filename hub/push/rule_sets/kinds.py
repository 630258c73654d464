"""The closed list of rule kinds: what each asks, which items and parameters it takes, which rule it reports.

Nothing else can be asked of the checks: no expression, no code. Regular expressions run in linear time (the engine
has no backtracking) and are bounded in length and in compiled size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from catalogue.code_lists import code_list_names, load_code_list
from catalogue.item import DataType
from hub.push import rules_across as r
from hub.push.units import is_known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from catalogue.item import Item

DRIFT: Final = "drift"
PATTERN_LENGTH: Final = 200
WORDS: Final = 5000
WORD_LENGTH: Final = 200
Fault = tuple[str, str]
_NUMBERS: Final = frozenset({DataType.NUMBER, DataType.CURRENCY, DataType.INTEGER, DataType.DOUBLE, DataType.FLOAT})
_DAYS: Final = frozenset({DataType.DATE, DataType.DATETIME})


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. ``shape``: item, items, words, number, text, or one of ``choices``; ``of`` narrows items."""

    name: str
    shape: str
    of: str = "any"
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule. ``rule`` is the number it is reported under; None where it only changes how values are read."""

    name: str
    rule: int | None
    zh: str
    en: str
    params: tuple[Param, ...]

    @property
    def reads(self) -> bool:
        """Whether it says how values are read, and judges nothing."""
        return self.rule is None and self.name != DRIFT


def _item(name: str, of: str = "any", *, required: bool = True) -> Param:
    return Param(name, "item", of, required)


def _choice(name: str, *choices: str) -> Param:
    return Param(name, "choice", required=False, choices=choices)


def _number(name: str) -> Param:
    return Param(name, "number", required=False)


_DRIFT_NUMBERS: Final = (
    *("rows_down", "rows_up", "null_share", "distinct_share", "distribution", "mean_shift", "median_shift"),
    *("new_codes", "range_back_days"),
)
KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "unit",
            None,
            "信息项的计量单位",
            "the unit an item holds",
            (_item("item", "number"), Param("unit", "text")),
        ),
        Kind("serial_dates", None, "按 Excel 序号读日期", "read Excel serials as dates", (_item("item", "date"),)),
        Kind("missing", None, "本项表示“无”的词", "words for nothing here", (_item("item"), Param("words", "words"))),
        Kind(
            "sex_of_citizen_id",
            r.SEX,
            "性别与号码第 17 位一致",
            "the sex is that of digit 17",
            (
                _item("sex"),
                _item("citizen_id", "citizen_id"),
                Param("male", "words", required=False),
                Param("female", "words", required=False),
            ),
        ),
        Kind(
            "birth_of_citizen_id",
            r.BIRTH,
            "出生日期与号码第 7-14 位一致",
            "the birth date is that of digits 7 to 14",
            (_item("birth_date", "date"), _item("citizen_id", "citizen_id")),
        ),
        Kind(
            "division_of_code",
            r.DIVISION,
            "区划与号码中的区划码一致",
            "the division is the one inside the code",
            (_item("division"), _item("code", "code"), _choice("digits", "2", "4", "6")),
        ),
        Kind(
            "order",
            r.ORDER,
            "两项先后或大小",
            "two items in order",
            (_item("first"), _item("second"), _choice("relation", "<=", "<", "=")),
        ),
        Kind("not_after_today", r.FUTURE, "不晚于今天", "not later than today", (_item("item", "day"),)),
        Kind(
            "required_if",
            r.NEEDED,
            "某项为某值（或有值）时此项必填",
            "required when another item has such a value (or any)",
            (_item("item"), _item("when"), Param("values", "words", required=False)),
        ),
        Kind(
            "empty_if",
            r.EXCLUDED,
            "某项为某值（或有值）时此项应为空",
            "empty when another item has such a value (or any)",
            (_item("item"), _item("when"), Param("values", "words", required=False)),
        ),
        Kind(
            "sum",
            r.SUM,
            "合计等于各分项之和",
            "the total is the sum of its parts",
            (_item("total", "number"), Param("parts", "items", "number"), _number("tolerance")),
        ),
        Kind(
            "type_of_credit_code",
            r.CATEGORY,
            "机构类型与信用代码前两位一致",
            "the type is that of the credit code",
            (_item("type"), _item("organisation_code", "organisation_code")),
        ),
        Kind("unique", r.UNIQUE, "组合不重复", "a combination does not repeat", (Param("items", "items"),)),
        Kind(
            "monotone",
            r.MONOTONE,
            "值随期次只增（减）",
            "a value only grows (falls) by period",
            (
                _item("value", "number"),
                _item("period"),
                Param("group", "items", required=False),
                _choice("direction", "grows", "falls"),
            ),
        ),
        Kind(
            "pattern",
            r.PATTERN,
            "写法符合正则表达式（整值）",
            "the whole value has the form of a regular expression",
            (_item("item", "text"), Param("pattern", "text")),
        ),
        Kind(
            "range", r.RANGE, "上下限", "least and most", (_item("item", "number"), _number("least"), _number("most"))
        ),
        Kind(
            "one_of",
            r.LISTED,
            "代码在规则所列之中",
            "one of the codes listed",
            (_item("item", "text"), Param("values", "words")),
        ),
        Kind(
            "code_in_force",
            r.WITHDRAWN,
            "代码在某日（或今天）有效",
            "a code was in force on a date (or is today)",
            (_item("item", "text"), Param("list", "text"), _item("on", "day", required=False)),
        ),
        Kind(
            "in_resource",
            r.REFERENCE,
            "值在另一数据资源中存在",
            "the value stands in another resource",
            (_item("item", "text"), Param("resource", "text"), Param("target", "text")),
        ),
        Kind(
            DRIFT,
            None,
            "与上次推送相比的变化限度",
            "how far a push may differ from the last one",
            tuple(_number(name) for name in _DRIFT_NUMBERS),
        ),
    )
}  # fmt: skip
"""Every kind by its name."""


def fault_of_rule(kind: str, params: Mapping[str, Any], items: Mapping[str, Item]) -> list[Fault]:
    """Return every fault of a rule's parameters against the items of its entry; empty when it can be used."""
    known = {param.name: param for param in KINDS[kind].params}
    faults = [(f"没有参数 {name}", f"there is no parameter {name}") for name in params if name not in known]
    for name, param in known.items():
        if name not in params:
            if param.required:
                faults.append((f"缺少参数 {name}", f"the parameter {name} is missing"))
            continue
        fault = _fault(param, params[name], items)
        if fault is not None:
            faults.append((f"{name}：{fault[0]}", f"{name}: {fault[1]}"))
    return faults or _meaning(kind, params, items)


def _fault(param: Param, value: object, items: Mapping[str, Item]) -> Fault | None:
    """Return what is wrong with the shape of one parameter."""
    if param.shape == "item":
        return _item_fault(param.of, value, items)
    if param.shape == "items":
        return _items_fault(param.of, value, items)
    fits, zh, en = _SHAPES[param.shape]
    if fits(param, value):
        return None
    choices = "、".join(param.choices)
    return zh.format(choices=choices), en.format(choices=choices)


def _items_fault(of: str, value: object, items: Mapping[str, Item]) -> Fault | None:
    if not isinstance(value, list) or not value or len({*map(str, value)}) < len(value):
        return "应为不重复的信息项列名表", "expected a list of different columns"
    return next((fault for one in value if (fault := _item_fault(of, one, items))), None)


def _are_words(_: Param, value: object) -> bool:
    return isinstance(value, list) and 0 < len(value) <= WORDS and all(map(_is_word, value))


def _is_number(_: Param, value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= WORD_LENGTH and value.isprintable()


_SHAPES: Final[Mapping[str, tuple[Callable[[Param, object], bool], str, str]]] = {
    "words": (_are_words, f"应为不超过 {WORDS} 个词的表", f"expected a list of up to {WORDS} words"),
    "number": (_is_number, "应为数字", "expected a number"),
    "choice": (lambda param, value: value in param.choices, "应为 {choices} 之一", "expected one of {choices}"),
    "text": (
        lambda _, value: _is_word(value),
        f"应为不超过 {WORD_LENGTH} 字的文本",
        f"expected text of up to {WORD_LENGTH} characters",
    ),
}
"""What each shape demands, and the words for what does not have it."""


def _item_fault(of: str, value: object, items: Mapping[str, Item]) -> Fault | None:
    item = items.get(value) if isinstance(value, str) else None
    if item is None:
        return "条目没有这个信息项（写列名）", "the entry has no such item (name its column)"
    if of == "any" or of in _natures(item):
        return None
    needed = {
        "number": ("应为数值型信息项", "the item must be numeric"),
        "date": ("应为日期型信息项", "the item must be a date"),
        "day": ("应为日期或时间型信息项", "the item must be a date or time"),
        "text": ("应为文本型信息项", "the item must be text"),
        "citizen_id": ("应为校验公民身份号码的信息项", "the item must have the check citizen_id"),
        "organisation_code": ("应为校验统一社会信用代码的信息项", "the item must have the check organisation_code"),
        "code": ("应为身份号码、信用代码或区划代码", "the item must be a citizen number, credit or division code"),
    }
    return needed[of]


def _natures(item: Item) -> frozenset[str]:
    """Return what an item may be used as."""
    found = set()
    if item.type in _NUMBERS:
        found.add("number")
    elif item.type in _DAYS:
        found |= {"day", "date"} if item.type is DataType.DATE else {"day"}
    elif item.type in {DataType.TEXT, DataType.MEMO}:
        found.add("text")
    if item.check in {"citizen_id", "organisation_code", "division_code"} and "text" in found:
        found |= {str(item.check), "code"}
    return frozenset(found)


def nature(item: Item) -> str:
    """Return as what two items are compared: number, day or text."""
    return next((one for one in ("number", "day") if one in _natures(item)), "text")


def _meaning(kind: str, params: Mapping[str, Any], items: Mapping[str, Item]) -> list[Fault]:
    """Return what is wrong with parameters of the right shape."""
    test = _MEANINGS.get(kind)
    return [] if test is None else test(params, items)


def _unit_faults(params: Mapping[str, Any], _: Mapping[str, Item]) -> list[Fault]:
    unit = params["unit"]
    return [] if is_known(unit) else [(f"不认识单位 {unit}", f"the unit {unit} is not known")]


def _order_faults(params: Mapping[str, Any], items: Mapping[str, Item]) -> list[Fault]:
    if nature(items[params["first"]]) == nature(items[params["second"]]):
        return []
    return [("两项不能比较：一为日期、数值或文本，另一不是", "the two items are of different kinds")]


def _range_faults(params: Mapping[str, Any], _: Mapping[str, Item]) -> list[Fault]:
    return [] if {"least", "most"} & params.keys() else [("least、most 至少写一个", "give least, most or both")]


def _list_faults(params: Mapping[str, Any], _: Mapping[str, Item]) -> list[Fault]:
    names = dated_lists()
    if params["list"] in names:
        return []
    return [(f"没有这个带起止年份的代码表；有：{'、'.join(names)}", f"lists with years are: {', '.join(names)}")]


def _monotone_faults(params: Mapping[str, Any], _: Mapping[str, Item]) -> list[Fault]:
    same = params["value"] == params["period"]
    return [("值与期次不能是同一项", "value and period are the same item")] if same else []


def dated_lists() -> tuple[str, ...]:
    """Return the shipped code lists that say from when until when a code was in force."""
    return tuple(
        name
        for name in code_list_names()
        if (rows := load_code_list(name).history) and {"first_year", "last_year", "successor"} <= set(rows[0].extra)
    )


def _pattern_faults(params: Mapping[str, Any], _: Mapping[str, Item]) -> list[Fault]:
    pattern = str(params["pattern"])
    if len(pattern) > PATTERN_LENGTH:
        return [(f"正则表达式超过 {PATTERN_LENGTH} 字", f"the expression is longer than {PATTERN_LENGTH} characters")]
    try:
        pl.Series([""]).str.contains(whole(pattern), strict=True)
    except pl.exceptions.PolarsError:
        return [
            (
                "正则表达式不能使用（语法有误，用了回溯、前后查找，或展开后过大）",
                "the expression cannot be used: not well formed, with look-around or back-references, or too large",
            )
        ]
    return []


def whole(pattern: str) -> str:
    """Return the expression that the whole value must match."""
    return rf"^(?:{pattern})$"


_MEANINGS: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Item]], list[Fault]]]] = {
    "unit": _unit_faults,
    "order": _order_faults,
    "pattern": _pattern_faults,
    "range": _range_faults,
    "code_in_force": _list_faults,
    "monotone": _monotone_faults,
}
