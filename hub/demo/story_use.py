"""Step 8: the key is there: a sample that runs, one person verified, a thousand compared, figures instead of rows."""

from __future__ import annotations

import csv
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hub.cli_client import query_lines, save_receipt, verify_lines
from hub.cli_delivery import match_exit, match_lines, write_states
from hub.cli_figures import figures_lines
from hub.cli_grants import SampleLanguage, all_grants, grant_lines, sample_lines, sample_of
from hub.cli_staff import FORMS
from hub.demo.people import NEVER, residents
from hub.demo.story import StoryError, Telling, Words, command, run_script
from hub.demo.story_cast import (
    ADDRESS,
    ASKER,
    CASE,
    MARRIAGES,
    NAME,
    NAME_FILE,
    NUMBER,
    NUMBER_FILE,
    PURPOSE,
    RECEIPT,
    RESIDENTS,
    SPOUSE,
    SPOUSE_FILE,
    STATE,
    write_applicant,
)
from hub.identity.roles import Role

if TYPE_CHECKING:
    from pathlib import Path

    from hub.demo.people import Person
    from hub.demo.story import Scene, Transcript

SAMPLE: Final = "first-call.py"
SHOWN_LINES: Final = 9
BATCH, STATES, BATCH_RECEIPT = "batch-1000.csv", "batch-states.csv", "batch-receipt.json"
BATCH_ROWS: Final = 1000
WRONG_STATES: Final = 20
WRONG_NAMES: Final = 15
UNKNOWN: Final = 5
GROUPS: Final = ("minzu", "xingbie")
USE: Final = {"purpose": PURPOSE, "case_number": CASE}


def use(scene: Scene, transcript: Transcript) -> Telling:
    """Use the grants in every way they give."""
    person = write_applicant(scene.folder)
    _first_call(scene, transcript)
    _query(scene, transcript, person)
    _verify(scene, transcript, person, person.marital, RECEIPT)
    _verify(scene, transcript, person, NEVER, "")
    counts = _compare(scene, transcript)
    hidden = _figures(scene, transcript)
    return Telling(
        8,
        Words(
            "拿到授权：第一次调用、核验一人、比对一千行、汇总", "The grant in use: first call, one, a thousand, figures"
        ),
        Words(
            "授权即刻生效，附带填好系统编号、密钥指纹和信息项的示例，复制即可运行；令牌与私钥绑定，"
            f"每次调用另附一次性证明，截获也用不上。姓名、出生日期按授权{FORMS['masked'][0]}返回；婚姻状态和配偶号码只回答一致或不一致。"
            f"一千行批量比对：一致 {counts['match']}，不一致 {counts['mismatch']}，查无 {counts['not_found']}，"
            f"一张凭证。按民族和性别汇总：人数过少的 {hidden} 格不显示，其余取整。每次答复先写凭证，后出数据。",
            "The grant works at once and brings samples with system, key and items filled in: copy and run. The token "
            "is bound to the key and each call carries a proof that is good once: of no use to whoever intercepts it. "
            "Name and birth date come masked as granted; marital status and spouse's number are only said to agree or "
            f"not. A thousand rows compared: {counts['match']} match, {counts['mismatch']} do not, "
            f"{counts['not_found']} not found, one receipt. Figures by ethnic group and sex: {hidden} cells with "
            "too few people are not shown, the others are rounded. Each answer leaves its receipt before its "
            "first byte.",
        ),
        Words(
            "政务数据共享条例 第二十二条（实施共享）、第二十五条（不得超范围使用）；个人信息保护法 第六条；"
            "统计法 第二十八条（汇总不得识别个人）；RFC 9449",
            "Government data sharing regulation Art. 22 (delivery), Art. 25 (no use beyond the grant); PIPL Art. 6; "
            "Statistics Law Art. 28 (figures must not identify a person); RFC 9449",
        ),
        "/w/grants",
    )


def _first_call(scene: Scene, transcript: Transcript) -> None:
    """List the grants, take a sample of one and run it as it stands."""
    login = scene.people.city.member(ASKER).login(Role.AGENCY_USER)
    user = scene.people.person(ASKER, Role.AGENCY_USER)
    transcript.ran(command("hub", "grant", "list", "--login", login), partial(grant_lines, all_grants(user)))
    result = sample_of(user, RESIDENTS, ADDRESS)
    file = scene.folder / SAMPLE
    file.write_text(result["samples"][SampleLanguage.PYTHON]["text"], encoding="utf-8")
    words = ["hub", "grant", "sample", RESIDENTS, "python", "--item", ADDRESS, "--save", SAMPLE, "--login", login]
    shown = file.relative_to(scene.folder)
    transcript.ran(command(*words), partial(sample_lines, result, SampleLanguage.PYTHON, shown))
    key = f"keys/{ASKER}.pem"
    lines = run_script(scene.folder, [SAMPLE], HUB_CLIENT_KEY_FILE=key)[-SHOWN_LINES:]
    transcript.ran(f"HUB_CLIENT_KEY_FILE={key} python3 {SAMPLE} | tail -n {SHOWN_LINES}", lambda: lines)


