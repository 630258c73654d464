"""``rows``: what the public's row query costs, against a bare handler that answers the same bytes (L1), turn by turn.

One row by its key, a page of a hundred by an indexed item, the first and a deep page of the whole, and the repeat of
one query on an unchanged version. Only the repeat is meant to come from memory: the others ask each thing once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from benchmarks.client import Plan, get
from benchmarks.places import LIKE, codes, communities, place_items, write_places
from benchmarks.rounds import Alternative, conditions, figures, rounded, rounds
from benchmarks.stage import free_port, publish, push, running, staged

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from benchmarks.stage import Stage

NAME = "chongdianzhuang"
PATH = f"/api/v1/datasets/{NAME}/rows"
DEEP = 0.75


def _read(stage: Stage, path: str) -> bytes:
    with urlopen(Request(stage.settings.public_url + path)) as answer:  # noqa: S310 - our own address
        body: bytes = answer.read()
        return body


def _deep_cursor(stage: Stage, rows: int) -> str:
    """Follow the pages to about three quarters of the rows; return where the next one starts."""
    cursor, seen = "", 0
    while seen < rows * DEEP:
        more = f"&cursor={quote(cursor)}" if cursor else ""
        page = json.loads(_read(stage, f"{PATH}?limit={min(20_000, rows // 10)}&count=none{more}"))
        seen += page["returned"]
        cursor = page["next"].partition("cursor=")[2]
    return cursor


def _lines(path: Path, values: list[str]) -> str:
    path.write_text("\n".join(values), encoding="ascii")
    return str(path)


def _constants(stage: Stage, rows: int) -> dict[str, str]:
    """Return what L1 answers: the very bytes of the two answers that are repeated, by path."""
    asked = {"/constant": f"code={codes(rows)[0]}", "/hundred": f"limit=100&community={communities(rows)[0]}"}
    files = {}
    for path, query in asked.items():
        file = stage.folder / f"{path[1:]}.json"
        file.write_bytes(_read(stage, f"{PATH}?{query}"))
        files[path] = str(file)
    return files


def alternatives(stage: Stage, given: Namespace, l1: tuple[int, int]) -> list[Alternative]:
    """Return what takes turns; ``l1`` is the bare handler's port and process."""
    roots = {"hub": stage.hub_pid, "postgres": stage.postgres_pid}
    keys = _lines(stage.folder / "keys.txt", codes(given.rows))
    listed = communities(given.rows)
    # A second condition that all rows meet makes each of these queries one that was never asked before.
    pages = [f"{code}&power_kw__ge=-{n}" for n in range(max(1, 100_000 // len(listed))) for code in listed]
    places = _lines(stage.folder / "pages.txt", pages)
    cursor = _deep_cursor(stage, given.rows)
    fresh = "\r\nCache-Control: no-cache\r\n\r\n"

    def plan(path: str, values: str = "", *, remembered: bool = True) -> Plan:
        template = get(path) if remembered else get(path).replace("\r\n\r\n", fresh)
        return Plan(stage.port, template, given.clients, given.seconds, values)

    return [
        Alternative("l1", Plan(l1[0], get("/constant"), given.clients, given.seconds), {"l1": l1[1]}),
        Alternative("l1_hundred", Plan(l1[0], get("/hundred"), given.clients, given.seconds), {"l1": l1[1]}),
        Alternative("one", plan(f"{PATH}?code={{value}}", keys), roots),
        Alternative("hundred", plan(f"{PATH}?limit=100&community={{value}}", places), roots),
        Alternative("first_page", plan(f"{PATH}?limit=100", remembered=False), roots),
        Alternative("deep_page", plan(f"{PATH}?limit=100&cursor={cursor}", remembered=False), roots),
        Alternative("repeat", plan(f"{PATH}?code={codes(given.rows)[0]}"), roots),
        Alternative("repeat_hundred", plan(f"{PATH}?limit=100&community={listed[0]}"), roots),
    ]


def run(given: Namespace) -> dict[str, Any]:
    """Measure; figures of one row on top, the others below their names."""
    with staged() as stage:
        entry = publish(stage, LIKE, NAME, place_items(), "code")
        file = stage.folder / "places.csv"
        write_places(file, given.rows)
        push(stage, entry, file)
        port = free_port()
        files = _constants(stage, given.rows)
        words = ["benchmarks.bare", json.dumps({"port": port, "files": files})]
        with running(words, port, "/constant", environment={}, log=stage.folder / "bare.log") as bare:
            measured = rounds(alternatives(stage, given, (port, bare)), given.rounds)
    found: dict[str, Any] = {name: figures(each) for name, each in measured.items()}
    for name, each in found.items():
        if not name.startswith("l1"):
            limit = found["l1" if name in {"one", "repeat"} else "l1_hundred"]
            each["ratio_to_l1"] = rounded(each["per_second"] / limit["per_second"])
    deep = found["deep_page"]["cpu_us_per_request"] / found["first_page"]["cpu_us_per_request"]
    return {
        **found.pop("one"),
        **found,
        "deep_to_first": rounded(deep),
        "table_rows": given.rows,
        "answer_bytes": {name: one[0].result.bytes_read // one[0].result.count for name, one in measured.items()},
        "conditions": conditions(given.clients, given.seconds, given.rounds),
    }
