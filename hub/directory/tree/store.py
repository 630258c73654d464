"""The only SQL of the classification tree's versions, of code schemes, and of what a change of the tree hits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalogue import tables as catalogue_tables
from catalogue.classes import Change, ClassNode, ClassTree, Op, shipped_tree, tree_of
from catalogue.code_schemes import SchemeForm
from catalogue.shape import decode, encode
from catalogue.state_store import is_quiet
from hub.directory.tree import tables

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import datetime

    from hub.database import Unit

_VERSIONS, _SCHEMES, _ENTRY = tables.class_tree_version, tables.code_scheme, catalogue_tables.entry
IN_FORCE, DRAFT, PAST, DISCARDED = "in_force", "draft", "past", "discarded"


@dataclass(frozen=True, slots=True)
class TreeVersion:
    """One version of the tree with the changes that made it; ``base`` is the version they were made from."""

    number: int
    state: str
    base: int
    changes: tuple[Change, ...]
    tree: ClassTree
    reason: str
    made_by: uuid.UUID
    made_at: datetime
    in_force_at: datetime | None


@dataclass(frozen=True, slots=True)
class HitEntry:
    """An entry listed under a class that changes."""

    id: uuid.UUID
    name: str
    title: str
    provider_id: uuid.UUID
    class_path: tuple[str, ...]


_NODES = sa.case((_VERSIONS.c.number != sa.bindparam("known", type_=sa.Integer), _VERSIONS.c.nodes))
_TREE = sa.select(_VERSIONS.c.number, _NODES, is_quiet()).where(_VERSIONS.c.state == IN_FORCE)
_known: WeakKeyDictionary[sa.Engine, ClassTree] = WeakKeyDictionary()
_known_lock = Lock()


def tree_in_force(unit: Unit) -> ClassTree:
    """Return the tree in force: the shipped one until the authority put another in its place.

    One small statement: the nodes come with it only where this process does not know the version yet. A version that
    was in force is never changed; what a transaction reads that has written is not kept, for it may be undone.
    """
    engine = unit.connection.engine
    with _known_lock:
        kept = _known.get(engine, shipped_tree())
    row = unit.connection.execute(_TREE, {"known": kept.version}).one_or_none()
    if row is None:
        return shipped_tree()
    number, read, may_keep = row
    if read is None:
        return kept
    tree = _tree(number, read)
    if may_keep:
        with _known_lock:
            _known[engine] = tree
    return tree


def _tree(number: int, nodes: list[dict[str, Any]]) -> ClassTree:
    return tree_of(number, (ClassNode(**node) for node in nodes))


def _version(row: sa.Row[Any]) -> TreeVersion:
    return TreeVersion(
        row.number,
        row.state,
        row.base,
        tuple(Change(**{**change, "op": Op(change["op"])}) for change in row.changes),
        _tree(row.number, row.nodes),
        row.reason,
        row.made_by,
        row.made_at,
        row.in_force_at,
    )


def find_version(unit: Unit, number: int, *, lock: bool = False) -> TreeVersion | None:
    """Return one version made here; None for version 1, which is shipped, and for one there is not."""
    query = sa.select(_VERSIONS).where(_VERSIONS.c.number == number)
    row = unit.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _version(row)


def versions(unit: Unit, limit: int, offset: int) -> tuple[tuple[TreeVersion, ...], int]:
    """Return a page of the versions made here, the newest first, and how many there are."""
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_VERSIONS)).scalar_one()
    rows = unit.connection.execute(sa.select(_VERSIONS).order_by(_VERSIONS.c.number.desc()).limit(limit).offset(offset))
    return tuple(_version(row) for row in rows), total


def next_number(unit: Unit) -> int:
    """Return the number of the next version; the table is locked until the transaction ends."""
    unit.connection.execute(sa.text("LOCK TABLE hub.class_tree_version IN SHARE ROW EXCLUSIVE MODE"))
    highest: int | None = unit.connection.execute(sa.select(sa.func.max(_VERSIONS.c.number))).scalar_one()
    return max(highest or 0, shipped_tree().version) + 1


def insert_version(unit: Unit, version: TreeVersion) -> None:
    """Store a version."""
    unit.connection.execute(
        _VERSIONS.insert().values(
            number=version.number,
            state=version.state,
            base=version.base,
            changes=[{**asdict(change), "op": change.op.value} for change in version.changes],
            nodes=[asdict(node) for node in version.tree.nodes.values()],
            reason=version.reason,
            made_by=version.made_by,
            made_at=version.made_at,
        )
    )


def put_in_force(unit: Unit, number: int, now: datetime) -> None:
    """Make a version the one in force; the one before becomes a past one."""
    unit.connection.execute(_VERSIONS.update().where(_VERSIONS.c.state == IN_FORCE).values(state=PAST, ended_at=now))
    unit.connection.execute(
        _VERSIONS.update().where(_VERSIONS.c.number == number).values(state=IN_FORCE, in_force_at=now)
    )


def discard(unit: Unit, number: int) -> None:
    """Mark a draft as given up; it stays readable."""
    unit.connection.execute(_VERSIONS.update().where(_VERSIONS.c.number == number).values(state=DISCARDED))


def entries_under(unit: Unit, codes: Collection[str], limit: int, offset: int) -> tuple[tuple[HitEntry, ...], int]:
    """Return a page of the entries that are not withdrawn and have one of ``codes`` in their path, and how many."""
    wanted = [
        _ENTRY.c.class_path.overlap(sa.cast(list(codes), _ENTRY.c.class_path.type)),
        _ENTRY.c.withdrawn_at.is_(None),
    ]
    total: int = unit.connection.execute(sa.select(sa.func.count()).select_from(_ENTRY).where(*wanted)).scalar_one()
    rows = unit.connection.execute(
        sa.select(_ENTRY.c.id, _ENTRY.c.name, _ENTRY.c.title, _ENTRY.c.provider_id, _ENTRY.c.class_path)
        .where(*wanted)
        .order_by(_ENTRY.c.sort_key, _ENTRY.c.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple(HitEntry(row[0], row[1], row[2], row[3], tuple(row[4])) for row in rows), total


def providers_under(unit: Unit, codes: Collection[str]) -> tuple[tuple[uuid.UUID, int, str], ...]:
    """Return each provider with entries under ``codes``: its id, how many, and the name of one of them."""
    query = (
        sa.select(_ENTRY.c.provider_id, sa.func.count(), sa.func.min(_ENTRY.c.name))
        .where(
            _ENTRY.c.class_path.overlap(sa.cast(list(codes), _ENTRY.c.class_path.type)),
            _ENTRY.c.withdrawn_at.is_(None),
        )
        .group_by(_ENTRY.c.provider_id)
        .order_by(_ENTRY.c.provider_id)
    )
    return tuple((row[0], row[1], row[2]) for row in unit.connection.execute(query))


def schemes(unit: Unit, *, active_only: bool = False) -> tuple[tuple[SchemeForm, bool], ...]:
    """Return the schemes beside the national one by name, each with whether codes of it are given."""
    query = sa.select(_SCHEMES.c.body, _SCHEMES.c.is_active).order_by(_SCHEMES.c.name)
    if active_only:
        query = query.where(_SCHEMES.c.is_active)
    return tuple((decode(SchemeForm, row[0]), row[1]) for row in unit.connection.execute(query))


def insert_scheme(unit: Unit, scheme: SchemeForm, added_by: uuid.UUID, now: datetime) -> bool:
    """Store a scheme, active; False when its name is taken. A scheme is never changed: its codes stand."""
    statement = insert(_SCHEMES).values(
        name=scheme.name,
        body=cast("dict[str, object]", encode(scheme)),
        is_active=True,
        added_by=added_by,
        added_at=now,
    )
    done = statement.on_conflict_do_nothing(index_elements=["name"]).returning(_SCHEMES.c.name)
    return unit.connection.execute(done).one_or_none() is not None


def set_scheme_active(unit: Unit, name: str, *, is_active: bool) -> bool:
    """Say whether codes of a scheme are given from now on; False when there is no such scheme."""
    changed = unit.connection.execute(_SCHEMES.update().where(_SCHEMES.c.name == name).values(is_active=is_active))
    return changed.rowcount > 0
