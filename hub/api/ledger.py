"""The log: checkpoint and tiles for everyone, receipts for their parties and auditors (C2SP tlog-tiles; RFC 9162).

A tile tells nothing but salted hashes; entry bundles hold receipts and are for auditors alone.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import PlainTextResponse

from hub.api.authentication import CurrentCaller, require_role
from hub.identity.facts import Requester, StaffRequester
from hub.identity.roles import Role
from hub.ledger import evidence, store
from hub.ledger.errors import ReceiptNotFoundError, TileNotFoundError
from hub.ledger.publication import published_keys
from hub.ledger.tiles import parse_tile
from hub.services import Hub

router = APIRouter(prefix="/ledger")
Auditor = Annotated[StaffRequester, Depends(require_role(Role.AUDITOR, Role.AUDIT_ADMIN))]
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
BRIEF = {"Cache-Control": "no-cache"}


@router.get(
    "/checkpoint",
    tags=["citizens"],
    summary="最新检查点（C2SP 签名便笺）/ Latest checkpoint",
    response_class=PlainTextResponse,
)
def checkpoint(hub: Hub, size: Annotated[int | None, Query(ge=1, le=2**53)] = None) -> PlainTextResponse:
    """Return the signed note of the latest tree head, or of the one with ``size`` leaves."""
    with hub.database.begin() as unit:
        found = store.latest_checkpoint(unit) if size is None else store.checkpoint_of(unit, size)
    if found is None:
        raise TileNotFoundError(
            "还没有这个检查点", "there is no such checkpoint", next_zh="请读取最新检查点", next_en="read the latest one"
        )
    return PlainTextResponse(found.note, headers=BRIEF if size is None else IMMUTABLE)


@router.get("/keys.json", tags=["citizens"], summary="核验用公钥 / Public keys for verification")
def keys(hub: Hub) -> dict[str, list[object]]:
    """Return the public keys of receipts, checkpoints and witnesses, retired ones too."""
    with hub.database.begin() as unit:
        return published_keys(unit)


@router.get("/consistency", tags=["citizens"], summary="两个检查点的一致性证明 / Consistency of two checkpoints")
def consistency(
    hub: Hub, old: Annotated[int, Query(ge=0, le=2**53)], new: Annotated[int, Query(ge=0, le=2**53)]
) -> dict[str, object]:
    """Return the proof that the log of ``new`` leaves continues that of ``old`` leaves."""
    with hub.database.begin() as unit:
        return evidence.consistency(unit, old, new)


@router.get("/tile/{path:path}", tags=["citizens"], summary="日志分块（tlog-tiles）/ A tile of the log")
def tile(path: str, hub: Hub) -> Response:
    """Return the hashes of a tile."""
    wanted = parse_tile(path)
    if wanted.level is None:
        raise TileNotFoundError(
            "凭证内容只向审计人员提供",
            "entry bundles are for auditors",
            next_zh="请以审计身份读取 /ledger/entries/",
            next_en="auditors read /ledger/entries/",
        )
    with hub.database.begin() as unit:
        content = evidence.tile(unit, wanted)
    return Response(content, media_type="application/octet-stream", headers=IMMUTABLE)


@router.get("/entries/{path:path}", tags=["operators"], summary="凭证内容分块（审计）/ Entry bundle, for auditors")
def entries(path: str, hub: Hub, _auditor: Auditor) -> Response:
    """Return the receipts of an entry bundle."""
    with hub.database.begin() as unit:
        content = evidence.tile(unit, parse_tile(f"entries/{path}"))
    return Response(content, media_type="application/octet-stream")


def _content(jws: str) -> dict[str, Any]:
    part = jws.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def _may_read(caller: Requester | StaffRequester, content: dict[str, Any]) -> bool:
    """Whether the caller's member is a party, or the caller audits."""
    parties = {content.get("member"), content.get("provider")}
    if isinstance(caller, StaffRequester):
        is_auditor = caller.has_role(Role.AUDITOR, Role.AUDIT_ADMIN, Role.SUPERVISOR)
        return is_auditor or str(caller.member.id) in parties or content.get("end_user") == str(caller.staff.id)
    return str(caller.member_id) in parties


@router.get("/receipts/{receipt_id}", tags=["agencies"], summary="凭证及离线核验所需证据 / A receipt and its proof")
def receipt(receipt_id: uuid.UUID, caller: CurrentCaller, hub: Hub) -> dict[str, object]:
    """Return a receipt your organ is a party to, with inclusion proof, checkpoint and keys."""
    with hub.database.begin() as unit:
        found = store.find(unit, receipt_id)
        if not _may_read(caller, _content(found.jws.decode())):
            raise ReceiptNotFoundError(
                "没有这个编号的凭证",
                "no receipt has this id",
                next_zh="请核对编号；凭证只向当事单位和审计人员提供",
                next_en="check the id; receipts are for their parties and auditors",
            )
        return evidence.bundle(unit, receipt_id)
