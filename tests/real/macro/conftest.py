"""The real tables of the economy, loaded once for the tests of this folder, in the order of their vintages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import sqlalchemy as sa

from hub.cli_admin import console_context
from hub.registers.macro.loading import LoadReport, define_indicators, load_file, read_toml
from hub.registers.tables import register
from hub.settings import Settings
from policies.decision import Permit, decide
from policies.facts import (
    Action,
    DecisionRequest,
    ItemFacts,
    OpenType,
    Requester,
    RequesterKind,
    ResourceFacts,
    ResourceKind,
    Sensitivity,
    ShareType,
)
from policies.packs import load_pack
from tests.conftest import lent_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.context import Context
    from hub.database import Database
    from tests.conftest import Server

HERE = Path(__file__).resolve().parent
ECONOMY = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "economy"
FILES = (
    "nbs_gdp_by_province_1993_2017.csv",
    "nbs_gdp_major_cities_2015_2019.xls",
    "nbs_gdp_by_province_2006_2024.csv",
    "national_accounts_2015_2024.csv",
    "nbs_population_by_province_2015_2024.csv",
    "nbs_population_sample_by_province_2006_2025.csv",
    "ceic_population.csv",
    "nbs_population_national_2006_2024.xls",
    "nbs_private_employment_by_province.csv",
    "nbs_energy_2015_2024.xls",
    "nbs_waste_gas_2006_2024.xls",
    "nbs_shanghai_city_indicators_2000_2019.csv",
    "cpi_monthly_1987_2024.xls",
    "air_quality_daily_zhengzhou_2013_2017.csv",
    "sdmx/ecb_exr_1_m.usd.eur.sp00.a.xml",
    "macro_long_derived.csv",
)
"""The files that hold figures; the two lists of holidays and the SDMX structure hold none."""


def mapping_of(name: str) -> Path:
    """Return the mapping of a file."""
    return HERE / "mappings" / f"{Path(name).name.rpartition('.')[0]}.toml"


def _permit() -> Permit:
    """Return the public's permit on an open entry of one item: what the stores ask for."""
    item = ItemFacts("数值", "m008", Sensitivity.PUB, ShareType.UNCONDITIONAL, OpenType.UNCONDITIONAL)
    facts = ResourceFacts(
        id="00000000-0000-7000-8000-000000000000", name="hongguan-jingji", provider_id="0",
        kind=ResourceKind.AGGREGATE, pack="national", items=(item,), published=True,
    )  # fmt: skip
    request = DecisionRequest(
        requester=Requester(RequesterKind.PUBLIC), action=Action.READ, items=None, now=datetime(2026, 6, 1, tzinfo=UTC)
    )
    found = decide(request, facts, None, load_pack("national"))
    assert isinstance(found, Permit)
    return found


@dataclass(frozen=True)
class Economy:
    """A hub's database with the real tables in it, and what each load came to."""

    database: Database
    context: Context
    reports: dict[str, LoadReport]


def switch_on(database: Database, context: Context) -> None:
    """Switch the database on, as the data authority does."""
    with database.begin() as unit:
        unit.connection.execute(sa.delete(register).where(register.c.code == "macro_economy"))
        unit.connection.execute(sa.insert(register).values(code="macro_economy", is_on=True, changed_at=context.now()))


PERMIT: Final = _permit()


@pytest.fixture(scope="package")
def economy(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Economy]:
    """Load every real table once."""
    if not ECONOMY.is_dir():
        pytest.skip("the real tables are not beside the project")
    with lent_database(server, template) as database:
        context = console_context(Settings(data_dir=tmp_path_factory.mktemp("macro"), demo=True), database)
        switch_on(database, context)
        with database.begin() as unit:
            define_indicators(context, unit, read_toml(HERE / "indicators.toml"))
        reports = {}
        for name in FILES:
            with database.begin() as unit:
                reports[name] = load_file(context, unit, ECONOMY / name, read_toml(mapping_of(name)))
        yield Economy(database, context, reports)
