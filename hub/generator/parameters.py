"""What a generated city is like: divisions, totals, ages, households, ethnic groups; read from a TOML file.

The product ships the invented city of ``example.toml``. Totals are shares: they are scaled to the number of persons
asked for, and come out exactly (:mod:`hub.generator.apportion`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from hub.generator.apportion import crossed, largest_remainder
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

AGES = 101
"""Ages are 0 to 100."""


class CityParametersError(DomainError):
    """A file of parameters does not say what a city needs."""


@dataclass(frozen=True, slots=True)
class DistrictShare:
    """One district: its code, name, how many persons it has in proportion, how many towns."""

    code: str
    name: str
    persons: float
    towns: int


@dataclass(frozen=True, slots=True)
class CityParameters:
    """One city.

    ``pyramid`` holds a weight for each sex (men, women) and single year of age; ``bands`` the totals by broad age
    group, as (from, to, weight); ``rates`` how many of a thousand persons a year meet an event of a kind.
    """

    name: str
    as_of: date
    persons_per_household: float
    men: float
    women: float
    pyramid: NDArray[np.float64]
    bands: tuple[tuple[int, int, float], ...]
    ethnic: Mapping[str, float]
    districts: tuple[DistrictShare, ...]
    rates: Mapping[str, float]

    def sex_by_age(self, persons: int) -> Numbers:
        """Return persons by sex (men, women) and age 0 to 100; totals by sex and by band are exact."""
        sexes = largest_remainder([self.men, self.women], persons)
        bands = largest_remainder([weight for _, _, weight in self.bands], persons)
        shape = np.stack([self.pyramid[:, low : high + 1].sum(axis=1) for low, high, _ in self.bands], axis=1)
        table = crossed(sexes, bands, shape)
        found = np.zeros((2, AGES), dtype=np.int64)
        for place, (low, high, _) in enumerate(self.bands):
            for sex in (0, 1):
                found[sex, low : high + 1] = largest_remainder(
                    self.pyramid[sex, low : high + 1], int(table[sex, place])
                )
        return found


def load_parameters(path: Path | None = None) -> CityParameters:
    """Return the parameters of a file, of the invented city without one.

    Raises:
        CityParametersError: the file cannot be read or lacks something; the message names it.

    """
    try:
        if path is None:
            text = files("hub.generator").joinpath("example.toml").read_text(encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
        return parameters_of(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(str(error)) from error


def parameters_of(data: Mapping[str, Any]) -> CityParameters:
    """Return the parameters that a mapping states.

    Raises:
        CityParametersError: something is missing or of another shape.

    """
    try:
        pyramid = np.stack([_years(data["pyramid"][sex]) for sex in ("men", "women")])
        districts = tuple(
            DistrictShare(str(one["code"]), str(one["name"]), float(one["persons"]), int(one.get("towns", 1)))
            for one in data["districts"]
        )
        found = CityParameters(
            name=str(data["name"]),
            as_of=date.fromisoformat(str(data["as_of"])),
            persons_per_household=float(data["persons_per_household"]),
            men=float(data["men"]),
            women=float(data["women"]),
            pyramid=pyramid,
            bands=tuple((int(low), min(int(high), AGES - 1), float(weight)) for low, high, weight in data["bands"]),
            ethnic={str(code): float(weight) for code, weight in data["ethnic"].items()},
            districts=districts,
            rates={str(kind): float(rate) for kind, rate in data["rates"].items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(f"{type(error).__name__}: {error}") from error
    _check(found)
    return found


def _years(five: list[float]) -> NDArray[np.float64]:
    """Return weights by single year of 21 weights by five years; the last is 100 and older."""
    weights = np.asarray(five, dtype=np.float64)
    if weights.shape != (21,):
        raise ValueError("pyramid")
    return np.concatenate([np.repeat(weights[:20] / 5, 5), weights[20:]])


def _check(city: CityParameters) -> None:
    covered = [age for low, high, _ in city.bands for age in range(low, high + 1)]
    if covered != list(range(AGES)):
        raise _unreadable("bands")
    if (city.as_of.month, city.as_of.day) == (2, 29):
        raise _unreadable("as_of")
    if not city.districts or any(len(one.code) != 6 or not one.code.isdigit() for one in city.districts):  # noqa: PLR2004 - GB/T 2260
        raise _unreadable("districts")
    if any(not 1 <= one.towns <= 999 for one in city.districts) or city.persons_per_household < 1:  # noqa: PLR2004 - three digits
        raise _unreadable("districts, persons_per_household")


def _unreadable(what: str) -> CityParametersError:
    return CityParametersError(
        f"城市参数文件有误：{what[:200]}",
        f"the file of city parameters is not right: {what[:200]}",
        next_zh="请对照 docs/how-to/generate-a-city.md 所列各项补正",
        next_en="compare with the members listed in docs/how-to/generate-a-city.md",
    )
