"""The whole way once, over HTTP only: pushed, published, granted and refused, read, proved. Read it from the end.

民政局 keeps the marriage register, 人社局 checks who may have a subsistence allowance, everybody reads the bus
stops. Zhengzhou Art. 18 (directory), 19 (push), 20 (agencies and citizens); 政务数据共享条例 Art. 20-22, 28.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from hub.database import Database
from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame
from hub.demo.load import describe
from hub.identity.roles import Role
from hub.ledger import evidence
from tests.support import acts
from tests.support.acts import BUS_STOPS, COMPANIES, MARRIAGES, RESIDENTS
from tests.support.running import run_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.way.conftest import City

PROVIDER, ASKER = "minzhengju", "rensheju"
REFUSED = "peiou_shenfen_haoma"
WANTED = {"shenfen_haoma": "verify_only", "xingming": "verify_only", "hunyin_zhuangtai": "verify_only", REFUSED: "full"}
TRUE, FALSE = 0, 1
CONSIDERED = {
    "masked": "脱敏后仍可结合姓名识别",
    "aggregate_only": "核对须逐人进行，汇总数无用",
    "separate": "该项不可再分",
    "verify_only": "申请事项无需核对配偶号码",
    "confidentiality": "保密义务不能消除暴露本身",
}


def test_the_way_from_a_push_to_a_proof(city: City) -> None:
    different_people_take_the_marriage_register_into_the_directory(city)
    for name in (RESIDENTS, BUS_STOPS, COMPANIES):
        acts.publish(city.people, name)
    departments_push_their_files(city)
    before = the_checkpoint_of_now(city)

    request = an_agency_asks_for_four_items(city)
    marital_status_is_granted_for_verification(city, request)
    a_refusal_without_a_ground_is_refused(city, request)
    the_spouse_number_is_refused_on_the_ground_of_privacy(city, request)

    receipts = [one_person_is_verified(city), *a_granted_query_is_masked(city)]
    assert len(set(receipts)) == 3
    what_was_refused_cannot_be_asked_for(city)
    a_citizen_downloads_what_is_open(city)
    a_citizen_reads_by_program(city)
    a_citizen_is_not_shown_what_is_closed(city)

    for receipt in receipts:
        a_receipt_is_proved_offline(city, receipt)
    the_answer_is_the_one_the_receipt_records(city)
    the_log_only_grew_since(city, before)
    one_altered_byte_is_found(city, receipts[0])


def different_people_take_the_marriage_register_into_the_directory(city: City) -> None:
    """政务数据共享条例 Art. 12-17: assessed, approved, examined for secrets, submitted, audited, published."""
    entry = demo_entry(MARRIAGES, date.today())
    draft = describe(city.people, entry)
    # The one fault of the draft is the item that is withheld without a record; describing it filed the record.
    assert (draft["state"], [finding["rule"] for finding in draft["findings"]]) == ("draft", ["V19"])
    path = f"/api/v1/entries/{MARRIAGES}/steps"
    clerk = city.people.person(PROVIDER, Role.CLERK)
    clerk.call("POST", path, json={"step": "assess"})
    assert acts.problem_of(lambda: clerk.call("POST", path, json={"step": "approve"})).status == 409
    done: dict[str, Any] = {}
    for member, role, step in (
        (PROVIDER, Role.APPROVER, "approve"),
        (PROVIDER, Role.SECRECY_REVIEWER, "review_secrecy"),
        (PROVIDER, Role.CLERK, "submit"),
        ("shujuju", Role.CATALOGUE_REVIEWER, "audit"),
        ("shujuju", Role.CATALOGUE_REVIEWER, "publish"),
    ):
        done = city.people.person(member, role).call("POST", path, json={"step": step})
    assert (done["state"], done["published_version"]) == ("published", 1)
    assert done["resource_code"]


def departments_push_their_files(city: City) -> None:
    """Zhengzhou Art. 19: each row is checked; the same file again is the same push."""
    for name in (MARRIAGES, RESIDENTS, BUS_STOPS, COMPANIES):
        report = acts.push_demo_file(city.people, name, city.folder)
        rows = demo_frame(name).height
        assert (report["version"], report["counts"]["rows"], report["counts"]["rejected"]) == (1, rows, 0)
        again = acts.push_demo_file(city.people, name, city.folder)
        assert (again["is_repeat"], again["push"]) == (True, report["push"])


def the_checkpoint_of_now(city: City) -> Path:
    """Keep the log's signed tree head, as anybody may."""
    size = len(list(city.folder.glob("checkpoint-*")))
    path = city.folder / f"checkpoint-{size}"
    path.write_bytes(city.citizen.raw("GET", "/ledger/checkpoint").content)
    return path


