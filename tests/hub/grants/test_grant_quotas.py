"""Quotas of a grant: calls, rows and distinct subjects a day, exact under concurrency, for that grant alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from hub.client import HubProblemError
from hub.demo.generators import demo_frame
from tests.hub.grants.conftest import OTHER, USER
from tests.support import acts
from tests.support.acts import RESIDENTS, problem_of

if TYPE_CHECKING:
    from tests.hub.grants.conftest import Grants


def limited(grants: Grants, member: str = USER, **quotas: int) -> dict[str, object]:
    """Give a grant with quotas, in force at once."""
    given = grants.narrow(grants.grant(member), quotas=quotas)
    grants.city.services.identity.keeper.refresh()
    return given


def test_a_quota_of_calls_names_itself_and_when_it_begins_anew(grants: Grants) -> None:
    limited(grants, calls=2)
    for _ in range(2):
        acts.query(grants.system(), RESIDENTS, limit=1)
    problem = problem_of(lambda: acts.query(grants.system(), RESIDENTS, limit=1))
    said = problem.problem
    assert (problem.status, said["quota"], said["used"], said["left"]) == (429, "calls", 2, 0)
    assert 0 < said["retry_after_seconds"] <= 24 * 60 * 60


def test_an_answer_says_what_is_left(grants: Grants) -> None:
    limited(grants, calls=5, rows=100)
    answer = acts.query(grants.system(), RESIDENTS, limit=10)
    assert answer.headers["RateLimit"].startswith('"calls";r=4;t=')
    assert ', "rows";r=90;t=' in answer.headers["RateLimit"]


def test_an_answer_without_quotas_carries_no_quota_fields(grants: Grants) -> None:
    grants.grant()
    grants.city.services.identity.keeper.refresh()
    assert "RateLimit" not in acts.query(grants.system(), RESIDENTS, limit=1).headers


def test_a_page_larger_than_what_is_left_gives_nothing_and_a_smaller_one_does(grants: Grants) -> None:
    limited(grants, rows=15)
    acts.query(grants.system(), RESIDENTS, limit=10)
    problem = problem_of(lambda: acts.query(grants.system(), RESIDENTS, limit=10))
    assert (problem.problem["quota"], problem.problem["left"]) == ("rows", 5)
    assert acts.query(grants.system(), RESIDENTS, limit=5).json()["returned"] == 5


def test_the_same_subject_asked_twice_is_one_subject(grants: Grants) -> None:
    limited(grants, subjects=2)
    persons = [row["shenfen_haoma"] for row in demo_frame(RESIDENTS).head(3).iter_rows(named=True)]
    for person in (persons[0], persons[0], persons[1], persons[0]):
        acts.verify(grants.system(), RESIDENTS, {"shenfen_haoma": person}, {"xingbie": "男"})
    problem = problem_of(
        lambda: acts.verify(grants.system(), RESIDENTS, {"shenfen_haoma": persons[2]}, {"xingbie": "男"})
    )
    assert (problem.problem["quota"], problem.problem["used"]) == ("subjects", 2)
    acts.verify(grants.system(), RESIDENTS, {"shenfen_haoma": persons[1]}, {"xingbie": "男"})


def test_subjects_are_kept_as_keyed_digests_only(grants: Grants) -> None:
    limited(grants, subjects=10)
    person = demo_frame(RESIDENTS).row(7, named=True)["shenfen_haoma"]
    acts.verify(grants.system(), RESIDENTS, {"shenfen_haoma": person}, {"xingbie": "男"})
    with grants.city.services.database.begin() as unit:
        rows = unit.driver.execute("SELECT digest FROM hub.grant_subject").fetchall()
    assert rows
    assert all(len(row[0]) == 32 and person.encode() not in bytes(row[0]) for row in rows)


def test_fifty_callers_at_once_get_exactly_the_quota(grants: Grants) -> None:
    given = limited(grants, calls=20)
    system = grants.system()
    system.token()

    def one(_: int) -> int:
        try:
            return acts.query(system, RESIDENTS, limit=1).status_code
        except HubProblemError as error:
            return error.status

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(one, range(50)))
    assert (outcomes.count(200), outcomes.count(429)) == (20, 30)
    assert grants.show(given)["left_today"] == {"calls": 0}


def test_each_refused_call_leaves_a_receipt_that_names_the_quota(grants: Grants) -> None:
    given = limited(grants, calls=0)
    problem = problem_of(lambda: acts.query(grants.system(), RESIDENTS, limit=1))
    found = grants.receipts(grant=str(given["id"]), kind="denial")
    assert [receipt["reason_code"] for receipt in found] == ["quota-calls"]
    assert found[0]["id"] == problem.problem["receipt"]


def test_another_grant_is_not_touched_by_a_spent_one(grants: Grants) -> None:
    limited(grants, calls=0)
    limited(grants, OTHER, calls=5)
    with pytest.raises(HubProblemError):
        acts.query(grants.system(), RESIDENTS, limit=1)
    assert acts.query(grants.system(OTHER), RESIDENTS, limit=1).status_code == 200
