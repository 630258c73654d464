"""Setting up pulls: a department's clerk describes one, changes it (a new version), pauses, resumes, asks for a run.

The address passes the egress guard when it is set up, and again at every run. A password inside an address is
taken out and sealed with the other secrets; no answer, log or receipt holds one. A change of what is read or how
makes the pull forget what it remembered of the source, so the next run is whole.
"""

from __future__ import annotations

import ssl
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from catalogue import store as catalogue_store
from catalogue.entry import Entry, PushMode
from connectors.databases.address import parse_address
from connectors.egress import check_server, check_target
from connectors.egress_client import tls_context
from hub.directory.errors import EntryNotFoundError
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.pulls import row_store, store
from hub.pulls.definition import DatabaseSource, HttpSource, ObjectSource, Strategy
from hub.pulls.errors import PullDefinitionError, PullExistsError, PullNotFoundError, PullStateError
from hub.pulls.records import Pull
from hub.pulls.sources import store_of
from hub.pulls.states import PULL

if TYPE_CHECKING:
    from catalogue.store import EntryRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from hub.pulls.definition import Definition
    from hub.pulls.sources import Outside

SECRET_LENGTH: Final = 4000
SEES_ALL: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.SUPERVISOR, Role.AUDITOR)
STOPS_ALL: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
SECRET_NAMES: Final = ("token", "key", "secret", "password", "passwd", "sign", "signature", "sig", "auth", "pwd")


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts, in which transaction."""

    context: Context
    unit: Unit
    outside: Outside
    staff: StaffRequester


@dataclass(frozen=True, slots=True)
class Wish:
    """A pull as a person describes it; ``secret`` is the password, token or key of the source."""

    definition: Definition
    secret: str | None = field(repr=False, default=None)


def create(office: Office, entry: str, wish: Wish) -> Pull:
    """Set up the pull of an entry; its first run is due at once.

    Raises:
        EntryNotFoundError: no published entry of the person's organ.
        PullExistsError: the entry is pulled already.
        PullDefinitionError, SourceError: the definition has faults.
        EgressRefusedError, EgressUnreachableError: the hub would not call that address.
    """
    row = catalogue_store.find_entry(office.unit, entry)
    if row is None or row.provider_id != office.staff.member.id or row.withdrawn_at is not None:
        raise EntryNotFoundError(entry)
    definition, secret = _checked(office, row, wish)
    there = store.of_entry(office.unit, row.id)
    if there is not None:
        raise PullExistsError(str(there))
    now, pull_id = office.context.now(), uuid.uuid4()
    new = Pull(
        id=pull_id,
        entry_id=row.id,
        member_id=row.provider_id,
        version=1,
        state=PULL.initial.name,
        definition=definition,
        secret=None if secret is None else office.outside.seal(pull_id, 1, secret),
        by_staff=office.staff.staff.id,
        created_at=now,
        changed_at=now,
        next_due_at=now,
        tries=0,
        failing_since=None,
        last_good_at=None,
        asked={},
        memory={},
    )
    store.insert(office.unit, new)
    _record(office, new, "create", new.state)
    return new


def change(office: Office, pull_id: uuid.UUID, wish: Wish) -> Pull:
    """Store a new version; without a secret the one before stays, where the source is the same.

    Raises:
        PullNotFoundError, PullStateError: none of the person's organ, or it is removed.
        PullDefinitionError, SourceError, EgressRefusedError, EgressUnreachableError: as :func:`create`.
    """
    before = _own(office, pull_id)
    if before.state == "removed":
        raise _not_possible(before, "change")
    row = catalogue_store.find_entry(office.unit, before.entry_id)
    if row is None:
        raise PullNotFoundError
    definition, secret = _checked(office, row, wish)
    if secret is None and before.secret is not None:
        if _place(before.definition) != _place(definition):  # a secret never goes to another machine unasked
            raise _fault("/secret", "地址已改，请重新填写口令或密钥", "the address changed: give the secret again")
        secret = office.outside.secret(before)
    now, version = office.context.now(), before.version + 1
    is_same = before.definition.content == definition.content
    new = replace(
        before,
        version=version,
        definition=definition,
        secret=None if secret is None else office.outside.seal(before.id, version, secret),
        by_staff=office.staff.staff.id,
        changed_at=now,
    )
    store.insert_version(office.unit, new)
    memory = dict(before.memory) if is_same else {}
    store.change(
        office.unit, before.id, version=version, changed_at=now, next_due_at=now, tries=0, asked={}, memory=memory
    )
    store.forget_secrets(office.unit, before.id, before=version)
    if not is_same:
        row_store.forget(office.unit, before.id)
    _record(office, new, "change", new.state)
    return find(office, pull_id)


def find(office: Office, pull_id: uuid.UUID, *, lock: bool = False) -> Pull:
    """Return a pull the person may see (raises PullNotFoundError)."""
    found = store.find(office.unit, pull_id, lock=lock)
    if found is None or (found.member_id != office.staff.member.id and not office.staff.has_role(*SEES_ALL)):
        raise PullNotFoundError
    return found


def listed(office: Office, limit: int, offset: int) -> tuple[list[Pull], int]:
    """Return a page of the pulls the person may see, and how many there are."""
    member = None if office.staff.has_role(*SEES_ALL) else office.staff.member.id
    return store.listed(office.unit, member, limit, offset)


def take_step(office: Office, pull_id: uuid.UUID, step: str) -> Pull:
    """Pause, resume or remove a pull; the hub's administrators may pause any.

    Raises:
        PullNotFoundError: none of the person's organ.
        PullStateError: the step does not fit.
    """
    pull = find(office, pull_id, lock=True)
    is_own = pull.member_id == office.staff.member.id
    if not is_own and not (step == "pause" and office.staff.has_role(*STOPS_ALL)):
        raise PullNotFoundError
    if step not in PULL.acts_of_people(pull.state):
        raise _not_possible(pull, step)
    after, now = PULL.after(pull.state, step), office.context.now()
    more: dict[str, Any] = {"next_due_at": now} if step == "resume" else {}
    store.change(office.unit, pull.id, state=after, changed_at=now, **more)
    if step == "remove":
        store.forget_secrets(office.unit, pull.id)
        row_store.forget(office.unit, pull.id)
    _record(office, pull, step, after)
    return find(office, pull_id)


def ask_run(office: Office, pull_id: uuid.UUID, *, whole: bool, allow_shrink: bool) -> Pull:
    """Make a pull due now; ``whole`` fetches all rows, ``allow_shrink`` consents to closing many, once.

    Raises:
        PullNotFoundError: none of the person's organ.
        PullStateError: it is paused or removed.
    """
    pull = _own(office, pull_id)
    if pull.state != "active":
        raise _not_possible(pull, "run")
    now = office.context.now()
    asked = {"whole": whole, "allow_shrink": allow_shrink, "at": now.isoformat()}
    store.change(office.unit, pull.id, next_due_at=now, asked=asked)
    _record(office, pull, "run-now", pull.state)
    return find(office, pull_id)


def _own(office: Office, pull_id: uuid.UUID) -> Pull:
    pull = find(office, pull_id, lock=True)
    if pull.member_id != office.staff.member.id:
        raise PullNotFoundError
    return pull


def own_with_entry(office: Office, pull_id: uuid.UUID) -> tuple[Pull, Entry]:
    """Return a pull of the person's organ with its entry (raises PullNotFoundError, EntryNotFoundError)."""
    pull = find(office, pull_id)
    row = catalogue_store.find_entry(office.unit, pull.entry_id)
    if row is None or pull.member_id != office.staff.member.id or pull.state == "removed":
        raise PullNotFoundError
    return pull, entry_of(office.unit, row)


