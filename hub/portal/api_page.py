"""``/docs``: the native API as a page, drawn from the OpenAPI document on the server; no script, no CDN."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_HAN = re.compile("[\u3400-\u9fff]")
AUDIENCES: tuple[tuple[str, str, str], ...] = (
    ("citizens", "公众：开放数据与日志（无需登录）", "The public: open data and the log (no login)"),
    ("agencies", "机关与系统：申请、授权、查询、核验", "Agencies and systems: ask, grant, query, verify"),
    ("departments", "部门：编目、推送、答复", "Departments: describe, push, answer"),
    ("operators", "运维与审计", "Operators and auditors"),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: str
    responses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one audience."""

    tag: str
    title: str
    operations: tuple[Operation, ...]


def in_language(text: str, lang: str) -> str:
    """Return the half of «中文 / English» (or «中文。 English») in a language; the whole where it has one half."""
    for mark in (" / ", "/ ", "。 "):
        chinese, found, english = text.partition(mark)
        if found and _HAN.search(chinese) is not None and _HAN.search(english) is None:
            return english if lang == "en" else chinese + ("。" if mark[0] == "。" else "")
    return text


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    return str(schema.get("type", "any"))


def _body(operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "; ".join(f"{media}: {_type(part.get('schema', {}))}" for media, part in content.items())


def _operation(method: str, path: str, raw: Mapping[str, Any], lang: str) -> Operation:
    parameters = tuple(
        Parameter(
            one["name"],
            one["in"],
            _type(one.get("schema", {})),
            bool(one.get("required")),
            in_language(one.get("description", ""), lang),
        )
        for one in raw.get("parameters", ())
    )
    responses = tuple((status, answer.get("description", "")) for status, answer in raw.get("responses", {}).items())
    return Operation(
        raw.get("operationId", path), method.upper(), path, in_language(raw.get("summary", ""), lang),
        " ".join(raw.get("description", "").split()),
        parameters, _body(raw), responses,
    )  # fmt: skip


def groups(document: Mapping[str, Any], lang: str) -> tuple[Group, ...]:
    """Return the operations of an OpenAPI document by audience, in the order of :data:`AUDIENCES`."""
    by_tag: dict[str, list[Operation]] = {tag: [] for tag, _, _ in AUDIENCES}
    for path, methods in document["paths"].items():
        for method, raw in methods.items():
            for tag in raw.get("tags", ()):
                by_tag.setdefault(tag, []).append(_operation(method, path, raw, lang))
    return tuple(Group(tag, en if lang == "en" else zh, tuple(by_tag[tag])) for tag, zh, en in AUDIENCES if by_tag[tag])
