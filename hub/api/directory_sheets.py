"""Entries in workbooks over HTTP: the reporting template there and back, and bulk edit (编制指南 2017)."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from hub.api.authentication import CurrentStaff, require_role
from hub.api.directory_duties_files import SHEET_BODY, XLSX, AcceptGood, DryRun, FileName, how_of, sent_file
from hub.api.entries import secrets_incident
from hub.directory import oversight
from hub.directory.checking import Desk, SecretsInEntryError
from hub.directory.errors import EntryNotFoundError
from hub.directory.sheets import bulk, importing, packing, store, writing
from hub.directory.sheets.columns import ENTRY_COLUMNS, ITEM_COLUMNS
from hub.directory.sheets.errors import SheetFormError
from hub.directory.tree.store import tree_in_force
from hub.identity.facts import StaffRequester
from hub.identity.roles import Role
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.directory.sheets.columns import Column
    from hub.directory.sheets.importing_lists import How
    from hub.directory.sheets.reading import SheetFile
    from hub.directory.sheets.store import Chosen
    from hub.services import Services

router = APIRouter(prefix="/api/v1", tags=["departments"])
Clerk = Annotated[StaffRequester, Depends(require_role(Role.CLERK))]
Names = Annotated[
    list[str] | None, Query(alias="entry", max_length=1000, description="条目名称，可多次 / name of an entry")
]
Member = Annotated[str | None, Query(max_length=120, description="单位英文名或名称 / short name or name of the unit")]
Level = Annotated[Literal["entries", "items"], Query(description="改条目还是改信息项 / entries or their items")]


class _Once(FileResponse):
    """A workbook that goes when it is sent."""

    def __init__(self, path: Path, folder: tempfile.TemporaryDirectory[str], headers: dict[str, str]) -> None:
        super().__init__(
            path,
            media_type=XLSX,
            filename=path.name,
            background=BackgroundTask(folder.cleanup),
            headers={**headers, "Cache-Control": "no-store"},
        )


def _answer(hub: Services, name: str, write: Callable[[Path], dict[str, str]]) -> FileResponse:
    """Write a workbook into a folder of its own and send it."""
    folder = tempfile.TemporaryDirectory(prefix="hub-sheet-", dir=incoming_folder(hub.settings))
    try:
        path = Path(folder.name) / name
        return _Once(path, folder, write(path))
    except BaseException:
        folder.cleanup()
        raise


def _within(names: Sequence[str], found: tuple[tuple[Chosen, ...], int]) -> tuple[Chosen, ...]:
    """Return the entries of a workbook; none is left out in silence: too many are refused, unknown ones named."""
    entries, total = found
    if total > len(entries):
        raise SheetFormError(
            f"共 {total} 个条目，一个工作簿最多放 {len(entries)} 个",
            f"there are {total} entries, one workbook takes {len(entries)}",
            next_zh="请用 entry 或 member 选择一部分",
            next_en="choose a part of them by entry or member",
            facts={"entries": total, "limit": len(entries)},
        )
    known = {one.name for one in entries}
    for name in names:
        if name not in known:
            raise EntryNotFoundError(name)
    return entries


def _column(one: Column) -> dict[str, Any]:
    return {
        "key": one.key,
        "heading": one.heading,
        "number": one.number or None,
        "needed": one.needed,
        "about": one.about,
        "code_list": one.choices or None,
    }


@router.get("/sheets/columns", summary="目录模板的列 / Columns of the template")
def columns(_: CurrentStaff) -> dict[str, Any]:
    """Return the columns of resources and items, with the number of the guide, and which can be edited in bulk."""
    edited = {one.key for items in (False, True) for one in bulk.editable(items=items)}
    return {
        "resources": [{**_column(one), "bulk_edit": one.key in edited} for one in ENTRY_COLUMNS],
        "items": [{**_column(one), "bulk_edit": one.key in edited} for one in ITEM_COLUMNS],
    }


@router.get(
    "/sheets/national.xlsx", summary="导出目录模板 / Entries as the national template", response_class=FileResponse
)
def export(  # each is one choice of the export
    staff: CurrentStaff,
    hub: Hub,
    entry: Names = None,
    member: Member = None,
    published: Annotated[bool, Query(description="只要已发布的版本 / versions in force alone")] = False,
    form: Annotated[Literal["two", "one"], Query(description="两张表，或一张表 / two sheets or one")] = "two",
) -> FileResponse:
    """Return entries of one's own unit (the authority: of all units of its level), drafts where there are some."""

    def write(path: Path) -> dict[str, str]:
        with hub.database.begin() as unit:
            members = oversight.members_seen(unit, staff, member)
            choice = store.Choice(members, entry or (), published)
            found = _within(entry or (), store.chosen(unit, choice, packing.MOST_RESOURCES))
            classes = tree_in_force(unit)
        bodies = [
            dict(one.body) | {"name": one.name} | ({"resource_code": one.resource_code} if one.resource_code else {})
            for one in found
        ]
        written = writing.write_template(path, bodies, one_sheet=form == "one", classes=classes)
        return {"X-Resources": str(written["resources"]), "X-Items": str(written["items"])}

    return _answer(hub, "catalogue.xlsx", write)


