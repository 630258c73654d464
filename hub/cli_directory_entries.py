"""``hub directory`` for entries: versions and their differences, codes, and what withdrawing or narrowing hits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from collections.abc import Iterator

EntryName = Annotated[str, typer.Argument(help="条目名称 / name of the entry")]
MARKS = {"added": "+", "dropped": "-", "changed": "~"}


def versions(name: EntryName, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出条目各版本。 List the versions of an entry."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"/api/v1/entries/{name}/descriptions", params={"limit": 200})
        lines = [
            f"  {one['version']}  {pick(one['state_zh'], one['state_en'])}  {(one['published_at'] or '')[:10]}"
            for one in found["versions"]
        ]
        head = pick(f"共 {found['total']} 版，现行第 {found['in_force']} 版", f"{found['total']} versions")
        emit(found, as_json=as_json, text="\n".join([head, *lines]))


def diff(
    name: EntryName,
    login: Login,
    old: Annotated[int | None, typer.Option("--from", help="旧版 / the old version")] = None,
    new: Annotated[int | None, typer.Option("--to", help="新版 / the new version")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """比较条目的两个版本。 Show how two versions of an entry differ; ! marks what narrows sharing."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        params = {key: value for key, value in (("from", old), ("to", new)) if value is not None}
        found = hub.call("GET", f"/api/v1/entries/{name}/differences", params=params)
        head = pick(f"第 {found['from']} 版 → 第 {found['to']} 版", f"version {found['from']} → {found['to']}")
        emit(found, as_json=as_json, text="\n".join([head, *difference_lines(found)]))


def difference_lines(found: dict[str, Any]) -> Iterator[str]:
    """Yield the differences as a terminal shows them."""
    for change in found["metadata"]:
        yield _line(change, pick(change["label"], change["label_en"]), "")
    for item in found["items"]:
        yield f"{MARKS[item['kind']]}{'!' if item['narrows'] else ' '} {item['name']}（{item['column']}）"
        for change in item["changes"]:
            yield _line(change, pick(change["label"], change["label_en"]), "    ")


def _line(change: dict[str, Any], label: str, indent: str) -> str:
    old, new = pick(change["old_text"], change["old_text_en"]), pick(change["new_text"], change["new_text_en"])
    return f"{indent}{MARKS[change['kind']]}{'!' if change['narrows'] else ' '} {label}: {old} → {new}"


def codes(name: EntryName, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出条目的各种代码。 List the codes of an entry, by scheme."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"/api/v1/entries/{name}/codes")
        lines = [
            f"  {one['scheme']}  {one['code']}" + (f" → {one['replaced_by']}" if one["replaced_by"] else "")
            for one in found["codes"]
        ]
        emit(found, as_json=as_json, text="\n".join([f"id {found['id']}", *lines]))


def effects(
    name: EntryName,
    login: Login,
    step: Annotated[Literal["withdraw", "publish"], typer.Option(help="撤销，或新版生效 / the step")] = "publish",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """撤销条目或新版生效会影响哪些授权、订阅、申请（不办理）。 What a step would hit; nothing is done."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"/api/v1/entries/{name}/effects", params={"step": step, "limit": 1000})
        lines = [
            f"  {pick(one['thing_zh'], one['thing'])} {one['label']}  {one['member'] or ''}  {'、'.join(one['items'])}"
            for one in found["affected"]
        ]
        head = pick(
            f"收窄或撤下 {len(found['items'])} 个信息项，影响 {found['total']} 项",
            f"{len(found['items'])} items narrow or go; {found['total']} things are hit",
        )
        emit(found, as_json=as_json, text="\n".join([head, *lines]))


def notify(
    name: EntryName,
    login: Login,
    reason: Annotated[str, typer.Option(help="理由和协商情况 / why, and what was agreed")],
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """收窄共享前通知使用部门并备案（V16）。 Tell who is hit by a narrower version, and file it."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        done = hub.call("POST", f"/api/v1/entries/{name}/change-notices", json={"reason": reason})
        told = pick(f"✔ 已备案，通知 {done['notified']} 处", f"✔ filed; {done['notified']} told")
        emit(done, as_json=as_json, text=told)


def install(app: typer.Typer) -> None:
    """Add these verbs to ``hub directory``."""
    app.command("versions")(versions)
    app.command("diff")(diff)
    app.command("codes")(codes)
    app.command("effects")(effects)
    app.command("notify")(notify)
