"""``hub population``: verify persons from an agency's terminal, one or a whole file; no number is printed.

The number is asked for without echo where it is not given; a batch is a CSV file with the columns ``number``, ``name``
and, if need be, ``document_type``. 政务数据共享条例 Art. 22.
"""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect
from hub.cli_output import emit, explained, pick, say
from hub.registers.population.relations import Relation

if TYPE_CHECKING:
    from collections.abc import Mapping

population_app = typer.Typer(
    name="population", help="人口基础库：核验个人 / the register of persons", no_args_is_help=True
)
Purpose = Annotated[str, typer.Option(help="用途，与授权一致 / purpose, as granted")]
Case = Annotated[str, typer.Option("--case", help="办件编号 / case number")]
Number = Annotated[
    str,
    typer.Option(
        prompt="证件号码 / number", hide_input=True, help="证件号码，不填则询问 / number; asked for if absent"
    ),
]
DocumentType = Annotated[str | None, typer.Option(help="证件类型，不填为居民身份证 / document type")]
WORDS = {
    "match": "一致",
    "mismatch": "不一致",
    "not_found": "查无此人",
    "cannot_verify": "无法核验",
    "alive": "存活",
    "deceased": "死亡",
    "yes": "是",
    "no": "否",
    "unknown": "不能确定",
    "invalid": "无效行",
}


def _lines(result: Mapping[str, Any]) -> str:
    """Return an answer as a terminal shows it."""
    word = result["result"]
    lines = [pick(WORDS[word], word)]
    if result.get("date"):
        lines.append(f"  {result['date']}")
    if result.get("under_verification"):
        lines.append(pick("  该信息正在校核", "  under verification"))
    if result.get("contact"):
        lines.append(pick(f"  咨询电话 {result['contact']}", f"  telephone {result['contact']}"))
    return "\n".join([*lines, pick(f"凭证 {result['receipt']}", f"receipt {result['receipt']}")])


@population_app.command()
def verify(
    name: Annotated[str, typer.Option(help="姓名 / name")],
    purpose: Purpose,
    case: Case,
    number: Number,
    document_type: DocumentType = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """核验号码与姓名是否为同一人。 Whether number and name are one person's."""
    body = {"name": name, "number": number, "document_type": document_type, "purpose": purpose, "case_number": case}
    with explained(as_json=as_json):
        with closing(connect(url, system, key_file)) as hub:
            result = hub.call("POST", "/api/v1/population/verify", json=body)
        emit(result, as_json=as_json, text=_lines(result))


@population_app.command()
def alive(
    purpose: Purpose,
    case: Case,
    number: Number,
    with_date: Annotated[
        bool, typer.Option("--date", help="同时要死亡日期，须有授权 / the date too, if granted")
    ] = False,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """核验一个人是否存活。 Whether a person is alive."""
    body = {"number": number, "with_date": with_date, "purpose": purpose, "case_number": case}
    with explained(as_json=as_json):
        with closing(connect(url, system, key_file)) as hub:
            result = hub.call("POST", "/api/v1/population/alive", json=body)
        emit(result, as_json=as_json, text=_lines(result))


@population_app.command()
def kinship(
    relation: Annotated[Relation, typer.Option(help="另一人是本人的什么人 / what the other is to the person")],
    purpose: Purpose,
    case: Case,
    number: Number,
    other: Annotated[str, typer.Option(prompt="另一人证件号码 / number of the other", hide_input=True)],
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """核验两人的亲属关系：是、否、不能确定。 Kinship of two persons."""
    body = {"number": number, "other": other, "relation": relation.value, "purpose": purpose, "case_number": case}
    with explained(as_json=as_json):
        with closing(connect(url, system, key_file)) as hub:
            result = hub.call("POST", "/api/v1/population/kinship", json=body)
        emit(result, as_json=as_json, text=_lines(result))


@population_app.command()
def match(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV：number、name 列 / CSV file")],
    purpose: Purpose,
    case: Case,
    out: Annotated[Path, typer.Option(help="逐行结果写入此文件 / file for the states")],
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """批量比对号码与姓名，结果逐行写入文件（不含号码）。 Compare the rows of a CSV file."""
    with explained(as_json=as_json):
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = [{key: value for key, value in row.items() if key and value} for row in csv.DictReader(opened)]
        key = ["number", "document_type"] if any("document_type" in row for row in rows) else ["number"]
        wanted = {*key, "name"}
        kept = [{name: row[name] for name in wanted if name in row} for row in rows]
        body = {"key": key, "claims": ["name"], "rows": kept, "purpose": purpose, "case_number": case}
        with closing(connect(url, system, key_file)) as hub:
            result = hub.call("POST", "/api/v1/population/match", json=body)
        with out.open("w", encoding="utf-8-sig", newline="") as written:
            table = csv.writer(written)
            table.writerow(["row", "result", "reason"])
            table.writerows([one["row"], one["result"], one.get("reason", "")] for one in result["results"])
        counts = "，".join(f"{pick(WORDS[state], state)} {count}" for state, count in result["counts"].items())
        if as_json:
            emit({name: value for name, value in result.items() if name != "results"}, as_json=True, text="")
        else:
            say(f"✔ {result['rows']} 行：{counts}", f"✔ {result['rows']} rows: {counts}")
