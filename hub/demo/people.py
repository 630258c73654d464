"""Two thousand invented residents in households, with ages, kin and marriages that fit each other.

Everything counts from one fixed day, so that a person of the demo is the same person on any machine and in
any year. Marriages keep the lowest ages (men 22, women 20: 民法典 Art. 1047), are registered on weekdays,
and children are born after them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from hub.demo.names import ESTATES, person_name
from hub.demo.numbers import MAX_SEQUENCE, citizen_id, dice, mobile
from hub.demo.places import spot

if TYPE_CHECKING:
    from random import Random

    from hub.demo.places import Spot

COUNT: Final = 2000
AS_OF: Final = date(2025, 1, 1)
"""No resident is born and nobody marries after this day."""

ADULT_YEARS: Final = 18
NEVER, FIRST, AGAIN, WIDOWED, DIVORCED = "10", "21", "22", "30", "40"
"""Codes of GB/T 2261.2."""

_FRIDAY: Final = 4
_DAYS: Final = 365.25
_SHAPES: Final = {
    "single": 8,
    "couple": 18,
    "one_child": 30,
    "two_children": 18,
    "three_generations": 12,
    "divorced": 8,
    "widowed": 6,
}


@dataclass(slots=True)
class Person:
    """One resident; ``spouse`` and ``guardian`` are other residents, None where there is none."""

    number: str
    name: str
    is_man: bool
    born: date
    relation: str
    marital: str = NEVER
    registered: date | None = None
    spouse: Person | None = field(default=None, repr=False)
    guardian: Person | None = field(default=None, repr=False)
    household: int = 0
    home: Spot | None = None
    flat: str = ""
    phone: str = ""
    ethnic: str = "01"
    is_dead: bool = False

    def age(self, on: date = AS_OF) -> int:
        """Return full years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    @property
    def address(self) -> str:
        """The full home address."""
        return "" if self.home is None else f"{self.home.address}{self.flat}"


def _weekday(day: date) -> date:
    """Return the day itself, or the Friday before a weekend: registries are closed then."""
    return day - timedelta(days=max(0, day.weekday() - _FRIDAY))


class _Registry:
    """Gives each person a number of its own: odd sequences to men, even ones to women."""

    def __init__(self) -> None:
        self._used: Counter[tuple[date, bool]] = Counter()

    def number(self, born: date, *, is_man: bool) -> str:
        self._used[born, is_man] += 1
        sequence = 2 * self._used[born, is_man] - (1 if is_man else 0)
        return citizen_id(born, sequence % MAX_SEQUENCE)


