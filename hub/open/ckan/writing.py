"""Who may write what through this dialect: the own department's entries, with a token of a data clerk (design 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue import store
from hub.open.ckan.datastore_found import standing_of
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanNotFoundError
from policies.facts import OpenType

if TYPE_CHECKING:
    from hub.directory.facts import Resource
    from hub.open.ckan.asks import CkanAsk, CkanCaller


def not_yours() -> CkanNotAuthorizedError:
    """Return the refusal to write to another department's entry (政务数据共享条例 Art. 19: each its own)."""
    return CkanNotAuthorizedError(
        "令牌只能写入本部门的目录条目和数据（《政务数据共享条例》第十九条）",
        "a token writes to its own department's entries and rows alone",
        next_zh="请由提供单位的数据专员用其令牌办理",
        next_en="a data clerk of the providing department does this with a token of its own",
    )


def clerk_of(ask: CkanAsk) -> CkanCaller:
    """Return the data clerk who calls.

    Raises:
        CkanNotAuthorizedError: no valid token, or one for filling a new directory.

    """
    caller = ask.known_caller()
    if caller.scope != "write":
        raise CkanNotAuthorizedError(
            "建库导入的令牌不能写入数据",
            "a token for filling a new directory writes no rows",
            next_zh="请用数据专员的令牌",
            next_en="use a data clerk's token",
        )
    return caller


@dataclass(frozen=True, slots=True)
class Target:
    """A published resource of the caller's department."""

    key: str
    caller: CkanCaller
    resource: Resource


def own_resource(ask: CkanAsk, key: str) -> Target:
    """Return the caller's published resource of an id or name.

    Raises:
        CkanNotFoundError: there is none, or it is another department's and not open.
        CkanNotAuthorizedError: as :func:`clerk_of`, or it is another department's.

    """
    caller = clerk_of(ask)
    resource = standing_of(ask.hub, key).resource
    if resource.provider_id != caller.member.id:
        raise _hidden_or_not_yours(resource)
    return Target(key, caller, resource)


def _hidden_or_not_yours(resource: Resource) -> CkanNotFoundError | CkanNotAuthorizedError:
    if resource.entry.opening.type is OpenType.CLOSED:
        return CkanNotFoundError("资源 resource")
    return not_yours()


def own_row(ask: CkanAsk, name: str) -> store.EntryRow | None:
    """Return the standing of an entry by name or id if it is the caller's; None where there is none of this name.

    Raises:
        CkanNotAuthorizedError: it is another department's and the public knows of it.
        CkanNotFoundError: it is another department's and the public does not.

    """
    from hub.open.ckan.ids import as_uuid

    caller = ask.known_caller()
    identifier = as_uuid(name)
    row = store.find_entry(ask.unit, name if identifier is None else identifier, lock=True)
    if row is None or caller.scope == "import" or row.provider_id == caller.member.id:
        return row
    is_known = row.published_version is not None and row.withdrawn_at is None and row.open_type != OpenType.CLOSED
    raise not_yours() if is_known else CkanNotFoundError("数据集 dataset")
