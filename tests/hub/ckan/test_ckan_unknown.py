"""What the public may not know of is not told apart from what is not there: answer, headers and work, path by path.

The work is told by the statements the database gets: as many for the one as for the other, so the times are of one
class. Lists, counts and suggestions are in the tests of the search, of this dialect and of DCAT.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa

from hub.open.ckan.ids import resource_id
from tests.hub.ckan.conftest import CLOSED

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.hub.ckan.conftest import Catalogue

ABSENT: Final = f"{CLOSED[:-1]}{'a' if CLOSED[-1] != 'a' else 'b'}"
"""A name of the same length that no entry has."""
PATHS: Final = (
    "/d/{}",
    "/d?code={}",
    "/en/d/{}",
    "/dataset/{}",
    "/dataset/{}.ttl",
    "/dataset/{}.jsonld",
    "/dataset/{}.rdf",
    "/dataset/{}/datapackage.json",
    "/dataset/{}/schema.json",
    "/dataset/{}/croissant.jsonld",
    "/api/v1/datasets/{}",
    "/api/v1/datasets/{}/rows",
    "/api/v1/datasets/{}/download?format=csv",
    "/api/v1/datasets/{}/versions",
    "/api/3/action/package_show?id={}",
    "/api/3/action/package_search?fq=name:{}",
    "/api/3/action/package_autocomplete?q={}",
    "/catalog.ttl?q={}",
    "/feeds/dataset.atom?q={}",
    "/api/v1/datasets?q={}",
    "/api/v1/items?q={}",
)
SEARCHES: Final = frozenset({"/api/v1/datasets?q={}", "/api/v1/items?q={}"})
"""What they cost depends on the letters: other words are near to other letters."""
OF_THE_MOMENT: Final = frozenset({"date", "last-modified", "x-request-id"})
OF_THE_BODY: Final = "etag"
"""Compared where the body does not repeat what was asked."""


def _told(answer: httpx2.Response, name: str) -> tuple[int, str, dict[str, str]]:
    """Return status, body and headers, with the name taken out and what differs from call to call."""
    headers = {key: value.replace(name, "NAME") for key, value in answer.headers.items() if key not in OF_THE_MOMENT}
    if name in answer.text:
        headers.pop(OF_THE_BODY, None)
    request = answer.headers.get("x-request-id", "")
    body = answer.text.replace(name, "NAME")
    return answer.status_code, body.replace(request, "REQUEST") if request else body, headers


@contextmanager
def _counted(catalogue: Catalogue) -> Iterator[list[str]]:
    """Collect the statements of requests: their threads are those of the framework, sweeps have others."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "AnyIO" in threading.current_thread().name:
            seen.append(statement)

    engine = catalogue.city.services.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
def test_a_hidden_entry_answers_as_one_that_is_not_there(catalogue: Catalogue, path: str) -> None:
    hidden, absent = (catalogue.http.get(path.format(name)) for name in (CLOSED, ABSENT))
    assert _told(hidden, CLOSED) == _told(absent, ABSENT)


@pytest.mark.parametrize("path", [path for path in PATHS if path not in SEARCHES])
def test_a_hidden_entry_costs_what_one_that_is_not_there_costs(catalogue: Catalogue, path: str) -> None:
    counts = []
    for name in (CLOSED, ABSENT):
        catalogue.http.get(path.format(name))
        with _counted(catalogue) as seen:
            catalogue.http.get(path.format(name))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_ids_of_a_hidden_entry_lead_nowhere(catalogue: Catalogue) -> None:
    with catalogue.city.services.database.begin() as unit:
        row = unit.driver.execute("SELECT id FROM hub.entry WHERE name = %s", (CLOSED,)).fetchone()
    assert row is not None
    asked = [str(row[0]), *(str(resource_id(row[0], way)) for way in ("csv", "api", "json", "xlsx"))]
    for action in ("package_show", "resource_show", "datastore_search", "datastore_info"):
        for identifier in asked:
            status, error = catalogue.fault(action, id=identifier, resource_id=identifier)
            assert (status, error["__type"]) == (404, "Not Found Error")
    for identifier in asked:
        assert catalogue.http.get(f"/datastore/dump/{identifier}").status_code == 404
