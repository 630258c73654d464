"""``create_app``: the only place where the parts of the hub are put together.

Two entry points share the parts (Zhengzhou Art. 21, two network zones): *public* serves open data, pages and
the log; *exchange* serves departments, agencies and administration. A route exists only where its zone
allows; in the demo both share one port.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import hub
from connectors.sources import SourceLimits
from hub import problems, schema
from hub.api import (
    addresses,
    agencies,
    aggregates,
    catalogues,
    citizens,
    ckan,
    ckan_files,
    ckan_tokens,
    clocks,
    corrections,
    demo_identity,
    describing,
    directory_duties,
    directory_duties_inventory,
    directory_duties_sources,
    directory_metadata,
    directory_metadata_entries,
    directory_metadata_keeping,
    directory_sheets,
    downloads,
    entries,
    exemption_claims,
    exemptions,
    grants,
    indicators,
    ledger,
    operators,
    own_data,
    own_rights,
    privacy,
    push_loop,
    push_mappings,
    push_rules,
    pushes,
    quality,
    relay,
    requests,
    rows,
    searching,
    supervision,
    uploads,
    versions,
)
from hub.api.application_library import router as application_library_router
from hub.api.applications import router as applications_router
from hub.api.authentication import ledger_recorder
from hub.api.divisions import router as divisions_router
from hub.api.features import public_router as coordinates_router
from hub.api.features import router as features_router
from hub.api.harvest import router as harvest_router
from hub.api.identity import install_identity
from hub.api.legal_persons import public_router as legal_persons_public
from hub.api.legal_persons import router as legal_persons_router
from hub.api.match import router as match_router
from hub.api.population import router as population_router
from hub.api.population_keeping import router as population_keeping_router
from hub.api.population_own import router as population_own_router
from hub.api.population_statistics import exchange as statistics_exchange
from hub.api.population_statistics import public as statistics_public
from hub.api.population_statistics import staff as statistics_staff
from hub.api.pulls import router as pulls_router
from hub.api.registers import router as registers_router
from hub.api.registers_values import router as registers_values_router
from hub.api.subscriptions import feed as feed_router
from hub.api.subscriptions import router as subscriptions_router
from hub.calendars.keeper import CalendarKeeper
from hub.context import Context, utc_now
from hub.egress import policy_of
from hub.exchange.relay.calling import Desk
from hub.exchange.relay.jobs import sweeps_of
from hub.exchange.relay.service import Relay, assertion_jwk
from hub.exchange.standing import ResourceCache
from hub.exchange.subscriptions.parts import SECRET_FILE, Outside, build_delivery
from hub.exchange.subscriptions.standing import Doorkeeper
from hub.exchange.watch import Limits, Watch
from hub.harvest.service import FOLDER as HARVEST_FOLDER
from hub.harvest.service import Harvester
from hub.housekeeping import Housekeeper, empty_incoming
from hub.identity.citizens.oidc import relying_party_of
from hub.identity.sealing import KEY_FILE, Sealer
from hub.identity.services import build_identity, rules_of
from hub.ledger.integrator import Integrator
from hub.ledger.keys import open_secret
from hub.ledger.publication import open_ledger
from hub.metrics import Metrics
from hub.middleware import Gatekeeper
from hub.number_keys import open_number_seals
from hub.open.answers import AnswerCache
from hub.portal import pages
from hub.pulls.service import Puller
from hub.pulls.sources import Outside as PullOutside
from hub.push.uploads.finishing import sweep_of
from hub.registers.addresses.matching import AddressBook
from hub.registers.legal_persons.desk import LegalPersonDesk
from hub.registers.legal_persons.seats_following import Seating, seats_sweep
from hub.registers.population.desk import PopulationDesk
from hub.rounds import Rounds
from hub.routing import unnested
from hub.rows.cursors import CursorKey
from hub.services import Services, desk_of, incoming_folder, keeping_of
from hub.sweeps import all_sweeps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from hub.database import Database
    from hub.exchange.subscriptions.parts import Delivery
    from hub.settings import Settings

EntryPoint = Literal["public", "exchange", "both"]
DESCRIPTION = (
    "数通：政务数据共享目录与交换。错误一律为 RFC 9457 problem。 "
    "Shutong, the government data directory and exchange. Errors are RFC 9457 problems."
)
EXCHANGE_ROUTERS: Final = (
    directory_metadata_entries.router,
    directory_metadata_keeping.router,
    entries.router,
    ckan_tokens.router,
    describing.router,
    directory_duties.router,
    directory_duties_inventory.router,
    directory_duties_sources.router,
    directory_sheets.router,
    exemption_claims.router,
    exemptions.router,
    push_loop.router,
    pushes.router,
    versions.router,
    quality.router,
    push_mappings.router,
    push_rules.router,
    uploads.router,
    requests.router,
    grants.router,
    grants.operators_router,
    downloads.router,
    clocks.router,
    clocks.operators_router,
    supervision.router,
    supervision.operators_router,
    match_router,
    features_router,
    population_keeping_router,
    registers_router,
    registers_values_router,
    legal_persons_router,
    subscriptions_router,
    applications_router,
    application_library_router,
    aggregates.exchange,
    statistics_exchange,
    statistics_staff,
    addresses.exchange,
    corrections.router,
    own_rights.router,
    privacy.router,
    relay.router,
    pulls_router,
    harvest_router,
    indicators.exchange,
)
"""What departments, agencies and operators use, and the public entry point does not have."""


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
    calendars = CalendarKeeper(database)
    numbers = open_number_seals(settings.data_dir / "keys")
    context = Context(log.writer, calendars, settings.demo, now, keeping_of(settings), numbers)
    identity = build_identity(
        database,
        ledger_recorder(log.writer, now),
        rules_of(settings, other_public_keys=(log.writer.key.public.jwk, assertion_jwk(settings))),
        now,
    )
    cache = ResourceCache(database, context, identity.keeper)
    cursor_key = CursorKey(open_secret(settings.receipt_key.parent / "cursor.key"))
    relays = Relay(database, identity.keeper, policy_of(settings), settings.public_url, settings.data_dir / "keys")
    puller = _puller_of(settings, database, context)
    harvester = _harvester_of(settings, database, context)
    relay_sweeps = sweeps_of(Desk(context, database, cache, relays, cursor_key))
    uploads = sweep_of(desk_of(settings, context, database))
    addresses_known = AddressBook()
    seats = seats_sweep(Seating(addresses_known, settings.address_least_score))
    own_sweeps = (*relay_sweeps, uploads, *puller.sweeps(), *harvester.sweeps(), seats)
    incoming_folder(settings).mkdir(parents=True, exist_ok=True, mode=0o700)
    return Services(
        settings=settings,
        database=database,
        context=context,
        identity=identity,
        integrator=Integrator(database, log.signer),
        housekeeper=Housekeeper(database, metrics, now),
        calendars=calendars,
        rounds=Rounds(database, context, metrics, (*all_sweeps(), *own_sweeps)),
        metrics=metrics,
        cache=cache,
        delivery=_delivery_of(settings, database, Doorkeeper(context, identity.keeper, cache), metrics),
        cursor_key=cursor_key,
        answers=AnswerCache(),
        watch=_watch_of(settings),
        sealer=Sealer(open_secret(settings.data_dir / "keys" / KEY_FILE)),
        numbers=numbers,
        citizens=relying_party_of(settings, now),
        population=PopulationDesk(database, context, identity.keeper, cache, numbers),
        addresses=addresses_known,
        legal_persons=LegalPersonDesk(database, context, identity.keeper, cache, numbers),
        relay=relays,
        pulls=puller,
        harvests=harvester,
    )


def _delivery_of(settings: Settings, database: Database, door: Doorkeeper, metrics: Metrics) -> Delivery:
    """Return what delivers webhooks: it goes out by the egress policy and signs with secrets of its own key."""
    secret = open_secret(settings.receipt_key.parent / SECRET_FILE)
    outside = Outside(settings.public_url, policy_of(settings), secret)
    return build_delivery(database, door, outside, observe=lambda outcome: metrics.webhooks.labels(outcome).inc())


def _puller_of(settings: Settings, database: Database, context: Context) -> Puller:
    """Return what fetches on schedule: by the egress policy, within the limits of the settings."""
    limits = SourceLimits(
        rows=settings.pull_limit_rows,
        total_bytes=settings.pull_limit_bytes,
        statement_seconds=settings.pull_statement_seconds,
    )
    sealer = Sealer(open_secret(settings.data_dir / "keys" / KEY_FILE))
    outside = PullOutside(policy_of(settings), limits, settings.pull_folders, sealer)
    return Puller(context, database, outside, incoming_folder(settings))


def _harvester_of(settings: Settings, database: Database, context: Context) -> Harvester:
    """Return what harvests catalogues: by the egress policy, files in a folder that outlives a restart."""
    limits = SourceLimits(total_bytes=settings.pull_limit_bytes, statement_seconds=settings.pull_statement_seconds)
    return Harvester(context, database, (policy_of(settings), limits), settings.data_dir / HARVEST_FOLDER)


def _watch_of(settings: Settings) -> Watch:
    """Return the watch over walking through numbers and over case numbers used too often (threats 15, 17)."""
    return Watch(
        Limits(
            subjects_per_case=settings.watch_subjects_per_case,
            run_of_numbers=settings.watch_run_of_numbers,
            calls_before_ratio=settings.watch_calls_before_ratio,
            least_hit_percent=settings.watch_least_hit_percent,
        )
    )


def create_app(services: Services, entry_point: EntryPoint = "both") -> FastAPI:
    """Return the application of one entry point; the parts are started by whoever runs it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.database.open_pool()
        services.relay.begin()
        try:
            yield
        finally:
            await services.relay.close()
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
    hot = () if is_public else (*agencies.router.routes, *population_router.routes)
    app.router.routes.extend([*rows.router.routes, *hot])
    app.include_router(operators.router)
    app.include_router(ledger.router)
    app.include_router(aggregates.public)
    app.include_router(statistics_public)
    app.include_router(indicators.public)
    app.include_router(feed_router)
    app.include_router(versions.public)
    app.include_router(quality.public)
    if entry_point != "exchange":
        app.include_router(own_data.router)
        app.include_router(population_own_router)
        if services.settings.demo:
            app.include_router(demo_identity.router_of(services))
    app.include_router(ckan.router)
    app.include_router(ckan_files.router)
    app.state.ckan_writes = not is_public  # who writes is staff: that is the other entry point
    app.include_router(citizens.router)  # organs search the directory and read open data too
    app.include_router(searching.router)
    app.include_router(legal_persons_public)
    app.include_router(directory_metadata.router)
    app.include_router(divisions_router)
    app.include_router(coordinates_router)
    app.include_router(addresses.router)
    install_identity(app, services.identity, serves_exchange=not is_public)
    catalogues.install(app)  # before the pages: at two addresses it serves who wants no page
    pages.install(app, services, has_login=not is_public)
    if not is_public:
        for router in EXCHANGE_ROUTERS:
            app.include_router(router)
    app.router.routes[:] = unnested(app.router.routes)
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
    services.rounds.start()
    services.delivery.dispatcher.start()


def stop_services(services: Services) -> None:
    """Stop it again, integrating what is left."""
    services.delivery.dispatcher.close()
    services.rounds.stop()
    services.pulls.close()
    services.harvests.close()
    services.housekeeper.stop()
    services.identity.stop()
    services.integrator.stop()
