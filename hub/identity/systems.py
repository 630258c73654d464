"""Use cases on systems and their keys: register, propose, approve by a second person, rotate, revoke.

A key comes in with a proof that its private half is held (a signed nonce), and counts only after another
person approved it. Two keys of one purpose may be live, so that a system changes keys without a pause.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.identity import keys, store
from hub.identity.errors import FourEyesError, KeyRefusedError, NotRegisteredError, TooManyKeysError, WrongStateError
from hub.identity.facts import KeyPurpose, KeyStatus, Status, System, SystemKey
from hub.identity.members import already, checked_name, find_member
from hub.identity.recording import record_change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.facts import Actor
    from hub.identity.recording import Recorder

NONCE_LIFETIME = timedelta(minutes=10)
KEY_LIFETIME = timedelta(days=365)
MAX_KEY_LIFETIME = timedelta(days=2 * 365)
LIVE_KEYS = 2


@dataclass(frozen=True, slots=True)
class KeyProposal:
    """A public key offered for a system, with the proof that its private half is held.

    ``audience`` is the hub's issuer id, which the proof must name.
    """

    system_id: uuid.UUID
    jwk: Mapping[str, object]
    purpose: KeyPurpose
    proof: str
    audience: str
    lifetime: timedelta = KEY_LIFETIME


def add_system(unit: Unit, record: Recorder, actor: Actor, slug: str, name: str, now: datetime) -> System:
    """Register a system of the member ``slug``.

    Raises:
        NotRegisteredError: no such member.
        AlreadyRegisteredError: the member has a system of that name.

    """
    owner = find_member(unit, slug)
    value = System(uuid.uuid4(), owner.id, checked_name(name), Status.ACTIVE, now, dpop_required=True)
    store.insert_system(unit, value)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "system.add", value.id, member=str(owner.id))
    return value


def find_system(unit: Unit, system_id: uuid.UUID) -> System:
    """Return a system, or raise NotRegisteredError."""
    found = store.system(unit, system_id)
    if found is None:
        raise NotRegisteredError("系统", "system")
    return found


def set_system_status(unit: Unit, record: Recorder, actor: Actor, system_id: uuid.UUID, status: Status) -> System:
    """Suspend or resume a system.

    Raises:
        NotRegisteredError: no such system.
        WrongStateError: it has that status already.

    """
    if find_system(unit, system_id).status is status:
        raise already(status)
    store.set_system_status(unit, system_id, status)
    store.bump_epoch(unit)
    record_change(record, unit, actor, f"system.{status}", system_id)
    return find_system(unit, system_id)


@dataclass(frozen=True, slots=True)
class DpopRule:
    """Whether a system's tokens must be bound to its key, and why that is changed."""

    is_required: bool
    reason: str


def set_dpop_required(unit: Unit, record: Recorder, actor: Actor, system_id: uuid.UUID, rule: DpopRule) -> System:
    """Say whether a system must use tokens bound to its key for conditional data (RFC 9449); it must, unless exempted.

    Raises:
        NotRegisteredError: no such system.
    """
    found = find_system(unit, system_id)
    store.set_dpop_required(unit, system_id, is_required=rule.is_required)
    store.bump_epoch(unit)
    action = "system.dpop-required" if rule.is_required else "system.dpop-exempted"
    record_change(record, unit, actor, action, system_id, member=str(found.member_id), reason_code=rule.reason[:200])
    return find_system(unit, system_id)


def new_nonce(unit: Unit, system_id: uuid.UUID, now: datetime) -> tuple[str, datetime]:
    """Hand out a nonce for a proof of possession; returns it with its end, ten minutes away."""
    find_system(unit, system_id)
    nonce, expires = secrets.token_urlsafe(24), now + NONCE_LIFETIME
    store.insert_nonce(unit, nonce, system_id, expires)
    return nonce, expires


def propose_key(unit: Unit, record: Recorder, actor: Actor, offer: KeyProposal, now: datetime) -> SystemKey:
    """Enrol a key: it is stored as proposed and opens nothing until another person approves it.

    Raises:
        NotRegisteredError: no such system.
        KeyRefusedError: key, proof, nonce or lifetime is not acceptable.
        AlreadyRegisteredError: the key was enrolled before, for this system or another.

    """
    find_system(unit, offer.system_id)
    jwk, alg = keys.public_jwk(offer.jwk)
    subject = str(offer.system_id)
    nonce = keys.proven_nonce(offer.proof, jwk, alg, subject=subject, audience=offer.audience, now=now.timestamp())
    if not store.take_nonce(unit, nonce, offer.system_id, now):
        raise KeyRefusedError(
            "nonce",
            "随机数不是发给该系统的，或已使用、已过期",
            "the nonce was not handed out for this system, is used up, or is over",
            next_zh="请重新领取随机数并在 10 分钟内提交",
            next_en="fetch a new nonce and use it within ten minutes",
        )
    if not timedelta() < offer.lifetime <= MAX_KEY_LIFETIME:
        raise KeyRefusedError("lifetime", "密钥有效期须在两年以内", "a key is valid for two years at most")
    value = SystemKey(
        thumbprint=keys.thumbprint(jwk),
        system_id=offer.system_id,
        jwk=jwk,
        alg=alg,
        purpose=offer.purpose,
        status=KeyStatus.PROPOSED,
        valid_from=now,
        valid_to=now + offer.lifetime,
        proposed_by=actor.id,
        approved_by=None,
    )
    store.insert_key(unit, value)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "key.propose", value.thumbprint, system=subject)
    return value


