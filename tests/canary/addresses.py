"""Every address of the hub, from its own table of routes, the parameters filled with what really exists in the city."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from hub.open.ckan.ids import resource_id
from tests.canary.birds import NUMBER, PLANTED
from tests.support.acts import BUS_STOPS, COMPANIES, MARRIAGES, RESIDENTS
from tests.threats.test_threats_routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.canary.aviary import Aviary

NAMES: Final = (RESIDENTS, MARRIAGES, COMPANIES, BUS_STOPS)
TABLES: Final[Mapping[str, str]] = {
    "request_id": '"request"',
    "grant_id": '"grant"',
    "push_id": "push",
    "system_id": "system",
    "exemption_id": "exemption",
    "claim_id": "trade_secret_claim",
    "assessment_id": "privacy_assessment",
    "consultation_id": "consultation",
    "override_id": "public_interest_override",
    "correction_id": "correction",
    "delay_id": "access_delay",
    "complaint_id": "own_complaint",
    "finding_id": "privacy_finding",
    "endpoint_id": "relay_endpoint",
    "job_id": "relay_job",
    "subscription_id": "subscription",
    "webhook_id": "webhook",
    "application_id": "application",
    "dispute_id": "dispute",
    "notice_id": "notice",
    "clock_id": "clock",
    "extension_id": "extension_ask",
    "upload_id": "upload",
    "pull_id": "pull",
}
"""Which table has the ids of a parameter; one that is not here is tried with an id of every table."""
PAIRS: Final[Mapping[tuple[str, str], str]] = {
    ("request_id", "line_id"): "SELECT request_id, id FROM hub.request_line ORDER BY id",
    ("application_id", "line_id"): "SELECT id, id FROM hub.application",
    (
        "correction_id",
        "file_id",
    ): "SELECT r.correction_id, e.id FROM hub.correction_evidence e JOIN hub.correction_report r ON r.id = e.report_id",
}
FORMATS: Final = ("csv", "excel", "gb18030", "json", "ndjson")
ENDS_A_SESSION: Final = ("/logout", "/sessions/current")
MOST: Final = 2
MANY: Final = 24
NOBODY: Final = "00000000-0000-0000-0000-000000000000"


def fillings(aviary: Aviary) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the values that parameters of paths can take, alone or in pairs."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {
        ("name",): [(name,) for name in NAMES],
        ("dataset",): [(RESIDENTS,), (MARRIAGES,)],
        ("code",): [("1",), ("P001",)],
        ("slug",): [("minzhengju",), ("not-found",)],
        ("login",): [("minzhengju.clerk",)],
        ("year",): [("2027",)],
        ("kind",): [("phone",)],
        ("audience",): [("agencies",)],
        ("path",): [("000",), ("0/000",), ("000.p/1",)],
        ("number",): [("1",), ("2",)],
        ("version",): [("1",)],
        ("line",): [("2",)],
        ("word",): [("withdraw",), ("release",)],
        ("step",): [("pause",), ("remove",)],
    }
    for parameter, table in TABLES.items():
        rows = aviary.rows(f"SELECT id FROM hub.{table} ORDER BY id LIMIT {MOST}")
        found[parameter,] = [(str(row[0]),) for row in rows] or [(NOBODY,)]
    for pair, statement in PAIRS.items():
        rows = aviary.rows(f"{statement} LIMIT {MOST}")
        found[pair] = [(str(one), str(other)) for one, other in rows] or [(NOBODY, NOBODY)]
    entries = aviary.rows("SELECT id FROM hub.entry WHERE name = ANY(%s)", list(NAMES))
    found["key",] = [(str(resource_id(row[0], "csv")),) for row in entries]
    found["resource",] = found["key",]
    found["thumbprint",] = [(row[0],) for row in aviary.rows("SELECT thumbprint FROM hub.system_key LIMIT 2")]
    found["act",] = [(str(row[0]),) for row in aviary.rows(f"SELECT id FROM hub.version_act LIMIT {MOST}")]
    # Pushes with something kept of them come first.
    pushes = "SELECT push_id FROM hub.push_held UNION ALL SELECT push_id FROM hub.push_wait"
    found["push_id",] = [(str(row[0]),) for row in aviary.rows(pushes)] + found["push_id",]
    entry = aviary.rows("SELECT id FROM hub.entry WHERE name = %s", RESIDENTS)[0][0]
    planted = f"SELECT _row FROM data.r_{entry.hex} WHERE shenfen_haoma = %s"
    found["row",] = [(str(row[0]),) for row in aviary.rows(planted, aviary.city.services.numbers.seal(NUMBER))]
    receipts = "SELECT id FROM hub.receipt WHERE kind IN ('delivery', 'match', 'relay') ORDER BY id DESC LIMIT 3"
    found["receipt_id",] = [(str(row[0]),) for row in aviary.rows(receipts)]
    return found


def filled(path: str, values: Mapping[tuple[str, ...], list[tuple[str, ...]]]) -> list[str]:
    """Return the addresses of a path: KeyError names a parameter nobody knows."""
    parameters = re.findall(r"\{(\w+)(?::\w+)?\}", path)
    if tuple(parameters) in values:
        choices: list[tuple[str, ...]] = values[tuple(parameters)]
    else:
        choices = [
            tuple(part for value in chosen for part in value)
            for chosen in product(*(of_parameter(parameter, values) for parameter in parameters))
        ][:MANY]
    found = []
    for chosen in choices:
        left = list(chosen)
        found.append(re.sub(r"\{\w+(:\w+)?\}", lambda _: left.pop(0), path))  # noqa: B023 - used before the next turn
    return found


def of_parameter(name: str, values: Mapping[tuple[str, ...], list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Return the values of one parameter; of an id that no table is named for, one of each table."""
    if (name,) in values or not name.endswith("_id"):
        return values[name,]
    return [values[parameter,][0] for parameter in TABLES]


