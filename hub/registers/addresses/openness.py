"""What of the register stands open: the public's decision on each entry that was taken into it, asked at reading time.

The register answers everybody down to the door plate, so it may hold of an entry only what the public is given of it,
whole, column by column (郑州市信息化建设管理办法 Art. 18, 20; 政府信息公开条例 Art. 13). An entry that is narrowed,
suspended, exempted or withdrawn is absent from the next answer on, and is back when it is given again. Files an
operator loads are published on the operator's responsibility (地名管理条例 Art. 15, 21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.exchange.deciding import PUBLIC
from hub.identity.store import current_epoch
from hub.registers.addresses import feeding_store
from hub.registers.addresses.described import described
from hub.registers.addresses.errors import AddressClosedError
from policies.decision import Permit, decide
from policies.exemptions import in_force
from policies.facts import Action, DecisionRequest, OpenType, ShareType, Treatment
from policies.force import is_protective
from policies.results import Refusal, cite
from policies.workdays import local_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.registers.addresses.feeding_store import Followed, Untaken
    from policies.facts import ItemFacts
    from policies.results import Denial, Pending


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One item the public is not given in full: its column and name, the ground in force (None: none), the reason."""

    column: str
    name: str
    ground: str | None
    zh: str
    en: str


_UNTOLD: Final = Hindrance("", "", None, "信息项不再说明地址或地名", "its items no longer tell addresses or names")
_TOGETHER: Final = Hindrance("", "", None, "这些信息项不能一并提供", "the items are not given together")


def hindrances(context: Context, resource: Resource, columns: Sequence[str]) -> tuple[Hindrance, ...]:
    """Return what of these columns of an entry the public is not given in full, each with why."""
    if not columns:
        return (_UNTOLD,)
    if resource.entry.opening.type is not OpenType.CLOSED and _is_given(context, resource, tuple(columns)):
        return ()
    names = {item.column: item.name for item in resource.entry.items}
    found = [_hindrance(context, resource, column, names.get(column, column)) for column in columns]
    return tuple(one for one in found if one is not None) or (_TOGETHER,)


def _asked(context: Context, resource: Resource, columns: tuple[str, ...]) -> Permit | Pending | Refusal | Denial:
    request = DecisionRequest(requester=PUBLIC, action=Action.READ, items=columns, now=context.now())
    return decide(request, resource.facts, None, context.pack(resource.facts.pack))


def _is_given(context: Context, resource: Resource, columns: tuple[str, ...]) -> bool:
    decision = _asked(context, resource, columns)
    return isinstance(decision, Permit) and all(decision.treatment_of(one) is Treatment.FULL for one in columns)


def _hindrance(context: Context, resource: Resource, column: str, name: str) -> Hindrance | None:
    if resource.entry.opening.type is OpenType.CLOSED:
        return Hindrance(column, name, None, "条目不予开放", "the entry is closed to society")
    decision = _asked(context, resource, (column,))
    if isinstance(decision, Permit):
        if decision.treatment_of(column) is Treatment.FULL:
            return None
        return Hindrance(column, name, None, "公众只得到脱敏后的值", "the public is given it masked")
    if isinstance(decision, Refusal):
        zh = f"{decision.ground} {decision.ground_name.zh}，{cite(decision.article, 'zh')}"
        en = f"{decision.ground} {decision.ground_name.en}, {decision.article}"
        return Hindrance(column, name, decision.ground, zh, en)
    zh, en = decision.reason.explain("zh")[0], decision.reason.explain("en")[0]
    return Hindrance(column, name, None, f"{zh}，{cite(decision.article, 'zh')}", f"{en}, {decision.article}")