class _Families:
    """Builds household after household with one source of chance."""

    def __init__(self, topic: str, first_phone: int = 0) -> None:
        self.dice: Random = dice(topic)
        self.registry = _Registry()
        self.households = 0
        self.phones = first_phone

    def person(self, born: date, relation: str, *, is_man: bool, surname: str = "") -> Person:
        name = person_name(self.dice, is_man=is_man, surname=surname)
        return Person(self.registry.number(born, is_man=is_man), name, is_man, born, relation)

    def some_day(self, years_ago: tuple[float, float]) -> date:
        """Return a day between so many years before the fixed day."""
        low, high = years_ago
        return AS_OF - timedelta(days=int(self.dice.uniform(low, high) * _DAYS))

    def couple(self, wedding: date, relations: tuple[str, str] = ("户主", "配偶"), surname: str = "") -> list[Person]:
        """Return husband (of ``surname`` where given) and wife; they registered on the weekday before ``wedding``."""
        day = _weekday(wedding)
        his, hers = (day - timedelta(days=int(self.dice.uniform(*ages) * _DAYS)) for ages in ((22.1, 33), (20.1, 31)))
        man = self.person(his, relations[0], is_man=True, surname=surname)
        woman = self.person(hers, relations[1], is_man=False)
        for one, other in ((man, woman), (woman, man)):
            one.spouse, one.registered = other, day
            one.marital = AGAIN if one.age(day) > 27 and self.dice.random() < 0.1 else FIRST  # noqa: PLR2004
        return [man, woman]

    def child(self, born: date, parent: Person) -> Person:
        is_man = self.dice.random() < 0.51  # noqa: PLR2004 - a little more than half of births
        child = self.person(born, "子" if is_man else "女", is_man=is_man, surname=parent.name[0])
        child.guardian = parent
        return child

    def family(self, children: int) -> list[Person]:
        """Return a couple with children, the oldest at most 21."""
        oldest = self.some_day((0.5, 21))
        home = self.couple(oldest - timedelta(days=int(self.dice.uniform(1, 5) * _DAYS)))
        born = oldest
        for _ in range(children):
            home.append(self.child(born, self.dice.choice(home[:2])))
            born += timedelta(days=int(self.dice.uniform(1.5, 5) * _DAYS))
            if born >= AS_OF:
                break
        return home

    def alone(self, born: date, marital: str) -> Person:
        """Return the only adult of a household, with the registration its state rests on."""
        person = self.person(born, "户主", is_man=self.dice.choice((True, False)))
        person.marital = marital
        if marital == DIVORCED:
            person.registered = _weekday(self.some_day((0.2, 2.8)))
        elif marital == WIDOWED:
            person.registered = _weekday(born + timedelta(days=int(self.dice.uniform(23, 29) * _DAYS)))
        return person

    def household(self) -> list[Person]:
        shape = self.dice.choices(list(_SHAPES), list(_SHAPES.values()))[0]
        match shape:
            case "single":
                members = [self.alone(self.some_day((20, 35)), NEVER)]
            case "couple":
                members = self.couple(self.some_day((20, 45)))
            case "one_child":
                members = self.family(1)
            case "two_children":
                members = self.family(2)
            case "three_generations":
                members = self.family(1)
                parents = members[0].born - timedelta(days=int(self.dice.uniform(1, 4) * _DAYS))
                members += self.couple(parents, ("父亲", "母亲"), members[0].name[0])
            case "divorced":
                parent = self.alone(self.some_day((32, 48)), DIVORCED)
                members = [parent, self.child(self.some_day((3, 8)), parent)]
            case _:
                members = [self.alone(self.some_day((66, 90)), WIDOWED)]
                members[0].is_dead = self.dice.random() < 0.1  # noqa: PLR2004
        return self.settle(members)

    def settle(self, members: list[Person]) -> list[Person]:
        """Give a household its number, home and telephones."""
        self.households += 1
        home = spot(self.dice)
        estate, building, floor = self.dice.choice(ESTATES), self.dice.randint(1, 20), self.dice.randint(1, 28)
        flat = f"{estate}{building}号楼{floor}0{self.dice.randint(1, 4)}室"
        ethnic = self.dice.choices(("01", "03", "02", "11"), (96, 2, 1, 1))[0]
        for member in members:
            member.household, member.home, member.flat, member.ethnic = self.households, home, flat, ethnic
            if member.age() >= ADULT_YEARS:
                member.phone = mobile(self.phones)
                self.phones += 1
        return members


@cache
def residents() -> tuple[Person, ...]:
    """Return exactly two thousand residents, household by household."""
    families = _Families("residents")
    found: list[Person] = []
    while len(found) < COUNT:
        household = families.household()
        if len(found) + len(household) > COUNT:
            household = families.settle([families.alone(families.some_day((20, 35)), NEVER)])
        found += household
    return tuple(found)


@cache
def adults() -> tuple[Person, ...]:
    """Return the living residents between 22 and 65: who leads firms, works and owns homes."""
    return tuple(person for person in residents() if 22 <= person.age() <= 65 and not person.is_dead)  # noqa: PLR2004


@cache
def newcomers() -> tuple[Person, ...]:
    """Return 150 people from elsewhere who live in the city; they are none of the residents."""
    families = _Families("newcomers", 5000)
    taken = {person.number for person in residents()}
    found: list[Person] = []
    while len(found) < 150:  # noqa: PLR2004
        person = families.alone(families.some_day((20, 55)), NEVER)
        if person.number not in taken:
            found += families.settle([person])
    return tuple(found)
