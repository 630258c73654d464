"""Figures over HTTP: what a granted system and the public are told in aggregate, and what no subtraction tells them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import acts
from tests.support.acts import BUS_STOPS, RESIDENTS
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import HubProblemError
    from tests.conftest import Server

OWNER, ASKER, STRANGER = "gonganju", "rensheju", "jiaoyuju"
ITEMS = {"xingbie": "aggregate_only", "minzu": "aggregate_only", "chusheng_riqi": "aggregate_only"}
KNOWN = {"ok", "rounded", "zero", "missing", "suppressed_primary", "suppressed_secondary"}


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Give a city whose residents and bus stops are pushed, and an agency that may count the residents."""
    folder = tmp_path_factory.mktemp("aggregates")
    with hosted_city(server, template, folder) as made:
        for name in (RESIDENTS, BUS_STOPS):
            acts.publish_and_supply(made.people, name, folder / "files")
        acts.ask_for(made.people, ASKER, RESIDENTS, ITEMS, modes=["aggregate"])
        yield made


def count(city: HostedCity, member: str = ASKER, **asked: Any) -> dict[str, Any]:
    """Ask for figures of the residents."""
    body = {"purpose": acts.PURPOSE, "case_number": acts.CASE, **asked}
    found: dict[str, Any] = city.people.system(member).call(
        "POST", f"/api/v1/exchange/{RESIDENTS}/aggregate", json=body
    )
    return found