@router.post("/sheets/national", summary="导入目录模板 / Take in the national template", openapi_extra=SHEET_BODY)
async def import_template(
    request: Request,
    staff: Clerk,
    hub: Hub,
    filename: FileName = "",
    dry_run: DryRun = False,
    accept_good: AcceptGood = False,
) -> dict[str, Any]:
    """Propose drafts of the own unit from a workbook; every fault is told by sheet, row and column in one pass."""
    async with sent_file(request, hub, filename) as (file, digest):
        how = how_of(dry_run=dry_run, accept_good=accept_good)
        return await run_in_threadpool(_imported, hub, staff, file, how, _rfc9530(digest))


def _rfc9530(digest: bytes) -> str:
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def _imported(hub: Services, staff: StaffRequester, file: SheetFile, how: How, digest: str) -> dict[str, Any]:
    try:
        with hub.database.begin(statement_timeout_seconds=0) as unit:
            return importing.import_template(Desk(hub.context, unit, staff), file, how, digest).to_dict()
    except SecretsInEntryError:
        secrets_incident(hub, staff, None)
        raise


@router.get("/sheets/edit.xlsx", summary="导出批量修改表 / A sheet for bulk edit", response_class=FileResponse)
def edit_export(
    staff: Clerk,
    hub: Hub,
    column: Annotated[list[str], Query(min_length=1, max_length=100, description="列，可多次 / key of a column")],
    entry: Names = None,
    level: Level = "entries",
) -> FileResponse:
    """Return the chosen columns of the own unit's entries, or of all their items, with the version of each."""
    items = level == "items"

    def write(path: Path) -> dict[str, str]:
        chosen = bulk.chosen_columns(column, items=items)
        with hub.database.begin() as unit:
            found = bulk.choose(Desk(hub.context, unit, staff), entry or (), packing.MOST_RESOURCES)
        return {"X-Rows": str(bulk.write_edit(path, _within(entry or (), found), chosen, items=items))}

    return _answer(hub, "edit.xlsx", write)


@router.post("/sheets/edit", summary="提交批量修改表 / Send a bulk edit back", openapi_extra=SHEET_BODY)
async def edit(
    request: Request,
    staff: Clerk,
    hub: Hub,
    filename: FileName = "",
    dry_run: Annotated[bool, Query(description="只比对，不写入 / compare only")] = True,
    accept_good: AcceptGood = False,
) -> dict[str, Any]:
    """Show what differs; with ``dry_run=false`` each changed entry becomes a draft, conflicts are named and left."""
    async with sent_file(request, hub, filename) as (file, digest):
        how = how_of(dry_run=dry_run, accept_good=accept_good)
        return await run_in_threadpool(_edited, hub, staff, file, how, _rfc9530(digest))


def _edited(hub: Services, staff: StaffRequester, file: SheetFile, how: How, digest: str) -> dict[str, Any]:
    try:
        with hub.database.begin(statement_timeout_seconds=0) as unit:
            return bulk.take_back(Desk(hub.context, unit, staff), file, how, digest).to_dict()
    except SecretsInEntryError:
        secrets_incident(hub, staff, None)
        raise
