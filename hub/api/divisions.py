"""Divisions through time, for everybody: what a code named on a day, what lies below it, what became of it.

Base-database service 区划服务 (Zhengzhou Art. 18, Jilin Art. 26): open, without login; nothing here is of a person.
"""

from __future__ import annotations

from datetime import date as day_type
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from catalogue.divisions_model import Level, NoteKind, period_facts
from catalogue.divisions_rebase import Figure
from hub.api.bodies import Body
from hub.api.directory_metadata import paged
from hub.registers.divisions import service, shapes, store
from hub.services import Hub

if TYPE_CHECKING:
    from catalogue.divisions_model import Change, Division, Note
    from catalogue.divisions_rebase import Rebased
    from catalogue.divisions_through_time import Successor

router = APIRouter(prefix="/api/v1", tags=["citizens"])
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Code = Annotated[
    str, Path(pattern="^[0-9]{2,12}$", description="2、4、6、9 或 12 位代码 / code of 2, 4, 6, 9 or 12 digits")
]
Day = Annotated[day_type | None, Query(alias="date", description="日期，缺省为今天 / the day; today without it")]
LEVELS = {
    Level.PROVINCE: ("省级", "province"),
    Level.CITY: ("地级", "city"),
    Level.COUNTY: ("县级", "county"),
    Level.TOWN: ("乡级", "town"),
    Level.VILLAGE: ("村级", "village"),
}
MOST_FIGURES = 20_000


def division_body(one: Division) -> dict[str, Any]:
    """Return a period of a division as JSON."""
    level, level_en = LEVELS[one.level]
    return {
        **period_facts(one),
        "level": int(one.level),
        "level_name": level,
        "level_name_en": level_en,
        "parent": one.parent,
        "kind": one.kind.value,
        "is_collective": one.is_collective,
        "source": one.source,
        "dating": one.dating.value,
    }


def _change_body(one: Change) -> dict[str, Any]:
    return {
        "old": one.old,
        "new": one.new,
        "date": one.on.isoformat(),
        "kind": one.kind.value,
        "share": None if one.share is None else str(one.share),
        "method": one.method.value,
        "inferred": one.is_inferred,
        "source": one.source,
    }


def _note_body(one: Note) -> dict[str, Any]:
    return {"code": one.code, "date": one.on.isoformat(), "kind": one.kind.value, "text": one.zh, "text_en": one.en}


def successor_body(one: Successor, names: dict[str, str]) -> dict[str, Any]:
    """Return what a division became as JSON."""
    return {
        "code": one.code,
        "name": names.get(one.code),
        "share": None if one.share is None else str(one.share),
        "ended": one.ended,
        "estimate": one.is_estimate,
        "inferred": one.is_inferred,
        "steps": [_change_body(step) for step in one.steps],
    }


