"""``hub catalogue describe``: a table of a database or a file becomes a draft entry, in eleven answers at most.

The table is read on the clerk's machine; to the hub goes the entry alone, never a value (政务数据共享条例 Art. 12, 13;
个人信息保护法 Art. 6). Each question has a proposed answer that Enter takes; machines give ``--answers`` and ``--yes``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from hub.cli_client import DEFAULT_URL, AsJson, Url
from hub.cli_output import emit, explained, pick
from hub.cli_staff import Code, Login, draft_lines, logged_in, store_draft

if TYPE_CHECKING:
    from hub.cli_catalogue_sources import Source
    from hub.client import Hub
    from hub.directory.describing.entry import Organ, Proposal
    from hub.directory.describing.items import ItemProposal, Known

Pull = Literal["hourly", "daily", "weekly", "monthly"]


def describe(
    source: Annotated[str, typer.Argument(help="数据库地址或文件 / URL of a database, or a file")],
    login: Login,
    table: Annotated[str | None, typer.Argument(help="表名；文件则为工作表 / table, or sheet of a file")] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", exists=True, dir_okay=False, help="回答（TOML）/ answers as TOML")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="采用全部建议；评估仍须本人写明 / take what is proposed")
    ] = False,
    save: Annotated[Path | None, typer.Option(help="条目另存为 JSON / save the entry as JSON")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只拟定，不存草稿 / propose, store nothing")] = False,
    name: Annotated[str | None, typer.Option(help="已有条目的名称，存为其新版本 / name of an entry to revise")] = None,
    assess: Annotated[bool, typer.Option("--assess", help="随即完成评估一步 / take the step assess at once")] = False,
    file_lists: Annotated[
        bool, typer.Option("--file-lists", help="报送部门自有代码表 / file the department's own code lists")
    ] = False,
    pull: Annotated[Pull | None, typer.Option(help="拟定定时拉取 / propose a pull")] = None,
    sample: Annotated[int, typer.Option(min=0, max=100_000, help="样本行数 / rows to look at")] = 1000,
    code: Code = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """由数据库表或文件拟定目录条目，逐题确认后存为草稿。 Propose an entry from a table, confirm it, store a draft."""
    from hub.cli_catalogue_dialogue import Dialogue, read_answers
    from hub.cli_catalogue_sources import read_source

    with explained(as_json=as_json), logged_in(url, login, code) as hub:
        dialogue = Dialogue(read_answers(answers), takes_proposals=yes, asks=not as_json)
        organ, known = what_is_known(hub)
        found = read_source(source, table, sample, asks=not (yes or as_json))
        proposal = dialogue.hold(found.table, organ, known)
        if name is not None:
            proposal = replace(proposal, entry=replace(proposal.entry, name=name))
        result: dict[str, Any] = {"proposal": told(proposal)}
        if not dry_run:
            result["draft"] = _stored(hub, proposal, assess=assess)
            if file_lists:
                result["filed_lists"] = _filed_lists(hub, proposal, str(known.today))
        kept = _keep(proposal, found, (save, pull), _name(result, proposal))
        result["files"] = {kind: str(path) for kind, path in kept.items()}
        emit(result, as_json=as_json, text="\n".join(_closing(result, proposal, kept)))


def what_is_known(hub: Hub) -> tuple[Organ, Known]:
    """Return the person's organ and what the hub knows for describing."""
    from datetime import date

    from catalogue.classes import ClassNode, tree_of
    from hub.directory.describing.entry import Organ
    from hub.directory.describing.items import Known

    told = hub.call("GET", "/api/v1/describing")
    organ = Organ(**told["organ"])
    day = date.fromisoformat(told["today"])
    classes = tree_of(told["classes"]["version"], (ClassNode(**node) for node in told["classes"]["nodes"]))
    return organ, Known(organ.name, day, told["sources"], _dictionary(told), demo=told["demo"], classes=classes)


def _dictionary(told: dict[str, Any]) -> Any:  # noqa: ANN401 - a Dictionary, imported late
    """Return the dictionary with the city's own elements and words; None where there are none."""
    if not told["own_elements"] and not told["own_words"]:
        return None
    from catalogue.dictionary_elements import Dictionary, Word, WordKind, shipped
    from catalogue.dictionary_own import OwnElement
    from catalogue.shape import decode

    words = {
        code: tuple(Word(WordKind(kind), text) for kind, text in found) for code, found in told["own_words"].items()
    }
    own = (decode(OwnElement, one).to_element() for one in told["own_elements"])
    return Dictionary(replace(one, words=(*one.words, *words.get(one.code, ()))) for one in (*shipped(), *own))


