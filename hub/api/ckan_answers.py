"""CKAN's envelope: what an action gave, or how it failed, as the JSON object its clients take apart."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from hub.open.ckan.errors import CkanError
from hub.problems import problem_type_of
from policies.errors import DomainError

if TYPE_CHECKING:
    from hub.problem_table import ProblemType

AUTHORIZATION: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
UNEXPECTED: Final = "系统内部故障，已记录，未保存任何改动；请稍后重试 / an unexpected fault, recorded; try again later"


def help_url(site: str, name: str) -> str:
    """Return the address that tells what an action does."""
    return f"{site}/api/3/action/help_show?name={name}"


def succeeded(site: str, name: str, result: object) -> dict[str, Any]:
    """Return the answer to a call that worked."""
    return {"help": help_url(site, name), "success": True, "result": result}


def failed(site: str, name: str, error: BaseException) -> tuple[int, dict[str, Any]]:
    """Return status and answer of a call that did not work."""
    status, body = _fault(error)
    return status, {"help": help_url(site, name), "success": False, "error": body}


def _fault(error: BaseException) -> tuple[int, dict[str, Any]]:
    if isinstance(error, CkanError):
        return error.status, error.body()
    if isinstance(error, DomainError):
        return _translated(error, problem_type_of(error))
    return 500, {"__type": "Internal Server Error", "message": UNEXPECTED}


def _told(error: DomainError) -> str:
    """Return what a fault of the hub says, in both languages and one line."""
    zh = "；".join(part for part in (error.zh, error.next_zh) if part)
    en = "; ".join(part for part in (error.en, error.next_en) if part)
    return f"{zh} / {en}"


def _translated(error: DomainError, kind: ProblemType) -> tuple[int, dict[str, Any]]:
    """Return a fault of the hub's use cases in CKAN's words, by the status of its problem type."""
    status, text = int(kind.status), _told(error)
    if status == HTTPStatus.NOT_FOUND:
        return 404, {"__type": "Not Found Error", "message": f"Not found: {text}", "problem": kind.slug}
    if status in AUTHORIZATION:
        return 403, {"__type": "Authorization Error", "message": f"Access denied: {text}", "problem": kind.slug}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return status, {"__type": "Internal Server Error", "message": text, "problem": kind.slug}
    return 409, {"__type": "Validation Error", kind.slug: [text]}
