"""Steps 4 to 8: a citizen downloads, an agency finds, asks, is granted and refused, queries and verifies."""

from __future__ import annotations

import csv
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hub.cli_client import find_lines, query_lines, save_receipt, verify_lines
from hub.cli_output import Exit, pick
from hub.cli_staff import FORMS, line_of, new_request, request_lines
from hub.client import Hub
from hub.demo import mistakes
from hub.demo.people import FIRST, residents
from hub.demo.story import StoryError, Telling, Words, command
from hub.identity.roles import Role
from hub.rows.csv_text import original
from policies.facts import Treatment

if TYPE_CHECKING:
    from hub.demo.people import Person
    from hub.demo.story import Scene, Transcript

ASKER, HOLDER = "zhujianju", "minzhengju"
MARRIAGES, RESIDENTS = "hunyin-dengji", "changzhu-renkou"
SPOUSE: Final = "peiou_shenfen_haoma"
PURPOSE: Final = "公租房申请核对"
BASIS: Final = "公共租赁住房管理办法 第七条"
SCENARIO: Final = "受理公共租赁住房申请时核对申请人身份和婚姻状况"
CASES: Final = "GZF-[0-9]*"
CASE: Final = "GZF-000001"
NUMBER_FILE, NAME_FILE = "applicant-number.txt", "applicant-name.txt"
RECEIPT: Final = "verify-receipt.json"
PREVIEW_LINES: Final = 3
CREDIT_CODE: Final = re.compile(r"[0-9A-Z]{18}")


def applicant() -> Person:
    """Return the invented resident the story is about: in a first marriage, with a living spouse."""
    return next(one for one in residents() if one.marital == FIRST and one.spouse is not None and not one.is_dead)


def open_as_citizen(scene: Scene, transcript: Transcript) -> Telling:
    """Download without a login, as Excel opens it, and check that no code was spoilt on the way."""
    path = f"/api/v1/datasets/{mistakes.ENTRY}/download?format=excel"
    target = scene.folder / f"{mistakes.ENTRY}-excel.csv"
    with Hub(scene.people.url) as citizen:
        size = citizen.save(path, target)
        listed = citizen.call("GET", f"/api/v1/datasets/{mistakes.ENTRY}/rows", params={"limit": 1000})
    transcript.ran(
        command("hub", "get", path, "--to", target.name),
        lambda: [pick(f"✔ {size:,} 字节已写入 {target.name}", f"✔ {size:,} bytes written to {target.name}")],
    )
    text = target.read_text(encoding="utf-8-sig")
    transcript.ran(f"head -n {PREVIEW_LINES} {target.name}", lambda: text.splitlines()[:PREVIEW_LINES])
    codes = [original(row[0]) for row in csv.reader(text.splitlines()[1:])]
    if codes != [row["xinyong_daima"] for row in listed["rows"]] or not all(map(CREDIT_CODE.fullmatch, codes)):
        raise StoryError(path)
    return Telling(
        4,
        Words("作为市民打开、下载", "Open it as a citizen and download"),
        Words(
            f"无需登录，全部 {len(codes)} 行一次下载，不截断。这份 CSV 用 Excel 直接打开：中文不乱码，"
            f"{len(codes)} 个 18 位信用代码与接口返回的逐个相同，一位不少。法定代表人证件号码不在其中，"
            "页面写明为什么。",
            f"No login, all {len(codes)} rows in one file, nothing cut. Excel opens this CSV as it is: Chinese is "
            f"readable and the {len(codes)} credit codes of 18 characters equal those of the API one by one. "
            "Document numbers of persons are not in it; the page says why.",
        ),
        Words(
            "郑州市信息化建设管理办法 第二十条；政府信息公开条例 第十三条",
            "Zhengzhou Measures Art. 20; Open government information regulation Art. 13",
        ),
        f"/d/{mistakes.ENTRY}#download",
    )


