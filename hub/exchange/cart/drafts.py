"""Applications (申请车) while they are filled in: made, shared with colleagues, saved incomplete, read again.

Any agency user of the member may open and change a draft; nobody overwrites a colleague unseen, for each save names
the version it was made on. Other organs' applications do not exist for the reader: one text for both.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.exchange.cart import store
from hub.exchange.cart.checking import require_storable
from hub.exchange.cart.errors import ApplicationChangedError, ApplicationNotFoundError, ApplicationStateError
from hub.exchange.cart.records import Application, ApplicationState
from hub.exchange.cart.scope import named, scope_of
from hub.exchange.cart.states import APPLICATION
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.cart.records import Content
    from hub.identity.facts import StaffRequester


def create(
    context: Context, unit: Unit, staff: StaffRequester, content: Content, template: str | None = None
) -> Application:
    """Store a draft, however little it holds.

    Raises:
        ApplicationInvalidError: a text may not be kept at all.
    """
    content = named(scope_of(context, unit, staff.member.id), content)
    require_storable(content)
    now = context.now()
    application = Application(
        id=uuid.uuid4(),
        number=0,
        member_id=staff.member.id,
        version=1,
        state=ApplicationState.DRAFT,
        content=content,
        template=template,
        made_by=staff.staff.id,
        changed_by=staff.staff.id,
        created_at=now,
        changed_at=now,
    )
    application = replace(application, number=store.insert_application(unit, application))
    record(context, unit, staff, application, "application.draft")
    return application


def find(unit: Unit, staff: StaffRequester, application_id: uuid.UUID, *, lock: bool = False) -> Application:
    """Return an application of the person's organ.

    Raises:
        ApplicationNotFoundError: there is none, or it is another organ's.
    """
    application = store.find_application(unit, application_id, lock=lock)
    if application is None or application.member_id != staff.member.id:
        raise ApplicationNotFoundError
    return application


def find_version(unit: Unit, staff: StaffRequester, application_id: uuid.UUID, version: int) -> Application:
    """Return an application, held until the transaction ends, that is still at the version the person read.

    Raises:
        ApplicationNotFoundError: as :func:`find`.
        ApplicationChangedError: a colleague saved it since.
    """
    application = find(unit, staff, application_id, lock=True)
    if application.version != version:
        raise ApplicationChangedError(application.version, application.changed_at.isoformat(timespec="seconds"))
    return application


def save_draft(
    context: Context, unit: Unit, staff: StaffRequester, application: Application, content: Content
) -> Application:
    """Store a new version of a draft that the caller holds.

    Raises:
        ApplicationInvalidError: a text may not be kept at all.
        ApplicationStateError: it is no draft.
    """
    require_storable(content)
    if not APPLICATION.allows(application.state, "save"):
        raise not_possible(application, ("不是草稿", "it is no draft"), ("按现状办理", "act on where it stands"))
    saved = changed(context, staff, application, content=content)
    store.save_application(unit, saved)
    return saved


def changed(
    context: Context, staff: StaffRequester, application: Application, *, content: Content | None = None
) -> Application:
    """Return the application one version on, by this person, now."""
    return replace(
        application,
        version=application.version + 1,
        content=application.content if content is None else content,
        changed_by=staff.staff.id,
        changed_at=context.now(),
    )


def not_possible(application: Application, what: tuple[str, str], following: tuple[str, str]) -> ApplicationStateError:
    """Return the error of an act that does not fit where the application stands; (zh, en) each."""
    return ApplicationStateError(
        f"申请车 {application.label}：{what[0]}",
        f"application {application.label}: {what[1]}",
        next_zh=following[0],
        next_en=following[1],
        facts={"state": application.state.value, "version": application.version},
    )


def record(context: Context, unit: Unit, staff: StaffRequester, application: Application, action: str) -> None:
    """Leave the receipt of an act on an application; what its parts ask for is in their own receipts."""
    context.record(
        unit,
        ReceiptKind.REQUEST,
        member=str(application.member_id),
        end_user=str(staff.staff.id),
        subject_kind="application",
        subject_id=str(application.id),
        action=action,
        state_after=application.state.value,
    )
