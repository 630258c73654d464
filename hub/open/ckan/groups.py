"""Actions that read groups: each class of the directory's class tree is one (政务信息资源目录编制指南, metadata 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.finding import Ask, Filters, find
from hub.directory.tree.store import tree_in_force
from hub.open.ckan import shapes
from hub.open.ckan.actions import action
from hub.open.ckan.conditions import class_code
from hub.open.ckan.errors import CkanNotFoundError, CkanValidationError
from hub.open.ckan.organizations import its_packages, part_of, sorted_by
from hub.open.ckan.reading import PAGE, counts, every_hit, find_member, packages

if TYPE_CHECKING:
    from catalogue.classes import ClassTree
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "groups"
CLASS: Final = "class"
GROUP: Final = "分组 group"


def _shown(code: str, datasets: int, classes: ClassTree) -> dict[str, Any]:
    return {
        **shapes.group(code, classes),
        "type": "group",
        "is_organization": False,
        "approval_status": "approved",
        "state": "active",
        "image_url": "",
        "created": None,
        "num_followers": 0,
        "package_count": datasets,
    }


def _living(classes: ClassTree) -> list[str]:
    return [code for code, node in classes.nodes.items() if not node.is_retired]


@action(
    "group_list",
    reads=True,
    family=FAMILY,
    differs="Groups are the classes of the class tree (`class-` and the code); all of them, however many.",
)
def group_list(ask: CkanAsk) -> list[Any]:
    """Return the names of all groups, or the groups (``all_fields``)."""
    arguments = ask.arguments
    datasets, classes = counts(ask, CLASS), tree_in_force(ask.unit)
    rows = [_shown(code, datasets.get(code, 0), classes) for code in sorted({*_living(classes), *datasets})]
    wanted = set(arguments.texts("groups", by_comma=True))
    if wanted:
        rows = [row for row in rows if wanted & {row["name"], row["id"]}]
    sort = arguments.text("sort") or f"{arguments.text('order_by') or 'name'} asc"
    rows = part_of(arguments, sorted_by(rows, sort))
    if not arguments.boolean("all_fields"):
        return [row["name"] for row in rows]
    return [{**row, "extras": []} for row in rows] if arguments.boolean("include_extras") else rows


def _named(ask: CkanAsk, classes: ClassTree) -> tuple[str, int]:
    """Return the class the argument ``id`` names, and how many datasets it has; one without any must be in force."""
    code = class_code(ask.arguments.needed("id"), lambda: classes)
    number = 0 if code is None else find(ask.unit, ask.viewer, Ask("", Filters(class_codes=(code,)), (), 0, 0)).total
    if code is None or (code not in _living(classes) and not number):
        raise CkanNotFoundError(GROUP)
    return code, number


@action("group_show", reads=True, family=FAMILY, differs="`users` is always empty: people are not public.")
def group_show(ask: CkanAsk) -> dict[str, Any]:
    """Return one group by its id or name; with its datasets on ``include_datasets``."""
    classes = tree_in_force(ask.unit)
    code, number = _named(ask, classes)
    node = classes.nodes.get(code)
    parent = node.parent if node is not None else ""
    whole = {
        **_shown(code, number, classes),
        "extras": [{"key": "class_code", "value": code}],
        "groups": [{"name": f"{shapes.GROUP_PREFIX}{parent}", "capacity": "public"}] if parent else [],
        "tags": [],
        "users": [],
    }
    if ask.arguments.boolean("include_datasets"):
        whole["packages"] = its_packages(ask, Filters(class_codes=(code,)), number)
    return whole


@action("group_package_show", reads=True, family=FAMILY)
def group_package_show(ask: CkanAsk) -> list[dict[str, Any]]:
    """Return the datasets of a group; ``limit`` gives the first of them."""
    code, number = _named(ask, tree_in_force(ask.unit))
    if not ask.arguments.has("limit"):
        return its_packages(ask, Filters(class_codes=(code,)), number)
    limit = ask.arguments.integer("limit", 0, most=PAGE)
    found = find(ask.unit, ask.viewer, Ask("", Filters(class_codes=(code,)), (("name", False),), limit, 0))
    return packages(ask, [hit.entry_id for hit in found.hits])


@action("group_autocomplete", reads=True, family=FAMILY)
def group_autocomplete(ask: CkanAsk) -> list[dict[str, str]]:
    """Return groups whose name or title holds what was begun (``q``)."""
    text = ask.arguments.text("q").strip().casefold()
    limit = ask.arguments.integer("limit", 20, least=1, most=1000)
    classes = tree_in_force(ask.unit)
    rows = [shapes.group(code, classes) for code in _living(classes)]
    fitting = [row for row in rows if text in row["name"] or text in row["title"].casefold()]
    return [{"id": row["id"], "name": row["name"], "title": row["title"]} for row in fitting[:limit]]


@action(
    "member_list",
    reads=True,
    family=FAMILY,
    differs="Datasets of an organization or group; people are not public, so `object_type=user` gives none.",
)
def member_list(ask: CkanAsk) -> list[list[str]]:
    """Return what belongs to an organization or group, as (id, type, capacity)."""
    kind = ask.arguments.text("object_type")
    if kind not in {"", "package", "user", "group"}:
        raise CkanValidationError({"object_type": ["应为 package、user 或 group / must be package, user or group"]})
    member = find_member(ask, ask.arguments.needed("id"))
    if member is None:
        code, _ = _named(ask, tree_in_force(ask.unit))
        filters = Filters(class_codes=(code,))
    else:
        filters = Filters(provider_ids=(member.id,))
    if kind not in {"", "package"}:
        return []
    return [[str(hit.entry_id), "package", "public"] for hit in every_hit(ask, filters)]
