"""``hub correct``: report a record as wrong, see the cases, answer them, send them on (政务数据共享条例 Art. 26).

Reporting is done by a system with its key (as queries are); answering by people who log in. Values are read from files
or typed by name=value; what stands on a command line stays in the shell's history.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect
from hub.cli_output import emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from hub.client import Hub

correct_app = typer.Typer(name="correct", help="校核：报告、答复 / report wrong records, answer", no_args_is_help=True)
CaseId = Annotated[
    str, typer.Argument(metavar="CASE", help="校核事项编号，或 report --save 的文件 / id of the case, or its file")
]
Finding = Annotated[str, typer.Option(help="核查结论，不写具体数值 / what was found, without values")]


def _pairs(given: list[str]) -> dict[str, str]:
    """Return ``name=value`` arguments as a mapping (raises ValueError for any other form)."""
    pairs = [one.partition("=") for one in given]
    if any(not sign or not name for name, sign, _ in pairs):
        raise ValueError(pick("请写作 列名=值", "write column=value"))
    return {name: value for name, _, value in pairs}


def _id_of(case: str) -> str:
    """Return the id of a case, given itself or as the file that ``report --save`` wrote."""
    file = Path(case)
    return str(json.loads(file.read_text(encoding="utf-8"))["id"]) if file.is_file() else case


def case_line(case: dict[str, Any]) -> str:
    """Return a case as a terminal shows it: label, state, what is left of its clock, id."""
    left = case["working_days_left"]
    due = pick(f"剩 {left} 工作日", f"{left} working days left") if left is not None else pick("已办结", "closed")
    if case.get("days_unknown") is not None:
        due = pick(case["days_unknown"], case["days_unknown_en"])
    return f"{case['label']}  {pick(case['state_zh'], case['state_en'])}  {due}  {case['id']}"


@correct_app.command("report")
def report(
    entry: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    key: Annotated[list[str], typer.Option(help="定位记录，可多次：列名=值 / key of the record")],
    item: Annotated[list[str], typer.Option(help="有误的信息项：列名，或 列名=应为的值 / wrong item")],
    reason: Annotated[str, typer.Option(help="理由 / reason")],
    receipt: Annotated[str | None, typer.Option(help="取得该记录时的凭证 / receipt you got it by")] = None,
    evidence: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="证据文件，可多次 / file of evidence")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="把事项存到此文件，供答复用 / keep the case in this file")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """报告一条取得过的记录有误。 Report a record that was received as wrong."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        wrong = {name: (value if sign else None) for name, sign, value in (one.partition("=") for one in item)}
        body: dict[str, Any] = {"entry": entry, "key": _pairs(key), "items": wrong, "reason": reason}
        made = hub.call("POST", "/api/v1/corrections", json={**body, "receipt": receipt})
        for file in evidence or ():
            _send(hub, made["id"], file)
        if save is not None:
            save.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
        emit(made, as_json=as_json, text=case_line(made))


def _send(hub: Hub, case_id: str, file: Path) -> None:
    path = f"/api/v1/corrections/{case_id}/evidence"
    hub.raw("POST", path, params={"name": file.name}, content=file.read_bytes())


@correct_app.command("list")
def list_cases(
    login: Login,
    side: Annotated[
        Literal["source", "reported"], typer.Option(help="source 待答复 | reported 本单位报告的")
    ] = "source",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出本单位的校核事项，最急的在前。 List the cases of your organ, the most urgent first."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", "/api/v1/corrections", params={"side": side, "limit": 200})
        head = pick(f"共 {found['total']} 件", f"{found['total']} in all")
        emit(found, as_json=as_json, text="\n".join([head, *map(case_line, found["corrections"])]))


@correct_app.command("answer")
def answer(
    case: CaseId,
    result: Annotated[Literal["corrected", "right"], typer.Argument(help="corrected 已更正 | right 维持")],
    finding: Finding,
    login: Login,
    with_next_push: Annotated[
        bool, typer.Option("--with-next-push", help="随下次推送更正 / the next push brings it")
    ] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """答复一件校核。 Answer a case: corrected by a push, or right as it is."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"result": result, "finding": finding, "with_next_push": with_next_push}
        done = hub.call("POST", f"/api/v1/corrections/{_id_of(case)}/answer", json=body)
        emit(done, as_json=as_json, text=case_line(done))


@correct_app.command("forward")
def forward(
    case: CaseId,
    to: Annotated[str, typer.Argument(help="对方条目名称 / entry of the source")],
    finding: Finding,
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """转给数源单位。 Send a case to the organ that is the source."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        done = hub.call("POST", f"/api/v1/corrections/{_id_of(case)}/forward", json={"to": to, "finding": finding})
        emit(done, as_json=as_json, text=f"{case_line(done)}\n{case_line(done['forwarded'])}")


@correct_app.command("copies")
def copies(system: SystemId = None, key_file: KeyFile = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出本单位副本待更新的更正。 List the corrections your organ's copies wait for."""
    with explained(as_json=as_json):
        found = connect(url, system, key_file).call("GET", "/api/v1/corrections/copies")
        emit(found, as_json=as_json, text="\n".join(copy_lines(found)))


def copy_lines(found: dict[str, Any]) -> list[str]:
    """Return the corrections a copy waits for as a terminal shows them: when told, whether acknowledged."""
    lines = [pick(f"共 {found['total']} 件", f"{found['total']} in all")]
    for one in found["copies"]:
        told = str(one["told_at"])[:10]
        done = one["acknowledged_at"] is not None
        state = pick("已更新", "updated") if done else pick("待更新", "to be updated")
        lines.append(
            pick(f"  {one['correction']}  {told} 告知  {state}", f"  {one['correction']}  told {told}  {state}")
        )
    return lines


@correct_app.command("acknowledge")
def acknowledge(
    case: CaseId,
    system: SystemId = None,
    key_file: KeyFile = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """确认本单位的副本已更新。 Say that your organ's copy is up to date."""
    with explained(as_json=as_json):
        path = f"/api/v1/corrections/{_id_of(case)}/acknowledge"
        done = connect(url, system, key_file).call("POST", path)
        emit(done, as_json=as_json, text="\n".join(acknowledged_lines(done)))


def acknowledged_lines(done: dict[str, Any]) -> list[str]:
    """Return that a copy is up to date."""
    at = str(done["acknowledged_at"])[:10]
    return [pick(f"✔ 副本已更新，{at} 记录在案", f"✔ the copy is up to date, recorded {at}")]
