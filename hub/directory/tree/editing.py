"""The authority edits the classification tree: a draft, what it hits, then in force (guide 发改高技〔2017〕1272号).

A draft is made from the version in force; before it is put in force the entries it hits are listed. Entries keep
their path; their departments are told, and choose the successor when they next revise an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue import state_store
from catalogue.classes import Change, ClassTree, Op, apply, differences, shipped_tree
from hub.directory.errors import DirectoryError
from hub.directory.tree import store
from hub.directory.tree.store import HitEntry, TreeVersion
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.directory.checking import Desk


class TreeVersionNotFoundError(DirectoryError):
    """The tree has no version of this number."""

    def __init__(self, number: int) -> None:
        """Name the version asked for."""
        super().__init__(
            f"分类没有第 {number} 版",
            f"the classification has no version {number}",
            next_zh="查看各版本：hub directory class-versions",
            next_en="see the versions: hub directory class-versions",
        )


class TreeStateError(DirectoryError):
    """The version is no draft, or was made from a version that is no longer in force."""


class CityAuthorityError(DirectoryError):
    """Only the data authority of the highest level here edits what all levels share."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "分类、编码方案和数据元由本市数据主管部门的目录管理员维护（编制指南）",
            "classes, code schemes and data elements are kept by the catalogue reviewers of the city's data authority",
            next_zh="请把修改意见报市级主管部门",
            next_en="send your proposal to the city's authority",
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """What a version hits: the codes it renames or retires, and a page of the entries under them."""

    renamed: tuple[str, ...]
    retired: tuple[str, ...]
    entries: tuple[HitEntry, ...]
    total: int


def require_city_authority(desk: Desk) -> None:
    """Raise :class:`CityAuthorityError` unless the person acts for the authority above which there is none here."""
    member = desk.staff.member
    place = identity_store.jurisdiction(desk.unit, member.jurisdiction)
    above = place.parent if place is not None else None
    is_below = above is not None and identity_store.jurisdiction(desk.unit, above) is not None
    if member.kind is not MemberKind.AUTHORITY or is_below:
        raise CityAuthorityError


def version_of(desk: Desk, number: int, *, lock: bool = False) -> TreeVersion:
    """Return a version made here (raises :class:`TreeVersionNotFoundError`)."""
    found = store.find_version(desk.unit, number, lock=lock)
    if found is None:
        raise TreeVersionNotFoundError(number)
    return found


def tree_of_version(desk: Desk, number: int) -> ClassTree:
    """Return the tree of any version, the shipped one too (raises :class:`TreeVersionNotFoundError`)."""
    return shipped_tree() if number == shipped_tree().version else version_of(desk, number).tree


def draft(desk: Desk, changes: Sequence[Change], reason: str) -> TreeVersion:
    """Store a draft of the next version; nothing changes yet.

    Raises:
        ClassTreeError: a change does not fit the tree in force.
        CityAuthorityError: the person is not of the city's authority.
    """
    require_city_authority(desk)
    number = store.next_number(desk.unit)
    base = store.tree_in_force(desk.unit)
    tree = apply(base, changes, number)
    made = TreeVersion(
        number, store.DRAFT, base.version, tuple(changes), tree, reason, desk.staff.staff.id, desk.context.now(), None
    )
    store.insert_version(desk.unit, made)
    _record(desk, made, "classes.draft", None, store.DRAFT)
    return made


def effects(desk: Desk, version: TreeVersion, *, limit: int = 50, offset: int = 0) -> Effects:
    """Return what a version hits, compared with the one it was made from."""
    base = tree_of_version(desk, version.base)
    found = [one for one in differences(base, version.tree) if one.old is not None]
    retired = tuple(one.code for one in found if one.new.is_retired)
    renamed = tuple(one.code for one in found if not one.new.is_retired)
    codes = (*retired, *renamed)
    entries, total = store.entries_under(desk.unit, codes, limit, offset) if codes else ((), 0)
    return Effects(renamed, retired, entries, total)


def enforce(desk: Desk, number: int) -> TreeVersion:
    """Put a draft in force and tell every department that has entries under a retired class.

    Raises:
        TreeStateError: it is no draft, or the tree has changed since it was made.
    """
    require_city_authority(desk)
    version = _draft(desk, number)
    current = store.tree_in_force(desk.unit).version
    if version.base != current:
        raise TreeStateError(
            f"第 {number} 版是在第 {version.base} 版上改的，现行已是第 {current} 版",
            f"version {number} was made from version {version.base}, and version {current} is in force",
            next_zh="在现行版本上重新提出改动",
            next_en="make the changes again from the version in force",
        )
    store.put_in_force(desk.unit, number, desk.context.now())
    state_store.count(desk.unit)  # written descriptions name the classes
    _record(desk, version, "classes.enforce", store.DRAFT, store.IN_FORCE)
    _tell(desk, version)
    return version_of(desk, number)


def discard(desk: Desk, number: int) -> TreeVersion:
    """Give up a draft (raises :class:`TreeStateError` for any other)."""
    require_city_authority(desk)
    version = _draft(desk, number)
    store.discard(desk.unit, number)
    _record(desk, version, "classes.discard", store.DRAFT, store.DISCARDED)
    return version_of(desk, number)


def _draft(desk: Desk, number: int) -> TreeVersion:
    version = version_of(desk, number, lock=True)
    if version.state != store.DRAFT:
        raise TreeStateError(
            f"第 {number} 版不是草稿，不能再办理",
            f"version {number} is no draft: nothing more can be done with it",
            next_zh="需要改动的，另提新版本",
            next_en="make a new version for further changes",
        )
    return version


def _tell(desk: Desk, version: TreeVersion) -> None:
    found = effects(desk, version, limit=1)
    if not found.retired:
        return
    moves = [change for change in version.changes if change.op in {Op.MOVE, Op.RETIRE}]
    said = "；".join(f"{change.code} → {change.to}" for change in moves[:10])
    for provider, count, name in store.providers_under(desk.unit, found.retired):
        send(
            desk.unit,
            Notice(
                member=provider,
                kind="directory.classes",
                zh=f"资源分类第 {version.number} 版生效，本单位 {count} 个条目的分类已停用：{said}",
                en=f"version {version.number} of the classes is in force; {count} of your entries stand under retired "
                f"classes: {said}",
                next_zh="条目继续有效；下次修订时改用接替的分类",
                next_en="the entries stay as they are; use the succeeding class when you next revise them",
                role=Role.CLERK.value,
                link=f"/d/{name}",
                subject_kind="class_tree",
                subject_id=str(version.number),
                once=f"class_tree:{version.number}:{provider}",
            ),
            desk.context.now(),
        )


def _record(desk: Desk, version: TreeVersion, action: str, before: str | None, after: str) -> None:
    desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        member=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        action=action,
        subject_kind="class_tree",
        subject_id=str(version.number),
        state_before=before,
        state_after=after,
    )
