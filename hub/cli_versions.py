"""Verbs of versions: list them, see what differs, go back, where a row is from, erase a person's rows, quality.

The verbs a cron line may run take the key of a system; what only people may do (a second person's release, erasure)
takes a login. Zhengzhou Art. 19; Jilin Art. 27; 个人信息保护法 Art. 47.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect
from hub.cli_output import Exit, emit, explained, pick
from hub.cli_staff import Code, Login, logged_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub

Entry = Annotated[str, typer.Argument(help="条目名称 / name of the entry")]
Number = Annotated[int, typer.Argument(min=1, help="版本号 / version number")]
OptionalLogin = Annotated[str | None, typer.Option("--login", envvar="HUB_CLIENT_LOGIN", help="登录名 / login")]
Consent = Annotated[bool, typer.Option("--allow-shrink", help="确认大量行失效 / consent to closing many rows")]
_STATES = {"merged": "生效", "rolled_back": "已回退", "done": "已恢复", "proposed": "等待放行", "dry_run": "仅试算"}
_WORDS = {"true": "真实", "accurate": "准确", "timely": "及时", "complete": "完整"}


@contextmanager
def _acting(url: str, key: tuple[str | None, Path | None], login: str | None, code: str | None) -> Iterator[Hub]:
    """Yield a client as a person where a login is given, else as the system of a key."""
    if login is not None:
        with logged_in(url, login, code) as hub:
            yield hub
    else:
        yield connect(url, *key)


def versions(
    entry: Entry,
    limit: Annotated[int, typer.Option(min=1, max=500, help="条数 / how many")] = 20,
    before: Annotated[int | None, typer.Option(min=1, help="此版本之前 / before this version")] = None,
    difference: Annotated[
        int | None, typer.Option("--difference", min=1, help="显示该版本与前一版（或 --since）的差异 / what differs")
    ] = None,
    since: Annotated[int | None, typer.Option(min=1, help="与此版本相比 / compared with")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """列出数据版本，或两个版本的差异。 List the versions of the data, or what differs between two."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file, needs_key=difference is not None)
        if difference is not None:
            path = f"/api/v1/entries/{entry}/versions/{difference}/difference"
            result = hub.call("GET", path, params=_given(since=since, limit=limit))
            emit(result, as_json=as_json, text="\n".join(_difference_lines(result)))
            return
        kind = "datasets" if key_file is None else "entries"
        result = hub.call("GET", f"/api/v1/{kind}/{entry}/versions", params=_given(before=before, limit=limit))
        emit(result, as_json=as_json, text="\n".join(_version_lines(result)))


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _version_lines(result: dict[str, Any]) -> list[str]:
    shown, total = result["returned"], result["total"]
    lines = [pick(f"共 {total} 个版本，显示 {shown} 个", f"{shown} of {total} versions")]
    if result["earliest_readable"] > 1:
        first = result["earliest_readable"]
        lines[0] += pick(f"；可读的最早版本为 {first}", f"; the earliest that can be read is {first}")
    for one in result["versions"]:
        counts = one["counts"]
        did = " ".join(
            f"{name} {counts[name]:,}" for name in ("inserted", "changed", "closed", "rows") if name in counts
        )
        back = "" if one["restores"] is None else pick(f" 恢复到 {one['restores']}", f" back to {one['restores']}")
        state = pick(_STATES.get(one["state"], one["state"]), one["state"])
        lines.append(f"  {one['number']:>6}  {one['at'][:19]}  {one['mode']:<8}{state}{back}  {did}")
    return lines


def _difference_lines(result: dict[str, Any]) -> list[str]:
    lines = [
        pick(
            f"第 {result['from']} 版 → 第 {result['to']} 版：新增 {result['added']:,}，变更 {result['changed']:,}，"
            f"删除 {result['removed']:,}",
            f"version {result['from']} to {result['to']}: {result['added']:,} added, {result['changed']:,} changed,"
            f" {result['removed']:,} removed",
        )
    ]
    lines += [f"  {name}: {count:,}" for name, count in result["by_item"].items()]
    marks = {"added": "+", "changed": "~", "removed": "-"}
    lines += [
        f"  {marks[one['kind']]} {one['row']}  {one['before'] or ''} {one['after'] or ''}" for one in result["rows"]
    ]
    return lines


