"""The samples of a grant on the entry of a register call the service that answers for it, and no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.hub.population.conftest import GRANTED

if TYPE_CHECKING:
    from tests.hub.population.conftest import Registry


def samples_of(registry: Registry) -> dict[str, Any]:
    """Return the samples of the agency's grant, as its own staff gets them."""
    user = registry.city.people.person(GRANTED, Role.AGENCY_USER)
    entry = registry.rows("SELECT entry_id FROM hub.register WHERE code = 'population'")[0][0]
    given = registry.rows(
        'SELECT id FROM hub."grant" WHERE entry_id = %s AND system_id = %s',
        entry,
        registry.city.people.registered[GRANTED].system_id,
    )
    shown: dict[str, Any] = user.call("GET", f"/api/v1/grants/{given[0][0]}/samples")["samples"]
    return shown


@pytest.mark.parametrize("name", ["curl", "python", "java"])
def test_a_sample_verifies_a_person_at_the_register(name: str, registry: Registry) -> None:
    text = samples_of(registry)[name]["text"]
    assert ("/api/v1/population/verify" in text, "/api/v1/exchange/" in text) == (True, False)
    assert all(word in text for word in ("number", "name", "purpose", "case_number"))


def test_no_sample_loads_rows_of_a_register_into_a_table(registry: Registry) -> None:
    assert "sql" not in samples_of(registry)
