"""Propose, preview, fix and retire the mappings of an entry: acts of the provider's clerks and systems.

Zhengzhou Art. 19 and Jilin Art. 27: the department answers for what it supplies, so a mapping is its own act, with a
receipt. The content of a version is never changed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.directory import privacy_gate
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.push.decode import CheckPlan
from hub.push.errors import GateStoppedError
from hub.push.header import map_header, plain
from hub.push.incidents import open_incident
from hub.push.mappings import store
from hub.push.mappings.errors import MappingFormatError, MappingNotFoundError, MappingStateError
from hub.push.mappings.preview import preview as preview_file
from hub.push.mappings.preview import refuse_secrets
from hub.push.mappings.propose import propose as propose_mapping
from hub.push.mappings.records import Act, MappingState, SavedMapping
from hub.push.mappings.resolving import Asked, resolve
from hub.push.mappings.states import MAPPING
from hub.push.mappings.telling import told_if_changed

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.port import Limits, ReadOptions
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.push.header import HeaderMapping
    from hub.push.mappings.file_mapping import FileMapping
    from hub.push.mappings.preview import Preview
    from hub.push.mappings.proposal import Proposal
    from hub.push.mappings.records import By

GATE_INCIDENT = "push_stopped"
_ACTS = {MappingState.PROPOSED: "propose", MappingState.FIXED: "fix", MappingState.RETIRED: "retire"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A file sent to be looked at: where it lies, how it is to be read, by which mapping, and by which version."""

    path: Path
    options: ReadOptions
    mapping: HeaderMapping
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """One transaction and who acts in it."""

    context: Context
    unit: Unit
    by: By


def propose(context: Context, database: Database, by: By, entry: str, sample: Sample, limits: Limits) -> Proposal:
    """Return a proposal for a file; nothing is stored.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        FileError: the file cannot be read as rows.
        GateStoppedError: a secrecy mark; an incident is open.
    """
    with database.begin() as unit:
        resource = own_resource(Desk(context, unit, by), entry)
    try:
        proposal = propose_mapping(sample.path, resource.entry.items, sample.options, limits)
        options = replace(proposal.mapping.options, name=sample.options.name)
        refuse_secrets(sample.path, options, limits, context.today())
    except GateStoppedError as error:
        _stop(context, database, by, resource, error)
        raise
    return proposal


def preview(context: Context, database: Database, by: By, entry: str, sample: Sample, limits: Limits) -> Preview:
    """Return the first rows of a file as a push would store them, and the faults among the first 1,000.

    Raises:
        EntryNotFoundError, NotYourEntryError, MappingNotFoundError, MappingChangedError: as for a push.
        FileError, HeaderMismatchError: the file cannot be read so.
        GateStoppedError: marks as at a push; an incident is open.
    """
    with database.begin() as unit:
        resource = own_resource(Desk(context, unit, by), entry)
        asked = Asked(sample.path, sample.options, sample.mapping, sample.version)
        read = resolve(unit, resource.id, resource.entry.items, asked, limits)
        plan = CheckPlan(resource.entry.items, resource.entry.keys, context.today(), context.demo, mapping=read.mapping)
        plan = replace(plan, allowed=privacy_gate.allowed(unit, resource.id))
    try:
        with told_if_changed(read.changed):
            return preview_file(sample.path, read.options, plan, limits)
    except GateStoppedError as error:
        _stop(context, database, by, resource, error)
        raise


def save(desk: Desk, entry: str, mapping: FileMapping, why: str, *, fixed: bool = True) -> SavedMapping:
    """Store a new version, in force at once or as proposed.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        HeaderMismatchError: by this mapping not every column of its header and every item is accounted for.
    """
    resource = own_resource(desk, entry)
    if fixed:
        check(mapping, resource)
    state = MappingState.FIXED if fixed else MappingState.PROPOSED
    version = store.next_version(desk.unit, resource.id)
    made = SavedMapping(uuid.uuid4(), resource.id, version, state, mapping)
    store.add(desk.unit, made)
    return _acted(desk, made, why, before=None)


