"""Use cases on jurisdictions and members: register, suspend, resume (Zhengzhou Art. 2, 5; design: 本级 and zones).

Every change bumps the policy epoch and leaves a receipt, in the caller's transaction.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pypinyin import lazy_pinyin

from catalogue.identifiers import organisation_code
from hub.identity import store
from hub.identity.errors import InvalidDetailsError, NotRegisteredError, WrongStateError
from hub.identity.facts import Jurisdiction, JurisdictionKind, Member, MemberKind, Status
from hub.identity.recording import record_change

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.facts import Actor
    from hub.identity.recording import Recorder

SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
MAX_SLUG_CHARACTERS = 63
MAX_NAME_CHARACTERS = 120
_CODE = re.compile(r"[1-9]\d{5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewMember:
    """What is needed to register a member; an empty ``slug`` is made from the name's pinyin."""

    name: str
    organisation_code: str
    kind: MemberKind
    jurisdiction: str
    contact: str = ""
    slug: str = ""


def slug_of(name: str) -> str:
    """Return an ASCII name for URLs made of the name's pinyin, at most 63 characters."""
    words = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(name)).lower())
    return "".join(words)[:MAX_SLUG_CHARACTERS]


def checked_name(name: str) -> str:
    """Return ``name`` trimmed.

    Raises:
        InvalidDetailsError: it is empty, longer than 120 characters, or holds control characters.

    """
    trimmed = name.strip()
    if not trimmed or len(trimmed) > MAX_NAME_CHARACTERS or not trimmed.isprintable():
        raise InvalidDetailsError(
            "名称和联系方式须为 1 至 120 个可见字符",
            "a name or a contact has 1 to 120 printable characters",
            next_zh="请填写规范名称，去掉换行等控制字符",
            next_en="give the proper name, without line breaks or control characters",
        )
    return trimmed


def _checked_slug(slug: str) -> str:
    if len(slug) > MAX_SLUG_CHARACTERS or not SLUG.fullmatch(slug):
        raise InvalidDetailsError(
            "英文名须以小写字母开头，只含小写字母、数字和单个连字符，最长 63 个字符",
            "a slug starts with a lower-case letter and has lower-case letters, digits, single hyphens; at most 63",
            next_zh="例如 gonganju；留空则由名称拼音生成",
            next_en="for example gonganju; leave it empty to have it made from the name's pinyin",
        )
    return slug


def _checked_organisation_code(code: str) -> str:
    result = organisation_code(code)
    if result.row is not None:
        raise InvalidDetailsError(
            result.message_zh,
            result.message_en,
            next_zh="请按登记证书核对 18 位统一社会信用代码",
            next_en="compare the 18 characters with the registration certificate",
            facts={"field": "organisation_code", "rule": result.row.standard},
        )
    return result.normalised


def _place_fault(value: Jurisdiction, parent: Jurisdiction | None) -> tuple[str, str] | None:
    """Say why a code does not fit its kind (GB/T 2260; zones have codes of statistics only, 410171 for one)."""
    if not _CODE.fullmatch(value.code):
        return "辖区代码须为 6 位数字", "a jurisdiction code has six digits"
    if value.kind is JurisdictionKind.CITY:
        return None if value.parent is None else ("市没有上级辖区", "a city has no parent here")
    if parent is None or parent.kind is not JurisdictionKind.CITY or parent.code[:4] != value.code[:4]:
        return "须注明已登记的所属市，且代码前四位与该市相同", "name a registered city with the same first four digits"
    if (value.kind is JurisdictionKind.ZONE) != (value.code[4] == "7"):
        return "功能区只有统计用代码 (第五位为 7)，区县代码则不是", "zones have statistical codes only (fifth digit 7)"
    return None


def add_jurisdiction(unit: Unit, record: Recorder, actor: Actor, value: Jurisdiction) -> Jurisdiction:
    """Register a city, a district of it, or a zone of it.

    Raises:
        InvalidDetailsError: the code does not fit the kind or the parent.
        AlreadyRegisteredError: the code is taken.

    """
    parent = None if value.parent is None else store.jurisdiction(unit, value.parent)
    fault = _place_fault(value, parent)
    if fault is not None:
        raise InvalidDetailsError(*fault, next_zh="请按 GB/T 2260 核对", next_en="compare with GB/T 2260")
    for name in (value.name_zh, value.name_en):
        checked_name(name)
    store.insert_jurisdiction(unit, value)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "jurisdiction.add", value.code)
    return value


def add_member(
    unit: Unit, record: Recorder, actor: Actor, new: NewMember, now: datetime, member_id: uuid.UUID | None = None
) -> Member:
    """Register a member (成员单位) with its 18-character credit code; ``member_id`` keeps the id of another directory.

    Raises:
        InvalidDetailsError: a code, slug or name is not acceptable, or the jurisdiction is unknown.
        AlreadyRegisteredError: the slug or the credit code is taken.

    """
    name = checked_name(new.name)
    value = Member(
        id=member_id or uuid.uuid4(),
        slug=_checked_slug(new.slug or slug_of(name)),
        organisation_code=_checked_organisation_code(new.organisation_code),
        name=name,
        kind=new.kind,
        jurisdiction=new.jurisdiction,
        status=Status.ACTIVE,
        contact=checked_name(new.contact) if new.contact.strip() else "",
        created=now,
    )
    if store.jurisdiction(unit, new.jurisdiction) is None:
        raise InvalidDetailsError(
            "所属辖区尚未登记",
            "the member's jurisdiction is not registered",
            next_zh="请先登记辖区 (市、区县或功能区)，再登记单位",
            next_en="register the jurisdiction (city, district or zone) first",
            facts={"field": "jurisdiction"},
        )
    store.insert_member(unit, value)
    store.bump_epoch(unit)
    record_change(record, unit, actor, "member.add", value.id, jurisdiction=value.jurisdiction)
    return value


def find_member(unit: Unit, slug: str) -> Member:
    """Return a member by its slug, or raise NotRegisteredError."""
    found = store.member(unit, "slug", slug)
    if found is None:
        raise NotRegisteredError("成员单位", "member")
    return found


def set_member_status(unit: Unit, record: Recorder, actor: Actor, slug: str, status: Status) -> Member:
    """Suspend or resume a member; its systems and staff are refused from the next look at the snapshot on.

    Raises:
        NotRegisteredError: no such member.
        WrongStateError: it has that status already.

    """
    found = find_member(unit, slug)
    if found.status is status:
        raise already(status)
    store.set_member_status(unit, found.id, status)
    store.bump_epoch(unit)
    record_change(record, unit, actor, f"member.{status}", found.id)
    return find_member(unit, slug)


def already(status: Status) -> WrongStateError:
    """Return the error for a step to the status something has already."""
    suspended = status is Status.SUSPENDED
    return WrongStateError(
        "已处于停用状态" if suspended else "已处于启用状态",
        f"it is {status} already",
        next_zh="请刷新后核对，无需重复办理",
        next_en="reload and check; nothing needs to be done again",
    )
