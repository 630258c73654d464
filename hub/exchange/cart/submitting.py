"""Submit, consent, withdraw: an application becomes one request for each provider's entry, all or none at once.

Consent of the requester's head is given once for the whole application, by another person than those who made,
last changed or submitted it (政务数据共享条例 Art. 20); then each part runs as a request of its own: what is shared
without conditions is granted by the rule at once, the rest goes to its provider with a clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.exchange import requests
from hub.exchange.cart import store
from hub.exchange.cart.checking import faults_of, require_storable
from hub.exchange.cart.drafts import changed, find_version, not_possible, record
from hub.exchange.cart.errors import ApplicationInvalidError
from hub.exchange.cart.parts import Asker, split
from hub.exchange.cart.records import ApplicationState
from hub.exchange.cart.scope import scope_of
from hub.exchange.cart.states import APPLICATION
from hub.exchange.errors import ConsentError
from hub.exchange.records import LineState, RequestState
from hub.exchange.store import parts_of, update_request

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.cart.records import Application, Content
    from hub.exchange.cart.scope import Scope
    from hub.exchange.records import ShareRequest
    from hub.identity.facts import StaffRequester


def asker_of(scope: Scope, staff: StaffRequester, application: Application, content: Content) -> Asker:
    """Return for whom parts are made, with the period they are for.

    Raises:
        ApplicationInvalidError: the application is not complete; every fault is named.
    """
    require_storable(content)
    faults = faults_of(scope, content)
    since = content.valid_from or scope.now
    until = scope.until(content, since)
    if faults or until is None:
        raise ApplicationInvalidError(faults)
    return Asker(application, staff.staff.id, since, until)


def submit(context: Context, unit: Unit, staff: StaffRequester, application_id: uuid.UUID, version: int) -> Application:
    """Split a complete draft into its parts; all wait for the head's consent.

    Raises:
        ApplicationNotFoundError, ApplicationChangedError: as :func:`hub.exchange.cart.drafts.find_version`.
        ApplicationStateError: it is no draft.
        ApplicationInvalidError: something is missing; every fault is named and nothing is submitted.
    """
    application = find_version(unit, staff, application_id, version)
    if not APPLICATION.allows(application.state, "submit"):
        raise not_possible(
            application, ("已经提交过", "it has been submitted"), ("直接修改即可重报", "change it and it is sent anew")
        )
    scope = scope_of(context, unit, application.member_id)
    asker = asker_of(scope, staff, application, application.content)
    for part in split(scope, application.content, asker):
        requests.submit(context, unit, staff, part)
    submitted = replace(
        changed(context, staff, application),
        state=ApplicationState.SUBMITTED,
        submitted_by=staff.staff.id,
        submitted_at=context.now(),
    )
    store.save_application(unit, submitted)
    record(context, unit, staff, submitted, "application.submitted")
    return submitted


def consent(
    context: Context, unit: Unit, staff: StaffRequester, application_id: uuid.UUID, version: int
) -> Application:
    """Consent to the version read: every part that waits for it opens.

    Raises:
        ApplicationNotFoundError, ApplicationChangedError: as :func:`hub.exchange.cart.drafts.find_version`.
        ConsentError: nothing waits for consent, or the person made, changed or submitted it.
    """
    application = find_version(unit, staff, application_id, version)
    if not APPLICATION.allows(application.state, "consent"):
        raise ConsentError(
            "这份申请车不在等待负责人同意的状态",
            "the application does not wait for consent",
            next_zh="请刷新后查看当前状态",
            next_en="look at its state",
            facts={"state": application.state.value},
        )
    if staff.staff.id in {application.made_by, application.changed_by, application.submitted_by}:
        raise ConsentError(
            "编制、修改或提交申请车的人不能自己同意（《政务数据共享条例》第二十条：须经负责人同意）",
            "who made, changed or submitted the application cannot consent to it (政务数据共享条例 Art. 20)",
            next_zh="请由本单位另一位需求审批人办理",
            next_en="let another approver of your organ do it",
        )
    # All parts are held before the first grant bumps the policy epoch: an answer takes the two in the same order.
    for part in parts_of(unit, application.id, lock=True):
        if part.state is RequestState.SUBMITTED:
            requests.begin(context, unit, staff, part)
    opened = replace(
        application,
        version=application.version + 1,
        state=ApplicationState.OPEN,
        consented_by=staff.staff.id,
        consented_at=context.now(),
    )
    store.save_application(unit, opened)
    record(context, unit, staff, opened, "application.consented")
    return opened


def withdraw(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    application_id: uuid.UUID,
    version: int,
    lines: Collection[uuid.UUID] = (),
) -> Application:
    """Take back what waits: the lines named, or all; what was answered stays, and so do grants.

    Raises:
        ApplicationNotFoundError, ApplicationChangedError: as :func:`hub.exchange.cart.drafts.find_version`.
        ApplicationStateError: nothing (of what is named) waits.
    """
    application = find_version(unit, staff, application_id, version)
    content = application.content
    known = {line.id for line in content.lines}
    if application.state is ApplicationState.DRAFT:
        gone = set(lines) or known
        is_over = not lines
    else:
        parts = parts_of(unit, application.id, lock=True)
        waiting = {line.cart_line for part in parts for line in part.lines if line.state is LineState.WAITING}
        known = {line for line in known if line in waiting}
        gone = set(lines) or known
        is_over = gone >= {line.id for line in content.lines}
    if not APPLICATION.allows(application.state, "withdraw") or not gone <= known or not (gone or is_over):
        raise not_possible(
            application,
            ("没有可撤回的项；已答复的项不能撤回", "nothing is left to withdraw; answers stay"),
            ("刷新后查看各项状态", "look at the lines"),
        )
    if application.state is not ApplicationState.DRAFT:
        for part in parts_of(unit, application.id):
            take_back(context, unit, staff, part, gone)
    kept = content if is_over else replace(content, lines=tuple(line for line in content.lines if line.id not in gone))
    state = ApplicationState.WITHDRAWN if is_over else settled(unit, application)
    withdrawn = replace(changed(context, staff, application, content=kept), state=state)
    store.save_application(unit, withdrawn)
    record(context, unit, staff, withdrawn, "application.withdrawn")
    return withdrawn


def settled(unit: Unit, application: Application) -> ApplicationState:
    """Return where an application that was submitted stands: it waits for consent as long as a part of it does."""
    if application.state is ApplicationState.DRAFT:
        return application.state
    waits = any(part.state is RequestState.SUBMITTED for part in parts_of(unit, application.id))
    return ApplicationState.SUBMITTED if waits else ApplicationState.OPEN


def take_back(
    context: Context, unit: Unit, staff: StaffRequester, part: ShareRequest, gone: Collection[uuid.UUID | None]
) -> None:
    """Take back those lines of a part that wait and come from the lines named; nothing where there are none."""
    waiting = [line for line in part.lines if line.state is LineState.WAITING]
    taken = [line for line in waiting if line.cart_line in gone]
    if not taken:
        return
    for line in taken:
        requests.withdraw_line(context, unit, line)
    if len(taken) == len(waiting):
        answered = any(line.state not in {LineState.WAITING, LineState.WITHDRAWN} for line in part.lines)
        state = RequestState.ANSWERED if answered else RequestState.WITHDRAWN
        update_request(unit, part.id, state=state.value)
    requests.record_step(context, unit, part, staff, "withdrawn", part.state.value)
