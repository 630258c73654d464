"""Verbs of rule sets: show, propose, try, approve, send back, history. For people of the providing department.

``hub rules show ENTRY --proposed -o rules.toml`` writes the rules the items call for; ``propose`` sends the edited
file; a second person tries it and approves it (Jilin Art. 27).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_mapping import Given, mapping_parameters
from hub.cli_output import emit, explained, pick, say
from hub.cli_staff import Code, Login, logged_in

rules_app = typer.Typer(name="rules", help="检查规则集 / rule sets of the checks", no_args_is_help=True)
Entry = Annotated[str, typer.Argument(help="条目名称 / name of the entry")]
Version = Annotated[int, typer.Argument(min=1, help="版本 / version")]
Why = Annotated[str, typer.Option("--why", help="理由 / why")]
RulesFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="规则集 TOML / rules as TOML")]
DataFile = Annotated[
    Path | None, typer.Option("--file", exists=True, dir_okay=False, help="在此文件上试 / try on this file")
]


@rules_app.command("show")
def show(
    entry: Entry,
    login: Login,
    proposed: Annotated[bool, typer.Option("--proposed", help="按信息项建议的规则 / those the items call for")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到此文件 / write this file")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """显示生效的规则集，或建议的规则。 Show the rules in force, or those the items call for."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"/api/v1/entries/{entry}/rules")
        text = found["proposed_toml"] if proposed else found["toml"]
        if output is not None:
            output.write_text(text, encoding="utf-8")
            say(f"已写入 {output}", f"written to {output}")
        emit(found, as_json=as_json, text="\n".join(show_lines(found)) if output is not None else text.rstrip("\n"))


def show_lines(found: dict[str, Any]) -> list[str]:
    """Return in a few lines what is in force, what waits and what the items call for."""
    version, rules = found["version"], len(found["rules"])
    lines = [
        pick(f"生效：第 {version} 版，{rules} 条规则", f"in force: version {version}, {rules} rules")
        if version
        else pick("没有生效的规则集", "no rule set is in force")
    ]
    if found["waiting"] is not None:
        number = found["waiting"]["version"]
        lines.append(pick(f"第 {number} 版待审定", f"version {number} waits for a decision"))
    lines.append(
        pick(f"按信息项建议 {len(found['proposed'])} 条", f"{len(found['proposed'])} rules the items call for")
    )
    return lines


@rules_app.command("propose")
def propose(
    entry: Entry,
    file: RulesFile,
    login: Login,
    why: Why,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """提出新的规则集（由另一位审核人批准后生效）。 Propose a rule set; another approver puts it in force."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"toml": file.read_text(encoding="utf-8"), "reason": why}
        made = hub.call("POST", f"/api/v1/entries/{entry}/rules", json=body)
        emit(made, as_json=as_json, text=_line(made))


@rules_app.command("try")
def try_rules(
    entry: Entry,
    version: Version,
    login: Login,
    file: DataFile = None,
    mapping: Given = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """试某一版：在现有数据或一个文件上；不入库。 Try a version on the current rows or a file; nothing is stored."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        path = f"/api/v1/entries/{entry}/rules/{version}"
        if file is None:
            found = hub.call("POST", f"{path}/trial")
        else:
            headers = {"Content-Type": "application/octet-stream"}
            params = {**mapping_parameters(mapping), "filename": file.name}
            answer = hub.raw("POST", f"{path}/file-trial", params=params, content=file.read_bytes(), headers=headers)
            found = answer.json()
        emit(found, as_json=as_json, text="\n".join(trial_lines(found)))


def trial_lines(found: dict[str, Any]) -> list[str]:
    """Return what a trial found: counts, then each rule that gives rows back, then warnings."""
    received, accepted, rejected = (found[name] for name in ("received", "accepted", "rejected"))
    lines = [
        pick(
            f"试行 {received:,} 行：通过 {accepted:,}，会退回 {rejected:,}；什么都没有入库",
            f"tried {received:,} rows: {accepted:,} pass, {rejected:,} would be rejected; nothing is stored",
        )
    ]
    for one in found["rules"]:
        name, first = one[pick("name", "name_en")], one["examples"][0]
        place = pick(f"例: 第 {first['line']:,} 行", f"e.g. line {first['line']:,}")
        hint = first[pick("hint", "hint_en")]
        lines.append(f"  {one['rule']} {name}  {one['rows']:,}  {place} [{first['item'] or ''}] {hint}".rstrip())
    return [*lines, *(f"  ⚠ {one[pick('zh', 'en')]}  {one['rows']:,}" for one in found["warnings"])]


@rules_app.command("approve")
def approve(
    entry: Entry,
    version: Version,
    login: Login,
    why: Why,
    send_back: Annotated[bool, typer.Option("--send-back", help="退回 / send it back instead")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """批准某一版（提出的人不能批准自己的），或退回。 Approve a version proposed by somebody else, or send it back."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"outcome": "send_back" if send_back else "approve", "reason": why}
        made = hub.call("POST", f"/api/v1/entries/{entry}/rules/{version}/decision", json=body)
        emit(made, as_json=as_json, text=_line(made))


@rules_app.command("history")
def history(entry: Entry, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """规则集的各版本。 The versions of a rule set."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"/api/v1/entries/{entry}/rules/history", params={"limit": 200})
        emit(found, as_json=as_json, text="\n".join(map(_line, found["versions"])))


_STATES = {
    "proposed": ("待审定", "waits for a decision"),
    "in_force": ("生效", "in force"),
    "superseded": ("已被取代", "superseded"),
    "sent_back": ("已退回", "sent back"),
}


def _line(made: dict[str, Any]) -> str:
    version, rules, state = made["version"], len(made["rules"]), pick(*_STATES[made["state"]])
    reason = made["decision"] or made["reason"]
    return pick(
        f"第 {version} 版  {rules} 条规则  {state}  {made['proposed_at'][:10]}  {reason}",
        f"version {version}  {rules} rules  {state}  {made['proposed_at'][:10]}  {reason}",
    )
