"""Suspending, narrowing and withdrawing need a ground and never widen; use and deletion are reported (Art. 27, 29)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2
import pytest

from hub.exchange.grant_states import GRANT, GROUNDS
from hub.exchange.watch import Alarm, Asked, Limits, Watch
from hub.identity.roles import Role
from hub.rounds import run_now
from tests.hub.grants.conftest import CIVIL, OTHER, POLICE, USER
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS, problem_of

if TYPE_CHECKING:
    from tests.hub.grants.conftest import Grants

NOBODY = "410199199001010017"


def status_problem(grants: Grants, given: dict[str, Any], member: str = POLICE, **body: str) -> tuple[int, str]:
    """Try to change a status; returns the problem's status and type."""
    person = grants.person(member, Role.APPROVER)
    found = problem_of(lambda: person.call("POST", f"/api/v1/grants/{given['id']}/status", json=body))
    return found.status, found.problem["type"].rpartition("/")[2]


def test_a_grant_is_not_suspended_without_a_ground(grants: Grants) -> None:
    given = grants.grant()
    assert status_problem(grants, given, status="suspended", reason="不方便") == (422, "ground-needed")


def test_a_grant_is_not_suspended_because_its_purpose_is_met(grants: Grants) -> None:
    given = grants.grant()
    body = {"status": "suspended", "ground": "purpose-met", "reason": "已办结"}
    assert status_problem(grants, given, **body) == (422, "ground-needed")


def test_a_withdrawn_grant_does_not_come_back(grants: Grants) -> None:
    given = grants.grant()
    grants.set_status(given, "revoked")
    assert status_problem(grants, given, status="active", reason="恢复")[0] == 409


def test_another_organ_cannot_suspend_a_grant(grants: Grants) -> None:
    given = grants.grant()
    body = {"status": "suspended", "ground": "security-event", "reason": "x"}
    assert status_problem(grants, given, CIVIL, **body)[0] == 404


def test_the_security_administrator_halts_and_lifts_any_grant(grants: Grants) -> None:
    given = grants.grant()
    security = grants.person("shujuju", Role.SECURITY_ADMIN)
    path = f"/api/v1/grants/{given['id']}/status"
    body = {"status": "suspended", "ground": "security-event", "reason": "密钥疑似泄露"}
    assert security.call("POST", path, json=body)["standing"]["state"] == "suspended"
    assert security.call("POST", path, json={"status": "active", "reason": "已排除"})["status"] == "active"


def test_the_security_administrator_does_not_lift_what_the_provider_suspended(grants: Grants) -> None:
    given = grants.grant()
    person = grants.person(POLICE, Role.APPROVER)
    path = f"/api/v1/grants/{given['id']}/status"
    person.call("POST", path, json={"status": "suspended", "ground": "third-party", "reason": "提供给外包单位"})
    security = grants.person("shujuju", Role.SECURITY_ADMIN)
    assert problem_of(lambda: security.call("POST", path, json={"status": "active", "reason": "x"})).status == 404


def test_the_user_is_told_of_a_suspension_with_ground_and_article(grants: Grants) -> None:
    given = grants.grant()
    grants.set_status(given, "suspended")
    with grants.city.services.database.begin() as unit:
        row = unit.driver.execute(
            "SELECT zh FROM hub.notice WHERE kind = 'grant.suspend' AND subject_id = %s", (given["id"],)
        ).fetchone()
    assert row is not None
    assert "发生或疑似发生安全事件" in row[0]


WIDER: dict[str, dict[str, Any]] = {
    "a fuller form": {"items": {"xingbie": "full"}},
    "an item never granted": {"items": {"hukou_dizhi": "masked"}},
    "a later end": {"valid_until": (datetime.now(UTC) + timedelta(days=900)).isoformat()},
    "nothing left": {"without_modes": ["query", "verify", "download"]},
}


@pytest.mark.parametrize("what", WIDER)
def test_narrowing_never_widens(grants: Grants, what: str) -> None:
    given = grants.grant()
    found = problem_of(lambda: grants.narrow(given, **WIDER[what]))
    assert (found.status, found.problem["type"]) == (422, "/problems/only-narrower")


