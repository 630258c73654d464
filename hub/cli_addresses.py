"""``hub addresses``: the operator loads standard addresses, anyone matches a file of written ones.

``load`` works on the data directory, without a running server; ``match`` asks a hub over HTTP, in batches.
"""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url, connect
from hub.cli_output import emit, explained, pick

if TYPE_CHECKING:
    from hub.registers.addresses.loading import Loaded

addresses_app = typer.Typer(name="addresses", help="标准地址与地址匹配 / Standard addresses", no_args_is_help=True)
DataDir = Annotated[Optional[Path], typer.Option("--data-dir", help="数据目录 / data directory")]  # noqa: UP045  typer
BATCH = 1000
LONGEST = 300
"""Characters of an address; what is longer, or empty, is answered as no match."""
COLUMNS = ("outcome", "level", "id", "name", "division", "score", "equals", "relation", "unread")


@addresses_app.command("load")
def load(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV 文件，可用 gzip 压缩 / files")],
    kind: Annotated[
        str, typer.Option(help="divisions 区划、former 曾用名、addresses 标准地址、names 标准地名 / what they hold")
    ] = "addresses",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """装载区划、曾用名、标准地址或标准地名；不能登记的行逐条说明。 Load files; rows that cannot be taken are told.

    装载的内容到门牌为止即向社会公布，不需登录，由装载的一方负责（地名管理条例第十五条、第二十一条）；未经批准公布的地名、
    不能公布的地址不得装载。 Down to the door plate what is loaded is published to everybody, without login, on the
    responsibility of whoever loads it (地名管理条例 Art. 15, 21): load no name that is not approved and announced, and
    no address that must not be known.
    """
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.addresses.loading import FileKind, load_file

    with explained(as_json=as_json):
        if kind not in {one.value for one in FileKind}:
            raise ValueError(
                pick(
                    "--kind 应为 divisions、former、addresses 或 names",
                    "--kind is divisions, former, addresses or names",
                )
            )
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin(statement_timeout_seconds=0) as unit:
                done = [(file.name, load_file(context, unit, file, FileKind(kind))) for file in files]
        facts = [_loaded_facts(name, one) for name, one in done]
        emit({"files": facts}, as_json=as_json, text="\n".join(_loaded_line(one) for one in facts))


def _loaded_facts(name: str, one: Loaded) -> dict[str, Any]:
    return {
        "file": name,
        "read": one.read,
        "taken": one.taken,
        "refused": sum(one.refused.values()),
        "refused_by_rule": dict(one.refused),
        "first_refused": [{"row": row, "rule": rule} for row, rule in one.told],
        "announced_late": one.late,
    }


def _loaded_line(one: dict[str, Any]) -> str:
    rules = "、".join(f"{rule} {count}" for rule, count in one["refused_by_rule"].items())
    first = "、".join(f"{row['row']}（{row['rule']}）" for row in one["first_refused"][:5])
    told = pick(
        f"{one['file']}：读 {one['read']} 行，登记 {one['taken']}，未登记 {one['refused']}",
        f"{one['file']}: {one['read']} rows, {one['taken']} taken, {one['refused']} not",
    )
    return told + (f"；{rules}；{first}" if one["refused"] else "")


@addresses_app.command("follow")
def follow(
    entry: Annotated[str, typer.Argument(help="部门条目名：标准地址、标准地名或行政区划 / name of the entry")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """从部门推送的资源登记地址，此后每次推送自动更新。 Take a department's resource, and each later push of it.

    只登记公众能完整取得的条目；条目收窄、暂停、豁免或撤销后，它登记的内容随即不再公开。 Only an entry that the public
    is given in full is taken; what it said is public no longer once it is narrowed, suspended, exempted or withdrawn.
    """
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.addresses.following import take

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin(statement_timeout_seconds=0) as unit:
                loaded = take(context, unit, entry)
        if loaded is None:
            emit({"entry": entry, "taken": 0}, as_json=as_json, text=pick("该版本已登记", "this version is taken"))
            return
        facts = _loaded_facts(entry, loaded)
        emit(facts, as_json=as_json, text=_loaded_line(facts))


@addresses_app.command("show")
def show(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """各级地址的数量，跟随的条目及其状态。 How many addresses of each level; the entries followed, with their state."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.addresses import store
    from hub.registers.addresses.openness import states

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                counts, followed = store.counts(unit), [one.as_dict() for one in states(context, unit)]
        facts = {"total": sum(counts.values()), "levels": counts, "followed": followed}
        lines = [f"{level}  {count}" for level, count in counts.items()]
        emit(facts, as_json=as_json, text="\n".join([*lines, *(_followed_line(one) for one in followed)]))


def _followed_line(one: dict[str, Any]) -> str:
    version = pick(
        f"已登记版本 {one['version']}，现行版本 {one['standing_version'] or '—'}",
        f"version {one['version']} taken, {one['standing_version'] or '—'} stands",
    )
    words = {
        "open": ("公开", "open"),
        "closed": ("不公开", "not public"),
        "withdrawn": ("已撤销，不公开", "withdrawn, not public"),
    }
    why = "；".join(f"{item['name']}（{pick(item['zh'], item['en'])}）" for item in one["hindrances"])
    told = f"{one['entry']}  {pick(*words[one['state']])}  {version}"
    untaken = one["untaken"]
    late = pick(f"；未登记：{untaken['zh']}", f"; not taken: {untaken['en']}") if untaken is not None else ""
    return told + (f"；{why}" if why else "") + late


@addresses_app.command("match")
def match(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文本每行一个地址，或 CSV / lines, or CSV")],
    column: Annotated[str, typer.Option(help="CSV 中的地址列；不填按每行一个地址 / column of a CSV file")] = "",
    out: Annotated[
        Optional[Path],  # noqa: UP045  typer
        typer.Option(help="逐行结果写入此 CSV / write each result here"),
    ] = None,
    within: Annotated[
        Optional[str],  # noqa: UP045  typer
        typer.Option(help="地址所在的区划代码；不填为平台所在城市 / division they lie in; unset: the hub's city"),
    ] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """匹配文件中的地址到门牌号，并汇总。 Match the addresses of a file down to the door plate, with a summary."""
    with explained(as_json=as_json):
        texts = _texts(file, column)
        results: list[dict[str, Any]] = []
        with closing(connect(url, None, None, needs_key=False)) as hub:
            for start in range(0, len(texts), BATCH):
                asked = [text if 0 < len(text) <= LONGEST else "-" for text in texts[start : start + BATCH]]
                body = {"addresses": asked} | ({"within": within} if within is not None else {})
                results.extend(hub.call("POST", "/api/v1/addresses/match", json=body)["results"])
        if out is not None:
            _write(out, texts, results)
        facts = _summary(results)
        lines = [] if out is not None else [_line(*one) for one in zip(texts, results, strict=True)]
        if as_json and out is None:
            facts["results"] = results
        emit(facts, as_json=as_json, text="\n".join([*lines, _summary_line(facts)]))


def _texts(file: Path, column: str) -> list[str]:
    text = file.read_text(encoding="utf-8-sig")
    if not column:
        found = [line.strip() for line in text.splitlines() if line.strip()]
    else:
        reader = csv.DictReader(text.splitlines())
        if column not in (reader.fieldnames or []):
            raise ValueError(pick(f"文件中没有“{column}”列", f"the file has no column {column!r}"))
        found = [(row[column] or "").strip() for row in reader]
    return found


def _write(out: Path, texts: list[str], results: list[dict[str, Any]]) -> None:
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("address", *COLUMNS))
        writer.writerows(
            (text, *(result.get(name, "") for name in COLUMNS)) for text, result in zip(texts, results, strict=True)
        )


def _summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    outcomes = Counter(one["outcome"] for one in results)
    levels = Counter(one["level"] for one in results if one["outcome"] == "matched")
    return {"total": len(results), "outcomes": dict(outcomes), "levels": dict(levels)}


def _line(text: str, one: dict[str, Any]) -> str:
    if one["outcome"] == "matched":
        return f"{text}  →  {one['name']}  {one['level']}  {one['id']}  {one['score']}"
    many = f"  {one['equals']}" if one.get("equals") else ""
    return f"{text}  →  {one['outcome']}{many}"


def _summary_line(facts: dict[str, Any]) -> str:
    levels = "、".join(f"{level} {count}" for level, count in facts["levels"].items())
    outcomes = facts["outcomes"]
    return pick(
        f"共 {facts['total']} 个：匹配 {outcomes.get('matched', 0)}（{levels}），"
        f"多个相当 {outcomes.get('ambiguous', 0)}，未匹配 {outcomes.get('no_match', 0)}",
        f"{facts['total']}: {outcomes.get('matched', 0)} matched ({levels}), "
        f"{outcomes.get('ambiguous', 0)} with equals, {outcomes.get('no_match', 0)} without",
    )