def receipt_fields(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return what the signed receipt of a bundle says."""
    payload = bundle["receipt"].split(".")[1]
    fields: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return fields


def problem(city: HostedCity, **asked: Any) -> HubProblemError:
    """Ask for figures that must not be told; returns the problem."""
    return acts.problem_of(lambda: count(city, **asked))


def truth(city: HostedCity) -> dict[tuple[str | None, str | None], int]:
    """Return the true counts by sex and ethnic group."""
    with city.services.database.read_only() as unit:
        (table,) = unit.connection.exec_driver_sql(
            "SELECT 'data.r_' || replace(id::text, '-', '') FROM hub.entry WHERE name = %s", (RESIDENTS,)
        ).one()
        rows = unit.connection.exec_driver_sql(f"SELECT xingbie, minzu, count(*) FROM {table} GROUP BY 1, 2")
        return {(row[0], row[1]): row[2] for row in rows}


class TestControlledTables:
    def test_every_cell_has_a_status(self, city: HostedCity) -> None:
        assert {cell["status"] for cell in count(city, group_by=["xingbie", "minzu"])["cells"]} <= KNOWN

    def test_no_cell_below_five_persons_is_shown(self, city: HostedCity) -> None:
        true = truth(city)
        shown = {
            (cell["group"]["xingbie"], cell["group"]["minzu"])
            for cell in count(city, group_by=["xingbie", "minzu"])["cells"]
            if cell["count"] is not None and len(cell["group"]) == 2
        }
        assert shown
        assert min(true[place] for place in shown) >= 5

    def test_a_shown_count_is_rounded_and_says_so(self, city: HostedCity) -> None:
        shown = [cell for cell in count(city, group_by=["xingbie"])["cells"] if cell["count"] is not None]
        assert {(cell["status"], cell["count"] % 5) for cell in shown} == {("rounded", 0)}

    def test_what_is_hidden_is_counted(self, city: HostedCity) -> None:
        told = count(city, group_by=["xingbie", "minzu"])
        assert told["suppressed"] == sum(cell["count"] is None for cell in told["cells"]) > 0

    def test_the_receipt_names_items_and_counts_cells_and_no_figure(self, city: HostedCity) -> None:
        told = count(city, group_by=["xingbie", "minzu"])
        bundle = json.loads(acts.bundle_of(city.people.system(ASKER), told["receipt"]))
        fields = receipt_fields(bundle)
        counted = (fields["items_aggregated"], fields["rows"], fields["withheld"])
        assert counted == (["xingbie", "minzu"], told["returned"], told["suppressed"])

    def test_the_same_question_has_the_same_answer(self, city: HostedCity) -> None:
        first, second = (count(city, group_by=["minzu"])["cells"] for _ in range(2))
        assert first == second

    def test_years_of_birth_group_and_days_of_birth_do_not(self, city: HostedCity) -> None:
        assert count(city, group_by=["chusheng_riqi:year"])["cells"]
        assert problem(city, group_by=["chusheng_riqi"]).problem["type"].endswith("/grouping")


@pytest.fixture(scope="module")
def moments(city: HostedCity) -> list[str]:
    """Grant another agency the time of update in full and the sex in aggregate; give all times, latest first."""
    items = {"xingbie": "aggregate_only", "gengxin_shijian": "full"}
    request = acts.ask_for(city.people, STRANGER, RESIDENTS, items, modes=["aggregate"])
    acts.answer(city.people, OWNER, request, "gengxin_shijian", decision="full")
    with city.services.database.read_only() as unit:
        (table,) = unit.connection.exec_driver_sql(
            "SELECT 'data.r_' || replace(id::text, '-', '') FROM hub.entry WHERE name = %s", (RESIDENTS,)
        ).one()
        found = unit.connection.exec_driver_sql(f"SELECT gengxin_shijian FROM {table} ORDER BY 1 DESC").all()
    return [row[0].isoformat() for row in found]


class TestDifferencing:
    """Case 11: two tables that differ by a few. The asker may filter by the time of update, given in full."""

    def ask(self, city: HostedCity, until: str | None) -> dict[str, Any]:
        where = {"where": {"item": "gengxin_shijian", "op": "le", "value": until}} if until is not None else {}
        return count(city, STRANGER, group_by=["xingbie"], **where)

    def test_all_and_all_but_three_are_not_both_told(self, city: HostedCity, moments: list[str]) -> None:
        self.ask(city, None)
        found = acts.problem_of(lambda: self.ask(city, moments[3]))
        assert (found.status, found.problem["type"]) == (409, "/problems/differencing")

    def test_the_refusal_tells_no_number(self, city: HostedCity, moments: list[str]) -> None:
        self.ask(city, None)
        found = acts.problem_of(lambda: self.ask(city, moments[3]))
        assert not {"3", "difference", "differing"} & set(str(found.problem).replace("'", " ").split())

    def test_a_condition_that_leaves_out_many_is_answered(self, city: HostedCity, moments: list[str]) -> None:
        assert self.ask(city, moments[len(moments) // 2])["cells"]

    def test_the_same_condition_is_answered_again(self, city: HostedCity, moments: list[str]) -> None:
        half = moments[len(moments) // 2]
        assert self.ask(city, half)["cells"] == self.ask(city, half)["cells"]


class TestWhatIsNotTold:
    def test_an_item_beyond_the_grant_is_denied(self, city: HostedCity) -> None:
        assert problem(city, group_by=["huji_quhua"]).status == 403

    def test_a_condition_on_an_item_given_in_aggregate_is_denied(self, city: HostedCity) -> None:
        where = {"item": "minzu", "op": "eq", "value": "01"}
        assert problem(city, group_by=["xingbie"], where=where).status == 403

    def test_rows_are_not_read_with_a_grant_for_figures(self, city: HostedCity) -> None:
        found = acts.problem_of(lambda: acts.query(city.people.system(ASKER), RESIDENTS, items=["xingbie"]))
        assert found.status == 403

    def test_an_agency_without_a_grant_is_told_nothing(self, city: HostedCity) -> None:
        found = acts.problem_of(lambda: count(city, "zhujianju", group_by=["xingbie"]))
        assert found.status in {403, 409}

    def test_the_public_is_not_told_of_an_entry_that_is_closed(self, city: HostedCity) -> None:
        found = acts.problem_of(
            lambda: city.people.system(ASKER).call("GET", f"/api/v1/datasets/{RESIDENTS}/aggregate?group_by=xingbie")
        )
        assert found.status == 404

    @pytest.mark.parametrize(
        "asked",
        [
            {"group_by": ["xingbie", "xingbie"]},
            {"group_by": ["xingbie:week"]},
            {"group_by": ["xingbie"], "measures": ["median:xingbie"]},
            {"group_by": ["xingbie"], "measures": ["sum"]},
            {"group_by": ["xingbie"], "measures": ["sum:minzu"]},
            {"group_by": ["xingbie:year"]},
            {"group_by": ["a", "b", "c", "d"]},
            {"group_by": ['xingbie"; DROP TABLE hub.entry; --']},
            {"group_by": ["xingbie"], "as_of": 10_000},
        ],
    )
    def test_what_cannot_be_asked_is_a_problem_and_no_fault(self, city: HostedCity, asked: dict[str, Any]) -> None:
        assert problem(city, **asked).status in {400, 403, 404, 422}


class TestOpenData:
    def ask(self, city: HostedCity, query: str) -> dict[str, Any]:
        found: dict[str, Any] = city.people.system(ASKER).call("GET", f"/api/v1/datasets/{BUS_STOPS}/aggregate?{query}")
        return found

    def test_open_rows_are_counted_exactly(self, city: HostedCity) -> None:
        told = self.ask(city, "")
        rows = city.people.system(ASKER).call("GET", f"/api/v1/datasets/{BUS_STOPS}/rows?limit=1&count=exact")
        assert (told["is_controlled"], told["cells"][0]["count"]) == (False, rows["total"])

    def test_the_margins_of_open_rows_add_up(self, city: HostedCity) -> None:
        told = self.ask(city, "group_by=zhandian_mingcheng")
        total = next(cell["count"] for cell in told["cells"] if not cell["group"])
        assert total == sum(cell["count"] for cell in told["cells"] if cell["group"])
