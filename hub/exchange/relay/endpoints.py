"""Registering a provider's API: one person proposes, another approves, either may stop it; versions replace versions.

The address passes the egress guard when it is proposed, when it is approved, and at every call. A trial call uses
a synthetic record and tells shapes, never values.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from connectors.egress import check_target
from hub.directory.errors import EntryNotFoundError
from hub.exchange.relay import store
from hub.exchange.relay.definition import Definition, check_definition
from hub.exchange.relay.errors import RelayDefinitionError, RelayFourEyesError, RelayNotFoundError, RelayStateError
from hub.exchange.relay.states import ENDPOINT
from hub.exchange.relay.store import Endpoint
from hub.identity.roles import Role
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.relay.service import Relay
    from hub.identity.facts import StaffRequester

SECRET_LENGTH: Final = 1000
SEES_ALL: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.SUPERVISOR, Role.AUDITOR)
STOPS_ALL: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts, in which transaction."""

    context: Context
    unit: Unit
    relay: Relay
    staff: StaffRequester


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for which entry; ``secret`` is the value of the provider's own header."""

    entry: str
    definition: Definition
    secret: str | None = field(repr=False, default=None)


def propose(office: Office, proposal: Proposal) -> Endpoint:
    """Store a new version of an entry's endpoint, which nobody calls before another person approves it.

    Raises:
        EntryNotFoundError: no published entry of the person's organ.
        RelayDefinitionError: the definition has faults.
        EgressRefusedError, EgressUnreachableError: the hub would not call that address.
    """
    row = catalogue_store.find_entry(office.unit, proposal.entry)
    if row is None or row.provider_id != office.staff.member.id or row.published_version is None:
        raise EntryNotFoundError(proposal.entry)
    version = catalogue_store.find_version(office.unit, row.id, row.published_version)
    if version is None or row.withdrawn_at is not None:
        raise EntryNotFoundError(proposal.entry)
    definition = proposal.definition
    check_definition(definition, Entry.from_dict(version.body).without_items(frozenset(version.stopped_items)))
    check_target(definition.base_url, office.relay.policy)
    now, endpoint_id = office.context.now(), uuid.uuid4()
    secret = _sealed(office, endpoint_id, proposal)
    endpoint = Endpoint(
        id=endpoint_id,
        entry_id=row.id,
        member_id=row.provider_id,
        version=store.next_version(office.unit, row.id),
        state=ENDPOINT.initial.name,
        definition=definition,
        secret=secret,
        proposed_by=office.staff.staff.id,
        proposed_at=now,
        approved_by=None,
        changed_at=now,
        reason=None,
    )
    store.insert_endpoint(office.unit, endpoint)
    _record(office, endpoint, "propose", endpoint.state)
    return endpoint


def _sealed(office: Office, endpoint_id: uuid.UUID, proposal: Proposal) -> bytes | None:
    """Return the header's value, encrypted; header and value go together."""
    secret = proposal.secret
    if (secret is None) != (proposal.definition.header_name is None):
        raise _secret_fault("header_name 与 secret 须同时给出", "header_name and secret go together")
    if secret is None:
        return None
    if not secret or len(secret) > SECRET_LENGTH or not secret.isascii() or not secret.isprintable():
        raise _secret_fault("须为可打印的 ASCII 字符", "is printable ASCII")
    return office.relay.seal(endpoint_id, secret.encode("ascii"))


def _secret_fault(zh: str, en: str) -> RelayDefinitionError:
    return RelayDefinitionError(
        f"提供方请求头的密钥不可接受：{zh}",
        f"the value of the provider's header is not acceptable: {en}",
        next_zh="请重新填写",
        next_en="give it again",
        facts={"faults": [{"pointer": "/secret", "message": zh, "message_en": en}]},
    )


def find(office: Office, endpoint_id: uuid.UUID, *, lock: bool = False) -> Endpoint:
    """Return an endpoint the person may see.

    Raises:
        RelayNotFoundError: there is none, or it is another organ's.
    """
    found = store.endpoint(office.unit, endpoint_id, lock=lock)
    if found is None or (found.member_id != office.staff.member.id and not office.staff.has_role(*SEES_ALL)):
        raise RelayNotFoundError
    return found


def listed(office: Office, limit: int, offset: int) -> tuple[list[Endpoint], int]:
    """Return a page of the endpoints the person may see, and how many there are."""
    member = None if office.staff.has_role(*SEES_ALL) else office.staff.member.id
    return store.endpoints(office.unit, member, limit, offset)


def take_step(office: Office, endpoint_id: uuid.UUID, step: str, reason: str | None = None) -> Endpoint:
    """Approve, suspend, resume or withdraw an endpoint; every process knows within five seconds.

    Raises:
        RelayNotFoundError: none of the person's organ (the hub's administrators may suspend any).
        RelayFourEyesError: who proposed it cannot approve it.
        RelayStateError: the step does not fit.
        EgressRefusedError, EgressUnreachableError: the hub would not call the address to be approved.
    """
    endpoint = find(office, endpoint_id, lock=True)
    is_own = endpoint.member_id == office.staff.member.id
    if not is_own and not (step == "suspend" and office.staff.has_role(*STOPS_ALL)):
        raise RelayNotFoundError
    possible = ENDPOINT.acts_of_people(endpoint.state)
    if step not in possible:
        raise RelayStateError(
            f"接口目前的状态是 {endpoint.state}，不能办理 {step}",
            f"the endpoint is {endpoint.state}: {step} is not possible",
            next_zh="可办理：" + ("、".join(possible) or "无，请重新登记"),
            next_en="possible now: " + (", ".join(possible) or "nothing, register anew"),
            facts={"state": endpoint.state},
        )
    after = ENDPOINT.after(endpoint.state, step)
    values: dict[str, object] = {"state": after, "changed_at": office.context.now(), "reason": reason}
    if step == "approve":
        if endpoint.proposed_by == office.staff.staff.id:
            raise RelayFourEyesError
        check_target(endpoint.definition.base_url, office.relay.policy)
        before = store.endpoint_in_use(office.unit, endpoint.entry_id)
        if before is not None:
            retired = ENDPOINT.after(before.state, "replace")
            store.change_endpoint(office.unit, before.id, state=retired, changed_at=office.context.now())
            _record(office, before, "replace", retired)
        values["approved_by"] = office.staff.staff.id
    store.change_endpoint(office.unit, endpoint.id, **values)
    bump_epoch(office.unit)
    _record(office, endpoint, step, after)
    return find(office, endpoint_id)


def _record(office: Office, endpoint: Endpoint, step: str, after: str) -> None:
    office.context.record(
        office.unit,
        ReceiptKind.ADMIN,
        action=f"relay.{step}",
        member=str(office.staff.member.id),
        end_user=str(office.staff.staff.id),
        provider=str(endpoint.member_id),
        resource=str(endpoint.entry_id),
        endpoint=f"{endpoint.id} v{endpoint.version}",
        state_before=endpoint.state if step != "propose" else None,
        state_after=after,
        subject_kind="relay_endpoint",
        subject_id=str(endpoint.id),
    )
