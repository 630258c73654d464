"""What is wrong with the lines of an application, and with the filters that narrow an entry to some rows.

An entry that does not exist, is not published or whose item the secrecy review stopped reads the same: not there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hub.exchange.requests import MOST_ITEMS
from hub.rows.conditions import condition
from hub.rows.errors import QueryError
from hub.rows.parsing import parse_where
from policies.facts import Mode, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.exchange.cart.errors import Fault
    from hub.exchange.cart.records import CartLine, Content
    from hub.exchange.cart.scope import Scope
    from hub.rows.query import Comparison

MODES_OF_FORM = {
    Treatment.VERIFY_ONLY: frozenset({Mode.VERIFY, Mode.BATCH, Mode.RELAY}),
    Treatment.AGGREGATE_ONLY: frozenset({Mode.AGGREGATE}),
}
"""Without one of these modes an item in such a form could not be used at all."""


def line_faults(scope: Scope, content: Content) -> Iterator[Fault]:
    """Yield what is wrong with the lines."""
    if not 0 < len(content.lines) <= MOST_ITEMS:
        yield "lines", f"须列 1 到 {MOST_ITEMS} 个信息项", f"name 1 to {MOST_ITEMS} items"
    seen: set[tuple[str | None, str | None, str | None, str]] = set()
    for place, line in enumerate(content.lines):
        where = f"lines/{place}"
        yield from _one_line(scope, where, line)
        key = (line.entry, line.item, line.provider, "" if line.item is not None else line.description.strip())
        if key in seen:
            yield where, "同一信息项列了两次", "the item is named twice"
        seen.add(key)
        needed = MODES_OF_FORM.get(line.form)
        if needed is not None and content.modes and not content.modes & needed:
            words = "、".join(sorted(mode.value for mode in needed))
            yield (
                f"{where}/form",
                f"“{line.form.value}”形式须选择共享方式 {words} 之一，否则无法使用",
                f"the form {line.form.value} needs one of the modes {words}",
            )


def _one_line(scope: Scope, where: str, line: CartLine) -> Iterator[Fault]:
    if line.form is Treatment.WITHHELD:
        yield f"{where}/form", "提供方式不能是“不提供”", "'withheld' is no form to ask for"
    if line.entry is None and line.provider is None:
        yield (
            where,
            f"“{line.description or '未命名'}”还没有选定目录条目，也没有写明由哪个单位提供",
            "neither an entry nor a provider is named: pick one in the directory",
        )
        return
    if line.item is None and not line.description.strip():
        yield f"{where}/item", "须选信息项，或写明目录外信息的名称", "choose an item, or describe what is meant"
    if line.entry is None:
        yield from _outside(scope, where, line)
        return
    resource = scope.resource(line.entry)
    if resource is None:
        yield f"{where}/entry", f"目录中没有条目 {line.entry[:80]}", f"the directory has no entry {line.entry[:80]}"
        return
    if resource.provider_id == scope.member_id:
        yield (
            f"{where}/entry",
            "这是本单位自己的条目，无需申请，本单位系统可直接查询",
            "the entry is your own: your systems may query it without a request",
        )
    if line.item is not None and line.item not in resource.facts.by_column:
        known = "、".join(resource.facts.by_column)
        yield (
            f"{where}/item",
            f"条目 {line.entry} 没有该信息项；可选：{known}",
            f"{line.entry} has no such item; there are: {known}",
        )


def _outside(scope: Scope, where: str, line: CartLine) -> Iterator[Fault]:
    """Yield what is wrong with a line outside the directory; it never says what a provider may hold."""
    provider = scope.provider(line.provider) if line.provider is not None else None
    if line.item is not None:
        yield f"{where}/entry", "选了信息项，须写明它的目录条目", "an item belongs to an entry: name the entry"
    elif provider is None:
        yield f"{where}/provider", "没有这个单位；请用单位代号，如 minzhengju", "there is no such member; use its slug"
    elif provider.id == scope.member_id:
        yield f"{where}/provider", "提供单位不能是本单位", "the provider is your own organ"


def row_filter_faults(scope: Scope, content: Content) -> Iterator[Fault]:
    """Yield what is wrong with the filters: form, entry, and items beside those asked for.

    A filter may look only at items that the same application asks for: else the rows given would tell of others.
    """
    for entry, stored in content.row_filters.items():
        where = f"row_filters/{entry[:80]}"
        asked = {line.item for line in content.lines if line.entry == entry and line.item is not None}
        resource = scope.resource(entry)
        if resource is None or not asked:
            yield where, "行范围须对应所申请的条目", "a filter belongs to an entry that is asked for"
            continue
        try:
            condition(resource.table, parse_where(stored), partial(_names_one_of, frozenset(asked)))
        except QueryError as error:
            yield (
                where,
                f"行范围有误，只能用所申请的信息项：{error.zh}",
                f"the filter is not right; it may name only items asked for: {error.en}",
            )


def _names_one_of(asked: frozenset[str], comparison: Comparison, _required: bool) -> bool:  # noqa: FBT001 - a callback
    return comparison.item in asked
