"""``point``: an agency reads one person by the key, with token, decision and durable receipt.

In the same rounds: the same read without who asks, whether they may, and the receipt (the difference is what the
promises cost), and PostgreSQL alone with the same statement shape (L2). A receipt alone is timed afterwards.
"""

from __future__ import annotations

import asyncio
import json
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.client import Plan, get, post
from benchmarks.generate import HEADER, population_items, write_population
from benchmarks.rounds import Alternative, conditions, figures, rounded, rounds
from benchmarks.stage import AGENCY, PURPOSE, free_port, grant, publish, push, running, staged
from hub.cli_admin import console_context
from hub.database import Database
from hub.ledger.drafts import ReceiptDraft, ReceiptKind
from policies.facts import ShareType

if TYPE_CHECKING:
    from argparse import Namespace

    from benchmarks.stage import Stage

NAME = "renkou-cesu"
LIKE = "changzhu-renkou"
KEY = "citizen_id"
COLUMNS = tuple(item.column for item in population_items())
KEY_BYTES = 18
RECEIPTS = 300


def query_body(*, with_purpose: bool) -> tuple[str, int]:
    """Return the JSON of a point query with a mark for the key, and its length once filled in."""
    document: dict[str, Any] = {
        "items": list(COLUMNS),
        "where": {"item": KEY, "op": "eq", "value": "{value}"},
        "limit": 1,
    }
    if with_purpose:
        document |= {"purpose": PURPOSE, "case_number": "DB-1"}
    body = json.dumps(document, ensure_ascii=True)
    return body, len(body) - len("{value}") + KEY_BYTES


async def _receipts(stage: Stage) -> list[float]:
    """Return the seconds each of some receipts took to sign and to be on disk, one after another."""
    database = Database.from_settings(stage.settings, stage.database_url)
    writer = console_context(stage.settings, database).writer
    await database.open_pool()
    taken = []
    async with database.connection() as connection:
        for _ in range(RECEIPTS):
            started = time.perf_counter()
            draft = ReceiptDraft(ReceiptKind.QUERY, {"action": "read", "purpose": PURPOSE, "rows": 1, "status": 200})
            await writer.write_async(connection, draft)
            taken.append(time.perf_counter() - started)
    await database.close_pool()
    database.close()
    return taken


def run(given: Namespace) -> dict[str, Any]:
    """Measure."""
    with staged() as stage:
        entry = publish(stage, LIKE, NAME, population_items(), KEY, ShareType.CONDITIONAL)
        file = stage.folder / "persons.csv"
        write_population(file, given.rows)
        push(stage, entry, file)
        persons = pl.read_csv(file, columns=[HEADER[0]], infer_schema=False).to_series().shuffle(seed=1)
        values = stage.folder / "keys.txt"
        values.write_text("\n".join(persons), encoding="ascii")
        token = grant(stage, entry, COLUMNS)
        system = stage.people.registered[AGENCY].system_id
        port = free_port()
        peer = {"port": port, "entry": NAME, "system": system, "key": KEY, "columns": COLUMNS}
        environment = {
            "HUB_DATABASE_URL": stage.database_url,
            "HUB_DATA_DIR": str(stage.settings.data_dir),
            "HUB_DEMO": "true",
            "HUB_PUBLIC_URL": stage.settings.public_url,
        }
        words = ["benchmarks.bare", json.dumps(peer)]
        with running(words, port, "/constant", environment=environment, log=stage.folder / "bare.log") as bare:
            full, length = query_body(with_purpose=True)
            plain, plain_length = query_body(with_purpose=False)
            size = (given.clients, given.seconds, str(values))
            measured = rounds(
                [
                    Alternative(
                        "point",
                        Plan(stage.port, post(f"/api/v1/exchange/{NAME}/query", full, length, token), *size),
                        {"hub": stage.hub_pid, "postgres": stage.postgres_pid},
                    ),
                    Alternative(
                        "read_alone",
                        Plan(port, post("/read", plain, plain_length, token), *size),
                        {"hub": bare, "postgres": stage.postgres_pid},
                    ),
                    Alternative("constant", Plan(port, get("/constant"), given.clients, given.seconds), {"hub": bare}),
                ],
                given.rounds,
            )
        receipts = [seconds * 1000 for seconds in asyncio.run(_receipts(stage))]
    point, alone = figures(measured["point"]), figures(measured["read_alone"])
    return {
        **point,
        "receipt_ms": rounded(median(receipts)),
        "read_alone": alone,
        "ratio_to_read_alone": rounded(point["per_second"] / alone["per_second"]),
        "decision_and_receipt_cpu_ms": rounded((point["cpu_us_per_request"] - alone["cpu_us_per_request"]) / 1000),
        "table_rows": given.rows,
        "conditions": conditions(given.clients, given.seconds, given.rounds),
    }
