"""The letter of an answer (答复书): what the other side is told, in both languages (政务数据共享条例 Art. 20-21).

Case number, what was asked, decision, ground and exact provision, facts, narrower forms considered, what is
released, decider and organ, date, remedy by ground; whether the answer was late, and by how much. It is shown before
it is given, stored with the answer, and never changed. It tells facts about items, never their content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.results import NARROWER_NAMES, cite

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.exchange.records import Line, ShareRequest
    from policies.exemptions import NotAdmissible
    from policies.facts import ItemFacts, Treatment
    from policies.results import Refusal
    from policies.workdays import DaysLeft

DISPUTE_ZH: Final = (
    "对本答复有异议的，可以与提供单位协商；协商不成的，提请同级共享主管部门处理，仍有争议的由本级人民政府决定"
)
DISPUTE_EN: Final = (
    "against this answer you may negotiate with the provider, then ask the data-sharing authority of the same level, "
    "and last the people's government"
)
DISPUTE_ARTICLE: Final = "政务数据共享条例 Art.28"
_FORMS: Final = {code: (name.zh, name.en) for code, name in NARROWER_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom, and who signs in which office."""

    provider: str
    requester: str
    decider: str
    decider_role: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a letter is about: request, line, item, the entry's title, the day, and the days left (negative: late)."""

    request: ShareRequest
    line: Line
    item: ItemFacts
    title: str
    on: date
    due_on: date | None
    left: DaysLeft

    @property
    def late_days(self) -> int | None:
        """How many working days late the answer is; None where the calendar of a year it takes is missing."""
        return self.left.late


def granting(subject: Subject, parties: Parties, form: Treatment, article: str) -> dict[str, Any]:
    """Return the letter of a consenting answer."""
    zh, en = _FORMS[form.value]
    is_less = form is not subject.line.asked
    return {
        **_head(subject, parties),
        "decision": form.value,
        "decision_text": {"zh": f"同意，以“{zh}”形式提供", "en": f"granted: {en}"},
        "provision": cite(article, "zh"),
        "provision_en": article,
        "released": {"zh": f"{subject.item.name}（{zh}）", "en": f"{subject.item.column} ({en})"},
        "narrower": _less(subject, form) if is_less else [],
        "remedy": _remedy(DISPUTE_ZH, DISPUTE_EN) if is_less else None,
    }


def refusing(subject: Subject, parties: Parties, refusal: Refusal) -> dict[str, Any]:
    """Return the letter of a refusal: ground, provision, facts, narrower forms, remedy of that ground."""
    offer = refusal.offer
    return {
        **_head(subject, parties),
        "decision": "refused",
        "decision_text": {"zh": "不予提供", "en": "refused"},
        "ground": {"code": refusal.ground, "zh": refusal.ground_name.zh, "en": refusal.ground_name.en},
        "provision": cite(refusal.article, "zh"),
        "provision_en": refusal.article,
        "facts": {"zh": refusal.facts.zh, "en": refusal.facts.en},
        "exemption": refusal.exemption_id,
        "narrower": [
            {"form": form, "zh": _FORMS.get(form, (form, form))[0], "en": _FORMS.get(form, (form, form))[1], "why": why}
            for form, why in refusal.considered
        ],
        "offer": offer and {"form": offer.value, "zh": _FORMS[offer.value][0], "en": _FORMS[offer.value][1]},
        "released": {
            "zh": f"可按“{_FORMS[offer.value][0]}”形式另行申请" if offer is not None else "无",
            "en": f"may be asked for as: {_FORMS[offer.value][1]}" if offer is not None else "nothing of this item",
        },
        "remedy": {"zh": refusal.remedy.zh, "en": refusal.remedy.en, "article": DISPUTE_ARTICLE},
    }


def narrowing(subject: Subject, parties: Parties, returned: NotAdmissible) -> dict[str, Any]:
    """Return the letter that returns a line for narrowing, with the offer; this is no refusal."""
    offered = [(column, *_FORMS[form.value]) for column, form in sorted(returned.offer.items())]
    return {
        **_head(subject, parties),
        "decision": "narrow",
        "decision_text": {"zh": "退回缩小范围（不是不予提供）", "en": "returned for narrowing (no refusal)"},
        "provision": cite(returned.article, "zh"),
        "provision_en": returned.article,
        "facts": {"zh": f"履职需要：{returned.duty}", "en": f"duty: {returned.duty}"},
        "narrower": [],
        "released": {
            "zh": "可以提供：" + "、".join(f"{subject.item.name}（{zh}）" for _, zh, _ in offered),
            "en": "can be given: " + ", ".join(f"{column} ({en})" for column, _, en in offered),
        },
        "remedy": _remedy(DISPUTE_ZH, DISPUTE_EN),
    }


