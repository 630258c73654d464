"""Parcels of land, water, forest and minerals for granted systems, and coordinates of the national zones for all.

Register services of 自然资源和空间地理 (Zhengzhou Art. 18, Jilin Art. 26): every answer to a system has its receipt
before the first byte (:mod:`hub.registers.features.asking`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from catalogue import store as catalogue_store
from hub.api.authentication import UnboundSystem
from hub.api.bodies import Body
from hub.exchange.use import Use
from hub.registers.errors import RegisterOffError
from hub.registers.features import asking, zones
from hub.registers.features.store import REGISTER, Wanted
from hub.registers.store import register_row
from hub.services import Hub

if TYPE_CHECKING:
    from hub.exchange.standing import Standing
    from hub.identity.facts import Requester
    from hub.services import Services

router = APIRouter(prefix="/api/v1/features", tags=["agencies"])
public_router = APIRouter(prefix="/api/v1", tags=["citizens"])
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Longitude = Annotated[float, Field(ge=73, le=136, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=3, le=54, allow_inf_nan=False)]
Epsg = Annotated[int, Field(ge=4491, le=4554, description="CGCS2000 分带 EPSG:4491–4554 / a zone of CGCS2000")]


class FeaturesBody(Body):
    """Parcels asked for: at least one of number, box, division narrows the question."""

    purpose: Text = Field(description="用途，与授权一致 / purpose, as granted")
    case_number: str | None = Field(default=None, max_length=200, description="办件编号 / case number")
    number: Text | None = Field(default=None, description="不动产单元号等编号 / number of the parcel")
    box: tuple[Longitude, Latitude, Longitude, Latitude] | None = Field(
        default=None, description="西、南、东、北，CGCS2000 经纬度 / west, south, east, north in degrees"
    )
    division: str | None = Field(default=None, pattern="^[0-9]{2}([0-9]{2}([0-9]{2})?)?$", description="区划代码")
    class_: Literal["land", "water", "forest", "mineral"] | None = Field(default=None, alias="class")
    elements: tuple[Annotated[str, StringConstraints(pattern="^G[0-9]{3}$")], ...] = Field(
        default=(), max_length=30, description="数据元；不填为授权的全部 / elements; all granted without it"
    )
    zone: Epsg | None = Field(default=None, description="图形的分带；不填为 GeoJSON 经纬度 / zone of the shapes")
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=1_000_000)

    def wanted(self) -> Wanted:
        """Return what narrows the question; a city or province stands for all counties in it."""
        division = None if self.division is None else self.division.removesuffix("00").removesuffix("00")
        return Wanted(self.number, self.box, division, self.class_, self.limit, self.offset)


async def _standing(hub: Services, system: Requester) -> Standing:
    """Return what a system may meet at the register of geography (raises :class:`RegisterOffError`)."""
    name = await asyncio.to_thread(_entry_name, hub)
    known = hub.cache.known(name, system.system_id)
    return known if known is not None else await asyncio.to_thread(hub.cache.load, name, system.system_id)


def _entry_name(hub: Services) -> str:
    with hub.database.begin() as unit:
        row = register_row(unit, REGISTER)
        entry = catalogue_store.find_entry(unit, row.entry_id) if row.is_on and row.entry_id is not None else None
    if entry is None:
        raise RegisterOffError
    return entry.name


@router.post("/query", summary="自然资源单元查询 / Parcels by number, box or division")
async def query(body: FeaturesBody, system: UnboundSystem, hub: Hub) -> Response:
    """Return parcels with the granted elements; ``flags`` tell what does not fit, ``withheld`` what law keeps back."""
    shown = asking.Shown(body.elements, None if body.zone is None else zones.zone(body.zone))
    standing = await _standing(hub, system)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await asking.find(use, body.wanted(), shown)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers=headers | dict(answer.headers))


class PlaneBody(Body):
    """A place in a zone: X counts north, Y east; a Y of eight digits names its zone itself."""

    x: float = Field(ge=0, le=10_000_000, allow_inf_nan=False, description="纵坐标 X，米 / northing in metres")
    y: float = Field(ge=0, le=46_000_000, allow_inf_nan=False, description="横坐标 Y，米 / easting in metres")
    zone: Epsg | None = Field(default=None, description="6 位横坐标须写明 / needed for a Y of six digits")


class DegreesBody(Body):
    """A place in degrees of CGCS2000, and the zone wanted."""

    longitude: Longitude
    latitude: Latitude
    zone: Epsg | None = Field(default=None, description="缺省为所在 3 度带（带带号） / its 3-degree zone without it")


@public_router.post("/coordinates/degrees", summary="分带坐标转经纬度 / From a zone to degrees")
def to_degrees(body: PlaneBody) -> dict[str, Any]:
    """Return longitude and latitude, CGCS2000. No other ellipsoid and no local system is transformed."""
    found = zones.zone_of_easting(body.y) if body.zone is None else zones.zone(body.zone)
    longitude, latitude = zones.to_degrees(found, body.x, body.y)
    return {"crs": "EPSG:4490", "longitude": longitude, "latitude": latitude, "from": f"EPSG:{found.epsg}"}


@public_router.post("/coordinates/zone", summary="经纬度转分带坐标 / From degrees to a zone")
def to_zone(body: DegreesBody) -> dict[str, Any]:
    """Return X (north) and Y (east) in metres."""
    found = zones.zone_of_longitude(body.longitude, 3, has_number=True) if body.zone is None else zones.zone(body.zone)
    north, east = zones.to_zone(found, body.longitude, body.latitude)
    return {"crs": f"EPSG:{found.epsg}", "x": north, "y": east, "central_meridian": found.meridian}
