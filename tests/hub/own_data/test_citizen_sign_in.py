"""Attacks on the sign-in of citizens: forged tokens, foreign browsers, repeats, missing tokens of forms."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hub.identity.citizens.errors import CitizenSignInRefusedError
from tests.support.acts import RESIDENTS

if TYPE_CHECKING:
    from hub.identity.citizens.oidc import RelyingParty
    from tests.hub.own_data.conftest import Place

NONCE = "nonce-of-this-sign-in"
JSON = {"Accept": "application/json"}


def relying(place: Place) -> RelyingParty:
    """Return the hub's side of the sign-in."""
    found = place.city.services.citizens
    assert found is not None
    return found


def claims(place: Place, **changes: Any) -> dict[str, Any]:
    """Return claims as the provider would sign them."""
    now = int(place.clock().timestamp())
    rules = relying(place).rules
    return {
        "iss": rules.issuer, "aud": rules.client_id, "sub": "s", "iat": now, "exp": now + 300, "nonce": NONCE,
        "acr": "2", "id_number": place.adult(0).number, **changes,
    }  # fmt: skip


def refused(place: Place, token: str) -> str:
    """Return the reason for which an ID token is refused."""
    with pytest.raises(CitizenSignInRefusedError) as caught:
        relying(place).proven(token, NONCE)
    return caught.value.reason


def key_id(place: Place) -> str:
    """Return the id of the provider's real key."""
    found: str = place.browser().get("/demo-idp/jwks.json").json()["keys"][0]["kid"]
    return found


def part(value: dict[str, Any]) -> str:
    """Return a part of a token made by hand."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_alg_none_proves_nothing(place: Place) -> None:
    assert refused(place, f"{part({'alg': 'none'})}.{part(claims(place))}.") == "algorithm"


def test_a_shared_secret_made_of_the_public_key_proves_nothing(place: Place) -> None:
    public = place.browser().get("/demo-idp/jwks.json").content
    signed = f"{part({'alg': 'HS256', 'kid': key_id(place)})}.{part(claims(place))}"
    seal = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()
    assert refused(place, f"{signed}.{seal}") == "algorithm"


def test_another_key_with_the_same_id_proves_nothing(place: Place) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    token = jwt.encode(claims(place), other, algorithm="ES256", headers={"kid": key_id(place)})
    assert refused(place, token) == "signature"


def test_a_key_nobody_published_proves_nothing(place: Place) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    token = jwt.encode(claims(place), other, algorithm="ES256", headers={"kid": "mine"})
    assert refused(place, token) == "key"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "another-client"}, "audience"),
        ({"aud": ["shutong", "another-client"]}, "audience"),
        ({"azp": "another-client"}, "audience"),
        ({"iss": "http://attacker.example"}, "issuer"),
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"exp": 1000, "iat": 500}, "expired"),
        ({"exp": "soon"}, "times"),
        ({"id_number": None}, "no-number"),
        ({"id_number": "410199199001011239"}, "no-number"),
        ({"organisation_code": "no-code"}, "no-number"),
    ],
)
def test_a_token_with_a_wrong_claim_proves_nothing(place: Place, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(CitizenSignInRefusedError) as caught:
        relying(place).believed(claims(place, **changes), NONCE)
    assert caught.value.reason == reason


def test_a_state_is_good_once(place: Place) -> None:
    browser = place.browser()
    asked = place.begin(browser)
    back = place.choose(browser, asked, place.adult(1).number)
    cookie = browser.cookies.get("shutong-signin")
    first = browser.get(back)
    browser.cookies.set("shutong-signin", str(cookie))
    again = browser.get(back, headers=JSON)
    assert (first.status_code, again.status_code, again.json()["reason"]) == (303, 401, "state")


def test_a_code_is_good_once(place: Place) -> None:
    browser = place.browser()
    back = place.choose(browser, place.begin(browser), place.adult(1).number)
    browser.get(back)
    code = back.partition("code=")[2].partition("&")[0]
    other = place.browser()
    asked = place.begin(other)
    stolen = other.get("/me/callback", params={"code": code, "state": asked["state"]}, headers=JSON)
    assert (stolen.status_code, stolen.json()["reason"]) == (401, "code")


def test_a_code_of_another_sign_in_does_not_fit_this_ones_verifier(place: Place) -> None:
    victim, thief = place.browser(), place.browser()
    back = place.choose(victim, place.begin(victim), place.adult(2).number)
    code = back.partition("code=")[2].partition("&")[0]
    asked = place.begin(thief)
    stolen = thief.get("/me/callback", params={"code": code, "state": asked["state"]}, headers=JSON)
    assert stolen.status_code == 401


def test_nobody_signs_another_browser_in(place: Place) -> None:
    mine, other = place.browser(), place.browser()
    back = place.choose(mine, place.begin(mine), place.adult(3).number)
    answer = other.get(back, headers=JSON)
    assert (answer.status_code, answer.json()["reason"]) == (401, "browser")


def test_a_form_without_the_sessions_token_does_nothing(place: Place) -> None:
    browser = place.sign_in(place.adult(4).number)
    body = {"entry": RESIDENTS, "items": {"minzu": None}, "reason": "x"}
    before = place.city.counts()
    answers = [
        browser.post("/api/v1/me/corrections", json=body, headers=JSON),
        browser.post("/me/complaints", data={"csrf": "wrong", "text": "x"}, headers=JSON),
    ]
    assert [one.status_code for one in answers] == [403, 403]
    assert place.city.counts() == before


def test_my_data_is_closed_without_a_session(place: Place) -> None:
    paths = ("/api/v1/me", "/api/v1/me/records", "/api/v1/me/accesses", f"/me/records/{RESIDENTS}", "/me/accesses")
    assert {place.browser().get(path, headers=JSON).status_code for path in paths} == {401}


def test_a_member_of_staff_is_no_citizen(place: Place) -> None:
    from hub.identity.roles import Role

    staff = place.doors.staff("gonganju", Role.CLERK)
    assert staff.get("/api/v1/me/records").status_code == 401


def test_a_session_ends_with_logging_out(place: Place) -> None:
    browser = place.sign_in(place.adult(5).number)
    kept = browser.cookies.get("shutong-citizen")
    browser.post("/me/logout", data={"csrf": place.csrf(browser)})
    browser.cookies.set("shutong-citizen", str(kept))
    assert browser.get("/api/v1/me", headers=JSON).status_code == 401


def test_the_provider_of_the_demo_vouches_for_invented_numbers_alone(place: Place) -> None:
    browser = place.browser()
    asked = place.begin(browser)
    names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
    form = {**{name: asked[name] for name in names}, "number": "11010519491231002X"}
    assert browser.post("/demo-idp/authorize", data=form).status_code == 400


def test_numbers_stand_nowhere_in_clear(place: Place) -> None:
    number = place.adult(6).number
    place.sign_in(number).get("/api/v1/me/records")
    with place.city.services.database.begin() as unit:
        found = unit.driver.execute(
            "SELECT (SELECT count(*) FROM hub.citizen_session WHERE position(%b::bytea in sealed) > 0)"
            " + (SELECT count(*) FROM hub.receipt WHERE position(%b::bytea in body) > 0)",
            (number.encode(), number.encode()),
        ).fetchone()
    assert found == (0,)
