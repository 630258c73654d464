"""Bad input to every operation, by those who may use it: what was sent does not come back in any problem.

A page repeats to its reader what he typed; a problem goes into logs and tickets, so it names the place and the rule and
never the value.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from hub.identity.roles import Role
from tests.canary.addresses import ENDS_A_SESSION, bodies, filled, fillings
from tests.canary.aviary import ANOTHER, HOLDER, POLICE
from tests.canary.birds import SENT, heard_in
from tests.threats.test_threats_routes import roles_needed, routes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from fastapi.routing import APIRoute

    from tests.canary.aviary import Aviary

NAMES: Final = tuple(f"sent {kind}" for kind in SENT)
OF_AGENCIES: Final = {Role.AGENCY_USER, Role.AGENCY_APPROVER}
OF_PROVIDERS: Final = {Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER}
FOR_THE_PROVIDER: Final = ("/uploads", "/mappings", "/held-rows", "/versions", "/lineage", "/pushes", "/quality")
FOR_SYSTEMS: Final = ("/exchange/", "/relay/", "/subscriptions", "/corrections", "/data/", "/pushes")


def user_of(aviary: Aviary, route: APIRoute) -> httpx2.Client:
    """Return the client of somebody who may use a route."""
    if route.path.startswith(("/me", "/api/v1/me")):
        return aviary.citizen(ANOTHER)
    roles = roles_needed(route)
    if any(part in route.path for part in FOR_THE_PROVIDER) and roles is None:
        return aviary.doors.system(POLICE)
    if roles is None:
        is_for_systems = any(part in route.path for part in FOR_SYSTEMS)
        return aviary.doors.system(HOLDER) if is_for_systems else aviary.doors.staff(HOLDER, Role.AGENCY_USER)
    role = min(roles)
    member = HOLDER if role in OF_AGENCIES else POLICE if role in OF_PROVIDERS else "shujuju"
    return aviary.doors.staff(member, role)


@pytest.fixture(scope="module")
def routes(aviary: Aviary) -> list[tuple[str, str, APIRoute]]:
    """Give every operation with one address."""
    values = fillings(aviary)
    found = [(method, filled(route.path, values)[0], route) for method, route in routes_of(aviary.app)]
    return [one for one in found if not one[1].endswith(ENDS_A_SESSION)]


def is_of_a_source(answer: httpx2.Response) -> bool:
    """Whether an answer says that a department's own source does not answer: no fault of the hub."""
    return answer.status_code == 502 and "/problems/source-unreachable" in answer.text


def echo(answer: httpx2.Response) -> str | None:
    """Return what is wrong with an answer to bad input; None where nothing is."""
    if answer.status_code >= 500 and not is_of_a_source(answer):
        return f"{answer.status_code} {answer.text[:200]}"
    is_page = "html" in answer.headers.get("content-type", "")
    # «No such entry» says which, so that a slip can be seen; a number in its place is blotted out.
    names = NAMES[:1] if "/problems/entry-not-found" in answer.text else NAMES
    if answer.is_client_error and not is_page and heard_in(answer, names):
        return f"{answer.status_code} {answer.text[:400]}"
    return None


def test_no_problem_repeats_a_body(aviary: Aviary, routes: list[tuple[str, str, APIRoute]]) -> None:
    document: dict[str, Any] = aviary.doors.public().get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    found = {}
    for method, place, route in routes:
        operation = document["paths"].get(re.sub(r":\w+", "", route.path), {}).get(method.lower(), {})
        if method == "GET" or "requestBody" not in operation:
            continue
        client = user_of(aviary, route)
        for text in SENT.values():
            for body in bodies(operation, schemas, text):
                answer = client.request(method, place, json=body)
                wrong = echo(answer)
                if wrong is not None:
                    found[f"{method} {route.path} {str(body)[:60]}"] = wrong
    assert found == {}


def broken(text: str) -> Iterator[bytes]:
    """Return bodies that no parser takes, with ``text`` at the place where it stops."""
    yield f'{{"{text}": "{text}'.encode()
    yield json.dumps({text: 1})[:-1].encode() + b"\xff"
    yield f"{text},{text}\n\x00".encode()


def test_no_problem_repeats_a_body_that_cannot_be_read(aviary: Aviary, routes: list[tuple[str, str, APIRoute]]) -> None:
    found = {}
    for method, place, route in routes:
        if method == "GET":
            continue
        client = user_of(aviary, route)
        for body in broken(SENT["number"]):
            answer = client.request(method, place, content=body, headers={"Content-Type": "application/json"})
            wrong = echo(answer)
            if wrong is not None:
                found[f"{method} {route.path}"] = wrong
    assert found == {}


def asked(route: APIRoute) -> Iterator[dict[str, str]]:
    """Give queries: each parameter alone with a number, all of them and unknown ones with each of the texts."""
    known = [one.alias for one in route.dependant.query_params]
    known += [one.alias for dependant in route.dependant.dependencies for one in dependant.query_params]
    for name in known:
        yield {name: SENT["number"]}
    for text in SENT.values():
        # The name of an entry comes back: «no such entry» says which, as at its address.
        named = {name for name in known if name != "code" or text != SENT["text"]}
        yield dict.fromkeys((*named, "shenfen_haoma", "xingming__nosuch", text), text)


def test_no_problem_repeats_a_parameter(aviary: Aviary, routes: list[tuple[str, str, APIRoute]]) -> None:
    found = {}
    for method, place, route in routes:
        client = user_of(aviary, route)
        for query in asked(route):
            wrong = echo(client.request(method, place, params={"purpose": "x", **query}))
            if wrong is not None:
                found[f"{method} {route.path}?{'&'.join(query)}"] = wrong
    assert found == {}


def test_no_problem_repeats_a_part_of_the_address(aviary: Aviary) -> None:
    found = {}
    for method, route in routes_of(aviary.app):
        if "{" not in route.path:
            continue
        place = re.sub(r"\{\w+(:\w+)?\}", SENT["number"], route.path)
        answer = user_of(aviary, route).request(method, place)
        has_problem = answer.content and "json" in answer.headers.get("content-type", "")
        problem = answer.json() if has_problem else {}
        # The address itself comes back as ``instance``: RFC 9457 3.1.5 says so, and the caller wrote it.
        is_problem = isinstance(problem, dict)
        said = {name: value for name, value in problem.items() if name != "instance"} if is_problem else problem
        if answer.status_code >= 500 or SENT["number"] in str(said):
            found[f"{method} {route.path}"] = answer.text[:300]
    assert found == {}
