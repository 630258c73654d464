"""The hub is killed while it passes on the answer of a provider's own API: no answer left without its receipt.

A call leaves two receipts, one before the provider is asked and one of its end (exchange: relay; promise 3).
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from hub.client import HubUnreachableError
from hub.identity.roles import Role
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import ASKER, FIELDS, PERSON, PROVIDER, ROW, ask_for_relay
from tests.support import acts
from tests.support.acts import MARRIAGES
from tests.support.running import founded_hub
from tests.support.work import RELAY_POINTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.demo.load import People
    from tests.support.running import RunningHub

CALLS = 6
KILLED_AT = 4
"""The call in which the hub dies: each passes either point once."""


@pytest.fixture(scope="module")
def relaying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHub, People]]:
    """Give a served hub with an approved endpoint, whose provider runs beside it."""
    folder = tmp_path_factory.mktemp("crash-relay")
    with stub.running_provider() as provider, founded_hub(folder, HUB_EGRESS_LOOPBACK="true") as (hub, people):
        provider.behave = stub.answers({"data": [ROW]})
        acts.publish(people, MARRIAGES)
        ask_for_relay(people)
        path = "/persons/{shenfen_haoma}"
        made = people.person(PROVIDER, Role.CLERK).call(
            "POST",
            "/api/v1/relay-endpoints",
            json={
                "entry": MARRIAGES,
                "base_url": f"{provider.url}/api",
                "path": path,
                "rows": "/data",
                "fields": FIELDS,
            },
        )
        people.person(PROVIDER, Role.APPROVER).call("POST", f"/api/v1/relay-endpoints/{made['id']}/approve")
        yield hub, people


def ask_until_gone(people: People) -> dict[str, str]:
    """Ask the provider's API again and again; returns receipt and digest of each answer that arrived whole."""
    delivered: dict[str, str] = {}
    for _ in range(CALLS):
        body = {"key": {"shenfen_haoma": PERSON}, "purpose": acts.PURPOSE, "case_number": acts.CASE}
        try:
            answer = people.system(ASKER).raw("POST", f"/api/v1/relay/{MARRIAGES}", json=body)
        except HubUnreachableError:
            return delivered
        digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
        delivered[answer.headers["Receipt"]] = f"sha-256=:{digest}:"
    raise AssertionError("the hub was not killed")


def ends(hub: RunningHub) -> tuple[dict[str, str], set[str], set[str]]:
    """Return digests by receipt of answered calls; calls opened and not ended; calls that the sweep will end."""
    with hub.superuser() as connection:
        rows = connection.execute("SELECT body FROM hub.receipt WHERE kind = 'relay'").fetchall()
        left = connection.execute("SELECT receipt_id::text FROM hub.relay_call").fetchall()
    bodies = [json.loads(bytes(body)) for (body,) in rows]
    answered = {body["id"]: body["response_digest"] for body in bodies if "response_digest" in body}
    opened = {body["id"] for body in bodies if body["outcome"] == "opened"}
    return answered, opened - {body.get("opened") for body in bodies}, {receipt for (receipt,) in left}


@pytest.mark.parametrize("point", sorted(RELAY_POINTS))
def test_after_a_kill_in_a_relayed_answer_every_delivered_one_has_its_receipt(
    relaying: tuple[RunningHub, People], point: str
) -> None:
    hub, people = relaying
    hub.kill()
    hub.start(fault=f"{point}:{KILLED_AT}")
    delivered = ask_until_gone(people)
    assert hub.wait_for_death(20) == -9
    hub.start()
    answered, unended, left = ends(hub)
    assert len(delivered) == KILLED_AT - 1
    assert {receipt: answered.get(receipt) for receipt in delivered} == delivered
    assert unended <= left
