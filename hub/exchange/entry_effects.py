"""What rests on an entry, shown before it is withdrawn or narrowed, and told to each holder when it is.

政务数据共享条例 Art. 17, 27: a change that narrows sharing is agreed, told and filed. What rests on an entry: grants,
subscriptions, requests that wait, applications under work, and the use cases whose items it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from catalogue.entry_rules.finding import AffectedGrant
from catalogue.lifecycle import Step
from hub.directory.differences import differences
from hub.exchange import entry_effects_store as store
from hub.exchange.cart.templates import templates
from hub.identity import store as identity_store
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from policies.text import Text

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

    from catalogue.store import EntryRow
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.entry_effects_store import RestingRow


class Thing(StrEnum):
    """What rests on an entry."""

    GRANT = "grant"
    SUBSCRIPTION = "subscription"
    REQUEST = "request"
    APPLICATION = "application"
    TEMPLATE = "template"


NAMES: Final = {
    Thing.GRANT: Text("授权", "grant"),
    Thing.SUBSCRIPTION: Text("订阅", "subscription"),
    Thing.REQUEST: Text("办理中的申请", "request under way"),
    Thing.APPLICATION: Text("编制中的申请车", "application under work"),
    Thing.TEMPLATE: Text("应用场景模板", "use-case template"),
}
_PAGES: Final = {
    Thing.GRANT: "/w/grants/{id}",
    Thing.SUBSCRIPTION: "/w/grants",
    Thing.REQUEST: "/w/requests/{id}",
    Thing.APPLICATION: "/w/applications/{id}",
    Thing.TEMPLATE: "/w/cart",
}


@dataclass(frozen=True, slots=True)
class Affected:
    """One thing a step hits. ``columns`` are the items hit; ``member`` None for a template, which is everybody's."""

    thing: Thing
    id: str
    label: str
    member: uuid.UUID | None
    member_name: str
    columns: tuple[str, ...]

    @property
    def page(self) -> str:
        """The page of it."""
        return _PAGES[self.thing].format(id=self.id)

    def as_json(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        return {
            "thing": self.thing.value,
            "thing_zh": NAMES[self.thing].zh,
            "id": self.id,
            "label": self.label,
            "member": self.member_name or None,
            "items": list(self.columns),
            "page": self.page,
        }


@dataclass(frozen=True, slots=True)
class Effects:
    """What a step on an entry does: the items that go or narrow (all when it is withdrawn) and what they hit."""

    row: EntryRow
    step: Step
    version: int
    columns: tuple[str, ...]
    affected: tuple[Affected, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many things of each kind are hit."""
        return {thing.value: sum(one.thing is thing for one in self.affected) for thing in Thing}

    def grants(self) -> tuple[AffectedGrant, ...]:
        """Return the grants as the rules of an entry want them (V16)."""
        found = (one for one in self.affected if one.thing is Thing.GRANT)
        return tuple(AffectedGrant(one.member_name, frozenset(one.columns)) for one in found)


def effects_of(context: Context, unit: Unit, row: EntryRow, step: Step) -> Effects:
    """Return what withdrawing an entry hits, or what putting its version under work in force hits.

    Anything but a withdrawal that narrows nothing, or follows no published version, has no effects.
    """
    if row.published_version is None or row.withdrawn_at is not None:
        return Effects(row, step, row.draft_version or 0, (), ())
    published = _entry(unit, row, row.published_version)
    if step is Step.WITHDRAW:
        columns = frozenset(item.column for item in published.items)
        affected = tuple(_resting(context, unit, row, published, columns))
        return Effects(row, step, row.published_version, tuple(sorted(columns)), affected)
    if row.draft_version is None:
        return Effects(row, step, row.published_version, (), ())
    columns = differences(published, _entry(unit, row, row.draft_version)).narrowed_columns
    affected = tuple(_resting(context, unit, row, published, columns)) if columns else ()
    return Effects(row, step, row.draft_version, tuple(sorted(columns)), affected)


def _entry(unit: Unit, row: EntryRow, number: int) -> Entry:
    version = catalogue_store.find_version(unit, row.id, number)
    if version is None:
        return Entry.from_dict({})
    return Entry.from_dict(version.body).without_items(frozenset(version.stopped_items))


def _resting(context: Context, unit: Unit, row: EntryRow, entry: Entry, columns: frozenset[str]) -> Iterator[Affected]:
    names: dict[uuid.UUID, str] = {}
    hit_members = set()
    for thing, found in (
        (Thing.GRANT, store.grants_on(unit, row.id, context.now())),
        (Thing.REQUEST, store.requests_on(unit, row.id)),
        (Thing.APPLICATION, store.applications_on(unit, row.name)),
    ):
        for one in found:
            hit = tuple(sorted(columns & set(one.columns)))
            if hit:
                hit_members.add(one.member_id)
                yield _affected(unit, names, thing, one, hit)
    for one in store.subscriptions_on(unit, row.id):
        if one.member_id in hit_members or columns >= {item.column for item in entry.items}:
            yield _affected(unit, names, Thing.SUBSCRIPTION, one, ())
    yield from _templates(unit, entry, columns)


def _affected(unit: Unit, names: dict[uuid.UUID, str], thing: Thing, one: RestingRow, hit: tuple[str, ...]) -> Affected:
    if one.member_id not in names:
        member = identity_store.member(unit, "id", one.member_id)
        names[one.member_id] = member.name if member is not None else ""
    return Affected(thing, str(one.id), one.detail, one.member_id, names[one.member_id], hit)


def _templates(unit: Unit, entry: Entry, columns: frozenset[str]) -> Iterator[Affected]:
    """Yield the use cases that name an item as these items are called, or their data element."""
    hit = [item for item in entry.items if item.column in columns]
    for template in templates(unit).values():
        wanted = {item.name for item in template.items} | {item.element for item in template.items if item.element}
        found = tuple(sorted(item.column for item in hit if wanted & {item.name, item.element}))
        if found:
            yield Affected(Thing.TEMPLATE, template.id, template.name_zh, None, "", found)


def tell(context: Context, unit: Unit, effects: Effects, *, planned: bool = False) -> int:
    """Tell every holder what happens to what it has; returns how many notices were sent.

    ``planned``: the change is filed and not in force yet (Art. 27 asks for agreement before).
    """
    said = _sentence(effects, planned=planned)
    sent = 0
    for one in effects.affected:
        if one.member is None:
            continue
        state = "planned" if planned else "done"
        role = Role.AGENCY_USER if one.thing in {Thing.REQUEST, Thing.APPLICATION} else Role.AGENCY_APPROVER
        sent += send(
            unit,
            Notice(
                member=one.member,
                kind=f"entry.{'withdrawn' if effects.step is Step.WITHDRAW else 'narrowed'}",
                zh=f"{said.zh}，影响贵单位的{NAMES[one.thing].zh} {one.label}".rstrip(),
                en=f"{said.en}; this hits your {NAMES[one.thing].en} {one.label}".rstrip(),
                next_zh="有异议的与提供单位协商，或提请主管部门协调（政务数据共享条例第二十八条）",
                next_en="talk to the provider, or ask the authority to settle it (政务数据共享条例 Art. 28)",
                role=role.value,
                link=one.page,
                subject_kind=one.thing.value,
                subject_id=one.id,
                once=f"effects:{effects.row.id}:{effects.version}:{effects.step}:{state}:{one.thing}:{one.id}",
            ),
            context.now(),
        )
    return sent


def _sentence(effects: Effects, *, planned: bool) -> Text:
    title = effects.row.title
    if effects.step is Step.WITHDRAW:
        return Text(f"目录条目“{title}”已撤销", f"the entry «{title}» was withdrawn")
    number = len(effects.columns)
    if planned:
        return Text(
            f"提供单位拟收窄“{title}”的 {number} 个信息项", f"the provider plans to narrow {number} items of «{title}»"
        )
    return Text(f"“{title}”的 {number} 个信息项已收窄或删除", f"{number} items of «{title}» were narrowed or dropped")
