"""Who may report a record, and who may look at a case.

A system or a person of an organ reports what the organ received: items a grant gives it in some form, found by columns
the grant names; a receipt, where one is named, must be its own and about this record. The source's clerk reports
its own records. Who may not know of the record learns nothing: unknown, ambiguous and ungranted read the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.exchange import store as exchange_store
from hub.exchange.corrections import store
from hub.exchange.corrections.copies_store import receipt_content
from hub.exchange.corrections.errors import CorrectionNotFoundError, RecordNotReportableError
from hub.exchange.corrections.records import Reporter, ReporterKind
from hub.exchange.subjects import subject_digest
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from policies.facts import OpenType, Sensitivity, ShareType, Treatment

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction, Report
    from hub.exchange.corrections.reporting import NewReport
    from hub.identity.facts import Requester

REPORTING_ROLES = (Role.AGENCY_USER, Role.AGENCY_APPROVER, Role.CLERK, Role.APPROVER)
"""Who of an organ may report: those who use data, and those who supply it."""
GRANTS = 200


@dataclass(frozen=True, slots=True)
class Party:
    """How somebody stands to a case: the source, one of its reporters, or the holder of a copy."""

    is_source: bool
    reports: tuple[Report, ...]
    holds_copy: bool


def kind_of(provider: uuid.UUID, member: uuid.UUID) -> ReporterKind:
    """Return whether an organ is the source or an agency."""
    return ReporterKind.SOURCE if member == provider else ReporterKind.AGENCY


def reporter_of(resource: Resource, caller: Requester | StaffRequester) -> Reporter:
    """Return the caller as a reporter: of the source itself, or of an agency."""
    if isinstance(caller, StaffRequester):
        kind = kind_of(resource.provider_id, caller.member.id)
        return Reporter(kind, member_id=caller.member.id, staff_id=caller.staff.id)
    kind = kind_of(resource.provider_id, caller.member_id)
    return Reporter(kind, member_id=caller.member_id, system_id=caller.system_id)


def require_received(context: Context, unit: Unit, resource: Resource, reporter: Reporter, new: NewReport) -> None:
    """Raise :class:`RecordNotReportableError` unless the organ may have received these items of this record."""
    if reporter.kind is ReporterKind.SOURCE:
        return
    known = _received_items(unit, resource, reporter)
    if not (new.claims.keys() | new.key.keys()) <= known:
        raise RecordNotReportableError
    if new.received_by is not None:
        _require_own_receipt(context, unit, resource, new)


def _received_items(unit: Unit, resource: Resource, reporter: Reporter) -> frozenset[str]:
    """Return the columns the organ may know: granted to any of its systems in some form, or open to it by rule."""
    grants, _ = exchange_store.list_grants(unit, member=reporter.member_id, entry=resource.id, limit=GRANTS)
    granted = {column for grant in grants for column, form in grant.items.items() if form is not Treatment.WITHHELD}
    entry = resource.entry
    free = {
        item.column
        for item in entry.items
        if item.sensitivity is Sensitivity.PUB
        and (entry.open_type(item) is OpenType.UNCONDITIONAL or entry.share_type(item) is ShareType.UNCONDITIONAL)
    }
    return frozenset(granted | free)


def _require_own_receipt(context: Context, unit: Unit, resource: Resource, new: NewReport) -> None:
    """Check that a receipt is the organ's own, of this resource and these items, and about this record."""
    content = receipt_content(unit, new.received_by) if new.received_by is not None else {}
    named: set[object] = set()
    for field in ("items_returned", "items_masked", "items_verified"):
        value = content.get(field)
        named.update(value if isinstance(value, list) else ())
    about = content.get("subject_digest")
    is_about = about is None or about == subject_digest(context.writer, resource, new.key)
    is_own = content.get("member") == str(new.reporter.member_id) and content.get("resource") == str(resource.id)
    if not (is_own and is_about and new.claims.keys() <= named):
        raise RecordNotReportableError


def party_of(unit: Unit, case_id: uuid.UUID, caller: Requester | StaffRequester) -> tuple[Correction, Party]:
    """Return a case and how the caller's organ stands to it.

    Raises:
        CorrectionNotFoundError: no such case, or the organ is no party to it: both read the same.

    """
    member = caller.member.id if isinstance(caller, StaffRequester) else caller.member_id
    case = store.find_case(unit, case_id)
    if case is None:
        raise CorrectionNotFoundError
    reports = store.reports(unit, case_id)
    mine = tuple(one for one in reports if one.reporter.member_id == member)
    is_source = case.provider_id == member
    holds_copy = any(copy.member_id == member for copy in store.copies(unit, case=case_id))
    if not (is_source or mine or holds_copy):
        raise CorrectionNotFoundError
    return case, Party(is_source, reports if is_source else mine, holds_copy)
