"""Erasure of a person's rows from the current version and all earlier ones, by an act of the provider.

个人信息保护法 Art. 47: on a ground of the law, with the reference of the decision behind it. The receipt holds counts
and keyed digests of the keys, so that the act can be proved and nobody can be found from it. Who follows the
changes is told to delete; rows kept for mending go too. Backups are
outside of it, see docs/how-to/go-back-to-an-earlier-version.md.
"""

from __future__ import annotations

import hashlib
import tomllib
import uuid
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import digest_member
from hub.push import store as push_store
from hub.push.quality.measuring import measure
from hub.push.versions import store
from hub.push.versions.errors import ErasureError
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
) -> tuple[Erased, push_store.StoredPush]:
    """Erase rows as the next version of the resource.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
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
        given = _push(context, resource, actor, digests, number)
        push_store.receive(unit, given)
        erased = rows.erase(unit, resource.table, number, keys, asked.rows)
        held = store.drop_held_cells(unit, resource.id, [list(key.values()) for key in asked.keys])
        if not erased.rows and not held:
            raise _nothing()
        return erased, _settle(
            context, unit, (resource, given, number), (asked, ground, digests, held), (erased, actor)
        )


def _settle(
    context: Context,
    unit: Unit,
    what: tuple[Resource, push_store.NewPush, int],
    why: tuple[Erasure, Ground, list[str], int],
    done: tuple[Erased, Actor],
) -> push_store.StoredPush:
    resource, given, number = what
    asked, ground, digests, held = why
    erased, actor = done
    together = hashlib.sha256("\n".join([*digests, *map(str, sorted(asked.rows))]).encode()).digest()
    receipt = context.record(
        unit,
        ReceiptKind.PUSH,
        action="rows.erase",
        provider=str(resource.provider_id),
        end_user=str(actor.by_staff) if actor.by_staff is not None else None,
        resource=str(resource.id),
        resource_version=str(number),
        push=str(given.id),
        mode=MODE,
        ground=ground.code,
        legal_basis=ground.article,
        decision=asked.decision,
        rows=erased.rows,
        rows_closed=erased.current,
        rows_digest=digest_member(together),
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
    store.add_act(
        unit,
        Act(
            uuid.uuid4(), resource.id, MODE, "done", None, now, {**facts, **counts, "digests": digests},
            by_staff=actor.by_staff, decided_by=actor.by_staff, decided_at=now, push_id=given.id,
        ),
    )  # fmt: skip
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
