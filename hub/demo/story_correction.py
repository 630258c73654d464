"""Step 9: a wrong address comes with the daily increment, is reported back, runs on a clock, is corrected and told."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from hub.cli_client import query_lines
from hub.cli_correction import acknowledged_lines, case_line, copy_lines
from hub.cli_output import Exit, pick
from hub.cli_push import push_exit, push_lines
from hub.cli_request_lines import application_lines
from hub.demo.generators import demo_frame, write_table
from hub.demo.story import LANGUAGES, StoryError, Telling, Words, command, run_script
from hub.demo.story_cast import (
    ADDRESS,
    ASKER,
    CART,
    CASE,
    NAME,
    NUMBER,
    NUMBER_FILE,
    PURPOSE,
    REGISTRY,
    RESIDENTS,
    applicant,
)
from hub.identity.roles import Role

if TYPE_CHECKING:
    from hub.demo.story import Scene, Transcript

WRONG, MENDED, EVIDENCE, REPORTED = (
    "residents-wrong.csv",
    "residents-mended.csv",
    "household-book.txt",
    "correction.json",
)
LOOKER: Final = "my-data.py"
TYPED: Final = "示例市东区不详路1号"
"""The address as a clerk mistyped it."""
REASON: Final = "与户口簿首页不符"
FINDING: Final = "录入时写错，已按户口簿更正"
QUERY: Final = {
    "items": [NAME, ADDRESS],
    "limit": 100,
    "purpose": PURPOSE,
    "case_number": CASE,
}


def correct(scene: Scene, transcript: Transcript) -> Telling:
    """Report a wrong address to its source and follow it until every copy is told."""
    _write(scene)
    _push(scene, transcript, WRONG)
    _query(scene, transcript)
    case = _report(scene, transcript)
    if not _query(scene, transcript)["under_verification"]:
        raise StoryError(RESIDENTS)
    days = _list(scene, transcript)
    _answer(scene, transcript, case, Exit.POLICY)
    _push(scene, transcript, MENDED)
    _answer(scene, transcript, case)
    _tell_holders(scene, transcript, case)
    if _query(scene, transcript)["under_verification"]:
        raise StoryError(RESIDENTS)
    looks = _look(scene, transcript)
    _status(scene, transcript)
    return Telling(
        9,
        Words(
            "发现地址有误：校核、更正、告知；本人看到谁查过",
            "A wrong address is reported back, corrected, told; the person sees who looked",
        ),
        Words(
            "公安局的每日增量里有一条户籍地址录错。住建局凭户口簿向数源单位报告，不私自改；记录照常使用但带“正在校核”标记，"
            f"时限 {days} 个工作日从此刻起算。没有推送更正数据就答复“已更正”，软件不接受；推送之后才能办结，"
            "取得过旧值的单位随即得到告知。申请人用统一身份认证登录，看到哪个机关在何时、为何、依据什么查过自己"
            f"（{looks} 次），不显示经办人姓名。人社局的一项仍待答复：时限在走，"
            "到期没有答复会自动报主管，沉默不等于不予提供。",
            "The daily increment of public security holds one mistyped address. The housing bureau reports it to the "
            "source with the household book instead of mending its own copy; the record stays in use with a flag, and "
            f"{days} working days run. To answer 'corrected' without a push is not accepted; once the mended row is "
            "pushed the case closes, and whoever received the old value is told. The applicant signs in with the "
            f"unified identity and sees which organ looked, when, why and on what basis ({looks} times), without "
            "names of officers. One item still waits for the social security bureau: its clock runs, and what runs "
            "out goes to the supervisor by itself; silence is no refusal.",
        ),
        Words(
            "政务数据共享条例 第二十一条（答复期限）、第二十六条（校核）；"
            "个人信息保护法 第四十四条、第四十五条、第四十六条",
            "Government data sharing regulation Art. 21 (time to answer), Art. 26 (corrections); PIPL Art. 44, 45, 46",
        ),
        "/me",
    )


def _write(scene: Scene) -> None:
    """Write the increment with the mistake, the mended one, the evidence and the script of the applicant."""
    entry = replace(scene.entries[RESIDENTS], file="csv")
    one = demo_frame(RESIDENTS).filter(pl.col(NUMBER) == applicant().number)
    write_table(scene.folder / MENDED, entry, one)
    write_table(scene.folder / WRONG, entry, one.with_columns(pl.lit(TYPED).alias(ADDRESS)))
    evidence = f"户口簿首页（示例，虚构）\n户籍地址：{applicant().address}\n"
    (scene.folder / EVIDENCE).write_text(evidence, encoding="utf-8")
    (scene.folder / LOOKER).write_bytes(files("hub.demo").joinpath("my_data.py").read_bytes())


def _push(scene: Scene, transcript: Transcript, file: str) -> None:
    result = scene.system(REGISTRY).push(RESIDENTS, scene.folder / file, options={"mode": "upsert"})
    words = ["hub", "push", file, "-d", RESIDENTS, "--mode", "upsert", *scene.key_options(REGISTRY)]
    transcript.ran(command(*words), partial(push_lines, result), int(push_exit(result)))
    if result["rejected"]:
        raise StoryError(file)


def _query(scene: Scene, transcript: Transcript) -> dict[str, Any]:
    where = {"and": [{"item": NUMBER, "op": "eq", "value": applicant().number}]}
    body = {**QUERY, "where": where}
    found = scene.system(ASKER).call("POST", f"/api/v1/exchange/{RESIDENTS}/query", json=body)
    tail = command("--purpose", PURPOSE, "--case", CASE, *scene.key_options(ASKER))
    transcript.ran(
        f'hub query {RESIDENTS} --where {NUMBER}="$(cat {NUMBER_FILE})" --items {NAME} --items {ADDRESS} {tail}',
        partial(query_lines, found),
    )
    return found


def _report(scene: Scene, transcript: Transcript) -> dict[str, Any]:
    """Report the address with the evidence; returns the case."""
    system = scene.system(ASKER)
    body = {"entry": RESIDENTS, "key": {NUMBER: applicant().number}, "items": {ADDRESS: None}, "reason": REASON}
    made = system.call("POST", "/api/v1/corrections", json=body)
    content = (scene.folder / EVIDENCE).read_bytes()
    system.raw("POST", f"/api/v1/corrections/{made['id']}/evidence", params={"name": EVIDENCE}, content=content)
    (scene.folder / REPORTED).write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    tail = command("--reason", REASON, "--evidence", EVIDENCE, "--save", REPORTED, *scene.key_options(ASKER))
    transcript.ran(
        f'hub correct report {RESIDENTS} --key {NUMBER}="$(cat {NUMBER_FILE})" --item {ADDRESS} {tail}',
        lambda: [case_line(made)],
    )
    return made


def _list(scene: Scene, transcript: Transcript) -> int:
    """List the cases of the source; returns the working days left of the most urgent."""
    login = scene.people.city.member(REGISTRY).login(Role.APPROVER)
    approver = scene.people.person(REGISTRY, Role.APPROVER)
    found = approver.call("GET", "/api/v1/corrections", params={"side": "source", "limit": 200})
    transcript.ran(
        command("hub", "correct", "list", "--login", login),
        lambda: [pick(f"共 {found['total']} 件", f"{found['total']} in all"), *map(case_line, found["corrections"])],
    )
    return int(found["corrections"][0]["working_days_left"])


def _answer(scene: Scene, transcript: Transcript, case: dict[str, Any], expected: Exit = Exit.OK) -> None:
    login = scene.people.city.member(REGISTRY).login(Role.APPROVER)
    approver = scene.people.person(REGISTRY, Role.APPROVER)
    body = {"result": "corrected", "finding": FINDING, "with_next_push": False}
    transcript.act(
        command("hub", "correct", "answer", REPORTED, "corrected", "--finding", FINDING, "--login", login),
        lambda: approver.call("POST", f"/api/v1/corrections/{case['id']}/answer", json=body),
        lambda done: [case_line(done)],
        expected,
    )


def _tell_holders(scene: Scene, transcript: Transcript, case: dict[str, Any]) -> None:
    """Show that the holder of a copy is told, and say that the copy is up to date."""
    system = scene.system(ASKER)
    told = system.call("GET", "/api/v1/corrections/copies")
    transcript.ran(command("hub", "correct", "copies", *scene.key_options(ASKER)), partial(copy_lines, told))
    if case["id"] not in {one["correction"] for one in told["copies"]}:
        raise StoryError(RESIDENTS)
    done = system.call("POST", f"/api/v1/corrections/{case['id']}/acknowledge")
    transcript.ran(
        command("hub", "correct", "acknowledge", REPORTED, *scene.key_options(ASKER)),
        partial(acknowledged_lines, done),
    )


def _look(scene: Scene, transcript: Transcript) -> int:
    """Sign in as the applicant and list who looked; returns how many looks are told."""
    told = {}
    for lang in LANGUAGES:
        locale = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "en_GB.UTF-8" if lang == "en" else "zh_CN.UTF-8"}
        told[lang] = run_script(scene.folder, [LOOKER, NUMBER_FILE], HUB_CLIENT_URL=scene.people.url, **locale)
    transcript.ran(f"python3 {LOOKER} {NUMBER_FILE}", lambda: told[pick("zh", "en")])
    return len(told["zh"]) - 2


def _status(scene: Scene, transcript: Transcript) -> None:
    """Show what still waits, with its clock."""
    cart = scene.kept[CART]
    user = scene.people.person(ASKER, Role.AGENCY_USER)
    now = user.call("GET", f"/api/v1/applications/{cart['id']}")
    login = scene.people.city.member(ASKER).login(Role.AGENCY_USER)
    transcript.ran(command("hub", "request", "status", CART, "--login", login), partial(application_lines, now))