def require_open(context: Context, resource: Resource, columns: Sequence[str]) -> None:
    """Let an entry pass of which the public is given all these columns in full.

    Raises:
        AddressClosedError: it is not; each item is told with what stands in its way.

    """
    found = hindrances(context, resource, columns)
    if not found:
        return
    zh = "；".join(f"{one.name}（{one.zh}）" for one in found)
    en = "; ".join(f"{one.column} ({one.en})" for one in found)
    raise AddressClosedError(
        f"“{resource.title}”不能汇入公开的地址登记，公众尚不能完整取得：{zh}",
        f"{resource.name!r} cannot enter the register, which is public; the public is not given in full: {en}",
        next_zh="请提供单位在目录中无条件开放这些信息项（豁免须先撤回或到期），或从条目中去掉它们；门牌以下的信息项不必开放。",
        next_en="Have the provider open these items without conditions (an exemption must be lifted or end first), "
        "or leave them out of the entry; items below the door plate need not be open.",
        facts={"items": [{"item": one.column, "ground": one.ground, "reason": one.zh} for one in found]},
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A followed entry as it stands: what was taken, its resource (None: withdrawn), and what stands in its way."""

    followed: Followed
    resource: Resource | None
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether what it said may be shown to everybody now."""
        return self.resource is not None and not self.hindrances


class Openness:
    """The followed entries of one database in memory: read again when the policy epoch moves or a load is added.

    The decisions themselves are made for each question: exemptions and embargoes begin and end with time.
    """

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._known: tuple[tuple[int, int], tuple[tuple[Followed, Resource | None], ...]] | None = None

    def standing(self, context: Context, unit: Unit) -> tuple[Standing, ...]:
        """Return every followed entry with what stands in the way of showing what it said."""
        return tuple(_standing(context, *one) for one in self._followed(context, unit))

    def closed_to_public(self, context: Context, unit: Unit) -> tuple[int, ...]:
        """Return the loads of which the public may hear nothing now, in order."""
        return _loads(one.followed for one in self.standing(context, unit) if not one.is_open)

    def closed_to_grants(self, context: Context, unit: Unit) -> tuple[int, ...]:
        """Return the loads of which a system with a grant on the register may hear nothing now, in order.

        The grant stands on the register's entry and cannot lift what a provider took back of its own: an entry that
        is withdrawn, suspended or under embargo, and one with an item that is exempted or shared with nobody.
        """
        found = [
            followed
            for followed, resource in self._followed(context, unit)
            if resource is None or _is_taken_back(context, resource, followed)
        ]
        return _loads(found)

    def _followed(self, context: Context, unit: Unit) -> tuple[tuple[Followed, Resource | None], ...]:
        key = current_epoch(unit), feeding_store.newest_followed(unit)
        known = self._known
        if known is None or known[0] != key:
            read = tuple((one, _resource(context, unit, one)) for one in feeding_store.followed(unit))
            known = self._known = (key, read)
        return known[1]


def _resource(context: Context, unit: Unit, followed: Followed) -> Resource | None:
    try:
        return load_resource(context, unit, followed.entry_id)
    except EntryNotFoundError:
        return None


def _standing(context: Context, followed: Followed, resource: Resource | None) -> Standing:
    if resource is None:
        return Standing(followed, None)
    columns = followed.columns if followed.columns is not None else _described(resource, is_whole=False)
    return Standing(followed, resource, hindrances(context, resource, columns))


def _described(resource: Resource, *, is_whole: bool) -> tuple[str, ...]:
    found = described(resource)
    if found is None:
        return ()
    return tuple(found.columns.values()) if is_whole else found.open_columns


def _is_taken_back(context: Context, resource: Resource, followed: Followed) -> bool:
    facts, now = resource.facts, context.now()
    if facts.suspended is not None or (facts.release_time is not None and now < facts.release_time):
        return True
    read = {*(followed.columns or ()), *_described(resource, is_whole=True)}
    return not read or any(_is_kept(context, resource, item) for item in facts.items if item.column in read)


def _is_kept(context: Context, resource: Resource, item: ItemFacts) -> bool:
    day, pack = local_day(context.now()), context.pack(resource.facts.pack)
    is_exempt = any(not in_force(one, day, pack) or is_protective(one, day) for one in item.exemptions)
    return is_exempt or item.share_type is ShareType.WITHHELD


def _loads(found: Iterable[Followed]) -> tuple[int, ...]:
    return tuple(sorted(load for one in found for load in one.loads))


@dataclass(frozen=True, slots=True)
class State:
    """A followed entry as the operator sees it: how it stands, the version that stands, why that is not taken."""

    standing: Standing
    version: int | None
    untaken: Untaken | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        standing, untaken = self.standing, self.untaken
        word = "withdrawn" if standing.resource is None else "open" if standing.is_open else "closed"
        return {
            "entry": standing.followed.name,
            "kind": standing.followed.kind,
            "state": word,
            "version": standing.followed.version,
            "standing_version": self.version,
            "hindrances": [
                {"item": one.column, "name": one.name, "ground": one.ground, "zh": one.zh, "en": one.en}
                for one in standing.hindrances
            ],
            "untaken": None
            if untaken is None
            else {"version": untaken.version, "since": untaken.since.isoformat(), "zh": untaken.zh, "en": untaken.en},
        }


def states(context: Context, unit: Unit) -> list[State]:
    """Return every followed entry with its state, by name."""
    versions, noted = feeding_store.standing_versions(unit), feeding_store.untaken(unit)
    return [
        State(one, versions.get(one.followed.entry_id), noted.get(one.followed.entry_id))
        for one in Openness().standing(context, unit)
    ]
