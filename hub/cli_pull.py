"""``hub pull``: a department lets the hub fetch a resource on a schedule, tries a source, and sees what runs did."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick, say
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from hub.client import Hub

pull_app = typer.Typer(name="pull", help="定时拉取：从数据库、HTTP、对象存储 / scheduled pulls", no_args_is_help=True)
PullId = Annotated[UUID, typer.Argument(help="拉取编号，见 hub pull list / id of the pull")]
PullFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="拉取的设置（JSON）/ the pull as JSON")]
STATES = {"active": "运行", "paused": "暂停", "removed": "已移除"}
RUN_STATES = {
    "running": "进行中",
    "done": "完成",
    "unchanged": "无变化",
    "held": "待人工放行",
    "failed": "失败",
    "interrupted": "中断，将重新进行",
}
PHASES = {
    "connecting": "连接",
    "columns": "读取列",
    "sums": "比对",
    "hashes": "逐行比对",
    "rows": "取数",
    "listing": "列出对象",
    "pushing": "检查入库",
}
SECRET_VARIABLE = "HUB_CLIENT_PULL_SECRET"
PAUSE_SECONDS = 1.0


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(pull_app)


@pull_app.command("add")
def add(file: PullFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """设立定时拉取；口令取自 HUB_CLIENT_PULL_SECRET 或询问。 Set up a pull; its secret is asked for."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        made = hub.call("POST", "/api/v1/pulls", json=_body(file))
        emit(made, as_json=as_json, text=_line(made))


