"""Verbs that talk to a hub over HTTP: find, query, verify, get. The verb push is in :mod:`hub.cli_push`.

The hub's address, the system's id and its private key come from options or from ``HUB_CLIENT_URL``,
``HUB_CLIENT_SYSTEM``, ``HUB_CLIENT_KEY_FILE``. Output is Chinese or English by locale, ``--json`` for machines.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli_output import emit, explained, pick, say
from hub.client import Hub, HubProblemError, SystemCredentials

Url = Annotated[str, typer.Option("--url", envvar="HUB_CLIENT_URL", help="平台地址 / address of the hub")]
SystemId = Annotated[
    str | None, typer.Option("--system", envvar="HUB_CLIENT_SYSTEM", help="系统编号 / id of the system")
]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", envvar="HUB_CLIENT_KEY_FILE", help="系统私钥（PEM）/ private key (PEM)")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
DEFAULT_URL = "http://127.0.0.1:8000"
FACETS = {
    "provider": "提供单位", "class": "资源分类", "theme": "主题", "share_type": "共享类型", "open_type": "开放类型",
    "format": "格式", "cycle": "更新周期", "sensitivity": "敏感类别", "freshness": "更新情况",
}  # fmt: skip
SHOWN_VALUES = 8
PROOF_SECONDS = 15.0
"""Longest wait for the proof of a receipt; the hub promises it within a second."""


def connect(url: str, system: str | None, key_file: Path | None, *, needs_key: bool = True) -> Hub:
    """Return a client; usage error when a key is needed and none is given."""
    if system is None or key_file is None:
        if needs_key:
            raise ValueError(
                pick(
                    "请用 --system 和 --key-file（或 HUB_CLIENT_SYSTEM、HUB_CLIENT_KEY_FILE）指明系统和私钥",
                    "name the system and its key with --system and --key-file",
                )
            )
        return Hub(url)
    if not key_file.is_file():
        raise ValueError(pick(f"找不到私钥文件 {key_file}", f"there is no key file {key_file}"))
    try:
        return Hub(url, SystemCredentials.load(system, key_file))
    except (ValueError, TypeError) as error:
        raise ValueError(
            pick(
                f"{key_file} 不是 ES256 或 Ed25519 私钥（PEM，无口令）；可用 hub key new 生成",
                f"{key_file} holds no ES256 or Ed25519 private key (PEM, no password); make one with hub key new",
            )
        ) from error


def find(
    text: Annotated[str, typer.Argument(help="要找的词：信息项、条目、部门 / what to look for")],
    items: Annotated[bool, typer.Option("--items/--entries", help="找信息项还是条目")] = True,
    where: Annotated[
        list[str] | None,
        typer.Option(help="筛选 类别=值，如 open_type=1、cycle=2、freshness=overdue，可多次 / filter facet=value"),
    ] = None,
    facets: Annotated[bool, typer.Option("--facets", help="同时按类别计数 / count by facet")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """在目录中查找：谁有这一项，怎样取得。 Find who holds an item and how to get it."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file, needs_key=False)
        path = "/api/v1/items" if items else "/api/v1/datasets"
        asked: dict[str, Any] = {"q": text, "limit": limit}
        for name, value in _pairs_of(where or []):
            asked.setdefault(name, []).append(value)
        if facets:
            asked["facet"] = list(FACETS)
        result = hub.call("GET", path, params=asked)
        emit(result, as_json=as_json, text="\n".join(find_lines(result)))


def find_lines(result: dict[str, Any]) -> list[str]:
    """Return what was found, items or entries, as a terminal shows it; what is near where nothing was."""
    are_items = "items" in result
    hits = result["items"] if are_items else result["datasets"]
    lines = [pick(f"共 {result['total']} 条，显示 {len(hits)} 条", f"{len(hits)} of {result['total']}")]
    lines += [_item_line(hit) if are_items else _entry_line(hit) for hit in hits]
    if result.get("near"):
        lines.append(pick("只包含部分检索词的条目：", "entries that hold part of the words:"))
        lines += [_entry_line(hit) for hit in result["near"]]
    if result.get("suggestions"):
        words = "、".join(result["suggestions"])
        lines.append(pick(f"您是不是要找：{words}", f"did you mean: {words}"))
    for name, values in result.get("facets", {}).items():
        counted = "，".join(f"{pick(one['name'], one['name_en']) or one['value']} {one['count']}" for one in values[:8])
        more = f" …（{len(values)}）" if len(values) > SHOWN_VALUES else ""
        lines.append(f"  {FACETS[name]} {name}: {counted}{more}")
    return lines


def _item_line(hit: dict[str, Any]) -> str:
    source = pick(" ★数源单位", " ★source") if hit["is_authoritative"] else ""
    days = hit["answer_working_days"]
    answered = "" if days is None else pick(f"，{days} 个工作日内答复", f", answered in {days} working days")
    condition = f"（{hit['condition']}）" if hit["condition"] else ""
    return (
        f"  {hit['item']}  {hit['provider']}{source} · {hit['title']} ({hit['name']})"
        f"  {hit['sharing']}{condition}{answered}"
    )


def _entry_line(hit: dict[str, Any]) -> str:
    source = pick(" ★数源单位", " ★source") if hit["is_authoritative"] else ""
    return f"  {hit['title']}  {hit['provider']}{source}  ({hit['name']})"


def _pairs_of(values: list[str]) -> list[tuple[str, str]]:
    return [pair for value in values for pair in _pairs([value]).items()]


