"""A department's resource feeds the register: each push updates it, what is no longer named gets an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalogue.addresses import Level
from hub.registers.addresses import reading_store
from hub.registers.addresses.following import sweep, take
from hub.registers.addresses.loading import FileKind, Loaded
from tests.support import acts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.addresses.conftest import AddressCity

DIVISIONS, ADDRESSES = "xingzheng-quhua", "biaozhun-dizhi"


@pytest.fixture(scope="module")
def fed(addresses: AddressCity, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loaded]:
    """Push divisions and addresses of the demo city and take them."""
    folder: Path = tmp_path_factory.mktemp("fed")
    services, taken = addresses.city.services, {}
    for name in (DIVISIONS, ADDRESSES):
        acts.publish_and_supply(addresses.city.people, name, folder)
        with services.database.begin() as unit:
            loaded = take(services.context, unit, name)
        assert loaded is not None
        taken[name] = loaded
    return taken


def test_elements_tell_what_a_resource_holds(fed: dict[str, Loaded]) -> None:
    assert {name: one.kind for name, one in fed.items()} == {
        DIVISIONS: FileKind.DIVISIONS,
        ADDRESSES: FileKind.ADDRESSES,
    }


def test_every_row_of_a_department_is_taken_or_told(fed: dict[str, Loaded]) -> None:
    one = fed[ADDRESSES]
    assert one.taken > 100
    assert one.read == one.taken + sum(one.refused.values())


def test_an_address_of_a_department_is_matched(addresses: AddressCity, fed: dict[str, Loaded]) -> None:
    with addresses.city.services.database.begin() as unit:
        one = reading_store.by_ids(unit, ["DZ000001"])["DZ000001"]
    (found,) = addresses.match(one.full_text)
    assert (found["id"], one.source, one.level) == ("DZ000001", ADDRESSES, Level.DOOR)


def test_a_version_is_taken_once(addresses: AddressCity, fed: dict[str, Loaded]) -> None:
    services = addresses.city.services
    with services.database.begin() as unit:
        again = take(services.context, unit, ADDRESSES)
    assert (again, sweep(services.context, services.database)) == (None, 0)
