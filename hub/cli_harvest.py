"""``hub harvest``: the authority takes in catalogues of others, reviews and publishes them, and feeds a CKAN.

One command registers a catalogue and runs it; the same command again runs it again and changes nothing that has not
changed. Nothing is served before another person has reviewed and published the run.
"""

from __future__ import annotations

import json
import os
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectors.catalogues.kinds import Kind
from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_harvest_texts import (
    Listed,
    earlier_lines,
    idle_line,
    outcome_lines,
    preview_lines,
    record_lines,
    review_lines,
    run_lines,
    source_line,
)
from hub.cli_output import emit, explained, pick, say
from hub.cli_staff import Code, Login, logged_in
from hub.harvest.records import Change, Review

if TYPE_CHECKING:
    from hub.client import Hub

harvest_app = typer.Typer(name="harvest", help="采集其他目录 / harvest other catalogues", no_args_is_help=True)
SourceCode = Annotated[str, typer.Argument(help="来源代码 / code of the source")]
SHOWN = 20
"""Lines of a list that are printed unless more are asked for; how to see the rest is always said."""
Limit = Annotated[int, typer.Option(min=1, max=1000, help="列几条 / how many lines")]
Offset = Annotated[int, typer.Option(min=0, help="从第几条之后起 / after how many")]
PAUSE_SECONDS = 0.5
TOKEN_VARIABLE = "HUB_CLIENT_CKAN_TOKEN"


class Decision(StrEnum):
    """What a reviewer decides."""

    APPROVE = "approve"
    REJECT = "reject"


class Step(StrEnum):
    """What becomes of a source."""

    PAUSE = "pause"
    RESUME = "resume"
    REMOVE = "remove"


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(harvest_app)


@harvest_app.command("add")
def add(
    what: Annotated[str, typer.Argument(help="目录文件或网址 / file or address of the catalogue")],
    source: Annotated[str, typer.Option("--source", help="来源代码，如 luzhou / code of the source")],
    login: Login,
    name: Annotated[str, typer.Option(help="来源名称 / name of the catalogue")] = "",
    kind: Annotated[Kind, typer.Option(help="种类 / kind")] = Kind.AUTO,
    place: Annotated[str, typer.Option(help="来源所在地全称，如 泸州市 / the place it speaks for")] = "",
    definition: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="其余设置（JSON）/ the rest as JSON")
    ] = None,
    jurisdiction: Annotated[str, typer.Option(help="辖区代码 / code of the jurisdiction")] = "",
    run: Annotated[bool, typer.Option("--run/--no-run", help="登记后立即采集 / run it at once")] = True,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """登记一个目录并采集；重复执行只采集。 Register a catalogue and run it; again, it is run again."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        file = Path(what)
        is_address = what.startswith(("http://", "https://"))
        if not is_address and not file.is_file():
            raise ValueError(pick(f"没有文件 {what}", f"no such file: {what}"))
        given: dict[str, Any] = json.loads(definition.read_text(encoding="utf-8")) if definition is not None else {}
        stated = {"name": name or given.get("name") or source, "kind": kind.value, "place": place}
        body = {**given, **{key: value for key, value in stated.items() if value and value != Kind.AUTO.value}}
        body["address"] = what if is_address else body.get("address", "")
        made = hub.call(
            "POST",
            "/api/v1/harvest/sources",
            json={"code": source, "jurisdiction": jurisdiction, "definition": body},
        )
        if not run:
            emit(made, as_json=as_json, text=source_line(made))
            return
        _run_and_tell(hub, source, None if is_address else file, as_json=as_json)


@harvest_app.command("run")
def run(
    source: SourceCode,
    login: Login,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="目录文件 / file")] = None,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """采集一次：读文件或登记的网址。 Run a source over a file or its address."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        _run_and_tell(hub, source, file, as_json=as_json)


