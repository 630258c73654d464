"""``hub divisions``: the operator loads lists of divisions and boundaries at the console; anybody looks codes up there.

The console is the person at the machine with the data directory; each load leaves a receipt.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from hub.cli_output import emit, explained, pick

if TYPE_CHECKING:
    from catalogue.divisions_model import Change, Division
    from catalogue.divisions_through_time import Successor

divisions_app = typer.Typer(name="divisions", help="行政区划沿革与界线 / divisions through time", no_args_is_help=True)
DataDir = Annotated[Optional[Path], typer.Option("--data-dir", help="数据目录 / data directory")]  # noqa: UP045  typer
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
Files = Annotated[
    Optional[list[Path]],  # noqa: UP045  typer
    typer.Argument(exists=True, dir_okay=False, help="清单文件，可多个；不给只用随产品提供的沿革 / the lists"),
]
Code = Annotated[str, typer.Argument(help="区划代码 / code of the division")]
On = Annotated[str, typer.Option("--date", help="日期，如 2015-12-31 / the day")]
Form = Literal["revisions", "current", "statistical", "withdrawn", "periods", "changes"]


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(divisions_app)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(pick(f"日期有误：{text}", f"the date is not right: {text}")) from None


@divisions_app.command("load")
def load(
    files: Files = None,
    form: Annotated[Optional[Form], typer.Option("--as", help="清单的种类 / form of the list")] = None,  # noqa: UP045
    on: On = "",
    source: Annotated[str, typer.Option(help="清单来源的名称 / whose list it is")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """载入区划清单，重建沿革：全部载入或都不载入。 Load lists and make the timeline anew, whole or not at all."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.identity.facts import CONSOLE
    from hub.registers.divisions.loading import GivenFile
    from hub.registers.divisions.loading import load as load_lists

    with explained(as_json=as_json):
        settings, day = load_settings(data_dir=data_dir), _day(on)
        given = [GivenFile(one.name, one.read_bytes(), form, day, source) for one in files or ()]
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin(statement_timeout_seconds=0) as unit:
                found = load_lists(context, unit, CONSOLE.id, given)
        body = {
            "entries": dict(found.entries),
            "already_loaded": list(found.already),
            "left_out_by_prefix": dict(found.left_out),
            **found.counts,
        }
        emit(body, as_json=as_json, text="\n".join(_load_lines(body)))


def _load_lines(body: dict[str, object]) -> list[str]:
    entries, left = body["entries"], body["left_out_by_prefix"]
    lines = [f"  {name}: {count}" for name, count in entries.items()] if isinstance(entries, dict) else []
    if isinstance(left, dict) and left:
        shown = "、".join(f"{prefix}×{count}" for prefix, count in left.items())
        lines.append(pick(f"  未载入（不属于任何省级代码）：{shown}", f"  left out, of no province: {shown}"))
    counts = [body[key] for key in ("codes", "periods", "changes", "changes_inferred", "notes")]
    zh = "✔ {} 个代码，{} 个有效期，{} 项变更（其中推断 {}），{} 条说明".format(*counts)
    en = "✔ {} codes, {} periods, {} changes ({} inferred), {} notes".format(*counts)
    return [*lines, pick(zh, en)]


