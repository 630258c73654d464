"""Threat 38: every route without credentials, with forged ones, with a wrong role, from the table of routes itself."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from hub.app import build_services, create_app
from hub.identity.roles import Role
from hub.settings import Settings
from tests.conftest import lent_database
from tests.support.acts import BUS_STOPS
from tests.threats.conftest import GRANTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx2
    from fastapi import FastAPI

    from hub.services import Services
    from tests.conftest import Server
    from tests.hub.portal.town import Town

AUTHORITY = "shujuju"
FOR_MACHINES = (
    *("/catalog", "/catalog.ttl", "/catalog.jsonld", "/catalog.rdf", "/catalog.xml", "/dataset/{name}"),
    *("/dataset/{name}.ttl", "/dataset/{name}.jsonld", "/dataset/{name}.rdf", "/dataset/{name}/datapackage.json"),
    *("/dataset/{name}/schema.json", "/dataset/{name}/croissant.jsonld", "/feeds/dataset.atom", "/data.json"),
    *("/sitemap.xml", "/robots.txt", "/.well-known/api-catalog"),
)
"""The directory as machines read it: what the public may know, from the one place that says so."""
PUBLIC = frozenset(
    {
        *(f"{method} {path}" for method in ("GET", "HEAD") for path in FOR_MACHINES),
        *("GET /healthz", "GET /readyz", "GET /ledger/checkpoint", "GET /ledger/keys.json", "GET /ledger/consistency"),
        *("GET /ledger/tile/{path:path}", "GET /api/v1/datasets", "GET /api/v1/items", "GET /api/v1/datasets/{name}"),
        *("GET /api/v1/datasets/{name}/rows", "GET /api/v1/datasets/{name}/download", "POST /oauth/token"),
        *("GET /.well-known/jwks.json", "GET /.well-known/security.txt", "POST /api/v1/sessions"),
        *("GET /.well-known/oauth-authorization-server", "POST /proof", "POST /login"),
        *("GET /", "GET /catalog", "GET /items", "GET /d", "GET /d/{name}", "GET /dataset/{name}", "GET /proof"),
        *("GET /api/v1/corrections/figures", "GET /me", "GET /me/login", "GET /me/callback", "GET /demo-idp/jwks.json"),
        # Figures and changes of open items: what is protected comes under disclosure control, or not at all.
        *("GET /api/v1/datasets/{name}/aggregate", "GET /api/v1/data/{name}/changes"),
        *("GET /api/v1/statistics/population", "GET /api/v1/statistics/population/about"),
        # What is told of versions and quality holds no value: numbers, times, counts, shares.
        *("GET /api/v1/datasets/{name}/versions", "GET /api/v1/datasets/{name}/quality"),
        *("GET /api/v1/quality/definitions", "GET /api/v1/dataset"),
        # CKAN's actions: reads are the public's, writes need a token that the action itself asks for.
        *(f"{verb} /api{base}/action/{{name}}" for verb in ("GET", "HEAD", "POST", "OPTIONS") for base in ("", "/3")),
        # What the directory is described with: classes, code lists, data elements, licences; no entry is in them.
        *("GET /api/v1/directory/classes", "GET /api/v1/directory/classes/differences"),
        *("GET /api/v1/directory/code-lists", "GET /api/v1/directory/code-lists/{name}"),
        "GET /api/v1/directory/code-lists/{name}/codes/{code:path}",
        "GET /api/v1/directory/code-lists/{name}/differences",
        *("GET /api/v1/directory/code-schemes", "GET /api/v1/directory/elements"),
        *("GET /api/v1/directory/elements/{code}", "GET /api/v1/directory/licences"),
        *("GET /standards", "GET /standards/classes", "GET /standards/code-lists", "GET /standards/code-lists/{name}"),
        *("GET /standards/elements", "GET /standards/elements/{code}", "GET /standards/licences"),
        # Divisions through time: codes and names, and figures that the caller himself gives.
        *("GET /api/v1/divisions", "GET /api/v1/divisions/{code}", "GET /api/v1/divisions/{code}/children"),
        *("GET /api/v1/divisions/{code}/history", "GET /api/v1/divisions/{code}/successors"),
        *("GET /api/v1/divisions/{code}/boundary", "GET /api/v1/division-notes", "POST /api/v1/divisions/rebase"),
        *("GET /api/v1/division-at", "POST /api/v1/coordinates/degrees", "POST /api/v1/coordinates/zone"),
        # Standard addresses down to the door plate (element G009); what lies below is asked for under a grant.
        *("POST /api/v1/addresses/match", "POST /api/v1/addresses/reverse", "GET /api/v1/addresses/{address_id}"),
        "GET /api/v1/place-names",
        # Bodies by name or code: what the law makes public and the entry of the register opens.
        *("GET /api/v1/legal-persons", "GET /api/v1/legal-persons/{code}"),
        # Figures of the macro-economy: what the register's entry opens, nothing before its release.
        *("GET /api/v1/indicators", "GET /api/v1/indicators/{code}", "GET /api/v1/indicators/{code}/observations"),
        *("GET /indicators", "GET /indicators/{code}"),
        # Pages of the basic databases: what the operations above answer, in words; counts as they were released.
        *("GET /registers", "GET /divisions", "GET /divisions/{code}", "GET /legal-persons"),
        *("GET /legal-persons/{code}", "GET /addresses", "POST /addresses", "GET /addresses/{address_id}"),
        "GET /statistics/population",
        # Files attached to entries that are open to everybody; the route asks the one rule of visibility.
        "GET /dataset/{dataset}/resource/{resource}/download",
        "GET /dataset/{dataset}/resource/{resource}/download/{name}",
        *("GET /api", "GET /api/1", "GET /api/2", "GET /api/3"),
        *("GET /api/2/util/{kind}/{act}", "GET /api/util/{kind}/{act}", "GET /datastore/dump/{key}"),
        # Limits of uploads, as tus 1.0 has them asked for without credentials.
        *("OPTIONS /api/v1/uploads", "OPTIONS /api/v1/entries/{name}/uploads"),
        *("GET /demo-idp/authorize", "POST /demo-idp/authorize", "POST /demo-idp/token"),
        "GET /demo-idp/.well-known/openid-configuration",
        *(
            "GET /story",
            "GET /docs",
            "GET /docs/{audience}",
            "GET /about",
            "GET /login",
            "GET /problems",
            "GET /problems/{slug}",
            "GET /en",
        ),
    }
)
"""What anybody may call. A new public route is added here by a person who thought about it."""
FOR_THIS_MACHINE = frozenset({"GET /metrics"})
FOR_ORGANS_ALONE = (
    "/api/v1/entries",
    "/api/v1/requests",
    "/api/v1/exchange",
    "/api/v1/members",
    "/api/v1/sessions",
    "/oauth/",
)
FOR_PERSONS = ("/me", "/api/v1/me")
"""People's own rights: on the public entry point, behind the session of the person concerned."""
REFUSED = frozenset({401, 403, 404})


