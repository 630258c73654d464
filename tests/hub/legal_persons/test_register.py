"""The register of bodies as it is kept: flags, names, conversions, refused rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.registers import sources_store
from hub.registers.legal_persons import store
from hub.registers.legal_persons.codes import KINDS
from hub.registers.store import find
from tests.hub.legal_persons.conftest import CLUB, COLUMNS, FIRM, FIRMS, REGISTER, REGISTRAR, TWIN, feed, push

if TYPE_CHECKING:
    from tests.support.hosted import Doors, HostedCity


def flags(city: HostedCity) -> set[tuple[str, str]]:
    """Return (code, rule) of every flag."""
    with city.services.database.begin() as unit:
        found, total = store.flagged(unit, None, 0, 1000)
        assert total == len(found)
    return {(one.code, one.rule) for one in found}


def test_two_bodies_of_one_registrar_and_one_name_are_flagged(city: HostedCity) -> None:
    assert {(FIRM, "legal_person.name_taken"), (TWIN, "legal_person.name_taken")} <= flags(city)


def test_a_suspension_of_more_than_three_years_is_flagged(city: HostedCity) -> None:
    assert (CLUB, "legal_person.suspension") in flags(city)


def test_a_row_without_code_or_number_is_on_the_refused_list(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        known = {source.entry_name: source.id for source in sources_store.sources(unit, REGISTER)}
        refused, total = sources_store.refused(unit, known["lao-danwei"])
    assert (total, [one.rule for one in refused]) == (1, ["legal_person.registration_number"])


def test_everything_is_counted(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        counts = store.counts(unit)
    assert (counts["subjects"], counts["alias.credit_code"], counts["link.representative"]) == (9, 8, 2)


def test_a_new_name_keeps_the_former_one_and_frees_the_name(city: HostedCity, doors: Doors) -> None:
    changed = [{**row, "L002": "示例市新禾科技有限公司"} if row["L001"] == TWIN else row for row in FIRMS]
    try:
        push(city, REGISTRAR, "gongshang-danwei", [*COLUMNS], changed)
        feed(city)
        body = doors.public().get(f"/api/v1/legal-persons/{TWIN}").json()
        assert [one["name"] for one in body["former_names"]] == ["示例市青禾科技有限公司"]
        assert not {(FIRM, "legal_person.name_taken"), (TWIN, "legal_person.name_taken")} & flags(city)
    finally:
        push(city, REGISTRAR, "gongshang-danwei", [*COLUMNS], FIRMS)
        feed(city)


def test_codes_in_other_forms_name_one_subject(city: HostedCity) -> None:
    with city.services.database.begin() as unit:
        found = find(unit, REGISTER, [FIRM, FIRM[8:17], "410199100012345"], KINDS)
    assert len(set(found.values())) == 1
    assert len(found) == 3
