"""Threats 10, 29, 32 and 36: forged certificate headers, paths with two readings, calls to the inside, old TLS."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connectors.egress_client import tls_context
from hub.identity.roles import Role
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import ASKER, PERSON, ROW, Town, relay_town
from tests.support import acts
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx2

__all__ = ["relay_town"]

INSIDE = [
    "https://127.0.0.1:5432/",
    "http://127.0.0.1:22/x?y",
    "https://[::1]:6379/",
    "https://169.254.169.254/latest/meta-data",
    "http://169.254.169.254/latest",
    "https://100.100.100.200/latest",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://[::ffff:169.254.169.254]/",
    "https://[fd00:ec2::254]/",
    "https://0.0.0.0/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://10.0.0.1/",
    "https://user:pw@gw.example.cn/",
    "https://gw.example.cn@169.254.169.254/",
    "http://10.0.0.1:8080/",
]
PATHS = [
    f"/persons/..%2f{PERSON}",
    f"/persons/%2e%2e/{PERSON}",
    "/persons/%252e%252e",
    "/persons/..",
    "/persons/.",
    "/persons/%2e%2e",
    f"/persons/{PERSON}/",
    f"/persons/{PERSON};admin=1",
    f"/persons/{PERSON}%3badmin",
    f"/persons/{PERSON}%2fdetails",
    f"/persons/{PERSON}%252fdetails",
    f"/persons/{PERSON}\\details",
    f"/persons/{PERSON}%5cdetails",
    f"/persons/{PERSON}?fields=all",
    f"/persons/{PERSON}%3ffields=all",
    f"/persons/{PERSON}#x",
    f"/persons/{PERSON}%00",
    f"/persons/{PERSON}%0d%0aX-Y: z",
    f"/persons/{PERSON}\r\nX-Y: z",
    "/persons/%c0%ae%c0%ae",
    "/persons/%c0%af",
    "/persons/%ff",
    "/persons/%u002e",
    "/persons/%",
    f"//persons/{PERSON}",
    f"/./persons/{PERSON}",
    f"/PERSONS/{PERSON}",
    f"/%70ersons/{PERSON}",
    f"/admin/{PERSON}",
    f"https://other.example.cn/persons/{PERSON}",
    PERSON,
    "/persons/",
    "",
    f"/persons/{PERSON}/../../admin",
    f"/persons/{'9' * 2000}",
]
KEYS = ["..", ".", "", " ", "a/b", "a\\b", "a;b", "a%2fb", "a?b", "a#b", "a\r\nX: y", "a\u2028b", "\u202ea", "'\"<>"]


@pytest.fixture
def attached(relay_town: Town) -> Iterator[Town]:
    """Give the city with a fresh endpoint."""
    relay_town.provider.behave = stub.answers({"data": [ROW]})
    relay_town.attach()
    policy = relay_town.city.services.relay.policy
    yield relay_town
    relay_town.city.services.relay.policy = policy


def ask_path(town: Town, path: str) -> httpx2.Response:
    body = {"path": path, "purpose": acts.PURPOSE, "case_number": acts.CASE}
    return town.doors.system(ASKER).post(f"/api/v1/relay/{MARRIAGES}", json=body)


def resolving(town: Town, *answers: Sequence[str]) -> None:
    """Let the hub's name server give these answers one after the other, the last one ever after."""
    left = list(answers)

    def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    relay = town.city.services.relay
    relay.policy = replace(relay.policy, resolve=resolve, any_public=True)


@pytest.mark.parametrize("url", INSIDE)
def test_32_an_api_inside_cannot_be_registered_and_the_attempt_has_a_receipt(attached: Town, url: str) -> None:
    before = len(attached.receipts("denial"))
    made = attached.propose(base_url=url)
    assert made.status_code == 422
    assert made.json()["type"] in {"/problems/egress-refused", "/problems/relay-definition"}
    refused = made.json()["type"] == "/problems/egress-refused"
    assert len(attached.receipts("denial")) - before == int(refused)


def test_32_a_name_that_resolves_inside_cannot_be_registered(attached: Town) -> None:
    resolving(attached, ("169.254.169.254",))
    assert attached.propose(base_url="https://gw.example.cn/api").json()["reason"] == "address"


def test_32_one_inside_address_among_public_ones_is_enough_to_refuse(attached: Town) -> None:
    resolving(attached, ("203.0.114.7", "10.0.0.1"))
    assert attached.propose(base_url="https://gw.example.cn/api").json()["reason"] == "not_named"


