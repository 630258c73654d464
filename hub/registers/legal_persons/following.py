"""Names and flags follow the register: a sweep reads the bodies that changed since it last looked.

Idempotent and in small transactions: what it has read is noted in the transaction that writes. A body's former names
are those no source says any longer; its present one is the register's. 企业名称登记管理规定 第十七条: one name of one
body with one registrar.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalogue.basic.legal_persons_status import GONE
from hub.registers.legal_persons import store
from hub.registers.legal_persons.flags import NAME_TAKEN, Flag, flags_of
from hub.registers.legal_persons.names import name_form, name_grams, registrar_of
from hub.registers.legal_persons.store import NameRow
from hub.rounds import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.registers.legal_persons.store import Changed, SaidName

BATCH: Final = 5_000
BATCHES: Final = 40
"""So many batches in one run of the sweep; the next run goes on."""


def follow(unit: Unit, context: Context, limit: int = BATCH) -> int:
    """Bring names and flags of the next changed bodies up to date; return how many were looked at."""
    changed = store.changed_after(unit, *store.mark(unit), limit)
    if not changed:
        return 0
    ids = [one.id for one in changed]
    said: dict[int, list[SaidName]] = {}
    for name in store.names_said(unit, ids):
        said.setdefault(name.subject, []).append(name)
    rows = [row for one in changed for row in names_of(one, said.get(one.id, ()))]
    shared_before = store.sharing_names(unit, ids)
    store.put_names(unit, ids, rows)
    shared = store.sharing_names(unit, ids)
    today = context.today()
    flags = {one.id: flags_of(one.values, today) if one.values else [] for one in changed}
    taken = Flag(NAME_TAKEN, ("L002", "L014"), is_fault=False)
    for subject in shared:
        flags[subject].append(taken)
    store.put_flags(unit, flags, context.now())
    # Whose name one of these bodies took, or gave up, is another body: its flag follows in the same transaction.
    others = set().union(*shared_before.values(), *shared.values()) - set(ids)
    store.set_flag(unit, taken, (others, set(store.sharing_names(unit, others))), context.now())
    store.set_mark(unit, changed[-1].changed, changed[-1].id)
    return len(changed)


def names_of(body: Changed, said: Iterable[SaidName]) -> Iterator[NameRow]:
    """Yield the present name of a body and its former ones, each once."""
    values, known = body.values, set[str]()
    present = values.get("L002", "")
    began: date | None = None
    names = list(said)
    for name in names:
        if name.name == present:
            began = name.since
    row = NameRow(
        subject=body.id,
        form="",
        name="",
        is_current=False,
        since=None,
        until=None,
        registrar=registrar_of(values),
        is_existing=values.get("L015", "") not in GONE,
        grams=(),
    )
    if present:
        form = name_form(present)
        known.add(form)
        yield replace(row, form=form, name=present, is_current=True, since=began, grams=name_grams(form))
    for name in names:
        form = name_form(name.name)
        if form not in known and not name.is_open:
            known.add(form)
            ended = began if began is not None and began > name.since else None
            yield replace(row, form=form, name=name.name, since=name.since, until=ended, grams=name_grams(form))


def sweep(context: Context, database: Database) -> int:
    """Follow the register; return how many bodies were looked at."""
    done = 0
    for _ in range(BATCHES):
        with database.begin(statement_timeout_seconds=0) as unit:
            looked = follow(unit, context)
        done += looked
        if looked < BATCH:
            break
    return done


NAMES: Final = Sweep("legal-person-names", 2.0, sweep, is_long=True)
