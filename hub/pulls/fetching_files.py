"""Fetching files: from an HTTP address or an object store, only what is new since the last run."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from connectors.http_source import Validators, client_for, download
from connectors.port import ReadOptions
from hub.pulls.parts import Fetch, Part
from hub.push.merge import MergeMode

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.egress import EgressPolicy
    from connectors.http_source import Credentials, Fetched
    from connectors.objects import ObjectStore, StoredObject
    from connectors.sources import SourceLimits
    from hub.pulls.definition import HttpSource, ObjectSource
    from hub.pulls.fetching import Task
    from hub.pulls.records import Pull


def fetch_http(
    task: Task, source: HttpSource, login: Credentials, policy: EgressPolicy, limits: SourceLimits
) -> tuple[Fetch, int]:
    """Fetch a file when it changed; returns it with how many bytes travelled (raises SourceError)."""
    task.tick("rows")
    memory = task.pull.memory
    known = Validators(str(memory.get("etag", "")), str(memory.get("modified", "")))
    known = Validators() if task.pull.asked.get("whole") else known
    with client_for(policy, limits, source.trust_pem) as client:
        got = download(client, source.address, login.headers, known, task.folder / "file-0")
    if got is None:
        return Fetch("file", (), dict(memory)), 0
    remembered = {"etag": got.validators.etag, "modified": got.validators.modified}
    name = unquote(urlsplit(source.address).path.rpartition("/")[2]) or f"{task.name}.dat"
    return Fetch("file", (_part(task.pull, task.folder / "file-0", got, name),), remembered), got.travelled


def fetch_objects(task: Task, source: ObjectSource, store: ObjectStore) -> tuple[Fetch, int]:
    """Fetch the newest object, or all that are new, oldest first; returns them with how many bytes travelled."""
    task.tick("listing")
    found = store.list_objects(source.prefix, source.pattern)
    known: dict[str, str] = {} if task.pull.asked.get("whole") else dict(task.pull.memory.get("objects", {}))
    candidates = found[-1:] if source.take == "newest" else found
    wanted = [one for one in candidates if known.get(one.name) != one.etag]
    parts, travelled = [], 0
    for index, one in enumerate(wanted):
        task.tick("rows")
        path = task.folder / f"file-{index}"
        got = store.fetch(one, path)
        travelled += got.travelled
        parts.append(_part(task.pull, path, got, one.name.rpartition("/")[2]))
    return Fetch("file", tuple(parts), {"objects": _remembered(candidates)}), travelled


def _remembered(found: list[StoredObject]) -> dict[str, str]:
    return {one.name: one.etag for one in found}


def _part(pull: Pull, path: Path, got: Fetched, name: str) -> Part:
    definition = pull.definition
    is_one_of_many = getattr(definition.source, "take", "newest") == "all_new"
    mode = definition.mode or (MergeMode.UPSERT if is_one_of_many else MergeMode.FULL)
    options = definition.reading.options(name) if definition.reading is not None else ReadOptions(name=name)
    return Part(path, got.digest, mode, name[:255], options, definition.mapping)
