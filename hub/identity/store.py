"""The only SQL of identity. Functions take a :class:`hub.database.Unit` and never commit.

Every function that changes members, systems, keys or staff is followed, in the same transaction, by
:func:`bump_epoch`; its row lock puts such transactions one behind the other, so epochs commit in order.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from hub.identity import tables
from hub.identity.errors import AlreadyRegisteredError
from hub.identity.facts import (
    Credentials,
    Jurisdiction,
    JurisdictionKind,
    KeyAlgorithm,
    KeyPurpose,
    KeyStatus,
    Member,
    MemberKind,
    SessionRow,
    Staff,
    Status,
    System,
    SystemKey,
)
from hub.identity.roles import Role

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from hub.database import Unit

EPOCH_CHANNEL = "hub_policy_epoch"
T = TypeVar("T")
_Row = sa.RowMapping | dict[str, Any]

_UNIQUE: Mapping[str, tuple[str, str]] = {
    "pk_jurisdiction": ("辖区代码", "jurisdiction code"),
    "uq_member_slug": ("单位英文名", "member slug"),
    "uq_member_organisation_code": ("统一社会信用代码", "organisation code"),
    "uq_system_member_id_name": ("该单位的系统名称", "system name of this member"),
    "pk_system_key": ("公钥", "public key"),
    "uq_staff_login": ("登录名", "login"),
}
_STAFF = (
    *(tables.staff.c[name] for name in ("id", "member_id", "login", "name", "roles", "status")),
    tables.staff.c.totp_secret.is_not(None).label("has_totp"),
)


_SESSION = (
    sa.select(*tables.session.c, *_STAFF, *tables.member.c)
    .join_from(tables.session, tables.staff, tables.staff.c.id == tables.session.c.staff_id)
    .join(tables.member, tables.member.c.id == tables.staff.c.member_id)
    .where(tables.session.c.id == sa.bindparam("session_id"))
)
_SESSION_PARTS = tuple(
    (tuple(column.name for column in columns), slice(begin, begin + len(columns)))
    for columns, begin in (
        (tuple(tables.session.c), 0),
        (_STAFF, len(tables.session.c)),
        (tuple(tables.member.c), len(tables.session.c) + len(_STAFF)),
    )
)
"""The columns of a session, its person and the person's member, and where each stands in a row of _SESSION."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list: ``total`` that match, and the key after which the next part starts."""

    rows: tuple[T, ...]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list: rows after the key ``after``, at most ``limit``."""

    after: str | None = None
    limit: int = 50


def _jurisdiction(row: _Row) -> Jurisdiction:
    return Jurisdiction(**{**row, "kind": JurisdictionKind(row["kind"])})


def _member(row: _Row) -> Member:
    return Member(**{**row, "kind": MemberKind(row["kind"]), "status": Status(row["status"])})


def _system(row: _Row) -> System:
    return System(**{**row, "status": Status(row["status"])})


def _key(row: _Row) -> SystemKey:
    typed = {"alg": KeyAlgorithm(row["alg"]), "purpose": KeyPurpose(row["purpose"]), "status": KeyStatus(row["status"])}
    return SystemKey(**{**row, **typed})


def _staff(row: _Row) -> Staff:
    roles = frozenset(Role(role) for role in row["roles"])
    return Staff(**{**row, "roles": roles, "status": Status(row["status"])})


@contextmanager
def _unique(unit: Unit) -> Iterator[None]:
    """Turn a broken uniqueness into its domain error, keeping the transaction usable."""
    try:
        with unit.connection.begin_nested():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if isinstance(constraint, str) and constraint in _UNIQUE:
            raise AlreadyRegisteredError(*_UNIQUE[constraint]) from error
        raise


def _insert(unit: Unit, table: sa.Table, values: Mapping[str, object]) -> None:
    with _unique(unit):
        unit.connection.execute(table.insert().values(**values))


def _one(unit: Unit, query: sa.Select[Any], read: Callable[[_Row], T]) -> T | None:
    row = unit.connection.execute(query).mappings().one_or_none()
    return None if row is None else read(row)


def _page(
    unit: Unit,
    query: sa.Select[Any],
    key: sa.ColumnElement[Any],
    paging: Paging,
    read: Callable[[_Row], T],
) -> Page[T]:
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    after = query if paging.after is None else query.where(sa.cast(key, sa.Text) > paging.after)
    part = after.order_by(sa.cast(key, sa.Text)).limit(paging.limit + 1)
    found = unit.connection.execute(part.add_columns(sa.cast(key, sa.Text).label("page_key"))).mappings().all()
    shown = found[: paging.limit]
    rows = tuple(read({name: value for name, value in row.items() if name != "page_key"}) for row in shown)
    return Page(rows, total, shown[-1]["page_key"] if len(found) > len(shown) else None)


def bump_epoch(unit: Unit) -> int:
    """Count one more change of standing or grants, and hint at it to listeners; returns the new epoch."""
    row = insert(tables.policy_epoch).values(id=1, epoch=1)
    row = row.on_conflict_do_update(index_elements=["id"], set_={"epoch": tables.policy_epoch.c.epoch + 1})
    epoch: int = unit.connection.execute(row.returning(tables.policy_epoch.c.epoch)).scalar_one()
    unit.connection.execute(sa.select(sa.func.pg_notify(EPOCH_CHANNEL, str(epoch))))
    return epoch


def current_epoch(unit: Unit) -> int:
    """Return the epoch, 0 before the first change."""
    return unit.connection.execute(sa.select(tables.policy_epoch.c.epoch)).scalar_one_or_none() or 0


def insert_jurisdiction(unit: Unit, value: Jurisdiction) -> None:
    """Store a jurisdiction."""
    _insert(unit, tables.jurisdiction, asdict(value))


def jurisdiction(unit: Unit, code: str) -> Jurisdiction | None:
    """Return a jurisdiction by its code."""
    return _one(unit, sa.select(tables.jurisdiction).where(tables.jurisdiction.c.code == code), _jurisdiction)


def jurisdictions(unit: Unit, paging: Paging) -> Page[Jurisdiction]:
    """List jurisdictions by code."""
    return _page(unit, sa.select(tables.jurisdiction), tables.jurisdiction.c.code, paging, _jurisdiction)


def insert_member(unit: Unit, value: Member) -> None:
    """Store a member."""
    _insert(unit, tables.member, asdict(value))


def set_member_status(unit: Unit, member_id: uuid.UUID, status: Status) -> None:
    """Set the standing of a member."""
    unit.connection.execute(tables.member.update().where(tables.member.c.id == member_id).values(status=status))


def member(unit: Unit, by: Literal["id", "slug", "organisation_code"], value: uuid.UUID | str) -> Member | None:
    """Return a member by one of its unique columns."""
    return _one(unit, sa.select(tables.member).where(tables.member.c[by] == value), _member)


def members(unit: Unit, paging: Paging, *, jurisdiction: str | None = None) -> Page[Member]:
    """List members by slug, of one jurisdiction or of all."""
    query = sa.select(tables.member)
    if jurisdiction is not None:
        query = query.where(tables.member.c.jurisdiction == jurisdiction)
    return _page(unit, query, tables.member.c.slug, paging, _member)


def insert_system(unit: Unit, value: System) -> None:
    """Store a system."""
    _insert(unit, tables.system, asdict(value))


def set_system_status(unit: Unit, system_id: uuid.UUID, status: Status) -> None:
    """Set the standing of a system."""
    unit.connection.execute(tables.system.update().where(tables.system.c.id == system_id).values(status=status))


def set_dpop_required(unit: Unit, system_id: uuid.UUID, *, is_required: bool) -> None:
    """Set whether a system's tokens must be bound to its key."""
    found = tables.system.update().where(tables.system.c.id == system_id)
    unit.connection.execute(found.values(dpop_required=is_required))


