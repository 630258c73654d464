"""A push as it arrived, through whichever channel: the file, how to read it, who gives it, what is asked."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from connectors.port import ReadOptions
from hub.push.header import HeaderMapping
from hub.push.merge import MergeMode

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Arrival:
    """A push as it arrived. ``path`` is the received file, ``digest`` the SHA-256 of its bytes.

    Without an ``idempotency_key`` a push is a repeat when the newest version of the resource came from the same
    file, read in the same way against the same version of the entry: then a cron line may be run twice, and yet
    a file that restores an earlier state is taken in again.

    ``dry_run``: check and compare only, keep nothing. ``resumes``: the push whose rejected rows the file mends.
    ``releases``: the held push that is let in by ``by_staff``; the file is the one it kept. ``mapping_version``: the
    saved mapping the caller asks for, None for the one in force. ``instance``: the one delivery this is (a finished
    upload), so that taking it in twice is one push though no key was given. ``is_whole``: all rows or none go in.
    """

    entry: str
    path: Path
    digest: bytes
    mode: MergeMode
    idempotency_key: str | None
    filename: str
    options: ReadOptions
    allow_shrink: bool
    member_id: uuid.UUID
    by_system: uuid.UUID | None
    by_staff: uuid.UUID | None
    key_thumbprint: str | None = None
    mapping: HeaderMapping = field(default_factory=HeaderMapping)
    dry_run: bool = False
    resumes: uuid.UUID | None = None
    releases: uuid.UUID | None = None
    mapping_version: int | None = None
    instance: uuid.UUID | None = None
    is_whole: bool = False


def content_of(arrival: Arrival) -> bytes:
    """Return a digest of what a push asks for: the file's bytes, the mode, how it is to be read, what it mends."""
    options = asdict(replace(arrival.options, name=None))
    mapping = arrival.mapping
    names = [sorted(mapping.rename.items()), sorted(mapping.ignore), sorted(mapping.absent)]
    parts: list[object] = [arrival.mode.value, options, names]
    if arrival.resumes is not None:
        parts.append(str(arrival.resumes))
    return hashlib.sha256(arrival.digest + json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).digest()


def to_json(arrival: Arrival) -> dict[str, Any]:
    """Return how a file is to be read and merged, as JSON: what is kept beside a file that waits."""
    mapping = arrival.mapping
    return {
        "entry": arrival.entry,
        "mode": arrival.mode.value,
        "filename": arrival.filename,
        "options": asdict(arrival.options),
        "allow_shrink": arrival.allow_shrink,
        "rename": dict(mapping.rename),
        "ignore": sorted(mapping.ignore),
        "absent": sorted(mapping.absent),
        "mapping_version": arrival.mapping_version,
        "digest": arrival.digest.hex(),
        "key_thumbprint": arrival.key_thumbprint,
        "resumes": str(arrival.resumes) if arrival.resumes is not None else None,
    }


def from_json(kept: dict[str, Any], path: Path, member_id: uuid.UUID, by_staff: uuid.UUID | None) -> Arrival:
    """Return the arrival of a file that waited, as ``by_staff`` lets it go on."""
    known = {one.name for one in fields(ReadOptions)}
    options: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in kept["options"].items()
        if name in known
    }
    return Arrival(
        entry=kept["entry"],
        path=path,
        digest=bytes.fromhex(kept["digest"]),
        mode=MergeMode(kept["mode"]),
        idempotency_key=None,
        filename=kept["filename"],
        options=ReadOptions(**options),
        allow_shrink=bool(kept["allow_shrink"]),
        member_id=member_id,
        by_system=None,
        by_staff=by_staff,
        key_thumbprint=None,
        mapping=HeaderMapping(kept["rename"], frozenset(kept["ignore"]), frozenset(kept["absent"])),
        resumes=uuid.UUID(kept["resumes"]) if kept["resumes"] is not None else None,
        mapping_version=kept["mapping_version"],
    )