def plain_text(letter: Mapping[str, Any]) -> str:
    """Return a letter as plain text: Chinese, then English."""
    return "\n".join([*_lines_zh(letter), "", "-" * 40, "", *_lines_en(letter), ""])


def _head(subject: Subject, parties: Parties) -> dict[str, Any]:
    request, line, why = subject.request, subject.line, subject.left.why_unknown
    asked_zh, asked_en = _FORMS[line.asked.value]
    return {
        "number": f"{request.label}-{line.position:02d}",
        "request": str(request.id),
        "line": str(line.id),
        "to": parties.requester,
        "organ": parties.provider,
        "decider": {"name": parties.decider, "role": parties.decider_role},
        "date": subject.on.isoformat(),
        "asked": {
            "zh": f"《{subject.title}》{subject.item.name}（{asked_zh}）",
            "en": f"{subject.title}: {subject.item.column} ({asked_en})",
            "purpose": request.purpose,
            "legal_basis": request.legal_basis,
        },
        "ground": None,
        "facts": None,
        "offer": None,
        "due_on": subject.due_on.isoformat() if subject.due_on is not None else None,
        "late_days": subject.late_days,
        "late_unknown": {"zh": why.zh, "en": why.en} if why is not None else None,
    }


def _less(subject: Subject, form: Treatment) -> list[dict[str, str]]:
    asked_zh, asked_en = _FORMS[subject.line.asked.value]
    zh, en = _FORMS[form.value]
    return [
        {
            "form": form.value,
            "zh": zh,
            "en": en,
            "why": f"申请“{asked_zh}”，依最小必要提供“{zh}” / asked: {asked_en}, given in the narrower form",
        }
    ]


def _remedy(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en, "article": DISPUTE_ARTICLE}


def _lines_zh(letter: Mapping[str, Any]) -> list[str]:
    lines = [
        f"数据共享申请答复书　编号：{letter['number']}",
        f"致：{letter['to']}",
        f"申请内容：{letter['asked']['zh']}；用途：{letter['asked']['purpose']}；依据：{letter['asked']['legal_basis']}",
        f"决定：{letter['decision_text']['zh']}",
    ]
    if letter["ground"] is not None:
        lines.append(f"理由：{letter['ground']['zh']}（{letter['ground']['code']}）")
    lines.append(f"条文：{letter['provision']}")
    if letter["facts"] is not None:
        lines.append(f"事实：{letter['facts']['zh']}")
    lines += [f"较窄形式“{one['zh']}”：{one['why']}" for one in letter["narrower"]]
    lines.append(f"提供内容：{letter['released']['zh']}")
    if letter["late_days"]:
        lines.append(f"本答复逾期 {letter['late_days']} 个工作日（应于 {letter['due_on']} 前答复）")
    elif letter.get("late_unknown") is not None:
        lines.append(f"本答复逾期（应于 {letter['due_on']} 前答复），{letter['late_unknown']['zh']}")
    if letter["remedy"] is not None:
        lines.append(f"救济途径：{letter['remedy']['zh']}（{cite(letter['remedy']['article'], 'zh')}）")
    decider = letter["decider"]
    return [*lines, f"决定人：{letter['organ']} {decider['role']} {decider['name']}", f"日期：{letter['date']}"]


def _lines_en(letter: Mapping[str, Any]) -> list[str]:
    lines = [
        f"Answer to a request for shared data, no. {letter['number']}",
        f"To: {letter['to']}",
        (
            f"Asked: {letter['asked']['en']}; purpose: {letter['asked']['purpose']}; "
            f"legal basis: {letter['asked']['legal_basis']}"
        ),
        f"Decision: {letter['decision_text']['en']}",
    ]
    if letter["ground"] is not None:
        lines.append(f"Ground: {letter['ground']['en']} ({letter['ground']['code']})")
    lines.append(f"Provision: {letter['provision_en']}")
    if letter["facts"] is not None:
        lines.append(f"Facts: {letter['facts']['en']}")
    lines += [f"Narrower form, {one['en']}: {one['why']}" for one in letter["narrower"]]
    lines.append(f"Released: {letter['released']['en']}")
    if letter["late_days"]:
        lines.append(f"This answer is {letter['late_days']} working days late (due on {letter['due_on']})")
    elif letter.get("late_unknown") is not None:
        lines.append(f"This answer is late (due on {letter['due_on']}); {letter['late_unknown']['en']}")
    if letter["remedy"] is not None:
        lines.append(f"Remedy: {letter['remedy']['en']} ({letter['remedy']['article']})")
    decider = letter["decider"]
    return [*lines, f"Decided by: {letter['organ']}, {decider['role']}, {decider['name']}", f"Date: {letter['date']}"]
