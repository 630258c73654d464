"""The acts of people on their own data, the same for the API and the pages: each counted, each with its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.api.corrections import open_marked_incident
from hub.directory.errors import EntryNotFoundError
from hub.exchange.corrections import reporting
from hub.exchange.corrections import store as correction_store
from hub.exchange.corrections.errors import CorrectionNotFoundError, RecordNotReportableError
from hub.exchange.corrections.evidence import EvidenceMarkedError
from hub.exchange.own_data import accesses, complaints, persons, records, store
from hub.exchange.own_data.errors import OwnRecordNotFoundError
from hub.exchange.own_data.persons import PROOFS
from hub.exchange.subjects import body_key, person_key

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction
    from hub.exchange.own_data.accesses import Accesses
    from hub.exchange.own_data.persons import Acting
    from hub.exchange.own_data.records import OwnRecord
    from hub.exchange.own_data.store import Complaint
    from hub.identity.citizens.sessions import Citizen
    from hub.services import Services


@dataclass(frozen=True, slots=True)
class Ward:
    """A proven ward: internal key, number masked, until when."""

    key: str
    shown: str
    until: str


def resources(hub: Services) -> tuple[Resource, ...]:
    """Return the published resources whose rows are about a person or a body."""
    with hub.database.begin() as unit:
        names = store.published_names(unit)
    found = []
    for name in names:
        try:
            resource = (hub.cache.known(name, None) or hub.cache.load(name, None)).resource
        except EntryNotFoundError:
            continue
        if person_key(resource.entry) is not None or body_key(resource.entry) is not None:
            found.append(resource)
    return tuple(found)


def _resource(hub: Services, name: str) -> Resource:
    try:
        return hub.cache.load(name, None).resource
    except EntryNotFoundError:
        raise OwnRecordNotFoundError from None


def _counted(hub: Services, citizen: Citizen) -> None:
    with hub.database.begin() as unit:
        persons.count_look(hub.context, unit, citizen)


def _acting(hub: Services, unit: Unit, citizen: Citizen, ward: str | None) -> Acting:
    return persons.acting_for(hub.context, unit, hub.sealer, citizen, ward)


def overview(hub: Services, citizen: Citizen, ward: str | None = None) -> tuple[tuple[Resource, int], ...]:
    """Return the resources with a record on the person, body or ward, and how many rows each."""
    _counted(hub, citizen)
    every = resources(hub)
    with hub.database.begin() as unit:
        return records.held(hub.context, unit, every, _acting(hub, unit, citizen, ward))


def record(hub: Services, citizen: Citizen, name: str, ward: str | None = None, *, is_copy: bool = False) -> OwnRecord:
    """Return one's own record in a resource; its receipt is durable when this returns."""
    _counted(hub, citizen)
    resource = _resource(hub, name)
    action = "own.copy" if is_copy else "own.read"
    with hub.database.begin() as unit:
        acting = _acting(hub, unit, citizen, ward)
        return records.own_record(hub.context, unit, resource, acting, hub.cursor_key, action=action)


def looked(hub: Services, citizen: Citizen, ward: str | None, *, limit: int, offset: int) -> Accesses:
    """Return who looked at the records."""
    _counted(hub, citizen)
    every = resources(hub)
    with hub.database.begin() as unit:
        acting = _acting(hub, unit, citizen, ward)
        return accesses.accesses(hub.context, unit, every, acting, limit=limit, offset=offset)


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What a person reports of the own record: the row by its place among the own rows, from 1."""

    entry: str
    place: int
    claims: Mapping[str, str | None]
    reason: str
    ward: str | None = None
    files: tuple[reporting.NewFile, ...] = ()


def report(hub: Services, citizen: Citizen, given: OwnReport) -> Correction:
    """Report the own record as wrong, with files, all or nothing."""
    _counted(hub, citizen)
    resource = _resource(hub, given.entry)
    try:
        with hub.database.begin() as unit:
            acting = _acting(hub, unit, citizen, given.ward)
            rows, item = records.places(unit, resource, acting), records.key_item(resource, acting)
            if item is None or not 1 <= given.place <= len(rows):
                raise OwnRecordNotFoundError
            if not given.claims.keys() <= records.reportable(hub.context, resource, acting):
                raise RecordNotReportableError
            new = reporting.NewReport(acting.reporter, {item.column: acting.number}, given.claims, given.reason)
            case, _ = reporting.report(hub.context, unit, hub.sealer, resource, new, place=rows[given.place - 1])
            for file in given.files:
                reporting.add_evidence(hub.context, unit, hub.sealer, acting.reporter, case.id, file)
            return case
    except EvidenceMarkedError:
        open_marked_incident(hub, resource.provider_id, resource.id)
        raise


def cases(hub: Services, citizen: Citizen) -> tuple[Correction, ...]:
    """Return the corrections the person or body reported."""
    with hub.database.begin() as unit:
        found, _ = correction_store.list_cases(unit, correction_store.Whose(subject=citizen.subject), limit=200)
    return found


def withdraw(hub: Services, citizen: Citizen, case_id: uuid.UUID) -> Correction:
    """Take the own report back."""
    with hub.database.begin() as unit:
        mine = next(
            (one for one in correction_store.reports(unit, case_id) if one.reporter.subject == citizen.subject), None
        )
        if mine is None:
            raise CorrectionNotFoundError
        return reporting.withdraw(hub.context, unit, mine.reporter, case_id)


def complain(hub: Services, citizen: Citizen, text: str, entry: str | None, case_id: uuid.UUID | None) -> Complaint:
    """File a complaint to the data authority."""
    _counted(hub, citizen)
    resource = _resource(hub, entry) if entry else None
    try:
        with hub.database.begin() as unit:
            acting = _acting(hub, unit, citizen, None)
            if case_id is not None:
                reporting.own_report(unit, acting.reporter, case_id)
            new = complaints.NewComplaint(text, resource.id if resource is not None else None, case_id)
            return complaints.complain(hub.context, unit, hub.sealer, acting, new)
    except EvidenceMarkedError:
        if resource is not None:
            open_marked_incident(hub, resource.provider_id, resource.id)
        raise


def my_complaints(hub: Services, citizen: Citizen) -> tuple[Complaint, ...]:
    """Return the person's or body's complaints."""
    with hub.database.begin() as unit:
        return store.complaints(unit, subject=citizen.subject)[0]


def prove_ward(hub: Services, citizen: Citizen, number: str) -> str:
    """Prove guardianship by a register; returns the ward's internal key. The refusal's receipt is kept too."""
    with hub.database.begin() as unit:
        persons.count_look(hub.context, unit, citizen, "ward", PROOFS)
    every = resources(hub)
    with hub.database.begin() as unit:
        outcome = persons.prove_guardianship(hub.context, unit, hub.sealer, citizen, number, every)
    if not isinstance(outcome, str):
        raise outcome
    return outcome


def wards(hub: Services, citizen: Citizen) -> tuple[Ward, ...]:
    """Return the proven wards, their numbers masked."""
    with hub.database.begin() as unit:
        found = store.wards_of(unit, citizen.subject, hub.context.today())
    return tuple(Ward(one.ward, persons.masked_number(hub.sealer, one.sealed), one.until.isoformat()) for one in found)
