"""How an application's parts and lines stand: words, clocks, what was answered, and what can be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.api.clock_bodies import request_clocks
from hub.exchange import letter_store, store, supplement_store
from hub.exchange.cart import offers
from hub.exchange.records import LineState, RequestState
from hub.exchange.state_tables import LINE, REQUEST
from hub.identity import store as identity_store
from hub.portal.desk import words
from hub.portal.work import naming
from hub.portal.work.naming import described, form_name
from hub.supervision import store as dispute_store
from policies.results import cite

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping, Sequence

    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.records import Line, ShareRequest
    from hub.exchange.supplement_store import Supplement
    from hub.portal.work.frame import WorkPage

LINE_CSS: Final[Mapping[LineState, str]] = {
    LineState.GRANTED: "good",
    LineState.REFUSED: "bad",
    LineState.NARROWED: "warn",
    LineState.WAITING: "",
    LineState.WITHDRAWN: "",
}


def parts(
    page: WorkPage, unit: Unit, found: Sequence[ShareRequest], over: Collection[uuid.UUID]
) -> list[dict[str, Any]]:
    """Return parts for the page, each with its lines."""
    entries = naming.entries(page, unit, [one.entry_id for one in found])
    disputes, _ = dispute_store.disputes(unit, page.person.member.id, limit=words.MOST_DISPUTES)
    running = {(one.request_id, one.line_id): one.id for one in disputes if one.closed_at is None}
    return [_part(page, unit, one, (entries[one.entry_id], over, running)) for one in found]


def _part(page: WorkPage, unit: Unit, part: ShareRequest, beside: tuple[Any, ...]) -> dict[str, Any]:
    entry, over, running = beside
    provider = identity_store.member(unit, "id", part.provider_id)
    system = identity_store.system(unit, part.system_id)
    organ = provider.name if provider is not None else ""
    awaited = supplement_store.supplement(unit, part.id)
    grant = store.grant_of_request(unit, part.id)
    described_state = REQUEST.describe(part.state.value)
    resource = naming.resource(page, unit, part.entry_id)
    clocks = request_clocks(page.context, unit, part)
    return {
        "id": part.id,
        "label": part.label,
        "title": entry.title,
        "name": entry.name,
        "organ": organ,
        "contact": provider.contact if provider is not None else "",
        "system": system.name if system is not None else "",
        "word": words.of_part(page, unit, part, over),
        "owner": page.pick(str(described_state["owner"] or ""), str(described_state["owner_en"] or "")),
        "next": page.pick(str(described_state["next"]), str(described_state["next_en"])),
        "purpose": part.purpose,
        "scenario": part.scenario,
        "legal_basis": part.legal_basis,
        "is_alone": part.application_id is None,
        "waits_consent": part.state is RequestState.SUBMITTED,
        "supplement": _supplement(page, awaited) if awaited is not None else None,
        "grant": grant.id if grant is not None else None,
        "lines": [
            _line(page, unit, (part, line, resource), (clocks, organ, running))
            for line in sorted(part.lines, key=lambda one: one.position)
        ],
    }


def _supplement(page: WorkPage, awaited: Supplement) -> dict[str, Any]:
    fields = sorted({name for several in awaited.missing.values() for name in several})
    reply = awaited.reply or {}
    return {
        "text": awaited.text,
        "fields": [page.text(f"desk_missing_{name}") for name in fields],
        "asked_at": page.moment(awaited.asked_at),
        "is_awaited": awaited.answered_at is None,
        "reply": reply.get("text", ""),
        "answered_at": page.moment(awaited.answered_at),
    }


def _line(
    page: WorkPage, unit: Unit, of: tuple[ShareRequest, Line, Resource | None], beside: tuple[Any, ...]
) -> dict[str, Any]:
    part, line, resource = of
    clocks, organ, running = beside
    offer = offers.offer_on(part, line)
    letter = letter_store.latest(unit, part.id, line.id)
    is_late = line.state is LineState.WAITING and line.due_on is not None and line.due_on < page.context.today()
    dispute = running.get((part.id, line.id))
    return {
        "id": line.id,
        "cart_line": line.cart_line,
        "name": naming.item_name(resource, line.item) if line.item is not None else line.description,
        "asked": form_name(page, line.asked),
        "given": form_name(page, line.treatment) if line.state is LineState.GRANTED else "",
        "state": page.text("desk_waits_head")
        if part.state is RequestState.SUBMITTED and line.state is LineState.WAITING
        else described(page, LINE.describe(line.state.value)),
        "css": LINE_CSS[line.state],
        "clocks": [words.clock(page, one, organ) for one in clocks if one["line"] == line.id]
        if line.state is LineState.WAITING
        else [],
        "due": line.due_on,
        "answered_on": page.moment(line.decided_at),
        "answer": _answer(page, line, letter),
        "has_letter": letter is not None,
        "offer": form_name(page, offer),
        "is_waiting": line.state is LineState.WAITING,
        "can_dispute": dispute is None and (is_late or line.state in {LineState.REFUSED, LineState.NARROWED}),
        "dispute": dispute,
    }


def _answer(page: WorkPage, line: Line, letter: Mapping[str, Any] | None) -> list[str]:
    """Return what was answered in a few sentences: decision, ground, provision, facts, remedy."""
    if letter is None:
        told = line.answer or {}
        article = str(told.get("article", ""))
        if told.get("by") == "rule":
            return [page.text("desk_answer_rule", article=cite(article, page.lang))]
        return []
    said = [page.pick(letter["decision_text"]["zh"], letter["decision_text"]["en"])]
    ground = letter.get("ground")
    if ground:
        said.append(page.text("desk_answer_ground", ground=page.pick(ground["zh"], ground["en"])))
    said.append(page.text("desk_answer_provision", article=page.pick(letter["provision"], letter["provision_en"])))
    if letter.get("facts"):
        said.append(page.text("desk_answer_facts", facts=page.pick(letter["facts"]["zh"], letter["facts"]["en"])))
    if line.state is LineState.NARROWED or letter.get("offer"):
        said.append(page.pick(letter["released"]["zh"], letter["released"]["en"]))
    return said
