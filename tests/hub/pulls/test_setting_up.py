"""Setting up pulls: what is refused and why, steps, versions, trials; nobody reaches inside through an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from catalogue.entry import PushMode
from hub.identity.roles import Role
from tests.hub.pulls.servers import PASSWORD

if TYPE_CHECKING:
    from tests.hub.pulls.conftest import Depot
    from tests.hub.pulls.servers import Source


@pytest.fixture(scope="module")
def entry(depot: Depot) -> str:
    """Give a register without a pull."""
    return depot.publish()


@pytest.fixture(scope="module")
def table(postgres: Source) -> str:
    """Give a table of the bureau's PostgreSQL."""
    postgres.fill("setting_up", 500)
    return "setting_up"


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("postgresql://u@169.254.169.254:5432/d", "egress-refused"),
        ("postgresql://u@10.1.2.3:5432/d", "egress-refused"),
        ("postgresql://u@0x7f000001:5432/d", "egress-refused"),
        ("mysql://u@2130706433:3306/d", "egress-refused"),
        ("postgresql://u@127.0.0.1:22/d", "egress-refused"),
        ("postgresql:///d?host=/var/run/postgresql", "source-address"),
        ("postgresql://u@db.example.cn/d?passfile=/etc/passwd", "source-address"),
        ("mysql://u@db.example.cn/d?read_default_file=/etc/my.cnf", "source-address"),
        ("oracle+oracledb://u@db.example.cn:1521/d", "source-driver"),
        ("dm+dmPython://u@db.example.cn:5236/d", "source-driver"),
        ("file:///etc/passwd", "source-address"),
    ],
)
def test_an_address_that_leads_inside_or_nowhere_is_refused(depot: Depot, entry: str, address: str, slug: str) -> None:
    source = {"kind": "database", "address": address, "table": "stops"}
    answer = depot.clerk.post("/api/v1/pulls", json=depot.body(entry, source))
    assert answer.status_code in {403, 422}, answer.text
    assert answer.json()["type"].rpartition("/")[2] == slug


@pytest.mark.parametrize(
    "address", ["https://169.254.169.254/latest", "http://127.0.0.1:1/x?token=abc", "file:///etc", "gopher://x/y"]
)
@pytest.mark.parametrize("kind", ["http", "objects"])
def test_a_file_source_that_leads_inside_is_refused(depot: Depot, entry: str, kind: str, address: str) -> None:
    body = depot.body(entry, {"kind": kind, "address": address})
    body.pop("secret")
    answer = depot.clerk.post("/api/v1/pulls", json=body)
    assert answer.status_code in {403, 422}, answer.text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP TABLE stops",
        "DELETE FROM stops",
        "SELECT 1 -- rest",
        "COPY stops TO '/tmp/x'",
        "SELECT 1 /* rest */",
    ],
)
def test_anything_but_one_select_is_refused(depot: Depot, entry: str, postgres: Source, query: str) -> None:
    source = {"kind": "database", "address": postgres.address, "query": query}
    answer = depot.clerk.post("/api/v1/pulls", json=depot.body(entry, source))
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "source-query")


def test_a_query_that_writes_is_refused_by_the_read_only_transaction(
    depot: Depot, entry: str, postgres: Source, table: str
) -> None:
    query = f"WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone"
    source = {"kind": "database", "address": postgres.address, "query": query}
    answer = depot.clerk.post("/api/v1/pulls/test", json=depot.body(entry, source))
    assert answer.json()["type"].rpartition("/")[2] == "source-query"
    with postgres.admin() as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (500,)


def test_a_trial_shows_columns_with_their_items_and_few_rows(
    depot: Depot, entry: str, postgres: Source, table: str
) -> None:
    answer = depot.clerk.post("/api/v1/pulls/test", json=depot.body(entry, postgres, table=table))
    found = answer.json()
    assert answer.status_code == 200, answer.text
    assert found["columns"][0] == {"name": "id", "type": "varchar", "item": "zhandian_bianma"}
    assert (len(found["rows"]), found["problem"], found["is_encrypted"]) == (5, None, False)


def test_a_wrong_password_is_told_without_the_words_of_the_server(depot: Depot, entry: str, mariadb: Source) -> None:
    body = {**depot.body(entry, mariadb), "secret": "canary-wrong-password"}
    answer = depot.clerk.post("/api/v1/pulls/test", json=body)
    assert answer.json()["type"].rpartition("/")[2] == "source-denied"
    assert "canary" not in answer.text