def find_the_item(scene: Scene, transcript: Transcript) -> Telling:
    """Search for an item, not for a table: who holds it and how it is shared."""
    words = "婚姻状况"
    found = scene.system(ASKER).call("GET", "/api/v1/items", params={"q": words, "limit": 20})
    if MARRIAGES not in {hit["name"] for hit in found["items"]}:
        raise StoryError(words)
    login = scene.people.city.member(ASKER).login(Role.AGENCY_USER)
    transcript.ran(command("hub", "find", words, *scene.key_options(ASKER)), partial(find_lines, found))
    return Telling(
        5,
        Words("找到那一项：谁有“婚姻状况”", "Find the item: who holds 婚姻状况 (marital status)"),
        Words(
            "住建局要核对公租房申请人的婚姻状况。按信息项检索，同义词也找得到（目录里叫“婚姻状态”）："
            "持有单位、共享类型、所在条目在同一行。没有密钥也没有登录的公众只看得到向社会开放的项；"
            f"在网页上以 {login} 登录后，同样的检索给出同样的结果。",
            "The housing bureau must check the marital status of an applicant. The search is for items and knows "
            "synonyms: holder, sharing type and entry stand in one line. The public, without key or login, finds only "
            f"what is open to society; on the page, logged in as {login}, the same search finds the same.",
        ),
        Words(
            "郑州市信息化建设管理办法 第十八条（目录）；政务数据共享条例 第十三条",
            "Zhengzhou Measures Art. 18 (directory); Government data sharing regulation Art. 13",
        ),
        f"/items?q={words}",
    )


def ask(scene: Scene, transcript: Transcript) -> Telling:
    """Ask for items with purpose and basis; one's own head consents; the rule grants what is unconditional."""
    person = Treatment.VERIFY_ONLY.value
    marriage = {"shenfen_haoma": person, "xingming": person, "hunyin_zhuangtai": person, SPOUSE: "full"}
    resident = {"shenfen_haoma": person, "xingming": "masked", "chusheng_riqi": "masked"}
    for entry, items in ((MARRIAGES, marriage), (RESIDENTS, resident)):
        scene.kept[entry] = _ask(scene, transcript, entry, items)
    states = [line["state"] for line in scene.kept[RESIDENTS]["lines"]]
    waiting = scene.kept[MARRIAGES]["lines"]
    if set(states) != {"granted"} or {line["state"] for line in waiting} != {"waiting"}:
        raise StoryError(RESIDENTS)
    days = waiting[0]["working_days_left"]
    return Telling(
        6,
        Words("写明用途和依据，提出申请", "Ask, with purpose and legal basis"),
        Words(
            "经办人写明用途、场景、依据和期限，本单位负责人同意后生效。人口基本信息属无条件共享，规则当场授权；"
            f"婚姻登记属有条件共享，转民政局逐项答复，时限 {days} 个工作日，从此刻起算，超期自动上报。",
            "The case worker states purpose, scenario, basis and period; the head of the bureau consents. Basic facts "
            "of residents are shared without conditions: the rule grants them at once. Marriages are conditional and "
            f"go to the civil affairs bureau, item by item, with {days} working days on the clock.",
        ),
        Words(
            "政务数据共享条例 第二十条（申请要件）、第二十一条（答复期限）",
            "Government data sharing regulation Art. 20 (what a request states), Art. 21 (time to answer)",
        ),
        "/docs#make_request_api_v1_requests_post",
    )


