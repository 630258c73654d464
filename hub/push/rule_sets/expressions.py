"""Rules of one row as Polars expressions over its typed values: true where the rule is broken.

A value that has a fault of its own is null among the typed values, and a rule holds only where all it looks at is
known: so nothing else is reported because of one fault. Evaluated together, chunk by chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from catalogue.item import DataType
from hub.push.rule_sets.kinds import KINDS, nature, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from catalogue.item import Item
    from hub.push.rule_sets.model import SetRule

MALE: Final = ("1", "男", "男性")
FEMALE: Final = ("2", "女", "女性")
ODD: Final = ("1", "3", "5", "7", "9")
_EPSILON: Final = 1e-9
"""Share of the total by which sums of binary numbers may differ without being wrong."""
_SIGNS: Final[Mapping[str, str]] = {"<=": "≤", "<": "<", "=": "="}


@dataclass(frozen=True, slots=True)
class RowRule:
    """One rule of a row: the rule it is reported under, the column it is reported at, its words, its test.

    ``blank`` names the column that must hold no value of any kind (also none with a fault) for the rule to be broken.
    """

    source: SetRule
    rule: int
    at: str
    statement: str
    broken: pl.Expr
    blank: str | None = None


def row_rule(rule: SetRule, items: Mapping[str, Item], today: date) -> RowRule | None:
    """Return a rule of one row ready to be tested; None for kinds that look beyond the row."""
    make = _MAKERS.get(rule.kind)
    number = KINDS[rule.kind].rule
    if make is None or number is None:
        return None
    at, statement, broken, blank = make(rule.params, items, today)
    return RowRule(rule, number, at, statement, broken, blank)


Made = tuple[str, str, pl.Expr, str | None]


def _compared(item: Item) -> pl.Expr:
    """Return an item's column as it is compared: number, point in time, or text."""
    column = pl.col(item.column)
    match nature(item):
        case "number":
            return column.cast(pl.Float64, strict=False)
        case "day":
            return column.cast(pl.Datetime("us")) if item.type is DataType.DATE else column
        case _:
            return column.cast(pl.String)