def an_agency_asks_for_four_items(city: City) -> dict[str, Any]:
    """Basis, scenario, purpose and period are stated, the head of the asking organ consents (Art. 20)."""
    request = acts.ask_for(city.people, ASKER, MARRIAGES, WANTED)
    assert request["state"] == "open"
    assert {line["item"]: line["state"] for line in request["lines"]} == dict.fromkeys(WANTED, "waiting")
    return request


def marital_status_is_granted_for_verification(city: City, request: dict[str, Any]) -> None:
    for item in ("shenfen_haoma", "xingming", "hunyin_zhuangtai"):
        answered = acts.answer(city.people, PROVIDER, request, item, decision="verify_only")
        line = acts.line_of(answered, item)
        assert (line["state"], line["treatment"]) == ("granted", "verify_only")


def a_refusal_without_a_ground_is_refused(city: City, request: dict[str, Any]) -> None:
    """No refusal without a ground in force on that item: each attempt fails and the line stays open."""
    for attempt in (
        {},
        {"ground": "R05"},
        {"ground": "R05", "facts": "不方便提供"},
        {"ground": "R99", "facts": "内部规定"},
        {"ground": "R04", "provision": "郑州市信息化建设管理办法 第二十条", "facts": "商业秘密"},
    ):
        problem = acts.problem_of(
            lambda given=attempt: acts.answer(  # type: ignore[misc]
                city.people, PROVIDER, request, REFUSED, decision="refuse", **given
            )
        )
        assert problem.status == 409
    asker = city.people.person(ASKER, Role.AGENCY_USER)
    now = asker.call("GET", f"/api/v1/requests/{request['id']}")
    assert (now["state"], acts.line_of(now, REFUSED)["state"]) == ("open", "waiting")


def the_spouse_number_is_refused_on_the_ground_of_privacy(city: City, request: dict[str, Any]) -> None:
    """R05 (Zhengzhou Art. 20): ground, article, decider and remedy stand in the answer."""
    approver = city.people.person(PROVIDER, Role.APPROVER)
    records = approver.call("GET", "/api/v1/exemptions")["exemptions"]
    record = next(one for one in records if one["item"] == REFUSED)
    answered = acts.answer(
        city.people,
        PROVIDER,
        request,
        REFUSED,
        decision="refuse",
        ground="R05",
        exemption_id=record["id"],
        provision="郑州市信息化建设管理办法 第二十条",
        facts="配偶并非申请事项当事人，提供其号码会暴露其婚姻关系",
        considered=CONSIDERED,
    )
    line = acts.line_of(answered, REFUSED)
    assert line["state"] == "refused"
    told = json.dumps(line["answer"], ensure_ascii=False)
    assert all(part in told for part in ("R05", "第二十条", "数据共享工作负责人"))
    assert answered["state"] == "answered"


def one_person_is_verified(city: City) -> str:
    """Match, mismatch, not found, cannot verify: and never a stored value. Returns the receipt of the match."""
    person = demo_frame(MARRIAGES).row(0, named=True)
    number, name, status = person["shenfen_haoma"], person["xingming"], person["hunyin_zhuangtai"]
    other = "10" if status != "10" else "20"
    system = city.people.system(ASKER)

    def ask(key: str, **claims: str) -> dict[str, Any]:
        return acts.verify(system, MARRIAGES, {"shenfen_haoma": key}, claims)

    matched = ask(number, xingming=name, hunyin_zhuangtai=status)
    results = [
        matched,
        ask(number, xingming=name, hunyin_zhuangtai=other),
        ask("410199190001010015", xingming=name, hunyin_zhuangtai=status),
        ask(number, xingming=f"{name[0]}wen{name[2:]}", hunyin_zhuangtai=status),
    ]
    assert [one["result"] for one in results] == ["match", "mismatch", "not_found", "cannot_verify"]
    assert number not in json.dumps(results)
    return str(matched["receipt"])


