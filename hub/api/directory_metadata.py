"""The standards of the directory, for everybody: classes, code lists, data elements, licences, each by version.

Guide 发改高技〔2017〕1272号 and 政务数据共享条例 Art. 13: codes mean nothing without their list and its version.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from catalogue.classes import differences as class_differences
from catalogue.classes import shipped_tree
from catalogue.code_lists import code_list_names, load_code_list
from catalogue.code_schemes import NATIONAL_FORM, pattern_of
from catalogue.dictionary import suggest
from catalogue.dictionary_store import dictionary
from catalogue.licences import licences
from hub.directory.code_lists import reading
from hub.directory.code_lists import store as list_store
from hub.directory.dictionary import store as dictionary_store
from hub.directory.dictionary.keeping import ElementUnknownError
from hub.directory.tree import editing
from hub.directory.tree import store as tree_store
from hub.services import Hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.classes import ClassNode, ClassTree
    from catalogue.code_lists import CodeList, CodeRow
    from catalogue.dictionary_clues import SampleTest
    from catalogue.dictionary_elements import DataElement
    from hub.database import Unit

router = APIRouter(prefix="/api/v1/directory", tags=["citizens"])
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Number = Annotated[int, Query(ge=1, le=2**31 - 1)]
Name = Annotated[str, Path(max_length=60)]
Version = Annotated[str | None, Query(max_length=40, description="缺省为现行版本 / the present one without it")]


def paged(name: str, rows: Sequence[Any], total: int, window: tuple[int, int]) -> dict[str, Any]:
    """Return a page of a list: ``window`` is limit and offset."""
    limit, offset = window
    return {
        "total": total,
        "returned": len(rows),
        "next": offset + limit if offset + limit < total else None,
        name: rows,
    }


def _cut(rows: Sequence[Any], window: tuple[int, int]) -> Sequence[Any]:
    return rows[window[1] : window[1] + window[0]]


def tree_of(unit: Unit, version: int | None) -> ClassTree:
    """Return the tree of a version, the one in force without it (raises :class:`TreeVersionNotFoundError`)."""
    if version is None:
        return tree_store.tree_in_force(unit)
    if version == shipped_tree().version:
        return shipped_tree()
    found = tree_store.find_version(unit, version)
    if found is None or found.in_force_at is None:
        raise editing.TreeVersionNotFoundError(version)
    return found.tree


def node_body(node: ClassNode) -> dict[str, Any]:
    """Return a class as JSON."""
    return {
        "code": node.code,
        "name": node.name_zh,
        "name_en": node.name_en,
        "parent": node.parent or None,
        "retired": node.is_retired,
        "successor": node.successor or None,
    }


@router.get("/classes", summary="资源分类 / The classification tree")
def list_classes(
    hub: Hub,
    version: Number | None = None,
    parent: Annotated[str | None, Query(max_length=40)] = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the classes of a version that was ever in force, the present one without it; ``parent`` narrows."""
    with hub.database.begin() as unit:
        tree = tree_of(unit, version)
    nodes = [node for node in tree.nodes.values() if parent is None or node.parent == parent]
    shown = [node_body(node) for node in _cut(nodes, (limit, offset))]
    return {"version": tree.version, **paged("classes", shown, len(nodes), (limit, offset))}


