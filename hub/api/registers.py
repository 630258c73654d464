"""The registers of the city as their keepers see them: switches, sources with their lag, refusals, entries.

Zhengzhou Art. 18-19; Jilin Art. 26-27. The keeper is the data bureau's keeper of the directory; its supervisor and
auditor see the same. Values of subjects are in none of these answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from catalogue.basic.macro_economy import MACRO_ECONOMY
from hub.api.authentication import require_role
from hub.api.bodies import Body
from hub.directory.checking import Desk
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.registers import changes_store, conflicts_store, sources, sources_store, store, switching
from hub.registers.entries import draft_entry
from hub.registers.known import REGISTER_RULES
from hub.registers.macro import conflict_store, feed_store, indicator_store
from hub.registers.mapping import SourceMapping
from hub.registers.sources import rules_of
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue.elements import Element
    from hub.context import Context
    from hub.database import Unit
    from hub.registers.rules import RegisterRules
    from hub.registers.sources_store import Source

router = APIRouter(prefix="/api/v1/registers", tags=["operators"])
READERS = (Role.CATALOGUE_REVIEWER, Role.SUPERVISOR, Role.AUDITOR)
Keeper = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER))]
Reader = Annotated[StaffRequester, Depends(require_role(*READERS))]
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Code = Annotated[str, Path(max_length=40, description="population, legal_persons, geography, macro_economy")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class SwitchBody(Body):
    """Whether a register is on."""

    is_on: bool


class SourceBody(Body):
    """How a resource feeds a register; what is left out follows from the elements of the entry's items."""

    entry: str = Field(min_length=1, max_length=200, description="条目名称 / name of the entry")
    key_column: str | None = Field(default=None, max_length=59)
    key_kind: str | None = Field(default=None, max_length=40)
    items: dict[str, str] | None = Field(default=None, description="数据元到信息项列名 / element to column")
    ranks: dict[str, int] = Field(default_factory=dict, description="数据元到权威等级，1 为责任部门 / rank")
    event_column: str | None = Field(default=None, max_length=59, description="事件时间 / time it happened")
    kind: str = Field(default="record", max_length=40)


class EntryBody(Body):
    """The published entry that describes the register."""

    entry: str = Field(min_length=1, max_length=200)


class DraftBody(Body):
    """Whose rules establish the register, and members of the description to be other than made."""

    city: Literal["zhengzhou", "jilin", ""] = ""
    more: dict[str, Any] = Field(default_factory=dict)


def source_body(context: Context, source: Source) -> dict[str, Any]:
    """Return a source with its lag; columns and codes, no value of a row."""
    return {
        "number": source.id,
        "register": source.register,
        "entry": source.entry_name,
        "title": source.title,
        "provider": source.provider,
        "kind": source.kind,
        "key_column": source.key_column,
        "key_kind": source.key_kind,
        "items": source.items,
        "ranks": source.ranks,
        "event_column": source.event_column,
        "is_active": source.is_active,
        "is_refeeding": source.is_refeeding,
        "version": source.version,
        "consumed": source.consumed,
        "consumed_at": source.consumed_at,
        "taking": source.taking,
        "lag": {"versions": source.lag, "seconds": sources.lag_seconds(context, source)},
        "fault": source.fault,
    }


def register_body(context: Context, unit: Unit, rules: RegisterRules) -> dict[str, Any]:
    """Return a register with its figures; the count of its subjects is no population figure."""
    code = rules.basic.switch
    row, found = store.register_row(unit, code), sources_store.sources(unit, code)
    lags = [sources.lag_seconds(context, source) for source in found if source.is_active]
    return {
        "code": code,
        "name": rules.basic.name,
        "name_en": rules.basic.name_en,
        "articles": dict(rules.basic.articles),
        "is_on": row.is_on,
        "entry_id": row.entry_id,
        "subjects": sources_store.figures(unit, code)["subjects"],
        "sources": sum(source.is_active for source in found),
        "lag_seconds": max(lags, default=0),
        "faults": sum(source.fault is not None for source in found),
        "conflicts": conflicts_store.counts(unit, code),
        "change": changes_store.last_number(unit, code),
    }