def a_granted_query_is_masked(city: City) -> list[str]:
    """Base items of residents are granted by the rule, personal ones masked even where asked in full (PIPL Art. 6).

    Returns the receipts of two pages.
    """
    wanted = {"shenfen_haoma": "masked", "xingming": "masked", "xingbie": "full"}
    granted = acts.ask_for(city.people, ASKER, RESIDENTS, wanted)
    assert {line["item"]: line["treatment"] for line in granted["lines"]} == dict.fromkeys(wanted, "masked")
    system = city.people.system(ASKER)
    first = acts.query(system, RESIDENTS, limit=3)
    page = first.json()
    assert (page["total"], page["returned"], len(page["rows"])) == (2000, 3, 3)
    assert [column["masked"] for column in page["columns"]] == [True, True, True]
    residents = demo_frame(RESIDENTS).select("shenfen_haoma", "xingming").rows()
    assert [pair for pair in residents if pair[0] in first.text or pair[1] in first.text] == []
    second = acts.query(system, RESIDENTS, limit=3, cursor=page["next"])
    assert second.json()["rows"] != page["rows"]
    (city.folder / "answer.json").write_bytes(first.content)
    (city.folder / "answer-receipt.json").write_bytes(acts.bundle_of(system, page["receipt"]))
    return [page["receipt"], second.json()["receipt"]]


def what_was_refused_cannot_be_asked_for(city: City) -> None:
    """A refused item, and one never asked for, are denied alike: with a receipt and no hint at content."""
    system = city.people.system(ASKER)
    for item in (REFUSED, "dengji_riqi"):
        problem = acts.problem_of(lambda column=item: acts.query(system, MARRIAGES, items=[column]))  # type: ignore[misc]
        assert problem.status == 403
        assert problem.problem["receipt"]


def a_citizen_downloads_what_is_open(city: City) -> None:
    """CSV, CSV that is safe in Excel, and JSON hold the same rows (Zhengzhou Art. 20 §2)."""
    path = f"/api/v1/datasets/{COMPANIES}/download"
    expected = demo_frame(COMPANIES).sort("xinyong_daima")
    plain = city.citizen.raw("GET", path, params={"format": "csv"}).content.decode()
    rows = sorted(csv.DictReader(io.StringIO(plain)), key=lambda row: row["xinyong_daima"])
    assert [row["qiye_mingcheng"] for row in rows] == expected["qiye_mingcheng"].to_list()
    excel = city.citizen.raw("GET", path, params={"format": "excel"}).content.decode("utf-8-sig")
    head = excel.splitlines()[0]
    assert "统一社会信用代码" in head
    assert f'=""{rows[0]["xinyong_daima"]}""' in excel or rows[0]["xinyong_daima"] in excel
    found = city.citizen.raw("GET", path, params={"format": "json"}).json()
    assert sorted(row["xinyong_daima"] for row in found) == expected["xinyong_daima"].to_list()
    assert all("fading_daibiaoren_zhengjian" not in text for text in (plain, json.dumps(found)))


def a_citizen_reads_by_program(city: City) -> None:
    """The same rows by API without a key: filter, sort, pages, and how many there are in all."""
    stops = demo_frame(BUS_STOPS)
    wanted = stops.filter(quhua="东区")
    seen: list[str] = []
    following: str | None = f"/api/v1/datasets/{BUS_STOPS}/rows?quhua=东区&order=zhandian_bianma&limit=20"
    while following is not None:
        page = city.citizen.call("GET", following)
        assert page["total"] == wanted.height
        assert page["returned"] == len(page["rows"])
        seen += [row["zhandian_bianma"] for row in page["rows"]]
        following = page["next"]
    assert seen == sorted(wanted["zhandian_bianma"].to_list())


