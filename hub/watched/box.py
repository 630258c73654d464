"""The watched folder on disk: what lies ready, what is being worked on, where finished files go, and the one lock.

Each step is one rename, so that a crash leaves a file in exactly one place. A file taken up gets a name of its own
(a job); everything that is known of it stays in the job's folder until its report lies beside the finished file.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from hub.watched.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hub.watched.rules import Rules

WORK: Final = ".hub"
DONE: Final = "done"
REJECTED: Final = "rejected"
JOB: Final = "job.json"
Outcome = Literal["done", "rejected"]


class FolderLockedError(RuntimeError):
    """Another program watches the folder already."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file taken up: where it lies now, what it was called (path below the folder), and its rule."""

    id: str
    folder: Path
    name: str
    rule: Rule
    tries: int = 0

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.folder / "file" / PurePosixPath(self.name).name

    def tried(self) -> Job:
        """Return the job after one more failed try, on disk too."""
        job = Job(self.id, self.folder, self.name, self.rule, self.tries + 1)
        job.write()
        return job

    def write(self) -> None:
        """Keep what is known of the job."""
        rule = {
            "match": self.rule.match,
            "entry": self.rule.entry,
            "mode": self.rule.mode,
            "options": dict(self.rule.options),
        }
        _write(self.folder / JOB, json.dumps({"name": self.name, "rule": rule, "tries": self.tries}))


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, surely on disk."""
    partial = path.with_name(f".{path.name}.writing")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


class Box:
    """One watched folder."""

    def __init__(self, root: Path) -> None:
        """Nothing is made before :meth:`locked`."""
        self.root = root
        self._working = root / WORK / "working"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only watcher for the length of the block (raises :class:`FolderLockedError`)."""
        self._working.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.root / WORK / "lock").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderLockedError(
                    f"{self.root} 已有另一个 hub watch 在看管 / another hub watch has this folder"
                ) from None
            yield

    def ready(self, rules: Rules) -> dict[PurePosixPath, tuple[Rule, tuple[int, int, int]]]:
        """Return the files a rule fits, with what tells whether they still change: inode, size, time."""
        found = {}
        for path in sorted(self._files(self.root, PurePosixPath())):
            rule = rules.rule_for(path)
            if rule is None:
                continue
            with suppress(OSError):
                state = (self.root / path).stat()
                found[path] = rule, (state.st_ino, state.st_size, state.st_mtime_ns)
        return found

    def _files(self, folder: Path, below: PurePosixPath) -> Iterator[PurePosixPath]:
        with os.scandir(folder) as entries:
            for entry in entries:
                path = below / entry.name
                if entry.name.startswith(".") or (not below.parts and entry.name in {DONE, REJECTED}):
                    continue
                if entry.is_file(follow_symlinks=False):
                    yield path
                elif entry.is_dir(follow_symlinks=False):
                    yield from self._files(folder / entry.name, path)

    def take(self, path: PurePosixPath, rule: Rule) -> Job | None:
        """Take a file up as a job; None when somebody took it away meanwhile."""
        number = uuid.uuid4().hex
        new = self._working / f".{number}"
        (new / "file").mkdir(parents=True)
        Job(number, new, str(path), rule).write()
        folder = new.rename(self._working / number)
        job = Job(number, folder, str(path), rule)
        try:
            (self.root / path).rename(job.file)
        except FileNotFoundError:
            shutil.rmtree(folder)
            return None
        if job.file.is_symlink():  # put there since the look: what it leads to is not in this folder
            job.file.rename(self.root / path)
            shutil.rmtree(folder)
            return None
        return job

    def jobs(self) -> list[Job]:
        """Return the jobs a crash or a cut left, oldest first; what never got its file is cleared away."""
        found = []
        for folder in self._working.iterdir():
            job = self._job(folder)
            if job is None or not job.file.is_file():
                shutil.rmtree(folder, ignore_errors=True)
            else:
                found.append(job)
        return sorted(found, key=lambda job: (job.folder.stat().st_ctime_ns, job.id))

    @staticmethod
    def _job(folder: Path) -> Job | None:
        if folder.name.startswith("."):
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads((folder / JOB).read_text("utf-8"))
            return Job(folder.name, folder, str(kept["name"]), Rule(**kept["rule"]), int(kept["tries"]))
        return None

    def settle(self, job: Job, outcome: Outcome, beside: Mapping[str, bytes]) -> Path:
        """Move a job's file where it belongs, its report files beside it first; returns where it lies now.

        ``beside`` are contents by the ending of their names. Done twice it ends the same.
        """
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(job.folder.stat().st_ctime))
        original = PurePosixPath(job.name)
        folder = self.root / outcome / original.parent
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{stamp}-{job.id[:8]}-{original.name}"
        for ending, content in beside.items():
            partial = folder / f".{job.id}{ending}"
            partial.write_bytes(content)
            partial.replace(target.with_name(f"{target.name}{ending}"))
        job.file.replace(target)
        shutil.rmtree(job.folder, ignore_errors=True)
        return target


def reason_text(problem: Mapping[str, Any]) -> str:
    """Return why a file was not taken, for the clerk who opens the folder: Chinese, then English."""
    lines = (
        problem.get("detail") or problem.get("title") or "",
        problem.get("next") or "",
        "",
        problem.get("detail_en") or problem.get("title_en") or "",
        problem.get("next_en") or "",
        "",
        str(problem.get("type", "")),
    )
    return "\n".join(str(line) for line in lines).strip() + "\n"
