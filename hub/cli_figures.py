"""``hub figures``: counts, sums and means by group instead of rows (统计法 Art. 28).

Open data needs no key. With ``--purpose`` the question is a granted system's and leaves a receipt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect, save_receipt
from hub.cli_output import emit, explained, pick, say

WORDS = {
    "ok": ("", ""),
    "rounded": ("（取整）", " (rounded)"),
    "zero": ("零", "zero"),
    "missing": ("无数值", "no values"),
    "suppressed_primary": ("未显示：对象过少", "not shown: too few"),
    "suppressed_secondary": ("未显示：保护其他单元格", "not shown: protects another cell"),
}


def figures(
    dataset: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    by: Annotated[
        list[str] | None, typer.Option(help="分组：信息项，日期可写 信息项:year，最多三次 / item to group by")
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option(help="指标：count、sum:信息项、mean:信息项，可多次 / what to measure")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(help="筛选 信息项=值，可多次 / filter item=value")] = None,
    purpose: Annotated[
        str | None, typer.Option(help="用途；以授权系统提问时给出 / purpose, when asking as a granted system")
    ] = None,
    case_number: Annotated[str | None, typer.Option("--case", help="办件编号 / case number")] = None,
    receipt: Annotated[Path | None, typer.Option(help="把凭证存到此文件 / save the receipt here")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """按组统计，受保护的数据经披露控制。 Figures by group; protected data under disclosure control."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file, needs_key=purpose is not None)
        conditions = [_condition(text) for text in where or []]
        condition = {"and": conditions} if conditions else None
        if purpose is None:
            asked = {"group_by": ",".join(by or []), "measures": ",".join(measure or ["count"])}
            if condition is not None:
                asked["where"] = orjson.dumps(condition).decode()
            result = hub.call("GET", f"/api/v1/datasets/{dataset}/aggregate?{urlencode(asked)}")
        else:
            body: dict[str, Any] = {"group_by": by or [], "measures": measure or ["count"], "where": condition}
            body |= {"purpose": purpose, "case_number": case_number}
            result = hub.call("POST", f"/api/v1/exchange/{dataset}/aggregate", json=body)
        if receipt is not None and "receipt" in result:
            save_receipt(hub, result["receipt"], receipt)
            say(f"凭证已写入 {receipt}", f"receipt written to {receipt}")
        emit(result, as_json=as_json, text="\n".join(figures_lines(result)))


def _condition(text: str) -> dict[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ValueError(pick(f"“{text}”应写成 信息项=值", f"write {text!r} as item=value"))
    return {"item": name, "op": "eq", "value": value}


def figures_lines(result: dict[str, Any]) -> list[str]:
    """Return a table as a terminal shows it: each cell with its figures, or why there are none."""
    lines = []
    for cell in result["cells"]:
        group = "  ".join(f"{name}={'-' if value is None else value}" for name, value in cell["group"].items())
        shown = "  ".join(f"{name} {cell[name]}" for name in result["measures"] if cell[name] is not None)
        lines.append(f"  {group or pick('合计', 'total')}: {shown}{pick(*WORDS[cell['status']])}")
    lines.append(
        pick(
            f"{result['returned']} 个单元格，其中 {result['suppressed']} 个未显示；未列出的为零",
            f"{result['returned']} cells, {result['suppressed']} of them not shown; what is not listed is zero",
        )
    )
    if result["is_controlled"]:
        lines.append(pick(*result["control"]["note"].split(" / ", 1)))
    if "as_of_reason" in result:
        lines.append(pick(*result["as_of_reason"].split(" / ", 1)))
    if "receipt" in result:
        lines.append(pick(f"凭证 {result['receipt']}", f"receipt {result['receipt']}"))
    return lines
