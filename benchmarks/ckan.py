"""``ckan``: the CKAN dialect beside figures of CKAN itself and a bare handler (L1) in the same run, turn by turn.

One dataset, a search with facets, one row by its key and a hundred rows by an indexed item, as CKAN's clients ask for
them. CKAN's figures are published ones of a machine of the same kind, not of this run: compare processor time a
request, not rates.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import psycopg

from benchmarks.ckan_writes import upsert
from benchmarks.client import Plan, get
from benchmarks.directory import Vocabulary, load
from benchmarks.places import LIKE, codes, communities, place_items, write_places
from benchmarks.rounds import Alternative, conditions, figures, rounded, rounds
from benchmarks.stage import free_port, publish, push, running, staged

if TYPE_CHECKING:
    from argparse import Namespace

    from benchmarks.stage import Stage

NAME: Final = "chongdianzhuang"
ACTION: Final = "/api/3/action"
ENTRIES, ITEMS, SEED, QUERIES = 2_000, 10, 7, 2_000
FACETS: Final = json.dumps(["organization", "groups", "tags", "res_format", "license_id"])
PEER: Final = {
    "package_show": {"per_second": 193, "cpu_ms_per_request": 9.8},
    "package_search": {"per_second": 487, "cpu_ms_per_request": 3.6},
    "datastore_one": {"per_second": 240, "cpu_ms_per_request": 8.0},
    "datastore_hundred": {"per_second": 246, "cpu_ms_per_request": 7.8},
}
"""CKAN 2.12: quiet machine of two cores, 2 workers, 16 clients; all its processes together."""


def _ask(stage: Stage, path: str) -> bytes:
    with urlopen(stage.settings.public_url + path) as answer:  # noqa: S310 - our own address
        body: bytes = answer.read()
        return body


def _lines(stage: Stage, name: str, values: list[str]) -> str:
    path = stage.folder / f"{name}.txt"
    path.write_text("\n".join(values), encoding="ascii")
    return str(path)


def _open_names(stage: Stage) -> list[str]:
    with psycopg.connect(stage.database_url) as connection:
        rows = connection.execute("SELECT name FROM hub.entry WHERE open_type <> 3 ORDER BY name").fetchall()
    return [row[0] for row in rows]


def _filter(**wanted: str) -> str:
    return quote(json.dumps(wanted), safe="")


def _plans(stage: Stage, given: Namespace, words: Vocabulary) -> dict[str, Plan]:
    """Return what is asked, by name."""
    package = json.loads(_ask(stage, f"{ACTION}/package_show?id={NAME}"))["result"]
    rid = next(one["id"] for one in package["resources"] if one["datastore_active"])
    searches = [urlencode({"q": text, "rows": 10, "facet.field": FACETS}) for text in words.queries(QUERIES)]
    values = {
        "package_show": ("package_show?id={value}", _open_names(stage)),
        "package_search": ("package_search?{value}", searches),
        "datastore_one": (
            f"datastore_search?resource_id={rid}&filters={{value}}",
            [_filter(code=one) for one in codes(given.rows)],
        ),
        "datastore_hundred": (
            f"datastore_search?resource_id={rid}&limit=100&filters={{value}}",
            [_filter(community=one) for one in communities(given.rows)],
        ),
    }
    return {
        name: Plan(stage.port, get(f"{ACTION}/{path}"), given.clients, given.seconds, _lines(stage, name, listed))
        for name, (path, listed) in values.items()
    }


def _constants(stage: Stage, plans: dict[str, Plan]) -> dict[str, str]:
    """Return what L1 answers: the very bytes of one dataset, and of a hundred rows, by path."""
    files = {}
    for path, name in (("/constant", "package_show"), ("/hundred", "datastore_hundred")):
        first = plans[name].template.split(" ")[1].replace("{value}", Path(plans[name].values).read_text().split()[0])
        file = stage.folder / f"{name}.json"
        file.write_bytes(_ask(stage, first))
        files[path] = str(file)
    return files


def run(given: Namespace) -> dict[str, Any]:
    """Measure; each figure with its ratio to L1, and to CKAN's processor time."""
    words = Vocabulary(SEED)
    with staged() as stage:
        filled = load(stage.database_url, words, ENTRIES, ITEMS)
        entry = publish(stage, LIKE, NAME, place_items(), "code")
        file = stage.folder / "places.csv"
        write_places(file, given.rows)
        push(stage, entry, file)
        plans = _plans(stage, given, words)
        roots = {"hub": stage.hub_pid, "postgres": stage.postgres_pid}
        port = free_port()
        served = ["benchmarks.bare", json.dumps({"port": port, "files": _constants(stage, plans)})]
        with running(served, port, "/constant", environment={}, log=stage.folder / "bare.log") as bare:
            turns = [
                Alternative("l1", Plan(port, get("/constant"), given.clients, given.seconds), {"l1": bare}),
                Alternative("l1_hundred", Plan(port, get("/hundred"), given.clients, given.seconds), {"l1": bare}),
                *(Alternative(name, plan, roots) for name, plan in plans.items()),
            ]
            measured = rounds(turns, given.rounds)
        package = json.loads(_ask(stage, f"{ACTION}/package_show?id={NAME}"))["result"]
        written = upsert(stage, entry, package["resources"][-1]["id"])
    found: dict[str, Any] = {name: figures(each) for name, each in measured.items()}
    for name, peer in PEER.items():
        limit = found["l1_hundred" if name == "datastore_hundred" else "l1"]
        found[name]["ratio_to_l1"] = rounded(found[name]["per_second"] / limit["per_second"])
        found[name]["ckan"] = peer
        found[name]["cpu_ratio_to_ckan"] = rounded(
            found[name]["cpu_us_per_request"] / 1000 / peer["cpu_ms_per_request"]
        )
    return {
        **found,
        "upsert_1000": written,
        "errors": {name: sum(one.result.errors for one in each) for name, each in measured.items()},
        "first_errors": {
            name: each[0].result.first_error[:300] for name, each in measured.items() if each[0].result.errors
        },
        "table_rows": given.rows,
        "directory": filled,
        "conditions": conditions(given.clients, given.seconds, given.rounds),
    }