@router.get("/classes/differences", summary="两版资源分类的差异 / Differences of two versions")
def compare_classes(
    hub: Hub,
    old: Annotated[int | None, Query(alias="from", ge=1, le=2**31 - 1)] = None,
    new: Annotated[int | None, Query(alias="to", ge=1, le=2**31 - 1)] = None,
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the classes that differ between two versions: from the shipped one to the one in force, if none is named."""
    with hub.database.begin() as unit:
        before, after = tree_of(unit, old or shipped_tree().version), tree_of(unit, new)
    found = [
        {"code": one.code, "old": node_body(one.old) if one.old is not None else None, "new": node_body(one.new)}
        for one in class_differences(before, after)
    ]
    return paged("differences", _cut(found, (limit, offset)), len(found), (limit, offset))


@router.get("/code-schemes", summary="编码方案 / Code schemes")
def list_schemes(hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the schemes entries have codes of; the national one is always given."""
    with hub.database.begin() as unit:
        known = [(NATIONAL_FORM, True), *tree_store.schemes(unit)]
    shown = [
        {
            "name": scheme.name,
            "title": scheme.title_zh,
            "title_en": scheme.title_en,
            "form": scheme.form,
            "pattern": pattern_of(scheme).pattern,
            "counts_per": scheme.counts_per.value,
            "source": scheme.source,
            "active": is_active,
        }
        for scheme, is_active in known
    ]
    return paged("code_schemes", _cut(shown, (limit, offset)), len(shown), (limit, offset))


def _head(found: CodeList) -> dict[str, Any]:
    return {
        "name": found.name,
        "version": found.version,
        "title": found.title_zh,
        "title_en": found.title_en,
        "source": found.source,
        "certainty": found.certainty,
        "codes": len(found.history),
    }


@router.get("/code-lists", summary="代码表 / Code lists")
def list_code_lists(
    hub: Hub, q: Annotated[str, Query(max_length=60)] = "", limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the code lists: the shipped ones, then departments' own in every version in force."""
    heads = [_head(load_code_list(name)) for name in code_list_names()]
    with hub.database.begin() as unit:
        own, _ = list_store.versions(unit, state=list_store.IN_FORCE, limit=100_000)
    heads += [
        {
            "name": one.name,
            "version": one.version,
            "title": one.title_zh,
            "title_en": one.title_en,
            "source": one.source,
            "certainty": "own",
        }
        for one in own
    ]
    wanted = q.strip().lower()
    found = [head for head in heads if wanted in f"{head['name']} {head['title']} {head['title_en']}".lower()]
    return paged("code_lists", _cut(found, (limit, offset)), len(found), (limit, offset))


@router.get("/code-lists/{name}", response_model=None, summary="一张代码表 / One code list")
def show_code_list(
    name: Name,
    hub: Hub,
    version: Version = None,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Response | dict[str, Any]:
    """Return the codes of a list in a version; as CSV the whole list in one file."""
    with hub.database.begin() as unit:
        found = reading.code_list(unit, name, version)
        own, _ = list_store.versions(unit, name=name, state=list_store.IN_FORCE, limit=1000)
    if form == "csv":
        return Response(
            csv_of(found),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{found.name}.csv"'},
        )
    versions = [one.version for one in own] or [found.version]
    shown = [row_body(row) for row in _cut(found.history, (limit, offset))]
    return {**_head(found), "versions": versions, **paged("rows", shown, len(found.history), (limit, offset))}


def row_body(row: CodeRow) -> dict[str, Any]:
    """Return a code as JSON."""
    return {"code": row.code, "name": row.name_zh, "name_en": row.name_en, **dict(row.extra)}


def csv_of(found: CodeList) -> str:
    """Return a list as CSV (UTF-8, LF), its own columns last."""
    extra = list(dict.fromkeys(column for row in found.history for column in row.extra))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "name_zh", "name_en", *extra])
    for row in found.history:
        writer.writerow([row.code, row.name_zh, row.name_en, *(row.extra.get(column, "") for column in extra)])
    return text.getvalue()


@router.get("/code-lists/{name}/codes/{code:path}", summary="一个代码 / One code")
def show_code(
    name: Name, code: Annotated[str, Path(max_length=200)], hub: Hub, version: Version = None
) -> dict[str, Any]:
    """Return a code of a list with every meaning it had: one division code may have named two places."""
    with hub.database.begin() as unit:
        found = reading.code_list(unit, name, version)
    meanings = [row_body(row) for row in found.history if row.code == code]
    if not meanings:
        raise reading.CodeListUnknownError(f"{name}/{code}", found.version, ())
    return {"name": found.name, "version": found.version, "code": code, "meanings": meanings}


@router.get("/code-lists/{name}/differences", summary="两版代码表的差异 / Differences of two versions")
def compare_lists(
    name: Name,
    hub: Hub,
    old: Annotated[str, Query(alias="from", max_length=40)],
    new: Annotated[str, Query(alias="to", max_length=40)],
    limit: Limit = 200,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the codes that came, went or changed between two versions of a list."""
    with hub.database.begin() as unit:
        found = reading.differences(reading.code_list(unit, name, old), reading.code_list(unit, name, new))
    shown = [
        {
            "code": one.code,
            "kind": "added" if one.old is None else "dropped" if one.new is None else "changed",
            "old": row_body(one.old) if one.old is not None else None,
            "new": row_body(one.new) if one.new is not None else None,
        }
        for one in _cut(found, (limit, offset))
    ]
    return paged("differences", shown, len(found), (limit, offset))


def element_body(one: DataElement) -> dict[str, Any]:
    """Return an element of the dictionary as JSON."""
    element = one.element
    return {
        "code": one.code,
        "name": one.name,
        "name_en": element.name_en,
        "database": element.database.value if element.database is not None else None,
        "definition": one.definition.zh,
        "definition_en": one.definition.en,
        "type": element.type.value,
        "length": element.length,
        "scale": element.scale,
        "code_list": {"name": element.code_list.name, "version": element.code_list.version}
        if element.code_list is not None
        else None,
        "standard": element.standard or None,
        "values": list(element.values),
        "check": element.check,
        "sensitivity": element.sensitivity.value,
        "identifier_role": element.identifier_role.value,
        "masking": element.masking,
        "sharing": element.sharing.value,
        "owners": list(element.owners),
        "words": [{"word": word.text, "kind": word.kind.value} for word in one.words],
    }


@router.get("/elements", summary="数据元字典 / The data-element dictionary")
def list_elements(
    hub: Hub,
    q: Annotated[str, Query(max_length=100, description="名称、同义词、列名或代码 / name, word or code")] = "",
    database: Annotated[Literal["", "population", "legal_person", "geography", "macro", "own"], Query()] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the elements of the four base databases and the city's own; with ``q`` the likeliest first."""
    with hub.database.begin() as unit:
        known = dictionary(unit)
    if q.strip() in known:
        found = [known.get(q.strip())]
    elif q.strip():
        found = [one.element for one in suggest(q, q, dictionary=known, limit=len(known))]
    else:
        found = list(known)
    if database:
        found = [one for one in found if (one.element.database or "own") == database]
    shown = [element_body(one) for one in _cut(found, (limit, offset))]
    return paged("elements", shown, len(found), (limit, offset))


@router.get("/elements/{code}", summary="一个数据元 / One data element")
def show_element(code: Annotated[str, Path(max_length=20)], hub: Hub) -> dict[str, Any]:
    """Return an element with its words; of the city's own also its versions."""
    with hub.database.begin() as unit:
        known = dictionary(unit)
        if code not in known:
            raise ElementUnknownError(code)
        versions, _ = dictionary_store.versions(unit, code=code, limit=100)
    history = [
        {"version": one.version, "state": one.state, "decided_at": one.decided_at}
        for one in versions
        if one.state not in {dictionary_store.PROPOSED, dictionary_store.RETURNED}
    ]
    return {**element_body(known.get(code)), "versions": history}


def sample_body(tested: SampleTest | None) -> dict[str, Any] | None:
    """Return how samples fit; no sample is in it."""
    return None if tested is None else {"tested": tested.tested, "fitting": tested.fitting, "rule": tested.rule}


@router.get("/licences", summary="数据许可 / Licences")
def list_licences(limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the licences an open entry may name, with what each allows and asks in short."""
    shown = [
        {
            "code": one.code,
            "name": one.name.zh,
            "name_en": one.name.en,
            "url": one.url or None,
            "statement": one.statement.zh,
            "statement_en": one.statement.en,
        }
        for one in licences().values()
    ]
    return paged("licences", _cut(shown, (limit, offset)), len(shown), (limit, offset))
