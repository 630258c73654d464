"""Tokens for CKAN clients: shown once, in three header forms, ended at once, never more than their owner may do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest

from hub.client import HubProblemError
from hub.identity.roles import Role
from tests.hub.ckan.writers import TRANSPORT, token_of
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.support.hosted import HostedCity


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Give a city with an empty directory."""
    with hosted_city(server, template, tmp_path_factory.mktemp("ckan-tokens")) as made:
        yield made


def whose(city: HostedCity, headers: dict[str, str]) -> int:
    """Return the status of an action that needs a token."""
    return httpx2.get(f"{city.url}/api/3/action/api_token_list", headers=headers).status_code


def test_a_token_is_taken_in_three_header_forms_and_a_bad_one_is_nobodys(city: HostedCity) -> None:
    token = token_of(city, TRANSPORT, Role.CLERK)
    forms = ({"Authorization": token}, {"Authorization": f"Bearer {token}"}, {"X-CKAN-API-Key": token})
    assert [whose(city, form) for form in forms] == [200, 200, 200]
    assert [whose(city, form) for form in ({}, {"Authorization": token[:-1]}, {"X-CKAN-API-Key": "x"})] == [
        403,
        403,
        403,
    ]


def test_staff_make_list_and_revoke_their_own_and_the_text_is_shown_once(city: HostedCity) -> None:
    clerk = city.people.person(TRANSPORT, Role.CLERK)
    made = clerk.call("POST", "/api/v1/ckan-tokens", json={"name": "报表", "days": 7})
    listed = clerk.call("GET", "/api/v1/ckan-tokens")
    assert made["token"] not in str(listed)
    assert whose(city, {"Authorization": made["token"]}) == 200
    clerk.call("DELETE", f"/api/v1/ckan-tokens/{made['id']}")
    assert whose(city, {"Authorization": made["token"]}) == 403


def test_who_may_not_write_gets_no_token(city: HostedCity) -> None:
    with pytest.raises(HubProblemError):
        city.people.person(TRANSPORT, Role.APPROVER).call("POST", "/api/v1/ckan-tokens", json={"name": "x"})
    clerk = city.people.person(TRANSPORT, Role.CLERK)
    with pytest.raises(HubProblemError):
        clerk.call("POST", "/api/v1/ckan-tokens", json={"name": "x", "scope": "import"})


def test_a_token_made_with_a_token_ends_with_it(city: HostedCity) -> None:
    token = token_of(city, TRANSPORT, Role.CLERK, days=2)
    headers = {"Authorization": token}
    url = f"{city.url}/api/3/action/"
    made = httpx2.post(url + "api_token_create", json={"name": "second", "expires_in": 100}, headers=headers).json()
    old, new = httpx2.get(url + "api_token_list", headers=headers).json()["result"][1::-1]
    assert made["success"]
    assert new["expires_at"] <= old["expires_at"]


def test_the_console_issues_an_import_token_to_the_authoritys_reviewer(city: HostedCity) -> None:
    folder, database = str(city.services.settings.data_dir), city.services.database.url
    environment = {**os.environ, "HUB_DATABASE_URL": database, "HUB_DEMO": "true"}
    login = city.people.city.authority.login(Role.CATALOGUE_REVIEWER)
    words = [sys.executable, "-m", "hub", "ckan", "import-token", login, "--data-dir", folder, "--json"]
    made = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert made.returncode == 0, made.stderr
    assert whose(city, {"Authorization": json.loads(made.stdout)["token"]}) == 200
