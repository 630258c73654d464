"""An earlier version becomes the next one: exactly its rows, under their numbers, with a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.client import HubProblemError
from hub.identity.roles import Role
from tests.hub.versions.kit import PUSHER, Copy, receipt_of, set_policy, stops

if TYPE_CHECKING:
    from tests.hub.versions.kit import Register
    from tests.support.clock import Clock
    from tests.support.hosted import Doors, HostedCity

FIRST = stops(range(20))
SECOND = stops(range(2, 18), "西大街") | stops([18, 30, 31])


@pytest.fixture
def version(register: Register) -> int:
    """Push two files; return the number of the first."""
    number = register.push(FIRST)["version"]
    register.push(SECOND)
    return int(number)


def test_going_back_brings_the_rows_of_the_version_back(register: Register, version: int) -> None:
    register.restore(version)
    assert register.rows() == FIRST


def test_going_back_is_a_version_of_its_own_with_a_receipt(
    register: Register, version: int, versions_city: HostedCity
) -> None:
    done = register.restore(version)
    assert (done["version"], done["restores"], done["state"]) == (version + 2, version, "done")
    receipt = receipt_of(versions_city.services.database.conninfo, done["receipt"])
    assert (receipt["mode"], receipt["as_of"], receipt["rows_closed"]) == ("restore", str(version), 2)


def test_a_row_comes_back_under_its_own_number(register: Register, version: int) -> None:
    before = register.follow(Copy()).rows
    done = register.restore(version)
    again = register.push(SECOND)
    assert again["version"] == done["version"] + 1
    assert {row: stop for row, (stop, _) in register.follow(Copy()).rows.items() if row in before} == {
        row: stop for row, (stop, _) in before.items() if stop not in ("ZD00030", "ZD00031")
    }


def test_a_file_whose_rows_stand_again_writes_nothing(register: Register, version: int) -> None:
    register.restore(version)
    again = register.push(FIRST, key="once more")
    assert (again["counts"]["unchanged"], again["counts"]["inserted"], again["counts"]["changed"]) == (20, 0, 0)


def test_every_version_can_still_be_read_after_going_back(register: Register, version: int) -> None:
    register.restore(version)
    assert [register.rows(as_of=version + n) for n in range(3)] == [FIRST, SECOND, FIRST]


def test_going_back_can_be_taken_back(register: Register, version: int) -> None:
    register.restore(version)
    register.restore(version + 1)
    assert register.rows() == SECOND


def test_versions_in_between_are_marked_as_rolled_back(register: Register, version: int) -> None:
    register.restore(version)
    page = register.system.call("GET", f"/api/v1/entries/{register.name}/versions", params={"limit": 3})
    assert [(one["number"] - version, one["state"]) for one in page["versions"]] == [
        (2, "merged"), (1, "rolled_back"), (0, "merged"),
    ]  # fmt: skip


def test_the_file_that_was_rolled_back_is_taken_in_again(register: Register, version: int) -> None:
    register.restore(version)
    assert not register.push(SECOND)["is_repeat"]
    assert register.rows() == SECOND


def test_a_reader_of_the_changes_is_led_back(register: Register, version: int) -> None:
    copy = register.follow(Copy())
    register.restore(version)
    assert register.follow(copy).stops == FIRST


def test_a_row_that_came_back_and_went_again_between_two_pages_is_told_to_be_gone(register: Register) -> None:
    version = register.push(stops([0, 5]))["version"]
    copy = register.follow(Copy())
    register.push(stops([5], "西大街"))
    register.push(stops([5]))
    register.restore(version)
    register.follow(copy, limit=1, pages=1)
    assert copy.cursor is not None
    register.push(stops([0]), "delete")
    assert register.follow(copy).stops == stops([5])


def test_a_dry_run_says_what_would_happen_and_changes_nothing(register: Register, version: int) -> None:
    would = register.restore(version, dry_run="true")
    assert would["counts"] == {"inserted": 3, "changed": 16, "unchanged": 1, "closed": 2, "rows": 20}
    assert (would["version"], register.rows()) == (None, SECOND)


def test_going_back_to_the_version_that_stands_is_refused(register: Register, version: int) -> None:
    with pytest.raises(HubProblemError, match="当前已是"):
        register.restore(version + 1)


def test_going_back_to_a_version_that_never_was_is_refused(register: Register, version: int) -> None:
    with pytest.raises(HubProblemError) as caught:
        register.restore(version + 50)
    assert caught.value.status == 404


def test_going_back_that_would_close_too_many_rows_needs_consent(register: Register, version: int) -> None:
    register.push(stops(range(100)))
    with pytest.raises(HubProblemError) as caught:
        register.restore(version, allow_shrink="false")
    assert caught.value.status == 409
    assert register.rows() == stops(range(100))


def test_another_department_cannot_go_back(register: Register, version: int, doors: Doors) -> None:
    answer = doors.system("minzhengju").post(f"/api/v1/entries/{register.name}/versions/{version}/restore")
    assert answer.status_code == 403


class TestTwoPeople:
    """Where a resource asks for two people, going back waits for the second."""

    @pytest.fixture
    def proposal(self, register: Register, version: int, versions_city: HostedCity, doors: Doors) -> dict[str, Any]:
        set_policy(versions_city.services.database.conninfo, release="two_step")
        clerk = doors.staff(PUSHER, Role.CLERK)
        path = f"/api/v1/entries/{register.name}/versions/{version}/restore"
        answer = clerk.post(path, params={"allow_shrink": "true"})
        assert answer.status_code == 202
        return dict(answer.json())

    def test_a_proposal_changes_nothing(self, register: Register, proposal: dict[str, Any]) -> None:
        assert (proposal["state"], register.rows()) == ("proposed", SECOND)

    def test_the_proposer_cannot_release_it(self, proposal: dict[str, Any], doors: Doors) -> None:
        answer = doors.staff(PUSHER, Role.CLERK).post(f"/api/v1/versions/acts/{proposal['act']}/release")
        assert answer.status_code == 403

    def test_another_person_releases_it(self, register: Register, proposal: dict[str, Any], doors: Doors) -> None:
        answer = doors.staff(PUSHER, Role.APPROVER).post(f"/api/v1/versions/acts/{proposal['act']}/release")
        assert (answer.status_code, register.rows()) == (201, FIRST)

    def test_a_proposal_is_decided_once(self, proposal: dict[str, Any], doors: Doors) -> None:
        approver = doors.staff(PUSHER, Role.APPROVER)
        approver.post(f"/api/v1/versions/acts/{proposal['act']}/release")
        assert approver.post(f"/api/v1/versions/acts/{proposal['act']}/release").status_code == 409

    def test_the_proposer_may_withdraw_it(self, register: Register, proposal: dict[str, Any], doors: Doors) -> None:
        answer = doors.staff(PUSHER, Role.CLERK).post(f"/api/v1/versions/acts/{proposal['act']}/withdraw")
        assert (answer.json()["state"], register.rows()) == ("withdrawn", SECOND)

    def test_a_proposal_lapses_when_the_resource_moves_on(
        self, register: Register, proposal: dict[str, Any], doors: Doors, versions_city: HostedCity
    ) -> None:
        set_policy(versions_city.services.database.conninfo, release="direct")
        register.push(stops([77]), "upsert")
        set_policy(versions_city.services.database.conninfo, release="two_step")
        answer = doors.staff(PUSHER, Role.APPROVER).post(f"/api/v1/versions/acts/{proposal['act']}/release")
        assert answer.status_code == 409


def test_a_version_is_found_by_its_time(register: Register, version: int, clock: Clock) -> None:
    at = clock().isoformat()
    clock.forward(hours=5)
    register.push(stops([1]))
    assert register.rows(as_of=at) == SECOND
