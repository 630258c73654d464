"""Verbs of delivery: batches to compare, changes to fetch, and where events go.

``hub match`` takes a file and writes states; ``hub subscribe`` and ``hub changes`` follow a resource; ``hub webhook``
names where events go, registered by one person and approved by another. What a comparison
answers is written by row: its state, the state of each claim, the reason where it could not be compared.
"""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect, save_receipt
from hub.cli_output import Exit, emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from hub.client import Hub

webhook_app = typer.Typer(name="webhook", help="变更推送地址 / where events go", no_args_is_help=True)
Purpose = Annotated[str, typer.Option(help="用途，与授权一致 / purpose, as granted")]
Case = Annotated[str | None, typer.Option("--case", help="办件编号 / case number")]
ReceiptPath = Annotated[Path | None, typer.Option(help="把凭证存到此文件 / save the receipt here")]
WebhookId = Annotated[str, typer.Argument(help="推送地址编号 / id of the webhook")]
WORDS = {
    "match": "一致",
    "mismatch": "不一致",
    "not_found": "查无",
    "cannot_verify": "无法核验",
    "invalid": "此行无法比对",
}
PAGE = 1_000


def match(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV、CSV.GZ、XLSX 或 XLS 文件")],
    resource: Annotated[str, typer.Option("--resource", "-r", help="条目名称 / name of the entry")],
    key: Annotated[list[str], typer.Option(help="定位的信息项，可多次：列名或中文名 / item that finds the record")],
    claims: Annotated[list[str], typer.Option(help="核验的信息项，可多次：列名或中文名 / item to compare")],
    purpose: Purpose,
    out: Annotated[Path, typer.Option(help="结果写到此 CSV / write the states here")],
    case_number: Case = None,
    sheet: Annotated[str | None, typer.Option(help="工作表名称或序号 / sheet, by name or number")] = None,
    header_row: Annotated[int, typer.Option(min=1, help="表头所在行（从 1 起）/ header row, from 1")] = 1,
    encoding: Annotated[str | None, typer.Option(help="编码，如 gb18030 / encoding")] = None,
    receipt: ReceiptPath = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """批量比对：文件进，结果出；不返回登记的内容。 Compare the rows of a file; no registered value comes back."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        asked = {
            "key": key,
            "claims": claims,
            "purpose": purpose,
            "case_number": case_number,
            "sheet": sheet,
            "header_row": header_row,
            "encoding": encoding,
        }
        with _bar(pick("比对", "comparing"), hidden=as_json):
            answer = hub.raw(
                "POST",
                f"/api/v1/exchange/{resource}/match/file",
                content=file.read_bytes(),
                params={name: value for name, value in asked.items() if value is not None},
                headers={"Content-Type": "application/octet-stream"},
            )
        result: dict[str, Any] = answer.json()
        write_states(out, result)
        if receipt is not None:
            save_receipt(hub, result["receipt"], receipt)
        shown = {name: value for name, value in result.items() if name not in {"results", "salt"}}
        emit({**shown, "out": str(out)}, as_json=as_json, text="\n".join(match_lines(result, out)))
        raise SystemExit(int(match_exit(result)))


def write_states(path: Path, result: dict[str, Any]) -> None:
    """Write one line a row, in the order of the file, so that it can be put beside it; Excel reads the encoding."""
    names = list(dict.fromkeys(name for one in result["results"] for name in one.get("items", {})))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [pick("行", "row"), pick("文件行号", "line"), pick("结果", "result"), *names, pick("原因", "reason")]
        )
        for one in result["results"]:
            states = one.get("items", {})
            reason = result["invalid"].get(one.get("reason"), {})
            writer.writerow(
                [
                    one["row"],
                    one.get("line", ""),
                    pick(WORDS[one["result"]], one["result"]),
                    *(pick(WORDS[states[name]], states[name]) if name in states else "" for name in names),
                    pick(reason.get("zh", ""), reason.get("en", "")),
                ]
            )


def match_lines(result: dict[str, Any], out: Path) -> list[str]:
    """Return the counts of a batch as a terminal shows them."""
    counts = "  ".join(f"{pick(WORDS[state], state)} {count:,}" for state, count in result["counts"].items())
    lines = [pick(f"✔ 共 {result['rows']:,} 行：{counts}", f"✔ {result['rows']:,} rows: {counts}")]
    lines += [f"  {pick(one['zh'], one['en'])}: {one['rows']:,}" for one in result["invalid"].values()]
    if result["ignored_columns"]:
        names = "、".join(result["ignored_columns"])
        lines.append(pick(f"  未用的列：{names}", f"  columns not used: {names}"))
    lines.append(pick(f"  逐行结果已写入 {out}", f"  the states are in {out}"))
    return [*lines, pick(f"凭证 {result['receipt']}", f"receipt {result['receipt']}")]


def match_exit(result: dict[str, Any]) -> Exit:
    """Return the exit code: rows that could not be compared are rejected rows."""
    invalid = result["counts"]["invalid"]
    if not invalid:
        return Exit.OK
    return Exit.ALL_REJECTED if invalid == result["rows"] else Exit.PARTLY_REJECTED


@contextmanager
def _bar(text: str, *, hidden: bool) -> Iterator[None]:
    """Show on a terminal that it goes on, and for how long."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn(text), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=hidden or not console.is_terminal) as bar:
        bar.add_task(text, total=None)
        yield


def changes(
    resource: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    out: Annotated[Path, typer.Option(help="变更逐行写到此文件（NDJSON，追加）/ append the changes here, one a line")],
    after: Annotated[int, typer.Option(min=0, help="上次的版本号；0 为全量 / the last version, 0 for all")] = 0,
    purpose: Annotated[str | None, typer.Option(help="用途；公开数据不用 / purpose; not for open data")] = None,
    case_number: Case = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """取自某版本以来的变更。 Fetch what changed since a version; print the version to go on from."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file, needs_key=purpose is not None)
        with out.open("a", encoding="utf-8") as file:
            result = _fetch(hub, resource, {"after": after, "purpose": purpose, "case_number": case_number}, file)
        text = pick(
            f"✔ 写入 {result['upserts']:,} 行，删除 {result['deletes']:,} 行；下次从 {result['to']} 继续",
            f"✔ {result['upserts']:,} rows to write, {result['deletes']:,} to delete; go on from {result['to']}",
        )
        emit(result, as_json=as_json, text=text)


def _fetch(hub: Hub, resource: str, asked: dict[str, Any], file: TextIO) -> dict[str, Any]:
    """Append all pages to a file; returns the counts and the version to go on from."""
    parameters: dict[str, Any] = {name: value for name, value in asked.items() if value is not None} | {"limit": PAGE}
    found: dict[str, Any] = {"upserts": 0, "deletes": 0}
    while True:
        page = hub.call("GET", f"/api/v1/data/{resource}/changes", params=parameters)
        file.writelines(json.dumps(change, ensure_ascii=False) + "\n" for change in page["changes"])
        found["upserts"] += page["upserts"]
        found["deletes"] += page["deletes"]
        if not page["has_more"]:
            return {**found, "to": page["to"], "snapshot": page["snapshot"], "receipt": page.get("receipt")}
        parameters["cursor"] = page["next"]


def subscribe(
    resource: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    purpose: Purpose,
    case_number: Case = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """以授权系统的身份订阅一个条目的变更。 Subscribe a granted system to the changes of an entry."""
    with explained(as_json=as_json):
        body = {"entry": resource, "purpose": purpose, "case_number": case_number}
        result = connect(url, system, key_file).call("POST", "/api/v1/subscriptions", json=body)
        emit(result, as_json=as_json, text=pick(f"✔ 订阅 {result['id']}", f"✔ subscription {result['id']}"))


@webhook_app.command("add")
def add_webhook(
    subscription: Annotated[str, typer.Argument(help="订阅编号 / id of the subscription")],
    target: Annotated[str, typer.Argument(help="接收地址（https）/ address of the receiver")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """登记推送地址；签名密钥只显示这一次。 Register a webhook; its secret is shown this once."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = hub.call("POST", f"/api/v1/subscriptions/{subscription}/webhooks", json={"url": target})
        emit(result, as_json=as_json, text="\n".join((webhook_line(result), result["secret"])))


def _step(
    webhook: str, step: str, who: tuple[str, str, str | None], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    url, login, code = who
    with logged_in(url, login, code) as hub:
        return hub.call("POST", f"/api/v1/webhooks/{webhook}/{step}", json=body)


def webhook_line(result: dict[str, Any]) -> str:
    """Return a webhook as a terminal shows it."""
    words = {
        "proposed": ("待批准", "waits for approval"),
        "active": ("启用", "active"),
        "disabled": ("停用", "disabled"),
    }
    return f"✔ {result['id']}  {result['url']}  {pick(*words[result['status']])}"


@webhook_app.command("approve")
def approve_webhook(
    webhook: WebhookId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """批准推送地址（须为另一人）。 Approve a webhook: another person than who registered it."""
    with explained(as_json=as_json):
        result = _step(webhook, "approve", (url, login, code))
        emit(result, as_json=as_json, text=webhook_line(result))


@webhook_app.command("rotate")
def rotate_webhook(
    webhook: WebhookId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """更换签名密钥；旧密钥并用 24 小时。 Make a new secret; the former one signs beside it for 24 hours."""
    with explained(as_json=as_json):
        result = _step(webhook, "secret", (url, login, code))
        emit(result, as_json=as_json, text="\n".join((webhook_line(result), result["secret"])))


@webhook_app.command("disable")
def disable_webhook(
    webhook: WebhookId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """停用推送地址。 Disable a webhook."""
    with explained(as_json=as_json):
        result = _step(webhook, "disable", (url, login, code))
        emit(result, as_json=as_json, text=webhook_line(result))


@webhook_app.command("redeliver")
def redeliver(
    webhook: WebhookId,
    after: Annotated[int, typer.Option(min=0, help="从此号之后重发 / send again what came after this number")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """从某一号之后重发。 Send events again, with the same ids."""
    with explained(as_json=as_json):
        result = _step(webhook, "redeliver", (url, login, code), {"after": after})
        emit(result, as_json=as_json, text=webhook_line(result))
