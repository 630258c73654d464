"""``hub registers``: the operator switches registers, names and stops sources, sees lag and conflicts at the console.

The same acts as ``/api/v1/registers``, on the database itself; each leaves its receipt. No value of a person is
printed. Zhengzhou Art. 18-19; Jilin Art. 26-27.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from hub.cli_output import emit, explained, pick, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.context import Context
    from hub.database import Unit

registers_app = typer.Typer(help="基础数据库 / The basic databases as registers", no_args_is_help=True)
DataDir = Annotated[Optional[Path], typer.Option("--data-dir", help="数据目录 / data directory")]  # noqa: UP045  typer
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
Code = Annotated[str, typer.Argument(help="population, legal_persons, geography, macro_economy")]


@contextmanager
def _desk(data_dir: Path | None) -> Iterator[tuple[Context, Unit]]:
    """Open a transaction at the console."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context

    settings = load_settings(data_dir=data_dir)
    with opened(settings, joins=True) as database:
        context = console_context(settings, database)
        with database.begin() as unit:
            yield context, unit


@registers_app.command("list")
def show(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出基础数据库：开关、来源、滞后、不一致。 List the registers: switch, sources, lag, conflicts."""
    from hub.api.registers import all_bodies

    with explained(as_json=as_json), _desk(data_dir) as (context, unit):
        found = all_bodies(context, unit)
        emit({"total": len(found), "registers": found}, as_json=as_json, text="\n".join(map(_register_line, found)))


def _register_line(one: dict[str, Any]) -> str:
    state = pick("启用", "on") if one["is_on"] else pick("停用", "off")
    conflicts = one["conflicts"]["open"] + one["conflicts"]["decided"]
    return pick(
        f"{one['code']}  {one['name']}  {state}  来源 {one['sources']}  滞后 {one['lag_seconds']} 秒"
        f"  不一致 {conflicts}",
        f"{one['code']}  {state}  sources {one['sources']}  lag {one['lag_seconds']} s  conflicts {conflicts}",
    )


@registers_app.command("on")
def switch_on(code: Code, data_dir: DataDir = None) -> None:
    """启用一个基础数据库。 Switch a register on."""
    _switch(code, data_dir, is_on=True)


@registers_app.command("off")
def switch_off(code: Code, data_dir: DataDir = None) -> None:
    """停用：不再汇集、答复、展示。 Switch a register off: nothing is fed, answered or shown."""
    _switch(code, data_dir, is_on=False)


def _switch(code: str, data_dir: Path | None, *, is_on: bool) -> None:
    from hub.cli import load_settings
    from hub.identity.facts import CONSOLE
    from hub.registers import switching

    with explained():
        pack = load_settings(data_dir=data_dir).pack
        with _desk(data_dir) as (context, unit):
            switching.switch(context, unit, code, CONSOLE, is_on=is_on, pack=pack)
        state = ("已启用", "is on") if is_on else ("已停用", "is off")
        say(f"{code} {state[0]}", f"{code} {state[1]}")


@registers_app.command("describe")
def describe(code: Code, entry: Annotated[str, typer.Argument(help="条目名称")], data_dir: DataDir = None) -> None:
    """指定描述该库的已发布条目。 Name the published entry that describes the register."""
    from hub.directory.facts import load_resource
    from hub.identity.facts import CONSOLE
    from hub.registers import sources
    from hub.registers.known import REGISTER_RULES

    with explained():
        with _desk(data_dir) as (context, unit):
            sources.rules_of(REGISTER_RULES, code)
            resource = load_resource(context, unit, entry)
            sources.describe_by(context, unit, code, resource.id, CONSOLE)
        say(f"{code} 由条目 {entry} 描述", f"{code} is described by {entry}")


@registers_app.command("sources")
def list_sources(code: Code, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出来源：映射、已汇入的版本、滞后。 List sources: mapping, version taken, lag."""
    from hub.api.registers import source_body
    from hub.registers import sources, sources_store
    from hub.registers.known import REGISTER_RULES

    with explained(as_json=as_json), _desk(data_dir) as (context, unit):
        sources.rules_of(REGISTER_RULES, code)
        found = [source_body(context, source) for source in sources_store.sources(unit, code)]
        emit({"total": len(found), "sources": found}, as_json=as_json, text="\n".join(map(_source_line, found)))


def _source_line(one: dict[str, Any]) -> str:
    lag = one["lag"]
    fault = f"  {one['fault']['zh']}" if one["fault"] else ""
    return pick(
        f"{one['number']}  {one['entry']}（{one['provider']}）  {one['kind']}  第 {one['consumed']}/{one['version']} 版"
        f"  滞后 {lag['versions']} 版 {lag['seconds']} 秒{'' if one['is_active'] else '  已停用'}{fault}",
        f"{one['number']}  {one['entry']} ({one['provider']})  {one['kind']}"
        f"  version {one['consumed']}/{one['version']}"
        f"  lag {lag['versions']} versions, {lag['seconds']} s{'' if one['is_active'] else '  stopped'}{fault}",
    )


@registers_app.command("source")
def name_source(
    code: Code,
    entry: Annotated[str, typer.Argument(help="条目名称 / name of the entry")],
    rank: Annotated[list[str] | None, typer.Option(help="数据元=等级，可多次 / element=rank")] = None,
    event: Annotated[str | None, typer.Option(help="事件时间的列名 / column of the event time")] = None,
    kind: Annotated[str, typer.Option(help="record 或事件、关系的种类 / kind of rows")] = "record",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把一个已发布条目设为来源，映射按数据元建议。 Make a published entry a source, mapped by its elements."""
    from dataclasses import replace

    from hub.api.registers import source_body
    from hub.identity.facts import CONSOLE
    from hub.registers import sources
    from hub.registers.known import REGISTER_RULES

    with explained(as_json=as_json), _desk(data_dir) as (context, unit):
        rules = sources.rules_of(REGISTER_RULES, code)
        found = sources.proposed(context, unit, rules, entry)
        ranks = {**found.ranks, **dict(_rank(text) for text in rank or [])}
        mapping = replace(found, ranks=ranks, event_column=event or found.event_column, kind=kind)
        made = source_body(context, sources.name_source(context, unit, rules, entry, mapping, CONSOLE))
        emit(made, as_json=as_json, text=_source_line(made))


def _rank(text: str) -> tuple[str, int]:
    element, sign, number = text.partition("=")
    if not sign or not number.isascii() or not number.isdigit():
        raise ValueError(
            pick(f"“{text}”应写成 数据元=等级，如 P002=1", f"write {text!r} as element=rank, such as P002=1")
        )
    return element, int(number)


@registers_app.command("stop")
def stop_source(number: Annotated[int, typer.Argument(help="来源编号")], data_dir: DataDir = None) -> None:
    """停用来源并撤回它说过的内容。 Stop a source and withdraw what it said."""
    from hub.identity.facts import CONSOLE
    from hub.registers import sources

    with explained():
        with _desk(data_dir) as (context, unit):
            sources.stop_source(context, unit, number, CONSOLE)
        say(
            f"来源 {number} 已停用，所供内容将在随后撤回", f"source {number} is stopped; what it said is withdrawn next"
        )


@registers_app.command("conflicts")
def list_conflicts(code: Code, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出来源之间的不一致（前 100 条）。 List conflicts between sources (the first 100)."""
    from hub.registers import conflicts_store, sources
    from hub.registers.conflicts_store import Listing
    from hub.registers.known import REGISTER_RULES

    with explained(as_json=as_json), _desk(data_dir) as (_, unit):
        sources.rules_of(REGISTER_RULES, code)
        found, total = conflicts_store.conflicts(unit, Listing(code))
        rows = [
            {
                "id": line.id,
                "element": line.element,
                "state": line.state,
                "opened_at": line.opened_at,
                "due_at": line.due_at,
                "sources": [claim["source"] for claim in line.claims],
            }
            for line in found
        ]
        lines = [f"{row['id']}  {row['element']}  {row['state']}  {row['sources']}" for row in rows]
        lines.append(pick(f"共 {total} 条，列出 {len(rows)} 条", f"{total} in all, {len(rows)} shown"))
        emit({"total": total, "returned": len(rows), "conflicts": rows}, as_json=as_json, text="\n".join(lines))


@registers_app.command("feed")
def feed(
    register: Annotated[
        Optional[str],  # noqa: UP045  typer
        typer.Argument(
            help="只汇集这一库；几个库可在几个进程中同时汇集 / this register only: several can go on at once"
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """立即汇集所有待汇集的版本（平时由服务自动进行）。 Take everything that waits, now."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.feeding import feed_all
    from hub.registers.known import REGISTER_RULES
    from hub.registers.sources import rules_of

    with explained():
        settings = load_settings(data_dir=data_dir)
        chosen = REGISTER_RULES if register is None else {register: rules_of(REGISTER_RULES, register)}
        with opened(settings, joins=True) as database:
            steps = feed_all(console_context(settings, database), database, chosen)
        say(f"完成 {steps} 步", f"{steps} steps done")