def told(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as JSON: the entry, the reasons by source column, code lists, what is left out; no values."""
    items = {one.source: one for one in proposal.items.proposals}
    return {
        "entry": proposal.entry.to_dict(),
        "subject": proposal.items.subject.value,
        "rows": proposal.table.rows,
        "reasons": {name: {"zh": why.zh, "en": why.en} for name, why in proposal.reasons.items()},
        "items": [
            {
                "source": name,
                "declared": one.declared,
                "column": one.item.column,
                "reasons": [{"zh": why.zh, "en": why.en} for why in (*one.reasons, *one.protections)],
            }
            for name, one in items.items()
        ],
        "code_lists": [
            {
                "source": name,
                "list": one.codes.reference.name if one.codes.reference is not None else None,
                "codes": [list(pair) for pair in one.codes.codes],
            }
            for name, one in items.items()
            if one.codes is not None
        ],
        "left_out": [
            {"source": one.source, "reason": {"zh": one.reason.zh, "en": one.reason.en}}
            for one in proposal.items.left_out
        ],
        "unnamed": list(proposal.unnamed),
    }


def _name(result: dict[str, Any], proposal: Proposal) -> str:
    """Return the name the hub gave the entry, or the one it would give."""
    from hub.directory.describing.entry import name_of

    draft = result.get("draft")
    return str(draft["name"]) if draft is not None else proposal.entry.name or name_of(proposal.entry)


def _keep(proposal: Proposal, found: Source, wanted: tuple[Path | None, Pull | None], name: str) -> dict[str, Path]:
    """Write the files asked for, and the mapping of a described file; returns them by what they hold."""
    from hub.cli_catalogue_supply import mapping_text, pull_body

    save, pull = wanted
    kept: dict[str, Path] = {}
    if save is not None:
        save.write_text(json.dumps(proposal.entry.to_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
        kept["entry"] = save
    if pull is not None:
        if found.file is not None:
            raise ValueError(pick("--pull 只用于数据库表", "--pull is for tables of databases"))
        kept["pull"] = Path(f"{name}-pull.json")
        body = pull_body(proposal, pull, name)
        kept["pull"].write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    if found.file is not None:
        kept["mapping"] = Path(f"{name}-mapping.toml")
        kept["mapping"].write_text(mapping_text(proposal, found.file, name), encoding="utf-8")
    return kept


def _stored(hub: Hub, proposal: Proposal, *, assess: bool) -> dict[str, Any]:
    """Store the draft; with ``assess`` take the clerk's first step where no rule stands against it."""
    draft = store_draft(hub, proposal.entry.to_dict())
    if assess and not any(one["severity"] == "error" for one in draft["findings"]):
        return hub.call("POST", f"/api/v1/entries/{draft['name']}/steps", json={"step": "assess"})
    return draft


def _own_codes(proposal: Proposal) -> list[ItemProposal]:
    """Return the items whose codes are no list the hub holds."""
    own = (one for one in proposal.items.proposals if one.codes is not None and one.codes.reference is None)
    return [one for one in own if not one.is_unnamed]


def _filed_lists(hub: Hub, proposal: Proposal, version: str) -> list[dict[str, str]]:
    """File the department's own lists, those whose codes have meanings; the authority puts them in force."""
    from hub.directory.describing.entry import name_of

    filed = []
    for one in _own_codes(proposal):
        codes = one.codes.codes if one.codes is not None else ()
        if not all(meaning for _, meaning in codes):
            continue
        name = f"{name_of(proposal.entry).replace('-', '_')[:40].rstrip('_')}_{one.item.column}"[:60]
        head = {"name": name, "version": version, "title_zh": one.item.name, "title_en": f"codes of {one.item.column}"}
        rows = [{"code": code, "name_zh": meaning} for code, meaning in codes]
        body = {**head, "source": proposal.entry.title, "rows": rows}
        hub.call("POST", "/api/v1/directory/code-list-filings", json=body)
        filed.append({"name": name, "version": version, "column": one.item.column})
    return filed


def _closing(result: dict[str, Any], proposal: Proposal, kept: dict[str, Path]) -> list[str]:
    """Return what was done and who does what next, as a terminal shows it."""
    lines = [pick(f"已写入 {path}", f"written: {path}") for path in kept.values()]
    if "draft" not in result:
        return [*lines, pick("只拟定，没有存草稿", "proposed only, nothing was stored")]
    draft = result["draft"]
    name = draft["name"]
    lines += draft_lines(draft)
    steps = [("数据专员", "clerk", "assess"), ("部门审核人", "approver", "approve")]
    steps += [("保密审查员", "secrecy reviewer", "review_secrecy"), ("数据专员", "clerk", "submit")]
    steps += [("目录管理员", "catalogue reviewer", "audit"), ("目录管理员", "catalogue reviewer", "publish")]
    left = steps[1:] if draft["state"] == "assessed" else steps
    lines.append(pick("接下来：", "next:"))
    lines += [f"  hub catalogue step {name} {step}  # {pick(zh, en)}" for zh, en, step in left]
    if "pull" in kept:
        lines.append(f"  hub pull add {kept['pull']}  # {pick('发布后', 'after publication')}")
    if "mapping" in kept:
        lines.append(f"  hub mapping save {kept['mapping']} {name}  # {pick('发布后', 'after publication')}")
    filed = result.get("filed_lists", [])
    lines += [
        pick(
            f"  已报送代码表 {one['name']}（{one['version']}），生效后在新版本中引用",
            f"  filed: code list {one['name']} ({one['version']}); name it in a new version once it is in force",
        )
        for one in filed
    ]
    own = [one for one in _own_codes(proposal) if one.item.column not in {one["column"] for one in filed}]
    if own:
        named = "、".join(one.item.name or one.source for one in own)
        lines.append(
            pick(
                f"部门自有代码（含义已写入说明，推送时不校验）：{named}",
                f"codes of your own (kept in the description, not checked at pushes): {named}",
            )
        )
    return lines