def system(unit: Unit, system_id: uuid.UUID) -> System | None:
    """Return a system by id."""
    return _one(unit, sa.select(tables.system).where(tables.system.c.id == system_id), _system)


def systems(unit: Unit, paging: Paging, *, member_id: uuid.UUID | None = None) -> Page[System]:
    """List systems by id, of one member or of all."""
    query = sa.select(tables.system)
    if member_id is not None:
        query = query.where(tables.system.c.member_id == member_id)
    return _page(unit, query, tables.system.c.id, paging, _system)


def insert_nonce(unit: Unit, nonce: str, system_id: uuid.UUID, expires: datetime) -> None:
    """Store a nonce for a proof of possession."""
    _insert(unit, tables.key_nonce, {"nonce": nonce, "system_id": system_id, "expires": expires})


def take_nonce(unit: Unit, nonce: str, system_id: uuid.UUID, now: datetime) -> bool:
    """Use up a nonce; False when it is unknown, another system's, used or over."""
    nonces = tables.key_nonce
    taken = nonces.delete().where(nonces.c.nonce == nonce, nonces.c.system_id == system_id, nonces.c.expires > now)
    return unit.connection.execute(taken.returning(nonces.c.nonce)).scalar_one_or_none() is not None


def insert_key(unit: Unit, value: SystemKey) -> None:
    """Store a proposed key."""
    _insert(unit, tables.system_key, {**asdict(value), "jwk": dict(value.jwk)})