def check(mapping: FileMapping, resource: Resource) -> None:
    """Check that a mapping accounts for every named column of its header and every item; raise as a push would.

    Raises:
        HeaderMismatchError: all that is not accounted for.
        MappingFormatError: it names a column that its header does not have.
    """
    map_header(mapping.header, mapping.places, resource.entry.items, mapping.columns)
    known = {plain(name) for name in (*mapping.header, *mapping.places)}
    strangers = [key for key in (*mapping.columns.rename, *mapping.columns.ignore) if plain(key) not in known]
    if strangers:
        raise MappingFormatError(
            f"columns 中的列不在表头里：{'、'.join(strangers)}",
            f"columns of the mapping are not in its header: {', '.join(strangers)}",
            facts={"columns": strangers},
        )


def fix(desk: Desk, entry: str, version: int, why: str) -> SavedMapping:
    """Put a proposed version in force; raises as :func:`save` and :func:`retire` do."""
    saved = show(desk, entry, version)
    check(saved.mapping, own_resource(desk, entry))
    return _moved(desk, saved, MappingState.FIXED, why)


def retire(desk: Desk, entry: str, version: int, why: str) -> SavedMapping:
    """Take a version out of use.

    Raises:
        MappingNotFoundError: there is no such version.
        MappingStateError: it is retired already.
    """
    saved = show(desk, entry, version)
    return _moved(desk, saved, MappingState.RETIRED, why)


def show(desk: Desk, entry: str, version: int) -> SavedMapping:
    """Return one version with its acts (raises :class:`MappingNotFoundError` without it)."""
    found = store.find(desk.unit, own_resource(desk, entry).id, version)
    if found is None:
        raise MappingNotFoundError(version)
    return found


def history(
    desk: Desk, entry: str, *, before: int | None = None, limit: int = 50
) -> tuple[tuple[SavedMapping, ...], int]:
    """Return the versions of an entry, newest first, and how many there are."""
    return store.page(desk.unit, own_resource(desk, entry).id, before=before, limit=limit)


def own_resource(desk: Desk, entry: str) -> Resource:
    """Return the published entry of the caller's own organ."""
    resource = load_resource(desk.context, desk.unit, entry)
    if resource.provider_id != desk.by.member_id:
        raise NotYourEntryError
    return resource


def _moved(desk: Desk, saved: SavedMapping, after: MappingState, why: str) -> SavedMapping:
    allowed = MAPPING.allows(saved.state.value, _ACTS[after])
    if not allowed or not store.move(desk.unit, saved.id, saved.state, after):
        raise MappingStateError(
            f"第 {saved.version} 版对应关系的状态不允许这一步",
            f"mapping {saved.version} is not in a state that allows this step",
            next_zh="查看该版本的状态；需要改动的，另存为新版本",
            next_en="look at its state; save a new version where something is to change",
            facts={"version": saved.version, "state": saved.state.value},
        )
    return _acted(desk, replace(saved, state=after), why, before=saved.state)


def _acted(desk: Desk, saved: SavedMapping, why: str, *, before: MappingState | None) -> SavedMapping:
    """Leave the receipt of an act and keep who did it."""
    name, by = _ACTS[saved.state], desk.by
    receipt = desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        provider=str(by.member_id),
        system=str(by.system) if by.system is not None else None,
        key_thumbprint=by.key_thumbprint,
        end_user=str(by.staff) if by.staff is not None else None,
        resource=str(saved.entry_id),
        action=f"mapping.{name}",
        subject_kind="push_mapping",
        subject_id=str(saved.id),
        state_before=before.value if before is not None else None,
        state_after=saved.state.value,
    )
    act = Act(name, desk.context.now(), why, by.system, by.staff)
    store.add_act(desk.unit, saved.id, act, receipt.id)
    return replace(saved, acts=(*saved.acts, act))


def _stop(context: Context, database: Database, by: By, resource: Resource, error: GateStoppedError) -> None:
    """Open the incident of a stopped file, as a push does; nothing of the file is kept."""
    with database.begin() as unit:
        facts = {"gate": error.facts.get("gate")}
        incident = open_incident(
            context, unit, kind=GATE_INCIDENT, member_id=by.member_id, entry_id=resource.id, facts=facts
        )
    error.facts = {**error.facts, "incident": str(incident)}