def test_a_quota_only_goes_down(grants: Grants) -> None:
    given = grants.narrow(grants.grant(), quotas={"calls": 10})
    assert problem_of(lambda: grants.narrow(given, quotas={"calls": 11})).status == 422
    assert grants.narrow(given, quotas={"calls": 5})["quotas"] == {"calls": 5}


def test_a_narrowed_item_is_outside_the_grant(grants: Grants) -> None:
    grants.narrow(grants.grant(), items={"xingming": "withheld"})
    grants.city.services.identity.keeper.refresh()
    assert problem_of(lambda: acts.query(grants.system(), RESIDENTS, items=["xingming"])).status == 403


def test_every_state_of_a_grant_has_an_owner_and_a_next_step_or_is_final() -> None:
    assert [state.name for state in GRANT.states if state.is_final] == ["disposed"]
    assert all(state.next_step.zh and state.next_step.en for state in GRANT.states)


def test_every_ground_names_its_article() -> None:
    assert all("Art." in rule.article for rule in GROUNDS.values())


def report(grants: Grants, given: dict[str, Any], kind: str) -> dict[str, Any]:
    """Report use or destruction as the user."""
    today = grants.city.services.context.today().isoformat()
    body = {"kind": kind, "from_day": today, "until_day": today, "scenario": "低保核对", "destruction": "已清除"}
    person = grants.person(USER, Role.AGENCY_USER)
    return person.call("POST", f"/api/v1/grants/{given['id']}/reports", json=body)


def test_the_provider_reads_what_the_user_reports(grants: Grants) -> None:
    given = grants.grant()
    report(grants, given, "use")
    shown = grants.person(POLICE, Role.APPROVER).call("GET", f"/api/v1/grants/{given['id']}")
    assert [one["scenario"] for one in shown["reports"]] == ["低保核对"]


def test_destruction_is_reported_once_the_grant_has_ended(grants: Grants) -> None:
    given = grants.grant()
    assert problem_of(lambda: report(grants, given, "deletion")).status == 409
    grants.set_status(given, "revoked")
    report(grants, given, "deletion")
    assert grants.show(given)["standing"]["state"] == "disposed"


def test_an_overdue_destruction_is_told_to_both_sides_once(grants: Grants) -> None:
    given = grants.grant(retention_days=1)
    grants.set_status(given, "revoked")
    with grants.city.services.database.begin() as unit:
        unit.driver.execute("UPDATE hub.grant SET deletion_due = '2020-01-01' WHERE id = %s", (given["id"],))
    told = run_now(grants.city.services, "deletions")["deletions"]
    assert (told, run_now(grants.city.services, "deletions")["deletions"]) == (2, 0)
    report(grants, given, "deletion")


def test_the_provider_sees_who_uses_its_data_and_how_much(grants: Grants) -> None:
    given = grants.grant()
    for _ in range(3):
        acts.query(grants.system(), RESIDENTS, limit=4)
    usage: dict[str, Any] = {}
    for _ in range(50):
        run_now(grants.city.services, "usage")
        found = grants.person(POLICE, Role.APPROVER).call("GET", "/api/v1/grants/in-use", params={"limit": 200})
        usage = next(one for one in found["grants"] if one["id"] == given["id"])["usage"]
        if usage["calls"] == 3:
            break
        time.sleep(0.1)
    assert (usage["calls"], usage["rows"], usage["by_kind"]) == (3, 12, {"query": 3})
    assert usage["last_at"]


def sample(grants: Grants, given: dict[str, Any], name: str) -> str:
    """Return a sample's text."""
    shown = grants.person(USER, Role.AGENCY_USER).call("GET", f"/api/v1/grants/{given['id']}/samples")
    return str(shown["samples"][name]["text"])


