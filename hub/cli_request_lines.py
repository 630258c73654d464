"""How applications, dry runs and their libraries read on a terminal, in the reader's language."""

from __future__ import annotations

from typing import Any

from hub.cli_output import pick
from hub.cli_staff import FORMS, STATES

APPLICATION_STATES = {
    "draft": ("草稿", "draft"),
    "submitted": ("待本单位负责人同意", "waits for your head's consent"),
    "open": ("已同意，办理中或已答复", "consented, with the providers or answered"),
    "withdrawn": ("已撤回", "withdrawn"),
}
OUTCOMES = {
    "granted_at_once": ("当场授权", "granted at once"),
    "to_provider": ("转提供单位", "goes to the provider"),
    "ground_in_force": ("有生效的不予提供理由", "a ground is in force"),
    "already_granted": ("已有授权", "granted already"),
    "outside_directory": ("目录外", "outside the directory"),
    "not_ready": ("待补齐", "to be completed"),
}
CERTAINTIES = {"high": ("已核对原文", "text read"), "medium": ("据转述", "second-hand"), "unsure": ("待核实", "unsure")}


def application_lines(result: dict[str, Any]) -> list[str]:
    """Return an application: its state, each line with where it stands, and what is missing."""
    zh, en = APPLICATION_STATES[result["state"]]
    parts = len({part["provider"] for part in result["parts"]})
    split_zh = f"，分送 {parts} 个单位" if parts else ""
    split_en = f", {parts} provider(s)" if parts else ""
    lines = [
        pick(
            f"申请车 {result['label']}（第 {result['version']} 版）：{zh}{split_zh}",
            f"application {result['label']} (version {result['version']}): {en}{split_en}",
        )
    ]
    for line in result["lines"]:
        form_zh, form_en = FORMS[line["form"]]
        name = f"{line['entry'] or line['provider'] or '?'}:{line['item'] or line['description']}"
        standing = "；".join(_standing(one) for one in line["requests"])
        lines.append(f"  {name}  {pick(form_zh, form_en)}" + (f"  {standing}" if standing else ""))
    lines += [f"  {one['field']}：{pick(one['message'], one['message_en'])}" for one in result["remarks"]]
    if result["faults"]:
        count = len(result["faults"])
        lines.append(pick(f"  还缺 {count} 处：", f"  {count} thing(s) missing:"))
        lines += [f"    {one['field']}：{pick(one['message'], one['message_en'])}" for one in result["faults"]]
    return lines


def _standing(one: dict[str, Any]) -> str:
    """Return where a line stands in one request."""
    zh, en = STATES.get(one["state"], (one["state"], one["state"]))
    if one["treatment"] is not None and one["state"] == "granted":
        form_zh, form_en = FORMS[one["treatment"]]
        zh, en = f"{zh}（{form_zh}）", f"{en} ({form_en})"
    if one["state"] == "waiting" and one["due_on"] is not None:
        zh, en = f"{zh}，最迟 {one['due_on']}", f"{en}, due {one['due_on']}"
    if one["offer"] is not None:
        form_zh, form_en = FORMS[one["offer"]]
        zh, en = f"{zh}，可接受{form_zh}：hub request accept", f"{en}, offered {form_en}: hub request accept"
    return f"{one['request_label']} {pick(zh, en)}"


def dry_run_lines(result: dict[str, Any]) -> list[str]:
    """Return a dry run: each line with its outcome and why, then how each provider answered before."""
    lines = [
        pick(f"试算 {result['label']}（没有提交任何内容）", f"dry run of {result['label']} (nothing was submitted)")
    ]
    for line in result["lines"]:
        zh, en = OUTCOMES[line["outcome"]]
        name = f"{line['entry']}:{line['item']}" if line["item"] else line["description"]
        lines.append(f"  {name}  {pick(zh, en)}")
        lines += [f"    {text}" for text in line[pick("explanation", "explanation_en")]]
    for one in result["providers"]:
        lines.append(pick(f"  {one['name']}：{one['text']}", f"  {one['name']}: {one['text_en']}"))
    if not result["is_complete"]:
        lines.append(pick("  提交前还缺：", "  missing before it can be submitted:"))
        lines += [f"    {one['field']}：{pick(one['message'], one['message_en'])}" for one in result["faults"]]
    return lines


def template_lines(result: dict[str, Any]) -> list[str]:
    """Return the use cases, one a line, with their typical items."""
    return [
        f"{one['id']}  {pick(one['name_zh'], one['name_en'])}：{'、'.join(item['name'] for item in one['items'])}"
        for one in result["templates"]
    ]


def library_lines(result: dict[str, Any]) -> list[str]:
    """Return the articles found, one a line, with the duty and how sure it is."""
    return [
        f"{one['id']}  {one['citation']}  {pick(one['duty_zh'], one['duty_en'])}"
        f"（{pick(*CERTAINTIES.get(one['certainty'], (one['certainty'], one['certainty'])))}）"
        for one in result["bases"]
    ]
