"""Invented enterprises, individual businesses and cooperatives with credit codes and representatives.

市场主体登记管理条例 Art. 8 (what is registered); the representative is a grown-up of the same block, so that the link
between the registers can be followed. A branch names its parent. Status by the list ``entity_status``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from hub.generator.apportion import shuffled
from hub.generator.names import BRANDS, body_stems
from hub.generator.numbers import credit_codes

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from hub.generator.people import People

    Numbers = NDArray[np.int64]

_KINDS: Final = ("91", "92", "93")
_KIND_SHARES: Final = (0.34, 0.62, 0.04)
_FORMS: Final = {"91": "有限公司", "92": "商行", "93": "专业合作社"}
_CLASSES: Final = {"91": "110", "92": "500", "93": "400"}
"""Statistical classes of the 2023 list: limited company, individual business, farmers' cooperative."""

_STATUSES: Final = ("1", "4", "2", "7", "5")
_STATUS_SHARES: Final = (0.82, 0.12, 0.03, 0.01, 0.02)
ACTIVE, GONE = "1", "4"
_ENDED: Final = ("4", "2")
_BRANCHES: Final = 0.03
_INDUSTRIES: Final = ("F5299", "I6513", "E5013", "H6210", "G5810", "L7249", "M7590", "C3499", "A0190", "O8290")


@dataclass(slots=True)
class Bodies:
    """Bodies of one block; ``leaders`` are places of persons in the block."""

    frame: pl.DataFrame
    leaders: Numbers


def found(
    people: People, numbers: Numbers, district: tuple[str, str], as_of: date, chance: np.random.Generator
) -> Bodies:
    """Return bodies with these running numbers in a district (code and name), led by persons of the block."""
    count = len(numbers)
    kinds = np.array(_KINDS)[np.searchsorted(np.cumsum(_KIND_SHARES)[:-1], chance.random(count))]
    adults = np.flatnonzero((people.ages >= 20) & (people.ages <= 70))  # noqa: PLR2004 - who leads firms
    adults = adults if len(adults) else np.arange(people.count)
    leaders = adults[chance.integers(0, len(adults), count)]
    codes = credit_codes(kinds, numbers)
    status = np.array(_STATUSES)[np.searchsorted(np.cumsum(_STATUS_SHARES)[:-1], chance.random(count))]
    day = np.datetime64(as_of, "D")
    age_of_leader = people.ages[leaders] - 18
    since = (np.clip(age_of_leader + 0.9, 0.0, 25.0) * 365 * chance.random(count) ** 1.5).astype(np.int64)
    founded = day - since - 1
    changed = founded + (chance.random(count) * since).astype(np.int64)
    ended = np.isin(status, _ENDED)
    parents = _parents(codes, kinds, status, chance)
    stems = body_stems(shuffled(numbers % BRANDS, BRANDS, 0))
    forms = pl.Series([_FORMS[kind] for kind in kinds])
    names = pl.Series([district[1]] * count, dtype=pl.String) + stems + forms
    is_branch = parents.is_not_null()
    names = pl.select(pl.when(is_branch).then(names + "分公司").otherwise(names)).to_series()
    frame = pl.DataFrame(
        {
            "code": codes,
            "name": names,
            "kind": pl.Series(kinds.tolist(), dtype=pl.String),
            "class": pl.Series([_CLASSES[kind] for kind in kinds], dtype=pl.String),
            "capital": np.round(10 ** (chance.random(count) * 2.6 + 0.5), 2),
            "founded": founded,
            "approved": changed,
            "ended": pl.select(pl.when(pl.Series(ended)).then(pl.Series(changed)).otherwise(None)).to_series(),
            "status": pl.Series(status.tolist(), dtype=pl.String),
            "industry": pl.Series(_INDUSTRIES).gather(pl.Series(numbers % len(_INDUSTRIES))),
            "parent": parents,
            "division": pl.Series([district[0]] * count, dtype=pl.String),
        }
    )
    return Bodies(frame, leaders)


def _parents(
    codes: pl.Series, kinds: NDArray[np.str_], status: NDArray[np.str_], chance: np.random.Generator
) -> pl.Series:
    """Return the parent's code where an enterprise is a branch; a branch is no parent."""
    firms = np.flatnonzero((kinds == "91") & (status == ACTIVE))
    branches = firms[chance.random(len(firms)) < _BRANCHES]
    heads = np.setdiff1d(firms, branches)
    place = np.full(len(kinds), -1, dtype=np.int64)
    if len(heads):
        place[branches] = heads[chance.integers(0, len(heads), len(branches))]
    known = pl.Series(place)
    return pl.select(pl.when(known >= 0).then(codes.gather(known.clip(0)) if len(codes) else codes)).to_series()