def run_sample(grants: Grants, folder: Path, command: list[str], text: str) -> subprocess.CompletedProcess[str]:
    """Run a sample where only the holder's key lies."""
    (folder / "key.pem").write_bytes(Path(grants.city.people.registered[USER].key_file).read_bytes())
    hub = folder / "hub"
    hub.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hub "$@"\n', encoding="utf-8")
    hub.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment = {**kept, "PATH": f"{folder}:{kept['PATH']}", "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    return subprocess.run(
        command, input=text, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(("name", "command"), [("curl", ["sh"]), ("python", [sys.executable, "-"])])
def test_a_sample_works_as_it_was_copied(grants: Grants, tmp_path: Path, name: str, command: list[str]) -> None:
    given = grants.grant()
    grants.city.services.identity.keeper.refresh()
    done = run_sample(grants, tmp_path, command, sample(grants, given, name))
    assert done.returncode == 0, done.stderr
    assert '"receipt"' in done.stdout


def test_no_sample_holds_a_private_key_or_an_unfilled_place(grants: Grants) -> None:
    given = grants.grant()
    texts = [sample(grants, given, name) for name in ("curl", "python", "java", "sql")]
    assert all("PRIVATE KEY" not in text and "{base" not in text and "{thumb" not in text for text in texts)


def asked(number: int, **more: Any) -> Asked:
    """Return one verification of an identity number."""
    text = f"{number:017}X"
    given = {"case_number": "DB-1", "is_found": True, "is_honey": False, **more}
    return Asked(grant_id=UUID(int=1), subject=text, number=text, **given)


TODAY = datetime(2026, 3, 2, tzinfo=UTC).date()


def test_numbers_in_a_row_raise_an_alarm_once() -> None:
    watch = Watch(Limits(run_of_numbers=5))
    alarms = [watch.look(asked(41019919900101000 + n), TODAY) for n in range(9)]
    assert [alarm for alarm in alarms if alarm is not None] == [Alarm.SEQUENCE]


def test_numbers_of_real_cases_raise_none() -> None:
    watch = Watch(Limits(run_of_numbers=3))
    assert all(watch.look(asked(41019919900101000 + 37 * n, case_number=f"DB-{n}"), TODAY) is None for n in range(50))


def test_one_case_number_for_too_many_subjects_raises_an_alarm() -> None:
    watch = Watch(Limits(subjects_per_case=10))
    alarms = [watch.look(asked(41019919900101000 + 37 * n), TODAY) for n in range(12)]
    assert alarms[10] is Alarm.CASE_REUSE


def test_mostly_misses_raise_an_alarm() -> None:
    watch = Watch(Limits(calls_before_ratio=20, subjects_per_case=1000))
    alarms = [watch.look(asked(41019919900101000 + 37 * n, is_found=False), TODAY) for n in range(20)]
    assert alarms[-1] is Alarm.MISSES


def test_an_invented_identity_suspends_the_grant_and_opens_an_incident(grants: Grants) -> None:
    given = grants.verifying()
    security = grants.person("shujuju", Role.SECURITY_ADMIN)
    security.call("POST", "/api/v1/honey", json={"entry": MARRIAGES, "number": NOBODY})
    grants.city.services.identity.keeper.refresh()
    acts.verify(grants.system(), MARRIAGES, {"shenfen_haoma": NOBODY}, {"hunyin_zhuangtai": "已婚"})
    shown = grants.show(given)
    assert (shown["status"], shown["ground"]) == ("suspended", "security-event")
    assert grants.receipts(kind="incident", incident_kind="grant.honey-identity")


def test_no_table_holds_the_invented_identity(grants: Grants) -> None:
    security = grants.person("shujuju", Role.SECURITY_ADMIN)
    security.call("POST", "/api/v1/honey", json={"entry": MARRIAGES, "number": NOBODY})
    with grants.city.services.database.begin() as unit:
        rows = unit.driver.execute("SELECT encode(digest, 'escape') FROM hub.honey").fetchall()
    assert rows
    assert all(NOBODY not in row[0] for row in rows)


def test_a_bearer_token_is_refused_for_conditional_data(grants: Grants) -> None:
    grants.verifying(OTHER)
    grants.city.services.identity.keeper.refresh()
    token = grants.system(OTHER).bearer_token()
    body = {
        "purpose": acts.PURPOSE, "case_number": acts.CASE,
        "key": {"shenfen_haoma": NOBODY}, "claims": {"hunyin_zhuangtai": "已婚"},
    }  # fmt: skip
    url = f"{grants.city.url}/api/v1/exchange/{MARRIAGES}/verify"
    answer = httpx2.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "proof-binding-needed")
