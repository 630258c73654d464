"""Rows whose values stand one column beside their own: found when several wrong values fit the item next to them.

One missing or extra cell makes every later value of a row wrong; told as one fault, the clerk finds it at once.
Looks only at rows with at least two faults, and only at items whose values can be told apart: dates, numbers, codes,
identifiers, not free text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.item import DataType
from hub.push.values import check_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item
    from hub.push.column import Checked, Context

LEAST_FITS: Final = 2
_PLAIN: Final = frozenset({DataType.TEXT, DataType.MEMO, DataType.GENERAL})


def displaced(
    columns: Mapping[int, pl.Series],
    items: Sequence[tuple[Item, int | None]],
    results: Mapping[str, Checked],
    contexts: Mapping[str, Context],
) -> pl.Series | None:
    """Return for each row the 0-based column from which its values are displaced (null: they are not).

    Args:
        columns: text of each column of the file that belongs to an item, by index.
        items: with the index each stands at.
        results: the checks of each item.
        contexts: what those checks need.
    """
    telling = [(item, at) for item, at in items if at is not None and _tells(item, contexts[item.column])]
    faulty = [(item, at, results[item.column].rules.is_not_null()) for item, at in telling]
    faulty = [one for one in faulty if one[2].any()]
    if len(faulty) < LEAST_FITS:
        return None
    counts = pl.sum_horizontal([bad.cast(pl.UInt8) for _, _, bad in faulty])
    rows = (pl.select(counts).to_series() >= LEAST_FITS).arg_true()
    if rows.is_empty():
        return None
    size = len(faulty[0][2])
    best = pl.repeat(None, size, dtype=pl.Int64, eager=True)
    for step in (1, -1):
        found = _from(columns, faulty, contexts, rows, step)
        best = best.scatter(rows, best.gather(rows).zip_with(found.is_null(), found))
    return best if best.null_count() < size else None


def _tells(item: Item, context: Context) -> bool:
    """Say whether the values of an item can be told from those of another."""
    return context.codes is not None or item.check is not None or item.type not in _PLAIN


def _from(
    columns: Mapping[int, pl.Series],
    faulty: Sequence[tuple[Item, int, pl.Series]],
    contexts: Mapping[str, Context],
    rows: pl.Series,
    step: int,
) -> pl.Series:
    """Return the first column of each row from which the values fit when they are moved by ``step``."""
    fits: list[pl.Series] = []
    starts: list[pl.Series] = []
    wrong: list[pl.Series] = []
    for item, at, bad in faulty:
        beside = columns.get(at + step)
        here = bad.gather(rows)
        wrong.append(here)
        if beside is None:
            continue
        raw = beside.gather(rows)
        judged = check_values(raw, item, contexts[item.column])
        fit = here & judged.typed.is_not_null()
        fits.append(fit.cast(pl.UInt8))
        starts.append(pl.repeat(at, rows.len(), dtype=pl.Int64, eager=True).set(~fit, None))
    if not fits:
        return pl.repeat(None, rows.len(), dtype=pl.Int64, eager=True)
    number = pl.select(pl.sum_horizontal(fits)).to_series()
    of = pl.select(pl.sum_horizontal([one.cast(pl.UInt8) for one in wrong])).to_series()
    first = pl.select(pl.min_horizontal(starts)).to_series()
    # Most of what is wrong must be explained, or the faults are of other kinds.
    return first.set((number < LEAST_FITS) | (number * 2 <= of), None)
