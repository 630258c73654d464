"""Verbs of an agency: ``hub request add, dry-run, submit, consent, status, withdraw, accept, templates, bases``.

An application (申请车) gathers items of several entries under one purpose. It is kept in a file, which holds its number
and version, so that the verbs that follow need nothing typed; adding to a file that holds a draft adds to the draft.
``hub request add ENTRY --item …`` makes a single request for one entry, as ever.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, SystemId, Url
from hub.cli_output import emit, explained, pick, say
from hub.cli_request_lines import application_lines, dry_run_lines, library_lines, template_lines
from hub.cli_staff import (
    Code,
    Login,
    RequestFile,
    asked,
    logged_in,
    new_request,
    request_app,
    request_lines,
)
from policies.facts import Mode, Treatment

if TYPE_CHECKING:
    from hub.client import Hub

__all__ = ["request_app"]
SHORT_FORMS = {"verify": Treatment.VERIFY_ONLY.value, "aggregate": Treatment.AGGREGATE_ONLY.value}
FILE_HELP = "申请存到此文件；已有草稿则加入其中 / file to keep it in; a draft there is added to"


@request_app.command("add")
def add(
    login: Login,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="ENTRY:ITEM[:FORM] …", help="条目:信息项[:方式]，可多个 / entry:item[:form], several"),
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option(help="单个条目时：列名 或 列名=方式 / for one entry: column, or column=form")
    ] = None,
    outside: Annotated[
        list[str] | None, typer.Option(help="目录外信息：单位代号:名称[:方式] / not listed: member:what[:form]")
    ] = None,
    purpose: Annotated[str | None, typer.Option(help="用途 / purpose")] = None,
    scenario: Annotated[str | None, typer.Option(help="使用场景 / scenario")] = None,
    basis: Annotated[str | None, typer.Option(help="法规名称和条款 / rule and article")] = None,
    cite: Annotated[list[str] | None, typer.Option(help="依据库编号，可多次 / id of a legal basis")] = None,
    template: Annotated[str | None, typer.Option(help="应用场景模板 / use case to begin from")] = None,
    case: Annotated[list[str] | None, typer.Option(help="办件编号，可多次 / case number, repeatable")] = None,
    case_pattern: Annotated[str | None, typer.Option(help="办件编号格式，如 GZF-* / pattern of case numbers")] = None,
    mode: Annotated[list[Mode] | None, typer.Option(help="共享方式，可多次 / way of delivery")] = None,
    person: Annotated[list[str] | None, typer.Option(help="使用岗位，可多次 / post that will use it")] = None,
    retention_days: Annotated[int | None, typer.Option(min=1, max=3660, help="保存天数 / days it is kept")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=1096, help="期限，天 / period in days")] = None,
    system: SystemId = None,
    save: Annotated[Path, typer.Option(help=FILE_HELP)] = Path("application.json"),
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """申请信息项：多个条目一份申请车。 Ask for items of several entries in one application."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        named = targets or []
        if item:
            why = {"purpose": purpose, "scenario": scenario, "legal_basis": basis, "case_pattern": case_pattern}
            _told(_single(hub, named, item, {**why, "system": system}, days or 180), save, as_json=as_json)
            say(f"申请已存入 {save}", f"the request is in {save}")
            return
        given: dict[str, Any] = {
            "purpose": purpose,
            "scenario": scenario,
            "basis_text": basis,
            "bases": cite,
            "case_numbers": case,
            "case_pattern": case_pattern,
            "modes": [one.value for one in mode] if mode else None,
            "people": person,
            "retention_days": retention_days,
            "period_days": days,
            "systems": [system] if system is not None else None,
        }
        fields = {name: value for name, value in given.items() if value is not None}
        lines = [*map(line_of_entry, named), *map(line_outside, outside or ())]
        _told(add_to_cart(hub, save, fields, lines, template), save, as_json=as_json)
        say(f"申请车已存入 {save}", f"the application is in {save}")


def _single(hub: Hub, named: list[str], items: list[str], why: dict[str, Any], days: int) -> dict[str, Any]:
    """Make a request for items of one entry, outside any application."""
    if len(named) != 1:
        raise ValueError(pick("用 --item 时只写一个条目名称", "with --item name exactly one entry"))
    body = new_request(named[0], why["system"], [asked(one) for one in items], days=days)
    return hub.call("POST", "/api/v1/requests", json={**body, **why})


def add_to_cart(
    hub: Hub, file: Path, fields: dict[str, Any], lines: list[dict[str, Any]], template: str | None
) -> dict[str, Any]:
    """Begin an application, or add to the draft the file holds."""
    if file.is_file() and template is None:
        held = _held(file)
        if "parts" in held and held["state"] == "draft":
            path = f"/api/v1/applications/{held['id']}"
            now = hub.call("GET", path)
            more = {"lines": [*map(as_sent, now["lines"]), *lines]} if lines else {}
            return hub.call("PATCH", path, json={**fields, **more, "version": now["version"]})
    begun = {**fields, **({"lines": lines} if lines else {}), **({"template": template} if template else {})}
    return hub.call("POST", "/api/v1/applications", json=begun)


