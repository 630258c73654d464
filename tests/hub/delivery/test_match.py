"""Batch comparison over HTTP: every row answered once, in order, no stored value, one receipt, each row provable."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame
from hub.exchange import match_proof
from hub.exchange.match_input import MAX_ROWS
from hub.exchange.match_proof import ProvedRow
from tests.hub.delivery.kit import KEY, MATCHER, NAME, STATE, STRANGER, USE, match
from tests.support import acts
from tests.support.acts import MARRIAGES
from tests.support.running import run_hub

if TYPE_CHECKING:
    from pathlib import Path

    from hub.client import Hub
    from tests.support.hosted import HostedCity


@pytest.fixture(scope="module")
def system(delivering_city: HostedCity) -> Hub:
    return delivering_city.people.system(MATCHER)


@pytest.fixture(scope="module")
def people() -> list[dict[str, str]]:
    return [dict(row) for row in demo_frame(MARRIAGES).select(KEY, NAME, STATE).unique(KEY).head(40).to_dicts()]


def content(receipt: str, system: Hub) -> dict[str, Any]:
    bundle = json.loads(acts.bundle_of(system, receipt))
    jws = bundle["receipt"]
    body = jws.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_rows_that_agree_match(system: Hub, people: list[dict[str, str]]) -> None:
    answer = match(system, people)
    assert answer["counts"] == {"match": 40, "mismatch": 0, "not_found": 0, "cannot_verify": 0, "invalid": 0}


def test_each_row_is_answered_as_a_single_verification_answers_it(system: Hub, people: list[dict[str, str]]) -> None:
    rows = [dict(row) for row in people[:8]]
    rows[1][NAME] = "无此人"
    rows[2][STATE] = "40" if rows[2][STATE] != "40" else "10"
    rows[3][KEY] = "410199190001010013"
    rows[4][NAME] = rows[4][NAME][0] + " " + rows[4][NAME][1:]
    answer = match(system, rows)
    single = [acts.verify(system, MARRIAGES, {KEY: row[KEY]}, {NAME: row[NAME], STATE: row[STATE]}) for row in rows]
    together = [{"result": one["result"], "items": one.get("items", {})} for one in answer["results"]]
    assert together == [{"result": one["result"], "items": one["items"]} for one in single]


def test_every_row_is_answered_once_and_in_order_the_bad_ones_with_their_reason(
    system: Hub, people: list[dict[str, str]]
) -> None:
    rows: list[Any] = [people[0], "不是对象", {NAME: "张三"}, people[0], {**people[1], "zhuzhi": "x"}, people[2]]
    answer = match(system, rows)
    told = [(one["row"], one["result"], one.get("reason")) for one in answer["results"]]
    assert told == [
        (1, "match", None),
        (2, "invalid", "row_not_an_object"),
        (3, "invalid", "key_missing"),
        (4, "match", None),
        (5, "invalid", "item_not_in_batch"),
        (6, "match", None),
    ]


def test_the_same_person_twice_is_one_subject(system: Hub, people: list[dict[str, str]]) -> None:
    assert match(system, [people[0], people[0], people[1]])["subjects"] == 2


def test_an_identity_that_does_not_agree_leaves_the_other_claims_unanswered(
    system: Hub, people: list[dict[str, str]]
) -> None:
    answer = match(system, [{**people[0], NAME: "另一人"}])
    assert answer["results"] == [{"row": 1, "result": "mismatch"}]


def test_a_missing_claim_cannot_be_verified(system: Hub, people: list[dict[str, str]]) -> None:
    answer = match(system, [{KEY: people[0][KEY], NAME: people[0][NAME]}])
    assert answer["results"][0]["items"] == {NAME: "match", STATE: "cannot_verify"}


def test_no_stored_value_is_in_the_answer(system: Hub, people: list[dict[str, str]]) -> None:
    rows = [{KEY: row[KEY], NAME: "某", STATE: "99"} for row in people]
    text = json.dumps(match(system, rows), ensure_ascii=False)
    assert [row[NAME] for row in people if row[NAME] in text or row[KEY] in text] == []


def test_the_receipt_counts_rows_and_subjects_and_holds_the_digest_of_the_answer(
    system: Hub, people: list[dict[str, str]]
) -> None:
    body = {"key": [KEY], "claims": [NAME], "rows": [*people[:3], people[0]], **USE}
    body["rows"] = [{KEY: row[KEY], NAME: row[NAME]} for row in [*people[:3], people[0]]]
    answer = system.raw("POST", f"/api/v1/exchange/{MARRIAGES}/match", json=body)
    receipt = content(answer.json()["receipt"], system)
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(answer.content).digest()).decode()}:"
    told = {name: receipt[name] for name in ("kind", "rows", "subjects", "response_digest", "mode", "rows_digest")}
    assert told == {
        "kind": "match",
        "rows": 4,
        "subjects": 3,
        "response_digest": digest,
        "mode": "batch",
        "rows_digest": answer.json()["rows_digest"],
    }


def test_no_name_or_number_is_in_the_receipt(system: Hub, people: list[dict[str, str]]) -> None:
    answer = match(system, people[:5])
    text = json.dumps(content(answer["receipt"], system), ensure_ascii=False)
    assert [row for row in people[:5] if row[KEY] in text or row[NAME] in text] == []


def test_one_row_is_proved_alone_against_the_receipt(system: Hub, people: list[dict[str, str]]) -> None:
    answer = match(system, people[:7])
    proved = [
        ProvedRow(one["row"], [row[KEY]], [row[NAME], row[STATE]], one["result"], one.get("items", {}))
        for row, one in zip(people, answer["results"], strict=False)
    ]
    proof = match_proof.prove(bytes.fromhex(answer["salt"]), proved, 5)
    assert match_proof.verify(proved[4], proof, content(answer["receipt"], system)["rows_digest"])


def test_an_altered_row_is_not_proved(system: Hub, people: list[dict[str, str]]) -> None:
    answer = match(system, people[:7])
    proved = [
        ProvedRow(one["row"], [row[KEY]], [row[NAME], row[STATE]], one["result"], one.get("items", {}))
        for row, one in zip(people, answer["results"], strict=False)
    ]
    proof = match_proof.prove(bytes.fromhex(answer["salt"]), proved, 5)
    forged = ProvedRow(5, proved[4].key, proved[4].claims, "mismatch", {})
    assert not match_proof.verify(forged, proof, answer["rows_digest"])


def test_without_the_mode_batch_in_its_grant_a_system_is_denied(delivering_city: HostedCity) -> None:
    request = acts.ask_for(delivering_city.people, STRANGER, MARRIAGES, {KEY: "verify_only", NAME: "verify_only"})
    for item in (KEY, NAME):
        acts.answer(delivering_city.people, "minzhengju", request, item, decision="verify_only")
    stranger = delivering_city.people.system(STRANGER)
    problem = acts.problem_of(lambda: match(stranger, [{KEY: "1", NAME: "2"}], claims=(NAME,)))
    assert (problem.status, problem.problem["type"]) == (403, "/problems/denied")


def test_an_item_outside_the_grant_is_denied(system: Hub) -> None:
    problem = acts.problem_of(lambda: match(system, [{KEY: "1"}], claims=("dengji_jiguan",)))
    assert (problem.status, problem.problem["type"]) == (403, "/problems/denied")


@pytest.mark.parametrize(
    "change",
    [
        {"key": []},
        {"claims": [KEY]},
        {"rows": []},
        {"rows": "x"},
        {"purpose": 1},
        {"more": 1},
        {"key": [KEY, KEY]},
        {"claims": {}},
    ],
)
def test_a_batch_that_is_not_well_formed_is_refused_as_a_whole(system: Hub, change: dict[str, Any]) -> None:
    problem = acts.problem_of(lambda: match(system, **{"rows": [{KEY: "1", NAME: "x"}], **change}))
    assert (problem.status, problem.problem["type"]) == (422, "/problems/match-input")


def test_too_many_rows_are_refused_and_the_limit_is_named(system: Hub) -> None:
    problem = acts.problem_of(lambda: match(system, [{KEY: "1"}] * (MAX_ROWS + 1)))
    assert (problem.status, problem.problem["limit"]) == (413, MAX_ROWS)


def test_bytes_that_are_not_json_are_a_problem_not_a_fault(system: Hub) -> None:
    path = f"/api/v1/exchange/{MARRIAGES}/match"
    headers = {"Content-Type": "application/json"}
    problem = acts.problem_of(lambda: system.raw("POST", path, content=b"\xff{", headers=headers))
    assert problem.status == 422


def file_match(system: Hub, body: bytes, **more: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = {"key": ["身份号码"], "claims": ["姓名", "婚姻状态"], **USE, **more}
    answer = system.raw("POST", f"/api/v1/exchange/{MARRIAGES}/match/file", content=body, params=parameters)
    found: dict[str, Any] = answer.json()
    return found


def header() -> dict[str, str]:
    return {item.column: item.name for item in demo_entry(MARRIAGES, date.today()).entry.items}


def test_a_file_is_compared_row_by_row_with_its_lines(system: Hub, people: list[dict[str, str]]) -> None:
    names = header()
    lines = [f"序号,{names[KEY]},{names[NAME]},{names[STATE]}"]
    lines += [f"{number},{row[KEY]},{row[NAME]},{row[STATE]}" for number, row in enumerate(people[:3])]
    lines[3] = lines[3].replace(people[2][NAME], "别人")
    answer = file_match(system, "\n".join(lines).encode(), key=[names[KEY]], claims=[names[NAME], names[STATE]])
    told = [(one["line"], one["result"]) for one in answer["results"]]
    assert (told, answer["ignored_columns"]) == ([(2, "match"), (3, "match"), (4, "mismatch")], ["序号"])


def test_a_workbook_is_compared(system: Hub, people: list[dict[str, str]], tmp_path: Path) -> None:
    names = header()
    path = tmp_path / "batch.xlsx"
    rows = [{names[column]: row[column] for column in (KEY, NAME, STATE)} for row in people[:4]]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    book.save(path)
    answer = file_match(system, path.read_bytes(), key=[names[KEY]], claims=[names[NAME]])
    assert answer["counts"]["match"] == 4


def test_a_file_without_the_column_is_refused_by_its_name(system: Hub) -> None:
    problem = acts.problem_of(lambda: file_match(system, b"a,b\n1,2\n", key=[KEY], claims=[NAME]))
    assert (problem.status, problem.problem["item"]) == (422, KEY)


def test_the_command_line_writes_a_state_for_every_line_of_a_file(
    delivering_city: HostedCity, people: list[dict[str, str]], tmp_path: Path
) -> None:
    names, out = header(), tmp_path / "states.csv"
    lines = [f"{names[KEY]},{names[NAME]}", f"{people[0][KEY]},{people[0][NAME]}", ",无号", f"{people[1][KEY]},别人"]
    (tmp_path / "batch.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    system = delivering_city.people.registered[MATCHER]
    words = ["match", "batch.csv", "--resource", MARRIAGES, "--key", names[KEY], "--claims", names[NAME]]
    words += ["--purpose", acts.PURPOSE, "--case", acts.CASE, "--out", str(out), "--url", delivering_city.url]
    done = run_hub(*words, "--system", system.system_id, "--key-file", system.key_file, cwd=tmp_path)
    states = [line.split(",")[2] for line in out.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert (done.returncode, states) in [(3, ["一致", "此行无法比对", "不一致"]), (3, ["match", "invalid", "mismatch"])]
