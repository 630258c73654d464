"""Review and publication of what a run brought: nothing harvested is served before a person has looked at it.

A catalogue reviewer of the authority decides about a run as a whole or record by record, and publishes what is
approved (Zhengzhou Art. 18). Who asked for the run does not review it (four eyes). Publication is a few statements
for many entries, in the transaction of its receipt and of the index every search reads; it goes on where it was.
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalogue.entry import Entry
from catalogue.finding_index import index_entries
from catalogue.lifecycle import State
from catalogue.names import pinyin_sort_key, slug
from hub.directory.free_text import check_texts
from hub.harvest import publish_store, store
from hub.harvest.errors import HarvestReviewError, HarvestRunNotFoundError, HarvestStateError
from hub.harvest.records import RunState, Standing
from hub.harvest.sifting import ACCEPTED
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.context import Context
    from hub.database import Unit
    from hub.harvest.records import Known, Run, Source
    from hub.identity.facts import StaffRequester

APPROVE: Final = "approve"
REJECT: Final = "reject"
AT_ONCE: Final = 1000
"""Records of one transaction of publication."""


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts, in which transaction."""

    context: Context
    unit: Unit
    staff: StaffRequester


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a publication did, and how many approved records are left for the next."""

    listed: int
    changed: int
    withdrawn: int
    remaining: int


def reviewable(office: Office, run_id: uuid.UUID, *, lock: bool = False) -> tuple[Source, Run]:
    """Return a run that this person may review, with its source.

    Raises:
        HarvestRunNotFoundError: there is none.
        HarvestStateError: it is under way.
        HarvestReviewError: this person asked for it.
    """
    run = store.find_run(office.unit, run_id, lock=lock)
    source = store.find_source(office.unit, run.source_id, lock=lock) if run is not None else None
    if run is None or source is None or source.member_id != office.staff.member.id:
        raise HarvestRunNotFoundError
    if run.state == RunState.RUNNING:
        raise HarvestStateError(
            "采集还在进行，结束后再审核",
            "the run is under way: review it when it has ended",
            next_zh="稍后用 hub harvest report 查看",
            next_en="look again with hub harvest report",
        )
    if run.by_staff == office.staff.staff.id:
        raise HarvestReviewError(
            "发起采集的人不能审核和发布这次采集",
            "who asked for a run neither reviews nor publishes it",
            next_zh="请由另一位目录管理员办理",
            next_en="another catalogue reviewer must do it",
        )
    return source, run


def review(
    office: Office, run_id: uuid.UUID, decision: str, records: Sequence[str] | None, reason: str
) -> dict[str, int]:
    """Approve or reject what waits, all of it or these records; returns how the records of the source stand.

    Raises:
        HarvestReviewError: a rejection without a reason, or records that do not wait.
        HarvestRunNotFoundError, HarvestStateError: as :func:`reviewable`.
        ExemptionError: the reason holds what must not be written down.
    """
    source, run = reviewable(office, run_id, lock=True)
    check_texts({"reason": reason}, required=frozenset({"reason"} if decision == REJECT else ()))
    word = "approved" if decision == APPROVE else "rejected"
    wanted = None if records is None else list(dict.fromkeys(records))
    stated = {"rule": "review", "place": "", "zh": reason, "en": reason, "basis": ""} if decision == REJECT else None
    done = store.decide(office.unit, source.id, word, wanted, reason=stated)
    if wanted is not None and done != len(wanted):
        raise HarvestReviewError(
            f"{len(wanted) - done} 条记录不在待审核之列，没有改动",
            f"{len(wanted) - done} of the records do not wait for a review; nothing was changed",
            next_zh="用 hub harvest records 来源代码 --review waiting 查看待审核的记录",
            next_en="list what waits with hub harvest records CODE --review waiting",
        )
    now = office.context.now()
    store.change_run(office.unit, run.id, reviewed_by=office.staff.staff.id, reviewed_at=now)
    _record(office, (source, run), "harvest.review", word, done)
    return store.counted(office.unit, source.id)


def publish(office: Office, run_id: uuid.UUID, limit: int = AT_ONCE) -> Outcome:
    """Publish approved records of the run's source, at most ``limit``; call it again while some remain.

    Raises:
        HarvestRunNotFoundError, HarvestStateError, HarvestReviewError: as :func:`reviewable`.
    """
    source, run = reviewable(office, run_id, lock=True)
    rows = store.approved(office.unit, source.id, limit)
    leaving = [one for one in rows if one.standing == Standing.GONE or one.state != ACCEPTED]
    coming = [one for one in rows if one.standing == Standing.PRESENT and one.state == ACCEPTED]
    new = [one for one in coming if one.entry_id is None]
    receipt = _record(office, (source, run), "harvest.publish", "published", len(rows), rows=rows)
    act = _Act(office, source, receipt)
    ids = [*act.list_new(new), *act.list_again([one for one in coming if one.entry_id is not None])]
    gone = act.withdraw(leaving)
    index_entries(office.unit, [*ids, *gone])
    if rows:
        identity_store.bump_epoch(office.unit)
    left = store.counted(office.unit, source.id)
    if not left["approved"]:
        values: dict[str, Any] = {"published_by": office.staff.staff.id, "published_at": office.context.now()}
        if not left["waiting"]:
            values["state"] = RunState.PUBLISHED.value
        store.change_run(office.unit, run.id, **values)
    return Outcome(len(new), len(coming) - len(new), len(gone), left["approved"])


@dataclass(frozen=True, slots=True)
class _Act:
    """One publication: its people, its source, its receipt."""

    office: Office
    source: Source
    receipt: uuid.UUID

    def list_new(self, records: Sequence[Known]) -> list[uuid.UUID]:
        """Store entries that were not there, each with its first version."""
        taken = publish_store.names_taken(self.office.unit) if records else set()
        now = self.office.context.now()
        made = []
        for one in records:
            entry = Entry.from_dict(one.body)
            made.append((uuid.uuid4(), one, {**dict(one.body or {}), "name": _free(entry.title, taken)}, entry))
        standing = [
            {
                "id": entry_id,
                "name": body["name"],
                "provider_id": self.source.member_id,
                "jurisdiction": self.source.jurisdiction,
                "created_at": now,
                **_columns(entry, 1, now),
            }
            for entry_id, _, body, entry in made
        ]
        publish_store.insert_entries(self.office.unit, standing)
        self._versions([(entry_id, 1, body) for entry_id, _, body, _ in made])
        self._settle([(one, entry_id, one.digest) for entry_id, one, _, _ in made])
        return [entry_id for entry_id, *_ in made]

    def list_again(self, records: Sequence[Known]) -> list[uuid.UUID]:
        """Put new versions of entries in force; one that was withdrawn is listed again."""
        now = self.office.context.now()
        ids = [one.entry_id for one in records if one.entry_id is not None]
        before = publish_store.versions_of(self.office.unit, ids) if ids else {}
        rows, versions = [], []
        for one in records:
            if one.entry_id is None:
                continue
            number, name = before[one.entry_id]
            entry = Entry.from_dict(one.body)
            rows.append({"of_id": one.entry_id, **_columns(entry, number + 1, now), "withdrawn_at": None})
            versions.append((one.entry_id, number + 1, {**dict(one.body or {}), "name": name}))
        publish_store.change_entries(self.office.unit, rows)
        self._versions(versions)
        self._settle([(one, one.entry_id, one.digest) for one in records])
        return ids

    def withdraw(self, records: Sequence[Known]) -> list[uuid.UUID]:
        """Withdraw entries whose record is gone at the source, or passes the gate no more."""
        ids = [one.entry_id for one in records if one.entry_id is not None and one.published_digest is not None]
        if ids:
            before = publish_store.versions_of(self.office.unit, ids)
            publish_store.withdraw(self.office.unit, ids, self.office.context.now())
            self._events([(entry_id, before[entry_id][0]) for entry_id in ids], "withdraw", State.WITHDRAWN)
        self._settle([(one, one.entry_id, None) for one in records])
        return ids

    def _versions(self, made: Sequence[tuple[uuid.UUID, int, dict[str, Any]]]) -> None:
        now, staff = self.office.context.now(), self.office.staff.staff.id
        publish_store.insert_versions(
            self.office.unit,
            [
                {
                    "entry_id": entry_id,
                    "number": number,
                    "state": State.PUBLISHED.value,
                    "body": body,
                    "stopped_items": [],
                    "edited_by": staff,
                    "created_at": now,
                    "published_at": now,
                }
                for entry_id, number, body in made
            ],
        )
        self._events([(entry_id, number) for entry_id, number, _ in made], "publish", State.PUBLISHED)

    def _events(self, versions: Sequence[tuple[uuid.UUID, int]], step: str, to: State) -> None:
        before = State.AUDITED if to is State.PUBLISHED else State.PUBLISHED
        publish_store.insert_events(
            self.office.unit,
            [
                {
                    "entry_id": entry_id,
                    "version": number,
                    "step": step,
                    "from_state": before.value,
                    "to_state": to.value,
                    "by_staff": self.office.staff.staff.id,
                    "reason": f"harvest {self.source.code}",
                    "at": self.office.context.now(),
                    "receipt_id": self.receipt,
                }
                for entry_id, number in versions
            ],
        )

    def _settle(self, done: Sequence[tuple[Known, uuid.UUID | None, bytes | None]]) -> None:
        publish_store.settle(
            self.office.unit,
            self.source.id,
            [{"of_record": one.record, "of_entry": entry_id, "of_digest": digest} for one, entry_id, digest in done],
        )


def _columns(entry: Entry, number: int, now: object) -> dict[str, Any]:
    return {
        "title": entry.title,
        "sort_key": pinyin_sort_key(entry.title),
        "published_version": number,
        "share_type": int(entry.sharing.type),
        "open_type": int(entry.opening.type),
        "class_path": list(entry.class_path),
        "published_at": now,
    }


def _free(title: str, taken: set[str]) -> str:
    """Return a free name made from a title, and take it."""
    wanted = slug(title)
    name, number = wanted, 2
    while name in taken:
        name = slug(wanted, str(number))
        number += 1
    taken.add(name)
    return name


def _record(
    office: Office, about: tuple[Source, Run], action: str, outcome: str, count: int, *, rows: Sequence[Known] = ()
) -> uuid.UUID:
    """Leave the receipt of a review or a publication: how many, and a digest of which."""
    source, run = about
    listed = hashlib.sha256(b"".join(one.digest for one in rows)).digest() if rows else b""
    receipt = office.context.record(
        office.unit,
        ReceiptKind.CATALOGUE,
        action=action,
        provider=str(source.member_id),
        end_user=str(office.staff.staff.id),
        jurisdiction=source.jurisdiction,
        outcome=outcome,
        rows=count,
        change_digest=f"sha-256=:{b64encode(listed).decode()}:" if listed else None,
        subject_kind="harvest_run",
        subject_id=str(run.id),
    )
    return receipt.id
