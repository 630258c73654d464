"""Erasure of a person's rows from the current version and all earlier ones, by an act of the provider.

个人信息保护法 Art. 47: on a ground of the law, with the reference of the decision behind it. The receipt holds counts
and keyed digests of the keys, so that the act can be proved and nobody can be found from it. Who follows the
changes is told to delete; rows kept for mending go too, and what pulls remember of them. Where the resource asks for
two people, the first proposes and the second gives the same erasure again: until then its keys are kept nowhere.
Backups are outside of it, see docs/how-to/go-back-to-an-earlier-version.md.
"""

from __future__ import annotations

import hashlib
import tomllib
import uuid
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from catalogue.entry import Release
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import digest_member
from hub.push import store as push_store
from hub.push.quality.measuring import measure
from hub.push.versions import store
from hub.push.versions.errors import ErasureError, SamePersonError
from hub.push.versions.restoring import tell_proposed
from hub.push.versions.store import Act
from hub.rows import erasing as rows
from hub.rows import outbox
from hub.rows.operands import operand
from hub.rows.outbox import Event, EventType
from hub.rows.sums import polars_type
from hub.rows.tables import lock, state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.push.versions.restoring import Actor
    from hub.rows.erasing import Erased

MODE: Final = "erase"
MOST: Final = 1000
REFERENCE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason of the law to erase."""

    code: str
    article: str
    zh: str
    en: str


@cache
def grounds() -> Mapping[str, Ground]:
    """Return the reasons by code."""
    data = tomllib.loads(files(__package__).joinpath("grounds.toml").read_text(encoding="utf-8"))
    return MappingProxyType({code: Ground(code, **row) for code, row in data.items()})


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be erased and why: ``keys`` hold a text for each key column, ``rows`` are ``_row`` numbers."""

    entry: str
    ground: str
    decision: str
    keys: tuple[Mapping[str, str], ...] = ()
    rows: tuple[int, ...] = ()


def erase_rows(
    context: Context, database: Database, asked: Erasure, actor: Actor
) -> tuple[Erased, push_store.StoredPush] | Act:
    """Erase rows as the next version of the resource; an :class:`Act` is returned where it waits for a second person.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        SamePersonError: the same person proposed the same erasure.
        ErasureError: ground, decision or keys are not as they must be, or nothing is there to erase.
        OperandError: a key is not of its item's type; it is not repeated.
    """
    ground = _checked(asked)
    with database.begin(statement_timeout_seconds=0) as unit:
        resource = load_resource(context, unit, asked.entry)
        if resource.provider_id != actor.member_id:
            raise NotYourEntryError
        lock(unit, resource.id)
        if state(unit, resource.id).version == 0:
            raise _nothing()
        keys = _keys(resource, asked)
        number = push_store.next_number(unit, resource.id)
        digests = sorted(
            context.writer.digest({"resource": str(resource.id), **key}) for key in asked.keys
        )  # fmt: skip
        first: Act | None = None
        if resource.entry.push.release is Release.TWO_STEP:
            first = _proposed(unit, resource, asked, digests)
            if first is None:
                with unit.driver.transaction(force_rollback=True):  # counted, and undone at once
                    found = _carry_out(unit, resource, number, (keys, asked))
                return _propose(context, unit, resource, (asked, ground, digests), (found, actor))
            if first.by_staff == actor.by_staff:
                raise SamePersonError
        given = _push(context, resource, actor, digests, number)
        push_store.receive(unit, given)
        erased, held = _carry_out(unit, resource, number, (keys, asked))
        why = (asked, ground, digests, held, first)
        return erased, _settle(context, unit, (resource, given, number), why, (erased, actor))


def _carry_out(unit: Unit, resource: Resource, number: int, what: tuple[pl.DataFrame, Erasure]) -> tuple[Erased, int]:
    """Erase; return how much went, and how many rows kept for mending (raises ErasureError where there is nothing)."""
    keys, asked = what
    erased = rows.erase(unit, resource.table, number, keys, asked.rows)
    values = [list(key.values()) for key in asked.keys]
    held = store.drop_held_cells(unit, resource.id, values)
    pulled = store.forget_pulled_keys(unit, resource.id, values)
    if not erased.rows and not held and not pulled:
        raise _nothing()
    return erased, held


def _proposed(unit: Unit, resource: Resource, asked: Erasure, digests: list[str]) -> Act | None:
    """Return the proposal of exactly this erasure that waits for a second person."""
    wanted = _wanted(asked, digests)
    waiting = store.proposed(unit, resource.id, MODE)
    return next((one for one in waiting if wanted.items() <= dict(one.facts).items()), None)


def _wanted(asked: Erasure, digests: list[str]) -> dict[str, Any]:
    return {"ground": asked.ground, "decision": asked.decision, "digests": digests, "listed": sorted(asked.rows)}


def _propose(
    context: Context,
    unit: Unit,
    resource: Resource,
    what: tuple[Erasure, Ground, list[str]],
    found: tuple[tuple[Erased, int], Actor],
) -> Act:
    asked, ground, digests = what
    (erased, held), actor = found
    facts = {**_wanted(asked, digests), "article": ground.article, "erased": erased.rows, "held_rows": held}
    act = Act(uuid.uuid4(), resource.id, MODE, "proposed", None, context.now(), facts, by_staff=actor.by_staff)
    store.add_act(unit, act)
    context.record(
        unit,
        ReceiptKind.PUSH,
        action="rows.erase.propose",
        provider=str(resource.provider_id),
        end_user=str(actor.by_staff) if actor.by_staff is not None else None,
        resource=str(resource.id),
        ground=ground.code,
        legal_basis=ground.article,
        decision=asked.decision,
        rows=erased.rows,
        rows_digest=_together(asked, digests),
        subject_kind="version_act",
        subject_id=str(act.id),
    )
    tell_proposed(
        context, unit, resource, act,
        (f"提出依法删除 {erased.rows} 行（{asked.decision}）", f"erasing {erased.rows} rows is proposed"),
        ("核对决定文号与主键，由另一名审核人提交同一删除申请", "check the decision, then give the same erasure again"),
    )  # fmt: skip
    return act


