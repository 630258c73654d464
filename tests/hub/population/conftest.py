"""One city with a register of persons: its entry, its persons, an agency with a grant, one without."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from catalogue.identifiers import citizen_check_character
from hub.client import HubProblemError
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.identity.roles import Role
from hub.registers.population.elements import ELEMENTS
from policies.facts import ShareType
from tests.support import acts
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx2

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

REGISTER: Final = "renkou-jichu"
POLICE, OFFICE = "gonganju", "shujuju"
GRANTED, SECOND, STRANGER = "minzhengju", "rensheju", "jiaoyuju"
WALKER = "zhujianju"
"""Granted as SECOND; its grant is suspended by the test of walking numbers, so nothing else rests on it."""
SET_SIZE: Final = 50
"""Persons of a batch over which this city's provider consents first."""
CODES: Final = ("P001", "P002", "P003", "P005", "P009", "P010", "P012", "P015", "P019", "P022", "P023", "P031", "P032")
TELEPHONE: Final = "0399-12345678"
WHY: Final = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
BASE: Final = "/api/v1/population"


def number(born: str, sequence: str, division: str = "410199") -> str:
    """Return a number of the sample prefix with its check character."""
    first17 = division + born + sequence
    return first17 + citizen_check_character(first17)


MOTHER, FATHER = number("19700308", "002"), number("19690101", "003")
CHILD, STEP_PARENT = number("20150601", "005"), number("19720202", "007")
DEAD, RARE, GUARDED, CHANGED = (number("19400101", f"{n:03d}") for n in (1, 3, 5, 7))
OLD: Final = number("19400102", "009")
FOREIGNER: Final = "E12345678"
NOBODY: Final = number("19990909", "003")


