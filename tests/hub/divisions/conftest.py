"""One hub for the tests of divisions: a few lists of invented and shipped places, and boundaries of squares."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.facts import CONSOLE
from hub.registers.divisions.loading import GivenFile, load
from hub.registers.divisions.shapes import BoundaryFile, load_boundaries
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.conftest import Server

REVISIONS = """source,revision,code,name
stats,202012,410000,河南省
stats,202012,410100,郑州市
stats,202012,410105,金水区
stats,202012,410108,惠济区
stats,202012,410111,示例县
stats,202112,410000,河南省
stats,202112,410100,郑州市
stats,202112,410105,金水区
stats,202112,410108,惠济区
stats,202112,410118,示例区
"""
CHANGES = """old,new,date,kind,share
410105,410105,2022-06-01,split,0.6
410105,410119,2022-06-01,split,0.4
"""
LATER = "code,name,valid_from\n410119,示例新区,2022-06-01\n"
DRAWN = date(2021, 12, 31)
REVIEWED = "豫S〔2021年〕001号"


def squares(shift: tuple[float, float] = (0.0, 0.0), **places: tuple[float, float]) -> bytes:
    """Return squares of a tenth of a degree, each at its south-west corner, as boundaries; shifted all alike."""

    def ring(west: float, south: float) -> list[list[float]]:
        x, y = west + shift[0], south + shift[1]
        return [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]

    features = [
        {
            "type": "Feature",
            "properties": {"code": name[1:]},
            "geometry": {"type": "Polygon", "coordinates": [ring(*place)]},
        }
        for name, place in places.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Serve a hub with divisions and two boundaries, one of them reviewed."""
    with hosted_city(server, template, tmp_path_factory.mktemp("divisions")) as hosted:
        context = hosted.services.context
        files = [("revisions.csv", REVISIONS), ("changes.csv", CHANGES), ("later.csv", LATER)]
        with hosted.services.database.begin() as unit:
            load(context, unit, CONSOLE.id, [GivenFile(name, text.encode()) for name, text in files])
            reviewed = BoundaryFile("a.geojson", squares(c410108=(113.5, 34.8)), DRAWN, "EPSG:4490", REVIEWED)
            load_boundaries(context, unit, CONSOLE.id, reviewed)
            closed = BoundaryFile("b.geojson", squares(c410105=(113.7, 34.8)), DRAWN, "EPSG:4490")
            load_boundaries(context, unit, CONSOLE.id, closed)
        yield hosted


@pytest.fixture(scope="package")
def public(city: HostedCity) -> Iterator[httpx2.Client]:
    """Give a client without credentials."""
    doors = Doors(city)
    yield doors.public()
    doors.close()


def answer(public: httpx2.Client, path: str, **params: Any) -> dict[str, Any]:
    """Return what the public is told."""
    got = public.get(f"/api/v1/{path}", params=params)
    assert got.status_code == 200, got.text
    return dict(got.json())
