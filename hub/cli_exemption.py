"""Verbs of departments and supervision: ``hub exemption`` (records that restrict items, and what stands behind them).

They log in as a person, as :mod:`hub.cli_staff` does. What is long is a JSON file, described in
docs/reference/exemptions.md; ``--json`` prints what the hub answered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

exemption_app = typer.Typer(name="exemption", help="豁免记录 / records that restrict items", no_args_is_help=True)
BASE = "/api/v1/exemptions"
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON 文件 / JSON file")]
Id = Annotated[str, typer.Argument(help="编号 / id")]
Reason = Annotated[str, typer.Option(help="理由 / the reason")]
STATUS = {
    "claimed": ("待签署或待认定", "waits for a signature or a finding"),
    "decided": ("已决定", "decided"),
    "withdrawn": ("已撤回", "withdrawn"),
    "overturned": ("已推翻", "overturned"),
    "rejected": ("主张不成立", "claim rejected"),
}
FILES = {
    "record": ("", "记录 / a record"),
    "claim": ("/claims", "商业秘密主张 / a trade-secret claim"),
    "assessment": ("/assessments", "影响评估 / an impact assessment"),
}


@exemption_app.command("list")
def list_records(
    login: Login,
    everywhere: Annotated[bool, typer.Option("--all", help="全部单位（监督人员）/ all organs (supervision)")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出豁免记录，复核最早的在前。 List records, the oldest review first."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", BASE, params={"scope": "all" if everywhere else "own", "limit": 500})
        head = pick(f"共 {found['total']} 条，显示 {found['returned']} 条", f"{found['returned']} of {found['total']}")
        lines = [text for one in found["exemptions"] for text in record_lines(one)]
        emit(found, as_json=as_json, text="\n".join([head, *lines]))


@exemption_app.command("returns")
def list_returns(
    login: Login,
    everywhere: Annotated[bool, typer.Option("--all", help="全部单位（监督人员）/ all organs (supervision)")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出返回复核的信息项及其影响。 List items returned to review, with what rested on them."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"{BASE}/returns", params={"scope": "all" if everywhere else "own", "limit": 500})
        lines = [
            pick(
                f"  {one['exemption_id']}  {one['ground']} {one['item'] or '目录外'}：{'、'.join(one['causes'])}；"
                f"授权 {len(one['affected']['grants'])}，不予提供 {len(one['affected']['refusals'])}",
                f"  {one['exemption_id']}  {one['ground']} {one['item'] or 'outside'}: {', '.join(one['causes'])}; "
                f"grants {len(one['affected']['grants'])}, refusals {len(one['affected']['refusals'])}",
            )
            for one in found["returns"]
        ]
        head = pick(f"返回复核 {found['total']} 项", f"{found['total']} in review")
        emit(found, as_json=as_json, text="\n".join([head, *lines]))


@exemption_app.command("create")
def create(
    kind: Annotated[str, typer.Argument(help="record、claim 或 assessment / what the file holds")],
    file: File,
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """登记豁免记录、商业秘密主张或影响评估。 File a record, a trade-secret claim or an impact assessment."""
    with explained(as_json=as_json):
        if kind not in FILES:
            raise ValueError(pick(f"须为 {'、'.join(FILES)} 之一", f"one of {', '.join(FILES)}"))
        body = json.loads(file.read_text(encoding="utf-8"))
        with logged_in(url, login, code) as hub:
            made = hub.call("POST", f"{BASE}{FILES[kind][0]}", json=body)
        lines = record_lines(made) if kind == "record" else [f"  {made['id']}"]
        emit(made, as_json=as_json, text="\n".join([pick("✔ 已登记", "✔ filed"), *lines]))


@exemption_app.command("show")
def show(record: Id, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """查看一条记录、依据和办理经过。 Show a record with its evidence and history."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"{BASE}/{record}")
        steps = [f"    {one['at']}  {one['step']}  → {one['to_status']}" for one in found["history"]]
        emit(found, as_json=as_json, text="\n".join([*record_lines(found), *steps]))


@exemption_app.command("affected")
def affected(record: Id, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出依赖该记录的授权和不予提供答复。 List the grants and refusals that rest on a record."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"{BASE}/{record}/affected")
        lines = [f"  {one['grant_id']}  {one['treatment']}  {one['status']}" for one in found["grants"]]
        lines += [f"  {one['label']}  {one['decided_at']}" for one in found["refusals"]]
        numbers = (len(found["grants"]), len(found["refusals"]))
        head = pick(f"授权 {numbers[0]} 份，不予提供 {numbers[1]} 项", f"grants {numbers[0]}, refusals {numbers[1]}")
        emit(found, as_json=as_json, text="\n".join([head, *lines]))


@exemption_app.command("act")
def act(
    step: Annotated[
        str,
        typer.Argument(
            help="confirm、review、referral、referral/answer、withdraw、consultations 或 overrides（对记录）；"
            "或 claims/编号/finding、consultations/编号/reply 等 / a step on the record, or the path of another"
        ),
    ],
    login: Login,
    record: Annotated[str | None, typer.Option("--record", help="记录编号 / id of the record")] = None,
    file: Annotated[Path | None, typer.Option("--file", exists=True, dir_okay=False, help="JSON 文件")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """办理一步：签署、复核、移送、撤回、征求意见、认定、公共利益公开。 Take one step of the procedures."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        path = f"{BASE}/{record}/{step}" if record is not None else f"{BASE}/{step}"
        body = json.loads(file.read_text(encoding="utf-8")) if file is not None else None
        done = hub.call("POST", path, json=body)
        lines = record_lines(done) if "in_force" in done else [f"  {done['id']}"]
        emit(done, as_json=as_json, text="\n".join([pick("✔ 已办理", "✔ done"), *lines]))


@exemption_app.command("withdraw")
def withdraw(
    record: Id, login: Login, reason: Reason, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """撤回或解密一条记录。 Withdraw or declassify a record."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        done = hub.call("POST", f"{BASE}/{record}/withdraw", json={"reason": reason})
        emit(done, as_json=as_json, text="\n".join([pick("✔ 已撤回", "✔ withdrawn"), *record_lines(done)]))


@exemption_app.command("counters")
def counters(login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """应公布的计数（监督人员）。 Counters to publish (supervision)."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"{BASE}/counters")
        lines = [f"  {ground}  {number}" for ground, number in sorted(found["refusals_by_ground"].items())]
        head = pick(
            f"按理由的不予提供；返回复核 {found['in_review']} 项", f"refusals by ground; {found['in_review']} in review"
        )
        emit(found, as_json=as_json, text="\n".join([head, *lines]))


def record_lines(one: dict[str, Any]) -> list[str]:
    """Return a record as a terminal shows it: what, until when, and why it does not hold today, if so."""
    zh, en = STATUS[one["status"]]
    held = pick("有效", "in force") if one["in_force"] else pick(f"未生效（{zh}）", f"not in force ({en})")
    where = one["item"] or pick("目录外", "outside")
    line = f"  {one['id']}  {one['ground']} {where}  {one['in_force_from']} – {one['in_force_until']}  {held}"
    return [line, *(f"    {pick(reason['zh'], reason['en'])}" for reason in one["not_in_force"])]