@router.get("/divisions", summary="检索行政区划 / Search divisions")
def find_divisions(
    hub: Hub,
    q: Annotated[str, Query(max_length=100, description="名称中的文字；不填列出省级 / part of the name")] = "",
    date: Day = None,
    level: Annotated[Literal[2, 4, 6, 9, 12] | None, Query(description="层级 / level")] = None,
    *,
    ever: Annotated[bool, Query(description="包括已废止的 / of all times")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Find divisions by name on a day, or of all times (``ever``); without ``q`` the provinces are listed."""
    on = date or hub.context.today()
    window = (limit, offset)
    with hub.database.begin() as unit:
        if q.strip():
            wanted = None if level is None else Level(level)
            found, total = store.named(unit, q.strip(), None if ever else on, wanted, window)
        else:
            found, total = store.children(unit, None, on, window)
    shown = [division_body(one) for one in found]
    return {"date": None if ever else on.isoformat(), **paged("divisions", shown, total, window)}


@router.get("/divisions/{code}", summary="某日的行政区划 / A division on a day")
def show_division(hub: Hub, code: Code, date: Day = None) -> dict[str, Any]:
    """Tell what a code named on a day, and what lies above it.

    ``dating`` says how well the days are known; ``notes`` tell slips of lists and differences between sources.
    """
    on = date or hub.context.today()
    with hub.database.begin() as unit:
        found = service.resolve(unit, service.full_code(code), on)
    return {
        "date": on.isoformat(),
        **division_body(found.division),
        "is_dated": found.is_dated,
        "above": [{"code": one.code, "name": one.name} for one in found.above],
        "notes": [_note_body(one) for one in found.notes],
    }


@router.get("/divisions/{code}/children", summary="下级行政区划 / Divisions below")
def list_children(hub: Hub, code: Code, date: Day = None, limit: Limit = 200, offset: Offset = 0) -> dict[str, Any]:
    """List the divisions right below one on a day, by code."""
    on, full = date or hub.context.today(), service.full_code(code)
    with hub.database.begin() as unit:
        service.resolve(unit, full, on)
        found, total = store.children(unit, full, on, (limit, offset))
    return {"date": on.isoformat(), **paged("divisions", [division_body(one) for one in found], total, (limit, offset))}


@router.get("/divisions/{code}/history", summary="代码沿革 / History of a code")
def show_history(hub: Hub, code: Code) -> dict[str, Any]:
    """Tell what a code named through time, and the changes it took part in; inferred ones are marked."""
    with hub.database.begin() as unit:
        periods, changes, notes = service.history(unit, service.full_code(code))
    return {
        "code": service.full_code(code),
        "periods": [division_body(one) for one in periods],
        "changes": [_change_body(one) for one in changes],
        "notes": [_note_body(one) for one in notes],
    }


@router.get("/divisions/{code}/successors", summary="现行代码 / What it is now")
def show_successors(
    hub: Hub,
    code: Code,
    date: Annotated[
        day_type | None, Query(description="该代码指称此地的某日，缺省为最后有效时 / a day on which it meant the place")
    ] = None,
) -> dict[str, Any]:
    """Follow a division to the present: itself, its successor, or several after a split.

    ``ended`` marks a trail that ends because no source says what became of it.
    """
    full = service.full_code(code)
    with hub.database.begin() as unit:
        found = service.successors(unit, full, date)
    shown = [successor_body(one, found.names) for one in found.successors]
    return {"code": full, "total": len(shown), "returned": len(shown), "next": None, "successors": shown}


@router.get(
    "/divisions/{code}/boundary", summary="行政区域界线 / Boundary", response_class=Response, response_model=None
)
def show_boundary(hub: Hub, code: Code, date: Day = None) -> Response:
    """Return the boundary on a day as a GeoJSON feature, CGCS2000; only where it has a review number (审图号)."""
    on, full = date or hub.context.today(), service.full_code(code)
    with hub.database.begin() as unit:
        text = shapes.published(unit, service.resolve(unit, full, on).division, on)
    return Response(text, media_type="application/geo+json")


@router.get("/division-notes", summary="清单的疏误与差异 / Slips and differences of lists")
def list_notes(hub: Hub, kind: NoteKind | None = None, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """List what is told of the lists: slips, differences between sources, codes that went and came back."""
    with hub.database.begin() as unit:
        found, total = store.notes(unit, kind, (limit, offset))
    return paged("notes", [_note_body(one) for one in found], total, (limit, offset))


@router.get("/division-at", summary="某点所在的行政区划 / Divisions that hold a place")
def divisions_at(
    hub: Hub,
    lon: Annotated[float, Query(ge=73, le=136, description="经度，CGCS2000 / longitude")],
    lat: Annotated[float, Query(ge=3, le=54, description="纬度，CGCS2000 / latitude")],
    date: Day = None,
) -> dict[str, Any]:
    """List the divisions whose boundary holds a place on a day, the largest first; none where no boundary is known."""
    on = date or hub.context.today()
    with hub.database.begin() as unit:
        found = shapes.divisions_at(unit, lon, lat, on)
    return {"date": on.isoformat(), **paged("divisions", [division_body(one) for one in found], len(found), (100, 0))}


class FigureBody(Body):
    """A figure of a series; ``value`` as text keeps its digits."""

    code: str = Field(pattern="^[0-9]{2,12}$")
    year: int = Field(ge=1980, le=2200)
    value: Decimal | None = Field(default=None, max_digits=30, description="数值，缺失留空 / the value")


class RebaseBody(Body):
    """A series to be brought to the divisions of a year. Only figures that may be added: never rates or indices."""

    target_year: int = Field(ge=1980, le=2200)
    figures: tuple[FigureBody, ...] = Field(min_length=1, max_length=MOST_FIGURES)


@router.post("/divisions/rebase", summary="把数列换算到某年的区划 / Rebase a series")
def rebase_series(hub: Hub, body: RebaseBody) -> dict[str, Any]:
    """Sum figures by successor; parts of splits are marked as estimates, nothing is lost: see ``not_placed``."""
    figures = [Figure(service.full_code(one.code), one.year, one.value) for one in body.figures]
    with hub.database.begin() as unit:
        found = service.rebase(unit, figures, body.target_year)
    return rebased_body(found)


def rebased_body(found: Rebased) -> dict[str, Any]:
    """Return a rebased series as JSON; figures as text, so that no digit is lost."""
    return {
        "target_year": found.target_year,
        "total": len(found.figures),
        "returned": len(found.figures),
        "next": None,
        "figures": [
            {
                "code": one.code,
                "year": one.year,
                "value": None if one.value is None else format(one.value, "f"),
                "estimate": one.is_estimate,
                "inferred": one.is_inferred,
                "sources": one.sources,
                "missing": one.missing,
            }
            for one in found.figures
        ],
        "not_placed": [
            {
                "code": one.code,
                "year": one.year,
                "value": None if one.value is None else format(one.value, "f"),
                "reason": one.reason,
                "steps": [_change_body(step) for step in one.steps],
            }
            for one in found.not_placed
        ],
        "totals": [
            {"year": year, "before": format(before, "f"), "after": format(after, "f"), "not_placed": format(left, "f")}
            for year, (before, after, left) in found.totals.items()
        ],
    }
