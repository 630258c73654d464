"""Boundaries of divisions: loaded by the operator, compared with what is known, published only when reviewed.

测绘法 Art. 9 (one national system), 37 (important figures only as announced: the area measured here is for checks and
goes nowhere), 38 and 地图管理条例 Art. 15 (a map that is published has a review number, 审图号).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.divisions_model import DivisionNotFoundError, parents_of
from hub.ledger.drafts import ReceiptKind
from hub.registers.divisions import service, shapes_store, store
from hub.registers.divisions.drawing import offset_error, read_boundaries
from hub.registers.divisions.ellipsoid import area_m2
from hub.registers.divisions.errors import BoundaryError, BoundaryNotFoundError, MapNotReviewedError
from hub.registers.divisions.outlines import Comparison, compare
from hub.registers.divisions.shapes_store import StoredShape

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import date

    from catalogue.divisions_model import Division
    from hub.context import Context
    from hub.database import Unit
    from hub.registers.divisions.drawing import Drawn

REVIEW_NUMBER: Final = re.compile(r"[^\x00-\x1f]{0,50}\d[^\x00-\x1f]{0,8}号")
MOST_CHILDREN: Final = 2000


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """A file as the operator gives it: the day from which it is drawn so, its system, its review number."""

    name: str
    data: bytes
    valid_from: date
    crs: str | None = None
    review_number: str | None = None


@dataclass(frozen=True, slots=True)
class BoundariesLoaded:
    """What was loaded; ``renamed`` are divisions called otherwise in the file, ``comparison`` None: nothing known."""

    codes: tuple[str, ...]
    mended: tuple[str, ...]
    renamed: tuple[tuple[str, str, str], ...]
    comparison: Comparison | None


def load_boundaries(context: Context, unit: Unit, by: uuid.UUID, given: BoundaryFile) -> BoundariesLoaded:
    """Load a file of boundaries, whole or not at all.

    Raises:
        OffsetBoundaryError: it is in GCJ-02 or BD-09 by its name, its properties, or its place.
        BoundaryError: it cannot be read; a division is not known on the day; the review number is no such number.
    """
    if given.review_number is not None and REVIEW_NUMBER.fullmatch(given.review_number) is None:
        raise BoundaryError(
            "审图号的写法有误",
            "the review number is not written as one",
            next_zh="例如：豫S〔2025年〕001号",
            next_en="for example 豫S〔2025年〕001号",
        )
    drawn, stated = read_boundaries(given.name, given.data, given.crs)
    divisions = [_division(unit, one, given.valid_from) for one in drawn]
    found = compare(_pairs(unit, drawn, given.valid_from))
    _refuse_shifted(found)
    digest = hashlib.sha256(given.data)
    checked = "none" if found is None else "boundary" if found.is_comparable else "not comparable"
    shapes_store.write(unit, [_stored(context, by, given, one, (stated, checked, digest.hexdigest())) for one in drawn])
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="divisions.boundaries",
        subject_kind="divisions",
        outcome=f"{len(drawn)} boundaries, checked against {checked}",
        file_digest=f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        rows=len(drawn),
        decided_by=by,
    )
    return BoundariesLoaded(
        tuple(one.code for one in drawn),
        tuple(one.code for one in drawn if one.mended),
        tuple(
            (one.code, one.name, known.name)
            for one, known in zip(drawn, divisions, strict=True)
            if one.name and one.name != known.name
        ),
        found,
    )


def _division(unit: Unit, one: Drawn, on: date) -> Division:
    try:
        return service.resolve(unit, one.code, on).division
    except DivisionNotFoundError as error:
        raise BoundaryError(
            f"界线文件不能载入：{error.zh}",
            f"the boundaries cannot be loaded: {error.en}",
            next_zh="先载入行政区划清单（hub divisions load），或核对 --date",
            next_en="load the lists of divisions first (hub divisions load), or check --date",
        ) from error


def _refuse_shifted(found: Comparison | None) -> None:
    if found is None or found.system is None or not found.is_comparable:
        return
    east, north = round(found.east_m), round(found.north_m)
    if found.is_known_shifted:
        raise offset_error(
            found.system,
            f"与已载入的同一区划界线相比，已载入的一方偏移 {-east} 米（东）、{-north} 米（北）",
            f"the boundaries loaded before lie {-east} m east and {-north} m north of these",
        )
    raise offset_error(
        found.system,
        f"与已载入的同一区划界线相比，整体偏移 {east} 米（东）、{north} 米（北）",
        f"they lie {east} m east and {north} m north of the known boundaries of the same divisions",
    )


def _pairs(unit: Unit, drawn: Sequence[Drawn], on: date) -> list[tuple[Any, Any]]:
    """Return known and given outlines of the same places: of the division itself, of its parts, or of the whole."""
    import shapely

    given = {one.code: one.shape for one in drawn}
    known = {code: shapely.from_wkb(one.shape) for code, one in shapes_store.latest(unit, list(given), None).items()}
    pairs = [(known[code], shape) for code, shape in given.items() if code in known]
    for code, shape in given.items():
        parts = None if code in known else _known_parts(unit, code, on)
        if parts is not None:
            pairs.append((parts, shape))
    above = {parent for code in given for parent in parents_of(code)[:1]} - given.keys()
    for parent, one in shapes_store.latest(unit, sorted(above), None).items():
        below = _children(unit, parent, on)
        if below and below <= given.keys():
            pairs.append((shapely.from_wkb(one.shape), shapely.union_all([given[code] for code in below])))
    return pairs


def _children(unit: Unit, code: str, on: date) -> set[str]:
    """Return the codes that together make up a division: those with a code of GB/T 2260, zones lie inside them."""
    found, _ = store.children(unit, code, on, (MOST_CHILDREN, 0))
    return {one.code for one in found if not one.is_collective and one.kind.value == "gb2260"}


def _known_parts(unit: Unit, code: str, on: date) -> Any:  # noqa: ANN401 - a shapely geometry, or None
    import shapely

    below = _children(unit, code, on)
    known = shapes_store.latest(unit, sorted(below), None) if below else {}
    if not below or known.keys() != below:
        return None
    return shapely.union_all([shapely.from_wkb(one.shape) for one in known.values()])


def _stored(
    context: Context, by: uuid.UUID, given: BoundaryFile, one: Drawn, said: tuple[str, str, str]
) -> StoredShape:
    import shapely

    west, south, east, north = one.shape.bounds
    return StoredShape(
        code=one.code,
        valid_from=given.valid_from,
        shape=shapely.to_wkb(one.shape),
        west=west,
        south=south,
        east=east,
        north=north,
        area_m2=area_m2(one.shape),
        stated_system=said[0],
        checked_against=said[1],
        review_number=given.review_number,
        file_name=given.name,
        digest=said[2],
        loaded_at=context.now(),
        loaded_by=by,
    )


def published(unit: Unit, division: Division, on: date) -> str:
    """Return the boundary of a division on a day as a GeoJSON feature, with its review number.

    Raises:
        BoundaryNotFoundError: none is known.
        MapNotReviewedError: it has no review number, and is not published.
    """
    import shapely

    found = shapes_store.latest(unit, [division.code], on).get(division.code)
    if found is None:
        raise BoundaryNotFoundError(division.code)
    if found.review_number is None:
        raise MapNotReviewedError(division.code)
    about = {
        "code": division.code,
        "name": division.name,
        "date": on.isoformat(),
        "drawn_from": found.valid_from.isoformat(),
        "crs": "EPSG:4490",
        "review_number": found.review_number,
    }
    shape = json.loads(shapely.to_geojson(shapely.from_wkb(found.shape)))
    return json.dumps({"type": "Feature", "properties": about, "geometry": shape}, ensure_ascii=False)


def divisions_at(unit: Unit, longitude: float, latitude: float, on: date) -> list[Division]:
    """Return the divisions whose boundary holds a place (CGCS2000 degrees) on a day, the largest first."""
    import shapely

    place = shapely.Point(longitude, latitude)
    found = shapes_store.around(unit, longitude, latitude, on)
    inside = [one for one in found if shapely.covers(shapely.from_wkb(one.shape), place)]
    codes = [one.code for one in sorted(inside, key=lambda one: (-one.area_m2, one.code))]
    holding = {one.code: one for one in store.periods(unit, codes) if one.holds_on(on)}
    return [holding[code] for code in codes if code in holding]
