"""The standards of the directory as they are kept: the authority edits, departments file, both see what it hits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query

from catalogue.classes import differences as class_differences
from catalogue.dictionary import suggest
from catalogue.dictionary_elements import Word
from catalogue.dictionary_own import OwnElement
from catalogue.dictionary_store import dictionary
from catalogue.shape import decode
from hub.api.authentication import CurrentStaff, require_role
from hub.api.directory_metadata import Limit, Name, Offset, element_body, node_body, paged, row_body, sample_body
from hub.api.directory_metadata_models import (
    ActiveBody,
    CodeListBody,
    DecisionBody,
    ElementBody,
    RetireBody,
    SchemeBody,
    SuggestBody,
    TreeDraftBody,
    WordBody,
)
from hub.directory.checking import Desk
from hub.directory.code_lists import keeping as list_keeping
from hub.directory.code_lists import reading
from hub.directory.code_lists import store as list_store
from hub.directory.dictionary import keeping, store
from hub.directory.tree import editing, schemes
from hub.directory.tree import store as tree_store
from hub.identity import store as identity_store
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub

router = APIRouter(prefix="/api/v1/directory", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Reviewer = Annotated[StaffRequester, Depends(require_role(Role.CATALOGUE_REVIEWER))]
TreeNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
ElementCode = Annotated[str, Path(max_length=20)]


def _version_body(version: tree_store.TreeVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "state": version.state,
        "base": version.base,
        "reason": version.reason,
        "made_at": version.made_at,
        "in_force_at": version.in_force_at,
        "changes": [
            {"op": one.op.value, "code": one.code, "name_zh": one.name_zh, "name_en": one.name_en, "to": one.to}
            for one in version.changes
        ],
    }


@router.get("/classes/versions", summary="资源分类各版本 / Versions of the classification")
def list_versions(_: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """List the versions made here, drafts too, the newest first; version 1 is the shipped list."""
    with hub.database.begin() as unit:
        found, total = tree_store.versions(unit, limit, offset)
        present = tree_store.tree_in_force(unit).version
    return {
        "in_force": present,
        **paged("versions", [_version_body(one) for one in found], total, (limit, offset)),
    }


def _effects_body(desk: Desk, version: tree_store.TreeVersion, window: tuple[int, int]) -> dict[str, Any]:
    found = editing.effects(desk, version, limit=window[0], offset=window[1])
    names: dict[str, str] = {}
    shown = []
    for one in found.entries:
        key = str(one.provider_id)
        if key not in names:
            member = identity_store.member(desk.unit, "id", one.provider_id)
            names[key] = member.name if member is not None else ""
        retired = [code for code in one.class_path if code in found.retired]
        successor = version.tree.successor_of(retired[-1]) if retired else ""
        shown.append(
            {
                "name": one.name,
                "title": one.title,
                "provider": names[key],
                "class_path": list(one.class_path),
                "retired": retired,
                "successor_path": list(version.tree.path_of(successor)) if successor else None,
            }
        )
    return {
        "renamed": list(found.renamed),
        "retired": list(found.retired),
        **paged("entries", shown, found.total, window),
    }


@router.post("/classes/versions", status_code=201, summary="拟订新版分类 / Draft a version of the classification")
def draft_version(body: TreeDraftBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Store a draft made from the version in force, and list the entries it hits; nothing changes yet."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        made = editing.draft(desk, [one.change() for one in body.changes], body.reason)
        base = editing.tree_of_version(desk, made.base)
        nodes = [node_body(one.new) for one in class_differences(base, made.tree)]
        return {**_version_body(made), "classes": nodes, "effects": _effects_body(desk, made, (50, 0))}


@router.get("/classes/versions/{number}/effects", summary="新版分类影响的条目 / Entries a version hits")
def show_effects(
    number: TreeNumber, staff: CurrentStaff, hub: Hub, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """List the classes a version renames or retires and the entries under them, with the succeeding path."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        return _effects_body(desk, editing.version_of(desk, number), (limit, offset))


