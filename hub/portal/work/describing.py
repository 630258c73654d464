"""What a clerk does on the page of an own draft: see what has still to be filled in, and fill it in by a workbook.

The workbook is the reporting template (编制指南 2017) with what the draft says already; sent back, it becomes the draft
as it is written, or is told by sheet, row and column what is wrong with it (Zhengzhou Art. 17-18).
"""

from __future__ import annotations

import base64
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse

from catalogue.entry import Entry
from catalogue.lifecycle import EDITABLE, State
from hub.api.entries import secrets_incident
from hub.directory.checking import Desk, SecretsInEntryError, checked
from hub.directory.publish import own_entry
from hub.directory.sheets import importing
from hub.directory.sheets.importing_lists import How
from hub.directory.sheets.reading import SheetFile
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work import naming
from hub.portal.work.files import Sent, received
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from hub.portal.work.inventory_sheets import fault_rows
from hub.services import incoming_folder
from policies.errors import DomainError

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

    from catalogue.entry_rules.finding import Finding
    from catalogue.store import EntryRow, VersionRow
    from hub.database import Unit
    from hub.directory.sheets.importing import Imported

router = APIRouter(include_in_schema=False)
Clerk = Annotated[WorkPage, Depends(open_to(Role.CLERK))]
MOST_FINDINGS: Final = 100
_ITEM: Final = re.compile(r"(?:\$\.)?items\[(\d+)\]")


def to_fill_in(page: WorkPage, unit: Unit, row: EntryRow, version: VersionRow) -> dict[str, Any] | None:
    """Return what the rules say of a draft of the clerk's own unit; None for anybody or anything else."""
    person = page.person
    if row.provider_id != person.member.id or not person.has_role(Role.CLERK) or State(version.state) is not EDITABLE:
        return None
    entry = Entry.from_dict(version.body)
    findings = checked(Desk(page.context, unit, person), entry, row)
    return {"total": len(findings), "rows": [_finding(page, entry, one) for one in findings[:MOST_FINDINGS]]}


def _finding(page: WorkPage, entry: Entry, one: Finding) -> dict[str, str]:
    place = _ITEM.match(one.path)
    item = entry.items[int(place[1])].name if place is not None and int(place[1]) < len(entry.items) else ""
    return {
        "rule": one.rule,
        "item": item,
        "severity": page.text(f"entry_{one.severity.value}"),
        "what": page.pick(one.zh, one.en),
        "mend": page.pick(one.mend_zh, one.mend_en),
    }


@both(router, "/w/entries/{name}/workbook")
def form_page(name: str, page: Clerk) -> HTMLResponse:
    """Show the form that takes the filled-in workbook of an own entry back."""
    return _shown(page, name, EMPTY)


def _shown(page: WorkPage, name: str, form: Form, taken: Imported | None = None) -> HTMLResponse:
    with page.hub.database.begin() as unit:
        row = own_entry(unit, page.person, name)
        title = naming.entries(page, unit, [row.id])[row.id].title
    report = taken.to_dict() if taken is not None else None
    return page.show(
        "work_entry_workbook.html",
        form=form,
        name=row.name,
        title=title,
        report=report,
        faults=fault_rows(page, report["faults"]) if report is not None else [],
    )


@router.post("/w/entries/{name}/workbook", response_model=None)
@router.post("/en/w/entries/{name}/workbook", response_model=None)
def take_back(name: str, page: Clerk, form: Posted, file: Sent) -> HTMLResponse | RedirectResponse:
    """Take the workbook as the draft, all of it or nothing."""
    if file is None:
        return _shown(page, name, form.with_faults(Fault("file", page.text("push_file_missing"))))
    try:
        taken = _taken(page, name, file)
    except DomainError as error:
        if isinstance(error, SecretsInEntryError):
            secrets_incident(page.hub, page.person, None)
        return _shown(page, name, form.with_faults(*faults_of(error, page.lang, at="file")))
    if not taken.is_written:
        return _shown(page, name, form, taken)
    told = page.text("entry_taken", new=taken.count("new"), changed=taken.count("changed"))
    return page.see_other(f"/w/entries/{name}", "entry_described", told)


def _taken(page: WorkPage, name: str, file: UploadFile) -> Imported:
    with tempfile.TemporaryDirectory(prefix="form-", dir=incoming_folder(page.hub.settings)) as folder:
        path, digest = received(file, Path(folder))
        stated = f"sha-256=:{base64.b64encode(digest).decode()}:"
        with page.hub.database.begin(statement_timeout_seconds=0) as unit:
            own_entry(unit, page.person, name)
            desk = Desk(page.context, unit, page.person)
            return importing.import_template(desk, SheetFile(path, file.filename or ""), How(), stated)
