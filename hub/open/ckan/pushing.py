"""Rows and files of a CKAN client become pushes of the caller's department: receipt, report, version, as every push.

A push that must wait for a person (a policy of the resource) is answered as such; nothing is merged by this door alone.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.port import Limits, ReadOptions
from hub.open.ckan.errors import CkanValidationError
from hub.push import receive
from hub.push.errors import RowsRejectedError
from hub.push.header import HeaderMapping
from hub.services import incoming_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

    from hub.open.ckan.asks import CkanAsk, CkanFile
    from hub.open.ckan.writing import Target
    from hub.push.merge import MergeMode
    from hub.push.receive import Accepted


def push_frame(
    ask: CkanAsk, target: Target, frame: pl.DataFrame, mode: MergeMode, *, dry_run: bool = False, consents: bool = False
) -> Accepted:
    """Push rows, all or none.

    Raises:
        CkanValidationError: rows break a rule: ``records`` tells which and how to mend them, ``records_row`` the first.
        DomainError: as :func:`hub.push.receive.accept`.

    """
    with _place(ask) as path:
        frame.write_ipc(path, compression="uncompressed")
        arrival = _arrival(target, path, mode, "records.arrow")
        arrival = replace(arrival, dry_run=dry_run, allow_shrink=consents, is_whole=True)
        try:
            return _accepted(ask, arrival)
        except RowsRejectedError as error:
            raise _rejected(error) from error


def push_file(ask: CkanAsk, target: Target, file: CkanFile, mode: MergeMode) -> Accepted:
    """Push a file as it is; rows that break a rule are given back in the report, the others go in."""
    with _place(ask) as path:
        with path.open("wb") as copy:
            shutil.copyfileobj(file.stream, copy)
        return _accepted(ask, _arrival(target, path, mode, file.name))


def _accepted(ask: CkanAsk, arrival: receive.Arrival) -> Accepted:
    accepted = receive.accept(ask.hub.context, ask.hub.database, arrival, Limits())
    ask.hub.metrics.pushes.labels(accepted.push.given.mode, accepted.push.outcome.state.value).inc()
    return accepted


@contextmanager
def _place(ask: CkanAsk) -> Iterator[Path]:
    """Give a place for a file that is gone afterwards."""
    with tempfile.NamedTemporaryFile(prefix="ckan-", dir=incoming_folder(ask.hub.settings), delete=False) as made:
        path = Path(made.name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _arrival(target: Target, path: Path, mode: MergeMode, filename: str) -> receive.Arrival:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return receive.Arrival(
        entry=target.resource.name,
        path=path,
        digest=digest,
        mode=mode,
        idempotency_key=None,
        filename=filename,
        options=ReadOptions(name=filename),
        allow_shrink=False,
        member_id=target.caller.member.id,
        by_system=None,
        by_staff=target.caller.staff.id,
        mapping=HeaderMapping(),
    )


def _rejected(error: RowsRejectedError) -> CkanValidationError:
    """Return the fault of rows: what the report says of each, values masked."""
    texts = []
    for fault in error.faults:
        where = f"第 {_row(fault)} 行 {fault.get('item') or ''}".strip()
        texts.append(f"{where}：{fault.get('message') or fault.get('rule')} {fault.get('mend') or ''}".strip())
    rows = [_row(fault) for fault in error.faults]
    return CkanValidationError({"records": texts or [error.zh], "records_row": rows[0] if rows else 0})


def _row(fault: Mapping[str, object]) -> int:
    """Return the place of a record, from 0, of a fault's line, from 1."""
    line = fault.get("line")
    return line - 1 if isinstance(line, int) else 0


def told(accepted: Accepted) -> dict[str, Any]:
    """Return what an answer says of the push: its id, state, version and receipt, and what became of the rows."""
    outcome = accepted.push.outcome
    return {
        "id": str(accepted.push.given.id),
        "state": outcome.state.value,
        "version": outcome.number,
        "receipt": str(outcome.receipt_id) if outcome.receipt_id is not None else None,
        "counts": dict(outcome.counts),
        "is_repeat": not accepted.is_new,
    }
