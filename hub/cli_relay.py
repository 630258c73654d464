"""``hub relay``: a provider's staff attach their own API, a granted system asks it through the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect, query_lines
from hub.cli_output import emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from collections.abc import Sequence

relay_app = typer.Typer(name="relay", help="接口方式：提供方自己的接口 / a provider's own API", no_args_is_help=True)
Endpoint = Annotated[UUID, typer.Argument(help="接口编号，见 hub relay list / id of the endpoint")]
Reason = Annotated[str, typer.Option(help="理由 / why")]
STATES = {"proposed": "待批准", "active": "在用", "suspended": "暂停", "retired": "停用"}


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(relay_app)


@relay_app.command("propose")
def propose(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="接口登记 JSON / the endpoint as JSON")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """登记本单位的接口，由另一人批准后启用。 Register your API; another person approves it."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        made = hub.call("POST", "/api/v1/relay-endpoints", json=json.loads(file.read_text(encoding="utf-8")))
        emit(made, as_json=as_json, text=_line(made))


@relay_app.command("list")
def list_endpoints(login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出可见的接口。 List the endpoints you may see."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        page = hub.call("GET", "/api/v1/relay-endpoints", params={"limit": 200})
        lines = [f"{page['returned']} / {page['total']}", *(_line(one) for one in page["endpoints"])]
        emit(page, as_json=as_json, text="\n".join(lines))


@relay_app.command("approve")
def approve(
    endpoint: Endpoint, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """批准他人登记的接口。 Approve an endpoint that somebody else registered."""
    _step(("approve", endpoint), {}, (url, login, code), as_json=as_json)


@relay_app.command("suspend")
def suspend(
    endpoint: Endpoint, login: Login, reason: Reason, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """暂停接口，5 秒内生效。 Suspend an endpoint; it is not called five seconds later."""
    _step(("suspend", endpoint), {"reason": reason}, (url, login, code), as_json=as_json)


@relay_app.command("resume")
def resume(
    endpoint: Endpoint, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """恢复接口。 Take a suspended endpoint back into use."""
    _step(("resume", endpoint), {}, (url, login, code), as_json=as_json)


@relay_app.command("withdraw")
def withdraw(
    endpoint: Endpoint, login: Login, reason: Reason, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """停用接口的这一版。 Withdraw a version for good."""
    _step(("withdraw", endpoint), {"reason": reason}, (url, login, code), as_json=as_json)


@relay_app.command("test")
def try_out(
    endpoint: Endpoint,
    login: Login,
    key: Annotated[list[str], typer.Option("--key", help="虚构记录的查询值 item=value / key of a synthetic record")],
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """用虚构数据联调，只显示结构，不显示值。 Try the API with a synthetic record; shapes are shown, no values."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"key": pairs(key)}
        done = hub.call("POST", f"/api/v1/relay-endpoints/{endpoint}/test", json=body)
        text = pick(
            f"{done['outcome']}：{done['message']}（{done['rows']} 行，未登记的内容 {done['undeclared']} 个）",
            f"{done['outcome']}: {done['message_en']} ({done['rows']} rows, {done['undeclared']} undeclared fields)",
        )
        emit(done, as_json=as_json, text="\n".join((text, *(f"  {item}" for item in done["items"]))))


@relay_app.command("ask")
def ask(
    dataset: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    key: Annotated[list[str], typer.Option("--key", help="查询值 item=value / key of the record")],
    purpose: Annotated[str, typer.Option(help="用途，与授权一致 / purpose, as granted")],
    case_number: Annotated[str | None, typer.Option("--case", help="办件编号 / case number")] = None,
    items: Annotated[list[str] | None, typer.Option(help="信息项列名，可多次 / columns")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """以授权系统的身份查询提供方接口。 Ask a provider's API as a granted system."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        body = {"key": pairs(key), "items": items, "purpose": purpose, "case_number": case_number}
        result = hub.call("POST", f"/api/v1/relay/{dataset}", json=body)
        lines = [
            pick(f"来源 {result['source']}，时点 {result['as_of']}", f"{result['source']}, as of {result['as_of']}")
        ]
        emit(result, as_json=as_json, text="\n".join([*lines, *query_lines(result)]))


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """Return ``item=value`` texts as a mapping.

    Raises:
        typer.BadParameter: a text has no equals sign.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise typer.BadParameter(pick("应写成 信息项=值", "write it as item=value"))
        found[name] = value
    return found


def _step(what: tuple[str, UUID], body: dict[str, Any], door: tuple[str, str, str | None], *, as_json: bool) -> None:
    step, endpoint = what
    with explained(as_json=as_json), logged_in(*door) as hub:
        done = hub.call("POST", f"/api/v1/relay-endpoints/{endpoint}/{step}", json=body or None)
        emit(done, as_json=as_json, text=_line(done))


def _line(endpoint: dict[str, Any]) -> str:
    state = pick(STATES[endpoint["state"]], endpoint["state"])
    definition = endpoint["definition"]
    address = f"{definition['method']} {definition['base_url']}{definition['path']}"
    return f"{endpoint['id']} v{endpoint['version']} {state} {address}"
