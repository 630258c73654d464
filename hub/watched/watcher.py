"""Watch a folder: take up what is finished, push it, put it away with its report; never lose a file, never double one.

Every file goes by an upload of its own (:mod:`hub.client_uploads`), whose address is noted in its job. A watcher that
was killed finds the job, asks that upload, and goes on: one upload is one push, however often it is finished.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from hub.client_uploads import Notes, Sending
from hub.client_wire import HubProblemError, HubUnreachableError
from hub.watched.box import Outcome, reason_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePosixPath

    from hub.client_uploads import Step
    from hub.client_wire import Wire
    from hub.watched.box import Box, Job
    from hub.watched.rules import Rules

WAITING: Final = frozenset({401, 403, 404, 408, 423, 429, 507})
"""Answers that are not about the file: the key, the entry, the quota, the disk. The file waits, others go on."""
SEPARATE: Final = frozenset({"gate-stopped"})
"""Problems that are about the file, whatever their status."""
TRIES: Final = 5
"""So often a fault of the hub itself is tried with one file before the file is put aside."""
LONGEST_WAIT: Final = 300.0
PATIENCE_SECONDS: Final = 20.0


class _StoppedError(Exception):
    """The watcher was told to stop in the middle of a file; its job stays."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, for the log: a word for programs, a sentence for people. No value of a row."""

    what: str
    file: str
    entry: str
    zh: str
    en: str
    push: str | None = None


@dataclass(slots=True)
class Watcher:
    """One watcher of one folder. ``tell`` gets every happening, ``stopping`` ends it after or within a file."""

    wire: Wire
    box: Box
    rules: Rules
    tell: Callable[[Happening], None]
    stopping: Event = field(default_factory=Event)
    step: Callable[[Step], None] | None = None
    _seen: dict[PurePosixPath, tuple[tuple[int, int, int], float]] = field(default_factory=dict)
    _later: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until told to stop."""
        while not self.stopping.is_set():
            self.round()
            self.stopping.wait(self.rules.every_seconds)

    def once(self) -> dict[str, int]:
        """Deal with everything that lies finished now; returns how many files ended how."""
        self.look()
        if self.rules.settle_seconds and not self.stopping.is_set():
            self.stopping.wait(self.rules.settle_seconds)
        return self.round()

    def round(self) -> dict[str, int]:
        """Deal with jobs that were left, then with every file that has stood still; returns outcomes and counts."""
        ended: dict[str, int] = {"done": 0, "partly": 0, "rejected": 0, "waiting": 0}
        for job in self.box.jobs():
            self._work(job, ended)
        for path in self.look():
            if self.stopping.is_set():
                break
            rule = self.rules.rule_for(path)
            job_or_none = self.box.take(path, rule) if rule is not None else None
            if job_or_none is not None:
                self._work(job_or_none, ended)
        return ended

    def look(self) -> list[PurePosixPath]:
        """Return the files that have not changed for as long as they must; remember the others."""
        now, found = time.monotonic(), self.box.ready(self.rules)
        self._seen = {
            path: (state, self._seen[path][1] if path in self._seen and self._seen[path][0] == state else now)
            for path, (_, state) in found.items()
        }
        return [path for path, (_, since) in self._seen.items() if now - since >= self.rules.settle_seconds]

    def _work(self, job: Job, ended: dict[str, int]) -> None:
        if self.stopping.is_set() or self._later.get(job.id, 0.0) > time.monotonic():
            ended["waiting"] += 1
            return
        try:
            ended[self._push(job)] += 1
        except _StoppedError:
            ended["waiting"] += 1
        except HubUnreachableError as error:
            self._wait(job, error.zh, error.en, ended)
        except HubProblemError as error:
            kind = str(error.problem.get("type", "")).rpartition("/")[2]
            is_waiting = error.status in WAITING and kind not in SEPARATE
            is_fault = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and job.tries + 1 < TRIES
            if is_waiting or is_fault:
                self._wait(job, error.zh, error.en, ended)
            else:
                self._reject(job, error.problem)
                ended["rejected"] += 1

    def _wait(self, job: Job, zh: str, en: str, ended: dict[str, int]) -> None:
        after = job.tried()
        self._later[job.id] = time.monotonic() + min(self.rules.every_seconds * 2**after.tries, LONGEST_WAIT)
        ended["waiting"] += 1
        self.tell(Happening("waiting", job.name, job.rule.entry, f"暂缓：{zh}", f"waiting: {en}"))

    def _stepped(self, step: Step) -> None:
        if self.stopping.is_set():
            raise _StoppedError
        if self.step is not None:
            self.step(step)

    def _push(self, job: Job) -> str:
        """Push a job's file and put it away; returns how it ended."""
        sending = Sending(
            self.wire,
            job.rule.entry,
            job.file,
            job.rule.parameters(),
            tell=self._stepped,
            notes=Notes(job.folder),
            patience_seconds=PATIENCE_SECONDS,
        )
        report = sending.push()
        self._later.pop(job.id, None)
        rejected, accepted = int(report.get("rejected") or 0), int(report.get("accepted") or 0)
        outcome: Outcome = "rejected" if rejected and not accepted else "done"
        beside = {".report.json": json.dumps(report, ensure_ascii=False, indent=2).encode()}
        beside |= self._returned(report) if rejected else {}
        if outcome == "rejected":
            summary = {"detail": "\n".join(report["summary"]), "detail_en": "\n".join(report["summary_en"])}
            beside[".reason.txt"] = reason_text(summary).encode()
        self.box.settle(job, outcome, beside)
        zh = f"已推送：通过 {accepted:,}，退回 {rejected:,}"
        en = f"pushed: {accepted:,} accepted, {rejected:,} rejected"
        self.tell(Happening(outcome, job.name, job.rule.entry, zh, en, report.get("push")))
        return "partly" if rejected and accepted else outcome

    def _returned(self, report: dict[str, Any]) -> dict[str, bytes]:
        """Return the rejected rows as the table and the marked workbook, where the hub has them."""
        found = {}
        for ending, name in ((".rejected.csv", "rejections.csv"), (".marked.xlsx", "marked.xlsx")):
            with suppress(HubProblemError):
                found[ending] = self.wire.raw("GET", f"/api/v1/pushes/{report['push']}/{name}").content
        return found

    def _reject(self, job: Job, problem: Any) -> None:  # noqa: ANN401 - a problem document
        beside = {
            ".reason.txt": reason_text(problem).encode(),
            ".report.json": json.dumps(dict(problem), ensure_ascii=False, indent=2).encode(),
        }
        self.box.settle(job, "rejected", beside)
        self._later.pop(job.id, None)
        text = str(problem.get("detail") or problem.get("title") or "")
        english = str(problem.get("detail_en") or problem.get("title_en") or "")
        self.tell(Happening("rejected", job.name, job.rule.entry, f"未能推送：{text}", f"not pushed: {english}"))
