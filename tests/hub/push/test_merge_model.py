"""Whatever is pushed in whatever order, rows are those of a plain dictionary; every earlier version can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.push.merge import MergeMode
from hub.rows.compiler import compile_query
from hub.rows.query import Count, Page, Query
from hub.rows.store import read_page
from tests.hub.rows.builders import KEY, READING, Pusher, open_permit, person, register

if TYPE_CHECKING:
    from hub.database import Database

# Few keys and few values, so that pushes meet each other in every way.
ROWS = st.dictionaries(st.integers(0, 12), st.sampled_from([None, 0, 1, 2]), max_size=10)
PUSHES = st.lists(st.tuples(st.sampled_from(list(MergeMode)), ROWS), min_size=1, max_size=6)

Model = dict[str, dict[str, Any]]


def _apply(model: Model, mode: MergeMode, rows: Model) -> Model:
    match mode:
        case MergeMode.FULL:
            return dict(rows)
        case MergeMode.UPSERT:
            return model | rows
        case MergeMode.APPEND:
            return rows | model
        case MergeMode.DELETE:
            return {key: row for key, row in model.items() if key not in rows}


def _as_of(pusher: Pusher, version: int | None) -> set[tuple[Any, ...]]:
    query = Query(pusher.table.entry_id, page=Page(1000), as_of=version, count=Count.EXACT)
    compiled = compile_query(query, open_permit(pusher.table, query), pusher.table, KEY)
    with pusher.database.begin() as unit:
        page = read_page(unit, compiled, READING)
    assert page.total.rows == len(page.rows)
    return set(page.rows)


def _shown(model: Model) -> set[tuple[Any, ...]]:
    return {tuple(list(row.values())[2:]) for row in model.values()}


@given(pushes=PUSHES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_pushes_ends_as_a_dictionary_would_and_every_version_can_be_read_again(
    database: Database, pushes: list[tuple[MergeMode, dict[int, int | None]]]
) -> None:
    pusher = Pusher(database, register())
    versions: list[Model] = [{}]
    for mode, values in pushes:
        # The number of the key stands in an open item too, so that rows stay apart in what is shown.
        rows = {person(n)["citizen_id"]: person(n, persons=v, district=f"{n:06d}") for n, v in values.items()}
        before = {(row[0], row[1]): row[2] for row in pusher.rows("citizen_id, persons, _push")} if versions[1:] else {}
        counts = pusher.push(rows.values(), mode, allow_shrink=True)
        versions.append(_apply(versions[-1], mode, rows))
        after = {(row[0], row[1]): row[2] for row in pusher.rows("citizen_id, persons, _push")}
        assert all(after[same] == before[same] for same in before.keys() & after.keys())
        done = counts.inserted + counts.changed + counts.unchanged + counts.refused
        done += counts.closed if mode is MergeMode.DELETE else 0
        assert (counts.rows, done) == (len(versions[-1]), len(rows))
    assert [_as_of(pusher, n) for n in range(1, len(versions))] == [_shown(model) for model in versions[1:]]
    assert _as_of(pusher, None) == _shown(versions[-1])