def _together(asked: Erasure, digests: list[str]) -> str:
    return digest_member(hashlib.sha256("\n".join([*digests, *map(str, sorted(asked.rows))]).encode()).digest())


def _settle(
    context: Context,
    unit: Unit,
    what: tuple[Resource, push_store.NewPush, int],
    why: tuple[Erasure, Ground, list[str], int, Act | None],
    done: tuple[Erased, Actor],
) -> push_store.StoredPush:
    resource, given, number = what
    asked, ground, digests, held, first = why
    erased, actor = done
    asker = actor.by_staff if first is None else first.by_staff
    receipt = context.record(
        unit,
        ReceiptKind.PUSH,
        action="rows.erase",
        provider=str(resource.provider_id),
        end_user=str(asker) if asker is not None else None,
        approved_by=str(actor.by_staff) if first is not None else None,
        resource=str(resource.id),
        resource_version=str(number),
        push=str(given.id),
        mode=MODE,
        ground=ground.code,
        legal_basis=ground.article,
        decision=asked.decision,
        rows=erased.rows,
        rows_closed=erased.current,
        rows_digest=_together(asked, digests),
        subject_digest=digests[0] if len(digests) == 1 else None,
        outcome="erased",
    ).id
    counts: dict[str, Any] = {
        "closed": erased.current, "rows": erased.standing, "erased": erased.rows, "states": erased.states,
        "held_rows": held,
    }  # fmt: skip
    facts = {"ground": ground.code, "article": ground.article, "decision": asked.decision}
    outcome = push_store.Outcome(
        push_store.PushState.MERGED, number, {}, counts, {"erasure": facts}, context.now(), receipt
    )
    push_store.settle(unit, given.id, outcome)
    stored = push_store.StoredPush(given, outcome)
    measure(context, unit, resource, stored)
    now = context.now()
    made = first or Act(uuid.uuid4(), resource.id, MODE, "done", None, now, by_staff=actor.by_staff)
    told = {**made.facts, **facts, **counts, "digests": digests}
    decided = replace(
        made, state="done", facts=told, decided_by=actor.by_staff, decided_at=now, push_id=given.id
    )  # fmt: skip
    (store.add_act if first is None else store.decide_act)(unit, decided)
    event = {"version": number, "rows": erased.standing, "inserted": 0, "changed": 0, "closed": erased.rows}
    outbox.emit(unit, Event(resource.id, EventType.DATA_CHANGED, now, event))
    return stored


def _push(
    context: Context, resource: Resource, actor: Actor, digests: Sequence[str], number: int
) -> push_store.NewPush:
    push_id = uuid.uuid4()
    content = hashlib.sha256(f"{MODE}:{number}:{digests}".encode()).digest()
    return push_store.NewPush(
        push_id, resource.id, resource.version, MODE, f"{MODE}-{push_id}", digest_member(content), context.now(),
        by_staff=actor.by_staff,
    )  # fmt: skip


def _checked(asked: Erasure) -> Ground:
    ground = grounds().get(asked.ground)
    if ground is None:
        codes = ", ".join(f"{one.code}（{one.article}）" for one in grounds().values())
        raise ErasureError(
            "删除的理由不在法定情形之内",
            "the ground is none of those the law names",
            next_zh=f"从下列情形中选择：{codes}",
            next_en=f"choose one of: {', '.join(grounds())}",
            facts={"grounds": list(grounds())},
        )
    if not asked.decision.strip() or len(asked.decision) > REFERENCE_LENGTH:
        raise ErasureError(
            "缺少作出删除决定的文号",
            "the reference of the decision behind the erasure is missing or too long",
            next_zh="写明决定或申请的编号，不写当事人的姓名、证件号码",
            next_en="give the number of the decision or request, no name and no identity number",
        )
    if not 1 <= len(asked.keys) + len(asked.rows) <= MOST:
        raise ErasureError(
            f"一次须删除 1 至 {MOST} 个主键或行号",
            f"give 1 to {MOST} keys or row numbers at once",
            next_zh="分批提交",
            next_en="send them in batches",
        )
    return ground


def _keys(resource: Resource, asked: Erasure) -> pl.DataFrame:
    """Return the keys typed as their items (raises ErasureError for other columns, OperandError for a value)."""
    table = resource.table
    if any(set(key) != set(table.key) for key in asked.keys):
        raise ErasureError(
            "主键的信息项与目录条目不一致",
            "the key items are not those of the entry",
            next_zh=f"该条目的主键：{'、'.join(table.key) or '无，请用行号'}",
            next_en=f"key of the entry: {', '.join(table.key) or 'none, use row numbers'}",
            facts={"key": list(table.key)},
        )
    columns = {}
    for name in table.key:
        item = table.by_column[name]
        values = [operand(item, key[name], name) for key in asked.keys]
        columns[name] = pl.Series(name, values, dtype=polars_type(item), strict=False)
    return pl.DataFrame(columns)


def _nothing() -> ErasureError:
    return ErasureError(
        "没有可删除的行：主键或行号不存在，或已删除",
        "nothing is there to erase: no row has these keys or numbers, or they were erased before",
        next_zh="核对主键；曾被纠正的主键也要列出",
        next_en="check the keys; list former keys too where one was corrected",
    )
