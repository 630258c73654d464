"""What a backup says about itself: versions, files with digests, tables with row counts and digests.

A backup is a folder: ``manifest.json``, ``manifest.sha256``, ``database.dump`` (pg_dump, custom format) and
``keys/``. It holds private keys and everything the city's departments supplied: keep it as the hub is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from policies.errors import DomainError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.sha256"
DUMP: Final = "database.dump"
FILE_NAME: Final = re.compile(r"database\.dump|keys/(?:numbers/)?[A-Za-z0-9_-][A-Za-z0-9._-]*")
"""Names a manifest may list; a restore writes nowhere else."""


class BackupDamagedError(DomainError):
    """Something of the backup is missing, altered or unreadable; nothing was restored."""


@dataclass(frozen=True, slots=True)
class FileFact:
    """Size in bytes and SHA-256 (hexadecimal) of one file."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TableFact:
    """Number of rows of a table, and SHA-256 (hexadecimal) over its rows as binary COPY."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CheckpointFact:
    """Size and root (hexadecimal) of the newest checkpoint of the log."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a restore compares with; all of it was read in one snapshot."""

    made_at: str
    """RFC 3339, UTC."""
    hub_version: str
    postgres_version: int
    """``server_version_num`` of the source."""
    schema_revision: str | None
    checkpoint: CheckpointFact | None
    files: dict[str, FileFact]
    tables: tuple[TableFact, ...]

    def write(self, folder: Path) -> None:
        """Write the manifest and its seal."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")
        seal = hashlib.sha256(text.encode()).hexdigest()
        (folder / SEAL).write_text(f"{seal}  {MANIFEST}\n", encoding="ascii")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup and compare every file with it.

    Raises:
        BackupDamagedError: a file is missing or altered, or this is no backup.

    """
    try:
        text = (folder / MANIFEST).read_bytes()
        seal = (folder / SEAL).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(folder, "没有清单，或读不出来", "it has no manifest, or it cannot be read") from error
    if seal[:1] != [hashlib.sha256(text).hexdigest()]:
        raise damaged(folder, "清单与封签不符", "the manifest does not match its seal")
    try:
        manifest = _parse(text)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(folder, "清单格式不认识", "the form of the manifest is unknown") from error
    for name, fact in manifest.files.items():
        if not FILE_NAME.fullmatch(name):
            raise damaged(folder, "清单列有不允许的文件名", "the manifest lists a file name that is not allowed")
        if not (folder / name).is_file() or file_fact(folder / name) != fact:
            raise damaged(folder, f"文件 {name} 缺失或被改动", f"the file {name} is missing or altered")
    if DUMP not in manifest.files:
        raise damaged(folder, f"缺少 {DUMP}", f"{DUMP} is missing")
    return manifest


def file_fact(path: Path) -> FileFact:
    """Return size and digest of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileFact(path.stat().st_size, digest.hexdigest())


def damaged(folder: Path, zh: str, en: str) -> BackupDamagedError:
    """Return the error for a backup that must not be used."""
    return BackupDamagedError(
        f"备份 {folder} 不能使用：{zh}；没有写入任何内容",
        f"the backup {folder} cannot be used: {en}; nothing was written",
        next_zh="请改用另一份备份；可先用 sha256sum 核对传输是否完整",
        next_en="use another backup; sha256sum tells whether it was damaged on its way",
    )


def _parse(text: bytes) -> Manifest:
    data = json.loads(text)
    if data.pop("format") != FORMAT:
        raise ValueError(FORMAT)
    data["files"] = {name: FileFact(**fact) for name, fact in data["files"].items()}
    data["tables"] = tuple(TableFact(**fact) for fact in data["tables"])
    data["checkpoint"] = None if data["checkpoint"] is None else CheckpointFact(**data["checkpoint"])
    return Manifest(**data)