def _sex(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    sex, number = items[params["sex"]], items[params["citizen_id"]]
    said, digit = pl.col(sex.column).cast(pl.String), pl.col(number.column).str.slice(16, 1)
    has_digit = pl.col(number.column).str.len_bytes() == 18  # noqa: PLR2004 - the 2017 foreign card has 15
    is_odd = digit.is_in(ODD)
    wrong = (said.is_in(list(params.get("male", MALE))) & ~is_odd) | (
        said.is_in(list(params.get("female", FEMALE))) & is_odd
    )
    return sex.column, f"{sex.name} = {number.name}[17]", has_digit & wrong, None


def _birth(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    day, number = items[params["birth_date"]], items[params["citizen_id"]]
    column = pl.col(day.column)
    # Whole numbers CCYYMMDD compare several times faster than text made from each date.
    stated = column.dt.year() * 10_000 + column.dt.month().cast(pl.Int32) * 100 + column.dt.day().cast(pl.Int32)
    inside = pl.col(number.column).str.slice(6, 8).cast(pl.Int32, strict=False)
    has_date = pl.col(number.column).str.len_bytes() == 18  # noqa: PLR2004
    return day.column, f"{day.name} = {number.name}[7-14]", has_date & (stated != inside), None


def _division(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    division, code = items[params["division"]], items[params["code"]]
    start = 2 if code.check == "organisation_code" else 0
    digits = int(params.get("digits", "6"))
    value = pl.col(code.column)
    wrong = pl.col(division.column).cast(pl.String).str.slice(0, digits) != value.str.slice(start, digits)
    plain = pl.lit(value=True) if code.check == "division_code" else value.str.len_bytes() == 18  # noqa: PLR2004
    if code.check == "citizen_id":
        # Cards of residents from Hong Kong, Macao, Taiwan and of foreigners carry no division of registration.
        plain = plain & ~value.str.slice(0, 1).is_in(["8", "9"])
    statement = f"{division.name}[1-{digits}] = {code.name}[{start + 1}-{start + digits}]"
    return division.column, statement, plain & wrong, None


def _order(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    first, second = items[params["first"]], items[params["second"]]
    relation = str(params.get("relation", "<="))
    left, right = _compared(first), _compared(second)
    broken = {"<=": left > right, "<": left >= right, "=": left != right}[relation]
    return second.column, f"{first.name} {_SIGNS[relation]} {second.name}", broken, None


def _not_after_today(params: Mapping[str, Any], items: Mapping[str, Item], today: date) -> Made:
    item = items[params["item"]]
    return item.column, f"{item.name} ≤ {today.isoformat()}", pl.col(item.column).cast(pl.Date) > today, None


def _condition(params: Mapping[str, Any], items: Mapping[str, Item]) -> tuple[pl.Expr, str]:
    """Return where the condition of a rule holds, and its words."""
    when = items[params["when"]]
    values = [str(value) for value in params.get("values", ())]
    if not values:
        return pl.col(when.column).is_not_null(), when.name
    spelt = pl.col(when.column).cast(pl.String)
    shown = "、".join(values[:5]) + ("…" if len(values) > 5 else "")  # noqa: PLR2004
    return spelt.is_in(values).fill_null(value=False), f"{when.name} ∈ {{{shown}}}"


def _required_if(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    item = items[params["item"]]
    holds, said = _condition(params, items)
    return item.column, f"{said} → {item.name}", holds & pl.col(item.column).is_null(), item.column


def _empty_if(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    item = items[params["item"]]
    holds, said = _condition(params, items)
    return item.column, f"{said} → {item.name} = ∅", holds & pl.col(item.column).is_not_null(), None


def _sum(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    total, parts = items[params["total"]], [items[column] for column in params["parts"]]
    tolerance = float(params.get("tolerance", 0))
    # A part that is blank is not taken for zero: then the sum is not known.
    summed = pl.sum_horizontal([_compared(part) for part in parts], ignore_nulls=False)
    stated = _compared(total)
    allowed = pl.lit(tolerance) + stated.abs() * _EPSILON + _EPSILON
    words = " + ".join(part.name for part in parts)
    within = f" ± {tolerance:g}" if tolerance else ""
    return total.column, f"{total.name} = {words}{within}", (summed - stated).abs() > allowed, None


def _type_of_credit_code(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    kind, code = items[params["type"]], items[params["organisation_code"]]
    said, number = pl.col(kind.column).cast(pl.String), pl.col(code.column)
    return kind.column, f"{kind.name} = {code.name}[1-2]", ~number.str.starts_with(said), None


def _pattern(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    item = items[params["item"]]
    pattern = str(params["pattern"])
    return item.column, f"{item.name} ~ {pattern}", ~pl.col(item.column).str.contains(whole(pattern)), None


def _range(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    item = items[params["item"]]
    value = _compared(item)
    broken, words = pl.lit(value=False), item.name
    if "least" in params:
        broken, words = broken | (value < params["least"]), f"{params['least']:g} ≤ {words}"
    if "most" in params:
        broken, words = broken | (value > params["most"]), f"{words} ≤ {params['most']:g}"
    return item.column, words, broken, None


def _one_of(params: Mapping[str, Any], items: Mapping[str, Item], _: date) -> Made:
    item = items[params["item"]]
    values = [str(value) for value in params["values"]]
    shown = "、".join(values[:5]) + ("…" if len(values) > 5 else "")  # noqa: PLR2004
    return item.column, f"{item.name} ∈ {{{shown}}}", ~pl.col(item.column).is_in(values), None


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Item], date], Made]]] = {
    "sex_of_citizen_id": _sex,
    "birth_of_citizen_id": _birth,
    "division_of_code": _division,
    "order": _order,
    "not_after_today": _not_after_today,
    "required_if": _required_if,
    "empty_if": _empty_if,
    "sum": _sum,
    "type_of_credit_code": _type_of_credit_code,
    "pattern": _pattern,
    "range": _range,
    "one_of": _one_of,
}
