"""The first call of a grant on the entry of a register: that entry has no rows, its services answer.

Which service a grant covers follows from the elements it gives, as the services themselves decide it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.directory.facts import load_resource
from hub.registers import store
from hub.registers.population import elements as e
from hub.registers.population.kinship import ELEMENT
from policies.facts import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import Grant

_CODE, _BODY_NAME, _NUMBER = "L001", "L002", "L007"
_FILL_NUMBER, _FILL_NAME, _FILL_CODE = "填写公民身份号码", "填写姓名", "填写统一社会信用代码"


def first_call(context: Context, unit: Unit, grant: Grant) -> tuple[str, Mapping[str, Any]] | None:
    """Return path and question of the service a grant covers; None where rows answer, or no service is covered."""
    described = store.by_entry(unit, grant.entry_id)
    if described is None:
        return None
    items = load_resource(context, unit, grant.entry_id).entry.items
    given = {item.element for item in items if item.element is not None and item.column in grant.items}
    found = {"population": _about_persons, "legal_persons": _about_bodies}.get(described.code)
    return None if found is None else found(given, grant)


def _about_persons(given: set[str], grant: Grant) -> tuple[str, Mapping[str, Any]] | None:
    number = {"number": _FILL_NUMBER}
    if e.NUMBER not in given:
        return None
    if Mode.VERIFY in grant.modes:
        if e.NAME in given:
            return "/api/v1/population/verify", {**number, "name": _FILL_NAME}
        if e.IS_DEAD in given:
            return "/api/v1/population/alive", number
        relations = [relation.value for relation, element in ELEMENT.items() if element in given]
        if relations:
            return "/api/v1/population/kinship", {**number, "other": _FILL_NUMBER, "relation": relations[0]}
    if Mode.BATCH in grant.modes and e.NAME in given:
        rows = [{**number, "name": _FILL_NAME}]
        return "/api/v1/population/match", {"key": ["number"], "claims": ["name"], "rows": rows}
    return None


def _about_bodies(given: set[str], grant: Grant) -> tuple[str, Mapping[str, Any]] | None:
    code = {"code": _FILL_CODE}
    if Mode.VERIFY not in grant.modes or _CODE not in given:
        return None
    if _BODY_NAME in given:
        return "/api/v1/legal-persons/verify", {**code, "name": "填写单位名称"}
    if _NUMBER in given:
        return "/api/v1/legal-persons/representative", {**code, "number": _FILL_NUMBER}
    return None
