"""Parcels for granted systems: by number, in a box, in a division, with the granted elements of each.

A grant stands on the entry that describes the register of geography, so decision, quotas and receipts are those of
every use (:mod:`hub.exchange.use`). What is asked by must be granted as what is told. An area that is an important
geographic figure is told only with its announcement (测绘法 Art. 37); the measured one is never told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from hub.exchange.deciding import Question
from hub.exchange.quotas import Charge
from hub.exchange.use import Answer, decided, deliver, quota_headers
from hub.ledger.drafts import ReceiptDraft, ReceiptKind, uuid7
from hub.ledger.receipts import content_digest
from hub.registers.features import elements as codes
from hub.registers.features import store
from hub.registers.features.entry import columns_of
from hub.registers.features.errors import FeatureQueryError
from hub.registers.features.measuring import is_unannounced
from hub.registers.features.rules import PARCEL_KINDS
from hub.registers.features.zones import Zone, shape_in
from policies.facts import Action, Mode, Treatment
from policies.masking import mask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.exchange.use import Permitted, Use
    from hub.ledger.drafts import Given
    from hub.registers.features.store import Feature, Wanted

SURVEY_LAW: Final = "测绘法 第三十七条"


@dataclass(frozen=True, slots=True)
class Shown:
    """Which elements are wanted (none: all granted), and in which zone shapes (None: GeoJSON in degrees)."""

    elements: tuple[str, ...]
    zone: Zone | None = None


async def find(use: Use, wanted: Wanted, shown: Shown) -> Answer:
    """Return a page of parcels; the receipt is durable before this returns.

    Raises:
        FeatureQueryError: nothing narrows the question, or the entry has no item of an element asked for or by.
        ZoneError: a shape does not lie in the zone asked for.
        DeniedError, PendingError, RefusedError, QuotaExceededError: each with its receipt written.
    """
    columns = columns_of(use.standing.resource.entry)
    asked = {code: _column(columns, code) for code in dict.fromkeys(shown.elements)}
    queried = frozenset(_column(columns, code) for code in _asked_by(wanted))
    named = tuple(asked.values()) or None
    question = Question(Action.READ, named, queried, frozenset(), use.purpose, use.case_number)
    found = await decided(use, question, Mode.QUERY)
    items = asked or {code: column for code, column in columns.items() if column in found.permit.columns}
    total, features = await store.find(use.driver, wanted, PARCEL_KINDS)
    forms = {code: found.permit.treatment_of(column) for code, column in items.items()}
    rows = [_row(use, one, (items, forms), shown.zone) for one in features]
    following = wanted.offset + len(rows)
    document = {
        "total": total,
        "returned": len(rows),
        "next": following if following < total else None,
        "crs": "EPSG:4490" if shown.zone is None else f"EPSG:{shown.zone.epsg}",
        "features": rows,
    }
    return await _settled(use, found, document, _told(use, wanted, items, forms, len(rows)))


def _asked_by(wanted: Wanted) -> list[str]:
    """Return the elements a question is asked by."""
    by = [
        (wanted.number, codes.UNIT_NUMBER),
        (wanted.box, codes.SHAPE),
        (wanted.division, codes.COUNTY),
    ]
    found = [code for value, code in by if value is not None]
    if not found:
        raise FeatureQueryError(
            "须写明编号、范围或行政区划之一",
            "name a number, a box or a division",
            next_zh="不提供整库查询；需要整批数据的，请申请相应资源",
            next_en="the register is not given as a whole; ask for the departments' resources instead",
        )
    return [*found, *([codes.CLASS] if wanted.class_ is not None else [])]


def _column(columns: Mapping[str, str], code: str) -> str:
    if code not in columns:
        raise FeatureQueryError(
            f"登记的条目没有数据元 {code}",
            f"the entry of the register has no item of element {code}",
            next_zh="请查看条目的信息项",
            next_en="see the items of the entry",
            facts={"element": code},
        )
    return columns[code]


def _row(
    use: Use, one: Feature, given: tuple[Mapping[str, str], Mapping[str, Treatment]], zone: Zone | None
) -> dict[str, Any]:
    items, forms = given
    values: dict[str, Any] = {}
    withheld = []
    for code, column in items.items():
        value: object = one.values.get(code)
        if code == codes.SHAPE:
            value = _shape(one, zone)
        elif code == codes.AREA and is_unannounced(one.values):
            value = None
            withheld.append({"item": column, "basis": SURVEY_LAW})
        elif forms[code] is Treatment.MASKED:
            item = use.standing.resource.entry.item(column)
            masking = item.masking if item is not None else None
            value = mask(one.values.get(code), masking, "agency", today=use.context.today())
        values[column] = value
    return {
        "number": one.number,
        "kind": one.kind,
        "division": one.division,
        "items": values,
        "withheld": withheld,
        "flags": list(one.flags),
        "under_verification": [column for code, column in items.items() if code in one.doubted],
    }


def _shape(one: Feature, zone: Zone | None) -> object:
    """Return a shape as GeoJSON in degrees, or as text in a zone with the order of its axes."""
    import shapely

    shape = shapely.from_wkb(bytes(one.shape))
    if zone is None:
        return orjson.loads(shapely.to_geojson(shape))
    text = shapely.to_wkt(shape_in(zone, shape), rounding_precision=4)
    return {"crs": f"EPSG:{zone.epsg}", "axes": ["Y (east)", "X (north)"], "wkt": text}


def _told(
    use: Use, wanted: Wanted, items: Mapping[str, str], forms: Mapping[str, Treatment], rows: int
) -> dict[str, Given]:
    writer = use.context.writer
    asked = {"number": wanted.number, "box": wanted.box, "division": wanted.division, "class": wanted.class_}
    masked = [column for code, column in items.items() if forms[code] is Treatment.MASKED]
    return {
        "items_returned": [column for column in items.values() if column not in masked],
        "items_masked": masked,
        "filter_digest": writer.digest({name: str(value) for name, value in asked.items() if value is not None}),
        "rows": rows,
    }


async def _settled(use: Use, found: Permitted, document: Mapping[str, object], told: Mapping[str, Given]) -> Answer:
    """Return an answer whose receipt is durable."""
    resource, draft_id = use.standing.resource, uuid7()
    body = orjson.dumps({"resource": resource.name, **document, "receipt": str(draft_id)})
    digest = content_digest(body)
    fields: dict[str, Given] = found.fields | {
        "resource_version": str(resource.version),
        "response_digest": digest,
        "status": 200,
        "outcome": "delivered",
        **told,
    }
    rows = document["returned"]
    draft = ReceiptDraft(ReceiptKind.QUERY, fields, draft_id, use.context.now())
    found = await deliver(use, found, draft, Charge(1, rows if isinstance(rows, int) else 0), _subjects(document))
    return Answer(body, digest, draft_id, quota_headers(use, found))


def _subjects(document: Mapping[str, object]) -> Sequence[str]:
    rows = document["features"]
    return [str(one["number"]) for one in rows] if isinstance(rows, list) else []
