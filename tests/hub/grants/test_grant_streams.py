"""Files under a grant: receipts at both ends, watched in between, broken off when cut (threats 8, 16)."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2

from hub.client import HubProblemError
from hub.rounds import run_now
from tests.hub.grants.conftest import USER
from tests.support import acts
from tests.support.acts import RESIDENTS, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hub.grants.conftest import Grants

CUT_SECONDS = 5.0
READER_BYTES = 16 * 1024


@contextmanager
def download(grants: Grants, entry: str, **more: Any) -> Iterator[httpx2.Response]:
    """Open a download as the user's system."""
    params = {"purpose": acts.PURPOSE, "case_number": acts.CASE, **more}
    with (
        httpx2.Client(base_url=grants.city.url, auth=grants.system(USER).auth, timeout=60) as client,
        client.stream("GET", f"/api/v1/exchange/{entry}/download", params=params) as answer,
    ):
        yield answer


def closed(grants: Grants, receipt: str) -> dict[str, Any]:
    """Return the close receipt of a stream, waiting for it."""
    deadline = time.monotonic() + CUT_SECONDS
    while True:
        found = grants.receipts(kind="stream_close", opened=receipt)
        if found or time.monotonic() > deadline:
            return found[0]
        time.sleep(0.05)


def test_a_download_holds_every_granted_row_and_no_other_item(grants: Grants) -> None:
    grants.grant()
    with download(grants, RESIDENTS) as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode())))
    page = acts.query(grants.system(), RESIDENTS, limit=1).json()
    assert (len(rows), set(rows[0])) == (page["total"], {"shenfen_haoma", "xingming", "xingbie"})


def test_lines_of_json_hold_the_same_rows(grants: Grants) -> None:
    grants.grant()
    with download(grants, RESIDENTS, format="ndjson") as answer:
        lines = [json.loads(line) for line in answer.read().splitlines()]
    assert len(lines) == acts.query(grants.system(), RESIDENTS, limit=1).json()["total"]


def test_the_close_receipt_has_rows_bytes_and_the_digest_of_what_came(grants: Grants) -> None:
    grants.grant()
    with download(grants, RESIDENTS) as answer:
        body = answer.read()
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    found = closed(grants, answer.headers["Receipt"])
    assert (found["outcome"], found["response_digest"], found["bytes"]) == ("completed", digest, len(body))
    assert found["id"] == answer.headers["Receipt-Close"]


def test_a_download_needs_the_mode_download(grants: Grants) -> None:
    grants.grant(modes=["query"])
    with download(grants, RESIDENTS) as answer:
        assert (answer.status_code, json.loads(answer.read())["code"]) == (403, "mode-not-given")


def test_an_item_that_is_not_granted_is_not_in_a_download(grants: Grants) -> None:
    grants.grant()
    with download(grants, RESIDENTS, item="hukou_dizhi") as answer:
        assert answer.status_code == 403


def test_a_stream_nobody_sends_any_more_is_closed_as_interrupted(grants: Grants) -> None:
    grants.grant()
    opened = "00000000-0000-7000-8000-000000000001"
    with grants.city.services.database.begin() as unit:
        unit.driver.execute(
            "INSERT INTO hub.open_stream (receipt_id, fields, seen_at)"
            " VALUES (%s, %s, clock_timestamp() - interval '2 min')",
            (opened, json.dumps({"grant": "00000000-0000-4000-8000-000000000002"})),
        )
    assert run_now(grants.city.services, "lost-streams") == {"lost-streams": 1}
    assert closed(grants, opened)["outcome"] == "interrupted"


def test_a_suspended_grant_ends_paging_at_the_next_page(grants: Grants) -> None:
    given = grants.grant()
    first = acts.query(grants.system(), RESIDENTS, limit=5).json()
    grants.set_status(given, "suspended")
    codes: list[str] = []
    began = time.monotonic()
    while not codes and time.monotonic() - began < CUT_SECONDS:
        try:
            acts.query(grants.system(), RESIDENTS, limit=5, cursor=first["next"])
        except HubProblemError as error:
            codes.append(str(error.problem["code"]))
    assert codes == ["grant-stopped"]


def test_a_resumed_grant_gives_again(grants: Grants) -> None:
    given = grants.grant()
    grants.set_status(given, "suspended")
    grants.city.services.identity.keeper.refresh()
    assert problem_of(lambda: acts.query(grants.system(), RESIDENTS)).problem["code"] == "grant-stopped"
    grants.set_status(given, "active")
    grants.city.services.identity.keeper.refresh()
    assert acts.query(grants.system(), RESIDENTS).status_code == 200
