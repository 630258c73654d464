"""cat.update: the department updates in ten working days, and five more with the authority's consent (Art. 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.demo.directory import demo_entry
from hub.identity.roles import Role
from tests.hub.clocks.conftest import PROVIDER
from tests.support import acts

if TYPE_CHECKING:
    from tests.hub.clocks.conftest import Office

PATH = f"/api/v1/entries/{acts.MARRIAGES}/extension"
MORE = {"working_days": 5, "reason": "需与民政系统核对新增的登记机关代码后才能更新"}


@pytest.fixture(scope="module", autouse=True)
def _change(office: Office) -> None:
    """Begin a change of the published entry."""
    data = demo_entry(acts.MARRIAGES, office.clock.today).entry.to_dict() | {"keywords": ["婚姻", "登记", "变更"]}
    clerk = office.city.people.person(PROVIDER, Role.CLERK)
    clerk.call("PUT", f"/api/v1/entries/{acts.MARRIAGES}/draft", json={"entry": data})
    office.sweep()


def due(office: Office) -> str:
    with office.city.services.database.read_only() as unit:
        query = "SELECT due_on::text FROM hub.clock WHERE deadline = 'cat.update' AND stopped_on IS NULL"
        return str(unit.connection.exec_driver_sql(query).scalar_one())


def asked(office: Office) -> list[dict[str, Any]]:
    return list(office.supervisor.call("GET", "/api/v1/extensions", params={"state": "asked"})["extensions"])


def test_01_more_than_the_pack_says_is_refused(office: Office) -> None:
    problem = acts.problem_of(lambda: office.provider.call("POST", PATH, json={**MORE, "working_days": 6}))
    assert (problem.status, "Art.17" in str(problem.problem["article"])) == (409, True)


def test_02_another_organ_cannot_ask(office: Office) -> None:
    other = office.city.people.person("gonganju", Role.APPROVER)
    assert acts.problem_of(lambda: other.call("POST", PATH, json=MORE)).status == 404


def test_03_asked_for_it_waits_for_the_authority_and_time_goes_on(office: Office) -> None:
    before = due(office)
    made = office.provider.call("POST", PATH, json=MORE)
    assert (made["request"], [one["id"] for one in asked(office)], due(office)) == (None, [made["id"]], before)


def test_04_it_is_asked_for_once(office: Office) -> None:
    assert acts.problem_of(lambda: office.provider.call("POST", PATH, json=MORE)).status == 409


def test_05_with_consent_the_update_has_five_more_working_days(office: Office) -> None:
    before = office.clock.today
    (one,) = asked(office)
    decided = office.supervisor.call("POST", f"/api/v1/extensions/{one['id']}/decision", json={"consents": True})
    last = office.city.services.context.calendar.add_working_days(before, 15)
    assert (decided["state"], due(office)) == ("consented", last.isoformat())


def test_06_the_department_is_told(office: Office) -> None:
    told = office.provider.call("GET", "/api/v1/notices", params={"limit": 200})["notices"]
    assert [one for one in told if one["kind"] == "request.extension" and "Art.17" in one["text"]]


def test_07_a_second_extension_is_refused(office: Office) -> None:
    assert acts.problem_of(lambda: office.provider.call("POST", PATH, json=MORE)).status == 409
