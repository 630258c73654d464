"""Changing an application after it was submitted: possible until a provider has decided its first line.

What the rule granted at once is no provider's decision, but it stays: a granted line may be neither changed nor
dropped (its grant can be given back by other means), and the text it was granted under stays with it.

The new content is split as at submission and compared with the parts there are, entry by entry and system by system:

* nothing of a part changed: it is left alone, its clock runs on;
* lines were dropped and nothing else: they are withdrawn, which needs no new consent;
* anything else changed: the lines of the part that wait are withdrawn (their clocks end) and made anew; the part
  waits for the head's consent again, and its clocks begin with the new receipt. It keeps its number;
* but where the text, period or filter changed and the rule has granted lines of the part: the granted lines keep
  their part, its text and its grant, and the others move to a new part that names the one it replaces.

Everything happens in the one transaction that holds the application and all its parts, so an answer comes either
before (then the change is refused) or after it. Title and order of lines change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.exchange import requests
from hub.exchange.cart import store
from hub.exchange.cart.drafts import changed, not_possible, record, save_draft
from hub.exchange.cart.parts import TEXT_FIELDS, head_of, key_of, split
from hub.exchange.cart.records import ApplicationState
from hub.exchange.cart.scope import named, scope_of
from hub.exchange.cart.states import APPLICATION
from hub.exchange.cart.submitting import asker_of, settled, take_back
from hub.exchange.records import LineState, RequestState
from hub.exchange.store import insert_lines, parts_of, request_columns, update_request

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.cart.parts import Key
    from hub.exchange.cart.records import Application, Content
    from hub.exchange.records import Line, ShareRequest
    from hub.identity.facts import StaffRequester

Asked = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    """One change of one application, with who makes it. ``new_text``: what all parts say was changed.

    Where it was not, a part keeps its own words: a supplement may have changed them meanwhile.
    """

    context: Context
    unit: Unit
    staff: StaffRequester
    new_text: bool


def save(
    context: Context, unit: Unit, staff: StaffRequester, application: Application, content: Content
) -> Application:
    """Store a changed content of an application that the caller holds; parts follow where it was submitted.

    Raises:
        ApplicationInvalidError: submitted already and no longer complete; every fault is named.
        ApplicationStateError: withdrawn, a provider has decided, or a granted line would change.
    """
    scope = scope_of(context, unit, application.member_id)
    content = named(scope, content)
    if APPLICATION.allows(application.state, "save"):
        return save_draft(context, unit, staff, application, content)
    if not APPLICATION.allows(application.state, "change"):
        raise not_possible(application, ("已撤回", "it is withdrawn"), ("可另建一份", "make a new one"))
    parts = parts_of(unit, application.id, lock=True)
    if any(part.has_provider_decision for part in parts):
        raise not_possible(
            application,
            ("提供单位已对其中的项作出答复，不能再修改", "a provider has decided a line: it can no longer be changed"),
            ("未答复的项可以撤回；另需的内容请另建一份", "withdraw what waits, or ask for more in a new application"),
        )
    asker = asker_of(scope, staff, application, content)
    _require_granted_kept(application, content, parts)
    edit = _Edit(context, unit, staff, _text(content) != _text(application.content))
    planned = {key_of(part): part for part in split(scope, content, asker)}
    live: dict[Key, list[ShareRequest]] = {}
    for part in parts:
        if part.state is not RequestState.WITHDRAWN:
            live.setdefault(key_of(part), []).append(part)
    for key in {**live, **planned}:
        _follow(edit, live.get(key, []), planned.get(key))
    saved = changed(context, staff, application, content=content)
    state = settled(unit, saved)
    again = state is ApplicationState.SUBMITTED
    saved = replace(
        saved,
        state=state,
        submitted_by=staff.staff.id if again else application.submitted_by,
        consented_by=None if again else application.consented_by,
        consented_at=None if again else application.consented_at,
    )
    store.save_application(unit, saved)
    record(context, unit, staff, saved, "application.changed")
    return saved


def _text(content: Content) -> Content:
    """Return the content without what is not said by every part: its title, lines, systems and filters."""
    return replace(content, title="", lines=(), systems=(), row_filters={})


def _asked(line: Line) -> Asked:
    return line.cart_line, line.item, line.description, line.asked


def _granted(part: ShareRequest) -> list[Line]:
    return [line for line in part.lines if line.state is LineState.GRANTED]


def _waiting(part: ShareRequest) -> list[Line]:
    return [line for line in part.lines if line.state is LineState.WAITING]


def _require_granted_kept(application: Application, content: Content, parts: tuple[ShareRequest, ...]) -> None:
    """Raise unless every line the rule granted is still asked for, unchanged, for the same system."""
    before = {line.id: line for line in application.content.lines}
    after = {line.id: line for line in content.lines}
    lost = [
        line.item or line.description
        for part in parts
        for line in _granted(part)
        if line.cart_line is not None
        and (before.get(line.cart_line) != after.get(line.cart_line) or part.system_id not in content.systems)
    ]
    if lost:
        names = list(dict.fromkeys(lost))
        raise not_possible(
            application,
            (f"已按规则授权的项不能改动：{'、'.join(names)}", f"granted by the rule already: {', '.join(names)}"),
            (
                "请在申请车中原样保留这些项；不再需要时请退回授权",
                "keep these lines as they are; give the grant back instead",
            ),
        )


def _follow(edit: _Edit, parts: list[ShareRequest], planned: ShareRequest | None) -> None:
    """Bring the parts for one entry and system to what is now asked."""
    waiting = {_asked(line) for part in parts for line in _waiting(part)}
    granted = {line.cart_line for part in parts for line in _granted(part)}
    wanted = [line for line in planned.lines if line.cart_line not in granted] if planned is not None else []
    asked = {_asked(line) for line in wanted}
    if planned is None or not wanted:
        for part in parts:
            _drop(edit, part, {line.cart_line for line in part.lines})
        return
    latest = parts[-1] if parts else None
    if latest is None:
        requests.submit(edit.context, edit.unit, edit.staff, planned)
        return
    is_left_behind = not _waiting(latest) and head_of(planned) != head_of(latest)
    has_new_head = edit.new_text or is_left_behind or planned.row_filter != latest.row_filter
    if not has_new_head and asked <= waiting:
        for part in parts:
            _drop(edit, part, {line[0] for line in waiting - asked})
        return
    _renew(edit, latest, planned, wanted, has_new_head=has_new_head)


def _drop(edit: _Edit, part: ShareRequest, gone: set[object]) -> None:
    take_back(edit.context, edit.unit, edit.staff, part, {line.cart_line for line in part.lines} & gone)


def _renew(edit: _Edit, part: ShareRequest, planned: ShareRequest, wanted: list[Line], *, has_new_head: bool) -> None:
    """Make the waiting lines of a part anew: in the part itself, or in a new one where granted lines keep its text."""
    has_granted = bool(_granted(part))
    for line in _waiting(part):
        requests.withdraw_line(edit.context, edit.unit, line)
    if has_granted and has_new_head:
        requests.record_step(edit.context, edit.unit, part, edit.staff, "replaced", part.state.value)
        update_request(edit.unit, part.id, state=RequestState.ANSWERED.value)
        numbered = tuple(replace(line, position=place) for place, line in enumerate(wanted, start=1))
        requests.submit(edit.context, edit.unit, edit.staff, replace(planned, lines=numbered, replaces=part.id))
        return
    position = max((line.position for line in part.lines), default=0)
    lines = tuple(replace(line, position=position + place) for place, line in enumerate(wanted, start=1))
    insert_lines(edit.unit, part.id, lines)
    renewed = replace(
        part,
        **({name: getattr(planned, name) for name in TEXT_FIELDS} if edit.new_text else {}),
        row_filter=planned.row_filter,
        made_by=edit.staff.staff.id,
        consented_by=None,
        submitted_at=None,
        state=RequestState.SUBMITTED,
        lines=lines,
    )
    columns = {name: getattr(renewed, name) for name in (*TEXT_FIELDS, "made_by")}
    columns |= {"consented_by": None, "submitted_at": None, **request_columns(renewed)}
    update_request(edit.unit, part.id, **columns)
    requests.record_step(edit.context, edit.unit, renewed, edit.staff, "changed", part.state.value)


def lines_of(parts: tuple[ShareRequest, ...]) -> dict[uuid.UUID, list[tuple[ShareRequest, Line]]]:
    """Return for each line of the application where it stands now: its latest request line for each system."""
    latest: dict[tuple[uuid.UUID, uuid.UUID], tuple[ShareRequest, Line]] = {}
    for part in parts:
        for line in part.lines:
            if line.cart_line is None:
                continue
            known = latest.get((line.cart_line, part.system_id))
            if known is None or line.state is not LineState.WITHDRAWN or known[1].state is LineState.WITHDRAWN:
                latest[line.cart_line, part.system_id] = (part, line)
    found: dict[uuid.UUID, list[tuple[ShareRequest, Line]]] = {}
    for (cart_line, _), place in latest.items():
        found.setdefault(cart_line, []).append(place)
    return found
