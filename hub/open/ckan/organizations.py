"""Actions that read organizations: each member of the exchange is one (Zhengzhou Art. 5; Jilin Art. 5)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Ask, Filters, find
from hub.identity.facts import Status
from hub.open.ckan import shapes
from hub.open.ckan.actions import action
from hub.open.ckan.errors import CkanNotFoundError, CkanValidationError
from hub.open.ckan.reading import PAGE, counts, every_hit, find_member, members, packages

if TYPE_CHECKING:
    import uuid

    from hub.identity.facts import Member
    from hub.open.ckan.asks import Arguments, CkanAsk

FAMILY: Final = "organizations"
ORGANIZATION: Final = "组织 organization"
PROVIDER: Final = "provider"
SORTS: Final = frozenset({"name", "title", "package_count"})


def listed_members(ask: CkanAsk, datasets: dict[str, int]) -> list[Member]:
    """Return the members that stand, and those suspended whose datasets are still open."""
    return [one for one in members(ask).values() if one.status is Status.ACTIVE or datasets.get(str(one.id))]


def sorted_by(rows: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return organizations or groups in the order a client asks for (``title asc``, ``package_count desc``).

    Raises:
        CkanValidationError: it cannot be sorted so.
    """
    field, _, way = text.strip().partition(" ")
    way = way.strip().lower() or "asc"
    field = {"packages": "package_count", "display_name": "title"}.get(field, field) or "title"
    if field not in SORTS or way not in {"asc", "desc"}:
        raise CkanValidationError({"sort": [
            f"应写作 name、title 或 package_count 加 asc 或 desc / write one of {', '.join(sorted(SORTS))}, asc or desc"
        ]})  # fmt: skip
    ordered = sorted(rows, key=lambda row: row["name"])
    return sorted(ordered, key=lambda row: row[field], reverse=way == "desc")


def part_of(arguments: Arguments, rows: list[Any]) -> list[Any]:
    """Return the part of a list that ``limit`` and ``offset`` ask for; all of it without."""
    offset = arguments.integer("offset", 0)
    limit = arguments.integer("limit", 0) if arguments.has("limit") else None
    return list(islice(rows, offset, None if limit is None else offset + limit))


def _shown(member: Member, datasets: int) -> dict[str, Any]:
    return {
        **shapes.organization(member),
        "display_name": member.name,
        "image_display_url": "",
        "num_followers": 0,
        "package_count": datasets,
    }


def _extras(member: Member) -> list[dict[str, str]]:
    known = {
        "contact": member.contact,
        "jurisdiction": member.jurisdiction,
        "kind": member.kind.value,
        "uscc": member.organisation_code,
    }
    return [{"key": key, "value": value} for key, value in known.items() if value]


def _whole(ask: CkanAsk, member: Member, datasets: int) -> dict[str, Any]:
    """Return an organization as ``organization_show`` does, without its datasets. People are not told."""
    del ask
    return {**_shown(member, datasets), "extras": _extras(member), "groups": [], "tags": [], "users": []}


@action(
    "organization_list",
    reads=True,
    family=FAMILY,
    differs="All of them, however many; `include_users` is accepted and adds nobody: people are not public.",
)
def organization_list(ask: CkanAsk) -> list[Any]:
    """Return the names of all organizations, or the organizations (``all_fields``)."""
    arguments = ask.arguments
    datasets = counts(ask, PROVIDER)
    found = listed_members(ask, datasets)
    wanted = set(arguments.texts("organizations", by_comma=True))
    if wanted:
        found = [one for one in found if wanted & {one.slug, str(one.id)}]
    text = arguments.text("q").strip().casefold()
    if text:
        found = [one for one in found if text in one.slug or text in one.name.casefold()]
    sort = arguments.text("sort") or f"{arguments.text('order_by') or 'title'} asc"
    rows = sorted_by([_shown(one, datasets.get(str(one.id), 0)) for one in found], sort)
    rows = part_of(arguments, rows)
    if not arguments.boolean("all_fields"):
        return [row["name"] for row in rows]
    if arguments.boolean("include_extras"):
        by_slug = {one.slug: one for one in found}
        rows = [{**row, "extras": _extras(by_slug[row["name"]])} for row in rows]
    return rows


@action(
    "organization_show",
    reads=True,
    family=FAMILY,
    differs="`users` is always empty: people are not public. The unified social credit code is the extra `uscc`.",
)
def organization_show(ask: CkanAsk) -> dict[str, Any]:
    """Return one organization by its id or name; with its datasets on ``include_datasets``."""
    member = named_member(ask)
    number = datasets_of(ask, member.id)
    whole = _whole(ask, member, number)
    if ask.arguments.boolean("include_datasets"):
        whole["packages"] = its_packages(ask, Filters(provider_ids=(member.id,)), number)
    return whole


def named_member(ask: CkanAsk, argument: str = "id") -> Member:
    """Return the member an argument names (raises :class:`CkanNotFoundError`)."""
    member = find_member(ask, ask.arguments.needed(argument))
    if member is None:
        raise CkanNotFoundError(ORGANIZATION)
    return member


def datasets_of(ask: CkanAsk, member_id: uuid.UUID) -> int:
    """Return how many datasets of a member are visible."""
    return find(ask.unit, ask.viewer, Ask("", Filters(provider_ids=(member_id,)), (), 0, 0)).total


def its_packages(ask: CkanAsk, filters: Filters, number: int) -> list[dict[str, Any]]:
    """Return the datasets of an organization or group.

    Raises:
        CkanValidationError: there are more than fit into one answer.
    """
    if number > PAGE:
        zh = f"共 {number} 个数据集，超过 {PAGE}，请用 package_search 分次读取"
        raise CkanValidationError(
            {"include_datasets": [f"{zh} / {number} datasets, more than {PAGE}: read them with package_search"]}
        )
    return packages(ask, [hit.entry_id for hit in every_hit(ask, filters)])


@action("organization_autocomplete", reads=True, family=FAMILY)
def organization_autocomplete(ask: CkanAsk) -> list[dict[str, str]]:
    """Return organizations whose name or title holds what was begun (``q``)."""
    text = ask.arguments.text("q").strip().casefold()
    limit = ask.arguments.integer("limit", 20, least=1, most=1000)
    found = [one for one in members(ask).values() if one.status is Status.ACTIVE]
    fitting = [one for one in found if text in one.slug or text in one.name.casefold()]
    fitting.sort(key=lambda one: one.slug)
    return [{"id": str(one.id), "name": one.slug, "title": one.name} for one in fitting[:limit]]


@action(
    "organization_list_for_user",
    reads=True,
    family=FAMILY,
    differs="The token's own organization, for any `permission`; without a token none.",
)
def organization_list_for_user(ask: CkanAsk) -> list[dict[str, Any]]:
    """Return the organizations the caller may write to: the own one."""
    if ask.caller is None:
        return []
    member = ask.caller.member
    return [{**_shown(member, datasets_of(ask, member.id)), "capacity": "editor"}]
