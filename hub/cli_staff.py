"""Verbs of people: ``hub catalogue`` (describe an entry, take it through its steps) and ``hub request`` (show, answer).

The verbs of who asks are in :mod:`hub.cli_request`.

They log in as staff: ``--login`` or ``HUB_CLIENT_LOGIN``, the password from ``HUB_CLIENT_PASSWORD`` or asked for,
the six digits of the code generator with ``--code``. A request is kept in a file, so that the verbs that follow
need no identifiers typed.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalogue.lifecycle import STATE_NAMES, STEP_NAMES, State, Step
from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick
from hub.client import Hub, HubProblemError
from policies.errors import DomainError
from policies.facts import Treatment

if TYPE_CHECKING:
    from collections.abc import Iterator

catalogue_app = typer.Typer(name="catalogue", help="编目与发布 / describe and publish entries", no_args_is_help=True)
request_app = typer.Typer(name="request", help="申请与答复 / ask for items and answer", no_args_is_help=True)

Login = Annotated[str, typer.Option("--login", envvar="HUB_CLIENT_LOGIN", help="登录名 / login")]
Code = Annotated[str | None, typer.Option("--code", envvar="HUB_CLIENT_CODE", help="动态码 / six digits")]
RequestFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="申请文件 / file of the request")]
STATES = {
    "submitted": ("待本单位负责人同意", "waits for your head's consent"),
    "open": ("办理中", "with the provider"),
    "answered": ("已答复", "answered"),
    "withdrawn": ("已撤回", "withdrawn"),
    "waiting": ("待答复", "waiting"),
    "granted": ("同意", "granted"),
    "refused": ("不予提供", "refused"),
    "narrowed": ("请缩小范围", "to be narrowed"),
}
FORMS = {
    "full": ("全文", "in full"),
    "masked": ("脱敏", "masked"),
    "aggregate_only": ("仅汇总", "aggregates only"),
    "verify_only": ("仅核验", "verification only"),
    "withheld": ("不提供", "withheld"),
}


@contextmanager
def logged_in(url: str, login: str, code: str | None) -> Iterator[Hub]:
    """Yield a client with the person's session, and end the session after the block."""
    password = os.environ.get("HUB_CLIENT_PASSWORD") or typer.prompt(pick("口令", "password"), hide_input=True)
    with Hub(url) as hub:
        hub.log_in(login, password, code)
        try:
            yield hub
        finally:
            with suppress(DomainError):  # the outcome of the act itself counts, not that of leaving
                hub.call("DELETE", "/api/v1/sessions/current")


@catalogue_app.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="条目 JSON / the entry as JSON")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """存为草稿：新条目，或已有条目的新版本。 Store a draft: a new entry, or a new version of one."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = store_draft(hub, json.loads(file.read_text(encoding="utf-8")))
        emit(result, as_json=as_json, text="\n".join(draft_lines(result)))


def store_draft(hub: Hub, entry: dict[str, Any]) -> dict[str, Any]:
    """Store an entry as a draft: under its name where it has one there, else as a new entry."""
    if entry.get("name"):
        try:
            return hub.call("PUT", f"/api/v1/entries/{entry['name']}/draft", json={"entry": entry})
        except HubProblemError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
    return hub.call("POST", "/api/v1/entries", json={"entry": entry})


def draft_lines(result: dict[str, Any]) -> list[str]:
    """Return the draft's state and what the rules found, as a terminal shows it."""
    zh, en = STATE_NAMES[State(result["state"])]
    found = result["findings"]
    return [
        pick(
            f"✔ {result['name']} 第 {result['version']} 版：{zh}，规则提示 {len(found)} 条",
            f"✔ {result['name']} version {result['version']}: {en}, {len(found)} findings",
        ),
        *(f"  {one['rule']} {pick(one['message'], one['message_en'])}" for one in found),
    ]


