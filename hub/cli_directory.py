"""``hub directory``: the standards of the directory (classes, code lists, elements, licences) and versions of entries.

What everybody may read needs no login; what a department files and the authority decides does, as in
:mod:`hub.cli_staff`. ``--json`` prints what the hub answered.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick
from hub.cli_staff import Code, Login, logged_in
from hub.client import Hub

if TYPE_CHECKING:
    from collections.abc import Callable

directory_app = typer.Typer(
    name="directory", help="目录的分类、代码表、数据元和条目版本 / standards and versions", no_args_is_help=True
)
BASE = "/api/v1/directory"
Limit = Annotated[int, typer.Option(min=1, max=1000, help="最多条数 / how many at most")]
Offset = Annotated[int, typer.Option(min=0, help="从第几条起 / where to begin")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON 文件 / JSON file")]
Reason = Annotated[str, typer.Option(help="理由 / the reason")]


def _emit_list(found: dict[str, Any], name: str, line: Callable[[dict[str, Any]], str], *, as_json: bool) -> None:
    head = pick(f"共 {found['total']} 条，显示 {found['returned']} 条", f"{found['returned']} of {found['total']}")
    more = [] if found["next"] is None else [pick(f"还有：--offset {found['next']}", f"more: --offset {found['next']}")]
    emit(found, as_json=as_json, text="\n".join([head, *(line(one) for one in found[name]), *more]))


def _read(url: str, path: str, **params: object) -> dict[str, Any]:
    with Hub(url) as hub:
        return hub.call(
            "GET", f"{BASE}{path}", params={key: value for key, value in params.items() if value is not None}
        )


@directory_app.command("classes")
def classes(
    version: Annotated[int | None, typer.Option(help="版本，缺省为现行 / version, else the one in force")] = None,
    parent: Annotated[str | None, typer.Option(help="只看其下级 / only what is below it")] = None,
    limit: Limit = 200,
    offset: Offset = 0,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出资源分类。 List the classes."""
    with explained(as_json=as_json):
        found = _read(url, "/classes", version=version, parent=parent, limit=limit, offset=offset)
        _emit_list(found, "classes", _class_line, as_json=as_json)


def _class_line(one: dict[str, Any]) -> str:
    state = pick(f"（已停用 → {one['successor']}）", f" (retired → {one['successor']})") if one["retired"] else ""
    return f"  {one['code']:<10} {pick(one['name'], one['name_en'])}{state}"


