"""What people of the demo city do over HTTP, one function an act, for the tests that tell what follows from it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.client import HubProblemError
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review, supply
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import httpx2

    from hub.client import Hub
    from hub.demo.load import People

MARRIAGES = "hunyin-dengji"
RESIDENTS = "changzhu-renkou"
BUS_STOPS = "gongjiao-zhandian"
COMPANIES = "qiye-dengji"
PURPOSE = "低保核对"
CASE = "DB-1"
PROOF_SECONDS = 30.0


def publish(people: People, name: str) -> None:
    """Describe an entry of the demo and take it through its lifecycle to the directory."""
    entry = demo_entry(name, people.today())
    describe(people, entry)
    review(people, entry)


def publish_and_supply(people: People, name: str, folder: Path) -> dict[str, Any]:
    """Publish an entry of the demo and push its file; returns the report."""
    publish(people, name)
    return push_demo_file(people, name, folder)


def push_demo_file(people: People, name: str, folder: Path) -> dict[str, Any]:
    """Push the demo's file of a published entry; returns the report."""
    folder.mkdir(parents=True, exist_ok=True)
    return supply(people, demo_entry(name, people.today()), folder, people.today())


def ask_for(people: People, member: str, entry: str, items: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """Ask for items of an entry in the forms wanted, with the consent of the member's head; returns the request.

    ``more`` is what else the request says (its modes, for instance).
    """
    now = people.now()
    body = {
        "entry": entry,
        "system": people.registered[member].system_id,
        "items": [{"item": column, "treatment": form} for column, form in items.items()],
        "purpose": PURPOSE,
        "scenario": "最低生活保障家庭经济状况核对",
        "legal_basis": "社会救助暂行办法 第十三条",
        "case_pattern": "DB-[0-9]*",
        "valid_from": now.isoformat(),
        "valid_until": (now + timedelta(days=90)).isoformat(),
        **more,
    }
    made = people.person(member, Role.AGENCY_USER).call("POST", "/api/v1/requests", json=body)
    return people.person(member, Role.AGENCY_APPROVER).call("POST", f"/api/v1/requests/{made['id']}/consent")


def line_of(request: Mapping[str, Any], item: str) -> dict[str, Any]:
    """Return the line of an item."""
    return next(dict(line) for line in request["lines"] if line["item"] == item)


def answer(people: People, provider: str, request: Mapping[str, Any], item: str, **given: Any) -> dict[str, Any]:
    """Answer one item as the provider's approver; returns the request."""
    path = f"/api/v1/requests/{request['id']}/lines/{line_of(request, item)['id']}/answer"
    body = {"decider_role": "数据共享工作负责人", **given}
    return people.person(provider, Role.APPROVER).call("POST", path, json=body)


def assess(people: People, provider: str, entry: str, items: Iterable[str]) -> str:
    """File and approve an impact assessment of items (PIPL Art. 55); returns its id."""
    body = {
        "entry": entry,
        "items": list(items),
        "purpose": PURPOSE,
        "cited_law": "个人信息保护法 第三十四条",
        "persons": 500,
        "necessity": "逐人核对家庭经济状况须读取这些信息项",
        "harm": "泄露会暴露当事人的家庭和婚姻情况",
        "measures": "授权限定系统和用途，全程留痕，到期销毁",
        "outcome": "with_measures",
        "reference": "示评〔2026〕1号",
        "assessor_role": "数据安全专员",
        "review_on": (people.today() + timedelta(days=180)).isoformat(),
    }
    filed = people.person(provider, Role.CLERK).call("POST", "/api/v1/exemptions/assessments", json=body)
    path = f"/api/v1/exemptions/assessments/{filed['id']}/approve"
    return str(people.person(provider, Role.APPROVER).call("POST", path)["id"])


def query(system: Hub, entry: str, **more: Any) -> httpx2.Response:
    """Query as a granted system; returns the whole response."""
    body = {"purpose": PURPOSE, "case_number": CASE, **more}
    return system.raw("POST", f"/api/v1/exchange/{entry}/query", json=body)


def verify(system: Hub, entry: str, key: Mapping[str, str], claims: Mapping[str, str]) -> dict[str, Any]:
    """Verify one person as a granted system; returns the answer."""
    body = {"key": dict(key), "claims": dict(claims), "purpose": PURPOSE, "case_number": CASE}
    return system.call("POST", f"/api/v1/exchange/{entry}/verify", json=body)


def problem_of(act: Callable[[], object]) -> HubProblemError:
    """Do what must be answered with a problem, and return the problem."""
    try:
        done = act()
    except HubProblemError as error:
        return error
    raise AssertionError(f"a problem was expected, and this came: {done!r}")


def bundle_of(hub: Hub, receipt: str) -> bytes:
    """Return a receipt with its proof, waiting for its place in the log (promised within a second)."""
    deadline = time.monotonic() + PROOF_SECONDS
    while True:
        try:
            return hub.raw("GET", f"/ledger/receipts/{receipt}").content
        except HubProblemError as error:
            if error.problem.get("retry_after_seconds") is None or time.monotonic() > deadline:
                raise
        time.sleep(0.1)
