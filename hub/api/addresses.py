"""Standard addresses over HTTP: match texts, look up points, read addresses and place names (地名管理条例 Art. 15, 21).

Base-database service 地址标准化/匹配. Down to the door plate it is open data, without login; what lies below is
answered to systems whose grant names it, with a receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from catalogue.addresses import OPEN_LEVEL, Outcome
from catalogue.addresses_reading import PLACE_KINDS
from catalogue.addresses_scoring import Rules
from catalogue.addresses_standard import CRS
from hub.api.authentication import CurrentSystem
from hub.api.bodies import Body
from hub.exchange.use import Use
from hub.registers.addresses import names_store, reading_store
from hub.registers.addresses.errors import AddressNotFoundError
from hub.registers.addresses.granted import match_granted
from hub.registers.addresses.matching import (
    FARTHEST_METRES,
    LONGEST_TEXT,
    MOST_TEXTS,
    Asked,
    Book,
    checked_point,
    match_texts,
    nearest,
    shown,
    within_of,
)
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.registers.addresses.reading_store import Stored
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["citizens"])
exchange = APIRouter(prefix="/api/v1/exchange", tags=["agencies"])
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]
Within = Annotated[
    str | None,
    Field(
        max_length=12,
        description="地址所在的区划代码；不填为本市，空字符串为不限 / division the addresses lie in; unset: this city",
    ),
]


class MatchBody(Body):
    """Addresses to match, at most 1,000 a call."""

    addresses: Annotated[list[Text], Field(min_length=1, max_length=MOST_TEXTS)]
    within: Within = None


class GrantedMatchBody(MatchBody):
    """The same with the purpose of a granted system."""

    purpose: Annotated[str, Field(min_length=1, max_length=200)]
    case_number: str | None = Field(default=None, max_length=200)


class PointBody(Body):
    """A point: longitude, latitude, and the name of its coordinate system, which must be CGCS2000."""

    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    crs: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5
    offset: Annotated[int, Field(ge=0, le=5000)] = 0


def _asked(hub: Services, within: str | None) -> Asked:
    return Asked(within_of(within, hub.settings.division_code), Rules(hub.settings.address_least_score))


@router.post("/addresses/match", summary="地址匹配 / Match addresses")
def match(body: MatchBody, hub: Hub) -> dict[str, Any]:
    """Answer each address in its order: level reached, score, identifier, point; or that none fits, or several do.

    Answers go down to the door plate; ``unread`` tells what of a text was not needed or not known.
    """
    asked = _asked(hub, body.within)
    with hub.database.begin() as unit:
        matches = match_texts(unit, hub.addresses.of_public(hub.context, unit), body.addresses, asked)
    return {
        "total": len(body.addresses),
        "returned": len(matches),
        "next": None,
        "limit": MOST_TEXTS,
        "matched": sum(one.outcome is Outcome.MATCHED for one in matches),
        "least_score": asked.rules.least_score,
        "deepest_level": asked.deepest.word,
        "results": [shown(one) for one in matches],
    }


@router.post("/addresses/reverse", summary="按坐标反查地址 / The addresses at a point")
def reverse(body: PointBody, hub: Hub) -> dict[str, Any]:
    """Answer the nearest open addresses within 500 m, with their distance. The point must be in CGCS2000.

    At most 5,000 are counted, the nearest.
    """
    checked_point(body.longitude, body.latitude, body.crs)
    with hub.database.begin() as unit:
        hidden = hub.addresses.hidden_from_public(hub.context, unit)
        found = nearest(unit, body.longitude, body.latitude, hidden)
    end = body.offset + body.limit
    near = found[body.offset : end]
    return {
        "total": len(found),
        "returned": len(near),
        "next": end if end < len(found) else None,
        "within_metres": FARTHEST_METRES,
        "crs": CRS,
        "results": [{**_body(one.address), "metres": round(one.metres, 1)} for one in near],
    }


@router.get("/addresses/{address_id}", summary="一个标准地址 / One standard address")
def read(address_id: Annotated[str, Path(max_length=64)], hub: Hub) -> dict[str, Any]:
    """Answer an address down to its door plate, with its former names, its end, its source."""
    with hub.database.begin() as unit:
        hidden = hub.addresses.hidden_from_public(hub.context, unit)
        known = reading_store.by_ids(unit, [address_id], hidden) if "\x00" not in address_id else {}
    found = known.get(address_id)
    if found is None or found.level > OPEN_LEVEL:
        raise AddressNotFoundError(
            "没有这个标识的公开地址",
            "there is no open address of this identifier",
            next_zh="请核对标识；门牌号以下的地址须经授权查询。",
            next_en="Check the identifier; addresses below the door plate are answered on a grant.",
        )
    return _body(found)


@router.get("/place-names", summary="标准地名 / Standard place names")
def place_names(
    hub: Hub,
    name: Annotated[
        str | None, Query(min_length=1, max_length=100, pattern="^[^\x00]+$", description="标准地名或曾用名 / name")
    ] = None,
    after: Annotated[
        str | None, Query(max_length=64, pattern="^[^\x00]*$", description="上一页的 next / next of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Answer place names, all or those of a name now or formerly borne, with approval, filing and announcement."""
    with hub.database.begin() as unit:
        hidden = hub.addresses.hidden_from_public(hub.context, unit)
        total, found, following = names_store.names_like(unit, name, (after, limit), hidden)
    return {
        "total": total,
        "returned": len(found),
        "next": following,
        "names": [_name_body(one) for one in found],
    }


@exchange.post("/{name}/addresses/match", summary="按授权匹配到室 / Match down to the room as granted")
async def match_to_room(name: str, body: GrantedMatchBody, system: CurrentSystem, hub: Hub) -> Response:
    """Answer as deep as the grant on the register's entry allows; the receipt is durable before the first byte."""
    standing = hub.cache.known(name, system.system_id)
    if standing is None:
        standing = await run_in_threadpool(hub.cache.load, name, system.system_id)
    asked, book = _asked(hub, body.within), await run_in_threadpool(_book, hub)
    async with hub.database.connection() as driver:
        use = Use(hub.context, driver, system, standing, body.purpose, body.case_number)
        answer = await match_granted(use, book, body.addresses, asked)
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers={**headers, **answer.headers})


def _book(hub: Services) -> Book:
    with hub.database.begin() as unit:
        return hub.addresses.of_granted(hub.context, unit)


def _body(one: Stored) -> dict[str, Any]:
    point = {"longitude": one.longitude, "latitude": one.latitude, "crs": CRS} if one.longitude is not None else None
    return {
        "id": one.id,
        "parent": one.parent,
        "level": one.level.word,
        "name": one.name,
        "full_text": one.full_text,
        "division": one.division12,
        "point": point,
        "valid_to": one.valid_to,
        "main_id": one.main_id,
        "former_names": list(one.aliases),
        "source": {"name": one.source, "row": one.row},
    }


def _name_body(one: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in one.items() if key not in {"source", "row", "division12", "others"}}
    return told | {"division": one["division12"], "kind_name": PLACE_KINDS[one["kind"] - 1]}