def _ask(scene: Scene, transcript: Transcript, entry: str, items: dict[str, str]) -> dict[str, Any]:
    """Make a request and consent to it; returns the request as it then stands."""
    city = scene.people.city.member(ASKER)
    user = scene.people.person(ASKER, Role.AGENCY_USER)
    head = scene.people.person(ASKER, Role.AGENCY_APPROVER)
    file = _request_file(entry)
    words = ["hub", "request", "add", entry]
    for column, form in items.items():
        words += ["--item", column if form == Treatment.FULL else f"{column}={form}"]
    words += ["--purpose", PURPOSE, "--scenario", SCENARIO, "--basis", BASIS, "--case-pattern", CASES]
    words += ["--system", scene.people.registered[ASKER].system_id, "--login", city.login(Role.AGENCY_USER)]
    asked = [{"item": column, "treatment": form} for column, form in items.items()]
    body = new_request(entry, scene.people.registered[ASKER].system_id, asked, days=180)
    body |= {"purpose": PURPOSE, "scenario": SCENARIO, "legal_basis": BASIS, "case_pattern": CASES}
    made = user.call("POST", "/api/v1/requests", json=body)
    transcript.ran(command(*words, "--save", file), partial(request_lines, made))
    consented = head.call("POST", f"/api/v1/requests/{made['id']}/consent")
    words = ["hub", "request", "consent", file, "--login", city.login(Role.AGENCY_APPROVER)]
    transcript.ran(command(*words), partial(request_lines, consented))
    _keep(scene, file, consented)
    return consented


def _request_file(entry: str) -> str:
    return f"request-{entry}.json"


def _keep(scene: Scene, file: str, request: dict[str, Any]) -> None:
    (scene.folder / file).write_text(json.dumps(request, ensure_ascii=False, indent=1), encoding="utf-8")


def answer(scene: Scene, transcript: Transcript) -> Telling:
    """Answer item by item: verification is granted; a refusal without a ground is refused by the software."""
    for item in ("shenfen_haoma", "xingming", "hunyin_zhuangtai"):
        _answer(scene, transcript, item, {"decision": "verify_only"})
    facts = "配偶不是申请当事人，提供其号码会暴露其婚姻关系"
    _answer(scene, transcript, SPOUSE, {"decision": "refuse", "facts": "不方便提供"}, expected=Exit.POLICY)
    records = scene.people.person(HOLDER, Role.APPROVER).call("GET", "/api/v1/exemptions")["exemptions"]
    record = next(one for one in records if one["item"] == SPOUSE)
    refusal = {
        "decision": "refuse",
        "ground": record["ground"],
        "exemption_id": str(record["id"]),
        "provision": "民法典 第一千零三十二条",
        "facts": facts,
        "considered": {
            "masked": "脱敏后结合姓名仍可识别配偶",
            "aggregate_only": "核对须逐人，汇总无用",
            "verify_only": "核对公租房资格不需要比对配偶号码",
            "confidentiality": "保密义务不能消除向第三方的暴露",
            "separate": "号码不可再分",
        },
    }
    result = _answer(scene, transcript, SPOUSE, refusal)
    if result is None or result["state"] != "answered":
        raise StoryError(SPOUSE)
    return Telling(
        7,
        Words("一项同意，一项依据 R05 不予提供", "One item granted, one refused on ground R05"),
        Words(
            "民政局逐项答复：婚姻状态只给核验（一致或不一致，不给原值）。“不方便”不是理由，软件不接受，"
            "申请仍在办理；配偶身份号码上有在效的个人隐私记录（R05），写明事实和考虑过的较轻方式后才能不予提供，"
            "并告知救济途径。",
            "The bureau answers item by item: marital status for verification only (agrees or not, never the value). "
            "'Not convenient' is no ground: the software refuses the refusal and the request stays open. On the "
            "spouse's number a privacy record (R05) is in force; with facts and lesser forms considered the refusal "
            "stands, and names the remedy.",
        ),
        Words(
            "郑州市信息化建设管理办法 第二十条（只有国家秘密、商业秘密、个人隐私可以拒绝）；政务数据共享条例 第十五条",
            "Zhengzhou Measures Art. 20 (state secrets, trade secrets, privacy and nothing else); "
            "Government data sharing regulation Art. 15",
        ),
        "/",
    )