def operations(aviary: Aviary, most: int = MANY) -> list[tuple[str, str]]:
    """Return every operation as method and address, filled; pages in both languages."""
    values = fillings(aviary)
    found = [(method, place) for method, route in routes_of(aviary.app) for place in filled(route.path, values)[:most]]
    found += [("GET", "/openapi.json")]
    assert len(found) > 300
    return [(method, place) for method, place in found if not place.endswith(ENDS_A_SESSION)]


def readings(aviary: Aviary, *, with_pages: bool, with_english: bool) -> Iterator[str]:
    """Return every address that is read, with the questions that lead furthest; pages are the same for all staff."""
    for method, place in operations(aviary):
        if not with_english and place.startswith("/en/"):
            continue
        if method == "GET" and (with_pages or place.startswith(("/api/", "/ledger/"))):
            yield place
            yield from further(place)
            for name in NAMES:
                yield from further_of(name, place)
    yield from (
        f"{page}?limit=200" for page in ("/api/v1/grants", "/api/v1/requests", "/api/v1/inbox", "/api/v1/staff")
    )


def further(place: str) -> Iterator[str]:
    """Return an address of what is kept of pushes with the questions that lead furthest."""
    if place.endswith("/held-rows"):
        yield f"{place}?limit=500&rule=R01"
    if place.endswith("/difference"):
        yield from (place + more for more in ("?since=0&limit=1000", "?since=1"))


def further_of(name: str, place: str) -> Iterator[str]:
    """Return an address of rows of an entry with the questions that lead furthest; nothing where it is none."""
    if place.endswith(f"/{name}/rows") or place == f"/d/{name}":
        yield from (place + question for question in questions(name))
    if place == f"/api/v1/datasets/{name}/aggregate":
        yield from (f"{place}?group_by={column}" for column in PLANTED.get(name, {}))
    if place == f"/api/v1/data/{name}/changes":
        yield from (place + more for more in ("?limit=10000", f"?purpose=x&items={','.join(PLANTED.get(name, {}))}"))
    if place.endswith(f"/{name}/download"):
        yield from (f"{place}?format={form}&purpose=低保核对&case_number=DB-1" for form in FORMATS)


def questions(name: str) -> Iterator[str]:
    """Return the ways to ask for rows of an entry: plain, by item, sorted, filtered, counted, old."""
    yield from ("?limit=1000", "?as_of=1", "?as_of=2026-01-01", "?limit=1&count=exact", "?bbox=70,3,140,55")
    for column, value in PLANTED.get(name, {}).items():
        yield f"?items={column}"
        yield f"?order=-{column}&limit=5"
        # Never the whole value: a page repeats to its reader what he asked, and that would hide what it adds.
        yield from (f"?{column}__prefix={value[:2]}", f"?{column}={value[:-1]}")


def bodies(operation: Mapping[str, Any], schemas: Mapping[str, Any], text: str) -> Iterator[Any]:
    """Return bad bodies of an operation with ``text`` in every place: as each field, in lists and objects, as names."""
    yield text
    yield [text]
    # A field nobody knows is named, so that a slip can be mended; a number is blotted out there too.
    name = text if text[:17].isdigit() else "unknown"
    yield {name: text}
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    first: dict[str, Any] = next(iter(content.values()), {})
    schema: Mapping[str, Any] = first.get("schema", {})
    schema = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema)
    fields = list(schema.get("properties", {}))
    if fields:
        yield dict.fromkeys(fields, text)
        yield {field: [text] for field in fields}
        yield {field: {name: text} for field in fields}
        yield {field: [{"item": text, "treatment": text, "column": text}] for field in fields}
