"""The public service of divisions through time, over HTTP without login."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.hub.divisions.conftest import REVIEWED, answer

if TYPE_CHECKING:
    import httpx2


def test_a_code_is_resolved_on_a_day_with_what_lies_above(public: httpx2.Client) -> None:
    found = answer(public, "divisions/410111", date="2021-03-01")
    assert (found["name"], found["parent"]) == ("示例县", "410100")
    assert [one["name"] for one in found["above"]] == ["郑州市", "河南省"]


def test_a_code_of_another_time_is_not_found_and_its_periods_are_told(public: httpx2.Client) -> None:
    got = public.get("/api/v1/divisions/410111", params={"date": "2024-01-01"})
    assert got.status_code == 404
    assert [one["name"] for one in got.json()["periods"]] == ["金海区", "示例县"]


def test_short_codes_are_understood(public: httpx2.Client) -> None:
    assert answer(public, "divisions/41", date="2024-01-01")["name"] == "河南省"


def test_children_are_those_of_the_day_in_pages(public: httpx2.Client) -> None:
    found = answer(public, "divisions/410100/children", date="2021-03-01", limit=1)
    assert (found["total"], found["returned"], found["next"]) == (3, 1, 1)


def test_successors_are_followed_and_inferred_ones_marked(public: httpx2.Client) -> None:
    (found,) = answer(public, "divisions/410111/successors", date="2021-03-01")["successors"]
    assert (found["code"], found["name"], found["inferred"]) == ("410118", "示例区", True)


def test_a_split_leads_to_several_with_shares(public: httpx2.Client) -> None:
    found = answer(public, "divisions/410105/successors", date="2021-03-01")["successors"]
    assert [(one["code"], one["share"], one["estimate"]) for one in found] == [
        ("410105", "0.6", True),
        ("410119", "0.4", True),
    ]


def test_the_history_tells_periods_changes_and_notes(public: httpx2.Client) -> None:
    found = answer(public, "divisions/410108/history")
    assert [one["name"] for one in found["periods"]] == ["邙山区", "惠济区"]
    assert found["changes"][0]["kind"] == "rename"


def test_names_are_searched_on_a_day_and_of_all_times(public: httpx2.Client) -> None:
    assert [one["code"] for one in answer(public, "divisions", q="惠济", date="2021-03-01")["divisions"]] == ["410108"]
    assert answer(public, "divisions", q="邙山", date="2021-03-01")["total"] == 0
    assert answer(public, "divisions", q="邙山", ever="true")["total"] == 1


def test_signs_of_patterns_in_a_search_are_plain_text(public: httpx2.Client) -> None:
    assert answer(public, "divisions", q="%")["total"] == 0


def test_without_a_name_the_provinces_are_listed(public: httpx2.Client) -> None:
    found = answer(public, "divisions", date="2021-03-01")["divisions"]
    assert [one["name"] for one in found] == ["河南省"]


def test_a_reviewed_boundary_is_served_with_its_number(public: httpx2.Client) -> None:
    got = public.get("/api/v1/divisions/410108/boundary", params={"date": "2022-01-01"})
    assert got.headers["content-type"].startswith("application/geo+json")
    assert got.json()["properties"]["review_number"] == REVIEWED


def test_a_boundary_without_review_number_is_not_published(public: httpx2.Client) -> None:
    got = public.get("/api/v1/divisions/410105/boundary", params={"date": "2022-01-01"})
    assert (got.status_code, "coordinates" in got.text) == (403, False)
    assert "审图号" in got.json()["detail"]


def test_a_day_before_the_drawing_has_no_boundary(public: httpx2.Client) -> None:
    got = public.get("/api/v1/divisions/410108/boundary", params={"date": "2021-03-01"})
    assert got.status_code == 404


def test_the_division_that_holds_a_place_is_told_also_where_its_map_is_not_published(public: httpx2.Client) -> None:
    found = answer(public, "division-at", lon=113.75, lat=34.85, date="2022-01-01")
    assert [one["code"] for one in found["divisions"]] == ["410105"]
    assert answer(public, "division-at", lon=113.3, lat=34.85, date="2022-01-01")["total"] == 0


def test_slips_and_differences_are_listed(public: httpx2.Client) -> None:
    found = answer(public, "division-notes", kind="slip")
    assert {one["code"] for one in found["notes"]} == {"220281", "220282"}


def test_a_series_is_rebased_and_its_totals_stay(public: httpx2.Client) -> None:
    figures = [{"code": "410105", "year": 2021, "value": "10.1"}, {"code": "410111", "year": 2020, "value": "0.1"}]
    got = public.post("/api/v1/divisions/rebase", json={"target_year": 2023, "figures": figures}).json()
    assert [(one["code"], one["value"], one["estimate"]) for one in got["figures"]] == [
        ("410105", "6.060", True),
        ("410118", "0.1", False),
        ("410119", "4.040", True),
    ]
    assert [Decimal(one["before"]) == Decimal(one["after"]) for one in got["totals"]] == [True, True]


def test_bad_input_is_a_problem_never_a_fault(public: httpx2.Client) -> None:
    asked = [
        public.get("/api/v1/divisions/abc"),
        public.get("/api/v1/divisions/4101051"),
        public.get("/api/v1/divisions/410105", params={"date": "2021-02-30"}),
        public.get("/api/v1/divisions", params={"q": "\x00"}),
        public.get("/api/v1/division-at", params={"lon": "nan", "lat": "34"}),
        public.get("/api/v1/division-at", params={"lon": "34", "lat": "113"}),
        public.post("/api/v1/divisions/rebase", json={"target_year": 2023, "figures": []}),
        public.post(
            "/api/v1/divisions/rebase",
            json={"target_year": 2023, "figures": [{"code": "410105", "year": 2021, "value": "NaN"}]},
        ),
        public.post(
            "/api/v1/divisions/rebase",
            json={"target_year": 2010, "figures": [{"code": "410105", "year": 2021, "value": "1"}]},
        ),
    ]
    assert [one.status_code for one in asked] == [422, 404, 422, 400, 422, 422, 422, 422, 422]
