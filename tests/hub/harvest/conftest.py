"""A city whose authority harvests the catalogues of others: its clerk runs them, its reviewer looks and publishes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from hub.rounds import run_now
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.conftest import Server

AUTHORITY = "shujuju"
SECONDS = 60.0
MOBILE = "13800000000"
BOOKS: dict[str, Any] = {
    "标题": "图书馆&amp;书店\u200b名录",
    "提供单位": "市文化局 ",
    "开放主题": "医疗卫生",
    "发布时间": "2023-6-1",
    "更新时间": "2023-06-16",
    "开放类型": "无条件开放",
    "描述": "全市图书馆和书店的名称、地址。",
    "关键词": "图书馆,书店",
    "联系电话": MOBILE,
    "更新频率": "按年更新",
    "资源格式": "['xls', 'file']",
    "详情页网址": "https://data.example.cn/detail?id=1",
}


def record(number: int, **more: Any) -> dict[str, Any]:
    """Return a record of a portal of its own."""
    return {**BOOKS, "标题": f"图书馆名录{number}", "详情页网址": f"https://data.example.cn/detail?id={number}", **more}


@dataclass
class Library:
    """The city, and what the people of its authority do."""

    city: HostedCity
    doors: Doors
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def clerk(self) -> httpx2.Client:
        """The clerk's session."""
        return self.doors.staff(AUTHORITY, Role.CLERK)

    @property
    def reviewer(self) -> httpx2.Client:
        """The session of the catalogue reviewer."""
        return self.doors.staff(AUTHORITY, Role.CATALOGUE_REVIEWER)

    def add(self, **definition: Any) -> str:
        """Register a source; returns its code."""
        code = f"source-{next(self.numbers)}"
        body = {"code": code, "definition": {"name": "示例目录", "kind": "portal", "place": "示例市", **definition}}
        made = self.clerk.post("/api/v1/harvest/sources", json=body)
        assert made.status_code == 201, made.text
        return code

    def run(
        self, code: str, content: bytes | list[dict[str, Any]] | None = None, name: str = "catalogue.json"
    ) -> dict[str, Any]:
        """Run a source over a file, or its address, and wait for the end; returns the run."""
        data = json.dumps(content, ensure_ascii=False).encode() if isinstance(content, list) else content
        path = f"/api/v1/harvest/sources/{code}/runs"
        made = self.clerk.post(path, params={"name": name}, content=data)
        assert made.status_code == 202, made.text
        return self.wait(made.json()["id"])

    def wait(self, run: str) -> dict[str, Any]:
        """Wait until a run is over."""
        run_now(self.city.services, "harvests")
        assert self.city.services.harvests.wait(SECONDS)
        shown: dict[str, Any] = self.clerk.get(f"/api/v1/harvest/runs/{run}").json()
        return shown

    def publish(self, run: dict[str, Any]) -> dict[str, Any]:
        """Approve all of a run and publish it."""
        path = f"/api/v1/harvest/runs/{run['id']}"
        reviewed = self.reviewer.post(f"{path}/review", json={"decision": "approve"})
        assert reviewed.status_code == 200, reviewed.text
        done = self.reviewer.post(f"{path}/publish", json={})
        assert done.status_code == 200, done.text
        shown: dict[str, Any] = done.json()
        return shown

    def records(self, code: str, **params: Any) -> list[dict[str, Any]]:
        """Return the records of a source."""
        answer = self.clerk.get(f"/api/v1/harvest/sources/{code}/records", params={"limit": 1000, **params})
        found: list[dict[str, Any]] = answer.json()["records"]
        return found

    def found(self, text: str) -> list[str]:
        """Return the titles the public finds."""
        page = self.doors.public().get("/api/v1/datasets", params={"q": text}).json()
        return [one["title"] for one in page["datasets"]]


@pytest.fixture(scope="package")
def library(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Serve one city for all tests of the package; every test has sources of its own."""
    folder = tmp_path_factory.mktemp("library")
    with hosted_city(server, template, folder, egress_loopback=True) as city:
        doors = Doors(city)
        yield Library(city, doors)
        doors.close()