def a_citizen_is_not_shown_what_is_closed(city: City) -> None:
    """A closed entry reads as absent; an item kept out of an open entry is denied."""
    for path in (f"/api/v1/datasets/{MARRIAGES}", f"/api/v1/datasets/{MARRIAGES}/rows"):
        assert acts.problem_of(lambda at=path: city.citizen.call("GET", at)).status == 404  # type: ignore[misc]
    path = f"/api/v1/datasets/{COMPANIES}/rows?items=fading_daibiaoren_zhengjian"
    assert acts.problem_of(lambda: city.citizen.call("GET", path)).status == 403


def a_receipt_is_proved_offline(city: City, receipt: str) -> None:
    """``hub prove`` in a process with no server and no settings, with keys kept from another day."""
    (city.folder / "keys.json").write_bytes(city.citizen.raw("GET", "/ledger/keys.json").content)
    (city.folder / "receipt.json").write_bytes(acts.bundle_of(city.people.system(ASKER), receipt))
    done = run_hub("prove", "receipt", "receipt.json", "--keys", "keys.json", cwd=city.folder)
    assert done.returncode == TRUE, done.stdout


def the_answer_is_the_one_the_receipt_records(city: City) -> None:
    """The saved answer is true to its receipt; with one changed byte it is not."""
    answer = run_hub("prove", "answer", "answer-receipt.json", "answer.json", cwd=city.folder)
    assert answer.returncode == TRUE, answer.stdout
    whole = (city.folder / "answer.json").read_bytes()
    (city.folder / "other.json").write_bytes(whole.replace(b"*", b"x", 1))
    other = run_hub("prove", "answer", "answer-receipt.json", "other.json", cwd=city.folder)
    assert other.returncode == FALSE, other.stdout


def the_log_only_grew_since(city: City, before: Path) -> None:
    """The checkpoint kept before, today's, and the proof between them."""
    after = the_checkpoint_of_now(city)
    old, new = (path.read_text(encoding="utf-8").splitlines()[1] for path in (before, after))
    assert int(old) < int(new)
    proof = city.citizen.raw("GET", "/ledger/consistency", params={"old": old, "new": new}).content
    (city.folder / "consistency.json").write_bytes(proof)
    done = run_hub("prove", "consistency", before.name, after.name, "--proof", "consistency.json", cwd=city.folder)
    assert done.returncode == TRUE, done.stdout


def one_altered_byte_is_found(city: City, receipt: str) -> None:
    """Whoever owns the database can alter a receipt; the log then names the leaf (threat 19)."""
    index = json.loads(acts.bundle_of(city.people.system(ASKER), receipt))["leaf_index"]
    assert run_hub("prove", "log", dumped(city, "log"), cwd=city.folder).returncode == TRUE
    with altered_byte(city, receipt):
        done = run_hub("prove", "log", dumped(city, "altered"), "--json", cwd=city.folder)
    assert done.returncode == FALSE
    assert json.loads(done.stdout)["altered"] == [index]


def dumped(city: City, name: str) -> str:
    """Export the log as an auditor gets it; returns the folder's name."""
    with city.hub.superuser() as connection:
        database = Database(connection.info.dsn)
    with database.read_only() as unit:
        evidence.dump(unit, city.folder / name)
    database.close()
    return name


@contextmanager
def altered_byte(city: City, receipt: str) -> Iterator[None]:
    """Flip one bit of a stored receipt for the length of the block, past the trigger that forbids it."""
    with city.hub.superuser() as connection:
        stored = connection.execute("SELECT body FROM hub.receipt WHERE id = %s", (receipt,)).fetchone()
        assert stored is not None
        body = bytes(stored[0])
        place = int(hashlib.sha256(body).hexdigest(), 16) % len(body)
        altered = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]

        def write(content: bytes) -> None:
            connection.execute("ALTER TABLE hub.receipt DISABLE TRIGGER guard_row")
            connection.execute("UPDATE hub.receipt SET body = %s WHERE id = %s", (content, receipt))
            connection.execute("ALTER TABLE hub.receipt ENABLE TRIGGER guard_row")

        write(altered)
        try:
            yield
        finally:
            write(body)