def checked_definition(office: Office, entry: str, wish: Wish) -> tuple[Entry, Definition, str | None]:
    """Return entry, definition and secret of a pull that is only to be tried (raises as :func:`create`)."""
    row = catalogue_store.find_entry(office.unit, entry)
    if row is None or row.provider_id != office.staff.member.id or row.withdrawn_at is not None:
        raise EntryNotFoundError(entry)
    definition, secret = _checked(office, row, wish)
    return entry_of(office.unit, row), definition, secret


def entry_of(unit: Unit, row: EntryRow) -> Entry:
    """Return the published version of an entry (raises EntryNotFoundError)."""
    number = row.published_version
    version = catalogue_store.find_version(unit, row.id, number) if number is not None else None
    if version is None:
        raise EntryNotFoundError(row.name)
    return Entry.from_dict(version.body).without_items(frozenset(version.stopped_items))


def _checked(office: Office, row: EntryRow, wish: Wish) -> tuple[Definition, str | None]:
    """Return the definition with every secret taken out, and the secret."""
    definition, secret = wish.definition, wish.secret
    entry = entry_of(office.unit, row)
    source = definition.source
    _check_certificates(source.trust_pem)
    match source:
        case DatabaseSource():
            address, inside = parse_address(source.address)
            source.relation().check()
            check_server(address.host, address.port, office.outside.policy)
            definition = definition.model_copy(update={"source": source.model_copy(update={"address": address.shown})})
            secret = secret if inside is None else inside
        case HttpSource():
            _check_http(source, secret)
            check_target(source.address, office.outside.policy)
        case ObjectSource():
            store_of(office.outside, source, "").close()
            if not source.address.startswith("file:"):
                check_target(source.address, office.outside.policy)
    if secret is not None and (not secret.isprintable() or not 0 < len(secret) <= SECRET_LENGTH):
        raise _fault("/secret", "口令或密钥须为可打印字符", "the secret is printable text")
    modes = {mode.value for mode in entry.push.modes}
    needed = {"upsert"} if definition.strategy is not Strategy.WHOLE else set()
    needed |= {definition.mode.value} if definition.mode is not None else {PushMode.FULL.value}
    if not needed <= modes:
        lacking = "、".join(sorted(needed - modes))
        raise _fault(
            "/definition/strategy",
            f"条目的推送策略不含 {lacking}",
            f"the entry does not take pushes of mode {', '.join(sorted(needed - modes))}",
        )
    if needed & {"upsert", "delete"} and not entry.keys:
        raise _fault("/definition/strategy", "条目没有主键，只能全量", "the entry has no key: whole is all it can")
    return definition, secret


