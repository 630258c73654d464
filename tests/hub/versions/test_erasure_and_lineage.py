"""Rows are erased for good and nobody is named by it; any row can be followed to its file and line; versions differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from hub.identity.roles import Role
from tests.hub.versions.kit import PUSHER, Copy, code, receipt_of, set_policy, stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hub.versions.kit import Register
    from tests.support.clock import Clock
    from tests.support.hosted import Doors, HostedCity

GONE = code(900)


def _erase(doors: Doors, register: Register, **more: Any) -> Any:
    body = {"keys": [{"zhandian_bianma": GONE}], "ground": "consent_withdrawn", "decision": "示删〔2026〕1号", **more}
    return doors.staff(PUSHER, Role.APPROVER).post(f"/api/v1/entries/{register.name}/rows/erase", json=body)


@pytest.fixture
def version(register: Register) -> int:
    """Push a row that is then changed; return the number of its first version."""
    number = register.push(stops(range(10)) | {GONE: "甲路"})["version"]
    register.push({GONE: "乙路"}, "upsert")
    return int(number)


def test_an_erased_row_is_in_no_version(register: Register, version: int, doors: Doors) -> None:
    assert _erase(doors, register).status_code == 201
    assert all(GONE not in register.rows(as_of=version + n) for n in range(3))


def test_an_erased_row_comes_back_by_no_restoration(register: Register, version: int, doors: Doors) -> None:
    _erase(doors, register)
    register.restore(version)
    assert register.rows() == stops(range(10))


def test_a_reader_of_the_changes_is_told_to_delete_it(register: Register, version: int, doors: Doors) -> None:
    copies = [register.follow(Copy()), Copy()]
    _erase(doors, register)
    assert version > 0
    assert [register.follow(copy).stops for copy in copies] == [stops(range(10))] * 2


def test_the_receipt_of_an_erasure_has_counts_and_digests_and_no_key(
    register: Register, version: int, doors: Doors, versions_city: HostedCity
) -> None:
    done = _erase(doors, register).json()
    receipt = receipt_of(versions_city.services.database.conninfo, done["receipt"])
    assert (receipt["rows"], receipt["rows_closed"], receipt["ground"]) == (1, 1, "consent_withdrawn")
    assert "第四十七条" in receipt["legal_basis"]
    assert version > 0
    assert GONE not in str(receipt)


def test_no_table_holds_the_key_of_an_erased_row(
    register: Register, version: int, doors: Doors, versions_city: HostedCity
) -> None:
    register.push({GONE: "没有经度"}, "upsert")
    assert _erase(doors, register).json()["held_rows"] >= 1
    assert version > 0
    found = []
    with psycopg.connect(versions_city.services.database.conninfo) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('hub', 'data')"
        ).fetchall()
        for schema, table in tables:
            text = f'SELECT count(*) FROM {schema}."{table}" t WHERE t::text LIKE %s'
            row = connection.execute(text.encode(), (f"%{GONE}%",)).fetchone()
            found += [table] if row is not None and row[0] else []
    assert found == []


@pytest.mark.parametrize("wrong", [{"ground": "because"}, {"decision": " "}, {"keys": []}, {"keys": [{"other": "1"}]}])
def test_an_erasure_that_is_not_stated_in_full_is_refused(
    register: Register, version: int, doors: Doors, wrong: dict[str, Any]
) -> None:
    assert _erase(doors, register, **wrong).status_code == 422
    assert register.rows()[GONE] == "乙路"
    assert version > 0


def test_a_clerk_cannot_erase(register: Register, version: int, doors: Doors) -> None:
    body = {"keys": [{"zhandian_bianma": GONE}], "ground": "unlawful", "decision": "1"}
    answer = doors.staff(PUSHER, Role.CLERK).post(f"/api/v1/entries/{register.name}/rows/erase", json=body)
    assert (answer.status_code, version > 0) == (403, True)


class TestTwoPeople:
    """Where a resource asks for two people, the second gives the same erasure again."""

    @pytest.fixture
    def proposal(
        self, register: Register, version: int, versions_city: HostedCity, doors: Doors
    ) -> Iterator[dict[str, Any]]:
        conninfo = versions_city.services.database.conninfo
        set_policy(conninfo, release="two_step")
        answer = _erase(doors, register)
        assert (answer.status_code, version > 0) == (202, True), answer.text
        yield dict(answer.json())
        with psycopg.connect(conninfo) as connection:
            connection.execute("UPDATE hub.version_act SET state = 'withdrawn' WHERE state = 'proposed'")

    def test_one_person_cannot_erase_where_the_resource_asks_for_two(
        self, register: Register, proposal: dict[str, Any], doors: Doors
    ) -> None:
        assert _erase(doors, register).status_code == 403
        assert (proposal["state"], proposal["rows"], register.rows()[GONE]) == ("proposed", 1, "乙路")

    def test_a_proposal_keeps_no_key_and_leaves_a_receipt(
        self, proposal: dict[str, Any], versions_city: HostedCity
    ) -> None:
        with psycopg.connect(versions_city.services.database.conninfo) as connection:
            act = connection.execute("SELECT t::text FROM hub.version_act t WHERE id = %s", (proposal["act"],))
            found = connection.execute(
                "SELECT count(*) FROM hub.receipt WHERE convert_from(body, 'UTF8') LIKE %s", (f"%{proposal['act']}%",)
            )
            assert GONE not in str(act.fetchone())
            assert found.fetchone() == (1,)

    def test_the_second_person_carries_it_out(
        self, register: Register, proposal: dict[str, Any], versions_city: HostedCity, doors: Doors
    ) -> None:
        with psycopg.connect(versions_city.services.database.conninfo) as connection:
            # As if a colleague of hers had proposed it.
            statement = "UPDATE hub.version_act SET by_staff = gen_random_uuid() WHERE id = %s"
            connection.execute(statement, (proposal["act"],))
        done = _erase(doors, register)
        assert (done.status_code, GONE in register.rows()) == (201, False)
        receipt = receipt_of(versions_city.services.database.conninfo, done.json()["receipt"])
        assert receipt["approved_by"] != receipt["end_user"]

    def test_another_erasure_is_not_the_one_that_was_proposed(
        self, register: Register, proposal: dict[str, Any], versions_city: HostedCity, doors: Doors
    ) -> None:
        with psycopg.connect(versions_city.services.database.conninfo) as connection:
            statement = "UPDATE hub.version_act SET by_staff = gen_random_uuid() WHERE id = %s"
            connection.execute(statement, (proposal["act"],))
        other = _erase(doors, register, decision="示删〔2026〕2号")
        assert (other.status_code, register.rows()[GONE]) == (202, "乙路")

    def test_a_proposed_erasure_is_withdrawn_and_released_by_no_other_way(
        self, proposal: dict[str, Any], doors: Doors
    ) -> None:
        path = f"/api/v1/versions/acts/{proposal['act']}"
        approver = doors.staff(PUSHER, Role.APPROVER)
        assert approver.post(f"{path}/release").status_code == 409
        assert approver.post(f"{path}/withdraw").json()["state"] == "withdrawn"


def test_people_of_the_department_without_a_role_at_its_data_read_no_row_of_it(
    register: Register, version: int, doors: Doors, versions_city: HostedCity
) -> None:
    row = next(iter(register.follow(Copy()).rows))
    login = versions_city.people.city.member(PUSHER).login(Role.SECRECY_REVIEWER)
    person = doors.staff(PUSHER, Role.SECRECY_REVIEWER)
    base = f"/api/v1/entries/{register.name}"
    statement = "UPDATE hub.staff SET roles = %s WHERE login = %s"
    with psycopg.connect(versions_city.services.database.conninfo, autocommit=True) as connection:
        connection.execute(statement, ([Role.AGENCY_USER.value], login))
        paths = (f"versions/{version}/difference", f"rows/{row}/lineage", "versions/acts")
        answers = [person.get(f"{base}/{path}") for path in paths]
        connection.execute(statement, ([Role.SECRECY_REVIEWER.value], login))
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def _lineage(register: Register, stop: str) -> dict[str, Any]:
    row = next(number for number, one in register.follow(Copy()).rows.items() if one[0] == stop)
    return dict(register.system.call("GET", f"/api/v1/entries/{register.name}/rows/{row}/lineage"))


def test_a_row_is_followed_to_its_push_file_and_line(register: Register) -> None:
    done = register.push(stops([5, 6, 7], f"路{register.folder.name}"))
    found = _lineage(register, code(7))["states"]
    assert [(one["version"], one["filename"], one["line"]) for one in found] == [(done["version"], "stops-1.csv", 4)]
    assert found[0]["file_digest"].startswith("sha-256=:")


def test_a_row_that_came_back_is_followed_through_the_way_back(register: Register) -> None:
    first = register.push(stops([5, 6], "老路"))["version"]
    register.push(stops([5, 6], "新路"))
    back = register.restore(first)["version"]
    found = _lineage(register, code(6))["states"]
    assert [(one["version"], one["mode"], one["line"]) for one in found] == [
        (back, "restore", None),
        (first, "full", 3),
    ]


def test_another_department_learns_nothing_of_a_row(register: Register, doors: Doors) -> None:
    register.push(stops([5]))
    row = next(iter(register.follow(Copy()).rows))
    answer = doors.staff("minzhengju", Role.CLERK).get(f"/api/v1/entries/{register.name}/rows/{row}/lineage")
    assert answer.status_code == 404


def test_the_difference_counts_and_shows_the_rows(register: Register) -> None:
    register.push(stops([1, 2, 3], "东街"))
    number = register.push(stops([2], "东街") | stops([3], "西街") | stops([4]))["version"]
    path = f"/api/v1/entries/{register.name}/versions/{number}/difference"
    found = register.system.call("GET", path)
    assert (found["added"], found["changed"], found["removed"], found["by_item"]) == (1, 1, 1, {"daolu": 1})
    changed = next(one for one in found["rows"] if one["kind"] == "changed")
    assert (changed["before"], changed["after"]) == ({"daolu": "东街"}, {"daolu": "西街"})


class TestRetention:
    """History is kept as long as the policy says, and then it is gone."""

    @pytest.fixture
    def latest(self, register: Register, versions_city: HostedCity, clock: Clock) -> int:
        number = 0
        for road in ("一", "二", "三", "四"):
            number = int(register.push(stops([1, 2], road))["version"])
        set_policy(versions_city.services.database.conninfo, keep_versions=2)
        versions_city.services.rounds.run_now("retention")
        clock.forward(hours=1)
        versions_city.services.rounds.run_now("retention")
        set_policy(versions_city.services.database.conninfo, keep_versions=None)
        return number

    def test_versions_the_policy_keeps_can_be_read(self, register: Register, latest: int) -> None:
        assert [register.rows(as_of=latest - n) for n in range(2)] == [stops([1, 2], "四"), stops([1, 2], "三")]

    def test_an_older_version_is_said_to_be_gone(self, register: Register, latest: int, doors: Doors) -> None:
        answer = doors.public().get(f"/api/v1/datasets/{register.name}/rows", params={"as_of": latest - 2})
        assert (answer.status_code, answer.json()["earliest"]) == (410, latest - 1)

    def test_a_copy_older_than_history_is_told_to_begin_anew(
        self, register: Register, latest: int, doors: Doors
    ) -> None:
        answer = doors.public().get(f"/api/v1/data/{register.name}/changes", params={"after": latest - 3})
        assert answer.status_code == 410

    def test_the_removal_leaves_a_receipt(self, latest: int, versions_city: HostedCity) -> None:
        with psycopg.connect(versions_city.services.database.conninfo) as connection:
            row = connection.execute(
                "SELECT count(*) FROM hub.receipt WHERE convert_from(body, 'UTF8')::jsonb ->> 'action' = 'version.trim'"
                " AND convert_from(body, 'UTF8')::jsonb ->> 'as_of' = %s",
                (str(latest - 1),),
            ).fetchone()
        assert row == (1,)
