"""Peers of the hub, each in a process of its own, served with the hub's own server settings.

``constant`` is limit L1: a bare FastAPI handler that answers the bytes of a file (one address a file). ``reading`` is
the agency's point query without who asks, whether they may, and the receipt: the same compiled statement on the same
pool, rendered the same.
"""

from __future__ import annotations

import json
import sys
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import uvicorn
from fastapi import FastAPI, Request, Response

from hub import logs
from hub.app import build_services, with_limits
from hub.database import Database
from hub.exchange.deciding import Question, ask
from hub.rows.compiler import compile_query
from hub.rows.parsing import parse_json
from hub.rows.render import json_rows, page_facts
from hub.rows.store import Reading, fetch_page
from hub.serve import run_in_loop, server_options
from hub.settings import Settings
from policies.decision import Permit
from policies.facts import Action, Requester, RequesterKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.types import ASGIApp

    from hub.services import Services


def constant(bodies: dict[str, bytes]) -> ASGIApp:
    """Return an application whose handlers answer constant bytes, each at its path."""
    app = FastAPI()

    def handler(body: bytes) -> Callable[[], Awaitable[Response]]:
        async def answer() -> Response:
            return Response(body, media_type="application/json")

        return answer

    for path, body in bodies.items():
        app.add_api_route(path, handler(body), response_model=None)
    return app


def reading(services: Services, entry: str, system: str, key: str, columns: tuple[str, ...]) -> ASGIApp:
    """Return an application that reads rows as the exchange does, on a permit decided once at the start."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.database.open_pool()
        yield
        await services.database.close_pool()

    standing = services.cache.load(entry, uuid.UUID(system))
    grant = standing.grants[0]
    asker = Requester(RequesterKind.AGENCY, member_id=str(grant.member_id), system_id=system)
    question = Question(Action.READ, columns, frozenset(), frozenset({key}), grant.purposes[0], "DB-1")
    permit, _ = ask(services.context, standing, asker, question)
    if not isinstance(permit, Permit):
        raise TypeError(f"no permit: {permit.explain('en')}")
    app = FastAPI(lifespan=lifespan)

    @app.get("/constant")
    async def ready() -> Response:
        return Response(b"{}", media_type="application/json")

    async def read(request: Request) -> Response:
        asked = parse_json(standing.resource.id, await request.body())
        async with services.database.connection() as connection:
            compiled = compile_query(asked, permit, standing.resource.table, services.cursor_key)
            page = await fetch_page(connection, compiled, Reading(services.cursor_key))
        rows = orjson.Fragment(json_rows(page.columns, page.rows))
        return Response(orjson.dumps({**page_facts(page), "rows": rows}), media_type="application/json")

    app.add_api_route("/read", read, methods=["POST"])
    return with_limits(app, services)


def main() -> None:
    """Serve what the JSON document on the command line says until told to stop."""
    plan = json.loads(sys.argv[1])
    settings = Settings()
    logs.configure(settings.log_format, settings.log_level)
    if "files" in plan:
        app = constant({path: Path(file).read_bytes() for path, file in plan["files"].items()})
    else:
        assert settings.database_url is not None
        services = build_services(settings, Database.from_settings(settings, settings.database_url.get_secret_value()))
        services.identity.keeper.refresh()
        app = reading(services, plan["entry"], plan["system"], plan["key"], tuple(plan["columns"]))
    config = uvicorn.Config(app, host="127.0.0.1", port=plan["port"], **server_options(settings))
    run_in_loop(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