def change_key(unit: Unit, thumbprint: str, **values: object) -> None:
    """Set columns of a key."""
    unit.connection.execute(
        tables.system_key.update().where(tables.system_key.c.thumbprint == thumbprint).values(**values)
    )


def key(unit: Unit, thumbprint: str, *, lock: bool = False) -> SystemKey | None:
    """Return a key by thumbprint, locked against other changes when ``lock``."""
    query = sa.select(tables.system_key).where(tables.system_key.c.thumbprint == thumbprint)
    return _one(unit, query.with_for_update() if lock else query, _key)


def keys_of(unit: Unit, system_id: uuid.UUID, *, lock: bool = False) -> tuple[SystemKey, ...]:
    """Return all keys of a system, also ended ones; ``lock`` keeps others from changing the set."""
    if lock:
        unit.connection.execute(sa.select(tables.system.c.id).where(tables.system.c.id == system_id).with_for_update())
    found = sa.select(tables.system_key).where(tables.system_key.c.system_id == system_id)
    ordered = found.order_by(tables.system_key.c.valid_from, tables.system_key.c.thumbprint)
    return tuple(_key(row) for row in unit.connection.execute(ordered).mappings())


def all_standing(unit: Unit) -> tuple[tuple[Member, ...], tuple[System, ...], tuple[SystemKey, ...]]:
    """Return every member, system and approved key, for the snapshot."""
    run = unit.connection.execute
    approved = tables.system_key.c.status != KeyStatus.PROPOSED
    return (
        tuple(_member(row) for row in run(sa.select(tables.member)).mappings()),
        tuple(_system(row) for row in run(sa.select(tables.system)).mappings()),
        tuple(_key(row) for row in run(sa.select(tables.system_key).where(approved)).mappings()),
    )


def insert_staff(unit: Unit, value: Staff, password_hash: str, totp_secret: str | None) -> None:
    """Store a person."""
    secrets = {"password_hash": password_hash, "totp_secret": totp_secret}
    facts = {name: fact for name, fact in asdict(value).items() if name != "has_totp"}
    _insert(unit, tables.staff, {**facts, "roles": sorted(value.roles), **secrets})


def change_staff(unit: Unit, staff_id: uuid.UUID, **values: object) -> None:
    """Set columns of a person."""
    unit.connection.execute(tables.staff.update().where(tables.staff.c.id == staff_id).values(**values))


def staff_by_login(unit: Unit, login: str) -> Staff | None:
    """Return a person by login."""
    return _one(unit, sa.select(*_STAFF).where(tables.staff.c.login == login), _staff)


def staff_list(unit: Unit, paging: Paging, *, member_id: uuid.UUID | None = None) -> Page[Staff]:
    """List staff by login, of one member or of all."""
    query = sa.select(*_STAFF)
    if member_id is not None:
        query = query.where(tables.staff.c.member_id == member_id)
    return _page(unit, query, tables.staff.c.login, paging, _staff)