@pull_app.command("change")
def change(
    pull: PullId,
    file: PullFile,
    login: Login,
    keep_secret: Annotated[bool, typer.Option("--keep-secret", help="沿用原口令 / keep the secret")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """修改定时拉取（新版本）。 Change a pull: a new version."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = _body(file, ask=not keep_secret)
        body.pop("entry", None)
        made = hub.call("PUT", f"/api/v1/pulls/{pull}", json=body)
        emit(made, as_json=as_json, text=_line(made))


@pull_app.command("test")
def try_out(file: PullFile, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """试连数据源：显示各列与遮蔽后的前几行，不入库。 Try a source: columns and masked rows, nothing stored."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("POST", "/api/v1/pulls/test", json=_body(file))
        emit(found, as_json=as_json, text="\n".join(_trial_lines(found)))


@pull_app.command("list")
def list_pulls(login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出可见的定时拉取。 List the pulls you may see."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        page = hub.call("GET", "/api/v1/pulls", params={"limit": 200})
        lines = [f"{page['returned']} / {page['total']}", *(_line(one) for one in page["pulls"])]
        emit(page, as_json=as_json, text="\n".join(lines))


@pull_app.command("runs")
def runs(pull: PullId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出运行记录，最新的在前。 List the runs of a pull, newest first."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        page = hub.call("GET", f"/api/v1/pulls/{pull}/runs", params={"limit": 50})
        lines = [f"{page['returned']} / {page['total']}", *(_run_line(one) for one in page["runs"])]
        emit(page, as_json=as_json, text="\n".join(lines))


@pull_app.command("run")
def run_now(
    pull: PullId,
    login: Login,
    whole: Annotated[bool, typer.Option("--whole", help="取全部行 / fetch all rows")] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="确认大量删除 / consent to closing many")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="等到结束并显示进度 / wait for its end")] = True,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """立即拉取一次。 Pull now."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        before = _last(hub, pull)
        asked = hub.call("POST", f"/api/v1/pulls/{pull}/run", json={"whole": whole, "allow_shrink": allow_shrink})
        if not wait:
            emit(asked, as_json=as_json, text=_line(asked))
            return
        done = _await_run(hub, pull, before)
        emit(done, as_json=as_json, text=_run_line(done))
        raise SystemExit(0 if done["state"] in {"done", "unchanged", "held"} else 1)


@pull_app.command("pause")
def pause(pull: PullId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """暂停；已入库的版本照常提供。 Pause; what is there is served as ever."""
    _step(("pause", pull), (url, login, code), as_json=as_json)


@pull_app.command("resume")
def resume(pull: PullId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """恢复。 Resume."""
    _step(("resume", pull), (url, login, code), as_json=as_json)


@pull_app.command("remove")
def remove(pull: PullId, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """移除；口令即刻清除，运行记录存档。 Remove; its secret is erased, its runs stay on record."""
    _step(("remove", pull), (url, login, code), as_json=as_json)


def _step(what: tuple[str, UUID], door: tuple[str, str, str | None], *, as_json: bool) -> None:
    step, pull = what
    with explained(as_json=as_json), logged_in(*door) as hub:
        done = hub.call("POST", f"/api/v1/pulls/{pull}/{step}")
        emit(done, as_json=as_json, text=_line(done))


def _body(file: Path, *, ask: bool = True) -> dict[str, Any]:
    """Return the body of a pull: the file, and its secret from the environment or the terminal."""
    body: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    secret = os.environ.get(SECRET_VARIABLE)
    source = body.get("definition", {}).get("source", {})
    is_open = source.get("kind") == "http" and source.get("auth", "none") == "none"
    is_open = is_open or str(source.get("address", "")).startswith("file:")
    if secret is None and ask and not is_open:
        prompt = pick("数据源的口令或密钥（没有则回车）", "password or key of the source (empty: none)")
        secret = typer.prompt(prompt, hide_input=True, default="", show_default=False)
    return {**body, "secret": secret} if secret else body


def _last(hub: Hub, pull: UUID) -> str | None:
    found = hub.call("GET", f"/api/v1/pulls/{pull}/runs", params={"limit": 1})["runs"]
    return str(found[0]["id"]) if found else None


def _await_run(hub: Hub, pull: UUID, before: str | None) -> dict[str, Any]:
    """Wait for a run begun after ``before`` and say how far it is."""
    told = ""
    while True:
        found: list[dict[str, Any]] = hub.call("GET", f"/api/v1/pulls/{pull}/runs", params={"limit": 1})["runs"]
        if found and found[0]["id"] != before:
            run = found[0]
            if run["state"] != "running":
                return run
            counts = f"{run['rows_fetched']} / {run['bytes_fetched']}"
            if counts != told:
                say(
                    f"{PHASES.get(run['phase'], run['phase'])}：行数与字节 {counts}",
                    f"{run['phase']}: rows and bytes {counts}",
                )
                told = counts
        time.sleep(PAUSE_SECONDS)


def _line(pull: dict[str, Any]) -> str:
    state = pick(STATES[pull["state"]], pull["state"])
    definition = pull["definition"]
    last = pull.get("last_run")
    run = "" if last is None else f"  {pick('上次', 'last')}：{_run_line(last)}"
    head = f"{pull['id']} v{pull['version']} {state} {definition['strategy']} {definition['source']['address']}"
    return f"{head}{run}"


def _run_line(run: dict[str, Any]) -> str:
    state = pick(RUN_STATES[run["state"]], run["state"])
    text = pick(
        f"{run['started_at']} {state}：取 {run['rows_fetched']} 行 {run['bytes_fetched']} 字节，"
        f"源端删除 {run['rows_deleted']} 行",
        f"{run['started_at']} {state}: {run['rows_fetched']} rows, {run['bytes_fetched']} bytes fetched,"
        f" {run['rows_deleted']} gone from the source",
    )
    more = [pick(note["zh"], note["en"]) for note in run["notes"]]
    error = run["error"]
    if error is not None:
        more += [pick(error["zh"], error["en"]), pick(error["next_zh"], error["next_en"])]
    return "\n  ".join((text, *more))


def _trial_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{column['name']}（{column['type']}）→ {column['item'] or '-'}" for column in found["columns"]]
    lines += [" | ".join(row) for row in found["rows"]]
    lines += [f"{one['name']}  {one.get('size', '')}" for one in found["objects"]]
    lines += [pick(note["zh"], note["en"]) for note in found["notes"]]
    problem = found["problem"]
    if problem is not None:
        lines += [pick(problem["zh"], problem["en"]), pick(problem["next_zh"], problem["next_en"])]
    return lines