def _tail(scene: Scene) -> str:
    return command("--purpose", PURPOSE, "--case", CASE, *scene.key_options(ASKER))


def _query(scene: Scene, transcript: Transcript, person: Person) -> None:
    where = {"and": [{"item": NUMBER, "op": "eq", "value": person.number}]}
    columns = [NAME, "chusheng_riqi"]
    body = {"items": columns, "where": where, "limit": 100, **USE}
    found = scene.system(ASKER).call("POST", f"/api/v1/exchange/{RESIDENTS}/query", json=body)
    items = " ".join(f"--items {column}" for column in columns)
    transcript.ran(
        f'hub query {RESIDENTS} --where {NUMBER}="$(cat {NUMBER_FILE})" {items} {_tail(scene)}',
        partial(query_lines, found),
    )
    if found["returned"] != 1:
        raise StoryError(RESIDENTS)


def _verify(scene: Scene, transcript: Transcript, person: Person, state: str, receipt: str) -> None:
    """Verify name, marital status and spouse as declared; ``receipt`` names the file for the receipt, or is empty."""
    spouse = person.spouse.number if person.spouse is not None else ""
    claims = {NAME: person.name, STATE: state, SPOUSE: spouse}
    system = scene.system(ASKER)
    body = {"key": {NUMBER: person.number}, "claims": claims, **USE}
    result = system.call("POST", f"/api/v1/exchange/{MARRIAGES}/verify", json=body)
    transcript.ran(
        f'hub verify {MARRIAGES} --key {NUMBER}="$(cat {NUMBER_FILE})" --claim {NAME}="$(cat {NAME_FILE})"'
        f' --claim {STATE}={state} --claim {SPOUSE}="$(cat {SPOUSE_FILE})" {_tail(scene)}'
        + (f" --receipt {receipt}" if receipt else ""),
        partial(verify_lines, result),
    )
    if result["result"] != ("match" if receipt else "mismatch"):
        raise StoryError(MARRIAGES)
    if receipt:
        save_receipt(system, result["receipt"], scene.folder / receipt)


def write_batch(file: Path) -> dict[str, int]:
    """Write a thousand declarations, most of them true; returns how many rows will have which state."""
    married = [one for one in residents() if one.marital != NEVER]
    never = [one for one in residents() if one.marital == NEVER]
    known = married[: BATCH_ROWS - UNKNOWN]
    rows = []
    for place, one in enumerate(known):
        state = NEVER if place < WRONG_STATES else one.marital
        name = f"{one.name}某" if WRONG_STATES <= place < WRONG_STATES + WRONG_NAMES else one.name
        rows.append([one.number, name, state])
    rows += [[one.number, one.name, NEVER] for one in never[: BATCH_ROWS - len(rows)]]
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([["身份号码", "姓名", "婚姻状态"], *rows])
    wrong = WRONG_STATES + WRONG_NAMES
    return {"match": len(known) - wrong, "mismatch": wrong, "not_found": len(rows) - len(known)}


def _compare(scene: Scene, transcript: Transcript) -> dict[str, int]:
    """Compare the thousand and keep the receipt; returns the counts."""
    file = scene.folder / BATCH
    expected = write_batch(file)
    system = scene.system(ASKER)
    answer = system.raw(
        "POST",
        f"/api/v1/exchange/{MARRIAGES}/match/file",
        content=file.read_bytes(),
        params={"key": [NUMBER], "claims": [NAME, STATE], "header_row": 1, **USE},
        headers={"Content-Type": "application/octet-stream"},
    )
    result: dict[str, Any] = answer.json()
    target = scene.folder / STATES
    write_states(target, result)
    save_receipt(system, result["receipt"], scene.folder / BATCH_RECEIPT)
    words = ["hub", "match", BATCH, "--resource", MARRIAGES, "--key", NUMBER, "--claims", NAME, "--claims", STATE]
    words += ["--out", STATES, "--receipt", BATCH_RECEIPT]
    shown = target.relative_to(scene.folder)
    transcript.ran(f"{command(*words)} {_tail(scene)}", partial(match_lines, result, shown), int(match_exit(result)))
    counts: dict[str, int] = result["counts"]
    if {state: counts[state] for state in expected} != expected:
        raise StoryError(BATCH)
    return counts


def _figures(scene: Scene, transcript: Transcript) -> int:
    """Ask for figures by group; returns how many cells were not shown."""
    body = {"group_by": list(GROUPS), "measures": ["count"], **USE}
    result = scene.system(ASKER).call("POST", f"/api/v1/exchange/{RESIDENTS}/aggregate", json=body)
    words = ["hub", "figures", RESIDENTS]
    for one in GROUPS:
        words += ["--by", one]
    transcript.ran(f"{command(*words)} {_tail(scene)}", partial(figures_lines, result))
    hidden: int = result["suppressed"]
    if not hidden:
        raise StoryError(RESIDENTS)
    return hidden