def fold(path: str) -> str:
    """Return a page's Chinese address: both languages are one route."""
    return path[3:] if path.startswith("/en/") and path != "/en/" else "/" if path == "/en/" else path


def _all_routes(routes: Iterable[object]) -> Iterator[APIRoute]:
    """Give the routes of an app, with those of the routers it includes."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _all_routes(included.routes)
        elif isinstance(route, APIRoute):
            yield route


def routes_of(app: FastAPI) -> list[tuple[str, APIRoute]]:
    return [(method, route) for route in _all_routes(app.routes) for method in sorted(route.methods or ())]


@pytest.fixture(scope="module")
def services(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with lent_database(server, template) as database:
        yield build_services(Settings(data_dir=tmp_path_factory.mktemp("routes"), demo=True), database)


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture(scope="module")
def public_app(services: Services) -> FastAPI:
    return create_app(services, "public")


def test_no_operation_stands_behind_another_of_the_same_address(app: FastAPI) -> None:
    """The second of two is never reached, whatever its parameters are called."""
    places = Counter((method, re.sub(r"{\w+", "{", route.path)) for method, route in routes_of(app))
    negotiated = {("GET", "/dataset/{}"), ("HEAD", "/dataset/{}"), ("GET", "/catalog"), ("HEAD", "/catalog")}
    assert {place for place, count in places.items() if count > 1} <= negotiated


@pytest.fixture
def guarded(app: FastAPI) -> list[tuple[str, APIRoute]]:
    """Give the routes that are not for everybody."""
    open_to_some = PUBLIC | FOR_THIS_MACHINE
    found = [(method, route) for method, route in routes_of(app) if f"{method} {fold(route.path)}" not in open_to_some]
    assert len(found) > 50
    return found


def address(route: APIRoute) -> str:
    """Return an address of a route: a real entry where it takes one, else something that may not exist."""
    known = {"slug": AUTHORITY, "name": BUS_STOPS, "login": "nobody", "path": "000"}
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: known.get(found.group(1), str(uuid.uuid4())), route.path)
    assert "{" not in path
    return path


def answers(
    send: Callable[[str, str], httpx2.Response], routes: list[tuple[str, APIRoute]]
) -> Iterator[tuple[str, httpx2.Response]]:
    for method, route in routes:
        yield f"{method} {route.path}", send(method, address(route))


def opened(
    send: Callable[[str, str], httpx2.Response], routes: list[tuple[str, APIRoute]], refused: frozenset[int]
) -> list[tuple[str, int]]:
    return [
        (name, answer.status_code)
        for name, answer in answers(send, routes)
        if answer.status_code not in refused and not leads_to_the_login(answer)
    ]


def leads_to_the_login(answer: httpx2.Response) -> bool:
    """Whether an answer is that of a page to somebody it does not know: nothing but the way to the login."""
    place = answer.headers.get("location", "")
    return answer.status_code == 303 and place.startswith(("/login", "/en/login"))


def test_every_public_route_is_one_somebody_decided_on(app: FastAPI) -> None:
    known = {f"{method} {fold(route.path)}" for method, route in routes_of(app)}
    assert known >= PUBLIC


def test_no_route_opens_without_credentials(town: Town, guarded: list[tuple[str, APIRoute]]) -> None:
    with town.browser() as nobody:
        assert opened(nobody.request, guarded, frozenset({401})) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
        {"Authorization": "Bearer citizen"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Cookie": "shutong=guessed", "X-CSRF-Token": "guessed"},
        {"X-Client-Cert": "CN=admin", "X-Forwarded-User": "admin", "X-Remote-User": "admin"},
    ],
)
def test_no_route_opens_to_forged_credentials(
    town: Town, guarded: list[tuple[str, APIRoute]], headers: dict[str, str]
) -> None:
    with town.browser() as nobody:
        assert opened(lambda method, path: nobody.request(method, path, headers=headers), guarded, REFUSED) == []


def test_no_refusal_of_a_route_says_more_than_that(town: Town, guarded: list[tuple[str, APIRoute]]) -> None:
    with town.browser() as nobody:
        # Pages answer with a page, or lead to the login; HEAD answers without a body.
        told = [answer for _, answer in answers(nobody.request, guarded) if answer.content]
        texts = {answer.json()["detail"] for answer in told if "json" in answer.headers.get("content-type", "")}
    assert texts <= {"此接口需要先表明身份", "请先登录：查看本人（本单位）的数据须经统一身份认证"}


def roles_needed(route: APIRoute) -> frozenset[Role] | None:
    """Return the roles of which a route asks one, from its own dependency; None where it asks for none."""
    for dependency in route.dependant.dependencies:
        call = dependency.call
        if getattr(call, "__name__", "") == "person_with_role":
            cells = [cell.cell_contents for cell in getattr(call, "__closure__", ()) or ()]
            return frozenset(next(cell for cell in cells if isinstance(cell, tuple)))
    return None


def holder(role: Role) -> str:
    """Return a member of the town one of whose people holds a role."""
    return GRANTED if role in {Role.AGENCY_USER, Role.AGENCY_APPROVER} else AUTHORITY


def test_enough_routes_ask_for_a_role(guarded: list[tuple[str, APIRoute]]) -> None:
    assert sum(roles_needed(route) is not None for _, route in guarded) >= 25


def closed_to(role: Role, guarded: list[tuple[str, APIRoute]]) -> list[tuple[str, APIRoute]]:
    """Return the routes that ask for another role."""
    return [(method, route) for method, route in guarded if role not in (roles_needed(route) or {role})]


def some_of(role: Role, closed: list[tuple[str, APIRoute]]) -> list[tuple[str, APIRoute]]:
    """Return a quarter of the routes, other ones for each role, and one at least of each set of roles asked for.

    What lets a person through is one function with that set: routes with the same set differ in nothing else.
    """
    turn = list(Role).index(role)
    seen: set[frozenset[Role] | None] = set()
    found = []
    for place, (method, route) in enumerate(closed):
        needed = roles_needed(route)
        if (place + turn) % 4 == 0 or needed not in seen:
            found.append((method, route))
            seen.add(needed)
    return found


@pytest.mark.parametrize("role", list(Role))
def test_no_route_opens_to_a_person_without_its_role(
    town: Town, guarded: list[tuple[str, APIRoute]], role: Role
) -> None:
    person = town.people.person(holder(role), role)
    others = some_of(role, closed_to(role, guarded))
    assert others
    assert opened(lambda method, path: sent(person, method, path), others, frozenset({403})) == []


@pytest.mark.long
@pytest.mark.parametrize("role", list(Role))
def test_no_route_at_all_opens_to_a_person_without_its_role(
    town: Town, guarded: list[tuple[str, APIRoute]], role: Role
) -> None:
    person = town.people.person(holder(role), role)
    others = closed_to(role, guarded)
    assert opened(lambda method, path: sent(person, method, path), others, frozenset({403})) == []


def sent(person: Any, method: str, path: str) -> httpx2.Response:
    """Send as a logged-in person with the CSRF token, whatever the answer."""
    answer: httpx2.Response = person._http.request(method, path, headers=person._headers())
    return answer


@pytest.mark.parametrize("role", list(Role))
def test_no_change_goes_through_without_the_token_of_the_page(
    town: Town, guarded: list[tuple[str, APIRoute]], role: Role
) -> None:
    """Each person tries what the person's role lets through: only the token is missing."""
    person = town.people.person(holder(role), role)
    changes = [
        (method, route)
        for method, route in guarded
        if method not in {"GET", "HEAD"} and role in (roles_needed(route) or {next(iter(Role))})
    ]
    refused = frozenset({401, 403})
    assert opened(person._http.request, changes, refused) == []


