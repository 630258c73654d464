"""A department says how its files are read (Zhengzhou Art. 19; Jilin Art. 27): propose, preview, fix, retire.

Only the provider's own clerks and systems. A file sent to be looked at is removed with the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from connectors.port import Limits
from hub.api.authentication import CurrentCaller
from hub.api.bodies import Body
from hub.api.pushes import ReadParameters, pushing, received_body
from hub.push.mappings import use_cases
from hub.push.mappings.file_mapping import FileMapping
from hub.push.mappings.records import By
from hub.push.mappings.toml_text import Document, dump
from hub.push.mappings.use_cases import Desk, Sample
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from hub.push.mappings.proposal import Proposal
    from hub.push.mappings.records import SavedMapping

router = APIRouter(prefix="/api/v1", tags=["departments"])
FILE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "要看的文件原文 / the file itself",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Version = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
Parameters = Annotated[ReadParameters, Depends()]


class MappingBody(Body):
    """A mapping to save: ``mapping`` as a proposal gives it, ``why`` in words, in force at once or proposed."""

    mapping: dict[str, Any]
    why: Annotated[str, Field(max_length=500)] = ""
    fixed: bool = True


class WhyBody(Body):
    """Why a version is put in force or out of use."""

    why: Annotated[str, Field(max_length=500)] = ""


def acting(caller: CurrentCaller) -> By:
    """Return who acts; a person must be a data clerk."""
    member, system, person, key = pushing(caller)
    return By(member, system, person, key)


Acting = Annotated[By, Depends(acting)]


@router.post(
    "/entries/{name}/mappings/proposals", summary="拟定文件的对应关系 / Propose a mapping", openapi_extra=FILE_BODY
)
async def propose(name: str, request: Request, by: Acting, hub: Hub, parameters: Parameters) -> dict[str, Any]:
    """Say where the table is and which column is which item, with score and reason; ask where it is not certain."""
    path, _ = await received_body(request, incoming_folder(hub.settings))
    try:
        sample = Sample(path, parameters.options, parameters.mapping)
        made = await run_in_threadpool(use_cases.propose, hub.context, hub.database, by, name, sample, Limits())
    finally:
        await run_in_threadpool(path.unlink, missing_ok=True)
    return {"entry": name, **made.to_dict(), "toml": proposal_text(made, name)}


def proposal_text(made: Proposal, entry: str) -> str:
    """Return a proposal as the TOML file a clerk edits: what is certain, and as comments what has to be decided."""
    remarks = {
        column.key: f"{column.letter} 列 · {column.likeness.zh} / {column.likeness.en}"
        for column in made.columns
        if column.is_sure
    }
    return dump(Document(made.mapping, entry), remarks, made)


@router.post(
    "/entries/{name}/mappings/previews",
    summary="按对应关系预览文件 / Preview a file by a mapping",
    openapi_extra=FILE_BODY,
)
async def preview(name: str, request: Request, by: Acting, hub: Hub, parameters: Parameters) -> dict[str, Any]:
    """Show the first rows as they would be stored, and the faults of the first 1,000; nothing is kept.

    The mapping is a saved version (``mapping``), the one in force for the header, or what the parameters say.
    """
    path, _ = await received_body(request, incoming_folder(hub.settings))
    try:
        sample = Sample(path, parameters.options, parameters.mapping, parameters.version)
        made = await run_in_threadpool(use_cases.preview, hub.context, hub.database, by, name, sample, Limits())
    finally:
        await run_in_threadpool(path.unlink, missing_ok=True)
    return {"entry": name, **made.to_dict()}


@router.post("/entries/{name}/mappings", status_code=201, summary="保存对应关系 / Save a mapping")
def save(name: str, body: MappingBody, by: Acting, hub: Hub) -> dict[str, Any]:
    """Store a new version; files with its header are read by it from now on, unless it is only proposed."""
    mapping = FileMapping.from_dict(body.mapping)
    with hub.database.begin() as unit:
        saved = use_cases.save(Desk(hub.context, unit, by), name, mapping, body.why, fixed=body.fixed)
    return saved_body(name, saved)


@router.get("/entries/{name}/mappings", summary="条目的对应关系 / Mappings of an entry")
def history(
    name: str,
    by: Acting,
    hub: Hub,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Return the versions, newest first, with who made them and why; total and next."""
    with hub.database.begin() as unit:
        found, total = use_cases.history(Desk(hub.context, unit, by), name, before=before, limit=limit)
    is_more = bool(found) and len(found) == limit and found[-1].version > 1
    following = f"/api/v1/entries/{name}/mappings?before={found[-1].version}&limit={limit}" if is_more else None
    return {
        "total": total,
        "returned": len(found),
        "next": following,
        "mappings": [saved_body(name, one, with_content=False) for one in found],
    }


@router.get("/entries/{name}/mappings/{version}", summary="一版对应关系 / One mapping")
def show(name: str, version: Version, by: Acting, hub: Hub) -> dict[str, Any]:
    """Return one version, as an object and as the TOML file of it."""
    with hub.database.begin() as unit:
        return saved_body(name, use_cases.show(Desk(hub.context, unit, by), name, version))


@router.post("/entries/{name}/mappings/{version}/fix", summary="启用拟定的对应关系 / Put a proposed mapping in force")
def fix(name: str, version: Version, body: WhyBody, by: Acting, hub: Hub) -> dict[str, Any]:
    """Put a proposed version in force."""
    with hub.database.begin() as unit:
        return saved_body(name, use_cases.fix(Desk(hub.context, unit, by), name, version, body.why), with_content=False)


@router.post("/entries/{name}/mappings/{version}/retire", summary="停用对应关系 / Retire a mapping")
def retire(name: str, version: Version, body: WhyBody, by: Acting, hub: Hub) -> dict[str, Any]:
    """Take a version out of use; pushes that were read by it keep naming it."""
    with hub.database.begin() as unit:
        return saved_body(
            name, use_cases.retire(Desk(hub.context, unit, by), name, version, body.why), with_content=False
        )


def saved_body(entry: str, saved: SavedMapping, *, with_content: bool = True) -> dict[str, Any]:
    """Return a saved version: state, acts, and its content where asked."""
    why = saved.acts[0].why if saved.acts else ""
    content = {
        "mapping": saved.mapping.to_dict(),
        "toml": dump(Document(saved.mapping, entry, why, saved.version)),
    }
    return {
        "entry": entry,
        "version": saved.version,
        "state": saved.state.value,
        "fingerprint": saved.mapping.fingerprint,
        "header": list(saved.mapping.header),
        "acts": [
            {
                "act": act.act,
                "at": act.at.isoformat(),
                "why": act.why,
                "by_system": str(act.by_system) if act.by_system is not None else None,
                "by_staff": str(act.by_staff) if act.by_staff is not None else None,
            }
            for act in saved.acts
        ],
        **(content if with_content else {}),
    }