def test_a_password_in_the_address_is_taken_out(depot: Depot, postgres: Source, table: str) -> None:
    name = depot.publish()
    body = depot.body(name, postgres, table=table)
    body["definition"]["source"]["address"] = postgres.address.replace("@", ":canary-inline@")
    body.pop("secret")
    made = depot.clerk.post("/api/v1/pulls", json=body)
    depot.wait(made.json()["id"])
    assert made.json()["has_secret"]
    assert "canary-inline" not in made.text + depot.everything_stored()


def test_an_entry_has_one_pull_and_a_removed_one_makes_room(depot: Depot, postgres: Source, table: str) -> None:
    name = depot.publish()
    first = depot.add(name, postgres, table=table)
    depot.wait(first)
    again = depot.clerk.post("/api/v1/pulls", json=depot.body(name, postgres, table=table))
    assert again.json()["type"].rpartition("/")[2] == "pull-exists"
    assert depot.clerk.post(f"/api/v1/pulls/{first}/remove").json()["has_secret"] is False
    assert depot.add(name, postgres, table=table) != first


def test_a_paused_pull_does_not_run_until_it_is_resumed(depot: Depot, postgres: Source, table: str) -> None:
    pull = depot.add(depot.publish(), postgres, table=table)
    depot.wait(pull)
    assert depot.clerk.post(f"/api/v1/pulls/{pull}/pause").json()["state"] == "paused"
    depot.next_day(pull)
    assert len(depot.runs(pull)) == 1
    refused = depot.clerk.post(f"/api/v1/pulls/{pull}/run", json={})
    assert refused.json()["type"].rpartition("/")[2] == "pull-state"
    depot.clerk.post(f"/api/v1/pulls/{pull}/resume")
    assert depot.next_day(pull)["state"] in {"done", "unchanged"}


def test_a_changed_address_needs_its_secret_again(depot: Depot, mariadb: Source) -> None:
    mariadb.fill("moved", 50)
    name = depot.publish()
    pull = depot.add(name, mariadb, table="moved")
    depot.wait(pull)
    body: dict[str, Any] = {"definition": depot.body(name, mariadb, table="moved")["definition"]}
    body["definition"]["source"]["address"] = "mysql://other@127.0.0.1:23999/city"
    refused = depot.clerk.put(f"/api/v1/pulls/{pull}", json=body)
    assert refused.json()["type"].rpartition("/")[2] == "pull-definition"
    body["definition"] = depot.body(name, mariadb, table="moved", schedule={"kind": "every", "minutes": 30})[
        "definition"
    ]
    changed = depot.clerk.put(f"/api/v1/pulls/{pull}", json=body)
    assert (changed.json()["version"], changed.json()["has_secret"]) == (2, True)
    assert depot.wait(pull)["state"] in {"done", "unchanged"}


def test_another_organ_sees_nothing_of_a_pull(depot: Depot, postgres: Source, table: str) -> None:
    pull = depot.add(depot.publish(), postgres, table=table)
    depot.wait(pull)
    other = depot.doors.staff("minzhengju", Role.CLERK)
    assert other.get(f"/api/v1/pulls/{pull}").status_code == 404
    assert other.post(f"/api/v1/pulls/{pull}/remove").status_code == 404
    assert pull not in other.get("/api/v1/pulls").text


def test_deletions_reach_an_entry_that_takes_no_delete_by_fetching_all_rows(depot: Depot, postgres: Source) -> None:
    postgres.fill("no_delete", 400)
    name = depot.publish((PushMode.FULL, PushMode.UPSERT))
    pull = depot.add(name, postgres, table="no_delete", strategy="difference")
    depot.wait(pull)
    postgres.delete("no_delete", 20)
    run = depot.next_day(pull)
    assert (run["strategy"], run["rows_deleted"], len(run["notes"])) == ("whole", 20, 1)
    assert depot.served(name)[1] == 380


def test_a_rejected_row_travels_again_until_it_is_mended(depot: Depot, postgres: Source) -> None:
    postgres.fill("mended", 400)
    postgres.run("UPDATE mended SET lng = NULL WHERE id = 'ZD00000007'")
    name = depot.publish()
    pull = depot.add(name, postgres, table="mended", strategy="difference")
    assert depot.counts(depot.wait(pull)["pushes"][0])["rejected"] == 1
    assert depot.next_day(pull)["rows_fetched"] == 1
    postgres.run("UPDATE mended SET lng = 122.5 WHERE id = 'ZD00000007'")
    assert depot.next_day(pull)["rows_fetched"] == 1
    assert (depot.next_day(pull)["state"], depot.served(name)[1]) == ("unchanged", 400)


def test_the_secret_is_not_in_what_is_shown(depot: Depot) -> None:
    assert PASSWORD not in depot.clerk.get("/api/v1/pulls", params={"limit": 200}).text
