"""``/w/inventory/import``: the inventory of a unit taken in from a workbook or CSV file, and the empty form for it.

Every fault is told by row and column in one pass; with one fault nothing is written, unless the good rows are asked
for (Zhengzhou Art. 17).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.directory_duties_files import csv_answer
from hub.directory.checking import Desk
from hub.directory.inventory import use_cases
from hub.directory.sheets.importing_lists import How
from hub.directory.sheets.reading import SheetFile
from hub.identity.roles import Role
from hub.portal.rendering import both
from hub.portal.work.files import Sent, received
from hub.portal.work.forms import EMPTY, Fault, Form, Posted, faults_of
from hub.portal.work.frame import WorkPage, open_to
from hub.services import incoming_folder
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import UploadFile

    from hub.directory.sheets.importing_lists import Taken

router = APIRouter(include_in_schema=False)
Clerk = Annotated[WorkPage, Depends(open_to(Role.CLERK))]
WAYS: Final[Mapping[str, How]] = {
    "all": How(),
    "good": How(accept_good=True),
    "check": How(dry_run=True),
}
"""What the form offers: all or nothing, the good rows, or to look only."""
MOST_FAULTS: Final = 50


@both(router, "/w/inventory/import")
def form_page(page: Clerk) -> HTMLResponse:
    """Show the form: the file, and how it is to be taken in."""
    return _shown(page, EMPTY)


def _shown(page: WorkPage, form: Form, taken: Taken | None = None) -> HTMLResponse:
    report = taken.to_dict() if taken is not None else None
    return page.show(
        "work_inventory_import.html",
        form=form,
        report=report,
        faults=fault_rows(page, report["faults"]) if report is not None else [],
        headings="、".join(words[0] for words in use_cases.COLUMNS.values()),
        ways=[(way, page.text(f"inventory_way_{way}"), "") for way in WAYS],
    )


def fault_rows(page: WorkPage, faults: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the first faults of a sheet for a table: where, what, how to mend it."""
    return [
        {
            "place": f"{one['sheet']} {one['column']}{one['row'] or ''}".strip(),
            "heading": str(one["heading"]),
            "what": page.pick(one["message"], one["message_en"]),
            "mend": page.pick(one["mend"], one["mend_en"]),
        }
        for one in faults[:MOST_FAULTS]
    ]


@router.get("/w/inventory/form.csv")
def empty_form(page: Clerk) -> Response:
    """Return the headings of the sheet as a CSV file to be filled in."""
    headings = {key: words[0] for key, words in use_cases.COLUMNS.items()}
    return csv_answer(f"inventory-{page.person.member.slug}", headings, [])


@router.post("/w/inventory/import", response_model=None)
@router.post("/en/w/inventory/import", response_model=None)
def take_in(page: Clerk, form: Posted, file: Sent) -> HTMLResponse | RedirectResponse:
    """Take the sheet in, or say by row and column what is wrong with it."""
    how = WAYS.get(form.value("way"))
    if file is None:
        return _shown(page, form.with_faults(Fault("file", page.text("push_file_missing"))))
    if how is None:
        return _shown(page, form.with_faults(Fault("way", page.text("fault_choose"))))
    try:
        taken = _taken(page, file, how)
    except DomainError as error:
        return _shown(page, form.with_faults(*faults_of(error, page.lang, at="file")))
    if taken.is_written and not taken.faults:
        told = page.text("inventory_counts", new=taken.added, changed=taken.changed, same=taken.unchanged)
        return page.see_other("/w/inventory", "inventory_imported", told)
    return _shown(page, form, taken)


def _taken(page: WorkPage, file: UploadFile, how: How) -> Taken:
    with tempfile.TemporaryDirectory(prefix="form-", dir=incoming_folder(page.hub.settings)) as folder:
        path, _ = received(file, Path(folder))
        with page.hub.database.begin() as unit:
            desk = Desk(page.context, unit, page.person)
            return use_cases.import_list(desk, SheetFile(path, file.filename or ""), how)