def restore_version(
    entry: Entry,
    version: Number,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样 / only say what would happen")] = False,
    allow_shrink: Consent = False,
    login: OptionalLogin = None,
    code: Code = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """恢复到某一数据版本（成为新的版本）。 Go back to a version of the data, which becomes the next one."""
    with explained(as_json=as_json), _acting(url, (system, key_file), login, code) as hub:
        params = {"allow_shrink": str(allow_shrink).lower(), "dry_run": str(dry_run).lower()}
        result = hub.call("POST", f"/api/v1/entries/{entry}/versions/{version}/restore", params=params)
        emit(result, as_json=as_json, text=_went_back(result))


def _went_back(result: dict[str, Any]) -> str:
    counts = result["counts"]
    did = pick(
        f"恢复 {counts['inserted']:,} 行，改回 {counts['changed']:,} 行，关闭 {counts['closed']:,} 行，"
        f"不变 {counts['unchanged']:,} 行",
        f"{counts['inserted']:,} brought back, {counts['changed']:,} changed back, {counts['closed']:,} closed,"
        f" {counts['unchanged']:,} unchanged",
    )
    state = pick(_STATES.get(result["state"], result["state"]), result["state"])
    number = "" if result["version"] is None else pick(f"，第 {result['version']} 版", f", version {result['version']}")
    act = f"\n  hub release-version {result['act']}" if result["state"] == "proposed" else ""
    receipt = "" if result["receipt"] is None else pick(f"\n凭证 {result['receipt']}", f"\nreceipt {result['receipt']}")
    return f"{state}{number}: {did}{act}{receipt}"


def release_version(
    act: Annotated[str, typer.Argument(help="恢复申请编号 / id of the proposal")],
    login: Login,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="撤回而不放行 / withdraw instead")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """放行（或撤回）另一人提出的恢复。 Release, or withdraw, a way back that another person proposed."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        result = hub.call("POST", f"/api/v1/versions/acts/{act}/{'withdraw' if withdraw else 'release'}")
        emit(result, as_json=as_json, text=_went_back(result))


def lineage(
    entry: Entry,
    row: Annotated[int, typer.Argument(min=1, help="行号（变更接口的 row）/ number of the row")],
    as_of: Annotated[int | None, typer.Option(min=1, help="数据版本 / version")] = None,
    purpose: Annotated[str | None, typer.Option(help="用途，与授权一致（使用方）/ purpose, as granted")] = None,
    case_number: Annotated[str | None, typer.Option("--case", help="办件编号 / case number")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """一行数据来自哪次推送、哪个文件、第几行。 Say which push, file and line a row is from."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        params = _given(as_of=as_of, purpose=purpose, case_number=case_number)
        result = hub.call("GET", f"/api/v1/entries/{entry}/rows/{row}/lineage", params=params)
        lines = [result["department"]["name"]] if "department" in result else []
        for one in result["states"]:
            place = ""
            if one.get("line") is not None:
                place = pick(f"  {one['filename']} 第 {one['line']} 行", f"  {one['filename']} line {one['line']}")
            lines.append(f"  {one['version']}  {one['at'][:19]}  {one['mode']}{place}  {one['file_digest'] or ''}")
        emit(result, as_json=as_json, text="\n".join(lines))


def erase_rows(
    entry: Entry,
    login: Login,
    ground: Annotated[str, typer.Option(help="法定情形，如 consent_withdrawn / ground of the law")],
    decision: Annotated[str, typer.Option(help="决定或申请的编号 / reference of the decision")],
    keys: Annotated[
        Path, typer.Option("--keys", exists=True, dir_okay=False, help="JSON 文件：主键的列表 / JSON list of keys")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 / do not ask")] = False,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """依法删除个人的行，含全部历史版本。 Erase a person's rows from the current and all earlier versions.

    The keys are read from a file, so that they stand in no history of a shell.
    """
    import json

    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        listed = json.loads(keys.read_text(encoding="utf-8"))
        if not yes and not typer.confirm(
            pick(f"将从全部版本删除 {len(listed)} 个主键的行，不可恢复，确认？", f"erase {len(listed)} keys for ever?")
        ):
            raise typer.Exit(int(Exit.USAGE))
        body = {"keys": listed, "ground": ground, "decision": decision}
        result = hub.call("POST", f"/api/v1/entries/{entry}/rows/erase", json=body)
        if result["state"] == "proposed":
            said = result["next_step"].split(" / ", 1)
            text = pick(f"{result['rows']} 行待删除：{said[0]}", f"{result['rows']} rows wait: {said[1]}")
            emit(result, as_json=as_json, text=text)
            return
        text = pick(
            f"✔ 已删除 {result['rows']} 行（现行 {result['current']}，历史 {result['states']}），"
            f"第 {result['version']} 版"
            f"\n凭证 {result['receipt']}\n{result['backups'].split(' / ', 1)[0]}",
            f"✔ {result['rows']} rows erased ({result['current']} current, {result['states']} earlier states),"
            f" version {result['version']}\nreceipt {result['receipt']}\n{result['backups'].split(' / ', 1)[1]}",
        )
        emit(result, as_json=as_json, text=text)


def quality(
    entry: Entry,
    limit: Annotated[int, typer.Option(min=1, max=500, help="条数 / how many")] = 12,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """每次推送的真实、准确、及时、完整。 The four words of Jilin Art. 27 for each push."""
    with explained(as_json=as_json):
        hub = connect(url, system, key_file)
        result = hub.call("GET", f"/api/v1/entries/{entry}/quality", params={"limit": limit})
        promise = result["promise"]
        lines = []
        if promise["due_on"] is not None:
            late = pick("（已逾期）", " (late)") if promise["is_late"] else ""
            lines.append(
                pick(f"下次更新最迟 {promise['due_on']}{late}", f"next update due on {promise['due_on']}{late}")
                + pick(f"，逾期未更新 {promise['missed']} 次", f", {promise['missed']} missed")
            )
        for one in result["series"]:
            shares = "  ".join(
                f"{pick(_WORDS[word], word)} {'—' if share is None else f'{share:.2%}'}"
                for word, share in one["shares"].items()
            )
            lines.append(f"  {one['version']:>6}  {one['at'][:10]}  {shares}")
        emit(result, as_json=as_json, text="\n".join(lines))
