"""Who asks, in the words of the decision table, and whether the grant fits this question.

A grant is the stored permission of one system for one resource (政务数据共享条例 Art. 20-25); it fits when
member, system, resource, time, hours, state, mode, purpose, basis and case number all do. Anything missing does
not fit. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.case_numbers import case_number_fits
from policies.denials import DenialCode
from policies.facts import MODE_OF, DataClass, GrantStatus, RequesterClass, RequesterKind, ResourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.facts import DecisionRequest, GrantFacts, ItemFacts, ResourceFacts

_FIXED: Mapping[RequesterKind, RequesterClass] = {
    RequesterKind.PUBLIC: RequesterClass.PUBLIC,
    RequesterKind.LEGAL_PERSON: RequesterClass.LP_SELF,
    RequesterKind.CITIZEN: RequesterClass.CIT_SELF,
    RequesterKind.GUARDIAN: RequesterClass.GUARDIAN,
    RequesterKind.APPLICANT: RequesterClass.APPLICANT,
    RequesterKind.OPERATOR: RequesterClass.OPERATOR,
}
_OF_SENSITIVITY: Mapping[str, DataClass] = {
    "PUB": DataClass.PUB,
    "INT": DataClass.INT,
    "PI": DataClass.PI,
    "SPI": DataClass.SPI,
    "MIN": DataClass.MIN,
    "TS": DataClass.TS,
    "WS": DataClass.WS,
    "SS": DataClass.SS,
}
_OF_KIND: Mapping[ResourceKind, DataClass] = {
    ResourceKind.AGGREGATE: DataClass.AGG,
    ResourceKind.MICRODATA: DataClass.MICRO,
}
# Hoisted: a member of an enumeration is looked up through a descriptor each time.
_ACTIVE = GrantStatus.ACTIVE
_RECORDS = ResourceKind.RECORDS
_AGENCY, _PUBLIC_SERVICE = RequesterKind.AGENCY, RequesterKind.PUBLIC_SERVICE
_OWN, _PSU = RequesterClass.OWN, RequesterClass.PSU
_GRANTED, _NOT_GRANTED = RequesterClass.AGY_GRANT, RequesterClass.AGY_NO_GRANT
_OUT_OF_SCOPE = RequesterClass.AGY_OUT_OF_SCOPE
_SECRET = frozenset({DataClass.SS, DataClass.WS})


def data_class(item: ItemFacts, resource: ResourceFacts, *, is_embargoed: bool) -> DataClass | None:
    """Return the column of the decision table for an item; None when its sensitivity is unknown.

    Secrets come first, then the embargo, then what the resource as a whole is (aggregates,
    microdata), then the item's own sensitivity (order of evaluation, section 1 of the domain notes).
    """
    own = _OF_SENSITIVITY.get(item.sensitivity)
    if own is None or own in _SECRET:
        return own
    if is_embargoed:
        return DataClass.UNPUB
    return own if resource.kind is _RECORDS else _OF_KIND.get(resource.kind)


def requester_class(
    request: DecisionRequest, resource: ResourceFacts, grant: GrantFacts | None, fault: DenialCode | None
) -> RequesterClass | None:
    """Return the row of the decision table; None when the requester cannot be placed.

    An agency or public-service unit asking for its own resource is ``OWN``. ``fault`` is what
    :func:`grant_fault` found.
    """
    requester = request.requester
    kind = requester.kind
    if kind is not _AGENCY and kind is not _PUBLIC_SERVICE:
        return _FIXED.get(kind)
    if not requester.member_id:
        return None
    if requester.member_id == resource.provider_id:
        return _OWN
    if kind is _PUBLIC_SERVICE:
        return _PSU
    if grant is None:
        return _NOT_GRANTED
    return _GRANTED if fault is None else _OUT_OF_SCOPE


def grant_fault(request: DecisionRequest, resource: ResourceFacts, grant: GrantFacts) -> DenialCode | None:
    """Return why a grant does not carry this question, None when it does."""
    requester = request.requester
    if (
        grant.resource_id != resource.id
        or grant.member_id != requester.member_id
        or grant.system_id != requester.system_id
        or not grant.items
    ):
        return DenialCode.OUT_OF_GRANT
    return _time_fault(request, grant) or _use_fault(request, grant)


def _time_fault(request: DecisionRequest, grant: GrantFacts) -> DenialCode | None:
    if grant.status is not _ACTIVE:
        return DenialCode.GRANT_STOPPED
    if request.now < grant.valid_from:
        return DenialCode.GRANT_NOT_STARTED
    if request.now >= grant.valid_until:
        return DenialCode.GRANT_EXPIRED
    if grant.hours is not None and not grant.hours.fit(request.now, is_working_day=request.is_working_day):
        return DenialCode.HOURS
    return None


def _use_fault(request: DecisionRequest, grant: GrantFacts) -> DenialCode | None:
    if (request.mode or MODE_OF[request.action]) not in grant.modes:
        return DenialCode.MODE
    if not request.purpose or request.purpose not in grant.purposes or not grant.legal_basis:
        return DenialCode.PURPOSE
    if request.legal_basis is not None and request.legal_basis != grant.legal_basis:
        return DenialCode.PURPOSE
    if grant.case_pattern is not None and not case_number_fits(request.case_number, grant.case_pattern):
        return DenialCode.CASE_NUMBER
    return None
