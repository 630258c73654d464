"""A small open register in every mode: bus stops, their files, and what a plain dictionary says they are."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import psycopg

from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hub.client import Hub

PUSHER: Final = "jiaotongju"
HEAD: Final = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度"
BAD: Final = "没有经度"
"""A road that stands for a row the checks give back: its longitude is missing."""
ALL_MODES: Final = ["full", "upsert", "append", "delete"]
Stops = dict[str, str]
"""Road by stop code: all that differs between rows."""


def code(number: int) -> str:
    """Return the code of a stop."""
    return f"ZD{number:05d}"


def stops(numbers: Iterable[int], road: str = "东大街") -> Stops:
    """Return rows."""
    return {code(number): road for number in numbers}


def csv_of(rows: Mapping[str, str], mode: str = "full") -> bytes:
    """Return the file of some rows; that of a delete names keys only."""
    if mode == "delete":
        return "\n".join(("站点编码", *rows, "")).encode()
    lines = (
        f"{stop},示例站,东区,{road},由西向东,1路,是,{'' if road == BAD else '122.4'},34.5"
        for stop, road in rows.items()
    )
    return "\n".join((HEAD, *lines, "")).encode()


def after(state: Stops, mode: str, rows: Mapping[str, str]) -> Stops:
    """Return what stands after a push, by the rules of its mode; rejected rows keep their earlier version."""
    good = {stop: road for stop, road in rows.items() if road != BAD}
    match mode:
        case "full":
            held = {stop: state[stop] for stop, road in rows.items() if road == BAD and stop in state}
            return good | held
        case "upsert":
            return state | good
        case "append":
            return good | state
        case _:
            return {stop: road for stop, road in state.items() if stop not in rows}


def set_policy(conninfo: str, name: str = BUS_STOPS, **policy: Any) -> None:
    """Change the push policy of a published entry where it is stored, as a new version of it would."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            "UPDATE hub.entry_version v SET body = jsonb_set(body, '{push}', coalesce(body -> 'push', '{}') || %s)"
            " FROM hub.entry e WHERE e.id = v.entry_id AND e.name = %s",
            (json.dumps(policy), name),
        )


def receipt_of(conninfo: str, receipt: str) -> dict[str, Any]:
    """Return the body of a receipt, which may not be a leaf of the log yet."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT body FROM hub.receipt WHERE id = %s", (receipt,)).fetchone()
    assert row is not None
    return dict(json.loads(row[0]))


@dataclass
class Register:
    """The stops of one hub, pushed and read over HTTP."""

    system: Hub
    folder: Path
    public: Hub
    name: str = BUS_STOPS
    numbers: Iterator[int] = field(default_factory=partial(count, 1))
    """Of the files: two pushes at once have two."""

    def push(
        self, rows: Mapping[str, str], mode: str = "full", key: str | None = None, **options: Any
    ) -> dict[str, Any]:
        """Push a file of rows; consents to closing many."""
        path = self.folder / f"stops-{next(self.numbers)}.csv"
        path.write_bytes(csv_of(rows, mode))
        given = {"mode": mode, "allow_shrink": "true", **options}
        return self.system.push(self.name, path, options=given, idempotency_key=key)

    def restore(self, version: int, **more: Any) -> dict[str, Any]:
        """Go back to a version; consents to closing many."""
        params = {"allow_shrink": "true", **more}
        path = f"/api/v1/entries/{self.name}/versions/{version}/restore"
        return dict(self.system.call("POST", path, params=params))

    def rows(self, **asked: Any) -> Stops:
        """Read all rows page by page, now or as of a version."""
        found: Stops = {}
        params = {"items": "zhandian_bianma,daolu", "limit": 1000, **asked}
        page = self.public.call("GET", f"/api/v1/datasets/{self.name}/rows", params=params)
        while True:
            found |= {row["zhandian_bianma"]: row["daolu"] for row in page["rows"]}
            if page["next"] is None:
                assert len(found) == page["total"]
                return found
            page = self.public.call("GET", page["next"])

    def follow(self, copy: Copy, limit: int = 1000, pages: int | None = None) -> Copy:
        """Bring a copy up to date by the changes feed, or only so many pages of the way."""
        while True:
            params: dict[str, Any] = {"after": copy.version, "limit": limit}
            if copy.cursor is not None:
                params["cursor"] = copy.cursor
            page = self.public.call("GET", f"/api/v1/data/{self.name}/changes", params=params)
            copy.apply(page)
            if pages is not None:
                pages -= 1
            if not page["has_more"] or pages == 0:
                return copy


@dataclass
class Copy:
    """What a reader of the changes feed has: rows by their lasting number."""

    version: int = 0
    cursor: str | None = None
    rows: dict[int, tuple[str, str]] = field(default_factory=dict)

    def apply(self, page: Mapping[str, Any]) -> None:
        """Take in one page; no row is both written and deleted in it."""
        told = {op: {change["row"] for change in page["changes"] if change["op"] == op} for op in ("upsert", "delete")}
        assert not told["upsert"] & told["delete"]
        for change in page["changes"]:
            if change["op"] == "delete":
                self.rows.pop(change["row"], None)
            else:
                values = change["values"]
                self.rows[change["row"]] = (values["zhandian_bianma"], values["daolu"])
        self.cursor = page["next"]
        if not page["has_more"]:
            self.version = page["to"]

    @property
    def stops(self) -> Stops:
        """The rows by stop."""
        found = dict(self.rows.values())
        assert len(found) == len(self.rows), "a stop stands twice in the copy"
        return found
