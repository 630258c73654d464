"""The parts of a running hub, put together once by :func:`hub.app.create_app` and handed to every route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from hub.context import Keeping
from hub.identity.sealed_files import KEY_FILE as FILE_KEY
from hub.identity.sealed_files import FileKey
from hub.ledger.keys import open_secret
from hub.push.uploads.files import Parts
from hub.push.uploads.receiving import Desk, Rules

if TYPE_CHECKING:
    from pathlib import Path

    from hub.calendars.keeper import CalendarKeeper
    from hub.context import Context
    from hub.database import Database
    from hub.exchange.relay.service import Relay
    from hub.exchange.standing import ResourceCache
    from hub.exchange.subscriptions.parts import Delivery
    from hub.exchange.watch import Watch
    from hub.harvest.service import Harvester
    from hub.housekeeping import Housekeeper
    from hub.identity.citizens.oidc import RelyingParty
    from hub.identity.number_seals import NumberSeals
    from hub.identity.sealing import Sealer
    from hub.identity.services import IdentityServices
    from hub.ledger.integrator import Integrator
    from hub.metrics import Metrics
    from hub.open.answers import AnswerCache
    from hub.pulls.service import Puller
    from hub.registers.addresses.matching import AddressBook
    from hub.registers.legal_persons.desk import LegalPersonDesk
    from hub.registers.population.desk import PopulationDesk
    from hub.rounds import Rounds
    from hub.rows.cursors import CursorKey
    from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, database, context of the use cases, identity, what runs beside, metrics, what is kept in memory."""

    settings: Settings
    database: Database
    context: Context
    identity: IdentityServices
    integrator: Integrator
    housekeeper: Housekeeper
    rounds: Rounds
    calendars: CalendarKeeper
    metrics: Metrics
    cache: ResourceCache
    cursor_key: CursorKey
    answers: AnswerCache
    watch: Watch
    delivery: Delivery
    sealer: Sealer
    numbers: NumberSeals
    citizens: RelyingParty | None
    population: PopulationDesk
    addresses: AddressBook
    legal_persons: LegalPersonDesk
    relay: Relay
    pulls: Puller
    harvests: Harvester


def incoming_folder(settings: Settings) -> Path:
    """Return where the files of pushes lie while they are checked."""
    return settings.data_dir / "incoming"


def file_key(settings: Settings) -> FileKey:
    """Return the key of files that outlive their request; it is made where there is none."""
    return FileKey(open_secret(settings.data_dir / "keys" / FILE_KEY))


def keeping_of(settings: Settings) -> Keeping:
    """Return what is kept of pushes that are not done yet, by the settings."""
    return Keeping(
        spool=settings.data_dir / "spool",
        key=file_key(settings),
        incoming=incoming_folder(settings),
        held_days=settings.held_rows_days,
        held_rows=settings.held_rows_limit,
        wait_days=settings.push_wait_days,
        remind_days=settings.push_remind_days,
    )


def desk_of(settings: Settings, context: Context, database: Database) -> Desk:
    """Return where resumable uploads are received, with the limits of the settings."""
    rules = Rules(
        largest_bytes=settings.resumable_limit_bytes,
        quota_bytes=settings.resumable_quota_bytes,
        open_limit=settings.resumable_open_limit,
        lifetime=timedelta(hours=settings.resumable_lifetime_hours),
    )
    parts = Parts(settings.data_dir / "uploads", file_key(settings))
    return Desk(context, database, parts, incoming_folder(settings), rules)


def upload_desk(hub: Services) -> Desk:
    """Return where a running hub receives resumable uploads."""
    return desk_of(hub.settings, hub.context, hub.database)


async def services_of(request: Request) -> Services:
    """Return the parts of the app that serves the request; ``async`` because anything else costs a thread."""
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app was not made by create_app")
    return services


Hub = Annotated[Services, Depends(services_of)]
