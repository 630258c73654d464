"""Batch comparison over HTTP: rows as JSON or as a file in, states out (政务数据共享条例 Art. 22, 25)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from connectors.port import ReadOptions
from hub.api.alarms import watch
from hub.api.authentication import CurrentSystem
from hub.exchange import match_input
from hub.exchange.match import match
from hub.exchange.use import Use
from hub.services import Hub, incoming_folder

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.exchange.standing import Standing
    from hub.exchange.use import Answer
    from hub.identity.facts import Requester
    from hub.services import Services

router = APIRouter(prefix="/api/v1/exchange", tags=["agencies"])
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Names = Annotated[list[Name], Query(max_length=64)]
BATCH_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["key", "claims", "rows", "purpose"],
    "properties": {
        "key": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": match_input.MAX_KEY,
            "description": "定位记录的信息项列名 / columns that find the record",
        },
        "claims": {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "maxItems": match_input.MAX_CLAIMS,
            "description": "要核对的信息项列名 / columns to compare",
        },
        "rows": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {"type": "string"}},
            "minItems": 1,
            "maxItems": match_input.MAX_ROWS,
        },
        "purpose": {"type": "string", "minLength": 1, "maxLength": 200},
        "case_number": {"type": ["string", "null"], "maxLength": 200},
    },
}


async def _standing(hub: Services, name: str, system: Requester) -> Standing:
    known = hub.cache.known(name, system.system_id)
    return known if known is not None else await run_in_threadpool(hub.cache.load, name, system.system_id)


def _response(answer: Answer) -> Response:
    headers = {"Content-Digest": answer.digest, "Receipt": str(answer.receipt), "Cache-Control": "no-store"}
    return Response(answer.body, media_type="application/json", headers=headers | dict(answer.headers))


@router.post(
    "/{name}/match",
    summary="批量比对 / Compare a batch",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": BATCH_SCHEMA}}}},
)
async def match_rows(name: str, request: Request, system: CurrentSystem, hub: Hub) -> Response:
    """Answer every row, in order: match, mismatch, not found, cannot verify, or invalid with its reason.

    At most 100,000 rows and 32 MiB a call. No stored value is in the answer; the receipt is durable before its first
    byte, and each row can be proved alone by ``salt`` and ``rows_digest`` (docs/how-to/compare-a-batch.md).
    """
    standing = await _standing(hub, name, system)
    body = await request.body()
    asked = await run_in_threadpool(match_input.read_json, body)
    async with hub.database.connection() as driver:
        one = Use(hub.context, driver, system, standing, asked.purpose, asked.case_number)
        answer = await match(one, hub.database, asked.batch, body)
    await watch(hub, answer)
    return _response(answer)


@router.post(
    "/{name}/match/file",
    summary="用文件批量比对 / Compare the rows of a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "CSV、CSV.GZ、XLSX 或 XLS 文件原文 / the file itself",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def match_file(
    name: str,
    request: Request,
    system: CurrentSystem,
    hub: Hub,
    key: Annotated[Names, Query(description="定位的信息项：列名或中文名 / items that find the record")],
    claims: Annotated[Names, Query(description="核验的信息项：列名或中文名 / items to compare")],
    purpose: Annotated[Name, Query(description="用途，与授权一致 / purpose, as granted")],
    case_number: Annotated[str | None, Query(max_length=200, description="办件编号 / case number")] = None,
    sheet: Annotated[str | None, Query(max_length=100, description="工作表 / sheet")] = None,
    header_row: Annotated[int, Query(ge=1, le=1000, description="表头行 / header row")] = 1,
    encoding: Annotated[str | None, Query(max_length=20, description="编码 / encoding")] = None,
    delimiter: Annotated[str | None, Query(max_length=1, description="分隔符 / delimiter")] = None,
) -> Response:
    """Answer every row of a table as :func:`match_rows` does; columns that are no items of the batch are named."""
    standing = await _standing(hub, name, system)
    body = await request.body()
    options = ReadOptions(encoding=encoding, delimiter=delimiter, sheet=sheet, header_row=header_row)
    items = standing.resource.table.by_column
    batch = await run_in_threadpool(_read, hub, body, options, (items, key, claims))
    async with hub.database.connection() as driver:
        one = Use(hub.context, driver, system, standing, purpose, case_number)
        answer = await match(one, hub.database, batch, body)
    await watch(hub, answer)
    return _response(answer)


def _read(
    hub: Services, body: bytes, options: ReadOptions, asked: tuple[dict[str, Item], list[str], list[str]]
) -> match_input.Batch:
    """Read the file from a place of its own, which is gone afterwards."""
    items, key, claims = asked
    with tempfile.TemporaryDirectory(prefix="match-", dir=incoming_folder(hub.settings)) as folder:
        path = Path(folder) / "batch"
        path.write_bytes(body)
        return match_input.read_file(path, options, items, (key, claims))