@dataclass(slots=True)
class Registry:
    """The register of a hosted city, and ways to ask it."""

    city: HostedCity
    doors: Doors
    persons: dict[str, int] = field(default_factory=dict)

    def ask(self, what: str, body: Mapping[str, Any], member: str = GRANTED) -> httpx2.Response:
        """Ask a service as a system."""
        return self.doors.system(member).post(f"{BASE}/{what}", json={**WHY, **body})

    def verify(self, number: str, name: str, member: str = GRANTED, **more: Any) -> httpx2.Response:
        """Verify a person as a system."""
        return self.ask("verify", {"number": number, "name": name, **more}, member)

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Read or write the database of the hub."""
        with psycopg.connect(self.city.services.database.conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description is not None else []

    def form(self, text: str) -> str:
        """Return a number as it is stored."""
        return self.city.services.numbers.seal(text)

    def add(self, key: str, values: Mapping[str, str], kind: str = "number", **more: Any) -> int:
        """Put a person into the register, as feeding leaves one behind."""
        sealed = {code: self.form(value) if code in {"P001", "P032"} else value for code, value in values.items()}
        [(person,)] = self.rows(
            'INSERT INTO hub.population_subject ("values", doubted, changed, changed_at)'
            " VALUES (%s, %s, 1, now()) RETURNING id",
            json.dumps(sealed),
            more.get("doubted", []),
        )
        self.name(person, key, kind)
        self.rows(
            'INSERT INTO hub.population_claim (subject, source, row, push, event_at, loaded_at, "values")'
            " VALUES (%s, %s, %s, 7, %s, now(), %s)",
            person, self.source(), person, datetime(2020, 1, 2), json.dumps(sealed),  # noqa: DTZ001 - local time
        )  # fmt: skip
        self.persons[key] = int(person)
        return int(person)

    def source(self) -> int:
        """Return the source all persons here come from."""
        found = self.rows("SELECT id FROM hub.register_source WHERE register = 'population'")
        if found:
            return int(found[0][0])
        [(entry,)] = self.rows("SELECT id FROM hub.entry WHERE name = %s", REGISTER)
        [(made,)] = self.rows(
            "INSERT INTO hub.register_source (register, entry_id, key_column, key_kind, items, ranks, kind, is_active,"
            " consumed, set_at) VALUES ('population', %s, 'p001', 'number', '{}', '{\"P002\": 1}', 'record', true, 0,"
            " now()) RETURNING id",
            entry,
        )
        return int(made)

    def name(self, person: int, key: str, kind: str = "number", until: date | None = None) -> None:
        """Give a person another name."""
        self.rows(
            "INSERT INTO hub.population_alias (form, kind, subject, until) VALUES (%s, %s, %s, %s)",
            self.form(key), kind, person, until,
        )  # fmt: skip

    def bond(self, kind: str, one: str, other: str, since: date | None = None) -> None:
        """Bind two persons."""
        self.rows(
            "INSERT INTO hub.population_link (kind, subject, other_register, other, source, push, since, loaded_at)"
            " VALUES (%s, %s, 'population', %s, 1, 1, %s, now())",
            kind, self.persons[one], self.persons[other], since,
        )  # fmt: skip


def _publish(city: HostedCity) -> None:
    template = demo_entry("changzhu-renkou", city.people.today())
    items = tuple(
        replace(
            ELEMENTS[code].to_item(code.lower()),
            share_type=None if ELEMENTS[code].is_base_item else ShareType.CONDITIONAL,
        )
        for code in CODES
    )
    entry = replace(template.entry, name=REGISTER, title="人口基础信息库", items=items, keys=("p001",))
    made = replace(template, entry=entry, stops=(), exemptions=())
    drafted = describe(city.people, made)
    faults = [finding for finding in drafted["findings"] if finding["severity"] == "error"]
    assert not faults, faults
    review(city.people, made)


def _grant(city: HostedCity, member: str, items: Mapping[str, str], modes: list[str]) -> None:
    made = acts.ask_for(city.people, member, REGISTER, items, modes=modes)
    wide = {line["item"]: items[line["item"]] for line in made["lines"] if line.get("answer") is None}
    assessment = acts.assess(city.people, POLICE, REGISTER, wide) if wide else ""
    for item, form in wide.items():
        given = {"cites_law_and_assessment": True, "assessment": assessment} if form == "full" else {}
        with suppress(HubProblemError):  # the rule has answered the line already
            acts.answer(city.people, POLICE, made, item, decision=form, **given)


def _people(registry: Registry) -> None:
    def person(key: str, name: str, **more: str) -> None:
        registry.add(key, {"P001": key, "P002": name, "P003": "2", "P022": "false", **more})

    person(MOTHER, "示例·母", P019="20", P031="13900000000", P012="410199")
    person(FATHER, "示例父", P019="20")
    person(STEP_PARENT, "示例人", P019="10")
    registry.add(CHILD, {"P001": CHILD, "P002": "示例子", "P005": "2015-06-01", "P032": MOTHER}, doubted=["P005"])
    registry.add(DEAD, {"P001": DEAD, "P002": "示例故", "P022": "true", "P023": "2024-02-03"}, doubted=["P023"])
    person(RARE, "示\U00020bb7")
    person(GUARDED, "示例护")
    person(CHANGED, "示例更")
    registry.name(registry.persons[CHANGED], OLD, until=date(2010, 1, 1))
    registry.name(registry.persons[MOTHER], FOREIGNER, kind="414")
    registry.bond("parent", CHILD, MOTHER)
    registry.bond("parent", CHILD, FATHER)
    registry.bond("guardian", CHILD, MOTHER)
    registry.bond("spouse", MOTHER, FATHER, date(2000, 1, 1))
    registry.bond("spouse", RARE, CHANGED, date(1990, 1, 1))
    registry.bond("divorced", CHANGED, RARE, date(2001, 1, 1))


@pytest.fixture(scope="package")
def registry(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Give the register of a hosted city."""
    folder = tmp_path_factory.mktemp("population")
    with hosted_city(server, template, folder, match_approval_persons=SET_SIZE) as city:
        _publish(city)
        modes = ["query", "verify", "batch"]
        _grant(city, GRANTED, {code.lower(): "full" for code in CODES}, modes)
        for member in (SECOND, WALKER):
            _grant(city, member, {"p001": "full", "p002": "masked", "p022": "full"}, modes)
        made = Registry(city, Doors(city))
        made.rows(
            "INSERT INTO hub.register (code, is_on, entry_id, changed_at) SELECT 'population', true, id, now()"
            " FROM hub.entry WHERE name = %s"
            " ON CONFLICT (code) DO UPDATE SET is_on = true, entry_id = excluded.entry_id",
            REGISTER,
        )
        made.doors.staff(OFFICE, Role.SECURITY_ADMIN).put(
            f"{BASE}/keeper", json={"member": POLICE, "telephone": TELEPHONE}
        ).raise_for_status()
        _people(made)
        protect = {"number": GUARDED, "reference": "示护〔2026〕1号"}
        made.doors.staff(POLICE, Role.APPROVER).post(f"{BASE}/protected", json=protect).raise_for_status()
        try:
            yield made
        finally:
            made.doors.close()