def test_32_a_name_that_turns_inside_after_approval_is_not_called(attached: Town) -> None:
    here, inside = ("127.0.0.1",), ("169.254.169.254",)
    resolving(attached, here, here, here, inside)
    attached.attach(base_url=f"http://gw.example.cn:{attached.provider.port}/api")
    assert attached.ask().status_code == 200
    seen = len(attached.provider.seen)
    assert (attached.ask().status_code, len(attached.provider.seen)) == (503, seen)
    assert attached.outcome() == ("failed", "egress", 503)


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/", "http://127.0.0.1:1/", "file:///etc/passwd", "//10.0.0.1/", "/other"]
)
def test_32_a_redirect_is_not_followed_wherever_it_leads(attached: Town, place: str) -> None:
    attached.provider.behave = stub.says(b"", status=302, more=(f"Location: {place}",))
    seen = len(attached.provider.seen)
    assert (attached.ask().json()["reason"], len(attached.provider.seen)) == ("redirect", seen + 1)
    assert attached.outcome() == ("failed", "redirect", 502)


@pytest.fixture(scope="module")
def subscription(relay_town: Town) -> str:
    """Give the id of a subscription of the granted agency."""
    body = {"entry": MARRIAGES, "purpose": acts.PURPOSE, "case_number": acts.CASE}
    made = relay_town.doors.system(ASKER).post("/api/v1/subscriptions", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.mark.parametrize("url", INSIDE)
def test_32_a_webhook_inside_cannot_be_registered(attached: Town, subscription: str, url: str) -> None:
    path = f"/api/v1/subscriptions/{subscription}/webhooks"
    made = attached.doors.staff(ASKER, Role.AGENCY_USER).post(path, json={"url": url})
    assert made.status_code == 422, made.text


@pytest.mark.parametrize("path", PATHS)
def test_29_a_path_with_two_readings_is_refused_with_a_receipt_and_nothing_is_called(attached: Town, path: str) -> None:
    seen = len(attached.provider.seen)
    answer = ask_path(attached, path)
    assert (answer.status_code in {400, 422}, len(attached.provider.seen)) == (True, seen)
    if answer.json()["type"] != "/problems/invalid-request":
        assert attached.receipts("denial")[-1]["id"] == answer.json()["receipt"]


@pytest.mark.parametrize("key", KEYS)
def test_29_a_key_that_could_change_the_path_is_refused_and_nothing_is_called(attached: Town, key: str) -> None:
    seen = len(attached.provider.seen)
    assert (attached.ask(key=key).status_code in {400, 422}, len(attached.provider.seen)) == (True, seen)


def test_29_the_path_that_is_decided_on_is_the_path_that_is_sent(attached: Town) -> None:
    answer = ask_path(attached, f"/persons/{PERSON[:6]}%34{PERSON[7:]}".replace(f"%34{PERSON[7:]}", PERSON[6:]))
    assert (answer.status_code, attached.provider.seen[-1].target) == (200, f"/api/persons/{PERSON}")


def test_29_an_encoded_letter_is_decoded_once_and_sent_in_its_one_spelling(attached: Town) -> None:
    assert ask_path(attached, f"/persons/%34{PERSON[1:]}").status_code == 200
    assert attached.provider.seen[-1].target == f"/api/persons/{PERSON}"


@pytest.mark.parametrize("header", ["X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "SSL_CLIENT_CERT"])
def test_10_a_forged_certificate_header_stands_for_nobody(attached: Town, header: str) -> None:
    body: dict[str, Any] = {"key": {"shenfen_haoma": PERSON}, "purpose": acts.PURPOSE, "case_number": acts.CASE}
    forged = {header: "-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----"}
    seen = len(attached.provider.seen)
    answer = attached.doors.public().post(f"/api/v1/relay/{MARRIAGES}", json=body, headers=forged)
    assert (answer.status_code, len(attached.provider.seen)) == (401, seen)


def test_10_a_forged_certificate_header_beside_a_token_is_not_passed_on(attached: Town) -> None:
    attached.ask(headers={"X-Client-Cert": "forged"})
    assert "x-client-cert" not in attached.provider.seen[-1].headers


def test_36_the_hub_speaks_no_tls_older_than_1_2() -> None:
    assert tls_context().minimum_version is ssl.TLSVersion.TLSv1_2
