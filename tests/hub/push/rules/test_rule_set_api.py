"""A rule set from proposal to push over HTTP: two people, a trial, a version in the report, references, drift."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.entry import PushPolicy
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.directory.facts import load_resource
from hub.identity import store as identity_store
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.push.rule_sets import acts
from hub.push.rule_sets.errors import RuleSetFourEyesError
from hub.push.rule_sets.references import may_ask
from tests.support.acts import BUS_STOPS, RESIDENTS, problem_of, publish_and_supply
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.conftest import Server

OWNER, OTHER = "jiaotongju", "huanjingju"
HEADER = ("站点编码", "站点名称", "所在区", "所在道路", "行驶方向", "经停线路", "是否有候车亭", "经度", "纬度")
CODE = {"name": "code", "kind": "pattern", "item": "zhandian_bianma", "pattern": "ZD[0-9]{5}", "zh": "编码为 ZD 加五位"}
NUMBERS = count(1)


def stop(number: int, code: str = "", road: str = "花园路") -> list[str]:
    return [code or f"ZD{number:05d}", f"站{number}", "金水区", road, "南向北", "1路", "是", "113.6", "34.7"]


class Register:
    """A register of bus stops of one organ, with its people."""

    def __init__(self, city: HostedCity, folder: Path, member: str = OWNER, policy: PushPolicy | None = None) -> None:
        self.city, self.folder, self.member = city, folder, member
        self.name = f"guize-{next(NUMBERS)}"
        entry = demo_entry(BUS_STOPS, city.people.today())
        described = replace(entry.entry, name=self.name, title=f"站点 {self.name}", push=policy or PushPolicy())
        ours = replace(entry, entry=described)
        describe(city.people, ours)
        review(city.people, ours)

    def call(self, role: Role, method: str, path: str = "", **more: Any) -> Any:
        return self.city.people.person(self.member, role).call(
            method, f"/api/v1/entries/{self.name}/rules{path}", **more
        )

    def propose(self, *rules: dict[str, Any]) -> dict[str, Any]:
        return dict(self.call(Role.CLERK, "POST", json={"rules": list(rules), "reason": "编码有规则"}))

    def approve(self, version: int, outcome: str = "approve") -> dict[str, Any]:
        body = {"outcome": outcome, "reason": "核对过"}
        return dict(self.call(Role.APPROVER, "POST", f"/{version}/decision", json=body))

    def file(self, rows: Sequence[Sequence[str]]) -> Path:
        path = self.folder / f"{self.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return path

    def push(self, rows: Sequence[Sequence[str]], mode: str = "full") -> dict[str, Any]:
        return self.city.people.system(self.member).push(self.name, self.file(rows), options={"mode": mode})


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("rules")) as city:
        yield city


@pytest.fixture
def register(city: HostedCity, tmp_path: Path) -> Register:
    return Register(city, tmp_path)


def test_a_rule_checks_pushes_only_after_a_second_person_put_it_in_force(register: Register) -> None:
    rows = [stop(1), stop(2, "X2")]
    proposed = register.propose(CODE)
    before = register.push(rows)
    register.approve(proposed["version"])
    after = register.push(rows)
    told = [(one["line"], one["column"], one["rule"], one["hint"]) for one in after["faults"]["items"]]
    assert (before["rejected"], before["rule_set"]["version"], after["rule_set"]["version"], told) == (
        0, 0, 1, [(3, "zhandian_bianma", "R61", "规则：站点编码 ~ ZD[0-9]{5}")],
    )  # fmt: skip


def test_a_file_that_older_rules_checked_is_not_told_to_be_known(register: Register) -> None:
    register.push([stop(1)])
    digest = hashlib.sha256((register.folder / f"{register.name}.csv").read_bytes()).hexdigest()
    asked = {"mode": "full", "digest": digest, "filename": f"{register.name}.csv"}
    path = f"/api/v1/entries/{register.name}/pushes/known"
    before = register.city.people.system(OWNER).call("POST", path, params=asked)
    register.propose(CODE)
    register.approve(1)
    after = register.city.people.system(OWNER).call("POST", path, params=asked)
    assert (before["known"], after["known"]) == (True, False)


def test_a_clerk_cannot_approve(register: Register) -> None:
    register.propose(CODE)
    body = {"outcome": "approve", "reason": "自己批"}
    refused = problem_of(lambda: register.call(Role.CLERK, "POST", "/1/decision", json=body))
    assert refused.problem["type"].endswith("role-required")


def test_who_proposed_cannot_approve_even_with_both_roles(register: Register, city: HostedCity) -> None:
    proposed = register.propose(CODE)
    context, database = city.services.context, city.services.database
    with database.begin() as unit:
        member = identity_store.member(unit, "slug", OWNER)
        assert member is not None
        found = identity_store.staff_by_login(unit, city.people.city.member(OWNER).login(Role.CLERK))
        assert found is not None
    held = frozenset({Role.CLERK, Role.APPROVER})
    both = StaffRequester(replace(found, roles=held), member, "session", "csrf", context.now())
    with database.begin() as unit, pytest.raises(RuleSetFourEyesError):
        acts.decide(context, unit, both, (register.name, proposed["version"]), approves=True, reason="自己批")


def test_a_version_in_force_is_superseded_by_the_next(register: Register) -> None:
    register.propose(CODE)
    register.approve(1)
    register.propose({**CODE, "pattern": "ZD.*"})
    register.approve(2)
    states = [(one["version"], one["state"]) for one in register.call(Role.CLERK, "GET", "/history")["versions"]]
    assert states == [(2, "in_force"), (1, "superseded")]


def test_what_is_sent_back_never_checks(register: Register) -> None:
    register.propose(CODE)
    register.approve(1, "send_back")
    again = problem_of(lambda: register.approve(1))
    assert (register.push([stop(1, "X")])["rejected"], again.problem["type"].rsplit("/", 1)[-1]) == (
        0,
        "rule-set-state",
    )


def test_every_act_leaves_a_receipt(register: Register) -> None:
    register.propose(CODE)
    decided = register.approve(1)
    assert len({decided["receipt"], decided["decision_receipt"]} - {None}) == 2


def test_a_trial_on_the_current_rows_tells_what_would_be_rejected_and_stores_nothing(register: Register) -> None:
    register.push([stop(1), stop(2, "X2"), stop(3)])
    register.propose(CODE)
    tried = register.call(Role.APPROVER, "POST", "/1/trial")
    shown = register.call(Role.CLERK, "GET")
    assert (tried["received"], tried["rejected"], shown["version"], shown["waiting"]["tried"]["rules"]) == (
        3, 1, 0, {"R61": 1},
    )  # fmt: skip


def test_a_trial_on_a_file_stores_nothing_of_it(register: Register) -> None:
    register.propose(CODE)
    path = f"/api/v1/entries/{register.name}/rules/1/file-trial"
    clerk = register.city.people.person(OWNER, Role.CLERK)
    content = register.file([stop(1), stop(2, "X2")]).read_bytes()
    headers = {"Content-Type": "application/octet-stream"}
    before = register.city.counts()
    tried = clerk.raw("POST", path, params={"filename": "a.csv"}, content=content, headers=headers).json()
    assert (tried["rejected"], register.city.counts()) == (1, before)


def test_a_wrong_rule_set_is_refused_with_every_fault(register: Register) -> None:
    wrong = {"name": "a", "kind": "order", "first": "jingdu", "second": "zhandian_bianma"}
    refused = problem_of(lambda: register.propose(wrong, {"name": "b", "kind": "unique", "items": ["x"]}))
    assert len(refused.problem["faults"]) == 2


def test_toml_is_taken_as_json_is(register: Register) -> None:
    text = register.propose(CODE)
    shown = register.call(Role.CLERK, "GET")["waiting"]
    body = {"toml": '[[rules]]\nname = "n"\nkind = "unique"\nitems = ["zhandian_mingcheng"]\n', "reason": "名称不重"}
    assert (text["version"], shown["version"], register.call(Role.CLERK, "POST", json=body)["version"]) == (1, 1, 2)


def test_the_same_file_is_checked_again_when_the_rules_are_others(register: Register) -> None:
    rows = [stop(1), stop(2, "X2")]
    first = register.push(rows)
    same = register.push(rows)
    register.propose(CODE)
    register.approve(1)
    assert (first["is_repeat"], same["is_repeat"], register.push(rows)["is_repeat"]) == (False, True, False)


def test_another_organ_learns_nothing_of_the_rules(register: Register, city: HostedCity) -> None:
    register.propose(CODE)
    stranger = city.people.person("gonganju", Role.CLERK)
    refused = problem_of(lambda: stranger.call("GET", f"/api/v1/entries/{register.name}/rules"))
    assert refused.status in {403, 404}


def reference(resource: str, target: str = "zhandian_bianma") -> dict[str, Any]:
    return {"name": "ref", "kind": "in_resource", "item": "daolu", "resource": resource, "target": target}


def test_a_reference_to_ones_own_resource_finds_what_is_missing(
    register: Register, city: HostedCity, tmp_path: Path
) -> None:
    register.push([stop(1), stop(2)])
    second = Register(city, tmp_path)
    second.propose(reference(register.name))
    second.approve(1)
    report = second.push([stop(1, road="ZD00002"), stop(2, road="ZD00009"), stop(3, road="")])
    assert [(one["line"], one["column"], one["rule"]) for one in report["faults"]["items"]] == [(3, "daolu", "R65")]


def test_a_reference_to_an_open_resource_of_another_organ_may_be_asked(city: HostedCity, tmp_path: Path) -> None:
    first = Register(city, tmp_path)
    first.push([stop(1)])
    with city.services.database.begin() as unit:
        resource = load_resource(city.services.context, unit, first.name)
        other = identity_store.member(unit, "slug", "gonganju")
        assert other is not None
        assert may_ask(city.services.context, resource, "zhandian_bianma", other.id)


@pytest.mark.parametrize("resource", ["closed", "nothing-of-that-name"])
def test_what_may_not_be_asked_is_refused_in_the_words_of_what_is_not_there(
    register: Register, city: HostedCity, tmp_path: Path, resource: str
) -> None:
    if resource == "closed":
        resource = _residents(city, tmp_path)
    refused = problem_of(lambda: register.propose(reference(resource, "shenfen_haoma")))
    assert refused.problem["faults"] == [
        f"ref：{resource}.shenfen_haoma 不存在，或本单位无权核对（须为本单位或无条件开放的信息项）"
    ]


_SUPPLIED: set[int] = set()


def _residents(city: HostedCity, folder: Path) -> str:
    """Publish the residents of the demo once; closed to everybody but the police."""
    if id(city) not in _SUPPLIED:
        publish_and_supply(city.people, RESIDENTS, folder / "residents")
        _SUPPLIED.add(id(city))
    return RESIDENTS


def test_drift_against_the_last_push_is_told_with_figures(register: Register) -> None:
    register.push([stop(number) for number in range(100)], mode="upsert")
    report = register.push([stop(number) for number in range(40)], mode="upsert")
    told = [(one["measure"], one["before"], one["now"]) for one in report["drift"]]
    profile = register.city.people.person(OWNER, Role.CLERK).call("GET", f"/api/v1/pushes/{report['push']}/profile")
    assert (told, profile["drift"][0]["measure"]) == ([("rows_down", 100, 40)], "rows_down")


def test_drift_holds_the_push_where_the_entry_says_so(city: HostedCity, tmp_path: Path) -> None:
    register = Register(city, tmp_path, policy=PushPolicy(hold_drift=True))
    register.push([stop(number) for number in range(100)], mode="upsert")
    report = register.push([stop(number) for number in range(40)], mode="upsert")
    assert (report["state"], [one["reason"] for one in report["holds"]]) == ("held", ["drift"])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", {"rules": "x", "reason": "理由"}),
        ("POST", "", {"rules": [], "reason": ""}),
        ("POST", "", {"toml": "[[", "reason": "理由"}),
        ("POST", "/0/decision", {"outcome": "approve", "reason": "理由"}),
        ("POST", "/99/trial", None),
        ("GET", "/history?limit=0", None),
    ],
)
def test_bad_input_is_a_problem_and_no_fault(register: Register, method: str, path: str, body: Any) -> None:
    role = Role.APPROVER if "decision" in path else Role.CLERK
    refused = problem_of(lambda: register.call(role, method, path, json=body))
    assert 400 <= refused.status < 500