def test_no_route_for_staff_opens_to_the_token_of_a_system(town: Town, guarded: list[tuple[str, APIRoute]]) -> None:
    system = town.people.system(GRANTED)
    for_staff = [(method, route) for method, route in guarded if roles_needed(route) is not None]
    assert opened(lambda method, path: sent(system, method, path), for_staff, frozenset({401, 403})) == []


def test_the_public_entry_point_has_no_route_for_organs(public_app: FastAPI) -> None:
    paths = [route.path for _, route in routes_of(public_app)]
    assert len(paths) > 20
    others = [path for path in paths if not fold(path).startswith(FOR_PERSONS)]
    assert [path for path in others if path.startswith(FOR_ORGANS_ALONE) or "log" in path.split("/")[-1][:3]] == []


def test_the_public_entry_point_has_nothing_that_is_not_for_everybody(public_app: FastAPI) -> None:
    guarded = [f"{method} {fold(route.path)}" for method, route in routes_of(public_app)]
    allowed = PUBLIC | FOR_THIS_MACHINE | {"GET /ledger/receipts/{receipt_id}", "GET /ledger/entries/{path:path}"}
    for_others = [name for name in guarded if not name.partition(" ")[2].startswith(FOR_PERSONS)]
    assert [name for name in for_others if name not in allowed] == []


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_the_metrics_are_not_given_through_a_proxy(town: Town, header: str) -> None:
    assert town.reader.get("/metrics", headers={header: "for=127.0.0.1"}).status_code == 404


def test_the_metrics_are_not_given_to_another_machine(app: FastAPI) -> None:
    client = TestClient(app, client=("203.0.113.7", 40_000))
    assert client.get("/metrics").status_code == 404