@harvest_app.command("preview")
def preview(
    source: SourceCode,
    login: Login,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="目录文件 / file")] = None,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """试读：看前几条会成为什么，不保存。 Look at what the first records would become; nothing is stored."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        found = _sent(hub, f"/api/v1/harvest/sources/{source}/preview", file)
        emit(found, as_json=as_json, text="\n".join(preview_lines(found)))


@harvest_app.command("list")
def list_sources(login: Login, otp: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出来源与最近一次采集。 List the sources with their last run."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        page = hub.call("GET", "/api/v1/harvest/sources", params={"limit": 1000})
        lines = [f"{page['returned']} / {page['total']}", *(source_line(one) for one in page["sources"])]
        emit(page, as_json=as_json, text="\n".join(lines))


@harvest_app.command("report")
def report(
    source: SourceCode,
    login: Login,
    save: Annotated[Path | None, typer.Option(help="存为 .json 或 .csv / write the whole report")] = None,
    number: Annotated[int | None, typer.Option("--run", min=1, help="第几次采集，默认最近一次 / which run")] = None,
    kind: Annotated[list[Change] | None, typer.Option(help="列出哪些变化，可多次 / which changes are listed")] = None,
    limit: Limit = SHOWN,
    offset: Offset = 0,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """一次采集的报告：统计，逐条列出不收的及原因（或 --kind 指定的）。 Report of a run, the last unless named."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        newest = _last(hub, source)
        last = newest if number is None else _numbered(hub, source, number)
        if save is not None:
            ending = "csv" if save.suffix == ".csv" else "json"
            hub.save(f"/api/v1/harvest/runs/{last['id']}/report?format={ending}", save)
        wanted = {"limit": limit, "offset": offset, "kind": [one.value for one in kind or (Change.REFUSED,)]}
        page = hub.call("GET", f"/api/v1/harvest/runs/{last['id']}/changes", params=wanted)
        listed = Listed(offset, "".join(f" --kind {one.value}" for one in kind or ()))
        lines = run_lines(last, page, source, listed, is_last=last["id"] == newest["id"])
        if kind is None and not page["total"] and last["counts"].get("refused"):
            lines += earlier_lines(_runs(hub, source), last["number"], source)
        text = "\n".join(lines)
        emit({**last, "refusals" if kind is None else "listed": page}, as_json=as_json, text=text)


