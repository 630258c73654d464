"""Registering sources, asking for runs, looking at a source before it runs: acts of the authority's people."""

from __future__ import annotations

import re
import shutil
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from connectors.catalogues.paging import Reading, Remote, file_portions, remote_portions
from connectors.catalogues.record import Unreadable
from connectors.egress import check_target
from connectors.port import Limits
from hub.directory.oversight import NotAuthorityError
from hub.harvest import gates, store
from hub.harvest.building import build
from hub.harvest.definition import CODE
from hub.harvest.errors import HarvestDefinitionError, HarvestSourceNotFoundError, HarvestStateError
from hub.harvest.records import Run, RunState, Source
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits
    from hub.context import Context
    from hub.database import Unit
    from hub.harvest.definition import Definition
    from hub.identity.facts import StaffRequester

ACTIVE, PAUSED, REMOVED = "active", "paused", "removed"
STEPS: Final = {"pause": (ACTIVE, PAUSED), "resume": (PAUSED, ACTIVE), "remove": (PAUSED, REMOVED)}
PREVIEWED: Final = 2000
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts, in which transaction, with which egress policy."""

    context: Context
    unit: Unit
    policy: EgressPolicy
    staff: StaffRequester


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came with a request: where it lies, what it is called, SHA-256 of its bytes."""

    path: Path
    name: str
    digest: bytes


def register(office: Office, code: str, jurisdiction: str, definition: Definition) -> tuple[Source, bool]:
    """Register a source, or find it registered just so; returns it and whether it is new.

    Raises:
        HarvestDefinitionError: the code is no slug or another definition's, or the jurisdiction is unknown.
        EgressRefusedError, EgressUnreachableError: the hub would not call that address.
        NotAuthorityError: the person's member is no authority.
    """
    _require_authority(office.staff)
    if re.fullmatch(CODE, code) is None or len(code) > 40:  # noqa: PLR2004 - room in facets and file names
        raise _fault(
            "/code", "代码只用小写字母、数字和连字符，以字母开头", "a code has lower-case letters, digits, hyphens"
        )
    place = jurisdiction or office.staff.member.jurisdiction
    if identity_store.jurisdiction(office.unit, place) is None:
        raise _fault("/jurisdiction", "没有登记该辖区", "no such jurisdiction is registered")
    _check_address(office, definition)
    there = store.find_source(office.unit, code, lock=True)
    if there is not None:
        if there.definition == definition and there.jurisdiction == place and there.state != REMOVED:
            return there, False
        raise _fault(
            "/code", "该代码已登记且内容不同，请用修改", "the code is registered with another definition: change it"
        )
    now = office.context.now()
    new = Source(
        id=uuid.uuid4(),
        code=code,
        member_id=office.staff.member.id,
        jurisdiction=place,
        state=ACTIVE,
        definition=definition,
        created_by=office.staff.staff.id,
        created_at=now,
        changed_at=now,
        next_due_at=now if definition.schedule is not None else None,
        tries=0,
    )
    store.insert_source(office.unit, new)
    _record(office, new, "harvest.add", ACTIVE)
    return new, True


def change(office: Office, code: str, definition: Definition) -> Source:
    """Describe a source anew; where that changes how records are read, the next run reads all of them.

    Raises:
        HarvestSourceNotFoundError, HarvestStateError: none of the person's member, or removed.
        HarvestDefinitionError, EgressRefusedError, EgressUnreachableError: as :func:`register`.
    """
    source = own(office, code, lock=True)
    _in_use(source)
    _check_address(office, definition)
    now = office.context.now()
    due = now if definition.schedule is not None else None
    store.change_source(
        office.unit, source.id, definition=definition.to_json(), changed_at=now, next_due_at=due, tries=0
    )
    _record(office, source, "harvest.change", source.state)
    return replace(source, definition=definition, changed_at=now, next_due_at=due, tries=0)


def own(office: Office, code: str, *, lock: bool = False) -> Source:
    """Return a source of the person's member (raises HarvestSourceNotFoundError)."""
    source = store.find_source(office.unit, code, lock=lock)
    if source is None or source.member_id != office.staff.member.id:
        raise HarvestSourceNotFoundError
    return source


def take_step(office: Office, code: str, step: str) -> Source:
    """Pause, resume or remove a source; what it brought stays as it is (raises HarvestStateError)."""
    source = own(office, code, lock=True)
    before, after = STEPS[step]
    if source.state != before:
        possible = "、".join(name for name, (state, _) in STEPS.items() if state == source.state) or "无"
        raise HarvestStateError(
            f"来源目前的状态是 {source.state}，不能办理 {step}",
            f"the source is {source.state}: {step} is not possible",
            next_zh=f"可办理：{possible}",
            next_en=f"possible now: {possible}",
            facts={"state": source.state},
        )
    store.change_source(office.unit, source.id, state=after, changed_at=office.context.now())
    _record(office, source, f"harvest.{step}", after)
    return replace(source, state=after)


