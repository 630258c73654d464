"""Records that no longer hold return their items to review, with what rested on them (政府信息公开条例 Art. 18).

Expiry needs no sweep to take effect: every decision looks at the day. The sweep makes it seen: the organ gets a
task, the organs refused on the record learn that they may ask again, supervision has the list.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.directory.claims import history, store
from hub.directory.claims.records import Return
from hub.directory.evidence import exemption_of
from hub.directory.exemptions import judged
from hub.exchange import affected_store
from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.rounds import Sweep
from policies.claims import ExemptionStatus, TradeSecretClaim

if TYPE_CHECKING:
    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.affected_store import GivenItem, RefusedLine

AGED: Final = frozenset(
    {"lapsed", "review-overdue", "declassified", "secrecy-review", "claim-lapsed", "assessment-old"}
)
"""Codes of :mod:`policies.force` that time alone brings about."""
UNFOUND: Final = "protection-over"


@dataclass(frozen=True, slots=True)
class Affected:
    """What rests on a record: grants that give its item, and refusals made on it."""

    grants: tuple[GivenItem, ...]
    refusals: tuple[RefusedLine, ...]

    def ids(self) -> dict[str, list[str]]:
        """Return the ids, as they are kept with the return."""
        return {
            "grants": [str(one.grant_id) for one in self.grants],
            "refusals": [str(one.line_id) for one in self.refusals],
        }


def affected(unit: Unit, row: ExemptionRow) -> Affected:
    """Return what rests on a record today."""
    given: tuple[GivenItem, ...] = ()
    if row.entry_id is not None and row.item is not None:
        given = affected_store.grants_with(unit, row.entry_id, row.item)
    return Affected(given, affected_store.refused_lines(unit, row.id))


def causes_of(context: Context, unit: Unit, row: ExemptionRow) -> tuple[str, ...]:
    """Return the codes of what time has done to a record; empty while it holds or waits in its time."""
    evidence = exemption_of(row).evidence
    found = [reason.code for reason in judged(context, unit, row).reasons if reason.code in AGED]
    if row.status == ExemptionStatus.CLAIMED and isinstance(evidence, TradeSecretClaim):
        until = evidence.protective_until
        if until is not None and context.today() > until:
            found.append(UNFOUND)
    return tuple(found)


def sweep(context: Context, database: Database) -> int:
    """Return to review what no longer holds; returns how many items went back."""
    with database.begin() as unit:
        rows = store.live_exemptions(unit)
        aged = [row.id for row in rows if causes_of(context, unit, row)]
    done = 0
    for exemption_id in aged:
        with database.begin() as unit:
            row = store.find_exemption(unit, exemption_id, lock=True)
            if row is not None:
                done += _return(context, unit, row)
    return done


SWEEP: Final = Sweep("exemptions", 60.0, sweep)


def _return(context: Context, unit: Unit, row: ExemptionRow) -> bool:
    causes = causes_of(context, unit, row)
    if not causes:
        return False
    rests = affected(unit, row)
    receipt = history.take(
        context, unit, None, row, history.Step("return", ExemptionStatus(row.status), ", ".join(causes))
    )
    back = Return(uuid.uuid4(), row.id, row.member_id, causes, rests.ids(), context.today(), receipt)
    if not store.insert_return(unit, back):
        return False
    _tell_provider(context, unit, row, rests)
    tell_refused(context, unit, row, rests.refusals)
    return True


def _tell_provider(context: Context, unit: Unit, row: ExemptionRow, rests: Affected) -> None:
    role = Role.SECRECY_REVIEWER if row.ground == "R01" else Role.APPROVER
    send(
        unit,
        Notice(
            member=row.member_id,
            kind="exemption.return",
            zh=f"豁免记录（{row.ground}）已不再有效，信息项返回复核；涉及授权 {len(rests.grants)} 份、"
            f"不予提供答复 {len(rests.refusals)} 项（政府信息公开条例第十八条）",
            en=f"an exemption record ({row.ground}) no longer holds and its item is back in review; grants: "
            f"{len(rests.grants)}, refusals that rest on it: {len(rests.refusals)} (政府信息公开条例 Art. 18)",
            next_zh="复核后保留（须仍有依据）或撤回；在此之前该项按可提供处理",
            next_en="review it: keep it where it still has a basis, or lift it; until then the item is not withheld",
            role=role.value,
            link=f"/w/exemptions/{row.id}",
            subject_kind="exemption",
            subject_id=str(row.id),
            once=f"exemption.return:{row.id}:{context.today()}",
        ),
        context.now(),
    )


def tell_refused(context: Context, unit: Unit, row: ExemptionRow, refusals: tuple[RefusedLine, ...]) -> None:
    """Tell the organs refused on a record that it no longer stands in the way: they may ask again."""
    for line in refusals:
        send(
            unit,
            Notice(
                member=line.member_id,
                kind="exemption.gone",
                zh=f"申请 A-{line.number} 中一项不予提供所依据的豁免记录（{row.ground}）已不再有效",
                en=f"the exemption record ({row.ground}) on which an item of request A-{line.number} was refused no "
                "longer holds",
                next_zh="可以重新申请该信息项（政务数据共享条例第二十条）",
                next_en="you may ask for the item again (政务数据共享条例 Art. 20)",
                role=Role.AGENCY_USER.value,
                link=f"/w/requests/{line.request_id}",
                subject_kind="request",
                subject_id=str(line.request_id),
                once=f"exemption.gone:{row.id}:{line.line_id}",
            ),
            context.now(),
        )