def as_sent(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of an application as a change takes it."""
    return {name: line[name] for name in ("id", "entry", "item", "provider", "description", "form")}


def line_of_entry(text: str) -> dict[str, Any]:
    """Read ``entry:item`` or ``entry:item:form``."""
    entry, _, rest = text.partition(":")
    item, _, form = rest.partition(":")
    if not entry or not item:
        raise ValueError(pick(f"请写成 条目:信息项[:方式]：{text}", f"write entry:item[:form]: {text}"))
    return {"entry": entry, "item": item, "form": _form(form)}


def line_outside(text: str) -> dict[str, Any]:
    """Read ``member:what`` or ``member:what:form``."""
    provider, _, rest = text.partition(":")
    description, _, form = rest.partition(":")
    if not provider or not description:
        raise ValueError(pick(f"请写成 单位代号:名称[:方式]：{text}", f"write member:what[:form]: {text}"))
    return {"provider": provider, "description": description, "form": _form(form)}


def _form(text: str) -> str:
    form = SHORT_FORMS.get(text, text) or Treatment.FULL.value
    if form not in list(Treatment):
        known = "、".join(Treatment)
        raise ValueError(pick(f"方式须为 {known} 之一：{text}", f"the form is one of {known}: {text}"))
    return form


@request_app.command("dry-run")
def dry_run(
    request: RequestFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """试算：提交前逐项说明会怎样、为什么。 Say for each line what would happen and why; nothing is submitted."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = hub.call("POST", f"{_application(request)}/dry-run")
        emit(result, as_json=as_json, text="\n".join(dry_run_lines(result)))


@request_app.command("submit")
def submit(
    request: RequestFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """提交申请车，自动按单位拆分；接下来由负责人同意。 Submit; it is split by provider, your head consents next."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        _told(_act(hub, request, "submit"), request, as_json=as_json)


@request_app.command("consent")
def consent(
    request: RequestFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """本单位负责人同意；无条件共享的项当场授权。 Consent; what is unconditional is granted at once."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        held = _held(request)
        if "parts" in held:
            _told(_act(hub, request, "consent"), request, as_json=as_json)
        else:
            _told(hub.call("POST", f"/api/v1/requests/{held['id']}/consent"), request, as_json=as_json)


@request_app.command("status")
def status(
    request: RequestFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """查看申请车或申请：各项状态和时限。 Show where each line stands, with its clock."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        held = _held(request)
        kind = "applications" if "parts" in held else "requests"
        _told(hub.call("GET", f"/api/v1/{kind}/{held['id']}"), request, as_json=as_json)


@request_app.command("withdraw")
def withdraw(
    request: RequestFile,
    login: Login,
    item: Annotated[list[str] | None, typer.Option(help="只撤这些列名 / only these columns")] = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """撤回未答复的项：全部或几项。 Withdraw what is not answered, all or some lines."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        lines = [_line(_held(request), one) for one in item or ()]
        _told(_act(hub, request, "withdraw", lines=lines), request, as_json=as_json)


@request_app.command("accept")
def accept(
    request: RequestFile,
    item: Annotated[str, typer.Argument(help="信息项列名 / column")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """接受提供单位给出的较窄方式，一步成为新的一项。 Take up the lesser form a provider held out."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        held = _held(request)
        if "parts" in held:
            _told(_act(hub, request, f"lines/{_line(held, item)}/accept-offer"), request, as_json=as_json)
        else:
            path = f"/api/v1/requests/{held['id']}/lines/{_line(held, item)}/accept-offer"
            _told(hub.call("POST", path), request, as_json=as_json)


@request_app.command("templates")
def templates(login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出应用场景模板。 List the use cases an application can begin from."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = hub.call("GET", "/api/v1/templates", params={"limit": 200})
        emit(result, as_json=as_json, text="\n".join(template_lines(result)))


@request_app.command("bases")
def bases(
    login: Login,
    words: Annotated[str, typer.Argument(help="检索词 / words to search with")] = "",
    theme: Annotated[str, typer.Option(help="主题 / theme")] = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """检索依据库：可以引用的条款。 Search the library of legal bases."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = hub.call("GET", "/api/v1/legal-bases", params={"q": words, "theme": theme, "limit": 200})
        emit(result, as_json=as_json, text="\n".join(library_lines(result)))


def _held(file: Path) -> dict[str, Any]:
    """Return what a file holds."""
    held = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(held, dict) or "id" not in held:
        raise ValueError(pick(f"{file} 中没有申请", f"{file} holds no request"))
    return held


def _application(file: Path) -> str:
    held = _held(file)
    if "parts" not in held:
        raise ValueError(pick(f"{file} 中是单份申请，不是申请车", f"{file} holds a single request, no application"))
    return f"/api/v1/applications/{held['id']}"


def _act(hub: Hub, file: Path, word: str, **body: Any) -> dict[str, Any]:
    """Do one act on the version the file holds."""
    path = _application(file)
    return hub.call("POST", f"{path}/{word}", json={"version": _held(file)["version"], **body})


def _line(held: dict[str, Any], item: str) -> str:
    """Return the id of the latest line that asks for an item, or describes it."""
    found = [line["id"] for line in held["lines"] if item in {line["item"], line["description"]}]
    if not found:
        raise ValueError(pick(f"申请中没有信息项 {item}", f"the request does not ask for {item}"))
    return str(found[-1])


def _told(result: dict[str, Any], file: Path, *, as_json: bool) -> None:
    """Keep the request or application as it now stands and print it."""
    file.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    lines = application_lines(result) if "parts" in result else request_lines(result)
    emit(result, as_json=as_json, text="\n".join(lines))
