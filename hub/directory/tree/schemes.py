"""The authority adds code schemes beside the national one; entries get codes of them at their next publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue.code_schemes import CodeFacts, check_form, write_code
from hub.directory.errors import DirectoryError
from hub.directory.tree import store
from hub.directory.tree.editing import require_city_authority
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from catalogue.code_schemes import SchemeForm
    from hub.directory.checking import Desk

_EXAMPLE = CodeFacts("30701404", "11410100000000000X", "410100", 2026)


class SchemeStateError(DirectoryError):
    """The name of the scheme is taken, or there is no scheme of this name."""


def add(desk: Desk, scheme: SchemeForm) -> str:
    """Add a scheme; returns what a code of it looks like.

    Raises:
        CodeSchemeError: it cannot be used as described.
        SchemeStateError: the name is taken. A scheme is never changed, since codes of it stand.
    """
    require_city_authority(desk)
    check_form(scheme)
    if not store.insert_scheme(desk.unit, scheme, desk.staff.staff.id, desk.context.now()):
        raise SchemeStateError(
            "已有同名编码方案", "a scheme of this name exists", next_zh="换一个名称", next_en="choose another name"
        )
    _record(desk, scheme.name, "code_scheme.add", "active")
    return write_code(scheme, _EXAMPLE, 1)


def set_active(desk: Desk, name: str, *, is_active: bool) -> None:
    """Start or stop giving codes of a scheme (raises :class:`SchemeStateError` without it)."""
    require_city_authority(desk)
    if not store.set_scheme_active(desk.unit, name, is_active=is_active):
        raise SchemeStateError(
            "没有这个编码方案",
            "there is no such scheme",
            next_zh="查看：hub directory code-schemes",
            next_en="see: hub directory code-schemes",
        )
    _record(desk, name, "code_scheme.set", "active" if is_active else "stopped")


def _record(desk: Desk, name: str, action: str, state: str) -> None:
    desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        member=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        action=action,
        subject_kind="code_scheme",
        subject_id=name,
        state_after=state,
    )
