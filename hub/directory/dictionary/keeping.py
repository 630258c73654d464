"""The dictionary as the city keeps it: a department proposes an element, the authority accepts, returns or retires it.

Zhengzhou Art. 18, Jilin Art. 26; 政务数据共享条例 Art. 13. The shipped elements stay as they are; words may be added to
any element. A new version takes the place of the one in force when the authority accepts it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from catalogue.dictionary_own import OwnElement, check_own
from catalogue.dictionary_store import dictionary
from hub.directory.code_lists.reading import held_versions
from hub.directory.dictionary import store
from hub.directory.dictionary.store import OwnVersion
from hub.directory.errors import DirectoryError
from hub.directory.tree.editing import require_city_authority
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    import uuid

    from catalogue.dictionary_elements import Word
    from hub.directory.checking import Desk


class ElementUnknownError(DirectoryError):
    """The dictionary has no element of this code, or none in the state the act needs."""

    def __init__(self, code: str) -> None:
        """Name at most 40 characters of what was asked for."""
        super().__init__(
            f"数据元字典中没有 {code[:40]}，或没有待办的版本",
            f"the dictionary has no {code[:40]}, or no version of it that waits",
            next_zh="检索：hub directory elements 词",
            next_en="search with: hub directory elements WORD",
        )


class ElementStateError(DirectoryError):
    """The act does not fit: a proposal waits already, the word is there already, or a reason is missing."""


def propose(desk: Desk, own: OwnElement, reason: str) -> OwnVersion:
    """File a new element, or a new version of one; the authority decides.

    Raises:
        OwnElementError: the element has faults.
        ElementStateError: a proposal of this code waits already, or it is another department's element.
    """
    check_own(own, dictionary(desk.unit), held_versions(desk.unit))
    waiting = store.find(desk.unit, own.code, store.PROPOSED, lock=True)
    present = store.find(desk.unit, own.code, store.IN_FORCE)
    if waiting is not None or (present is not None and present.member_id != desk.staff.member.id):
        raise ElementStateError(
            f"{own.code} 已有待办的申报，或属于其他部门",
            f"a proposal of {own.code} waits already, or it is another department's",
            next_zh="等待主管部门答复，或换一个代码",
            next_en="wait for the authority's answer, or use another code",
        )
    made = OwnVersion(
        own.code,
        store.next_version(desk.unit, own.code),
        store.PROPOSED,
        own,
        desk.staff.member.id,
        desk.staff.staff.id,
        desk.context.now(),
        reason=reason,
    )
    store.insert_version(desk.unit, made)
    _record(desk, made.code, "element.propose", made, store.PROPOSED)
    return made


def decide(desk: Desk, code: str, *, accept: bool, reason: str) -> OwnVersion:
    """Accept or return the proposal of a code; the department is told.

    Raises:
        ElementUnknownError: nothing waits under this code.
        ElementStateError: a return gives no reason.
    """
    require_city_authority(desk)
    waiting = store.find(desk.unit, code, store.PROPOSED, lock=True)
    if waiting is None:
        raise ElementUnknownError(code)
    if not accept and not reason.strip():
        raise ElementStateError("退回须写明理由", "a return gives its reason", next_zh="补写理由", next_en="give it")
    if accept:
        # Another element may have taken the name while this one waited.
        check_own(waiting.body, dictionary(desk.unit), held_versions(desk.unit))
        present = store.find(desk.unit, code, store.IN_FORCE, lock=True)
        if present is not None:
            store.settle(desk.unit, present, store.PAST)
    state = store.IN_FORCE if accept else store.RETURNED
    settled = replace(
        waiting, state=state, decided_by=desk.staff.staff.id, decided_at=desk.context.now(), reason=reason
    )
    store.settle(desk.unit, waiting, state, decided_by=settled.decided_by, decided_at=settled.decided_at, reason=reason)
    _record(desk, code, "element.accept" if accept else "element.return", waiting, state)
    _tell(desk, settled)
    return settled


def retire(desk: Desk, code: str, reason: str) -> OwnVersion:
    """Take an own element out of use; items that name it keep it (raises :class:`ElementUnknownError`)."""
    require_city_authority(desk)
    present = store.find(desk.unit, code, store.IN_FORCE, lock=True)
    if present is None:
        raise ElementUnknownError(code)
    settled = replace(present, state=store.RETIRED, reason=reason)
    store.settle(desk.unit, present, store.RETIRED, reason=reason)
    _record(desk, code, "element.retire", present, store.RETIRED)
    _tell(desk, settled)
    return settled


def add_word(desk: Desk, code: str, word: Word) -> None:
    """Add a word to an element of the dictionary.

    Raises:
        ElementUnknownError: there is no such element.
        ElementStateError: the element has the word already.
    """
    require_city_authority(desk)
    known = dictionary(desk.unit)
    if code not in known:
        raise ElementUnknownError(code)
    has_it = any(one.text == word.text for one in known.get(code).words)
    if has_it or not store.add_word(desk.unit, code, word, desk.staff.staff.id, desk.context.now()):
        raise ElementStateError(
            "该数据元已有这个词",
            "the element has this word already",
            next_zh="无须再加",
            next_en="nothing is to be done",
        )
    _record(desk, code, "element.word", None, store.IN_FORCE)


def remove_word(desk: Desk, code: str, word: str) -> None:
    """Take away a word the city added (raises :class:`ElementUnknownError`; shipped words stay)."""
    require_city_authority(desk)
    if not store.remove_word(desk.unit, code, word):
        raise ElementUnknownError(code)
    _record(desk, code, "element.word.remove", None, store.IN_FORCE)


def _tell(desk: Desk, version: OwnVersion) -> None:
    words = {
        store.IN_FORCE: ("已采纳", "was accepted"),
        store.RETURNED: ("被退回", "was returned"),
        store.RETIRED: ("已停用", "was retired"),
    }[version.state]
    send(
        desk.unit,
        Notice(
            member=version.member_id,
            kind="directory.element",
            zh=f"数据元 {version.code} {version.body.name}{words[0]}"
            + (f"：{version.reason}" if version.reason else ""),
            en=f"element {version.code} {version.body.name_en} {words[1]}"
            + (f": {version.reason}" if version.reason else ""),
            next_zh="在数据元字典中查看",
            next_en="see it in the dictionary",
            role=Role.CLERK.value,
            link=f"/standards/elements/{version.code}",
            subject_kind="element",
            subject_id=f"{version.code}:{version.version}",
        ),
        desk.context.now(),
    )


def _record(desk: Desk, code: str, action: str, version: OwnVersion | None, after: str) -> uuid.UUID:
    return desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        member=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        action=action,
        subject_kind="element",
        subject_id=code,
        resource_version=str(version.version) if version is not None else None,
        state_before=version.state if version is not None else None,
        state_after=after,
    ).id
