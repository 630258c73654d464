"""Kin and households of one block of persons: who is married to whom, whose child, who lives together.

Sexes and ages are given and are not touched. Husbands and wives are matched by age; children get a mother 20 to 46
years older, brothers and sisters are born at least 280 days apart; grown-up children and old parents live with
their family until the households are as large as the parameters say. 民法典 Art. 1047 (ages of marriage),
Art. 27 (guardians of minors). Vectorised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from hub.generator.names import given_numbers, surname_numbers
from hub.generator.people import AGAIN, DIVORCED, FIRST, NEVER, NOBODY, WIDOWED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub.generator.people import People

    Numbers = NDArray[np.int64]
    Truths = NDArray[np.bool_]

YOUNGEST_HUSBAND, YOUNGEST_WIFE = 22, 20
MINOR: Final = 18
YOUNGEST_MOTHER, OLDEST_MOTHER = 20, 46
APART: Final = np.timedelta64(280, "D")
_CHILD: Final = 22
"""Below this age a child lives with its mother."""

_OLDEST_AT_HOME: Final = 49
_OLD: Final = 65
_GENERATION: Final = 27
_GRANDPARENTS: Final = 46
_YEAR: Final = 365.25
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class _Couples:
    """Husbands and wives by place."""

    men: Numbers
    women: Numbers


def settle(people: People, chance: np.random.Generator, persons_per_household: float) -> None:
    """Fill in marriage, kin, households, guardians and names of a block."""
    _marital(people, chance)
    couples = _marry(people, chance)
    people.mother = np.full(people.count, NOBODY, dtype=np.int64)
    people.father = np.full(people.count, NOBODY, dtype=np.int64)
    _bear(people, chance, np.flatnonzero(people.ages < _CHILD))
    _live_together(people, chance, couples, persons_per_household)
    _guard(people, chance)
    _wed(people, chance, couples)
    _name(people, chance)


def _marital(people: People, chance: np.random.Generator) -> None:
    """Draw who was ever married and who is widowed or divorced, by sex and age."""
    ages, men = people.ages, people.men
    ever = 0.975 / (1 + np.exp(-(ages - np.where(men, 28.0, 26.0)) / 2.3))
    ever[ages <= np.where(men, YOUNGEST_HUSBAND, YOUNGEST_WIFE)] = 0  # a full year above, so that a day of it is past
    widowed = np.clip((ages - 48) / 80, 0, 0.6) * np.where(men, 0.45, 1.0)
    divorced = np.where(ages >= 27, 0.045, 0.0)  # noqa: PLR2004 - a share that looks like life, no rule
    thrown = chance.random(people.count)
    people.marital = np.where(chance.random(people.count) < ever, FIRST, NEVER)
    was = people.marital == FIRST
    people.marital[was & (thrown < widowed)] = WIDOWED
    people.marital[was & (thrown >= widowed) & (thrown < widowed + divorced)] = DIVORCED


def _marry(people: People, chance: np.random.Generator) -> _Couples:
    """Match husbands and wives by age; those left over of the larger side were never married, or are divorced."""
    found = []
    sides = [np.flatnonzero((people.marital == FIRST) & (people.men == is_man)) for is_man in (True, False)]
    many = min(map(len, sides))
    for side, older in zip(sides, (0.0, 2.0), strict=True):
        chosen = np.sort(chance.permutation(side)[:many])
        left = np.setdiff1d(side, chosen, assume_unique=True)
        people.marital[left] = np.where(people.ages[left] < 40, NEVER, DIVORCED)  # noqa: PLR2004 - as above
        found.append(chosen[np.argsort(people.ages[chosen] + older + chance.normal(0, 1.4, many), kind="stable")])
    people.spouse = np.full(people.count, NOBODY, dtype=np.int64)
    people.spouse[found[0]], people.spouse[found[1]] = found[1], found[0]
    return _Couples(found[0], found[1])


def _mothers_for(people: People, chance: np.random.Generator, children: Numbers, mothers: Numbers) -> Numbers:
    """Return a mother for each child, NOBODY where no woman of a fitting age is there."""
    if not len(mothers) or not len(children):
        return np.full(len(children), NOBODY, dtype=np.int64)
    order = mothers[np.argsort(people.ages[mothers], kind="stable")]
    ages = people.ages[order]
    distance = np.clip(np.rint(chance.normal(_GENERATION, 4.2, len(children))), YOUNGEST_MOTHER + 1, 43).astype(
        np.int64
    )
    wanted = people.ages[children] + distance
    low, high = np.searchsorted(ages, wanted, "left"), np.searchsorted(ages, wanted, "right")
    place = np.minimum(low + (chance.random(len(children)) * (high - low)).astype(np.int64), len(order) - 1)
    found = order[place]
    apart = people.ages[found] - people.ages[children]
    return np.where((apart > YOUNGEST_MOTHER) & (apart < OLDEST_MOTHER), found, NOBODY)


def _bear(people: People, chance: np.random.Generator, children: Numbers) -> None:
    """Give children mothers; who would be born too soon after another child of hers gets another mother."""
    mothers = np.flatnonzero(~people.men & (people.ages > YOUNGEST_MOTHER) & (people.marital != NEVER))
    waiting = children
    for _ in range(_ROUNDS):
        people.mother[waiting] = _mothers_for(people, chance, waiting, mothers)
        waiting = too_close(people)
        waiting = waiting[np.isin(waiting, children)]
        if not len(waiting):
            break
    people.mother[too_close(people)] = NOBODY
    _fathers(people, children)


def too_close(people: People) -> Numbers:
    """Return children born less than 280 days after another child of the same mother."""
    children = np.flatnonzero(people.mother != NOBODY)
    order: Numbers = children[np.lexsort((children, people.born[children], people.mother[children]))]
    same = people.mother[order][1:] == people.mother[order][:-1]
    soon = people.born[order][1:] - people.born[order][:-1] < APART
    found: Numbers = order[1:][same & soon]
    return found


def _fathers(people: People, children: Numbers) -> None:
    known = children[people.mother[children] != NOBODY]
    people.father[known] = people.spouse[people.mother[known]]


def _live_together(people: People, chance: np.random.Generator, couples: _Couples, per_household: float) -> None:
    """Put persons into households: couples with children first, then as many others as the size asks for."""
    home = np.arange(people.count, dtype=np.int64)  # everybody's own head
    home[couples.women] = couples.men
    children = np.flatnonzero((people.ages < _CHILD) & (people.mother != NOBODY))
    home[children] = home[people.mother[children]]
    orphans = np.flatnonzero((people.ages < MINOR) & (people.mother == NOBODY))
    if len(couples.men):
        home[orphans] = couples.men[chance.integers(0, len(couples.men), len(orphans))]
    wanted = max(1, round(people.count / per_household))
    surplus = len(np.unique(home)) - wanted
    singles = np.flatnonzero(
        (home == np.arange(people.count))
        & (people.marital == NEVER)
        & (people.ages >= _CHILD - 4)
        & (people.ages <= _OLDEST_AT_HOME)
        & (people.mother == NOBODY)
    )
    stay = chance.permutation(singles)[: max(0, surplus)]
    _bear(people, chance, stay)
    stay = stay[people.mother[stay] != NOBODY]
    home[stay] = home[people.mother[stay]]
    surplus -= len(stay)
    for old in (_OLD, _GRANDPARENTS):
        if surplus > 0:
            surplus -= _take_in_parents(people, chance, home, surplus, old)
    heads, people.household = np.unique(home, return_inverse=True)
    people.head = np.zeros(people.count, dtype=np.bool_)
    people.head[heads] = True


def _take_in_parents(people: People, chance: np.random.Generator, home: Numbers, surplus: int, old_age: int) -> int:
    """Let people from an age on, and who lives with them, move to a married son; returns how many households did."""
    own = home == np.arange(people.count)
    old = chance.permutation(np.flatnonzero(own & (people.ages >= old_age) & (people.marital != NEVER)))[:surplus]
    # Nobody can be both, so that no move leads to a household that moves itself.
    free = own & (people.mother == NOBODY) & (people.father == NOBODY)
    sons = np.flatnonzero(people.men & free & (people.spouse != NOBODY) & (people.ages < old_age))
    if not len(old) or not len(sons):
        return 0
    sons = chance.permutation(sons)
    order = sons[np.argsort(people.ages[sons], kind="stable")]
    wife = people.spouse[old]
    elders = np.where(people.men[old] & (wife != NOBODY), wife, old)
    by_age = np.argsort(people.ages[elders], kind="stable")
    spare, elder = old[by_age], elders[by_age]
    wanted = people.ages[elder] - _GENERATION
    turn = np.arange(len(spare)) - np.searchsorted(wanted, wanted, "left")
    place = np.minimum(np.searchsorted(people.ages[order], wanted, "left") + turn, len(order) - 1)
    place, first = np.unique(place, return_index=True)
    spare, elder, taken = spare[first], elder[first], order[place]
    apart = people.ages[elder] - people.ages[taken]
    fits = (apart > YOUNGEST_MOTHER) & (apart < OLDEST_MOTHER)
    spare, elder, taken = spare[fits], elder[fits], taken[fits]
    mothers = ~people.men[elder]
    people.mother[taken[mothers]] = elder[mothers]
    people.father[taken[mothers]] = people.spouse[elder[mothers]]
    people.father[taken[~mothers]] = elder[~mothers]
    too_soon = too_close(people)
    people.father[too_soon] = people.mother[too_soon] = NOBODY
    target = np.arange(people.count, dtype=np.int64)
    target[spare] = taken
    home[:] = target[home]
    return len(spare)


def _guard(people: People, chance: np.random.Generator) -> None:
    """Name a guardian of every minor: the mother, or the head of the household it lives in."""
    people.guardian = np.full(people.count, NOBODY, dtype=np.int64)
    minors = np.flatnonzero(people.ages < MINOR)
    mothers = people.mother[minors]
    heads = np.flatnonzero(people.head)
    adults = np.flatnonzero(people.ages >= MINOR)
    head = heads[people.household[minors]]
    grown = people.ages[head] >= MINOR
    other = adults[chance.integers(0, len(adults), len(minors))] if len(adults) else np.full(len(minors), NOBODY)
    people.guardian[minors] = np.where(mothers != NOBODY, mothers, np.where(grown, head, other))


def _wed(people: People, chance: np.random.Generator, couples: _Couples) -> None:
    """Date the marriages: both old enough, a year before the oldest child where that is possible."""
    people.married = np.full(people.count, np.datetime64("NaT"), dtype="datetime64[D]")
    men, women = couples.men, couples.women
    possible = np.minimum(people.ages[men] - YOUNGEST_HUSBAND, people.ages[women] - YOUNGEST_WIFE)
    oldest = np.zeros(people.count, dtype=np.int64)
    children = np.flatnonzero(people.mother != NOBODY)
    np.maximum.at(oldest, people.mother[children], people.ages[children] + 1)
    drawn = np.maximum(chance.random(len(men)) * np.minimum(possible, 12), np.minimum(oldest[women], possible))
    youngest = np.maximum(people.born[men], people.born[women])
    age = np.minimum(people.ages[men], people.ages[women])
    # Full years before the day of reference: never earlier than the younger one's age of marriage.
    ago = (drawn * _YEAR).astype(np.int64)
    day = youngest + (age * _YEAR).astype(np.int64) - ago
    legal = np.maximum(_birthday(people.born[men], YOUNGEST_HUSBAND), _birthday(people.born[women], YOUNGEST_WIFE))
    people.married[men] = people.married[women] = np.maximum(day, legal)
    again = men[(chance.random(len(men)) < 0.06) & (possible > 8)]  # noqa: PLR2004 - a share that looks like life
    people.marital[again] = people.marital[people.spouse[again]] = AGAIN


def _birthday(born: NDArray[np.datetime64], years: int) -> NDArray[np.datetime64]:
    return born + np.timedelta64(int(years * _YEAR) + 1, "D")


def _name(people: People, chance: np.random.Generator) -> None:
    """Draw names; children have their father's surname, or their mother's where they have no father."""
    people.surnames = surname_numbers(chance, people.count)
    people.given = given_numbers(chance, people.men)
    for _ in range(2):  # grandparents first, then children: two generations live together
        parent = np.where(people.father != NOBODY, people.father, people.mother)
        has = parent != NOBODY
        people.surnames[has] = people.surnames[parent[has]]