def credentials(unit: Unit, login: str) -> Credentials | None:
    """Return what a login is checked against."""
    secret = ("password_hash", "totp_secret", "totp_step")
    joined = tables.staff.join(tables.member, tables.member.c.id == tables.staff.c.member_id)
    columns = (*_STAFF, *(tables.staff.c[name] for name in secret), tables.member.c.status.label("member_status"))
    query = sa.select(*columns).select_from(joined).where(tables.staff.c.login == login)
    row = unit.connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    facts = {name: value for name, value in row.items() if name not in {*secret, "member_status"}}
    return Credentials(_staff(facts), Status(row["member_status"]), *(row[name] for name in secret))


def take_totp_step(unit: Unit, staff_id: uuid.UUID, step: int) -> bool:
    """Mark a time step as used; False when it, or a later one, was used before (RFC 6238 5.2)."""
    later = tables.staff.update().where(tables.staff.c.id == staff_id, tables.staff.c.totp_step < step)
    return unit.connection.execute(later.values(totp_step=step)).rowcount == 1


def count_attempt(unit: Unit, login_digest: str, now: datetime, window_start: datetime) -> tuple[int, datetime]:
    """Count a login attempt; returns attempts in the window and when it began. Windows older than given restart."""
    attempts = tables.login_attempt
    over = attempts.c.window_start <= window_start
    row = insert(attempts).values(login_digest=login_digest, window_start=now, attempts=1)
    row = row.on_conflict_do_update(
        index_elements=["login_digest"],
        set_={
            "attempts": sa.case((over, 1), else_=attempts.c.attempts + 1),
            "window_start": sa.case((over, now), else_=attempts.c.window_start),
        },
    )
    found = unit.connection.execute(row.returning(attempts.c.attempts, attempts.c.window_start)).one()
    return found.attempts, found.window_start


def forget_attempts(unit: Unit, login_digest: str) -> None:
    """Start counting anew after a good login."""
    attempts = tables.login_attempt
    unit.connection.execute(attempts.delete().where(attempts.c.login_digest == login_digest))


def insert_session(unit: Unit, value: SessionRow) -> None:
    """Store a session."""
    _insert(unit, tables.session, asdict(value))


def session(unit: Unit, session_id: str) -> tuple[SessionRow, Staff, Member] | None:
    """Return a session with its person and that person's member; read at every request, so one query."""
    row = unit.connection.execute(_SESSION, {"session_id": session_id}).one_or_none()
    if row is None:
        return None
    read, person, owner = (dict(zip(names, row[part], strict=True)) for names, part in _SESSION_PARTS)
    return SessionRow(**read), _staff(person), _member(owner)


def touch_session(unit: Unit, session_id: str, now: datetime) -> None:
    """Note that a session is in use."""
    unit.connection.execute(tables.session.update().where(tables.session.c.id == session_id).values(last_seen=now))


def delete_sessions(unit: Unit, *, session_id: str | None = None, staff_id: uuid.UUID | None = None) -> None:
    """End one session, or all of a person."""
    sessions = tables.session
    chosen = sessions.c.id == session_id if session_id is not None else sessions.c.staff_id == staff_id
    unit.connection.execute(sessions.delete().where(chosen))


def use_assertion(unit: Unit, iss: str, jti: str, exp: datetime) -> bool:
    """Use up a client assertion; False when it was used before. Waits for a concurrent use of the same."""
    used = insert(tables.assertion_used).values(iss=iss, jti=jti, exp=exp)
    once = used.on_conflict_do_nothing(index_elements=["iss", "jti", "exp"]).returning(tables.assertion_used.c.jti)
    return unit.connection.execute(once).scalar_one_or_none() is not None


def prune(unit: Unit, now: datetime, attempts_before: datetime) -> int:
    """Delete what time made useless: used assertions, nonces, sessions, old login windows; returns how many."""
    ended = (
        tables.assertion_used.delete().where(tables.assertion_used.c.exp < now),
        tables.dpop_proof.delete().where(tables.dpop_proof.c.exp < now),
        tables.key_nonce.delete().where(tables.key_nonce.c.expires < now),
        tables.session.delete().where(tables.session.c.expires < now),
        tables.login_attempt.delete().where(tables.login_attempt.c.window_start < attempts_before),
    )
    return sum(unit.connection.execute(statement).rowcount for statement in ended)
