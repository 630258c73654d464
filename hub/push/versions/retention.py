"""How long history is kept: by the policy of each entry, removed by a sweep, with a receipt.

``keep_versions`` and ``keep_days`` of the push policy; what either keeps stays. First the earliest readable version
is raised, so that nobody starts to read what is about to go; the history below it goes a while later. The rows
themselves never go this way. 个人信息保护法 Art. 19; 网络数据安全管理条例 Art. 24.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.push import store as push_store
from hub.push.versions import store
from hub.rounds import Sweep
from hub.rows import trimming
from hub.rows.tables import lock, state

if TYPE_CHECKING:
    import uuid

    from catalogue.entry import PushPolicy
    from hub.context import Context
    from hub.database import Database, Unit

PAUSE: Final = timedelta(minutes=10)
"""From raising the floor to removing what lies below: longer than any answer takes that began before."""
AT_ONCE: Final = 100


def sweep(context: Context, database: Database) -> int:
    """Raise floors that are due and remove history below older ones; returns how many resources changed."""
    done = 0
    with database.begin() as unit:
        following = trimming.candidates(unit)
    for entry_id in following:
        with database.begin() as unit:
            done += _raise(context, unit, entry_id)
    with database.begin() as unit:
        due = store.trims_due(unit, context.now() - PAUSE)
    for entry_id in due:
        with database.begin(statement_timeout_seconds=0) as unit:
            done += _trim(context, unit, entry_id)
    return done


def floor_for(context: Context, unit: Unit, entry_id: uuid.UUID, policy: PushPolicy, latest: int) -> int:
    """Return the earliest version the policy keeps; 0 keeps all."""
    found = []
    if policy.keep_versions is not None:
        found.append(latest - max(1, policy.keep_versions) + 1)
    if policy.keep_days is not None:
        since = context.now() - timedelta(days=max(0, policy.keep_days))
        found.append(push_store.number_at(unit, entry_id, since) or 0)
    return max(0, min(found)) if found else 0


def _raise(context: Context, unit: Unit, entry_id: uuid.UUID) -> int:
    try:
        resource = load_resource(context, unit, entry_id)
    except EntryNotFoundError:
        return 0
    wanted = floor_for(context, unit, entry_id, resource.entry.push, state(unit, entry_id).version)
    known = store.floor(unit, entry_id)
    if wanted <= max(1, known.earliest if known is not None else 1):
        return 0
    store.raise_floor(unit, entry_id, wanted, context.now())
    return 1


def _trim(context: Context, unit: Unit, entry_id: uuid.UUID) -> int:
    lock(unit, entry_id)
    known = store.floor(unit, entry_id)
    row = catalogue_store.find_entry(unit, entry_id)
    if known is None or row is None or known.trimmed >= known.earliest:
        return 0
    gone = trimming.trim(unit, entry_id, known.earliest)
    store.note_trimmed(unit, entry_id, known.earliest)
    context.record(
        unit,
        ReceiptKind.PUSH,
        action="version.trim",
        provider=str(row.provider_id),
        resource=str(entry_id),
        as_of=str(known.earliest),
        rows=gone,
        legal_basis="个人信息保护法 第十九条",
        outcome="trimmed",
    )
    return 1


RETENTION: Final = Sweep("retention", 300.0, sweep, is_long=True)