@directory_app.command("class-versions")
def class_versions(
    login: Login,
    limit: Limit = 50,
    offset: Offset = 0,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出分类各版本。 List the versions of the classification."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        found = hub.call("GET", f"{BASE}/classes/versions", params={"limit": limit, "offset": offset})
        _emit_list(found, "versions", _version_line, as_json=as_json)


def _version_line(one: dict[str, Any]) -> str:
    return f"  {one['version']}  {one['state']}  {one['made_at'][:10]}  {one['reason']}"


@directory_app.command("class-draft")
def class_draft(
    file: File, login: Login, reason: Reason, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """按改动清单拟订新版分类，并列出影响的条目。 Draft a version from a list of changes; shows what it hits."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"changes": json.loads(file.read_text(encoding="utf-8")), "reason": reason}
        made = hub.call("POST", f"{BASE}/classes/versions", json=body)
        effects = made["effects"]
        lines = [
            pick(
                f"✔ 第 {made['version']} 版（草稿）：停用 {len(effects['retired'])}、改名 {len(effects['renamed'])}，"
                f"影响 {effects['total']} 个条目",
                f"✔ version {made['version']} (draft): {len(effects['retired'])} retired, "
                f"{len(effects['renamed'])} renamed, {effects['total']} entries hit",
            ),
            *(f"  {one['name']}  {one['title']}  {one['provider']}" for one in effects["entries"]),
        ]
        emit(made, as_json=as_json, text="\n".join(lines))


@directory_app.command("class-act")
def class_act(
    version: Annotated[int, typer.Argument(help="版本 / version")],
    act: Annotated[Literal["enforce", "discard"], typer.Argument(help="施行或放弃 / put in force, or give up")],
    login: Login,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """施行或放弃一版分类。 Put a draft of the classification in force, or give it up."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        done = hub.call("POST", f"{BASE}/classes/versions/{version}/{act}")
        emit(done, as_json=as_json, text=_version_line(done))


@directory_app.command("code-schemes")
def code_schemes(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出编码方案。 List the code schemes."""
    with explained(as_json=as_json):
        found = _read(url, "/code-schemes", limit=200)
        _emit_list(
            found, "code_schemes", lambda one: f"  {one['name']}  {one['form']}  {one['title']}", as_json=as_json
        )


@directory_app.command("code-scheme")
def code_scheme(file: File, login: Login, code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """增加编码方案。 Add a code scheme from a JSON file."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        made = hub.call("POST", f"{BASE}/code-schemes", json=json.loads(file.read_text(encoding="utf-8")))
        emit(made, as_json=as_json, text=pick(f"✔ 例：{made['example']}", f"✔ for example {made['example']}"))


@directory_app.command("code-lists")
def code_lists(
    word: Annotated[str, typer.Argument(help="名称中的词 / a word of its name")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """列出代码表。 List the code lists."""
    with explained(as_json=as_json):
        found = _read(url, "/code-lists", q=word, limit=limit, offset=offset)
        _emit_list(
            found,
            "code_lists",
            lambda one: f"  {one['name']}  {one['version']}  {pick(one['title'], one['title_en'])}",
            as_json=as_json,
        )


@directory_app.command("code-list")
def code_list(
    name: Annotated[str, typer.Argument(help="代码表名称 / name of the list")],
    version: Annotated[str | None, typer.Option(help="版本，缺省为现行 / version, else the present one")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV / print CSV")] = False,
    limit: Limit = 1000,
    offset: Offset = 0,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """查看一张代码表。 Show a code list."""
    with explained(as_json=as_json):
        if as_csv:
            with Hub(url) as hub:
                wanted = {"format": "csv"} | ({"version": version} if version is not None else {})
                sys.stdout.write(hub.raw("GET", f"{BASE}/code-lists/{name}", params=wanted).text)
            return
        found = _read(url, f"/code-lists/{name}", version=version, limit=limit, offset=offset)
        _emit_list(found, "rows", lambda one: f"  {one['code']}  {pick(one['name'], one['name_en'])}", as_json=as_json)


@directory_app.command("code-list-file")
def file_code_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV：code,name_zh,name_en,…")],
    name: Annotated[str, typer.Option(help="名称 / name")],
    version: Annotated[str, typer.Option(help="版本 / version")],
    title: Annotated[str, typer.Option(help="中文名称 / Chinese title")],
    title_en: Annotated[str, typer.Option(help="英文名称 / English title")],
    login: Login,
    source: Annotated[str, typer.Option(help="依据 / where it comes from")] = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """申报本部门代码表的一版。 File a version of a department's own list from a CSV file."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        head = {"name": name, "version": version, "title_zh": title, "title_en": title_en, "source": source}
        made = hub.call("POST", f"{BASE}/code-list-filings", json={**head, "rows": rows_of(file)})
        emit(made, as_json=as_json, text=pick(f"✔ 已申报 {name} {version}", f"✔ {name} {version} is filed"))


def rows_of(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV file with columns code, name_zh, name_en; further columns are the list's own."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        found = []
        for row in csv.DictReader(opened):
            known = {key: (row.pop(key, "") or "").strip() for key in ("code", "name_zh", "name_en")}
            found.append({**known, "extra": {key: value or "" for key, value in row.items() if key}})
        return found


@directory_app.command("elements")
def elements(
    word: Annotated[str, typer.Argument(help="名称、同义词、列名或代码 / name, word or code")] = "",
    limit: Limit = 20,
    offset: Offset = 0,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """检索数据元字典。 Search the dictionary of data elements."""
    with explained(as_json=as_json):
        found = _read(url, "/elements", q=word, limit=limit, offset=offset)
        _emit_list(found, "elements", _element_line, as_json=as_json)


def _element_line(one: dict[str, Any]) -> str:
    length = f"({one['length']})" if one["length"] is not None else ""
    said = pick(f"{one['name']}：{one['definition']}", f"{one['name_en']}: {one['definition_en']}")
    return f"  {one['code']}  {one['type']}{length}  {one['sensitivity']}  {said}"


@directory_app.command("element-file")
def file_element(
    file: File, login: Login, reason: Reason = "", code: Code = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """申报本市数据元。 File a data element of the city."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"element": json.loads(file.read_text(encoding="utf-8")), "reason": reason}
        made = hub.call("POST", f"{BASE}/element-filings", json=body)
        emit(made, as_json=as_json, text=pick("✔ 已申报", "✔ filed") + f"\n{_element_line(made['element'])}")


@directory_app.command("decide")
def decide(
    kind: Annotated[Literal["code-list", "element"], typer.Argument(help="代码表或数据元 / what was filed")],
    name: Annotated[str, typer.Argument(help="名称/版本，或数据元代码 / NAME/VERSION, or the element's code")],
    login: Login,
    accept: Annotated[bool, typer.Option("--accept/--return", help="采纳或退回 / accept or return")] = True,
    reason: Reason = "",
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """采纳或退回申报（主管部门）。 Accept or return what a department filed."""
    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        body = {"accept": accept, "reason": reason}
        done = hub.call("POST", f"{BASE}/{kind}-filings/{name}/decision", json=body)
        emit(done, as_json=as_json, text=f"✔ {done['state']}")


@directory_app.command("licences")
def list_licences(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """列出数据许可。 List the licences."""
    with explained(as_json=as_json):
        found = _read(url, "/licences", limit=200)
        _emit_list(
            found,
            "licences",
            lambda one: (
                f"  {one['code']}  {pick(one['name'], one['name_en'])}\n    "
                f"{pick(one['statement'], one['statement_en'])}"
            ),
            as_json=as_json,
        )