@router.post("/classes/versions/{number}/{act}", summary="施行或放弃新版分类 / Put a draft in force, or give it up")
def act_on_version(number: TreeNumber, act: Literal["enforce", "discard"], staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Put a draft in force (departments with entries under retired classes are told), or give it up."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        return _version_body((editing.enforce if act == "enforce" else editing.discard)(desk, number))


@router.post("/code-schemes", status_code=201, summary="增加编码方案 / Add a code scheme")
def add_scheme(body: SchemeBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Add a scheme: every entry gets a code of it when its next version is published."""
    with hub.database.begin() as unit:
        example = schemes.add(Desk(hub.context, unit, staff), body.scheme())
    return {"name": body.name, "active": True, "example": example}


@router.put("/code-schemes/{name}/active", summary="启停编码方案 / Start or stop giving codes of a scheme")
def set_active(
    name: Annotated[str, Path(max_length=40)], body: ActiveBody, staff: Reviewer, hub: Hub
) -> dict[str, Any]:
    """Say whether codes of a scheme are given from now on; those given stay."""
    with hub.database.begin() as unit:
        schemes.set_active(Desk(hub.context, unit, staff), name, is_active=body.is_active)
    return {"name": name, "active": body.is_active}


def _list_body(one: list_store.ListVersion) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "state": one.state,
        "title": one.title_zh,
        "title_en": one.title_en,
        "source": one.source,
        "made_at": one.made_at,
        "decided_at": one.decided_at,
        "reason": one.reason,
    }


@router.get("/code-list-filings", summary="部门代码表的申报 / Filings of departments' code lists")
def list_filings(
    _: CurrentStaff,
    hub: Hub,
    state: Annotated[Literal["", "proposed", "in_force", "returned"], Query()] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the filed versions of departments' lists in every state."""
    with hub.database.begin() as unit:
        found, total = list_store.versions(unit, state=state or None, limit=limit, offset=offset)
    return paged("filings", [_list_body(one) for one in found], total, (limit, offset))


@router.get("/code-list-filings/{name}/{version}", summary="一份申报的代码 / The codes of one filing")
def show_filing(
    name: Name,
    version: Annotated[str, Path(max_length=40)],
    _: CurrentStaff,
    hub: Hub,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return the codes of a filed version in any state, for those who decide on it."""
    with hub.database.begin() as unit:
        head = list_store.find(unit, name, version)
        found = list_store.proposed_content(unit, name, version)
        if head is None or found is None:
            raise reading.CodeListUnknownError(name, version, ())
    rows = [row_body(row) for row in found.history[offset : offset + limit]]
    return {**_list_body(head), **paged("rows", rows, len(found.history), (limit, offset))}


@router.post("/code-list-filings", status_code=201, summary="申报代码表 / File a code list")
def file_list(body: CodeListBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """File a department's own list, or a new version of it; the authority decides, old versions stay."""
    with hub.database.begin() as unit:
        return _list_body(list_keeping.propose(Desk(hub.context, unit, staff), body.head(), body.listed()))


@router.post("/code-list-filings/{name}/{version}/decision", summary="审核代码表 / Decide on a code list")
def decide_list(
    name: Name, version: Annotated[str, Path(max_length=40)], body: DecisionBody, staff: Reviewer, hub: Hub
) -> dict[str, Any]:
    """Put a filed version in force or return it; the department is told."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        return _list_body(list_keeping.decide(desk, name, version, accept=body.accept, reason=body.reason))


def _own_body(one: store.OwnVersion) -> dict[str, Any]:
    return {
        "version": one.version,
        "state": one.state,
        "made_at": one.made_at,
        "decided_at": one.decided_at,
        "reason": one.reason,
        "element": element_body(one.body.to_element()),
    }


@router.get("/element-filings", summary="数据元的申报 / Filings of data elements")
def list_elements_filed(
    _: CurrentStaff,
    hub: Hub,
    state: Annotated[Literal["", "proposed", "in_force", "past", "returned", "retired"], Query()] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """List the versions of the city's own elements in every state."""
    with hub.database.begin() as unit:
        found, total = store.versions(unit, state=state or None, limit=limit, offset=offset)
    return paged("filings", [_own_body(one) for one in found], total, (limit, offset))


@router.post("/element-filings", status_code=201, summary="申报数据元 / File a data element")
def file_element(body: ElementBody, staff: Clerk, hub: Hub) -> dict[str, Any]:
    """File an element of the city, or a new version of one; the authority decides."""
    own = decode(OwnElement, body.element)
    with hub.database.begin() as unit:
        return _own_body(keeping.propose(Desk(hub.context, unit, staff), own, body.reason))


@router.post("/element-filings/{code}/decision", summary="审核数据元 / Decide on a data element")
def decide_element(code: ElementCode, body: DecisionBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Accept or return a filed element; the department is told."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        return _own_body(keeping.decide(desk, code, accept=body.accept, reason=body.reason))


@router.post("/elements/{code}/retire", summary="停用数据元 / Retire a data element")
def retire_element(code: ElementCode, body: RetireBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Take an element of the city out of use; items that name it keep it."""
    with hub.database.begin() as unit:
        return _own_body(keeping.retire(Desk(hub.context, unit, staff), code, body.reason))


@router.post("/elements/{code}/words", status_code=201, summary="增加同义词 / Add a word")
def add_word(code: ElementCode, body: WordBody, staff: Reviewer, hub: Hub) -> dict[str, Any]:
    """Add a word by which an element is found and recognised."""
    with hub.database.begin() as unit:
        desk = Desk(hub.context, unit, staff)
        keeping.add_word(desk, code, Word(body.kind, body.word))
        return element_body(dictionary(unit).get(code))


@router.delete("/elements/{code}/words/{word}", summary="删去同义词 / Take a word away")
def remove_word(
    code: ElementCode, word: Annotated[str, Path(max_length=60)], staff: Reviewer, hub: Hub
) -> dict[str, Any]:
    """Take away a word the city added; shipped words stay."""
    with hub.database.begin() as unit:
        keeping.remove_word(Desk(hub.context, unit, staff), code, word)
        return element_body(dictionary(unit).get(code))


@router.post("/elements/suggest", summary="该列是哪个数据元 / Which element a column is")
def suggest_elements(body: SuggestBody, _: CurrentStaff, hub: Hub) -> dict[str, Any]:
    """Propose elements for a column by its name, comment and samples, with the reason; no sample is kept."""
    with hub.database.begin() as unit:
        known = dictionary(unit)
    found = suggest(body.name, body.comment, body.samples, dictionary=known, today=hub.context.today())
    shown = [
        {
            "score": one.score,
            "sure": one.is_sure,
            "reason": one.reason.zh,
            "reason_en": one.reason.en,
            "samples": sample_body(one.samples),
            "element": element_body(one.element),
        }
        for one in found
    ]
    return paged("suggestions", shown, len(shown), (len(shown), 0))
