"""Verbs of saved mappings: how a department's files are read, proposed, previewed, saved and kept as TOML files.

``hub mapping propose old.xlsx ENTRY -o mapping.toml`` writes a file to edit; ``hub mapping save mapping.toml`` puts it
in force; later pushes with the same header are read by it (Zhengzhou Art. 19; Jilin Art. 27).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli_client import DEFAULT_URL, AsJson, KeyFile, SystemId, Url, connect
from hub.cli_output import emit, explained, pick, say
from hub.client import Hub
from hub.push.mappings.file_mapping import FileMapping
from hub.push.mappings.toml_text import Document, load

mapping_app = typer.Typer(
    name="mapping", help="文件对应关系：怎样读，哪一列是哪个信息项 / mappings of files", no_args_is_help=True
)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="文件 / the file")]
Entry = Annotated[str, typer.Argument(help="条目名称 / name of the entry")]
Version = Annotated[int, typer.Argument(min=1, help="版本 / version")]
Why = Annotated[str, typer.Option("--why", help="说明 / why")]
Given = Annotated[str | None, typer.Option("--mapping", "-m", help="版本号或 TOML 文件 / version, or TOML file")]
To = Annotated[Path | None, typer.Option("--output", "-o", help="写到此 TOML 文件 / write this TOML file")]
_NO_QUOTE = "none"


def mapping_parameters(given: str | None) -> dict[str, Any]:
    """Return the query parameters of a mapping named by its version, or kept in a TOML file.

    Raises:
        ValueError: neither a version nor a file.
        MappingFormatError: the file is not written right.
    """
    if given is None:
        return {}
    if given.isdecimal():
        return {"mapping": int(given)}
    path = Path(given)
    if not path.is_file():
        raise ValueError(pick(f"{given} 不是版本号，也不是文件", f"{given} is no version and no file"))
    return file_parameters(read_mapping(path).mapping)


def read_mapping(path: Path) -> Document:
    """Read a mapping kept as a TOML file (raises ``MappingFormatError``)."""
    try:
        return load(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(pick(f"{path} 不是 UTF-8 文本", f"{path} is no UTF-8 text")) from error


def file_parameters(mapping: FileMapping) -> dict[str, Any]:
    """Return a mapping as the query parameters of a push."""
    body = mapping.to_dict()
    read = {name: "true" if value is True else value for name, value in body["read"].items()}
    if read.get("quote") == "":
        read["quote"] = _NO_QUOTE
    return {
        **read,
        "rename": [f"{key}={item}" for key, item in body["columns"].items() if item],
        "ignore": [key for key, item in body["columns"].items() if not item],
        "absent": body["absent"],
    }


def _look(hub: Hub, entry: str, what: str, file: Path, params: dict[str, Any]) -> dict[str, Any]:
    """Send a file to be looked at."""
    answer = hub.raw(
        "POST",
        f"/api/v1/entries/{entry}/mappings/{what}",
        params={key: value for key, value in {**params, "filename": file.name}.items() if value is not None},
        content=file.read_bytes(),
        headers={"Content-Type": "application/octet-stream"},
    )
    found: dict[str, Any] = answer.json()
    return found


@mapping_app.command()
def propose(
    file: File,
    entry: Entry,
    output: To = None,
    sheet: Annotated[str | None, typer.Option(help="工作表 / sheet")] = None,
    header_row: Annotated[int | None, typer.Option(min=1, help="表头行 / line of the header")] = None,
    header_rows: Annotated[int | None, typer.Option(min=1, help="表头行数 / header lines")] = None,
    encoding: Annotated[str | None, typer.Option(help="编码 / encoding")] = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """拟定对应关系：表头在哪，哪一列是哪个信息项；拿不准的会问。 Propose a mapping; what is not certain is asked."""
    with explained(as_json=as_json):
        hints = {"sheet": sheet, "header_row": header_row, "header_rows": header_rows, "encoding": encoding}
        found = _look(connect(url, system, key_file), entry, "proposals", file, hints)
        emit(found, as_json=as_json, text="\n".join(proposal_lines(found)))
        if output is not None:
            output.write_text(found["toml"], "utf-8")
            if not as_json:
                say(
                    f"已写入 {output}，可修改后 hub mapping save",
                    f"written to {output}; edit it, then hub mapping save",
                )


def proposal_lines(found: dict[str, Any]) -> list[str]:
    """Return a proposal as a terminal shows it."""
    place = found["found"]
    lines = [
        pick(
            f"表头第 {place['header_line']} 行起 {place['header_rows']} 行，其前 {place['preamble_rows']} 行不读",
            f"{place['header_rows']} header lines from line {place['header_line']}, {place['preamble_rows']} above it",
        )
    ]
    for column in found["columns"]:
        item = f"{column['item']} ({column['column']})" if column["column"] else "—"
        sign = {"mapped": "✔", "ask": "?", "unmapped": "·"}[column["decision"]]
        reason = column[pick("reason", "reason_en")]
        score = f"  {column['score']:.2f} {reason}" if column["score"] else ""
        lines.append(f"  {sign} {column['letter']} {column['name']} → {item}{score}")
    lines += [f"  ? {question}" for question in found[pick("questions", "questions_en")]]
    lines += [f"  {note}" for note in place[pick("notes", "notes_en")]]
    return lines


@mapping_app.command()
def preview(
    file: File,
    entry: Entry,
    mapping: Given = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """按对应关系预览：前 20 行入库后的样子，前 1000 行的问题。 Show the first rows as they would be stored."""
    with explained(as_json=as_json):
        given = mapping_parameters(mapping)
        found = _look(connect(url, system, key_file), entry, "previews", file, given)
        emit(found, as_json=as_json, text="\n".join(preview_lines(found)))


def preview_lines(found: dict[str, Any]) -> list[str]:
    """Return a preview as a terminal shows it."""
    names = {item["column"]: item["name"] for item in found["items"]}
    lines = []
    for row in found["rows"]:
        cells = "  ".join(f"{names[key]}={value}" for key, value in row.items() if key in names and value is not None)
        lines.append(f"  {row['line']}: {cells}")
    rest = "" if found["whole_file"] else pick("（文件还有更多行）", " (there are more)")
    lines.append(
        pick(
            f"检查了 {found['checked']} 行{rest}：通过 {found['accepted']}，退回 {found['rejected']}",
            f"checked {found['checked']} rows{rest}: {found['accepted']} accepted, {found['rejected']} rejected",
        )
    )
    for fault in found["faults"]:
        name = fault.get(pick("name", "name_en"), "")
        places = ", ".join(map(str, fault["lines"]))
        lines.append(f"  {fault['rule']} {name} × {fault['cells']}  ({pick('行', 'lines')} {places})")
    return [*lines, *(f"  {note}" for note in found[pick("notes", "notes_en")])]


@mapping_app.command()
def save(
    file: File,
    entry: Annotated[str | None, typer.Argument(help="条目名称；不给则用文件里的 entry / name of the entry")] = None,
    why: Annotated[str | None, typer.Option("--why", help="说明 / why")] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="只存为拟定，不启用 / not in force yet")] = False,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """保存对应关系（TOML）为新版本并启用。 Save a mapping as a new version and put it in force."""
    with explained(as_json=as_json):
        document = read_mapping(file)
        name = entry or document.entry
        if not name:
            raise ValueError(pick("请写明条目名称，或在文件里写 entry", "name the entry, or write it in the file"))
        body = {"mapping": document.mapping.to_dict(), "why": why or document.why, "fixed": not proposed}
        hub = connect(url, system, key_file)
        saved = hub.call("POST", f"/api/v1/entries/{name}/mappings", json=body)
        emit(saved, as_json=as_json, text=_line(saved))


@mapping_app.command(name="list")
def list_mappings(
    entry: Entry, url: Url = DEFAULT_URL, system: SystemId = None, key_file: KeyFile = None, as_json: AsJson = False
) -> None:
    """列出条目的各版对应关系。 List the mappings of an entry."""
    with explained(as_json=as_json):
        found = connect(url, system, key_file).call("GET", f"/api/v1/entries/{entry}/mappings", params={"limit": 200})
        lines = [pick(f"共 {found['total']} 版", f"{found['total']} versions"), *map(_line, found["mappings"])]
        emit(found, as_json=as_json, text="\n".join(lines))


@mapping_app.command()
def show(
    entry: Entry,
    version: Version,
    output: To = None,
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """显示一版对应关系，可另存为 TOML。 Show one mapping, or write it to a TOML file."""
    with explained(as_json=as_json):
        found = connect(url, system, key_file).call("GET", f"/api/v1/entries/{entry}/mappings/{version}")
        if output is not None:
            output.write_text(found["toml"], "utf-8")
        emit(found, as_json=as_json, text=_line(found) if output is not None else found["toml"].rstrip("\n"))


@mapping_app.command()
def fix(
    entry: Entry,
    version: Version,
    why: Why = "",
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """启用一版拟定的对应关系。 Put a proposed mapping in force."""
    _step(entry, version, "fix", why, connect_with=(url, system, key_file), as_json=as_json)


@mapping_app.command()
def retire(
    entry: Entry,
    version: Version,
    why: Why = "",
    url: Url = DEFAULT_URL,
    system: SystemId = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """停用一版对应关系。 Take a mapping out of use."""
    _step(entry, version, "retire", why, connect_with=(url, system, key_file), as_json=as_json)


def _step(
    entry: str,
    version: int,
    step: str,
    why: str,
    *,
    connect_with: tuple[str, str | None, Path | None],
    as_json: bool,
) -> None:
    with explained(as_json=as_json):
        hub = connect(*connect_with)
        found = hub.call("POST", f"/api/v1/entries/{entry}/mappings/{version}/{step}", json={"why": why})
        emit(found, as_json=as_json, text=_line(found))


def _line(saved: dict[str, Any]) -> str:
    """Return one version as a line: number, state, when, why."""
    states = {
        "proposed": pick("拟定", "proposed"),
        "fixed": pick("启用", "in force"),
        "retired": pick("停用", "retired"),
    }
    last = saved["acts"][-1] if saved["acts"] else {"at": "", "why": ""}
    columns = len([name for name in saved["header"] if name.strip()])
    number = pick(f"第 {saved['version']} 版", f"version {saved['version']}")
    width = pick(f"{columns} 列", f"{columns} columns")
    return f"  {number}  {states[saved['state']]}  {width}  {last['at'][:19]}  {last['why']}".rstrip()
