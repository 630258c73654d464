"""The state table of consultations (政府信息公开条例 Art. 32, 34): asked, heard or silent, and then decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hub.exchange.consulting.records import Decision, Outcome
from hub.identity.roles import Role
from hub.states import SYSTEM, Act, Owner, Procedure, State
from policies.text import Text

if TYPE_CHECKING:
    from hub.exchange.consulting.records import ConsultationRow

CLERK: Final = Owner("provider", Role.CLERK)
APPROVER: Final = Owner("provider", Role.APPROVER)
RULE: Final = Owner(SYSTEM)

_DECIDE: Final = (
    Act(Decision.WITHHOLD.value, Text("不予公开", "withhold"), APPROVER, Decision.WITHHOLD.value),
    Act(Decision.RELEASE.value, Text("提供", "release"), APPROVER, Decision.RELEASE.value),
)


def _heard(outcome: Outcome, zh: str, en: str, step: Text) -> State:
    return State(outcome.value, Text(zh, en), APPROVER, step, _DECIDE)


CONSULTATION: Final = Procedure(
    "consultation",
    Text("征求意见", "consultation"),
    "政府信息公开条例 Art.32, 34",
    (
        State(
            Outcome.WAITING.value,
            Text("征求意见中", "waiting for a reply"),
            CLERK,
            Text(
                "收到答复即登记；期满未答复的由系统记录，不作推定",
                "file the reply when it comes; silence is noted by itself when the time is over",
            ),
            (
                Act(Outcome.AGREES.value, Text("同意", "agrees"), CLERK, Outcome.AGREES.value),
                Act(
                    Outcome.OBJECTS_WITH_REASON.value,
                    Text("不同意且有正当理由", "objects with reason"),
                    CLERK,
                    Outcome.OBJECTS_WITH_REASON.value,
                ),
                Act(
                    Outcome.OBJECTS_WITHOUT_REASON.value,
                    Text("不同意但无正当理由", "objects without reason"),
                    CLERK,
                    Outcome.OBJECTS_WITHOUT_REASON.value,
                ),
                Act(Outcome.SILENT.value, Text("期满未答复", "time is over"), RULE, Outcome.SILENT.value),
                Act(
                    Outcome.CONSENTS_BY_SILENCE.value,
                    Text("共同制作机关期满未答复", "a co-maker's time is over"),
                    RULE,
                    Outcome.CONSENTS_BY_SILENCE.value,
                ),
            ),
        ),
        _heard(Outcome.AGREES, "同意", "agrees", Text("应当提供；由审核人决定", "release it; the approver decides")),
        _heard(
            Outcome.OBJECTS_WITH_REASON,
            "不同意且有正当理由",
            "objects with reason",
            Text("由审核人决定并写明理由；可依公共利益公开", "the approver decides and says why"),
        ),
        _heard(
            Outcome.OBJECTS_WITHOUT_REASON,
            "不同意但无正当理由",
            "objects without reason",
            Text("由审核人决定并写明理由", "the approver decides and says why"),
        ),
        _heard(
            Outcome.SILENT,
            "期满未答复",
            "silent",
            Text(
                "沉默不是同意也不是反对：由审核人决定并写明理由", "silence is neither: the approver decides, says why"
            ),
        ),
        _heard(
            Outcome.CONSENTS_BY_SILENCE,
            "期满视为同意",
            "consents by silence",
            Text("视为同意（第三十四条）；由审核人决定", "that is consent (Art. 34); the approver decides"),
        ),
        State(
            Outcome.BY_CLASS.value,
            Text("按类决定", "decided for the class"),
            None,
            Text(
                "人数过多无法逐一征求，已按类不予公开并写明理由",
                "too many for letters: withheld as a class, with reasons",
            ),
        ),
        State(
            Decision.WITHHOLD.value,
            Text("决定不予公开", "withheld"),
            None,
            Text("理由已写入记录；记录按期复核", "the reason is on record; the record is reviewed in time"),
        ),
        State(
            Decision.RELEASE.value,
            Text("决定提供", "released"),
            None,
            Text("豁免记录已解除", "the exemption record was lifted"),
        ),
    ),
    starts=(Outcome.BY_CLASS.value,),
)


def state_of(row: ConsultationRow) -> str:
    """Return where a consultation stands: its outcome until the organ has decided."""
    if row.outcome is Outcome.BY_CLASS or row.decision is None:
        return row.outcome.value
    return row.decision.value
