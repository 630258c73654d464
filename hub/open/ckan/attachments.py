"""Files that a CKAN client attaches to a dataset and that are no rows of it: examined, kept, and served once reviewed.

A file that carries marks of secrecy or personal numbers, or that cannot be examined, is not kept
(政务数据共享条例 Art. 3; 个人信息保护法 Art. 25). What is kept belongs to the draft it was sent with: the public has
it when that is published.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from catalogue.entry import Entry
from catalogue.privacy.kinds import Kind
from catalogue.store import find_entry, find_version
from connectors.files.errors import FileError
from hub.open.ckan.errors import CkanNotFoundError, CkanValidationError
from hub.open.ckan.ids import as_uuid
from hub.open.ckan.keeping import id_of_link
from hub.push import incidents
from hub.scan_files import scan_file
from hub.services import incoming_folder
from policies.facts import OpenType

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

    from catalogue.entry import Link
    from catalogue.store import EntryRow
    from hub.database import Unit
    from hub.open.ckan.asks import CkanAsk, CkanCaller, CkanFile
    from hub.services import Services

FOLDER: Final = "ckan-files"
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%#]+')
LONGEST_NAME: Final = 100


def safe_name(name: str) -> str:
    """Return the last part of a file's name without characters that mean something in paths and addresses."""
    last = name.replace("\\", "/").rpartition("/")[2]
    cleaned = _UNSAFE.sub("_", last).strip(". ")
    return cleaned[-LONGEST_NAME:] or "file"


@contextmanager
def examined(ask: CkanAsk, caller: CkanCaller, file: CkanFile) -> Iterator[Path]:
    """Give the file as it lies in a temporary place, after the gates.

    Raises:
        CkanValidationError: it holds what must not be kept, or cannot be examined; it is gone.

    """
    folder = incoming_folder(ask.hub.settings)
    ending = Path(safe_name(file.name)).suffix
    with tempfile.NamedTemporaryFile(prefix="ckan-", suffix=ending, dir=folder, delete=False) as made:
        shutil.copyfileobj(file.stream, made)
        path = Path(made.name)
    try:
        _gate(ask, caller, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _gate(ask: CkanAsk, caller: CkanCaller, path: Path) -> None:
    try:
        report = scan_file(path, today=ask.hub.context.today())
    except (FileError, OSError, ValueError) as error:
        raise _refused(
            "文件无法检查，没有保存；请上传表格、JSON 或文本文件", "the file cannot be examined and was not kept"
        ) from error
    kinds = {kind for column in (*report.columns, *report.outside) for kind in column.kinds}
    if Kind.SECRECY_MARK in kinds:
        with ask.hub.database.begin() as unit:
            incidents.open_incident(
                ask.hub.context,
                unit,
                kind="gate_stopped",
                member_id=caller.member.id,
                entry_id=None,
                facts={"door": "ckan", "kinds": sorted(kind.value for kind in kinds)},
            )
        raise _refused("文件带有密级标志，未保存，已报保密审查", "the file carries marks of secrecy: it was not kept")
    if report.found:
        raise _refused("文件含有个人信息，没有保存", "the file holds personal information and was not kept")


def _refused(zh: str, en: str) -> CkanValidationError:
    return CkanValidationError({"upload": [f"{zh} / {en}"]})


def keep(hub: Services, resource_id: uuid.UUID, path: Path) -> None:
    """Keep an examined file under the id of its resource, in place of an earlier one, whole or not at all."""
    folder = hub.settings.data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = folder / f"{resource_id}.part"
    with path.open("rb") as source, made.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    made.replace(folder / str(resource_id))


def url_of(site: str, entry_id: uuid.UUID, resource_id: uuid.UUID, name: str) -> str:
    """Return the address of an attached file."""
    from urllib.parse import quote

    return f"{site}/dataset/{entry_id}/resource/{resource_id}/download/{quote(safe_name(name))}"


def attached(hub: Services, unit: Unit, dataset: str, resource: str, caller: CkanCaller | None) -> tuple[Path, Link]:
    """Return an attached file and its link, if whoever asks may have it.

    Raises:
        CkanNotFoundError: there is none, it waits for review and is another's, or the public may not know of it.

    """
    identifier, entry_id = as_uuid(resource), as_uuid(dataset)
    row = find_entry(unit, dataset if entry_id is None else entry_id)
    path = hub.settings.data_dir / FOLDER / str(identifier)
    if identifier is None or row is None or not path.is_file():
        raise CkanNotFoundError("文件 file")
    for number in _versions(row, caller):
        version = find_version(unit, row.id, number)
        entry = Entry.from_dict(version.body) if version is not None else None
        if entry is None or (number == row.published_version and not _is_released(hub, row, entry, caller)):
            continue
        for link in entry.links:
            if id_of_link(link) == str(identifier):
                return path, link
    raise CkanNotFoundError("文件 file")


def _is_released(hub: Services, row: EntryRow, entry: Entry, caller: CkanCaller | None) -> bool:
    """Whether the release time has come; before it only the department has its data (统计法实施条例 Art. 28)."""
    is_own = caller is not None and caller.member.id == row.provider_id
    return is_own or entry.release_time is None or entry.release_time <= hub.context.now()


def _versions(row: EntryRow, caller: CkanCaller | None) -> list[int]:
    """Return the versions whose files may be had: the one in force by all, the draft by its department."""
    is_own = caller is not None and caller.member.id == row.provider_id
    is_open = row.open_type == OpenType.UNCONDITIONAL and row.withdrawn_at is None and not row.suspended
    found = [row.published_version] if row.published_version is not None and (is_open or is_own) else []
    if is_own and row.draft_version is not None:
        found.append(row.draft_version)
    return found
