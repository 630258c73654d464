"""Samples for the holder of a grant: curl, Python, Java and SQL filled in for its system, key, resource and items.

Every signature in them is that of a standard (RFC 7523, RFC 9449) made by a common library. The private key never
comes here: the samples read it from a file of the holder's.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from hub.directory.facts import load_resource
from hub.identity import store as identity_store
from hub.identity.facts import KeyAlgorithm, KeyPurpose
from policies.case_numbers import EXPRESSION, LIST
from policies.facts import Mode, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.records import Grant
    from hub.identity.facts import SystemKey

PLACE = re.compile(r"\{([a-z_]+)\}")
_READ = frozenset({Treatment.FULL, Treatment.MASKED})


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("hub.exchange").joinpath("samples.toml").read_text(encoding="utf-8"))


def samples(
    context: Context, unit: Unit, grant: Grant, base: str, first: tuple[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Return the samples of a grant, each with title, what it needs, and the text to copy.

    ``base`` is the hub's public address, ``first`` path and question of the service that answers for this grant where
    that is no query of rows (:mod:`hub.registers.first_calls`): there no file is loaded into a table either. The key
    is the newest live one of the system; without one the samples say so in its place.
    """
    resource = load_resource(context, unit, grant.entry_id)
    keys = [
        key
        for key in identity_store.keys_of(unit, grant.system_id)
        if key.purpose is KeyPurpose.AUTH and key.is_live(context.now())
    ]
    key = max(keys, key=lambda one: one.valid_from, default=None)
    values = _values(grant, resource, key, base, first)
    return {
        "grant": grant.id,
        "resource": resource.name,
        "system": grant.system_id,
        "key": key.thumbprint if key is not None else None,
        "next": "把私钥存为 key.pem（或设 HUB_CLIENT_KEY_FILE），整段复制运行"
        if key is not None
        else "先登记并批准系统的公钥，再来取示例",
        "next_en": "keep the private key as key.pem (or set HUB_CLIENT_KEY_FILE), copy the whole sample and run it"
        if key is not None
        else "enrol the system's key first, then come back",
        "samples": {
            name: {
                "title": sample["title"],
                "title_en": sample["title_en"],
                "needs": sample["needs"],
                "text": _filled(sample["text"], values).strip() + "\n",
            }
            for name, sample in _texts().items()
            if name != "sql"
            or (first is None and not _READ.isdisjoint(grant.items.values()))  # a table needs columns to read into
        },
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    written = text.replace("{{", "{").replace("}}", "}")
    return PLACE.sub(lambda found: values.get(found[1], found[0]), written)


def _values(
    grant: Grant,
    resource: Resource,
    key: SystemKey | None,
    base: str,
    first: tuple[str, Mapping[str, Any]] | None,
) -> dict[str, str]:
    path, body = _call(grant, resource) if first is None else (first[0], {**_why(grant, "填写办件编号"), **first[1]})
    thumbprint = key.thumbprint if key is not None else "no-live-key"
    is_ec = key is None or key.alg is KeyAlgorithm.ES256
    text = json.dumps(body, ensure_ascii=False)
    read = [column for column, form in grant.items.items() if form in _READ]
    table = resource.name.replace("-", "_")
    titles = {item.column: item.name for item in resource.entry.items}
    return {
        "body_python": repr(body),
        "body_json": _java(text),
        "body": text.replace("'", "'\\''"),
        "base_json": json.dumps(base),
        "base": base,
        "path_json": json.dumps(path),
        "path": path,
        "name": resource.name,
        "system_json": json.dumps(str(grant.system_id)),
        "system": str(grant.system_id),
        "thumbprint_json": json.dumps(thumbprint),
        "thumbprint": thumbprint,
        "alg_json": '"ES256"' if is_ec else '"EdDSA"',
        "java_alg": "ES256" if is_ec else "Ed25519",
        "table": table,
        "columns": ",\n".join(f'  "{column}" text /* {titles.get(column, column)} */' for column in read),
        "comment": _quoted(f"{resource.title}，授权 {grant.id}，用途 {'、'.join(grant.purposes)}"),
    }


def _quoted(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _why(grant: Grant, case: str = "") -> dict[str, Any]:
    body: dict[str, Any] = {"purpose": grant.purposes[0]} | ({"case_number": case} if case else {})
    if grant.case_pattern is not None:
        body["case_number"] = case_like(grant.case_pattern)
    return body


def _call(grant: Grant, resource: Resource) -> tuple[str, dict[str, Any]]:
    """Return the path and body of a first call: a query where the grant reads, else a verification."""
    body, path = _why(grant), f"/api/v1/exchange/{resource.name}"
    read = [column for column, form in grant.items.items() if form in _READ]
    if read and Mode.QUERY in grant.modes:
        return f"{path}/query", {**body, "items": read, "limit": 10}
    key = [column for column in resource.table.key if column in grant.items] or list(grant.items)[:1]
    claims = [column for column in grant.items if column not in key] or key
    return f"{path}/verify", {
        **body,
        "key": dict.fromkeys(key, "填写要核验的值"),
        "claims": dict.fromkeys(claims, "填写申报的值"),
    }


def case_like(pattern: str) -> str:
    """Return a case number of the grant's form where one is easily made, else what to fill in."""
    if pattern.startswith(LIST):
        return pattern.removeprefix(LIST).partition(",")[0].strip()
    if pattern.startswith(EXPRESSION):
        return "填写办件编号"
    return pattern.replace("[0-9]", "1").replace("?", "1").replace("*", "1")


def _java(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
