"""Erasure reaches the registers: what an erased row ever said leaves claims, history, names, links and conflicts.

A row erased at its source (个人信息保护法 Art. 47; :mod:`hub.push.versions.erasing`) is gone there from every version.
A claim is kept when it is closed, so closing is not enough here: the claims of an erased row are deleted, open and
closed, and its subjects computed anew from what other rows say. Whether the register is on, or the source stopped or
at fault, plays no part. Idempotent: a source notes up to which version erasures have reached the register.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.number_seals import MARK
from hub.ledger.drafts import ReceiptKind
from hub.registers import changes_store, erasing_store, feeding_store
from hub.registers.feeding import bring_up, local_now
from hub.registers.feeding_store import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.identity.number_seals import NumberSeals
    from hub.registers.erasing_store import Named
    from hub.registers.rules import RegisterRules


def sweep(context: Context, database: Database, rules: Mapping[str, RegisterRules]) -> int:
    """Carry out the erasures that have not reached the registers; return how many sources they were of."""
    with database.begin() as unit:
        due = erasing_store.due(unit)
    done = 0
    for code, number in due:
        if code in rules:
            with database.begin(statement_timeout_seconds=0) as unit:
                done += erase(context, unit, rules[code], number)
    return done


def erase(context: Context, unit: Unit, rules: RegisterRules, number: int) -> bool:
    """Delete what the erased rows of one source said, in the caller's transaction; False where nothing is due."""
    code = rules.basic.switch
    feeding_store.lock_register(unit, code)
    due = erasing_store.source(unit, number)
    if due is None or context.numbers is None:
        return False
    step = Step(code, number, due.target, context.now(), local_now(context))
    feeding_store.prepare(unit)
    lost = erasing_store.drop_claims(unit, step, due)
    change = changes_store.next_number(unit, code)
    done = bring_up(context, unit, step, has_born=False)
    erasing_store.touch(unit, step, change)
    erasing_store.drop_nameless(unit, step)
    named = erasing_store.named(unit, code)
    known_as = {name: kind.known_as for name, kind in rules.key_kinds.items()}
    erasing_store.drop_aliases(unit, code, list(unsaid(named, known_as, context.numbers)))
    erasing_store.set_erased(unit, number, due.target)
    changes_store.write(unit, step, {**done.counts(), "erased": lost})
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="register.erased",
        resource=str(due.entry_id),
        resource_version=str(due.target),
        rows=lost,
        subjects=done.touched,
    )
    return True


def unsaid(
    named: Mapping[int, Named], known_as: Mapping[str, tuple[str, ...]], numbers: NumberSeals
) -> Iterator[tuple[str, str]]:
    """Yield (form, kind) of the sealed names that no row says any more of a subject which other rows still know.

    A name stays while a claim of the subject holds it, or is keyed by names of its kind without holding its key.
    Names that are public (credit codes) stay: they name no person.
    """
    for one in named.values():
        said = {numbers.open(text) for claim in one.claims for text in claim.values if text.startswith(MARK)}
        kept = {kind for claim in one.claims if not claim.holds_key for kind in known_as.get(claim.key_kind, ())}
        for form, kind in one.aliases:
            if form.startswith(MARK) and kind not in kept and numbers.open(form) not in said:
                yield form, kind
