"""Persons and bodies of the invented city keep their division in a demo; a real city's registers refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.registers.kit import city_of, number_of

if TYPE_CHECKING:
    from pathlib import Path

    from hub.database import Database

PERSON = number_of(7)


def refused(database: Database, folder: Path, *, demo: bool) -> tuple[str | None, list[tuple[str, str]]]:
    """Feed one person of the invented east district; return the division held, and what was refused."""
    with city_of(database, folder, demo=demo) as city:
        city.found("gongan", "示例市公安局", ("P001", "P002", "P012"))
        city.name("gongan")
        city.push("gongan", [{"p001": PERSON, "p002": "王芳", "p012": "410191001001", "changed": None}])
        city.feed()
        lines = city.all("SELECT rule, elements FROM hub.register_refusal WHERE settled_push IS NULL")
        return city.values(PERSON).get("P012"), [(rule, ",".join(codes)) for rule, codes in lines]


@pytest.mark.parametrize(
    ("demo", "expected"),
    [(True, ("410191001001", [])), (False, (None, [("register.value_wrong", "P012")]))],
)
def test_a_division_of_the_invented_city_is_taken_in_a_demo_alone(
    database: Database, tmp_path: Path, *, demo: bool, expected: tuple[str | None, list[tuple[str, str]]]
) -> None:
    assert refused(database, tmp_path, demo=demo) == expected