@divisions_app.command("lists")
def lists(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出载入过的清单。 List what was loaded."""
    from hub.cli import load_settings, opened
    from hub.registers.divisions import store

    with explained(as_json=as_json):
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            heads = store.list_heads(unit)
        rows = [
            {"id": one.id, "form": one.form, "source": one.source, "date": one.dated, "entries": one.entries}
            | {"file": one.file_name, "loaded_at": one.loaded_at}
            for one in heads
        ]
        text = "\n".join(f"{one.id}  {one.source}  {one.dated or '—'}  {one.entries}  {one.file_name}" for one in heads)
        emit({"total": len(rows), "lists": rows}, as_json=as_json, text=text or pick("（无）", "(none)"))


@divisions_app.command("remove")
def remove(
    number: Annotated[int, typer.Argument(help="清单编号，见 hub divisions lists / number of the list")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """去掉一份清单并重建沿革。 Take a list out and make the timeline anew."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.identity.facts import CONSOLE
    from hub.registers.divisions import loading

    with explained(as_json=as_json):
        settings = load_settings(data_dir=data_dir)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin(statement_timeout_seconds=0) as unit:
                counts = loading.remove(context, unit, CONSOLE.id, number)
        text = pick("✔ 已去掉，余 {} 个有效期", "✔ removed, {} periods are left").format(counts["periods"])
        emit(dict(counts), as_json=as_json, text=text)


@divisions_app.command("boundaries")
def boundaries(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON 界线 / the boundaries")],
    on: Annotated[str, typer.Option("--date", help="界线自何日起如此 / the day from which it is drawn so")],
    crs: Annotated[str, typer.Option(help="坐标系，如 EPSG:4490 / coordinate system")] = "",
    review_number: Annotated[str, typer.Option(help="审图号；没有则不公开 / map review number")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """载入界线；GCJ-02 等偏移坐标不予载入。 Load boundaries; shifted coordinates are refused."""
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context
    from hub.identity.facts import CONSOLE
    from hub.registers.divisions.shapes import BoundaryFile, load_boundaries

    with explained(as_json=as_json):
        settings, day = load_settings(data_dir=data_dir), _day(on)
        if day is None:
            raise ValueError(pick("请用 --date 说明日期", "give the day with --date"))
        given = BoundaryFile(file.name, file.read_bytes(), day, crs or None, review_number or None)
        with opened(settings, joins=True) as database:
            context = console_context(settings, database)
            with database.begin() as unit:
                found = load_boundaries(context, unit, CONSOLE.id, given)
        check = found.comparison
        body = {
            "boundaries": len(found.codes),
            "mended": list(found.mended),
            "named_otherwise": [list(one) for one in found.renamed],
            "compared": 0 if check is None else check.pairs,
            "off_by_metres": None if check is None else [round(check.east_m), round(check.north_m)],
            "published": bool(review_number),
        }
        emit(body, as_json=as_json, text=_boundary_text(body))


def _boundary_text(body: dict[str, object]) -> str:
    zh = "✔ {boundaries} 个界线；与已知界线比较 {compared} 个，相差（东、北）{off_by_metres} 米；修复 {mended}"
    en = "✔ {boundaries} boundaries; {compared} compared with known ones, off by {off_by_metres} m; mended {mended}"
    closed = pick("；没有审图号，不公开", "; no review number, not published")
    return pick(zh, en).format(**body) + ("" if body["published"] else closed)


@divisions_app.command("show")
def show(code: Code, on: On = "", data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """一个代码的沿革与现行代码。 What a code named through time, and what it is now."""
    from hub.api.divisions import division_body, successor_body
    from hub.cli import load_settings, opened
    from hub.registers.divisions import service

    with explained(as_json=as_json):
        day, full = _day(on), service.full_code(code)
        with opened(load_settings(data_dir=data_dir), joins=True) as database, database.begin() as unit:
            named = None if day is None else service.resolve(unit, full, day).division
            periods, changes, notes = service.history(unit, full)
            now = service.successors(unit, full, day)
        body = {
            "on_date": None if named is None else division_body(named),
            "periods": [division_body(one) for one in periods],
            "successors": [successor_body(one, now.names) for one in now.successors],
            "notes": [{"date": one.on, "text": one.zh, "text_en": one.en} for one in notes],
        }
        lines = [*([] if named is None else [_period_line(named)]), *(f"  {_period_line(one)}" for one in periods)]
        lines += [f"  {_change_line(one)}" for one in changes]
        lines += [_successor_line(one, now.names) for one in now.successors]
        lines += [f"  ! {pick(one.zh, one.en)}" for one in notes]
        emit(body, as_json=as_json, text="\n".join(lines))


def _period_line(one: Division) -> str:
    until = "" if one.valid_to is None else one.valid_to.isoformat()
    return f"{one.code}  {one.name}  {one.valid_from.isoformat()} – {until}  {one.source} ({one.dating.value})"


def _change_line(one: Change) -> str:
    said = pick("推断", "inferred") if one.is_inferred else pick("清单所载", "stated")
    return f"{one.on.isoformat()}  {one.old} → {one.new or '—'}  {one.kind.value}  {said} ({one.method.value})"


def _successor_line(one: Successor, names: dict[str, str]) -> str:
    if one.ended:
        return pick(f"→ {one.code}：清单没有说明其后如何", f"→ {one.code}: the lists do not say what became of it")
    marks = pick("（推断）", " (inferred)") if one.is_inferred else ""
    return f"→ {one.code}  {names.get(one.code, '')}{marks}"