def find_key(unit: Unit, thumbprint: str, *, lock: bool = False) -> SystemKey:
    """Return a key, or raise NotRegisteredError."""
    found = store.key(unit, thumbprint, lock=lock)
    if found is None:
        raise NotRegisteredError("密钥", "key")
    return found


def approve_key(unit: Unit, record: Recorder, actor: Actor, thumbprint: str, now: datetime) -> SystemKey:
    """Put a proposed key in force; its validity starts now.

    Raises:
        FourEyesError: ``actor`` proposed it.
        WrongStateError: it is not waiting for approval.
        TooManyKeysError: two keys of its purpose are live.

    """
    found = find_key(unit, thumbprint)
    others = store.keys_of(unit, found.system_id, lock=True)
    found = find_key(unit, thumbprint, lock=True)
    if found.status is not KeyStatus.PROPOSED:
        raise _not_from(found.status)
    if found.proposed_by == actor.id:
        raise FourEyesError
    if sum(key.purpose is found.purpose and key.is_live(now) for key in others) >= LIVE_KEYS:
        raise TooManyKeysError
    store.change_key(unit, thumbprint, status=KeyStatus.ACTIVE, approved_by=actor.id, valid_from=now)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "key.approve", thumbprint, system=str(found.system_id))
    return find_key(unit, thumbprint)


def rotate_key(unit: Unit, record: Recorder, actor: Actor, thumbprint: str, until: datetime) -> SystemKey:
    """Bring the end of a live key forward to ``until``, because a successor is in force.

    Raises:
        WrongStateError: the key is not active, or no other live key of its purpose would remain.

    """
    family = store.keys_of(unit, find_key(unit, thumbprint).system_id, lock=True)
    found = find_key(unit, thumbprint, lock=True)
    if found.status is not KeyStatus.ACTIVE:
        raise _not_from(found.status)
    if not any(_succeeds(key, found, until) for key in family):
        raise WrongStateError(
            "没有接替的密钥在用，停用后该系统将无法取得令牌",
            "no successor is in force; without this key the system could not obtain tokens",
            next_zh="请先提交并批准新密钥；确需立即停用请吊销",
            next_en="propose and approve the new key first; revoke the old one if it must end now",
        )
    store.change_key(unit, thumbprint, status=KeyStatus.ROTATED, valid_to=min(found.valid_to, until))
    store.bump_epoch(unit)
    record_change(record, unit, actor, "key.rotate", thumbprint, system=str(found.system_id))
    return find_key(unit, thumbprint)


def _succeeds(key: SystemKey, old: SystemKey, until: datetime) -> bool:
    same_use = key.purpose is old.purpose and key.thumbprint != old.thumbprint
    return same_use and key.status is KeyStatus.ACTIVE and key.valid_to > until


def revoke_key(unit: Unit, record: Recorder, actor: Actor, thumbprint: str) -> SystemKey:
    """End a key at once, whatever its state; tokens obtained with it end too.

    Raises:
        WrongStateError: it is revoked already.

    """
    found = find_key(unit, thumbprint, lock=True)
    if found.status is KeyStatus.REVOKED:
        raise _not_from(found.status)
    store.change_key(unit, thumbprint, status=KeyStatus.REVOKED)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "key.revoke", thumbprint, system=str(found.system_id))
    return find_key(unit, thumbprint)


def _not_from(status: KeyStatus) -> WrongStateError:
    names = {
        KeyStatus.PROPOSED: "待批准",
        KeyStatus.ACTIVE: "在用",
        KeyStatus.ROTATED: "轮换中",
        KeyStatus.REVOKED: "已吊销",
    }
    return WrongStateError(
        f"密钥当前状态为“{names[status]}”，不能进行此操作",
        f"the key is {status}; this step does not start there",
        next_zh="请刷新密钥列表后再办理",
        next_en="reload the list of keys first",
        facts={"status": status.value},
    )
