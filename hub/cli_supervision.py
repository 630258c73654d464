"""``hub calendar``: the operator shows and loads holiday lists at the console, without a running server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from hub.cli_output import emit, explained, say

calendar_app = typer.Typer(help="工作日历：节假日与调休 / The calendar of working days", no_args_is_help=True)
DataDir = Annotated[Optional[Path], typer.Option("--data-dir", help="数据目录 / data directory")]  # noqa: UP045  typer


@calendar_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV：date,name,is_workday / the list")],
    year: Annotated[int, typer.Option(help="名单的年份 / year of the list")],
    notice: Annotated[str, typer.Option(help="公布名单的通知 / the announcement it is from")],
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """装载一年的放假与调休名单：校验、存为新版本、重算在办时限。 Check and load the holiday list of a year."""
    from hub.calendars.loading import load_list
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.identity.facts import CONSOLE
    from hub.supervision.recount import recount

    with explained():
        settings = load_settings(data_dir=data_dir)
        text = file.read_text(encoding="utf-8-sig")
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                loaded = load_list(context, unit, CONSOLE.id, year, notice, text)
                moved = recount(context, unit)
        facts = {"year": loaded.year, "version": loaded.version, "days": len(loaded.days), "clocks_recounted": moved}
        if as_json:
            emit(facts, as_json=True, text="")
        else:
            say(
                f"已装载 {year} 年名单第 {loaded.version} 版，{len(loaded.days)} 天；重算时限 {moved} 个",
                f"list of {year}, version {loaded.version}, {len(loaded.days)} days; {moved} clocks counted anew",
            )


@calendar_app.command("show")
def show(
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """列出已知的年份和装载过的名单。 List the years that are known and the lists loaded."""
    from hub.calendars import store
    from hub.calendars.keeper import calendar_of
    from hub.cli import load_settings, opened

    with explained():
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            loaded = {one.year: one for one in store.in_force(unit)}
            years = sorted(calendar_of(unit).years)
        rows = [
            {
                "year": year,
                "version": loaded[year].version if year in loaded else 0,
                "notice": loaded[year].notice if year in loaded else "随产品提供 / shipped",
            }
            for year in years
        ]
        text = "\n".join(f"{row['year']}  v{row['version']}  {row['notice']}" for row in rows)
        emit({"total": len(rows), "years": rows}, as_json=as_json, text=text)
