"""``search``: the directory is searched at the size of ten cities, with facets; every query is another one.

The directory is made up, its rows are made by the product's own way of indexing and loaded by COPY. ``alone`` asks one
query after another; ``clients`` many at once, each query once. In the same run: ``repeated`` asks one query again and
again, ``items`` looks for single items, and ``count`` is PostgreSQL counting the hits of the same words with no facet,
no page and no hub.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import psycopg

from benchmarks.client import Plan, drive, get
from benchmarks.directory import Vocabulary, load
from benchmarks.rounds import rounded
from benchmarks.stage import staged
from catalogue.finding_terms import lexeme

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from benchmarks.stage import Stage

FACETS: Final = (
    "provider", "class", "theme", "share_type", "open_type", "cycle", "format", "freshness",
)  # fmt: skip
ALONE: Final = 300
WARM: Final = 40
AT_ONCE: Final = 4_000
ITEMS_PER_ENTRY: Final = 10


def _path(kind: str, text: str) -> str:
    return f"/api/v1/{kind}?{urlencode([('q', text), *(('facet', name) for name in FACETS)])}"


def _alone(stage: Stage, kind: str, texts: Sequence[str]) -> dict[str, Any]:
    """Ask one after another and return the times of each."""
    taken, slowest = [], ("", 0.0)
    for text in texts:
        started = time.perf_counter()
        with urlopen(f"http://127.0.0.1:{stage.port}{_path(kind, text)}", timeout=60) as answer:
            answer.read()
        seconds = time.perf_counter() - started
        taken.append(seconds * 1000)
        slowest = max(slowest, (text, seconds), key=lambda one: one[1])
    return {
        "queries": len(texts),
        "p50_ms": rounded(float(np.percentile(taken, 50))),
        "p95_ms": rounded(float(np.percentile(taken, 95))),
        "p99_ms": rounded(float(np.percentile(taken, 99))),
        "slowest": slowest[0],
    }


def _counted(stage: Stage, texts: Sequence[str]) -> dict[str, Any]:
    """Return how long PostgreSQL alone takes to count the hits of the first word of each query."""
    taken = []
    with psycopg.connect(stage.database_url) as connection:
        for text in texts:
            word = text.split()[0][:2]
            started = time.perf_counter()
            connection.execute(
                "SELECT count(*) FROM hub.entry_index WHERE terms @@ %s::tsquery", (lexeme(word),)
            ).fetchone()
            taken.append((time.perf_counter() - started) * 1000)
    return {"p50_ms": rounded(float(np.percentile(taken, 50))), "p95_ms": rounded(float(np.percentile(taken, 95)))}


def _at_once(stage: Stage, given: Namespace, texts: Sequence[str]) -> dict[str, Any]:
    file = stage.folder / "queries.txt"
    file.write_text("\n".join(_path("datasets", text) for text in texts), encoding="ascii")
    result = drive(Plan(stage.port, get("{value}"), given.clients, given.seconds, str(file), most=len(texts)))
    return {
        "per_second": rounded(result.count / result.seconds),
        "p50_ms": rounded(result.p50_ms),
        "p99_ms": rounded(result.p99_ms),
        "queries": result.count,
        "errors": result.errors,
    }


def run(given: Namespace) -> dict[str, Any]:
    """Measure."""
    words = Vocabulary(seed=6)
    with staged(is_city=True) as stage:
        loaded = load(stage.database_url, words, given.rows, ITEMS_PER_ENTRY)
        texts = words.queries(ALONE + WARM + AT_ONCE)
        _alone(stage, "datasets", texts[:WARM])
        alone = _alone(stage, "datasets", texts[WARM : WARM + ALONE])
        many = _at_once(stage, given, texts[WARM + ALONE :])
        frequent = _alone(stage, "datasets", words.frequent())
        items = _alone(stage, "items", words.item_queries(ALONE // 3))
        repeated = _alone(stage, "datasets", [texts[WARM]] * (ALONE // 3))
        counted = _counted(stage, texts[WARM : WARM + ALONE // 3])
    return {
        "p50_ms": alone["p50_ms"],
        "p95_ms": alone["p95_ms"],
        "per_second": many["per_second"],
        "alone": alone,
        "at_once": many,
        "frequent": frequent,
        "items_found": items,
        "repeated": repeated,
        "count": counted,
        **loaded,
        "clients": given.clients,
    }
