"""My data: which resources hold a record on me, and my own record with each item as the law gives it.

``decide()`` is asked for the person, the body or the guardian like for anybody else (个人信息保护法 Art. 31, 45; the
table's rows CIT_SELF, LP_SELF, GUARDIAN); the rows are narrowed to one's own in the SQL itself, whatever the permit
says. Every look leaves a receipt before anything is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.exchange import subjects
from hub.exchange.own_data.errors import OwnRecordNotFoundError
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import content_digest
from hub.rows import record
from hub.rows.compiler import Subject, compile_query
from hub.rows.errors import OperandError
from hub.rows.query import Page, Query
from hub.rows.render import json_rows
from hub.rows.store import Reading, read_page
from policies.decision import Permit, decide
from policies.exemptions import in_force
from policies.facts import Action, DecisionRequest
from policies.masking import Audience, mask
from policies.results import TREATMENT_NAMES, Refusal, cite

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from catalogue.item import Item
    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.own_data.persons import Acting
    from hub.ledger.drafts import Given
    from hub.rows.cursors import CursorKey
    from hub.rows.record import Place
    from hub.rows.store import RowPage
    from policies.decision import Denial, Pending

MOST_ROWS = 500
"""Rows on one person in one resource that are shown; the total is said beside."""
PURPOSE = "own-record"
THIRD_PERSON = "R05"
"""Ground of personal privacy: here that of somebody else in one's own record."""
BASIS = "个人信息保护法 Art.45"


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One item of one's own record: whether it is given, in which form, or what stands in the way; both languages."""

    item: Item
    form_zh: str
    form_en: str
    is_given: bool = False
    needs_second_factor: bool = False
    ground: str | None = None


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """One's own record in a resource: items, the page of rows (None where nothing is given), the receipt."""

    resource: Resource
    items: tuple[OwnItem, ...]
    page: RowPage | None
    receipt: uuid.UUID


def key_item(resource: Resource, acting: Acting) -> Item | None:
    """Return the item that names the person or body in a resource."""
    return subjects.body_key(resource.entry) if acting.is_body else subjects.person_key(resource.entry)


def places(unit: Unit, resource: Resource, acting: Acting) -> tuple[Place, ...]:
    """Return where the person's or body's rows stand in a resource, in their order."""
    item = key_item(resource, acting)
    if item is None:
        return ()
    try:
        return record.locate(unit, resource.table, {item.column: acting.number}, MOST_ROWS)
    except OperandError:
        return ()


def held(
    context: Context, unit: Unit, resources: Iterable[Resource], acting: Acting
) -> tuple[tuple[Resource, int], ...]:
    """Return the resources that hold a record on the person or body, with the number of rows; with its receipt."""
    found = [(resource, len(places(unit, resource, acting))) for resource in resources]
    there = tuple((resource, rows) for resource, rows in found if rows)
    context.record(
        unit,
        ReceiptKind.QUERY,
        action="own.overview",
        door="citizen",
        mode=acting.requester.kind.value,
        purpose=PURPOSE,
        legal_basis=BASIS,
        rows=len(there),
        outcome="delivered",
    )
    return there


def _ask(
    context: Context, resource: Resource, acting: Acting, items: tuple[str, ...] | None
) -> Permit | Pending | Refusal | Denial:
    request = DecisionRequest(
        requester=acting.requester, action=Action.READ, items=items, now=context.now(), purpose=PURPOSE
    )
    return decide(request, resource.facts, None, context.pack(resource.facts.pack))


def is_third_persons(resource: Resource, acting: Acting, item: Item) -> bool:
    """Whether an item holds another person's identity number: a spouse's, a guardian's, a representative's."""
    key = key_item(resource, acting)
    return item.check == subjects.PERSON_CHECK and (key is None or item.column != key.column)


def _protects_others(context: Context, resource: Resource, item: Item) -> bool:
    """Whether an assessment in force protects third persons in this item (R05), also against the person concerned."""
    pack = context.pack(resource.facts.pack)
    records = resource.facts.by_column[item.column].exemptions
    return any(one.ground == THIRD_PERSON and not in_force(one, context.today(), pack) for one in records)