def _answer(
    scene: Scene, transcript: Transcript, item: str, given: dict[str, Any], expected: Exit = Exit.OK
) -> dict[str, Any] | None:
    """Answer one line as the provider's approver; returns the request as it then stands, None when refused."""
    file = _request_file(MARRIAGES)
    city = scene.people.city.member(HOLDER)
    office = "局数据共享工作负责人"
    words = ["hub", "request", "answer", file, item, given["decision"], "--office", office]
    for name in ("ground", "exemption_id", "provision", "facts"):
        if name in given:
            words += [f"--{name.removesuffix('_id')}", given[name]]
    for form, why in given.get("considered", {}).items():
        words += ["--considered", f"{form}={why}"]
    request = scene.kept[MARRIAGES]
    path = f"/api/v1/requests/{request['id']}/lines/{line_of(request, item)}/answer"
    approver = scene.people.person(HOLDER, Role.APPROVER)
    result = transcript.act(
        command(*words, "--login", city.login(Role.APPROVER)),
        lambda: approver.call("POST", path, json={**given, "decider_role": office}),
        request_lines,
        expected,
    )
    if result is not None:
        _keep(scene, file, result)
    return result


def query_and_verify(scene: Scene, transcript: Transcript) -> Telling:
    """Use the grants: one person's basic facts, masked as granted, and two verifications."""
    person = applicant()
    (scene.folder / NUMBER_FILE).write_text(person.number, encoding="utf-8")
    (scene.folder / NAME_FILE).write_text(person.name, encoding="utf-8")
    system = scene.system(ASKER)
    use = {"purpose": PURPOSE, "case_number": CASE}
    where = {"and": [{"item": "shenfen_haoma", "op": "eq", "value": person.number}]}
    columns = ["xingming", "chusheng_riqi"]
    found = system.call(
        "POST", f"/api/v1/exchange/{RESIDENTS}/query", json={"items": columns, "where": where, "limit": 100, **use}
    )
    items = " ".join(f"--items {column}" for column in columns)
    tail = command("--purpose", PURPOSE, "--case", CASE, *scene.key_options(ASKER))
    transcript.ran(
        f'hub query {RESIDENTS} --where shenfen_haoma="$(cat {NUMBER_FILE})" {items} {tail}',
        partial(query_lines, found),
    )
    for state, file in ((person.marital, RECEIPT), ("10", "")):
        claims = {"xingming": person.name, "hunyin_zhuangtai": state}
        body = {"key": {"shenfen_haoma": person.number}, "claims": claims, **use}
        result = system.call("POST", f"/api/v1/exchange/{MARRIAGES}/verify", json=body)
        transcript.ran(
            f'hub verify {MARRIAGES} --key shenfen_haoma="$(cat {NUMBER_FILE})" --claim xingming="$(cat {NAME_FILE})"'
            f" --claim hunyin_zhuangtai={state} {tail}" + (f" --receipt {file}" if file else ""),
            partial(verify_lines, result),
        )
        if result["result"] != ("match" if file else "mismatch"):
            raise StoryError(MARRIAGES)
        if file:
            save_receipt(system, result["receipt"], scene.folder / file)
    if found["returned"] != 1:
        raise StoryError(RESIDENTS)
    return Telling(
        8,
        Words("拿到授权，查询一人、核验一人", "Query with the granted key, and verify one person"),
        Words(
            f"授权即刻生效。姓名、出生日期按授权{FORMS['masked'][0]}返回；婚姻状态只回答一致（申请人所报代码 "
            f"{person.marital} 初婚）或不一致（改报 10 未婚），从不返回原值。每次答复先写凭证，后出数据。"
            "号码从文件读入，不留在命令记录里。",
            "The grants work at once. Name and birth date come masked as granted; marital status is only said to "
            f"agree (code {person.marital}, first marriage, as declared) or not (10, unmarried). Each answer leaves "
            "its receipt before its first byte. The number is read from a file and stays out of the shell's history.",
        ),
        Words(
            "政务数据共享条例 第二十二条（实施共享）、第二十五条（不得超范围使用）；个人信息保护法 第六条",
            "Government data sharing regulation Art. 22 (delivery), Art. 25 (no use beyond the grant); PIPL Art. 6",
        ),
        "/docs#verify_api_v1_exchange__name__verify_post",
    )
