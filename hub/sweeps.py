"""Every sweep of the hub, in the order in which they run: one line a part (see :mod:`hub.rounds`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.directory import index_store
from hub.directory.duties.watching import DUTIES
from hub.directory.resealing import RESEALING
from hub.exchange import ageing, extensions, line_clocks, usage
from hub.exchange.consulting import replies
from hub.exchange.corrections import settling
from hub.exchange.subscriptions.sweeping import DELIVERY
from hub.push import releasing
from hub.push.quality import promises
from hub.push.versions import retention
from hub.registers.addresses.following import ADDRESSES
from hub.registers.features import following as feature_shapes
from hub.registers.legal_persons import following
from hub.registers.macro.feeding import FEEDING as MACRO_FEEDING
from hub.registers.population import keeping
from hub.registers.round import REGISTERS
from hub.supervision import directory_clocks, overdue

if TYPE_CHECKING:
    from hub.rounds import Sweep


def all_sweeps() -> tuple[Sweep, ...]:
    """Return the sweeps; a part that has something falling due by itself adds its own here."""
    return (
        line_clocks.DELIVERIES,
        extensions.EXTENSIONS,
        *usage.SWEEPS,
        directory_clocks.DIRECTORY,
        overdue.CLOCKS,
        overdue.CALENDAR,
        DELIVERY,
        replies.SWEEP,
        ageing.SWEEP,
        settling.AWAITING,
        retention.RETENTION,
        promises.PROMISES,
        DUTIES,
        *releasing.SWEEPS,
        MACRO_FEEDING,
        index_store.INDEX,
        keeping.SWEEP,
        following.NAMES,
        RESEALING,
        feature_shapes.SHAPES,
        REGISTERS,
        ADDRESSES,
    )
