"""``create_app``: the only place where the parts of the hub are put together.

Two entry points share the parts (Zhengzhou Art. 21, two network zones): *public* serves open data, pages and
the log; *exchange* serves departments, agencies and administration. A route exists only where its zone
allows; in the demo both share one port.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import hub
from hub import problems, schema
from hub.api import agencies, citizens, entries, ledger, operators, pushes, requests, rows
from hub.api.authentication import ledger_recorder
from hub.api.identity import install_identity
from hub.context import Context, utc_now
from hub.exchange.standing import ResourceCache
from hub.housekeeping import Housekeeper, empty_incoming
from hub.identity.services import build_identity, rules_of
from hub.ledger.integrator import Integrator
from hub.ledger.keys import open_secret
from hub.ledger.publication import open_ledger
from hub.metrics import Metrics
from hub.middleware import Gatekeeper
from hub.open.answers import AnswerCache
from hub.portal import pages
from hub.rows.cursors import CursorKey
from hub.services import Services, incoming_folder
from policies.workdays import shipped_calendar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from hub.database import Database
    from hub.settings import Settings

EntryPoint = Literal["public", "exchange", "both"]
DESCRIPTION = (
    "数通：政务数据共享目录与交换。错误一律为 RFC 9457 problem。 "
    "Shutong, the government data directory and exchange. Errors are RFC 9457 problems."
)


def build_services(settings: Settings, database: Database, *, now: Callable[[], datetime] = utc_now) -> Services:
    """Put the parts together on a migrated database; nothing runs before :func:`start_services`.

    Raises:
        SchemaOutOfDateError: the database needs ``hub migrate`` first.
    """
    schema.require_current(database)
    origin = urlsplit(settings.public_url).netloc + "/ledger"
    with database.begin() as unit:
        log = open_ledger(settings.receipt_key, origin).as_registered(unit)
        log.publish(unit, now())
    metrics = Metrics()
    metrics.watch(database)
    log.writer.observe = lambda kind: metrics.receipts.labels(kind.value).inc()
    context = Context(log.writer, shipped_calendar(), settings.demo, now)
    identity = build_identity(
        database, ledger_recorder(log.writer), rules_of(settings, other_public_keys=(log.writer.key.public.jwk,))
    )
    incoming_folder(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    return Services(
        settings=settings,
        database=database,
        context=context,
        identity=identity,
        integrator=Integrator(database, log.signer),
        housekeeper=Housekeeper(database, metrics, now),
        metrics=metrics,
        cache=ResourceCache(database, context, identity.keeper),
        cursor_key=CursorKey(open_secret(settings.receipt_key.parent / "cursor.key")),
        answers=AnswerCache(),
    )


def create_app(services: Services, entry_point: EntryPoint = "both") -> FastAPI:
    """Return the application of one entry point; the parts are started by whoever runs it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.database.open_pool()
        try:
            yield
        finally:
            await services.database.close_pool()

    app = FastAPI(
        title="数通 Shutong",
        version=hub.__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.services = services
    problems.install(app)
    is_public = entry_point == "public"
    # The first route that fits is taken, and looking takes time: those of the hot paths stand first, unnested.
    app.router.routes.extend([*rows.router.routes, *(() if is_public else agencies.router.routes)])
    app.include_router(operators.router)
    app.include_router(ledger.router)
    app.include_router(citizens.router)  # organs search the directory and read open data too
    install_identity(app, services.identity, serves_exchange=not is_public)
    pages.install(app, services, has_login=not is_public)
    if not is_public:
        app.include_router(entries.router)
        app.include_router(pushes.router)
        app.include_router(requests.router)
    return app


def with_limits(app: FastAPI, services: Services, entry_point: EntryPoint = "both") -> ASGIApp:
    """Return the application behind its gatekeeper: limits, request ids, security headers, counting."""
    return Gatekeeper(app, services.settings, services.metrics, entry_point)


def create_metrics_app(services: Services) -> ASGIApp:
    """Return the application of the metrics port: the figures and a sign of life, nothing else."""

    def figures(_: Request) -> Response:
        content, media_type = services.metrics.render()
        return Response(content, media_type=media_type)

    def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/metrics", figures), Route("/healthz", health)])


def start_services(services: Services) -> None:
    """Start what runs beside the requests: the log's integrator and the snapshot of standings."""
    empty_incoming(services.settings)
    services.identity.start()
    services.integrator.start()
    services.housekeeper.start()


def stop_services(services: Services) -> None:
    """Stop it again, integrating what is left."""
    services.housekeeper.stop()
    services.identity.stop()
    services.integrator.stop()
