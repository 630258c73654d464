"""One city for all: three providers have published, an agency fills its application (申请车)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.identity.roles import Role
from tests.support.acts import MARRIAGES, RESIDENTS
from tests.support.clock import Clock
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub, HubProblemError
    from tests.conftest import Server

ASKER = "zhujianju"
INSURED = "shebao-canbao"
SPOUSE = "peiou_shenfen_haoma"
MARITAL = "hunyin_zhuangtai"
HOLDERS = {MARRIAGES: "minzhengju", RESIDENTS: "gonganju", INSURED: "rensheju"}
THREE = (
    {"entry": RESIDENTS, "item": "xingming", "form": "masked"},
    {"entry": MARRIAGES, "item": MARITAL, "form": "verify_only"},
    {"entry": INSURED, "item": "canbao_zhuangtai", "form": "verify_only"},
)
"""One item of each provider: the first is shared without conditions, the others are answered."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The city, its clock, and the agency that asks."""

    city: HostedCity
    clock: Clock

    @property
    def user(self) -> Hub:
        """The agency's user."""
        return self.city.people.person(ASKER, Role.AGENCY_USER)

    @property
    def head(self) -> Hub:
        """The agency's head."""
        return self.city.people.person(ASKER, Role.AGENCY_APPROVER)

    @property
    def stranger(self) -> Hub:
        """A user of another agency."""
        return self.city.people.person("jiaoyuju", Role.AGENCY_USER)

    def content(self, **changes: Any) -> dict[str, Any]:
        """Return a complete application for one item of each of three providers."""
        return {
            "title": "公租房核对",
            "lines": [dict(line) for line in THREE],
            "purpose": "公租房申请核对",
            "scenario": "受理公共租赁住房申请时核对申请人身份、婚姻和参保情况",
            "bases": ["sharing-19", "pipl-34"],
            "basis_text": "公共租赁住房管理办法 第七条",
            "case_pattern": "GZF-[0-9]*",
            "modes": ["query", "verify"],
            "period_days": 180,
            "people": ["住房保障经办人"],
            "systems": [self.city.people.registered[ASKER].system_id],
            "retention_days": 90,
            **changes,
        }

    def draft(self, **changes: Any) -> dict[str, Any]:
        """Begin an application and return it."""
        return self.user.call("POST", "/api/v1/applications", json=self.content(**changes))

    def act(self, application: dict[str, Any], word: str, hub: Hub | None = None, **body: Any) -> dict[str, Any]:
        """Do one act on the version of an application that was read; returns it as it then stands."""
        path = f"/api/v1/applications/{application['id']}/{word}"
        return (hub or self.user).call("POST", path, json={"version": application["version"], **body})

    def change(self, application: dict[str, Any], hub: Hub | None = None, **changes: Any) -> dict[str, Any]:
        """Change an application on the version that was read."""
        body = {"version": application["version"], **changes}
        return (hub or self.user).call("PATCH", f"/api/v1/applications/{application['id']}", json=body)

    def read(self, application: dict[str, Any]) -> dict[str, Any]:
        """Return an application as it stands."""
        return self.user.call("GET", f"/api/v1/applications/{application['id']}")

    def foresee(self, application: dict[str, Any]) -> dict[str, Any]:
        """Return the dry run of an application."""
        return self.user.call("POST", f"/api/v1/applications/{application['id']}/dry-run")

    def submitted(self, **changes: Any) -> dict[str, Any]:
        """Return an application that waits for consent."""
        return self.act(self.draft(**changes), "submit")

    def opened(self, **changes: Any) -> dict[str, Any]:
        """Return an application with the head's consent."""
        return self.act(self.submitted(**changes), "consent", self.head)

    def answer(self, application: dict[str, Any], entry: str, item: str, **given: Any) -> dict[str, Any]:
        """Answer a line that waits, as the approver of the entry's provider; returns the part."""
        part = next(
            part
            for part in self.read(application)["parts"]
            if any(line["item"] == item and line["state"] == "waiting" for line in part["lines"])
        )
        line = next(line for line in part["lines"] if line["item"] == item and line["state"] == "waiting")
        path = f"/api/v1/requests/{part['id']}/lines/{line['id']}/answer"
        body = {"decider_role": "数据共享工作负责人", "decision": "verify_only", **given}
        return self.city.people.person(HOLDERS[entry], Role.APPROVER).call("POST", path, json=body)


def line_of(application: dict[str, Any], item: str) -> dict[str, Any]:
    """Return the line of an item, of an application or of its dry run."""
    return next(dict(line) for line in application["lines"] if line["item"] == item)


def state_of(application: dict[str, Any], item: str) -> str:
    """Return where the line of an item stands with its provider."""
    return str(line_of(application, item)["requests"][0]["state"])


def part_of(application: dict[str, Any], item: str) -> dict[str, Any]:
    """Return the latest part that asks for an item."""
    asking = [part for part in application["parts"] if any(line["item"] == item for line in part["lines"])]
    return dict(asking[-1])


def fields_of(problem: HubProblemError) -> set[str]:
    """Return the fields a problem names."""
    return {fault["field"] for fault in problem.problem["faults"]}


@pytest.fixture(scope="module")
def shop(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Give the city of these tests; its clock goes forward only."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("cart")
    with hosted_city(server, template, folder, now=clock) as city:
        for name in HOLDERS:
            entry = demo_entry(name, clock.today)
            describe(city.people, entry)
            review(city.people, entry)
        yield Shop(city, clock)
