"""Verbs of who answers: ``hub request inbox`` (what waits, most urgent first) and ``propose`` (what the law allows).

``inbox --item … --save FILE`` keeps the newest request that waits for an item in a file, for ``hub request answer``.
政务数据共享条例 Art. 21; Zhengzhou Art. 20.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick, say
from hub.cli_request import request_app
from hub.cli_staff import FORMS, Code, Login, RequestFile, line_of, logged_in, request_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.client import Hub

__all__ = ["request_app"]
PAGE = 200


@request_app.command("inbox")
def inbox(
    login: Login,
    item: Annotated[str, typer.Option(help="只看等待此信息项的，列名 / those that wait for this column")] = "",
    save: Annotated[Path | None, typer.Option(help="把其中最新的一份存到此文件 / keep the newest in this file")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """申请办理：等待本单位答复的，最急的在前。 What waits for your organ's answer, the most urgent first."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = waiting(hub, item)
        emit({"total": len(found), "requests": found}, as_json=as_json, text="\n".join(inbox_lines(found)))
        if save is not None:
            if not found:
                raise ValueError(pick("没有等待答复的申请可存", "there is no request waiting that could be kept"))
            save.write_text(json.dumps(newest(found), ensure_ascii=False, indent=1), encoding="utf-8")
            say(f"申请已存入 {save}", f"the request is in {save}")


def waiting(hub: Hub, item: str = "") -> list[dict[str, Any]]:
    """Return every request with a line that waits (for ``item`` where it is named), in the order of the inbox."""
    found: list[dict[str, Any]] = []
    offset: int | None = 0
    while offset is not None:
        page = hub.call("GET", "/api/v1/inbox", params={"limit": PAGE, "offset": offset})
        found += [one for one in page["requests"] if any(_waits(line, item) for line in one["lines"])]
        offset = page["next"]
    return found


def _waits(line: dict[str, Any], item: str) -> bool:
    return line["state"] == "waiting" and item in {"", line["item"]}


def newest(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the request that was submitted last."""
    return max(found, key=lambda one: (str(one["submitted_at"]), str(one["label"])))


def inbox_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the inbox as a terminal shows it: purpose and basis of each request, then its lines."""
    lines = [pick(f"共 {len(found)} 份待答复", f"{len(found)} waiting")]
    for one in found:
        lines += request_lines(one)
        lines.append(
            pick(
                f"  用途：{one['purpose']}；依据：{one['legal_basis']}",
                f"  purpose: {one['purpose']}; basis: {one['legal_basis']}",
            )
        )
    return lines


@request_app.command("propose")
def propose(
    request: RequestFile,
    item: Annotated[str, typer.Argument(help="信息项列名 / column")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """答复建议：由宽到窄的合法方式，能支持拒绝的记录。 The lawful forms, and what could carry a refusal."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        held = json.loads(request.read_text(encoding="utf-8"))
        result = hub.call("GET", f"/api/v1/requests/{held['id']}/lines/{line_of(held, item)}/proposal")
        emit(result, as_json=as_json, text="\n".join(proposal_lines(result)))


def proposal_lines(result: dict[str, Any]) -> list[str]:
    """Return what the rules propose as a terminal shows it: a line a form, then a line a record."""
    return [
        pick(
            f"{result['item_name']}：申请{FORMS[result['asked']][0]}",
            f"{result['item']}: asked for {FORMS[result['asked']][1]}",
        ),
        *(_form_line(one) for one in result["forms"]),
        f"  {pick(result['refusal']['why'], result['refusal']['why_en'])}",
        *(text for record in result["refusal"]["records"] for text in _record_lines(record)),
    ]


def _form_line(form: dict[str, Any]) -> str:
    mark = "✔" if form["is_allowed"] else "✘"
    zh, en = form["name"], form["name_en"]
    return f"  {mark} {pick(zh, en)}  {pick(form['reason'], form['reason_en'])}  {form['article']}"


def _record_lines(record: dict[str, Any]) -> Iterator[str]:
    """Yield the record with its id, and what it lacks where it carries no refusal."""
    name = pick(record["ground_name"], record["ground_name_en"])
    yield f"    {record['ground']} {name}  {record['provision'] or ''}  {record['exemption_id']}"
    for lack in record["lacks"]:
        zh, en = f"{lack['message']}：{lack['next']}", f"{lack['message_en']}: {lack['next_en']}"
        yield f"      {pick(zh, en)}"