@catalogue_app.command("step")
def step(
    name: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    step: Annotated[Step, typer.Argument(help="步骤 / the step")],
    login: Login,
    reason: Annotated[str, typer.Option(help="退回、撤销的理由 / why it is returned or withdrawn")] = "",
    stop: Annotated[
        list[str] | None, typer.Option("--stop", help="保密审查停止的信息项，可多次 / item to stop")
    ] = None,
    stop_reason: Annotated[str, typer.Option(help="停止的理由 / why it is stopped")] = "",
    stop_basis: Annotated[str, typer.Option(help="停止的依据 / the article it rests on")] = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """办理一步：评估、批准、保密审查、报送、审核、发布。 Take one step; role and four eyes are checked."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body: dict[str, Any] = {"step": step.value, "reason": reason}
        body["stops"] = [{"column": one, "reason": stop_reason, "basis": stop_basis} for one in stop or ()]
        result = hub.call("POST", f"/api/v1/entries/{name}/steps", json=body)
        emit(result, as_json=as_json, text="\n".join(step_lines(result, step)))


def step_lines(result: dict[str, Any], step: Step) -> list[str]:
    """Return what a step did, as a terminal shows it."""
    step_zh, step_en = STEP_NAMES[step]
    zh, en = STATE_NAMES[State(result["state"])]
    lines = [pick(f"✔ {step_zh} → {zh}", f"✔ {step_en} → {en}")]
    if result["stopped_items"]:
        columns = result["stopped_items"]
        lines.append(pick(f"  停止的信息项：{'、'.join(columns)}", f"  items stopped: {', '.join(columns)}"))
    return lines


def new_request(dataset: str, system: str | None, items: list[dict[str, str]], *, days: int) -> dict[str, Any]:
    """Return the body of a request for ``days`` from now, without what must be stated in words."""
    since = datetime.now(UTC)
    until = since + timedelta(days=days)
    period = {"valid_from": since.isoformat(), "valid_until": until.isoformat()}
    return {"entry": dataset, "system": system, "items": items, **period}


def asked(text: str) -> dict[str, str]:
    """Read ``column`` or ``column=form``."""
    column, _, form = text.partition("=")
    if form and form not in list(Treatment):
        known = "、".join(Treatment)
        raise ValueError(pick(f"方式须为 {known} 之一：{form}", f"the form is one of {known}: {form}"))
    return {"item": column, "treatment": form or Treatment.FULL.value}


@request_app.command("show")
def show(
    request: RequestFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """查看申请现在的状态和时限。 Show where a request stands, with its clock."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        _told(hub.call("GET", _path(request)), request, as_json=as_json)


@request_app.command("answer")
def answer(
    request: RequestFile,
    item: Annotated[str, typer.Argument(help="信息项列名，多个用逗号分隔 / column, or several by comma")],
    decision: Annotated[str, typer.Argument(help="full、masked、aggregate_only、verify_only、refuse 或 narrow")],
    office: Annotated[str, typer.Option(help="签署人职务 / office of who signs")],
    login: Login,
    ground: Annotated[str, typer.Option(help="不予提供的理由代码 / ground, such as R05")] = "",
    exemption: Annotated[str, typer.Option(help="豁免记录编号 / id of the exemption record")] = "",
    provision: Annotated[str, typer.Option(help="法规名称和条款 / rule and article")] = "",
    facts: Annotated[str, typer.Option(help="事实 / the facts")] = "",
    considered: Annotated[
        list[str] | None, typer.Option(help="考虑过的较窄方式=为何不行，可多次 / narrower form=why it fails")
    ] = None,
    offer: Annotated[Treatment | None, typer.Option(help="可提供的较窄方式 / lesser form offered")] = None,
    duty: Annotated[str, typer.Option(help="超出的职责（narrow）/ the duty it goes beyond")] = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """逐项答复；不予提供须有该项上有效的豁免记录。 Answer one item; a refusal needs a ground in force on it."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        pairs = (one.partition("=") for one in considered or ())
        body = {
            "decision": decision,
            "decider_role": office,
            "ground": ground,
            "exemption_id": exemption,
            "provision": provision,
            "facts": facts,
            "considered": {form: why for form, _, why in pairs},
            "offer": offer.value if offer is not None else None,
            "duty": duty,
        }
        held = json.loads(request.read_text(encoding="utf-8"))
        named = [one.strip() for one in item.replace("，", ",").split(",")]
        _told(give_answer(hub, held, named, body), request, as_json=as_json)


def give_answer(hub: Hub, request: dict[str, Any], items: list[str], body: dict[str, Any]) -> dict[str, Any]:
    """Answer one item, or several alike in one act (all or none); returns the request as it then stands."""
    path = f"/api/v1/requests/{request['id']}"
    lines = [line_of(request, one) for one in items]
    if len(lines) == 1:
        return hub.call("POST", f"{path}/lines/{lines[0]}/answer", json=body)
    return hub.call("POST", f"{path}/answers", json={"answers": [{**body, "line": line} for line in lines]})


def line_of(request: dict[str, Any], item: str) -> str:
    """Return the id of the line that asks for ``item``: the one that waits where it was asked for again."""
    found = [line for line in request["lines"] if line["item"] == item]
    if not found:
        raise ValueError(pick(f"申请中没有信息项 {item}", f"the request does not ask for {item}"))
    return str(next((line for line in found if line["state"] == "waiting"), found[-1])["id"])


def _path(request: Path) -> str:
    return f"/api/v1/requests/{json.loads(request.read_text(encoding='utf-8'))['id']}"


def _told(result: dict[str, Any], file: Path, *, as_json: bool) -> None:
    """Keep the request as it now stands and print it."""
    file.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    emit(result, as_json=as_json, text="\n".join(request_lines(result)))


def request_lines(result: dict[str, Any]) -> list[str]:
    """Return a request as a terminal shows it: one line an item, with its clock or its answer."""
    return [
        pick(
            f"申请 {result['label']}：{STATES[result['state']][0]}",
            f"request {result['label']}: {STATES[result['state']][1]}",
        ),
        *(text for line in result["lines"] for text in _line(line)),
    ]


def _line(line: dict[str, Any]) -> list[str]:
    """Return one item with its clock or its answer; a refusal in full, with ground, article and remedy."""
    zh, en = STATES[line["state"]]
    given = line["answer"] or {}
    if line["state"] == "granted":
        form_zh, form_en = FORMS[line["treatment"]]
        by_rule = given.get("by") == "rule"
        zh = f"{zh}（{form_zh}）{'，规则当场授权' if by_rule else ''}"
        en = f"{en} ({form_en}){', by the rule at once' if by_rule else ''}"
    elif line.get("days_unknown") is not None:
        zh = f"{zh}，最迟 {line['due_on']}，{line['days_unknown']}"
        en = f"{en}, due {line['due_on']}, {line['days_unknown_en']}"
    elif line["working_days_left"] is not None:
        zh = f"{zh}，最迟 {line['due_on']}，还有 {line['working_days_left']} 个工作日"
        en = f"{en}, due {line['due_on']}, {line['working_days_left']} working days left"
    why = given.get(pick("explanation", "explanation_en"), ()) if line["state"] in {"refused", "narrowed"} else ()
    return [f"  {line['item'] or line['description']}  {pick(zh, en)}", *(f"    {text}" for text in why)]
