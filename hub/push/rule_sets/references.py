"""Whether a rule may ask another resource: only where the department may learn the answer anyway.

A reference tells found or not found, which is a verification (Zhengzhou Art. 20; 政务数据共享条例 Art. 22). So it is
asked only of the organ's own resources and of items that the law opens to everybody; ``decide()`` is asked at each
push, not once. Everything else is not asked, and the report says so: a check must not become a way around a grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue.item import DataType
from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.push.rule_sets.errors import RuleSetError
from hub.push.rule_sets.reference_store import StoredValues, has_rows
from hub.rows.tables import INDEXED_CHECKS
from policies.decision import Permit, decide
from policies.facts import Action, DecisionRequest, Requester, RequesterKind, Treatment

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.push.rule_sets.model import RuleSet, SetRule

_PUBLIC = Requester(RequesterKind.PUBLIC)


def may_ask(context: Context, resource: Resource, column: str, member_id: uuid.UUID) -> bool:
    """Say whether an organ may learn what stands in an item: its own resource, or one open to everybody."""
    if resource.provider_id == member_id:
        return True
    queried = frozenset({column})
    asked = DecisionRequest(_PUBLIC, Action.READ, (column,), context.now(), queried=queried)
    decision = decide(asked, resource.facts, None, context.pack(resource.facts.pack))
    if not isinstance(decision, Permit) or decision.row_filter:
        return False
    return column in decision.queryable and decision.treatment_of(column) is Treatment.FULL


def lookups(context: Context, unit: Unit, rule_set: RuleSet, member_id: uuid.UUID) -> dict[str, StoredValues]:
    """Return, by the name of its rule, each resource that may be asked now and holds rows."""
    found = {}
    for rule in rule_set.of_kind("in_resource"):
        resource = _resource(context, unit, rule)
        column = str(rule.params["target"])
        if resource is None or column not in resource.table.by_column or not has_rows(unit, resource.table):
            continue
        if may_ask(context, resource, column, member_id):
            found[rule.name] = StoredValues(unit.connection.engine, resource.table, column)
    return found


def check_references(context: Context, unit: Unit, rule_set: RuleSet, member_id: uuid.UUID) -> None:
    """Check that a proposed set asks only what may be asked, and by an index.

    Raises:
        RuleSetError: a resource or item is not there, may not be asked, or has no index. What is not there and what
            may not be asked are told in the same words.

    """
    zh, en = [], []
    for rule in rule_set.of_kind("in_resource"):
        resource = _resource(context, unit, rule)
        column = str(rule.params["target"])
        if (
            resource is None
            or column not in resource.table.by_column
            or not may_ask(context, resource, column, member_id)
        ):
            asked = f"{rule.params['resource']}.{column}"
            zh.append(f"{rule.name}：{asked} 不存在，或本单位无权核对（须为本单位或无条件开放的信息项）")
            en.append(f"{rule.name}: no such item, or not yours to ask (own or open to everybody)")
        elif not _is_indexed(resource, column):
            zh.append(f"{rule.name}：只能核对主键、代码类信息项（有索引的文本项）")
            en.append(f"{rule.name}: only a key or a coded text item can be asked")
    if zh:
        raise RuleSetError(
            "规则集有误：" + "；".join(zh),
            "the rule set is not right: " + "; ".join(en),
            next_zh="改用可以核对的信息项，或去掉该规则",
            next_en="name an item that can be asked, or leave the rule out",
            facts={"faults": zh, "faults_en": en},
        )


def _resource(context: Context, unit: Unit, rule: SetRule) -> Resource | None:
    try:
        return load_resource(context, unit, str(rule.params["resource"]))
    except EntryNotFoundError:
        return None


def _is_indexed(resource: Resource, column: str) -> bool:
    item = resource.table.by_column[column]
    is_text = item.type in {DataType.TEXT, DataType.MEMO}
    is_coded = item.code_list is not None or item.check in INDEXED_CHECKS
    return is_text and (resource.table.key[:1] == (column,) or is_coded)