def macro_body(context: Context, unit: Unit) -> dict[str, Any]:
    """Return the macro-economy as a register is returned; what it holds are figures of indicators, not subjects."""
    code, row = MACRO_ECONOMY.switch, store.register_row(unit, MACRO_ECONOMY.switch)
    feeds = [feed for feed in feed_store.feeds(unit) if feed.is_active]
    waits = [feed.changed_at for feed in feeds if feed.lag and feed.changed_at is not None]
    return {
        "code": code,
        "name": MACRO_ECONOMY.name,
        "name_en": MACRO_ECONOMY.name_en,
        "articles": dict(MACRO_ECONOMY.articles),
        "is_on": row.is_on,
        "entry_id": row.entry_id,
        "indicators": len(indicator_store.indicators(unit)),
        "sources": len(feeds),
        "lag_seconds": max((int((context.now() - at).total_seconds()) for at in waits), default=0),
        "faults": sum(feed.fault is not None for feed in feeds),
        "conflicts": {
            state: conflict_store.listed(unit, state, 0)[0]
            for state in (conflicts_store.OPEN, conflicts_store.DECIDED, conflicts_store.SETTLED)
        },
    }


def all_bodies(context: Context, unit: Unit) -> list[dict[str, Any]]:
    """Return all four basic databases in the order of Zhengzhou Art. 18, each with its switch."""
    registers = [register_body(context, unit, rules) for rules in REGISTER_RULES.values()]
    return [*registers, macro_body(context, unit)]


@router.get("", summary="基础数据库清单 / The registers of the city")
def registers(_: Reader, hub: Hub) -> dict[str, Any]:
    """Return the registers with switch, lag and open conflicts. 记录数不是人口数 / a count of rows is no population."""
    with hub.database.begin() as unit:
        found = all_bodies(hub.context, unit)
    return {"total": len(found), "returned": len(found), "next": None, "registers": found}


@router.get("/{code}", summary="一个基础数据库 / One register")
def register(code: Code, _: Reader, hub: Hub) -> dict[str, Any]:
    """Return a register with its elements, the keys it accepts and the kinds of rows it takes."""
    if code == MACRO_ECONOMY.switch:
        with hub.database.begin() as unit:
            return macro_body(hub.context, unit) | {"elements": _elements(MACRO_ECONOMY.elements)}
    rules = rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        body = register_body(hub.context, unit, rules)
    return body | {
        "elements": _elements(rules.elements.values()),
        "keys": {name: {"zh": kind.zh, "en": kind.en} for name, kind in rules.key_kinds.items()},
        "kinds": {name: {"zh": zh, "en": en} for name, (zh, en) in rules.kinds.items()},
    }


def _elements(elements: Iterable[Element]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "name": one.name, "name_en": one.name_en, "type": one.type, "owners": one.owners}
        for one in elements
    ]


