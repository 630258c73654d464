"""Consultations: a letter, fifteen working days, a reply or silence, and then the organ decides and writes why.

政府信息公开条例 Art. 32 (third party: silence is neither consent nor objection), Art. 34 (co-author: silence is
consent). The clock of the case stands still where its deadline knows that pause (Art. 33); no other clock does. A
group too large for letters is decided as a class, on record.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from catalogue.entry import Entry
from catalogue.identifiers import citizen_id, organisation_code
from hub.directory.claims import history
from hub.directory.errors import ExemptionError, ExemptionStateError
from hub.directory.evidence import exemption_of
from hub.directory.exemptions import LIVE
from hub.directory.free_text import check_texts
from hub.directory.places import pack_of
from hub.exchange import affected_store, clocks
from hub.exchange.consulting import letters, store
from hub.exchange.consulting.carrying import ARTICLE, claim_of, clock_of, rows_of, write_evidence
from hub.exchange.consulting.records import ConsultationRow, Decision, Kind, Outcome, PartyKind
from policies.claims import Consultation, ExemptionStatus, PrivacyAssessment, TradeSecretClaim
from policies.clocks import start_clock
from policies.force import has_substance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

DEADLINES: Final = {Kind.THIRD_PARTY: "foi.third_party", Kind.CO_MAKER: "foi.co_maker"}
PAUSE: Final = {Kind.THIRD_PARTY: "third_party", Kind.CO_MAKER: "other_organ", Kind.CLASS: "third_party"}
SMALLEST_CLASS: Final = 20
"""Fewer persons than this can be written to one by one; a product default."""


@dataclass(frozen=True, slots=True)
class NewConsultation:
    """Whom to ask. ``party`` is a credit code or a person's number (digested at once), empty for a class.

    For a class ``persons`` is how many, and ``reason`` why letters are impossible and what is decided for all.
    ``received_on`` is the day the letter arrived, from which the time runs.
    """

    kind: Kind
    party_kind: PartyKind
    party: str
    party_name: str
    received_on: date
    persons: int | None = None
    reason: str = ""
    request_line_id: uuid.UUID | None = None


def ask(
    context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, new: NewConsultation
) -> ConsultationRow:
    """Write the letter and start the time, or decide for a class.

    Raises:
        ExemptionStateError: the record has ended, knows no third party, or is being asked about.
        ExemptionError: party, day, class or line are not right.
        CalendarMissingError: the time runs into a year whose holidays are not loaded.

    """
    row = history.own(unit, staff, exemption_id)
    claim_id = claim_of(row)
    _require_askable(unit, row, new, claim_id)
    texts = {"party_name": new.party_name, "reason": new.reason}
    check_texts(texts, required=frozenset() if new.party_kind is PartyKind.PERSON else frozenset({"party_name"}))
    pack = pack_of(context, unit, staff.member.jurisdiction)
    faults = tuple(_faults(context, unit, row, new))
    if new.kind is Kind.CLASS and not has_substance(new.reason, pack):
        faults = (*faults, ("reason", "按类决定须写明理由", "a decision for a class needs a reason of substance"))
    if faults:
        raise ExemptionError.of(
            ("征求意见不能办理", "the consultation cannot be made"),
            faults,
            ("请改正后再办", "mend it and try again"),
        )
    made = _made(context, unit, staff, row, new)
    store.insert(unit, made)
    if made.kind is not Kind.CO_MAKER:
        heard = Consultation.BY_CLASS if made.kind is Kind.CLASS else Consultation.WAITING
        write_evidence(unit, rows_of(unit, row), heard)
    history.take(
        context, unit, staff, row, history.Step(f"consult.{made.kind}", ExemptionStatus(row.status), "", ARTICLE)
    )
    if made.outcome is Outcome.WAITING:
        _pause(context, unit, staff, made)
    return made


def _require_askable(unit: Unit, row: ExemptionRow, new: NewConsultation, claim_id: uuid.UUID | None) -> None:
    has_third_party = isinstance(exemption_of(row).evidence, TradeSecretClaim | PrivacyAssessment)
    if row.status not in LIVE or row.entry_id is None or (new.kind is not Kind.CO_MAKER and not has_third_party):
        raise ExemptionStateError(
            "这条记录不需要或者不能征求第三方意见（只有商业秘密和个人隐私征求第三方意见）",
            "no third party is asked about this record (only about trade secrets and privacy)",
            next_zh="国家秘密有疑问的，移送保密行政管理部门",
            next_en="doubts on a state secret are referred to the secrecy authority",
        )
    known = store.of_exemption(unit, row.id, claim_id)
    if any(one.outcome is Outcome.WAITING and one.kind is new.kind for one in known):
        raise ExemptionStateError(
            "已有一件征求意见在办", "a consultation is under way", next_zh="等待答复或期满", next_en="wait for its end"
        )


def _faults(context: Context, unit: Unit, row: ExemptionRow, new: NewConsultation) -> Iterator[tuple[str, str, str]]:
    if (new.kind is Kind.CLASS) != (new.party_kind is PartyKind.CLASS):
        yield (
            "party_kind",
            "按类决定的对象须为一类人，其他须为单位或者个人",
            "a class is a class; a letter goes to one party",
        )
    if new.party_kind is PartyKind.ORGANISATION and organisation_code(new.party).fault is not None:
        yield "party", "第三方的统一社会信用代码有误", "the party's credit code is not right"
    if new.party_kind is PartyKind.PERSON and (
        citizen_id(new.party, today=context.today(), demo=context.demo).fault is not None or new.party_name.strip()
    ):
        yield (
            "party",
            "个人只填身份号码（只存摘要），不填姓名",
            "of a person the number alone is given, and digested; no name",
        )
    if new.kind is Kind.CLASS and (new.party or (new.persons or 0) < SMALLEST_CLASS):
        yield (
            "persons",
            f"不足 {SMALLEST_CLASS} 人的须逐一去函",
            f"fewer than {SMALLEST_CLASS} are written to one by one",
        )
    if new.received_on > context.today():
        yield "received_on", "送达日期晚于今天", "the letter has not arrived yet"
    if new.request_line_id is not None and not affected_store.asks_for(
        unit, new.request_line_id, row.entry_id, row.item
    ):
        yield "request_line", "申请项与该信息项不符", "the line of the request is not about this item"


def _made(
    context: Context, unit: Unit, staff: StaffRequester, row: ExemptionRow, new: NewConsultation
) -> ConsultationRow:
    items = tuple(one.item or "" for one in rows_of(unit, row))
    is_class = new.kind is Kind.CLASS
    due_on, letter = new.received_on, ("", "")
    if not is_class:
        pack = pack_of(context, unit, staff.member.jurisdiction)
        clock = start_clock(pack, DEADLINES[new.kind], new.received_on)
        due_on = clock.due_on(context.calendar) or new.received_on
        title, names = _named(unit, row, items)
        party = new.party_name.strip() or "当事人 / the person concerned"
        letter = letters.text(letters.Letter(new.kind, staff.member.name, party, title, names, clock.total, due_on))
    is_person = new.party_kind is PartyKind.PERSON
    number = new.party.strip().upper()
    return ConsultationRow(
        id=uuid.uuid4(),
        exemption_id=row.id,
        claim_id=claim_of(row),
        request_line_id=new.request_line_id,
        member_id=row.member_id,
        kind=new.kind,
        party_kind=new.party_kind,
        party=context.writer.digest({"holder": number}) if is_person else number,
        party_name=new.party_name.strip(),
        persons=new.persons if is_class else None,
        items=items,
        letter_zh=letter[0],
        letter_en=letter[1],
        sent_by=staff.staff.id,
        received_on=new.received_on,
        due_on=due_on,
        outcome=Outcome.BY_CLASS if is_class else Outcome.WAITING,
        decision=Decision.WITHHOLD if is_class else None,
        decision_reason=new.reason.strip() if is_class else "",
        decided_by=staff.staff.id if is_class else None,
        decided_at=context.now() if is_class else None,
    )


def _named(unit: Unit, row: ExemptionRow, items: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the title of the resource and the names of its items, as people read them."""
    entry_row = catalogue_store.find_entry(unit, row.entry_id) if row.entry_id is not None else None
    if entry_row is None:
        return "", items
    number = entry_row.draft_version or entry_row.published_version or 1
    version = catalogue_store.find_version(unit, entry_row.id, number)
    entry = Entry.from_dict(version.body) if version is not None else None
    found = [entry.item(item) if entry is not None else None for item in items]
    return entry_row.title, tuple(one.name if one is not None else item for one, item in zip(found, items, strict=True))


def _pause(context: Context, unit: Unit, staff: StaffRequester, made: ConsultationRow) -> None:
    """Let the clock of the case stand still, where its deadline knows the pause (Art. 33: time of asking)."""
    clock = clock_of(unit, made)
    if clock is not None and PAUSE[made.kind] in clock.running.deadline.pauses and clock.due_on is not None:
        clocks.pause(context, unit, clock, PAUSE[made.kind], decided_by=staff.staff.id)