def _own_item(context: Context, resource: Resource, acting: Acting, item: Item) -> OwnItem:
    answer = _ask(context, resource, acting, (item.column,))
    if isinstance(answer, Permit):
        if is_third_persons(resource, acting, item) and _protects_others(context, resource, item):
            ground = context.pack(resource.facts.pack).grounds[THIRD_PERSON].name
            zh = f"{THIRD_PERSON} {ground.zh}：涉及第三人（个人信息保护法第六条）；有异议可投诉或依法起诉"
            en = f"{THIRD_PERSON} {ground.en}: a third person's (个人信息保护法 Art. 6); you may complain or sue"
            return OwnItem(item, zh, en, ground=THIRD_PERSON)
        form = TREATMENT_NAMES[answer.treatment_of(item.column)]
        return OwnItem(item, form.zh, form.en, is_given=True)
    if isinstance(answer, Refusal):
        zh = f"{answer.ground} {answer.ground_name.zh}（{cite(answer.article, 'zh')}）；{answer.remedy.zh}"
        en = f"{answer.ground} {answer.ground_name.en} ({answer.article}); {answer.remedy.en}"
        return OwnItem(item, zh, en, ground=answer.ground)
    zh, en = "；".join(answer.explain("zh")), "; ".join(answer.explain("en"))
    return OwnItem(item, zh, en, needs_second_factor=_wants_factor(answer))


def _wants_factor(answer: Pending | Denial) -> bool:
    code = getattr(answer, "code", None)
    return code is not None and str(code) == "second-factor"


def own_record(
    context: Context, unit: Unit, resource: Resource, acting: Acting, cursor_key: CursorKey, *, action: str = "own.read"
) -> OwnRecord:
    """Return one's own record in a resource; the receipt is in the caller's transaction, commit it before answering.

    Raises:
        OwnRecordNotFoundError: no row is about the person or body.

    """
    item = key_item(resource, acting)
    if item is None or not places(unit, resource, acting):
        raise OwnRecordNotFoundError
    lines = tuple(_own_item(context, resource, acting, one) for one in resource.entry.items)
    given = tuple(line.item.column for line in lines if line.is_given)
    answer = _ask(context, resource, acting, given) if given else None
    page = None
    if isinstance(answer, Permit):
        query = Query(resource.id, given, page=Page(MOST_ROWS))
        subject = Subject(acting.key, item.column, acting.number)
        compiled = compile_query(query, answer, resource.table, cursor_key, subject)
        page = _without_others(resource, acting, read_page(unit, compiled, Reading(cursor_key, flags=resource.flags)))
    fields = _fields(context, resource, acting, lines, action)
    if page is None:
        receipt = context.record(unit, ReceiptKind.DENIAL, **fields, decision="denied", outcome="nothing-given")
    else:
        receipt = context.record(unit, ReceiptKind.QUERY, **fields, **_page_fields(page))
    return OwnRecord(resource, lines, page, receipt.id)


def _without_others(resource: Resource, acting: Acting, page: RowPage) -> RowPage:
    """Return the page with the numbers of third persons masked (区分处理, 政府信息公开条例 Art. 37)."""
    places = [
        number for number, column in enumerate(page.columns)
        if not column.is_masked and is_third_persons(resource, acting, column.item)
    ]  # fmt: skip
    if not places:
        return page
    rows = [
        tuple(mask(value, "citizen_id", Audience.PUBLIC) if n in places else value for n, value in enumerate(row))
        for row in page.rows
    ]
    columns = tuple(
        replace(column, is_masked=True, masking="citizen_id") if number in places else column
        for number, column in enumerate(page.columns)
    )
    return replace(page, rows=rows, columns=columns)


def _fields(
    context: Context, resource: Resource, acting: Acting, lines: tuple[OwnItem, ...], action: str
) -> dict[str, Given]:
    item = key_item(resource, acting)
    key = {item.column: acting.number} if item is not None else {}
    return {
        "action": action,
        "door": "citizen",
        "mode": acting.requester.kind.value,
        "provider": str(resource.provider_id),
        "resource": str(resource.id),
        "schema_version": str(resource.version),
        "purpose": PURPOSE,
        "legal_basis": BASIS,
        "subject_digest": subjects.subject_digest(context.writer, resource, key),
        "items_refused": [line.item.column for line in lines if not line.is_given],
    }


def _page_fields(page: RowPage) -> dict[str, Given]:
    return {
        "items_returned": [column.item.column for column in page.columns if not column.is_masked],
        "items_masked": [column.item.column for column in page.columns if column.is_masked],
        "resource_version": str(page.version),
        "rows": page.returned,
        "response_digest": content_digest(json_rows(page.columns, page.rows)),
        "decision": "permitted",
        "outcome": "delivered",
    }


def reportable(context: Context, resource: Resource, acting: Acting) -> frozenset[str]:
    """Return the items the person may say something about: those given in some form."""
    lines = (_own_item(context, resource, acting, one) for one in resource.entry.items)
    return frozenset(line.item.column for line in lines if line.is_given)
