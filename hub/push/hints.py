"""What the report tells beyond the rule, for faulty values only: an expected character, a code, a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from catalogue.column_kernels import DIGITS, check_characters
from catalogue.columns import USCC_VALUES
from catalogue.faults import FaultCode
from catalogue.identifiers import CITIZEN_CHECK, CITIZEN_WEIGHTS, USCC_CHECK, USCC_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_PADDING = 4


@dataclass(frozen=True, slots=True)
class NearCodes:
    """For each value: the code it may stand for (null for none), and whether it is that code's label."""

    code: pl.Series
    is_label: pl.Series


def expected_characters(check: str, values: pl.Series, faults: pl.Series) -> pl.Series:
    """Return the last character that a value with a wrong check character should carry, null elsewhere."""
    nothing = pl.repeat(None, values.len(), dtype=pl.String, eager=True)
    if check == "citizen_id":
        rows = (faults == int(FaultCode.CITIZEN_ID_CHECK)).arg_true()
        expected = check_characters(values.gather(rows), 0, DIGITS, CITIZEN_WEIGHTS, CITIZEN_CHECK)
    elif check == "organisation_code":
        rows = (faults == int(FaultCode.ORGANISATION_CODE_CHECK)).arg_true()
        expected = check_characters(values.gather(rows), 0, USCC_VALUES, USCC_WEIGHTS, USCC_CHECK)
    else:
        return nothing
    return nothing.scatter(rows, expected) if rows.len() else nothing


def near_codes(values: pl.Series, codes: Mapping[str, str]) -> NearCodes:
    """Find the code a value means: its label is given instead, or leading zeros are lost."""
    labels: dict[str, str] = {}
    for code, label in codes.items():
        for name in {label, label.removesuffix("性") if label in {"男性", "女性"} else label}:
            labels.setdefault(name, code)
    padded: dict[str, str] = {}
    for code in codes:
        bare = code.lstrip("0")
        if bare != code and len(code) - len(bare) <= _MAX_PADDING and bare not in codes:
            padded.setdefault(bare, code)
    by_label = values.replace_strict(labels, default=None, return_dtype=pl.String)
    by_padding = values.replace_strict(padded, default=None, return_dtype=pl.String)
    return NearCodes(by_label.zip_with(by_label.is_not_null(), by_padding), by_label.is_not_null())


def serial_dates(values: pl.Series) -> pl.Series:
    """Return the day an Excel serial stands for in the 1900 date system, as ISO text; null for other values."""
    days = values.str.extract(r"^([1-6][0-9]{4})(?:\.0)?$").cast(pl.Int32, strict=False)
    origin = pl.lit("1899-12-30").str.to_date()
    return (
        pl.DataFrame({"days": days})
        .select((origin + pl.duration(days=pl.col("days"))).dt.to_string("%Y-%m-%d"))
        .to_series()
    )
