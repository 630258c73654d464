"""Actions that write organizations, groups, members, users and vocabularies: honoured where the law leaves room.

Organs are registered by the authority (政务数据共享条例 Art. 11): an import token registers those of a dump, everybody
else is told who does it. Classes, people and code lists are kept where their own procedures are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from catalogue import identifiers
from hub.identity.store import member
from hub.open.ckan import actions
from hub.open.ckan.actions import action
from hub.open.ckan.asks import Arguments
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanNotFoundError, CkanValidationError
from hub.open.ckan.importing import NewOrgan, importer, register
from hub.open.ckan.organizations import organization_show
from hub.open.ckan.reading import find_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.identity.facts import Member
    from hub.open.ckan.asks import CkanAsk

FAMILY: Final = "organizations and groups: writes"
CODES: Final = ("uscc", "organisation_code", "provider_code")
"""Extras in which an organization carries its unified social credit code."""


@action(
    "organization_create",
    family=FAMILY,
    own_transactions=True,
    differs="With an import token: the organ becomes a member; its credit code is asked for as the extra `uscc`, and"
    " one whose code is registered is answered as it stands, under the name it has. Else refused: the authority"
    " registers organs.",
)
def organization_create(ask: CkanAsk) -> dict[str, Any]:
    """Register an organization of a dump as a member."""
    importer(ask)
    with ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        name = ask.arguments.needed("name")
        if find_member(inside, name) is not None:
            raise CkanValidationError({"name": ["该名称已被使用 / Group name already exists in database"]})
        extras = {str(one.get("key")): str(one.get("value") or "") for one in ask.arguments.mappings("extras")}
        code = next((found for key in CODES if (found := ask.arguments.text(key) or extras.get(key, ""))), "")
        if not code:
            zh = "缺少统一社会信用代码（附加项 uscc，GB 32100，18 位）"
            raise CkanValidationError({"extras": [f"{zh} / the credit code (extra uscc, 18 characters) is missing"]})
        known = member(unit, "organisation_code", identifiers.organisation_code(code).normalised)
        if known is not None:
            return _shown(inside, known)
        organ = NewOrgan(
            ask.arguments.text("title") or name,
            code,
            slug=name,
            id=ask.arguments.text("id"),
            kind=extras.get("kind", ""),
            contact=extras.get("contact", ""),
            jurisdiction=extras.get("jurisdiction", ""),
        )
        return _shown(inside, register(inside, organ))


def _shown(ask: CkanAsk, member: Member) -> dict[str, Any]:
    shown: dict[str, Any] = organization_show(replace(ask, arguments=Arguments({"id": member.slug})))
    return shown


@action(
    "organization_update",
    family=FAMILY,
    differs="With an import token: answers as the member stands, nothing is changed. Else refused.",
)
def organization_update(ask: CkanAsk) -> dict[str, Any]:
    """Return the member of a dump that is registered already."""
    return _standing(ask)


@action("organization_patch", family=FAMILY, differs="As organization_update.")
def organization_patch(ask: CkanAsk) -> dict[str, Any]:
    """Return the member of a dump that is registered already."""
    return _standing(ask)


def _standing(ask: CkanAsk) -> dict[str, Any]:
    importer(ask)
    return _shown(ask, _member(ask, ask.arguments.needed("id")))


def _member(ask: CkanAsk, key: str) -> Member:
    found = find_member(ask, key)
    if found is None:
        raise CkanNotFoundError("机构 organization")
    return found


_WHO: Final = {
    "organ": (
        "单位由数据主管部门登记、停用（《政务数据共享条例》第十一条）",
        "organs are registered and suspended by the data authority",
        "请联系数据主管部门（hub member）",
        "ask the data authority (hub member)",
    ),
    "class": (
        "分组对应资源分类目录，由目录管理员按版本维护",
        "groups are the class tree, kept in versions by the catalogue reviewer",
        "条目的分类用 package_patch 的 groups 修改后报审",
        "change an entry's class with the groups of package_patch; the draft is reviewed",
    ),
    "person": (
        "人员由系统管理员登记、由安全管理员授权，不经此接口",
        "people are registered by the system administrator and given roles by the security administrator",
        "请联系本市数据主管部门的系统管理员",
        "ask the system administrator of the city's data authority",
    ),
    "words": (
        "词表和代码表按版本维护，关键词随条目修改",
        "vocabularies are code lists kept in versions; keywords are the entry's",
        "用 package_patch 的 tags 修改关键词",
        "change keywords with the tags of package_patch",
    ),
    "view": (
        "数据集页面自带预览，不保存视图",
        "the page of a dataset shows its preview; views are not stored",
        "请在数据集页面查看",
        "see the dataset's page",
    ),
    "help": (
        "一个条目只由其提供单位维护",
        "an entry is its department's alone",
        "需要他单位协助的，由其在本单位工作台办理",
        "who helps does so in the workbench of the own organ",
    ),
}
_ELSEWHERE: Final = {
    "organ": ("organization_delete", "organization_purge"),
    "class": (
        *("group_create", "group_update", "group_patch", "group_delete", "group_purge"),
        *("group_member_create", "group_member_delete", "member_create", "member_delete"),
    ),
    "person": (
        *("organization_member_create", "organization_member_delete", "user_create", "user_update", "user_patch"),
        *("user_delete", "user_invite", "user_generate_apikey"),
    ),
    "words": ("tag_create", "tag_delete", "vocabulary_create", "vocabulary_update", "vocabulary_delete"),
    "view": (
        *("resource_view_create", "resource_view_update", "resource_view_delete", "resource_view_reorder"),
        *("resource_view_clear", "package_create_default_resource_views", "resource_create_default_resource_views"),
    ),
    "help": ("package_collaborator_create", "package_collaborator_delete"),
}


def _refusing(why: str) -> Callable[[CkanAsk], None]:
    def refuse(ask: CkanAsk) -> None:
        """Say who does this, and where."""
        ask.known_caller()
        zh, en, next_zh, next_en = _WHO[why]
        raise CkanNotAuthorizedError(zh, en, next_zh=next_zh, next_en=next_en)

    return refuse


for _why, _names in _ELSEWHERE.items():
    for _name in _names:
        if actions.find_action(_name) is None and _name not in actions.absent_actions():
            action(_name, family=FAMILY, differs=f"Always refused: {_WHO[_why][1]}.")(_refusing(_why))
