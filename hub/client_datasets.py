"""One entry of a hub from a program: push a data frame or a file to it, read its rows, follow its changes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from hub.client_frames import is_frame, write_frame
from hub.client_report import PushReport, Source
from hub.client_uploads import Step, untold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Mode = Literal["full", "upsert", "append", "delete"]
PAGE: Final = 1000
FRAME_NAME: Final = "frame.csv"


class Pusher(Source, Protocol):
    """What a data set needs of the hub it is in."""

    def push_file(
        self,
        name: str,
        path: Path,
        *,
        options: Mapping[str, Any],
        idempotency_key: str | None = None,
        tell: Callable[[Step], None] = untold,
    ) -> dict[str, Any]:
        """Push a file whatever its size."""
        ...


def find_name(hub: Source, code: str) -> str:
    """Return the name of the entry of a resource code (raises HubProblemError where the directory has none)."""
    return str(hub.call("GET", "/api/v1/dataset", params={"code": code})["name"])


@dataclass(frozen=True, slots=True)
class Dataset:
    """The entry called ``name`` at a hub."""

    hub: Pusher = field(repr=False)
    name: str

    def push(
        self,
        data: object,
        *,
        mode: Mode = "upsert",
        dry_run: bool = False,
        mapping: Mapping[str, str] | int | None = None,
        allow_shrink: bool = False,
        idempotency_key: str | None = None,
        tell: Callable[[Step], None] = untold,
        **options: Any,
    ) -> PushReport:
        """Push a data frame (Polars, pandas) or a file (path) and return the report; repeating it is safe.

        ``mode``: full, upsert, append or delete. ``dry_run``: check and compare, keep nothing. ``mapping``: which
        column is which item (``{"旧列名": "信息项"}``), or the version of a saved mapping. ``options`` are other
        parameters of a push (sheet, header_row, encoding, ...).

        Raises:
            HubProblemError: the hub refused it; the error says why and what to do.
            ValueError, TypeError: the frame cannot be written without losing digits.
        """
        asked: dict[str, Any] = {"mode": mode, **options}
        asked |= {"allow_shrink": "true" if allow_shrink else None, "dry_run": "true" if dry_run else None}
        if isinstance(mapping, Mapping):
            asked["rename"] = [f"{header}={item}" for header, item in mapping.items()]
        elif mapping is not None:
            asked["mapping"] = mapping
        return self._push(data, asked, idempotency_key, tell)

    def _push(
        self, data: object, options: Mapping[str, Any], key: str | None, tell: Callable[[Step], None]
    ) -> PushReport:
        with self._file(data) as path:
            answer = self.hub.push_file(self.name, path, options=options, idempotency_key=key, tell=tell)
        return self._report(answer)

    @staticmethod
    @contextmanager
    def _file(data: object) -> Iterator[Path]:
        """Lend a file of what is to be pushed: the file itself, or a data frame written to one."""
        if not is_frame(data):
            if not isinstance(data, str | Path):
                raise TypeError(f"需要数据框或文件路径 / a data frame or a path is needed, not {type(data).__name__}")
            yield Path(data)
            return
        with TemporaryDirectory(prefix="hub-frame-") as folder:
            path = Path(folder) / FRAME_NAME
            write_frame(data, path)
            yield path

    def _report(self, answer: dict[str, Any]) -> PushReport:
        def again(mended: object, push: str) -> PushReport:
            with self._file(mended) as path:
                given = {"filename": path.name}
                address = f"/api/v1/pushes/{push}/resume"
                answer = self.hub.raw("POST", address, params=given, content=path.read_bytes())
            return self._report(dict(answer.json()))

        return PushReport(answer, self.hub, again)

    def report(self, push: str) -> PushReport:
        """Return the report of an earlier push to this entry."""
        return self._report(self.hub.call("GET", f"/api/v1/pushes/{push}"))

    def rows(
        self,
        *,
        where: Mapping[str, Any] | None = None,
        items: Sequence[str] | None = None,
        purpose: str | None = None,
        case_number: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows, page after page to the end: the open ones, or with a ``purpose`` those of one's grant.

        ``where`` are items by column name and the value each must have; ``items`` are column names.
        """
        return self._open_rows(where, items) if purpose is None else self._granted(where, items, purpose, case_number)

    def _open_rows(self, where: Mapping[str, Any] | None, items: Sequence[str] | None) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] | None = {**(where or {}), "limit": PAGE}
        if items is not None and asked is not None:
            asked["items"] = ",".join(items)
        path: str | None = f"/api/v1/datasets/{self.name}/rows"
        while path is not None:
            page = self.hub.call("GET", path, params=asked)
            yield from page["rows"]
            path, asked = page["next"], None

    def _granted(
        self,
        where: Mapping[str, Any] | None,
        items: Sequence[str] | None,
        purpose: str,
        case_number: str | None,
    ) -> Iterator[dict[str, Any]]:
        conditions = [{"item": name, "op": "eq", "value": value} for name, value in (where or {}).items()]
        asked: dict[str, Any] = {
            "items": list(items) if items is not None else None,
            "where": {"and": conditions} if conditions else None,
            "limit": PAGE,
            "purpose": purpose,
            "case_number": case_number,
        }
        while True:
            page = self.hub.call("POST", f"/api/v1/exchange/{self.name}/query", json=asked)
            yield from page["rows"]
            if page["next"] is None:
                return
            asked = {**asked, "cursor": page["next"]}

    def changes(
        self,
        after: int = 0,
        *,
        snapshot: str | None = None,
        purpose: str | None = None,
        case_number: str | None = None,
    ) -> Changes:
        """Return what changed after a version (0: everything), to be iterated: rows to write, rows to delete.

        ``snapshot`` is what the last reading ended with: the hub refuses to go on where a gap would be.
        """
        asked = {"after": after, "snapshot": snapshot, "purpose": purpose, "case_number": case_number, "limit": PAGE}
        return Changes(self.hub, self.name, {name: value for name, value in asked.items() if value is not None})


@dataclass(slots=True)
class Changes:
    """Changes of an entry in order. Iterated to the end, ``to`` is the version to go on from."""

    _hub: Source = field(repr=False)
    _name: str
    _asked: dict[str, Any] = field(repr=False)
    to: int | None = None
    snapshot: str | None = None
    receipt: str | None = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each change, page after page."""
        asked = dict(self._asked)
        while True:
            page = self._hub.call("GET", f"/api/v1/data/{self._name}/changes", params=asked)
            yield from page["changes"]
            if not page["has_more"]:
                self.to, self.snapshot, self.receipt = page["to"], page["snapshot"], page.get("receipt")
                return
            asked["cursor"] = page["next"]
