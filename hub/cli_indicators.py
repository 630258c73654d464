"""``hub indicators``: the operator defines indicators, loads files, sets feeds, and settles conflicts of figures.

Without a running server, at the console with the data directory; each act leaves a receipt. Zhengzhou Art. 18, 19.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from hub.cli_output import Exit, emit, explained, say

indicators_app = typer.Typer(name="indicators", help="宏观经济指标 / indicators", no_args_is_help=True)
DataDir = Annotated[Optional[Path], typer.Option("--data-dir", help="数据目录 / data directory")]  # noqa: UP045  typer
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
Mapping = Annotated[Path, typer.Option("--mapping", exists=True, dir_okay=False, help="映射（TOML）/ the mapping")]


@indicators_app.command("on")
def switch_on(
    entry: Annotated[str | None, typer.Option(help="描述本库的已发布条目 / published entry that describes it")] = None,
    data_dir: DataDir = None,
) -> None:
    """启用宏观经济数据库（限法规设立的城市）。 Switch the database on, where the city's rules name it."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.macro import switching

    with explained():
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                switching.switch_on(context, unit, settings.pack, entry)
        say("宏观经济数据库已启用", "the macro-economy database is on")


@indicators_app.command("off")
def switch_off(data_dir: DataDir = None) -> None:
    """停用宏观经济数据库：不再汇集、答复、展示。 Switch the database off: nothing is fed, answered or shown."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.macro import switching

    with explained():
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                switching.switch_off(context, unit)
        say("宏观经济数据库已停用", "the macro-economy database is off")


@indicators_app.command("define")
def define(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="指标说明（TOML）/ descriptions")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """登记指标：定义、范围、方法、单位、是否可加。 Describe indicators; all of the file or none."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.macro.loading import define_indicators, read_toml

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                found = define_indicators(context, unit, read_toml(file))
        codes = [one.code for one in found]
        if as_json:
            emit({"total": len(codes), "indicators": codes}, as_json=True, text="")
        say(f"已登记 {len(codes)} 个指标", f"{len(codes)} indicators described")


@indicators_app.command("load")
def load(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="数据文件 / files of figures")],
    mapping: Annotated[
        Path, typer.Option("--mapping", exists=True, help="映射，或按文件名找映射的文件夹 / a mapping, or their folder")
    ],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """按映射装载数据文件，每个文件整体装入或都不装入。 Load files by their mapping, each whole or not at all."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.macro.loading import load_file, read_toml
    from hub.registers.macro.taking import COUNTED

    told = []
    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            for file in files:
                given = read_toml(mapping / f"{file.stem}.toml" if mapping.is_dir() else mapping)
                with database.begin(statement_timeout_seconds=0) as unit:
                    report = load_file(context, unit, file, given)
                told.append({"file": report.name, "load": report.load, "rows": report.rows, **report.counts})
    names = ("rows", *COUNTED)
    lines = ["\t".join(("file", *names))]
    lines += ["\t".join((str(one["file"]), *(str(one[name]) for name in names))) for one in told]
    emit({"total": len(told), "loads": told}, as_json=as_json, text="\n".join(lines))
    if any(one["refused"] or one["conflicts"] for one in told):
        say("有数据未被接收或互相矛盾：见 hub indicators refusals、conflicts", "see hub indicators refusals, conflicts")
        raise typer.Exit(int(Exit.PARTLY_REJECTED))


@indicators_app.command("feed")
def feed(
    entry: Annotated[str, typer.Argument(help="资源的英文名 / name of the resource")],
    mapping: Mapping,
    stop: Annotated[bool, typer.Option(help="停止供给 / stop the feed")] = False,
    data_dir: DataDir = None,
) -> None:
    """让一个资源的推送成为指标数据。 Let the pushes of a resource become figures."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.macro.feeding import set_feed
    from hub.registers.macro.loading import read_toml

    with explained():
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                set_feed(context, unit, entry, read_toml(mapping), is_active=not stop)
        if stop:
            say(f"{entry} 不再供给指标数据", f"{entry} feeds the indicators no more")
        else:
            say(f"{entry} 的推送将成为指标数据", f"pushes of {entry} become figures")