@router.put("/{code}/switch", summary="启用或停用 / Switch a register on or off")
def switch(code: Code, body: SwitchBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Switch it; off, nothing is fed, answered or shown."""
    with hub.database.begin() as unit:
        switching.switch(hub.context, unit, code, staff.actor, is_on=body.is_on, pack=hub.settings.pack)
        rules = REGISTER_RULES.get(code)
        return macro_body(hub.context, unit) if rules is None else register_body(hub.context, unit, rules)


@router.put("/{code}/entry", summary="指定描述本库的条目 / Name the entry that describes it")
def describe(code: Code, body: EntryBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Let a published entry describe the register: grants, decisions and receipts name it from now on."""
    rules = rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        resource = load_resource(hub.context, unit, body.entry)
        sources.describe_by(hub.context, unit, code, resource.id, staff.actor)
        return register_body(hub.context, unit, rules)


@router.post("/{code}/entry-draft", status_code=201, summary="按数据元生成条目草稿 / Draft its entry from its elements")
def draft(code: Code, body: DraftBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """Store the draft of the register's entry under the clerk's organ; it is published by the normal steps."""
    rules = rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        made = draft_entry(Desk(hub.context, unit, staff), rules, body.city, body.more)
    return {"name": made.row.name, "version": made.version.number, "state": made.version.state}


@router.get("/{code}/sources", summary="来源及滞后 / Sources with their lag")
def list_sources(code: Code, _: Reader, hub: Hub) -> dict[str, Any]:
    """Return the sources of a register: mapping, ranks, version taken, lag in versions and seconds."""
    rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        found = [source_body(hub.context, source) for source in sources_store.sources(unit, code)]
    return {"total": len(found), "returned": len(found), "next": None, "sources": found}


@router.get("/{code}/sources/proposal", summary="按数据元建议映射 / The mapping its elements propose")
def proposal(
    code: Code, entry: Annotated[str, Query(min_length=1, max_length=200)], _: Reader, hub: Hub
) -> dict[str, Any]:
    """Return the mapping that follows from the elements an entry's items name, with the default ranks."""
    with hub.database.begin() as unit:
        found = sources.proposed(hub.context, unit, rules_of(REGISTER_RULES, code), entry)
    return {"entry": entry, **{name: getattr(found, name) for name in found.__slots__}}


@router.put("/{code}/sources", summary="设置来源 / Name or change a source")
def put_source(code: Code, body: SourceBody, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Make a resource a source, or change the one it is: it is read anew from its rows by the next rounds."""
    rules = rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        mapping = _mapping(hub.context, unit, rules, body)
        found = sources.name_source(hub.context, unit, rules, body.entry, mapping, staff.actor)
    return source_body(hub.context, found)


def _mapping(context: Context, unit: Unit, rules: RegisterRules, body: SourceBody) -> SourceMapping:
    """Return what was asked, completed by the proposal where key or items are left out."""
    if body.key_column is not None and body.key_kind is not None and body.items is not None:
        return SourceMapping(body.key_column, body.key_kind, body.items, body.ranks, body.event_column, body.kind)
    found = sources.proposed(context, unit, rules, body.entry)
    items = dict(found.items) if body.items is None else body.items
    ranks = {code: rank for code, rank in found.ranks.items() if code in items} | body.ranks
    return SourceMapping(
        body.key_column or found.key_column,
        body.key_kind or found.key_kind,
        items,
        ranks,
        body.event_column or found.event_column,
        body.kind,
    )


@router.post("/sources/{number}/stop", summary="停用来源 / Stop a source")
def stop_source(number: Number, staff: Keeper, hub: Hub) -> dict[str, Any]:
    """Stop a source: what it said is withdrawn by the next rounds."""
    with hub.database.begin() as unit:
        return source_body(hub.context, sources.stop_source(hub.context, unit, number, staff.actor))


@router.get("/sources/{number}/refused", summary="未汇入的行 / Rows the register did not take")
def refused(
    number: Number,
    staff: Annotated[StaffRequester, Depends(require_role(*READERS, Role.CLERK, Role.APPROVER))],
    hub: Hub,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Return the rows not taken, or taken without some elements, each with its rule; for its department too."""
    with hub.database.begin() as unit:
        source = sources.source_of(unit, number)
        if not staff.has_role(*READERS) and source.provider_id != staff.member.id:
            raise EntryNotFoundError("")
        found, total = sources_store.refused(unit, number, after=after, limit=limit)
    return {
        "source": number,
        "entry": source.entry_name,
        "total": total,
        "returned": len(found),
        "next": found[-1].row if len(found) == limit else None,
        "refused": [
            {"row": one.row, "version": one.push, "rules": one.rule.split(","), "elements": one.elements, "at": one.at}
            for one in found
        ],
    }


@router.get("/{code}/steps", summary="汇集的步骤 / Steps of feeding")
def steps(
    code: Code,
    _: Reader,
    hub: Hub,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Return the numbered steps after a number: which version of which source, what it did."""
    rules_of(REGISTER_RULES, code)
    with hub.database.begin() as unit:
        found = changes_store.steps(unit, code, after=after, limit=limit)
        last = changes_store.last_number(unit, code)
    return {
        "total": last,
        "returned": len(found),
        "next": found[-1].number if len(found) == limit else None,
        "steps": [
            {"number": one.number, "source": one.source, "version": one.push, "at": one.at, "counts": one.counts}
            for one in found
        ],
    }
