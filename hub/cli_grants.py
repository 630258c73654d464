"""``hub grant``: what an organ was granted, and samples filled in for its key: from a grant to the first good call.

The samples hold the system's id, the thumbprint of its key, the granted items and a case number of the right form;
the private key stays in its file. 政务数据共享条例 Art. 22; RFC 7523, RFC 9449.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick, say
from hub.cli_staff import FORMS, Code, Login, logged_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.client import Hub

grant_app = typer.Typer(name="grant", help="授权与调用示例 / grants, and samples to copy", no_args_is_help=True)
PAGE = 200
STATUS = {
    "active": ("有效", "active"),
    "suspended": ("已暂停", "suspended"),
    "withdrawn": ("已收回", "withdrawn"),
}


class SampleLanguage(StrEnum):
    """The languages samples are written in."""

    CURL = "curl"
    PYTHON = "python"
    JAVA = "java"
    SQL = "sql"


@grant_app.command("list")
def list_grants(
    login: Login,
    given: Annotated[bool, typer.Option("--given", help="本单位给出的 / those your organ gave")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出授权：条目、信息项与方式、到期日。 List grants: entry, items with their forms, last day."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = all_grants(hub, given=given)
        emit({"total": len(found), "grants": found}, as_json=as_json, text="\n".join(grant_lines(found)))


def all_grants(hub: Hub, *, given: bool = False) -> list[dict[str, Any]]:
    """Return every grant of the organ, received or ``given``."""
    found: list[dict[str, Any]] = []
    offset: int | None = 0
    while offset is not None:
        params = {"given": given, "limit": PAGE, "offset": offset}
        page = hub.call("GET", "/api/v1/grants", params=params)
        found += page["grants"]
        offset = page["next"]
    return found


def grant_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return grants as a terminal shows them, one a line, the id first so that it can be copied."""
    lines = [pick(f"共 {len(found)} 份授权", f"{len(found)} grants")]
    for one in found:
        items = ", ".join(f"{column} ({pick(*FORMS[form])})" for column, form in one["items"].items())
        standing = pick(*STATUS.get(one["status"], (one["status"], one["status"])))
        lines.append(f"  {one['id']}  {standing}  {items}  {'、'.join(one['purposes'])}  → {one['valid_until'][:10]}")
    return lines


@grant_app.command("sample")
def sample(
    entry: Annotated[str, typer.Argument(help="条目名称，或授权编号 / name of the entry, or id of a grant")],
    language: Annotated[SampleLanguage, typer.Argument(help="curl、python、java 或 sql")],
    login: Login,
    item: Annotated[str, typer.Option(help="只要含此信息项的授权，列名 / of a grant with this column")] = "",
    save: Annotated[Path | None, typer.Option(help="存到此文件 / write it to this file")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """取调用示例：系统编号、密钥指纹、信息项都已填好。 A sample with system, key and items filled in."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = sample_of(hub, entry, item)
        text: str = result["samples"][language.value]["text"]
        if save is None:
            emit(result, as_json=as_json, text=text)
            return
        save.write_text(text, encoding="utf-8")
        emit(result, as_json=as_json, text="\n".join(sample_lines(result, language, save)))
        if not as_json:
            say(result["next"], result["next_en"])


def sample_of(hub: Hub, entry: str, item: str = "") -> dict[str, Any]:
    """Return the samples of the newest active grant on an entry (or of the grant with this id).

    Raises:
        ValueError: there is none.
    """
    for one in sorted(all_grants(hub), key=lambda grant: str(grant["valid_from"]), reverse=True):
        if one["status"] != "active" or (item and item not in one["items"]):
            continue
        result = hub.call("GET", f"/api/v1/grants/{one['id']}/samples")
        if entry in {result["resource"], one["id"]}:
            return result
    raise ValueError(
        pick(
            f"本单位没有 {entry} 的有效授权；用 hub grant list 查看，没有就先申请（hub request add）",
            f"your organ holds no active grant on {entry}: see hub grant list, or ask with hub request add",
        )
    )


def sample_lines(result: dict[str, Any], language: SampleLanguage, file: Path) -> list[str]:
    """Return what was written, for which system and key, and what it needs to run."""
    one = result["samples"][language.value]
    return [
        pick(f"✔ {one['title']} 已写入 {file}", f"✔ {one['title_en']} written to {file}"),
        pick(
            f"  条目 {result['resource']}，系统 {result['system']}，密钥指纹 {result['key'] or '（尚无）'}",
            f"  entry {result['resource']}, system {result['system']}, key {result['key'] or '(none yet)'}",
        ),
        pick(f"  需要：{one['needs']}", f"  needs: {one['needs']}"),
    ]
