"""Former names of divisions through time lead the matcher to what they became, as soon as they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.facts import CONSOLE
from hub.registers.addresses.loading import FileKind
from hub.registers.divisions.loading import GivenFile
from hub.registers.divisions.loading import load as load_divisions
from tests.hub.addresses.conftest import load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hub.addresses.conftest import AddressCity

NAMES = "code,name\n41,河南省\n4101,郑州市\n410108,惠济区\n410188,示新县\n410189,示南县\n"
PERIODS = """code,name,valid_from,valid_to
410186,示旧县,1990-01-01,2000-01-01
410187,示分县,1990-01-01,2000-01-01
410188,示新县,2000-01-01,
410189,示南县,2000-01-01,
"""
CHANGES = """old,new,date,kind,share
410186,410188,2000-01-01,recode,
410187,410188,2000-01-01,split,0.5
410187,410189,2000-01-01,split,0.5
"""
TEXTS = ("郑州市示旧县", "郑州市示分县")


def test_a_former_name_leads_to_its_one_successor_and_a_split_one_nowhere(
    addresses: AddressCity, tmp_path: Path
) -> None:
    load(addresses.city, tmp_path, FileKind.DIVISIONS, NAMES)
    before = [one.get("division") for one in addresses.match(*TEXTS)]
    context = addresses.city.services.context
    with addresses.city.services.database.begin() as unit:
        files = [GivenFile("periods.csv", PERIODS.encode()), GivenFile("changes.csv", CHANGES.encode())]
        load_divisions(context, unit, CONSOLE.id, files)
    assert before == ["410100000000", "410100000000"]
    assert [one.get("division") for one in addresses.match(*TEXTS)] == ["410188000000", "410100000000"]