def ask_run(office: Office, code: str, sent: Sent | None, folder: Path) -> Run:
    """Open a run of a source, over a file that was sent or its address; the threads carry it out.

    Raises:
        HarvestSourceNotFoundError: none of the person's member.
        HarvestStateError: it is not active, a run is under way, or there is neither file nor address.
    """
    source = own(office, code, lock=True)
    _in_use(source)
    last = store.last_run(office.unit, source.id)
    if last is not None and last.state == RunState.RUNNING:
        raise HarvestStateError(
            "该来源有一次采集正在进行",
            "a run of this source is under way",
            next_zh="等它结束，或稍后再试；中断的采集会自动从断点继续",
            next_en="wait for its end; a run that was cut goes on by itself",
            facts={"run": str(last.id)},
        )
    if sent is None and not source.definition.address:
        raise HarvestStateError(
            "该来源没有网址，须附上目录文件",
            "the source has no address: send the file of the catalogue",
            next_zh="hub harvest run 来源代码 --file 目录文件",
            next_en="hub harvest run CODE --file FILE",
        )
    new = open_run(office.context, office.unit, source, by_staff=office.staff.staff.id, sent=sent)
    if sent is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(sent.path, folder / str(new.id))
    return new


def open_run(
    context: Context, unit: Unit, source: Source, *, by_staff: uuid.UUID | None, sent: Sent | None = None
) -> Run:
    """Store a new run of a source that has none under way."""
    last, now = store.last_run(unit, source.id), context.now()
    new = Run(
        id=uuid.uuid4(),
        source_id=source.id,
        number=last.number + 1 if last is not None else 1,
        state=RunState.RUNNING.value,
        by_staff=by_staff,
        file=sent.name if sent is not None else None,
        file_digest=sent.digest if sent is not None else None,
        cursor={},
        counts={},
        error=None,
        started_at=now,
        touched_at=now,
        finished_at=None,
        reviewed_by=None,
        reviewed_at=None,
        published_by=None,
        published_at=None,
    )
    store.insert_run(unit, new)
    return new


def preview(
    context: Context, source: Source, sent: Sent | None, policy: EgressPolicy, limits: SourceLimits
) -> dict[str, Any]:
    """Return what the first records of a source would come to; nothing is stored.

    Raises:
        SourceError, EgressRefusedError, EgressUnreachableError: it cannot be read.
    """
    definition = source.definition
    reading = Reading(definition.kind, definition.mapping, Limits())
    if sent is not None:
        portions = file_portions(sent.path, sent.name, reading, base=definition.address)
    else:
        portions = remote_portions(
            Remote(definition.address, policy, limits, trust_pem=definition.trust_pem), reading, ""
        )
    found = [one for portion in islice(portions, 1) for one in islice(portion.found, PREVIEWED)]
    counts: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    refused: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for one in found:
        fault = gates.unreadable(one) if isinstance(one, Unreadable) else gates.before_reading(one)
        if fault is None and not isinstance(one, Unreadable):
            unread.update(one.unread)
            built = build(one, source.code, definition, context.now())
            fault = gates.after_building(built.entry, one.place, context.today())
            counts += built.counts
            if fault is None and len(entries) < SHOWN:
                entries.append(built.entry.to_dict())
        if fault is not None:
            counts["refused"] += 1
            refused += [fault.to_json()] if len(refused) < SHOWN else []
    return {"read": len(found), "noted": dict(counts), "unread": dict(unread), "refused": refused, "entries": entries}


def _check_address(office: Office, definition: Definition) -> None:
    if definition.address:
        check_target(definition.address, office.policy)


def _in_use(source: Source) -> None:
    if source.state != ACTIVE:
        raise HarvestStateError(
            f"来源目前的状态是 {source.state}",
            f"the source is {source.state}",
            next_zh="先恢复（hub harvest resume），或另行登记",
            next_en="resume it first, or register another",
            facts={"state": source.state},
        )


def _require_authority(staff: StaffRequester) -> None:
    if staff.member.kind is not MemberKind.AUTHORITY:
        raise NotAuthorityError


def _fault(pointer: str, zh: str, en: str) -> HarvestDefinitionError:
    return HarvestDefinitionError(
        f"采集来源的登记有误：{zh}",
        f"the source is not described right: {en}",
        next_zh="请改正后重新提交",
        next_en="correct it and send it again",
        facts={"faults": [{"pointer": pointer, "message": zh, "message_en": en}]},
    )


def _record(office: Office, source: Source, action: str, after: str) -> None:
    office.context.record(
        office.unit,
        ReceiptKind.ADMIN,
        action=action,
        member=str(office.staff.member.id),
        end_user=str(office.staff.staff.id),
        jurisdiction=source.jurisdiction,
        state_before=source.state if action != "harvest.add" else None,
        state_after=after,
        subject_kind="harvest_source",
        subject_id=str(source.id),
    )
