"""The way in and out: arguments in every form, the envelope, errors by their type, tokens, JSONP, CORS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.hub.ckan.writers import token_of

if TYPE_CHECKING:
    from tests.hub.ckan.conftest import Catalogue

SHOW = "/api/3/action/package_show"
NAME = "gongjiao-zhandian"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def token(catalogue: Catalogue) -> str:
    """Give the token of a data clerk."""
    return token_of(catalogue.city, "jiaotongju", Role.CLERK)


@pytest.mark.parametrize(
    "call",
    [
        {"method": "POST", "json": {"id": NAME}},
        {"method": "GET", "params": {"id": NAME}},
        {"method": "POST", "data": {"id": NAME}},
        {"method": "POST", "files": {"id": (None, NAME)}},
        {"method": "POST", "content": json.dumps({"id": NAME}), "headers": {"Content-Type": "text/plain"}},
        {"method": "POST", "content": json.dumps({"id": NAME}), "headers": FORM},
        {"method": "POST", "content": json.dumps({"id": NAME}) + "=1", "headers": FORM},
        {"method": "POST", "content": "%7B%22id%22%3A+%22" + NAME + "%22%7D=", "headers": FORM},
        {"method": "POST", "params": {"id": NAME}, "headers": {"Content-Type": "application/json"}},
    ],
    ids=["json", "query", "form", "multipart", "text", "json-as-form", "single-key", "quoted-key", "empty-post"],
)
@pytest.mark.parametrize("base", ["/api/3/action/", "/api/action/"])
def test_an_action_is_called_in_every_form(catalogue: Catalogue, call: dict[str, Any], base: str) -> None:
    answer = catalogue.http.request(url=f"{base}package_show", **call)
    assert (answer.status_code, answer.json()["success"], answer.json()["result"]["name"]) == (200, True, NAME)


def test_the_envelope_names_the_help(catalogue: Catalogue) -> None:
    answer = catalogue.http.post(SHOW, json={"id": NAME})
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    told = catalogue.http.get(answer.json()["help"]).json()["result"]
    assert told.startswith("Return one dataset")


def test_a_repeated_name_of_the_query_string_is_a_list(catalogue: Catalogue) -> None:
    asked = "facet.field=tags&facet.field=groups&rows=0"
    answer = catalogue.http.get(f"/api/3/action/package_search?{asked}")
    assert set(answer.json()["result"]["search_facets"]) == {"tags", "groups"}


@pytest.mark.parametrize("content", ["[1]", '"text"', "{", "1", '{"id": "\\u0000"}', "{" * 3000])
def test_a_body_that_is_no_json_object_is_a_bare_text(catalogue: Catalogue, content: str) -> None:
    answer = catalogue.http.post(SHOW, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json().startswith("Bad request: ")


def test_an_unknown_action_is_a_bare_text(catalogue: Catalogue) -> None:
    answer = catalogue.http.post("/api/3/action/package_shoe", json={})
    assert (answer.status_code, answer.json()[:50]) == (400, "Bad request: Action name not known: package_shoe /")


def test_an_action_that_is_not_served_says_why(catalogue: Catalogue) -> None:
    assert "not served here" in catalogue.http.post("/api/3/action/follow_dataset", json={}).json()


def test_what_changes_something_is_not_called_by_get(catalogue: Catalogue) -> None:
    answer = catalogue.http.get("/api/3/action/api_token_revoke", params={"jti": "1"})
    assert answer.status_code == 400
    assert "Please use POST" in answer.json()


@pytest.mark.parametrize(
    ("name", "arguments", "status", "kind"),
    [
        ("package_show", {"id": "nothing"}, 404, "Not Found Error"),
        ("package_show", {}, 409, "Validation Error"),
        ("user_list", {}, 403, "Authorization Error"),
        ("package_search", {"colour": "red"}, 400, "Search Query Error"),
        ("package_search", {"sort": "views desc"}, 400, "Search Query Error"),
        ("package_search", {"fq": "{!x}a"}, 409, "Search Error"),
        ("package_list", {"limit": "many"}, 409, "Validation Error"),
    ],
)
def test_a_fault_is_told_by_its_type(
    catalogue: Catalogue, name: str, arguments: dict[str, Any], status: int, kind: str
) -> None:
    found, error = catalogue.fault(name, **arguments)
    assert (found, error["__type"]) == (status, kind)


def test_a_validation_fault_names_the_argument(catalogue: Catalogue) -> None:
    _, error = catalogue.fault("package_list", limit=-1)
    assert error["limit"] == ["不得小于 0 / must not be less than 0"]


def test_jsonp_wraps_the_answer(catalogue: Catalogue) -> None:
    answer = catalogue.http.get("/api/3/action/package_list", params={"callback": "jQuery1_2.go", "_": "3"})
    assert answer.headers["content-type"].startswith("application/javascript")
    assert json.loads(answer.text.removeprefix("jQuery1_2.go(").removesuffix(");"))["success"]


def test_a_callback_that_is_no_name_is_refused(catalogue: Catalogue) -> None:
    answer = catalogue.http.get("/api/3/action/package_list", params={"callback": "alert(1);x"})
    assert (answer.status_code, answer.json()[:13]) == (400, "Bad request: ")


def test_jsonp_drops_the_login(catalogue: Catalogue, token: str) -> None:
    answer = catalogue.http.get("/api/3/action/user_list?callback=x", headers={"Authorization": token})
    assert answer.status_code == 403


def test_pages_of_other_sites_may_call_with_a_token_of_their_own(catalogue: Catalogue) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Headers": "authorization,content-type"}
    told = catalogue.http.options(SHOW, headers=asked).headers
    assert told["access-control-allow-origin"] == "*"
    assert {"authorization", "content-type"} <= set(told["access-control-allow-headers"].lower().split(", "))
    assert "access-control-allow-credentials" not in told


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "X"])
def test_a_token_is_taken_in_three_forms(catalogue: Catalogue, token: str, form: str) -> None:
    headers = {"X-CKAN-API-Key": token} if form == "X" else {"Authorization": form.format(token)}
    users = catalogue.http.get("/api/3/action/user_list", headers=headers).json()["result"]
    assert len(users) == 1


def test_a_token_that_is_not_valid_is_the_public(catalogue: Catalogue) -> None:
    for headers in ({"Authorization": "nonsense"}, {"Authorization": "Bearer nonsense"}, {"X-CKAN-API-Key": "x"}):
        assert catalogue.http.get(SHOW, params={"id": NAME}, headers=headers).status_code == 200
        assert catalogue.http.get("/api/3/action/user_list", headers=headers).status_code == 403


def test_a_cookie_is_nobody(catalogue: Catalogue, token: str) -> None:
    answer = catalogue.http.post("/api/3/action/user_list", json={}, headers={"Cookie": f"shutong={token}"})
    assert answer.status_code == 403


def test_the_versions_of_the_api_are_told(catalogue: Catalogue) -> None:
    assert [catalogue.http.get(path).json() for path in ("/api", "/api/3")] == [{"version": 1}, {"version": 3}]


def test_the_addresses_of_ckans_own_forms_complete(catalogue: Catalogue) -> None:
    asked = (
        "tag/autocomplete?incomplete=公",
        "resource/format_autocomplete?incomplete=c",
        "dataset/autocomplete?q=gongjiao-z",
    )
    tag, shape, dataset = (catalogue.http.get(f"/api/2/util/{one}").json()["ResultSet"]["Result"] for one in asked)
    assert (tag, shape, dataset[0]["name"]) == ([{"Name": "公交"}], [{"Format": "csv"}], NAME)


def test_reading_leaves_no_receipt(catalogue: Catalogue) -> None:
    def receipts() -> int:
        with catalogue.city.services.database.begin() as unit:
            row = unit.driver.execute("SELECT count(*) FROM hub.receipt").fetchone()
            assert row is not None
            return int(row[0])

    before = receipts()
    catalogue.ask("package_search", q="公交")
    catalogue.ask("package_show", id=NAME)
    assert receipts() == before
