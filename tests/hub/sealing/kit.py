"""A register whose identity numbers are sealed, and what tests of sealing ask of it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.identity.number_seals import NumberSeals
from hub.rows.compiler import compile_query, compile_stream
from hub.rows.parsing import parse_json
from hub.rows.query import columns_used
from hub.rows.store import read_page, stream_frames, stream_rows
from policies.decision import Permit, decide
from policies.facts import Action, Sensitivity, Treatment
from tests.hub.rows.builders import KEY, PACK, READING, Pusher, register
from tests.policies.builders import grant, item, request, resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.database import Database
    from hub.rows.query import Query

KEYS = {1: os.urandom(64), 2: os.urandom(64)}
MASKS = {"citizen_id": "citizen_id"}
FULL = {"citizen_id": Treatment.FULL, "persons": Treatment.FULL, "district": Treatment.FULL}


def seals_of(*versions: int) -> NumberSeals:
    """Return seals that hold the keys of these versions."""
    return NumberSeals({version: KEYS[version] for version in versions}, b"p" * 32)


def sealed_register(database: Database, *versions: int) -> Pusher:
    """Return an empty register that seals under the newest of these versions."""
    return Pusher(database, replace(register(), seals=seals_of(*versions)))


def with_keys(pusher: Pusher, *versions: int) -> Pusher:
    """Return the same register as a process that holds other keys sees it."""
    return Pusher(pusher.database, replace(pusher.table, seals=seals_of(*versions) if versions else None))


def asked(pusher: Pusher, where: Mapping[str, Any] | None = None, **more: Any) -> Query:
    """Return a query of the three granted items."""
    import orjson

    body = {"items": list(FULL), **({"where": where} if where is not None else {}), **more}
    return parse_json(pusher.table.entry_id, orjson.dumps(body))


def permit(
    pusher: Pusher,
    query: Query | None = None,
    given: Mapping[str, Treatment] | None = None,
    *,
    action: Action = Action.READ,
    **changes: Any,
) -> Permit:
    """Return an agency's permit for what a query asks, under a grant of these treatments."""
    treatments = given or FULL
    queried, matched = (frozenset[str](), frozenset[str]()) if query is None else columns_used(query)
    queried |= changes.pop("queried", frozenset())
    matched |= changes.pop("matched", frozenset())
    facts = resource(
        *(item(name, Sensitivity.INT, masking=MASKS.get(name)) for name in treatments), id=str(pusher.table.entry_id)
    )
    allowed = grant(treatments, resource_id=str(pusher.table.entry_id), **changes)
    asked_for = request(*treatments, action=action, queried=queried, matched=matched)
    answer = decide(asked_for, facts, allowed, PACK)
    assert isinstance(answer, Permit), answer
    return answer


def page(pusher: Pusher, where: Mapping[str, Any] | None = None, **more: Any) -> list[tuple[Any, ...]]:
    """Return the rows an agency with a full grant is given."""
    query = asked(pusher, where, **more)
    compiled = compile_query(query, permit(pusher, query), pusher.table, KEY)
    with pusher.database.begin() as unit:
        return read_page(unit, compiled, READING).rows


def streams(pusher: Pusher) -> tuple[list[str], list[str]]:
    """Return the numbers of all rows as a stream gives them, and as an export does."""
    query = asked(pusher)
    compiled = compile_stream(query, permit(pusher, query), pusher.table)
    rows = [row[0] for batch in stream_rows(pusher.database, compiled) for row in batch]
    texts = [text for frame in stream_frames(pusher.database, compiled) for text in frame["citizen_id"].to_list()]
    return rows, texts


def number(n: int) -> str:
    """Return the number of the n-th person of the register."""
    return f"41010219900101{n:04d}"


def equals(n: int) -> dict[str, Any]:
    """Return the condition that finds one person."""
    return {"item": "citizen_id", "op": "eq", "value": number(n)}
