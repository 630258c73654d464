"""Talking to a CKAN with ckanapi, every call through the egress guard: reading its datasets, writing ours.

ckanapi takes a session of the ``requests`` kind; :class:`GuardedSession` is one over the guarded client, so that an
address is checked and dialled as all others are, nothing is redirected, and answers have a limit. The texts of the
server never go into a message: they may hold anything; the type of its error does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import httpx2
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, SearchError, ValidationError

from connectors.sources import SourceDeniedError, SourceQueryError, lost, unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from connectors.sources import SourceError

AGENT: Final = "shutong-hub"
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What ckanapi reads of an answer."""

    status_code: int
    text: str


class GuardedSession:
    """The part of a ``requests`` session that ckanapi uses, over the guarded client."""

    def __init__(self, client: httpx2.Client) -> None:
        """``client`` is closed by whoever made it."""
        self._client = client

    def post(
        self, url: str, *, data: bytes | str, headers: Mapping[str, str], files: object = None, **_: object
    ) -> Answer:
        """Send an action; files do not travel this way."""
        if files:
            raise ValueError("files are not sent through this session")
        content = data.encode() if isinstance(data, str) else data
        answer = self._client.post(url, content=content, headers=_texts(headers))
        return Answer(answer.status_code, answer.text)

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        """Ask with a query string."""
        answer = self._client.get(url, params=params, headers=_texts(headers or {}))
        return Answer(answer.status_code, answer.text)

    def close(self) -> None:
        """Nothing: the client is not this session's own."""


def _texts(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): value.decode() if isinstance(value, bytes) else str(value) for name, value in headers.items()}


class Ckan:
    """One CKAN, by its actions. Errors are those of sources: what happened, where, what to do."""

    def __init__(self, address: str, client: httpx2.Client, token: str = "") -> None:
        """``token`` empty reads as the public does."""
        self.address = address.rstrip("/")
        self._remote = RemoteCKAN(self.address, apikey=token or None, user_agent=AGENT, session=GuardedSession(client))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remote.close()

    def call(self, action: str, **arguments: object) -> Any:  # noqa: ANN401 - what an action gives is its own
        """Call an action and return its result.

        Raises:
            SourceDeniedError, SourceQueryError, SourceLostError, SourceUnreachableError: as they say.
            LookupError: the CKAN has no such thing.
            EgressRefusedError, EgressUnreachableError, EgressLimitError: the hub does not call this address.
        """
        try:
            return self._remote.call_action(action, arguments)
        except NotFound as error:
            raise LookupError(action) from error
        except NotAuthorized as error:
            raise _denied(action) from error
        except ValidationError as error:
            raise _invalid(action, error) from error
        except (SearchError, CKANAPIError) as error:
            raise _failed(action, error) from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            url = httpx2.URL(self.address)
            raise unreachable(url.host, url.port or (443 if url.scheme == "https" else 80)) from error
        except httpx2.TransportError as error:
            raise lost(f"动作 {action} 没有应答完", f"in the middle of {action}", action=action) from error

    def packages(self, start: int, rows: int = PAGE) -> tuple[list[object], int]:
        """Return one page of the public datasets, in the order of their names, and how many there are."""
        found = self.call("package_search", start=start, rows=rows, sort="name asc")
        results = found.get("results") if isinstance(found, dict) else None
        if not isinstance(results, list) or not str(found.get("count", "")).isdigit():
            raise SourceQueryError(
                "package_search 的应答没有 results 和 count",
                "the answer of package_search has no `results` and `count`",
                next_zh="请核对地址是否为 CKAN 的根地址",
                next_en="check that the address is the root of a CKAN",
            )
        return results, int(found["count"])


def _denied(action: str) -> SourceError:
    return SourceDeniedError(
        f"对方不允许执行 {action}",
        f"the CKAN does not let us do {action}",
        next_zh="请核对令牌是否有效、是否有该机构（organization）的编辑权限",
        next_en="check that the token is valid and may edit that organization",
        facts={"action": action},
    )


def _invalid(action: str, error: ValidationError) -> SourceError:
    given = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    members = sorted(str(name)[:60] for name in given if not str(name).startswith("__"))
    return SourceQueryError(
        f"对方认为 {action} 的内容有误：{'、'.join(members)}",
        f"the CKAN finds faults in {action}: {', '.join(members)}",
        next_zh="请对照对方的规则（schema）检查这些成员",
        next_en="compare these members with the schema of that CKAN",
        facts={"action": action, "members": members},
    )


def _failed(action: str, error: Exception) -> SourceError:
    told = str(error.args[0]) if error.args else ""
    try:
        status = json.loads(told)[1] if told.startswith("[") else None
    except (ValueError, IndexError):
        status = None
    return SourceQueryError(
        f"对方不能执行 {action}" + (f"（状态码 {status}）" if isinstance(status, int) else ""),
        f"the CKAN cannot do {action}" + (f" (status {status})" if isinstance(status, int) else ""),
        next_zh="请核对地址是否为 CKAN 的根地址（其下有 /api/3/action）",
        next_en="check that the address is the root of a CKAN (with /api/3/action below)",
        facts={"action": action},
    )