@harvest_app.command("records")
def records(
    source: SourceCode,
    login: Login,
    review: Annotated[Review | None, typer.Option(help="只列这种审核状态 / of this state of review")] = None,
    limit: Limit = SHOWN,
    offset: Offset = 0,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出来源的记录：待审核、已通过、已列入。 List the records of a source and how they stand."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        wanted = {"limit": limit, "offset": offset} | ({"review": review.value} if review is not None else {})
        page = hub.call("GET", f"/api/v1/harvest/sources/{source}/records", params=wanted)
        listed = Listed(offset, f" --review {review.value}" if review is not None else "")
        emit(page, as_json=as_json, text="\n".join(record_lines(page, source, listed)))


@harvest_app.command("review")
def review(
    source: SourceCode,
    decision: Annotated[Decision, typer.Argument(help="approve 通过 | reject 不通过")],
    login: Login,
    record: Annotated[list[str] | None, typer.Option(help="只办这些记录，可多次 / these records alone")] = None,
    reason: Annotated[str, typer.Option(help="不通过的理由 / why it is rejected")] = "",
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """审核最近一次采集。 Review the last run: all that waits, or the records named."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        last = _last(hub, source)
        body = {"decision": decision.value, "records": record or None, "reason": reason}
        done = hub.call("POST", f"/api/v1/harvest/runs/{last['id']}/review", json=body)
        emit(done, as_json=as_json, text="\n".join(review_lines(done["records"], source)))


@harvest_app.command("publish")
def publish(
    source: SourceCode, login: Login, otp: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """发布审核通过的记录。 Publish what is approved."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        last = _last(hub, source)
        sums = {"listed": 0, "changed": 0, "withdrawn": 0}
        while True:
            done = hub.call("POST", f"/api/v1/harvest/runs/{last['id']}/publish", json={})
            for name in sums:
                sums[name] += done[name]
            if not done["remaining"]:
                break
            say(f"  还有 {done['remaining']} 条", f"  {done['remaining']} left")
        text = "\n".join(outcome_lines(sums))
        if not any(sums.values()):
            text = idle_line(hub.call("GET", f"/api/v1/harvest/sources/{source}")["records"], source)
        emit(sums, as_json=as_json, text=text)


@harvest_app.command("step")
def step(
    source: SourceCode,
    step: Annotated[Step, typer.Argument(help="pause 暂停 | resume 恢复 | remove 移除")],
    login: Login,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """暂停、恢复或移除来源；已列入目录的不变。 Pause, resume or remove a source."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        done = hub.call("POST", f"/api/v1/harvest/sources/{source}/{step.value}")
        emit(done, as_json=as_json, text=source_line(done))


@harvest_app.command("push-to-ckan")
def push_to_ckan(
    address: Annotated[str, typer.Argument(help="CKAN 根地址 / root address of the CKAN")],
    organization: Annotated[str, typer.Option(help="对方机构 / organization there")],
    login: Login,
    with_harvested: Annotated[bool, typer.Option(help="连同采集来的 / harvested entries too")] = False,
    otp: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """把开放的条目发布到 CKAN；令牌取自 HUB_CLIENT_CKAN_TOKEN 或询问。 Publish open entries to a CKAN."""
    with explained(as_json=as_json), logged_in(url, login, otp) as hub:
        token = os.environ.get(TOKEN_VARIABLE) or typer.prompt(pick("对方令牌", "token there"), hide_input=True)
        body = {
            "address": address,
            "token": token,
            "organization": organization,
            "include_harvested": with_harvested,
        }
        sums: dict[str, Any] = {"created": 0, "updated": 0, "deleted": 0, "failed": []}
        while True:
            done = hub.call("POST", "/api/v1/harvest/push-to-ckan", json=body)
            for name in ("created", "updated", "deleted"):
                sums[name] += done[name]
            sums |= {"failed": done["failed"], "unchanged": done["unchanged"], "remaining": done["remaining"]}
            if not done["remaining"] or done["failed"]:
                break
        emit(sums, as_json=as_json, text="\n".join(outcome_lines(sums)))
        raise SystemExit(3 if sums["failed"] else 0)


def _sent(hub: Hub, path: str, file: Path | None) -> dict[str, Any]:
    """Call with the file as the body, or without one."""
    if file is None:
        answer = hub.raw("POST", path)
    else:
        headers = {"Content-Type": "application/octet-stream"}
        answer = hub.raw("POST", path, params={"name": file.name}, content=file.read_bytes(), headers=headers)
    found: dict[str, Any] = answer.json()
    return found


def _run_and_tell(hub: Hub, source: str, file: Path | None, *, as_json: bool) -> None:
    """Run a source, wait for its end, and tell what came of it; exit code 3 where records are refused."""
    run = _sent(hub, f"/api/v1/harvest/sources/{source}/runs", file)
    shown = 0
    while run["state"] == "running":
        time.sleep(PAUSE_SECONDS)
        run = hub.call("GET", f"/api/v1/harvest/runs/{run['id']}")
        read = int(run["counts"].get("records", 0))
        if read >= shown + 1000:
            shown = read
            say(f"  已读 {read} 条", f"  {read} records read")
    wanted = {"limit": SHOWN, "kind": Change.REFUSED.value}
    page = hub.call("GET", f"/api/v1/harvest/runs/{run['id']}/changes", params=wanted)
    emit(run, as_json=as_json, text="\n".join(run_lines(run, page, source)))
    if run["state"] == "failed":
        raise SystemExit(4)
    raise SystemExit(3 if run["counts"].get("refused") else 0)


def _last(hub: Hub, source: str) -> dict[str, Any]:
    found = hub.call("GET", f"/api/v1/harvest/sources/{source}")
    last: dict[str, Any] | None = found["last_run"]
    if last is None:
        raise ValueError(pick("该来源还没有采集过", "the source has not been run yet"))
    return last


def _runs(hub: Hub, source: str) -> list[dict[str, Any]]:
    """Return the runs of a source, the newest first."""
    found: list[dict[str, Any]] = []
    while True:
        page = hub.call("GET", f"/api/v1/harvest/sources/{source}/runs", params={"limit": 1000, "offset": len(found)})
        found += page["runs"]
        if page["next"] is None:
            return found


def _numbered(hub: Hub, source: str, number: int) -> dict[str, Any]:
    found = next((one for one in _runs(hub, source) if one["number"] == number), None)
    if found is None:
        raise ValueError(pick(f"该来源没有第 {number} 次采集", f"the source has no run {number}"))
    return found
