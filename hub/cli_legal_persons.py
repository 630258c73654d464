"""``hub legal-persons``: the operator maps a resource to the register of bodies and counts what became of every row.

Works on the database itself, as ``hub registers`` does; each act leaves its receipt. No name of a person or a body is
printed: codes, rules and counts. Zhengzhou Art. 18-19; Jilin Art. 26-27.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from hub.cli_output import emit, explained, pick

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.context import Context
    from hub.database import Database, Unit

legal_persons_app = typer.Typer(help="法人单位基础库 / The register of legal persons", no_args_is_help=True)
DataDir = Annotated[Optional[Path], typer.Option("--data-dir", help="数据目录 / data directory")]  # noqa: UP045  typer
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[tuple[Context, Database]]:
    from hub.cli import load_settings, opened
    from hub.cli_admin import console_context

    settings = load_settings(data_dir=data_dir)
    with opened(settings, joins=True) as database:
        yield console_context(settings, database), database


@contextmanager
def _desk(data_dir: Path | None) -> Iterator[tuple[Context, Unit]]:
    with _opened(data_dir) as (context, database), database.begin(statement_timeout_seconds=0) as unit:
        yield context, unit


@legal_persons_app.command("source")
def name_source(
    entry: Annotated[str, typer.Argument(help="已发布条目名称 / name of a published entry")],
    item: Annotated[list[str], typer.Option(help="数据元=列名，可多次，如 L002=mingcheng / element=column")],
    key: Annotated[str, typer.Option(help="键的数据元：L001、L021 或 L022 / element of the key")] = "L001",
    kind: Annotated[str, typer.Option(help="record, branch, shareholding, conversion")] = "record",
    event: Annotated[str | None, typer.Option(help="事件时间的列名 / column of the event time")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把条目设为法人库的来源，逐项写明映射。 Make an entry a source, its mapping written out item by item."""
    from hub.api.registers import source_body
    from hub.identity.facts import CONSOLE
    from hub.registers import sources
    from hub.registers.legal_persons.rules import LEGAL_PERSON_RULES
    from hub.registers.mapping import KEY_OF_ELEMENT, SourceMapping

    with explained(as_json=as_json), _desk(data_dir) as (context, unit):
        items = dict(_pair(text) for text in item)
        if key not in items or key not in KEY_OF_ELEMENT:
            raise ValueError(pick(f"--item 中没有键 {key} 的列", f"no --item names the column of the key {key}"))
        mapping = SourceMapping(items[key], KEY_OF_ELEMENT[key], items, {}, event, kind)
        made = sources.name_source(context, unit, LEGAL_PERSON_RULES, entry, mapping, CONSOLE)
        text = pick(f"来源 {made.id}：{entry}，{len(items)} 项", f"source {made.id}: {entry}, {len(items)} items")
        emit(source_body(context, made), as_json=as_json, text=text)


def _pair(text: str) -> tuple[str, str]:
    element, sign, column = text.partition("=")
    if not sign or not element or not column:
        raise ValueError(pick(f"“{text}”应写成 数据元=列名", f"write {text!r} as element=column"))
    return element, column


@legal_persons_app.command("counts")
def counts(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """统计：单位、别名、关联、标记，未汇入的行按规则。 Count bodies, aliases, links, flags, refused rows by rule."""
    from hub.registers import sources_store
    from hub.registers.legal_persons import seats_store, store

    with explained(as_json=as_json), _desk(data_dir) as (_, unit):
        found = store.counts(unit)
        found |= seats_store.counts(unit)
        for source in sources_store.sources(unit, store.REGISTER):
            found[f"source.{source.entry_name}.rows"] = source.rows
        for rule, number in store.refused_by_rule(unit).items():
            found[f"refused.{rule}"] = number
        emit(found, as_json=as_json, text="\n".join(f"{name:48} {number:>10}" for name, number in found.items()))


@legal_persons_app.command("follow")
def follow(
    data_dir: DataDir = None,
    as_json: AsJson = False,
    anew: Annotated[bool, typer.Option("--anew", help="从头重建 / make all anew")] = False,
) -> None:
    """更新名称索引、矛盾标记和住所关联（平时自动进行）。 Bring names, flags and seats up to date."""
    from hub.cli import load_settings
    from hub.registers.addresses.matching import AddressBook
    from hub.registers.legal_persons import following, seats_following, seats_store, store

    with explained(as_json=as_json), _opened(data_dir) as (context, database):
        if anew:
            with database.begin() as unit:
                store.forget(unit)
                seats_following.match_anew(unit, context)
        done = 0
        while looked := following.sweep(context, database):
            done += looked
        seating = seats_following.Seating(AddressBook(), load_settings(data_dir=data_dir).address_least_score)
        while seats_following.sweep(context, database, seating):
            with database.begin() as unit:
                left = seats_store.count_behind(unit)
            typer.echo(pick(f"住所待匹配 {left} 个", f"{left} seats to be matched"), err=True)
        with database.begin() as unit:
            seats = seats_store.counts(unit)
        text = [pick(f"已更新 {done} 个单位", f"{done} bodies brought up to date")]
        text += [f"{name:48} {number:>10}" for name, number in seats.items()]
        emit({"bodies": done, "seats": seats}, as_json=as_json, text="\n".join(text))


@legal_persons_app.command("flags")
def flags(
    rule: Annotated[str | None, typer.Option(help="只列一条规则 / one rule alone")] = None,
    after: Annotated[int, typer.Option(help="从上页 next 之后 / after `next` of the page before")] = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出登记信息自相矛盾的单位（代码和规则）。 List bodies whose record contradicts itself: code and rule."""
    from hub.registers.legal_persons import store

    most = 100
    with explained(as_json=as_json), _desk(data_dir) as (_, unit):
        found, total = store.flagged(unit, rule, after, most)
        lines = [{"code": one.code, "rule": one.rule, "elements": list(one.elements), "fault": one.is_fault,
                  "since": one.since} for one in found]  # fmt: skip
        last = found[-1].subject if found else 0
        following = last if found and store.flagged(unit, rule, last, 1)[0] else None
        told = pick(f"共 {total} 条，列出 {len(found)} 条", f"{total} in all, {len(found)} shown")
        text = "\n".join([*(f"{one.code:18}  {one.rule}  {' '.join(one.elements)}" for one in found), told])
        answer = {"total": total, "returned": len(lines), "next": following, "flags": lines}
        emit(answer, as_json=as_json, text=text)