@indicators_app.command("feeds")
def feeds(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出供给关系及其滞后。 List the feeds and how far each is behind."""
    from hub.cli import load_settings, opened
    from hub.registers.macro import feed_store

    with explained(as_json=as_json):
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            found = feed_store.feeds(unit)
        rows = [
            {
                "entry": one.name,
                "active": one.is_active,
                "version": one.version,
                "taken": one.consumed,
                "lag": one.lag,
                "taken_at": one.consumed_at,
                "fault": one.fault,
            }
            for one in found
        ]
        text = "\n".join(f"{one['entry']}\t{one['taken']}/{one['version']}\t{one['fault'] or ''}" for one in rows)
        emit({"total": len(rows), "feeds": rows}, as_json=as_json, text=text)


@indicators_app.command("loads")
def loads(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出每次装载的来源与数量。 List every load: where from, how many of each kind."""
    from hub.cli import load_settings, opened
    from hub.registers.macro import loading_store

    with explained(as_json=as_json):
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            rows = loading_store.loads(unit)
        text = "\n".join(f"{one['id']}\t{one['name']}\t{one['at']}\t{one['counts']}" for one in rows)
        emit({"total": len(rows), "loads": rows}, as_json=as_json, text=text)


@indicators_app.command("refusals")
def refusals(
    number: Annotated[int, typer.Argument(help="装载编号 / number of the load")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出一次装载中未被接收的单元格与规则。 List the cells a load could not take, each with its rule."""
    from hub.cli import load_settings, opened
    from hub.registers.macro import loading_store

    with explained(as_json=as_json):
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            rows = loading_store.refusals(unit, number)
        text = "\n".join(f"{one['row']}\t{one['place']}\t{one['rule']}" for one in rows)
        emit({"total": len(rows), "refusals": rows}, as_json=as_json, text=text)


@indicators_app.command("conflicts")
def conflicts(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    state: Annotated[str, typer.Option(help="open、settled、decided")] = "open",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出互相矛盾、待校核的数据。 List figures of one vintage that differ, waiting for correction."""
    from hub.cli import load_settings, opened
    from hub.registers.macro.settling import listing

    with explained(as_json=as_json):
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            total, rows = listing(unit, state, limit, offset)
        text = "\n".join(
            f"{one['id']}\t{one['indicator']} {one['area']} {one['period']} v{one['vintage']}"
            f"\t{one['standing']} ({one['standing_from']})\t{one['claimed']} ({one['claimed_from']})\t{one['due_on']}"
            for one in rows
        )
        following = offset + len(rows) if offset + len(rows) < total else None
        body = {"total": total, "returned": len(rows), "next": following, "conflicts": rows}
        emit(body, as_json=as_json, text=text)


@indicators_app.command("trace")
def trace(
    code: Annotated[str, typer.Argument(help="指标代码 / the indicator")],
    area: Annotated[str, typer.Argument(help="地区代码 / the area")],
    period: Annotated[str, typer.Argument(help="时期 / the period, such as 2024-Q1")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出一个数的全部版本与来源（含未发布）。 List every vintage of a figure and where it is from, also unreleased."""
    from catalogue.indicators_periods import parse_period
    from hub.cli import load_settings, opened
    from hub.registers.macro import indicator_store, reading_store

    with explained(as_json=as_json):
        wanted = parse_period(period)
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            series = {
                one.id: one.key
                for one in indicator_store.series_of(unit, code)
                if one.key.area == area and one.key.frequency == wanted.frequency
            }
            found = reading_store.provenance(unit, list(series), wanted.starts)
        rows = [one | {"series": f"{series[int(str(one['series']))].measure.value}"} for one in found]
        text = "\n".join(
            f"v{one['vintage']}\t{one['value']} {one['unit']}\t{one['status']}\t{one['release_time']}"
            f"\t{one['source']} {one['version'] or ''}:{one['row']}\t{one['reason']}"
            for one in rows
        )
        emit({"total": len(rows), "figures": rows}, as_json=as_json, text=text)


@indicators_app.command("settle")
def settle(
    number: Annotated[str, typer.Argument(help="冲突编号 / id of the conflict")],
    keep: Annotated[str, typer.Option(help="standing（原值）或 claimed（后来的值）")],
    note: Annotated[str, typer.Option(help="理由，随新版本公布 / why; published with the new vintage")],
    data_dir: DataDir = None,
) -> None:
    """由人决定哪个数正确；改用后来的值即成为新版本。 Decide which figure is right; the other becomes a new vintage."""
    import uuid

    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.registers.macro.settling import Choice
    from hub.registers.macro.settling import settle as decide

    with explained():
        if keep not in {"standing", "claimed"}:
            raise ValueError("--keep: standing / claimed")
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                choice = Choice("claimed" if keep == "claimed" else "standing", note)
                made = decide(context, unit, uuid.UUID(number), choice)
        if made is None:
            say("已办结：原值不变", "settled: the standing figure is kept")
        else:
            say(f"已办结：成为第 {made} 版", f"settled: it is vintage {made} now")


@indicators_app.command("entry")
def entry(
    provider: Annotated[str, typer.Option(help="提供单位名称 / name of the provider")],
    code: Annotated[str, typer.Option(help="提供单位统一社会信用代码 / its credit code")],
    system: Annotated[str, typer.Option(help="所在系统 / the system it is kept in")] = "数通",
    source: Annotated[str, typer.Option(help="目录中这些数据元的数源部门 / source department in the directory")] = "",
) -> None:
    """打印描述本数据库的目录条目，供编目。 Print the directory entry that describes this database."""
    from catalogue.entry import Provider
    from hub.context import utc_now
    from hub.registers.macro.entry import register_entry
    from policies.workdays import local_day

    with explained():
        made = register_entry(Provider(provider, code), system, local_day(utc_now()), source=source or None)
        emit({"entry": made.to_dict()}, as_json=True, text="")