def _pairs(values: list[str]) -> dict[str, str]:
    pairs = {}
    for value in values:
        name, separator, content = value.partition("=")
        if not separator:
            raise ValueError(pick(f"应写作 信息项=值：{name}", f"write item=value: {name}"))
        pairs[name] = content
    return pairs


def query(
    dataset: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    purpose: Annotated[str, typer.Option(help="用途，与授权一致 / purpose, as granted")],
    where: Annotated[list[str] | None, typer.Option(help="筛选 信息项=值，可多次 / filter item=value")] = None,
    items: Annotated[list[str] | None, typer.Option(help="信息项列名，可多次 / columns")] = None,
    case_number: Annotated[str | None, typer.Option("--case", help="办件编号 / case number")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    receipt: Annotated[Path | None, typer.Option(help="把凭证存到此文件 / save the receipt here")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """以授权系统的身份查询；每次答复都有凭证。 Query as a granted system; every answer has a receipt."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        conditions = [{"item": name, "op": "eq", "value": value} for name, value in _pairs(where or []).items()]
        body = {
            "items": items,
            "where": {"and": conditions} if conditions else None,
            "limit": limit,
            "purpose": purpose,
            "case_number": case_number,
        }
        result = hub.call("POST", f"/api/v1/exchange/{dataset}/query", json=body)
        _keep_receipt(hub, result["receipt"], receipt)
        emit(result, as_json=as_json, text="\n".join(query_lines(result)))


def query_lines(result: dict[str, Any]) -> list[str]:
    """Return the rows of an answer as a terminal shows them, with the number of its receipt."""
    lines = [
        pick(f"共 {result['total']} 行，返回 {result['returned']} 行", f"{result['returned']} of {result['total']}")
    ]
    lines += [
        "  " + "  ".join(f"{name}={'' if value is None else value}" for name, value in row.items())
        for row in result["rows"]
    ]
    lines += [
        pick(
            f"  第 {one['row'] + 1} 行的 {'、'.join(one['items'])} 正在校核，暂按原值使用",
            f"  row {one['row'] + 1}: {', '.join(one['items'])} under verification, used as it stands meanwhile",
        )
        for one in result.get("under_verification", ())
    ]
    return [*lines, pick(f"凭证 {result['receipt']}", f"receipt {result['receipt']}")]


def verify(
    dataset: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    key: Annotated[list[str], typer.Option(help="定位：信息项=值 / item=value that finds the record")],
    claim: Annotated[list[str], typer.Option(help="核验：信息项=值 / item=value to compare")],
    purpose: Annotated[str, typer.Option(help="用途，与授权一致 / purpose, as granted")],
    case_number: Annotated[str | None, typer.Option("--case", help="办件编号 / case number")] = None,
    receipt: Annotated[Path | None, typer.Option(help="把凭证存到此文件 / save the receipt here")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """核验一个人或单位：一致、不一致、查无、无法核验。 Verify one person or body."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        body = {"key": _pairs(key), "claims": _pairs(claim), "purpose": purpose, "case_number": case_number}
        result = hub.call("POST", f"/api/v1/exchange/{dataset}/verify", json=body)
        _keep_receipt(hub, result["receipt"], receipt)
        emit(result, as_json=as_json, text="\n".join(verify_lines(result)))


def verify_lines(result: dict[str, Any]) -> list[str]:
    """Return the outcome of a verification as a terminal shows it: no stored value, only whether it agrees."""
    words = {"match": "一致", "mismatch": "不一致", "not_found": "查无", "cannot_verify": "无法核验"}
    lines = [pick(words[result["result"]], result["result"])]
    lines += [f"  {name}: {pick(words[value], value)}" for name, value in result["items"].items()]
    return [*lines, pick(f"凭证 {result['receipt']}", f"receipt {result['receipt']}")]


def get(
    path: Annotated[str, typer.Argument(help="平台上的地址，如 /ledger/checkpoint / path on the hub")],
    to: Annotated[Path, typer.Option(help="存到此文件 / file to write")],
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
) -> None:
    """读取平台的一个地址，原样存入文件；公开的无需密钥。 Save what a path of the hub answers, byte for byte."""
    with explained():
        size = connect(url, system, key_file, needs_key=False).save(path, to)
        say(f"✔ {size:,} 字节已写入 {to}", f"✔ {size:,} bytes written to {to}")


def headers(
    method: Annotated[str, typer.Argument(help="请求方法，如 POST / method of the request")],
    address: Annotated[str, typer.Argument(help="完整网址 / full address of the request")],
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
) -> None:
    """打印一次请求用的两行头：令牌和持有证明（30 秒内一次有效），供 curl --header @- 使用。 Headers of one request."""
    with explained():
        proving = connect(url, system, key_file).proving(method.upper(), address)
        typer.echo("\n".join(f"{name}: {value}" for name, value in proving.items()))


def _keep_receipt(hub: Hub, receipt_id: str, path: Path | None) -> None:
    if path is not None:
        save_receipt(hub, receipt_id, path)
        say(f"凭证已写入 {path}", f"receipt written to {path}")


def save_receipt(hub: Hub, receipt_id: str, path: Path) -> None:
    """Write a receipt with its proof to ``path``, waiting for its place in the log (about a second) if need be."""
    deadline = time.monotonic() + PROOF_SECONDS
    while True:
        try:
            bundle = hub.raw("GET", f"/ledger/receipts/{receipt_id}").content
        except HubProblemError as error:
            pause = error.problem.get("retry_after_seconds")
            if not isinstance(pause, int | float) or time.monotonic() + pause > deadline:
                raise
            time.sleep(pause)
        else:
            path.write_bytes(bundle)
            return
