"""The rules an entry's items call for, proposed with their reason: the clerk strikes out what does not fit.

Only what follows from a standard or from the procedure behind an item is proposed. The address code of a citizen
number against where somebody lives is not: it says where the number was first given (GB 11643-1999).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.item import DataType
from hub.push.rule_sets.kinds import dated_lists
from hub.push.rule_sets.model import RuleSet, SetRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from catalogue.item import Item

_DAYS: Final = frozenset({DataType.DATE, DataType.DATETIME})
_PAIRS: Final = (
    ("成立", "注销", "市场主体登记管理条例"),
    ("成立", "核准", "市场主体登记管理条例"),
    ("出生", "死亡", "户口登记条例"),
    ("结婚", "离婚", "婚姻登记条例"),
    ("开始", "结束", "GB/T 7408.1-2023"),
    ("起始", "终止", "GB/T 7408.1-2023"),
    ("开工", "竣工", "GB/T 7408.1-2023"),
    ("发证", "有效期", "GB/T 7408.1-2023"),
    ("期限起", "期限止", "市场主体登记管理条例"),
    ("有效期起", "有效期止", "GB/T 7408.1-2023"),
)
_PAST: Final = ("出生", "死亡", "成立", "注销", "登记日期", "结婚", "离婚")
_CLOSED_STATUS: Final = ("3", "4")
_REVOKED_STATUS: Final = ("2", "3", "4")
_ALIVE_STATUS: Final = ("1", "7")
_ELEMENTS: Final = {"sex": "P003", "birth": "P005"}


def proposed(items: Sequence[Item]) -> RuleSet:
    """Return the rules that the items of an entry call for; an empty set where there are none."""
    made = [
        *_of_citizens(items),
        *_of_bodies(items),
        *_of_dates(items),
        *_of_status(items),
        *_of_lists(items),
    ]
    return RuleSet(tuple(made))


def _rule(name: str, kind: str, params: dict[str, Any], texts: tuple[str, str, str]) -> SetRule:
    return SetRule(name, kind, params, zh=texts[0], en=texts[1], standard=texts[2])


def _of_citizens(items: Sequence[Item]) -> Iterator[SetRule]:
    """Sex and birth date against the one citizen number of the row; with two numbers nobody can tell whose they are."""
    numbers = [item for item in items if item.check == "citizen_id"]
    if len(numbers) != 1:
        return
    number = numbers[0]
    for item in items:
        is_sex = item.element == _ELEMENTS["sex"] or item.name == "性别"
        if is_sex or (item.code_list is not None and item.code_list.name == "gender"):
            yield _rule(
                f"sex-{item.column}"[:59],
                "sex_of_citizen_id",
                {"sex": item.column, "citizen_id": number.column},
                (f"{item.name}与{number.name}第 17 位一致", "sex is that of digit 17", "GB 11643-1999"),
            )
        elif item.type is DataType.DATE and (item.element == _ELEMENTS["birth"] or item.name.startswith("出生")):
            yield _rule(
                f"birth-{item.column}"[:59],
                "birth_of_citizen_id",
                {"birth_date": item.column, "citizen_id": number.column},
                (f"{item.name}与{number.name}第 7-14 位一致", "birth date is that of digits 7-14", "GB 11643-1999"),
            )


def _of_bodies(items: Sequence[Item]) -> Iterator[SetRule]:
    codes = [item for item in items if item.check == "organisation_code"]
    types = [item for item in items if item.code_list is not None and item.code_list.name == "org_uscc_prefix"]
    if len(codes) == 1 and len(types) == 1:
        yield _rule(
            "type-of-code",
            "type_of_credit_code",
            {"type": types[0].column, "organisation_code": codes[0].column},
            (f"{types[0].name}与{codes[0].name}前两位一致", "type is that of the code", "GB 32100-2015"),
        )


def _of_dates(items: Sequence[Item]) -> Iterator[SetRule]:
    days = [item for item in items if item.type in _DAYS]
    for first_word, second_word, standard in _PAIRS:
        first = next((item for item in days if first_word in item.name), None)
        second = next((item for item in days if second_word in item.name and item is not first), None)
        if first is not None and second is not None:
            yield _rule(
                f"order-{first.column}-{second.column}"[:59],
                "order",
                {"first": first.column, "second": second.column, "relation": "<="},
                (f"{first.name}不晚于{second.name}", f"{first.column} is not after {second.column}", standard),
            )
    for item in days:
        if item.name.startswith(_PAST):
            yield _rule(
                f"past-{item.column}"[:59],
                "not_after_today",
                {"item": item.column},
                (f"{item.name}不晚于今天", f"{item.column} is not after today", "GB/T 7408.1-2023"),
            )


def _of_status(items: Sequence[Item]) -> Iterator[SetRule]:
    status = next(
        (item for item in items if item.code_list is not None and item.code_list.name == "entity_status"), None
    )
    ended = next((item for item in items if item.type in _DAYS and "注销" in item.name), None)
    if status is None or ended is None:
        return
    closed = _REVOKED_STATUS if "吊销" in ended.name else _CLOSED_STATUS
    standard = "市场主体登记管理条例"
    yield _rule(
        "ended-has-date",
        "required_if",
        {"item": ended.column, "when": status.column, "values": list(closed)},
        (f"{status.name}为注销类时{ended.name}必填", "a body that ended has its date", standard),
    )
    yield _rule(
        "alive-has-none",
        "empty_if",
        {"item": ended.column, "when": status.column, "values": list(_ALIVE_STATUS)},
        (f"{status.name}为存续、歇业时{ended.name}为空", "an active body has no such date", standard),
    )


def _of_lists(items: Sequence[Item]) -> Iterator[SetRule]:
    for item in items:
        if item.code_list is not None and item.code_list.name in dated_lists():
            yield SetRule(
                f"in-force-{item.column}"[:59],
                "code_in_force",
                {"item": item.column, "list": item.code_list.name},
                "warn",
                f"{item.name}今天仍在用（停用的给出后继）",
                "the code is in use today; a withdrawn one is told with its successor",
                "GB/T 2260",
            )
