"""A department's own code list: its clerk files a version, the authority puts it in force, then it never changes.

Guide 发改高技〔2017〕1272号. Old versions stay readable: rows pushed under them mean what they meant then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import code_list_names
from hub.directory.code_lists import store
from hub.directory.code_lists.reading import CodeListUnknownError
from hub.directory.code_lists.store import ListVersion
from hub.directory.errors import DirectoryError
from hub.identity import authority_store
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.directory.checking import Desk

NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,59}")
VERSION: Final = re.compile(r"[0-9A-Za-z〔〕号._+-]{1,40}")
MOST_ROWS: Final = 20_000
TEXT_LENGTH: Final = 200


class CodeListInvalidError(DirectoryError):
    """The list cannot be filed as written: every fault is named with its row."""


class CodeListStateError(DirectoryError):
    """The act does not fit: the version exists, the list is another's, or the person decides on the own list."""


def propose(desk: Desk, made: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> ListVersion:
    """File a new list or a new version of one.

    Args:
        desk: the clerk of the department.
        made: ``name``, ``version``, ``title_zh``, ``title_en``, ``source``.
        rows: each with ``code``, ``name_zh``, ``name_en`` and, as ``extra``, texts of the list's own columns.

    Raises:
        CodeListInvalidError: name, version or rows have faults.
        CodeListStateError: the version was filed before, or the name belongs to another department.

    """
    faults = [*_head_faults(made), *_row_faults(rows)]
    if faults:
        raise CodeListInvalidError(
            "代码表不能登记：" + "；".join(zh for zh, _ in faults[:20]),
            "the code list cannot be filed: " + "; ".join(en for _, en in faults[:20]),
            next_zh="逐项修改后再报",
            next_en="mend each, then file it again",
            facts={"faults": [{"message": zh, "message_en": en} for zh, en in faults[:200]]},
        )
    name, version = str(made["name"]), str(made["version"])
    owner = store.owner_of(desk.unit, name)
    if name in code_list_names() or (owner is not None and owner != desk.staff.member.id):
        raise _state(
            "这是平台或其他部门的代码表", "the list is the hub's or another department's", "换一个名称", "rename it"
        )
    store.drop_returned(desk.unit, name, version)
    if store.find(desk.unit, name, version, lock=True) is not None:
        raise _state("该版本已经登记过", "this version was filed before", "另写版本号", "give it another version")
    filed = ListVersion(
        name,
        version,
        store.PROPOSED,
        str(made["title_zh"]),
        str(made["title_en"]),
        str(made.get("source", "")),
        desk.staff.member.id,
        desk.staff.staff.id,
        desk.context.now(),
    )
    store.insert(desk.unit, filed, rows)
    _record(desk, filed, "code_list.propose", store.PROPOSED)
    return filed


def decide(desk: Desk, name: str, version: str, *, accept: bool, reason: str) -> ListVersion:
    """Put a proposal in force or return it; the department is told.

    Raises:
        CodeListUnknownError: there is no such proposal.
        CodeListStateError: it was decided before, the same person filed it, or a return gives no reason.

    """
    found = store.find(desk.unit, name, version, lock=True)
    if found is None or found.member_id not in authority_store.members_under(desk.unit, desk.staff.member.id):
        raise CodeListUnknownError(name, version, ())
    if found.state != store.PROPOSED:
        raise _state("该版本已经办理", "this version is decided already", "另报新版本", "file a new version")
    if found.made_by == desk.staff.staff.id:
        raise _state(
            "申报人不能审核自己的申报", "who files a list does not decide on it", "由另一人审核", "let another"
        )
    if not accept and not reason.strip():
        raise _state("退回须写明理由", "a return gives its reason", "补写理由", "give it")
    state = store.IN_FORCE if accept else store.RETURNED
    settled = replace(found, state=state, decided_by=desk.staff.staff.id, decided_at=desk.context.now(), reason=reason)
    store.settle(desk.unit, found, state, decided_by=settled.decided_by, decided_at=settled.decided_at, reason=reason)
    _record(desk, found, "code_list.accept" if accept else "code_list.return", state)
    _tell(desk, settled)
    return settled


def _state(zh: str, en: str, next_zh: str, next_en: str) -> CodeListStateError:
    return CodeListStateError(zh, en, next_zh=next_zh, next_en=next_en)


def _head_faults(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    faults = []
    if NAME.fullmatch(str(made.get("name", ""))) is None:
        faults.append(("名称须为小写字母开头的字母、数字、下划线", "the name begins with a letter: letters, digits, _"))
    if VERSION.fullmatch(str(made.get("version", ""))) is None:
        faults.append(("版本须为 1 至 40 个字母、数字或 . _ + -", "the version has 1 to 40 letters, digits or . _ + -"))
    for part, zh, en in (("title_zh", "中文名称", "Chinese title"), ("title_en", "英文名称", "English title")):
        if not 0 < len(str(made.get(part, "")).strip()) <= TEXT_LENGTH:
            faults.append((f"缺少{zh}或过长", f"the {en} is missing or too long"))
    return faults


def _row_faults(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    if not 0 < len(rows) <= MOST_ROWS:
        return [(f"应有 1 至 {MOST_ROWS} 个代码", f"a list has 1 to {MOST_ROWS} codes")]
    faults, seen = [], set()
    for position, row in enumerate(rows, start=1):
        code = str(row.get("code", ""))
        if not 0 < len(code.strip()) <= TEXT_LENGTH or not 0 < len(str(row.get("name_zh", "")).strip()) <= TEXT_LENGTH:
            faults.append((f"第 {position} 行缺少代码或名称，或过长", f"row {position} lacks its code or name"))
        elif code in seen:
            faults.append((f"第 {position} 行代码重复", f"the code of row {position} is repeated"))
        seen.add(code)
    return faults


def _tell(desk: Desk, settled: ListVersion) -> None:
    words = ("已生效", "is in force") if settled.state == store.IN_FORCE else ("被退回", "was returned")
    shown = f"{settled.title_zh}（{settled.name} {settled.version}）"
    send(
        desk.unit,
        Notice(
            member=settled.member_id,
            kind="directory.code_list",
            zh="：".join(part for part in (f"代码表{shown}{words[0]}", settled.reason) if part),
            en=": ".join(
                part for part in (f"code list {settled.name} {settled.version} {words[1]}", settled.reason) if part
            ),
            next_zh="信息项引用代码表时写明名称和版本",
            next_en="items that use it name the list and the version",
            role=Role.CLERK.value,
            link=f"/standards/code-lists/{settled.name}",
            subject_kind="code_list",
            subject_id=f"{settled.name}:{settled.version}",
        ),
        desk.context.now(),
    )


def _record(desk: Desk, made: ListVersion, action: str, after: str) -> None:
    desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        member=str(desk.staff.member.id),
        provider=str(made.member_id),
        end_user=str(desk.staff.staff.id),
        action=action,
        subject_kind="code_list",
        subject_id=made.name,
        resource_version=made.version,
        state_before=made.state,
        state_after=after,
    )
