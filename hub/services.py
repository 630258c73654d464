"""The parts of a running hub, put together once by :func:`hub.app.create_app` and handed to every route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

if TYPE_CHECKING:
    from pathlib import Path

    from hub.calendars.keeper import CalendarKeeper
    from hub.context import Context
    from hub.database import Database
    from hub.exchange.relay.service import Relay
    from hub.exchange.standing import ResourceCache
    from hub.exchange.subscriptions.parts import Delivery
    from hub.exchange.watch import Watch
    from hub.housekeeping import Housekeeper
    from hub.identity.citizens.oidc import RelyingParty
    from hub.identity.sealing import Sealer
    from hub.identity.services import IdentityServices
    from hub.ledger.integrator import Integrator
    from hub.metrics import Metrics
    from hub.open.answers import AnswerCache
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
    citizens: RelyingParty | None
    relay: Relay


def incoming_folder(settings: Settings) -> Path:
    """Return where the files of pushes lie while they are checked."""
    return settings.data_dir / "incoming"


async def services_of(request: Request) -> Services:
    """Return the parts of the app that serves the request; ``async`` because anything else costs a thread."""
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app was not made by create_app")
    return services


Hub = Annotated[Services, Depends(services_of)]
