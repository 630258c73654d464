"""``verify``: an agency verifies persons by number and name, over HTTP, with token, decision, durable receipt.

In the same rounds: numbers with the right name, with a wrong one, and numbers nobody has, whose times must be alike.
``--persons`` is the size of the register. Receipts of concurrent answers are stored together
(docs/explanation/population.md); ``cpu_us_per_request`` is the figure to trust on a shared machine. ``match_seconds``
is one batch of 10,000 persons against the same register.
"""

from __future__ import annotations

import json
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from benchmarks.client import Plan, post
from benchmarks.generate import HEADER, population
from benchmarks.persons import describe_register, fill
from benchmarks.rounds import Alternative, conditions, figures, rounded, rounds
from benchmarks.stage import AGENCY, PURPOSE, grant, staged

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from benchmarks.stage import Stage

NAME: Final = "renkou-jichuku"
COLUMNS: Final = ("p001", "p002", "p022")
MODES: Final = ("query", "verify", "batch")
BATCH: Final = 10_000
PATH: Final = "/api/v1/population/verify"
WIDTH: Final = 60
"""Bytes of ``number","name":"name`` in each question: filled up, since lines of a plan must be of one length."""
NOBODY_FROM: Final = 25_000_000
"""Serial number from which the generator's persons are in no register of a measurement."""


def question() -> tuple[str, int]:
    """Return the JSON of a verification with a mark for number and name, and its length once filled in."""
    document = {"purpose": PURPOSE, "case_number": "DB-1", "number": "{value}"}
    body = json.dumps(document, ensure_ascii=True).replace('"number": "{value}"', "{value}")
    return body, len(body) - len("{value}") + WIDTH + len('"number": "", "name": ""')


def _lines(path: Path, numbers: list[str], names: list[str]) -> str:
    """Write the questions, one a line: blanks between members fill them up to one length."""
    lines = []
    width = WIDTH + len('"number": "", "name": ""')
    for number, name in zip(numbers, names, strict=True):
        text = f'"number": "{number}", "name": {json.dumps(name, ensure_ascii=True)}'
        lines.append(text.ljust(width))
    path.write_text("\n".join(lines), encoding="ascii")
    return str(path)


def _batch(stage: Stage, numbers: list[str], names: list[str]) -> float:
    """Time one batch of persons, by the client any department's program would use."""
    rows = [{"number": number, "name": name} for number, name in zip(numbers, names, strict=True)]
    document = {"key": ["number"], "claims": ["name"], "rows": rows, "purpose": PURPOSE, "case_number": "DB-1"}
    body = json.dumps(document, ensure_ascii=False).encode()
    started = time.perf_counter()
    answer = stage.people.system(AGENCY).raw(
        "POST", "/api/v1/population/match", content=body, headers={"Content-Type": "application/json"}
    )
    seconds = time.perf_counter() - started
    found = json.loads(answer.content)["counts"]["match"]
    if found != len(rows):
        raise RuntimeError(f"{found} of {len(rows)} persons were matched")
    return seconds


def run(given: Namespace) -> dict[str, Any]:
    """Measure."""
    with staged() as stage:
        entry = describe_register(stage, NAME)
        known = pl.read_csv(fill(stage, given.rows), infer_schema=False)
        numbers, names = known[HEADER[0]].to_list(), known[HEADER[1]].to_list()
        nobody = population(len(numbers[:50_000]), first=NOBODY_FROM)
        kinds = {
            "match": (numbers, names),
            "mismatch": (numbers, names[1:] + names[:1]),
            "not_found": (nobody[HEADER[0]].to_list(), nobody[HEADER[1]].to_list()),
        }
        token = grant(stage, entry, COLUMNS, modes=MODES)
        body, length = question()
        roots = {"hub": stage.hub_pid, "postgres": stage.postgres_pid}
        plans = [
            Alternative(
                kind,
                Plan(
                    stage.port,
                    post(PATH, body, length, token),
                    given.clients,
                    given.seconds,
                    _lines(stage.folder / f"{kind}.txt", *asked),
                ),
                roots,
            )
            for kind, asked in kinds.items()
        ]
        measured = {kind: figures(one) for kind, one in rounds(plans, given.rounds).items()}
        batch = [_batch(stage, numbers[:BATCH], names[:BATCH]) for _ in range(3)]
    p50 = [one["p50_ms"] for one in measured.values()]
    return {
        **measured["match"],
        "mismatch": measured["mismatch"],
        "not_found": measured["not_found"],
        "slowest_to_fastest_p50": rounded(max(p50) / min(p50)),
        "match_seconds": rounded(median(batch)),
        "match_persons": len(numbers[:BATCH]),
        "persons": given.rows,
        "conditions": conditions(given.clients, given.seconds, given.rounds),
    }
