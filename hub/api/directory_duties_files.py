"""What the lists of the directory share over HTTP: a file as the body, a workbook or CSV as the answer, pages."""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from hub.api.pushes import received_body
from hub.directory.sheets.importing_lists import How
from hub.directory.sheets.reading import SheetFile, guarded
from hub.services import incoming_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from hub.services import Services

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "XLSX、XLS、ODS 或 CSV 文件原文 / the workbook or CSV file itself",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Limit = Annotated[int, Query(ge=1, le=200, description="条数 / how many")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="从第几条起 / from which on")]
FileName = Annotated[str, Query(max_length=200, description="文件名 / name of the file")]
DryRun = Annotated[bool, Query(description="只检查，不写入 / check only")]
AcceptGood = Annotated[
    bool, Query(description="有错的行退回，其余照常写入 / write the good rows though others are faulty")
]


def page_of(rows: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    """Return what a page of a whole list says of itself: total, returned, next."""
    total, returned = len(rows), len(rows[offset : offset + limit])
    return {"total": total, "returned": returned, "next": offset + limit if offset + limit < total else None}


def how_of(*, dry_run: bool, accept_good: bool) -> How:
    """Return how a file is taken in."""
    return How(dry_run=dry_run, accept_good=accept_good)


@asynccontextmanager
async def sent_file(request: Request, hub: Services, name: str) -> AsyncIterator[tuple[SheetFile, bytes]]:
    """Yield the body as a file with its SHA-256; the file goes at the end."""
    path, digest = await received_body(request, incoming_folder(hub.settings))
    try:
        yield SheetFile(path, name), digest
    finally:
        await asyncio.shield(run_in_threadpool(path.unlink, missing_ok=True))


def csv_answer(name: str, headings: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """Return rows as CSV that Excel opens in Chinese: UTF-8 with its mark, no cell begins a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings.values())
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in headings])
    content = b"\xef\xbb\xbf" + text.getvalue().encode()
    disposition = f'attachment; filename="{name}.csv"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type="text/csv; charset=utf-8; header=present", headers=headers)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return guarded("；".join(str(one) for one in value))
    return guarded(str(value))
