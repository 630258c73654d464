"""Upserts of 1,000 rows through the CKAN dialect, by one client: rows a second, receipts, checks and report included.

CKAN's figure is a published one of a machine of the same kind (2.12: 1,100 rows a second), not of this run.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.request import Request, urlopen

from benchmarks.rounds import rounded
from hub.identity.roles import Role

if TYPE_CHECKING:
    from benchmarks.stage import Stage
    from hub.demo.directory import DemoEntry

ROWS: Final = 1_000
CALLS: Final = 20
WARM: Final = 3
PEER_PER_SECOND: Final = 1_100
TARGET_PER_SECOND: Final = 15_000


def upsert(stage: Stage, entry: DemoEntry, resource_id: str) -> dict[str, Any]:
    """Return rows a second and the middle and longest time of a call; each call changes every row it names."""
    clerk = stage.people.person(entry.provider, Role.CLERK)
    token = clerk.call("POST", "/api/v1/ckan-tokens", json={"name": "benchmark"})["token"]
    url = f"{stage.settings.public_url}/api/3/action"
    with urlopen(f"{url}/datastore_search?resource_id={resource_id}&limit={ROWS}") as answer:  # noqa: S310 - our own
        rows = [{k: v for k, v in row.items() if k != "_id"} for row in json.load(answer)["result"]["records"]]
    changed = next(item.column for item in entry.entry.items if item.column == "name")
    times = []
    for number in range(WARM + CALLS):
        given = [{**row, changed: f"第{number}次"} for row in rows]
        body = json.dumps({"resource_id": resource_id, "records": given}).encode()
        headers = {"Authorization": token, "Content-Type": "application/json"}
        asked = Request(f"{url}/datastore_upsert", body, headers)  # noqa: S310 - our own address
        began = time.perf_counter()
        with urlopen(asked) as answer:  # noqa: S310 - as above
            told = json.load(answer)
        times.append(time.perf_counter() - began)
        if told["result"]["push"]["counts"]["changed"] != len(rows):
            raise RuntimeError("a call did not change its rows")
    measured = sorted(times[WARM:])
    middle = measured[len(measured) // 2]
    per_second = len(rows) / middle
    return {
        "rows": len(rows),
        "per_second": rounded(per_second),
        "p50_ms": rounded(middle * 1000),
        "longest_ms": rounded(measured[-1] * 1000),
        "ratio_to_target": rounded(per_second / TARGET_PER_SECOND),
        "ratio_to_ckan": rounded(per_second / PEER_PER_SECOND),
    }
