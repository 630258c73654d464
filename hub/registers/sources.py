"""Sources of a register: proposed, named, shown, changed, stopped by staff of the data bureau; its switch and entry.

Zhengzhou Art. 18 (the basic databases), Art. 19 (each department supplies what it is responsible for). Naming or
changing a source feeds it anew from its rows; stopping it withdraws what it said. Every act leaves a receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.directory.facts import load_resource
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from hub.registers import mapping as mapping_rules
from hub.registers import sources_store
from hub.registers.errors import RegisterNotFoundError, SourceInvalidError, SourceNotFoundError
from hub.rows import feed_index

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.identity.facts import Actor
    from hub.registers.mapping import MappingFault, SourceMapping
    from hub.registers.rules import RegisterRules
    from hub.registers.sources_store import Source
    from hub.rows.tables import RowTable

MOST_SHOWN: Final = 20
_RESTART: Final = {"taking": None, "taken_row": None, "fault": None}


def rules_of(rules: Mapping[str, RegisterRules], code: str) -> RegisterRules:
    """Return the rules of a register (raises :class:`RegisterNotFoundError`)."""
    if code not in rules:
        raise RegisterNotFoundError(tuple(rules))
    return rules[code]


def switch(context: Context, unit: Unit, code: str, actor: Actor, *, is_on: bool) -> None:
    """Switch a register on or off: off, nothing is fed, nothing answered, nothing shown."""
    values = {"is_on": is_on, "changed_at": context.now(), "changed_by": actor.id}
    sources_store.put_register(unit, code, values)
    identity_store.bump_epoch(unit)
    _record(context, unit, "register.on" if is_on else "register.off", code, actor)


def describe_by(context: Context, unit: Unit, code: str, entry_id: uuid.UUID, actor: Actor) -> None:
    """Let a directory entry describe the register: grants, decisions and receipts name it from now on."""
    values = {"entry_id": entry_id, "changed_at": context.now(), "changed_by": actor.id}
    sources_store.put_register(unit, code, values)
    identity_store.bump_epoch(unit)
    _record(context, unit, "register.entry", code, actor, resource=str(entry_id))


def proposed(context: Context, unit: Unit, rules: RegisterRules, entry: str) -> SourceMapping:
    """Return the mapping that follows from an entry's elements.

    Raises:
        SourceInvalidError: no item of the entry names a key of the register.

    """
    resource = load_resource(context, unit, entry)
    found = mapping_rules.propose(resource.entry, rules, resource.entry.provider.name)
    if found is None:
        raise SourceInvalidError(
            "条目中没有可作为键的信息项",
            "no item of the entry can be the key",
            next_zh="请在条目中注明信息项对应的数据元（如 P001、L001），或自行指定键与映射",
            next_en="name the elements of the items in the entry (P001, L001), or set the key and the mapping yourself",
        )
    return found


def name_source(
    context: Context, unit: Unit, rules: RegisterRules, entry: str, mapping: SourceMapping, actor: Actor
) -> Source:
    """Make a resource a source of a register, or change the one it is; it is fed anew by the next round.

    Naming it again as it stands changes nothing: no row is read anew.

    Raises:
        hub.directory.errors.EntryNotFoundError: no such published entry.
        SourceInvalidError: the mapping does not fit, every fault named.

    """
    code = rules.basic.switch
    resource = load_resource(context, unit, entry)
    mapping = mapping_rules.completed(mapping, rules, resource.entry.provider.name)
    faults = mapping_rules.check(mapping, resource.entry, rules)
    if faults:
        raise _invalid(faults)
    if not sources_store.has_register(unit, code):
        values = {"is_on": False, "changed_at": context.now(), "changed_by": actor.id}
        sources_store.put_register(unit, code, values)
    number = _written(context, unit, code, resource, mapping, actor)
    feed_index.ask(unit, resource.id, context.now())
    _record(context, unit, "register.source", code, actor, resource=str(resource.id), outcome=f"source {number}")
    return source_of(unit, number)


_SAID: Final = ("key_column", "key_kind", "items", "ranks", "event_column")


def _written(context: Context, unit: Unit, code: str, resource: Resource, mapping: SourceMapping, actor: Actor) -> int:
    values = {
        "key_column": mapping.key_column,
        "key_kind": mapping.key_kind,
        "items": dict(mapping.items),
        "ranks": dict(mapping.ranks),
        "event_column": mapping.event_column,
        "is_active": True,
        "set_by": actor.id,
        "set_at": context.now(),
        **_RESTART,
    }
    known = sources_store.find_source(unit, code, resource.id, mapping.kind)
    if known is not None:
        if _is_said_already(source_of(unit, known), values):
            return known  # nothing to write: no waiting for a step that holds the source
        if not _is_said_already(source_of(unit, known, locked=True), values):
            sources_store.set_source(unit, known, {**values, "is_refeeding": True})
        return known
    new = {"register": code, "entry_id": resource.id, "kind": mapping.kind, "consumed": 0}
    return sources_store.add_source(unit, {**values, **new})


def _is_said_already(source: Source, values: Mapping[str, Any]) -> bool:
    return source.is_active and source.fault is None and all(getattr(source, name) == values[name] for name in _SAID)


def stop_source(context: Context, unit: Unit, number: int, actor: Actor) -> Source:
    """Stop a source: what it said is withdrawn by the next rounds (raises :class:`SourceNotFoundError`)."""
    found = source_of(unit, number, locked=True)
    values: dict[str, object] = {"is_active": False, "set_by": actor.id, "set_at": context.now(), **_RESTART}
    if found.taking is not None and found.consumed == 0:
        values["consumed"] = found.taking  # a first feed under way said something already
    sources_store.set_source(unit, number, values)
    _record(
        context, unit, "register.source_stop", found.register, actor,
        resource=str(found.entry_id), outcome=f"source {number}",
    )  # fmt: skip
    return source_of(unit, number)


def source_of(unit: Unit, number: int, *, locked: bool = False) -> Source:
    """Return a source (raises :class:`SourceNotFoundError`)."""
    found = sources_store.source(unit, number, locked=locked)
    if found is None:
        raise SourceNotFoundError
    return found


def table_of(context: Context, unit: Unit, source: Source) -> RowTable:
    """Return the table of a source's resource."""
    return load_resource(context, unit, source.entry_id).table


def lag_seconds(context: Context, source: Source) -> int:
    """Return for how long a merged version has been waiting to be taken; 0 where none waits."""
    if source.merged_at is None or not source.is_active:
        return 0
    return max(int((context.now() - source.merged_at).total_seconds()), 0)


def _invalid(faults: list[MappingFault]) -> SourceInvalidError:
    shown = faults[:MOST_SHOWN]
    return SourceInvalidError(
        "映射不能使用：" + "；".join(f"{fault.at} {fault.zh}" for fault in shown),
        "the mapping does not fit: " + "; ".join(f"{fault.at}: {fault.en}" for fault in shown),
        next_zh="逐项修改映射，或先修订条目的信息项",
        next_en="mend each line of the mapping, or revise the items of the entry first",
        facts={
            "total": len(faults),
            "faults": [{"at": fault.at, "zh": fault.zh, "en": fault.en} for fault in shown],
        },
    )


def _record(context: Context, unit: Unit, action: str, code: str, actor: Actor, **more: str) -> None:
    context.record(
        unit, ReceiptKind.ADMIN, action=action, subject_kind="register", subject_id=code, decided_by=actor.id, **more
    )