def _check_certificates(pem: str | None) -> None:
    try:
        tls_context(pem)
    except (ssl.SSLError, ValueError):
        raise _fault(
            "/definition/source/trust_pem",
            "trust_pem 须为 PEM 格式的证书文本",
            "trust_pem is the text of certificates in PEM",
        ) from None


def _check_http(source: HttpSource, secret: str | None) -> None:
    names = [name for name, _ in parse_qsl(urlsplit(source.address).query, keep_blank_values=True)]
    if any(part in SECRET_NAMES for name in names for part in name.lower().replace("-", "_").split("_")):
        raise _fault(
            "/definition/source/address",
            "地址中不要写令牌或密钥，请用请求头认证（auth 与 secret）",
            "an address holds no token or key: use a header (auth and secret)",
        )
    if (source.auth == "none") != (secret is None):
        raise _fault("/secret", "auth 与 secret 须同时给出", "auth and secret go together")
    if source.auth == "header" and not source.header_name:
        raise _fault("/definition/source/header_name", "须给出请求头名称", "name the header")


def _place(definition: Definition) -> str:
    """Return scheme, user and host of a definition's source: where its secret may go."""
    parts = urlsplit(definition.source.address)
    return f"{parts.scheme}://{parts.netloc}"


def _fault(pointer: str, zh: str, en: str) -> PullDefinitionError:
    return PullDefinitionError(
        f"定时拉取的设置有误：{zh}",
        f"the pull is not described right: {en}",
        next_zh="请改正后重新提交",
        next_en="correct it and send it again",
        facts={"faults": [{"pointer": pointer, "message": zh, "message_en": en}]},
    )


def _not_possible(pull: Pull, step: str) -> PullStateError:
    possible = PULL.acts_of_people(pull.state)
    return PullStateError(
        f"该拉取目前的状态是 {pull.state}，不能办理 {step}",
        f"the pull is {pull.state}: {step} is not possible",
        next_zh="可办理：" + ("、".join(possible) or "无，请重新设立"),
        next_en="possible now: " + (", ".join(possible) or "nothing, set up a new one"),
        facts={"state": pull.state},
    )


def _record(office: Office, pull: Pull, step: str, after: str) -> None:
    office.context.record(
        office.unit,
        ReceiptKind.ADMIN,
        action=f"pull.{step}",
        member=str(office.staff.member.id),
        end_user=str(office.staff.staff.id),
        provider=str(pull.member_id),
        resource=str(pull.entry_id),
        state_before=pull.state if step != "create" else None,
        state_after=after,
        subject_kind="pull",
        subject_id=str(pull.id),
    )
