"""Generated tables about the running hub: problems, operations, verbs, receipts, roles, limits."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from hub.cli import app as command_line
from hub.cli_admin import install
from hub.cli_output import Exit
from hub.exchange import records
from hub.identity.roles import NAMES_ZH, Role, forbidden_pairs
from hub.ledger.drafts import FIELDS, ReceiptKind
from hub.open.rows import FORMATS
from hub.portal.api_page import AUDIENCES
from hub.problem_notes import problem_notes
from hub.problem_table import PROBLEMS
from hub.push.merge import SHRINK_FROM_ROWS, SHRINK_LIMIT
from hub.rows import parsing, query
from tests.docs.markdown import code, meanings, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
SALTED = {
    "version": ("格式版本", "count", "Version of the receipt's form."),
    "id": ("编号", "text", "Id of the receipt (UUID version 7: in order of time)."),
    "kind": ("种类", "text", "One of the kinds above."),
    "time": ("时间", "text", "When, UTC with six decimals."),
    "salt": ("盐", "text", "32 random bytes, so that the leaf's hash tells nothing of the content."),
}
"""Members that every receipt has beside those of ``FIELDS`` (:func:`hub.ledger.receipts.sign`)."""


def problems() -> str:
    """Return every problem type: a heading each, so that links to it are stable."""
    classes: dict[str, list[str]] = {}
    for error, kind in PROBLEMS.items():
        classes.setdefault(kind.slug, []).append(f"{error.__module__}.{error.__qualname__}")
    parts = []
    for slug, note in problem_notes().items():
        raised = ", ".join(code(name) for name in classes.get(slug, [])) or "the web framework or the gatekeeper"
        parts.append(
            f"### {slug}\n\n{int(note.kind.status)} · {note.kind.title} · {note.kind.title_en}\n\n"
            f"{note.zh} {note.en}\n\n怎么办 / what to do: {note.next_zh} {note.next_en}\n\nRaised as {raised}."
        )
    return "\n\n".join(parts)


def problem_index() -> str:
    """Return the problem types by status."""
    ordered = sorted(problem_notes().values(), key=lambda note: (note.kind.status, note.kind.slug))
    rows = [
        (int(status), ", ".join(f"[{one.kind.slug}](#{one.kind.slug})" for one in notes))
        for status, notes in groupby(ordered, key=lambda note: note.kind.status)
    ]
    return table(("status", "types"), rows)


def operations(document: Mapping[str, Any]) -> str:
    """Return the operations of the native API by audience."""
    parts = []
    for tag, zh, en in AUDIENCES:
        rows = [
            (code(f"{method.upper()} {path}"), operation["summary"], _body(operation))
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method in METHODS and tag in operation["tags"]
        ]
        head = ("operation", "what it does", "body")
        parts.append(f"### {tag}\n\n{zh} / {en}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def _body(operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    names = []
    for media, part in content.items():
        reference = part.get("schema", {}).get("$ref", "")
        names.append(code(reference.rsplit("/", 1)[-1]) if reference else code(media))
    return ", ".join(names)


def verbs() -> str:
    """Return every verb of the command line with its arguments and options."""
    parts = []
    for path, verb in _verbs():
        parts.append(f"### {path}\n\n{' '.join((verb.help or '').split())}")
        rows = [_parameter(one) for one in verb.params if one.name != "help"]
        if rows:
            parts.append(table(("argument or option", "default", "meaning"), rows))
    return "\n\n".join(parts)


def _verbs() -> Iterator[tuple[str, Any]]:
    root: Any = typer.main.get_command(command_line)
    if "init" not in root.commands:
        install(command_line)
        root = typer.main.get_command(command_line)
    yield from _below("hub", root)


def _below(path: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, verb in group.commands.items():
        if hasattr(verb, "commands"):
            yield from _below(f"{path} {name}", verb)
        else:
            yield f"{path} {name}", verb


def _parameter(one: Any) -> tuple[str, str, str]:
    is_option = one.param_type_name == "option"
    names = ", ".join(code(name) for name in (*one.opts, *one.secondary_opts)) if is_option else code(one.name.upper())
    variable = f" ({code(one.envvar)})" if getattr(one, "envvar", None) else ""
    if one.required:
        default = "**required**"
    elif one.default in {None, False, ()} or callable(one.default):
        default = "—"
    else:
        default = code(getattr(one.default, "value", one.default))
    return f"{names}{variable}", default, one.help or ""


def exit_codes() -> str:
    """Return the exit codes."""
    words = {
        Exit.OK: "done",
        Exit.UNEXPECTED: "unexpected",
        Exit.USAGE: "wrong use: an option, a file, a setting",
        Exit.PARTLY_REJECTED: "the push is stored, some rows were rejected",
        Exit.ALL_REJECTED: "every row of the push was rejected",
        Exit.POLICY: "refused: no standing, no ground, four eyes, state",
        Exit.NETWORK: "the hub cannot be reached; safe to repeat",
    }
    return table(("code", "meaning"), ((int(one), words[one]) for one in Exit))


def receipt_kinds() -> str:
    """Return the kinds of receipts."""
    return ", ".join(code(one.value) for one in ReceiptKind)


def receipt_fields() -> str:
    """Return what a receipt may say."""
    told = meanings("Receipt")
    rows = [(code(name), *row) for name, row in SALTED.items()]
    rows += [(code(name), told[name][0], FIELDS[name].value, told[name][1]) for name in sorted(FIELDS)]
    return table(("member", "中文", "type", "meaning"), rows)


def operators() -> str:
    """Return the comparisons of a query."""
    told = {
        query.Op.EQ: "equals",
        query.Op.NE: "differs",
        query.Op.LT: "is less",
        query.Op.LE: "is at most",
        query.Op.GT: "is greater",
        query.Op.GE: "is at least",
        query.Op.IN: "is one of the values (in a parameter: separated by commas)",
        query.Op.PREFIX: "text that begins with it",
        query.Op.CONTAINS: "text that contains it",
        query.Op.BBOX: "is a shape whose box meets `west,south,east,north` (degrees of CGCS2000)",
        query.Op.IS_NULL: "`true`: the value is missing, `false`: it is there",
    }
    return table(("op", "holds where the item"), ((code(one.value), told[one]) for one in query.Op))


def query_limits() -> str:
    """Return what a query may cost."""
    rows = (
        ("conditions of a query, with and, or, not", query.MAX_NODES),
        ("nesting of conditions", query.MAX_DEPTH),
        ("values of one `in`", query.MAX_IN),
        ("characters of `prefix` or `contains`", query.MAX_PATTERN),
        ("items to sort by", query.MAX_ORDER),
        ("rows a page", f"{query.MAX_LIMIT}; 1,000 for agencies' queries"),
        ("rows a page when nothing is said", query.DEFAULT_LIMIT),
        ("bytes of a query as JSON", parsing.MAX_JSON_BYTES),
    )
    return table(("what", "most"), rows)


def reserved() -> str:
    """Return the parameters that are no items."""
    return ", ".join(code(name) for name in parsing.RESERVED)


def download_formats() -> str:
    """Return the formats of a download."""
    rows = ((code(name), code(form.ending), code(form.media_type)) for name, form in FORMATS.items())
    return table(("format", "file", "media type"), rows)


def shrink_guard() -> str:
    """Return the guard against a full push that closes too much."""
    return f"{SHRINK_LIMIT:.0%} of the rows, from {SHRINK_FROM_ROWS} rows on"


def roles() -> str:
    """Return the roles, and which of them one person may not hold together."""
    apart = forbidden_pairs()
    rows = [
        (
            code(role.value),
            NAMES_ZH[role],
            ", ".join(NAMES_ZH[other] for other in Role if frozenset({role, other}) in apart and other is not role)
            or "—",
        )
        for role in Role
    ]
    return table(("role", "中文", "never held together with"), rows)


def request_states() -> str:
    """Return the states of a request and of its lines."""
    told = {
        "submitted": "waits for the consent of the requester's head",
        "open": "with the provider; clocks run",
        "answered": "every line has its answer",
        "withdrawn": "taken back by the requester",
        "waiting": "not answered yet; its clock runs",
        "granted": "given in the form `treatment` says",
        "refused": "refused on a ground in force on the item",
        "narrowed": "returned for narrowing (R16), with an offer",
    }
    rows = [("request", code(one.value), told[one.value]) for one in records.RequestState]
    rows += [("line", code(one.value), told[one.value]) for one in records.LineState]
    return table(("of", "state", "meaning"), rows)


def anchors_of(text: str) -> set[str]:
    """Return the anchors of a page: its headings as links name them, and its named places."""
    headings = re.findall(r"^#{2,4} (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


BLOCKS: Mapping[str, Any] = {
    "problems": problems,
    "problem-index": problem_index,
    "verbs": verbs,
    "exit-codes": exit_codes,
    "receipt-kinds": receipt_kinds,
    "receipt-fields": receipt_fields,
    "operators": operators,
    "query-limits": query_limits,
    "reserved": reserved,
    "download-formats": download_formats,
    "shrink-guard": shrink_guard,
    "roles": roles,
    "request-states": request_states,
}
