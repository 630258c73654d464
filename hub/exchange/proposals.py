"""What the rules propose to a provider for one waiting line: the ladder, records that could carry a refusal, drafts.

The widest lawful form first, then the lesser ones in order, each with its reason; for every exemption record on the
item what it would still lack to carry a refusal today; reply texts in both languages to start from. It proposes, a
person decides. Zhengzhou Art. 20; 政务数据共享条例 Art. 15, 21; 个人信息保护法 Art. 6, 28.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.directory.facts import OUTSIDE
from policies.answers import LADDER, narrower, widest_form
from policies.exemptions import exemption_in_force
from policies.facts import Path, Treatment
from policies.force import in_force
from policies.results import TREATMENT_NAMES, cite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.exchange.deciding_lines import Case
    from policies.packs.model import Pack
    from policies.text import Text

_CLASS_ARTICLE: Final = "个人信息保护法 Art.28, 55"
_LEAST_ARTICLE: Final = "个人信息保护法 Art.6; 政务数据共享条例 Art.20"
_DUTY_ARTICLE: Final = "政务数据共享条例 Art.15, 21"


def propose(case: Case) -> dict[str, Any]:
    """Return the proposal for the line of a case as JSON; nothing is stored or decided."""
    item, line = case.subject.item, case.subject.line
    pack = case.context.pack(case.resource.facts.pack)
    widest = widest_form(item, cites_law_and_assessment=False) if item.column != OUTSIDE else None
    forms = [_form(form, line.asked, widest) for form in LADDER]
    best = narrower(line.asked, widest) if widest is not None else None
    refusal = _refusal(case, pack)
    return {
        "request": case.subject.request.id,
        "line": line.id,
        "item": line.item,
        "item_name": item.name,
        "class": item.sensitivity.value,
        "asked": line.asked.value,
        "purpose": case.subject.request.purpose,
        "legal_basis": case.subject.request.legal_basis,
        "due_on": case.subject.due_on,
        "late_days": case.subject.late_days,
        "proposed": best.value if best is not None else None,
        "forms": forms,
        "lesser_offers": [one for one in forms if one["is_allowed"] and best is not None and one["form"] != best.value],
        "refusal": refusal,
        "drafts": _drafts(case, best, refusal),
    }


def _form(form: Treatment, asked: Treatment, widest: Treatment | None) -> dict[str, Any]:
    """Return one rung: whether the law allows it here, and why or why not."""
    name = TREATMENT_NAMES[form]
    if widest is None:
        zh, en = "该信息不在平台上提供", "this information is not given through the hub"
        article = _DUTY_ARTICLE
    elif narrower(form, asked) is not form:
        zh, en, article = "宽于所申请的形式", "wider than what was asked for", _LEAST_ARTICLE
    elif narrower(form, widest) is not form:
        zh = "该类信息须引用法律并附已批准的影响评估才可采用此形式"
        en = "this class is given in this form only with the law and an approved impact assessment cited"
        article = _CLASS_ARTICLE
    elif form is narrower(asked, widest):
        zh, en = (
            "法律允许的最宽形式；没有有效豁免时应当提供",
            "the widest lawful form; due unless an exemption is in force",
        )
        article = _DUTY_ARTICLE
    else:
        zh, en = "较窄形式：能满足履职需要时优先采用", "a lesser form: to be preferred where it serves the duty"
        article = _LEAST_ARTICLE
    allowed = widest is not None and narrower(form, asked) is form and narrower(form, widest) is form
    return {
        "form": form.value,
        "name": name.zh,
        "name_en": name.en,
        "is_allowed": allowed,
        "reason": zh,
        "reason_en": en,
        "article": cite(article, "zh"),
    }


def _refusal(case: Case, pack: Pack) -> dict[str, Any]:
    """Return the records on the item, which of them carry a refusal today, and why none does."""
    item, today = case.subject.item, case.context.today()
    listed = pack.grounds_for(Path.SHARE)
    records = []
    for exemption in item.exemptions:
        lacks = [(reason.code, reason.what, reason.next_step) for reason in in_force(exemption, today, pack)]
        carries = exemption.ground in listed and exemption_in_force(exemption, item, case.resource.facts, pack, today)
        ground = pack.grounds.get(exemption.ground)
        records.append(
            {
                "exemption_id": exemption.id,
                "ground": exemption.ground,
                "ground_name": ground.name.zh if ground is not None else exemption.ground,
                "ground_name_en": ground.name.en if ground is not None else exemption.ground,
                "provision": cite(ground.article, "zh") if ground is not None else None,
                "in_force_until": exemption.in_force_until,
                "review_on": exemption.review_on,
                "carries_a_refusal": carries,
                "lacks": [_lack(code, what, step) for code, what, step in lacks],
                "must_consider": list(ground.forms) if ground is not None else [],
            }
        )
    possible = any(record["carries_a_refusal"] for record in records)
    why = (
        (
            "可以不予提供，须写明条文、事实和较窄形式为何不能采用",
            "possible, with provision, facts and the narrower forms",
        )
        if possible
        else (
            f"不能不予提供：该信息项没有今日有效的豁免记录；理由只限 {'、'.join(sorted(listed))}",
            f"not possible: no exemption is in force on the item today; grounds: {', '.join(sorted(listed))}",
        )
    )
    return {"is_possible": possible, "why": why[0], "why_en": why[1], "records": records}


def _lack(code: str, what: Text, step: Text) -> dict[str, str]:
    return {"code": code, "message": what.zh, "message_en": what.en, "next": step.zh, "next_en": step.en}


def _drafts(case: Case, best: Treatment | None, refusal: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return reply texts to start from: the proposed grant, narrowing where a lesser form exists, a refusal."""
    request, item = case.subject.request, case.subject.item
    drafts: list[dict[str, str]] = []
    if best is not None:
        name = TREATMENT_NAMES[best]
        drafts.append(
            {
                "decision": best.value,
                "zh": f"经审核，申请用途“{request.purpose}”符合履职需要，同意将“{item.name}”以“{name.zh}”形式提供，"
                "仅限该用途，不得扩大范围或转供第三方（《政务数据共享条例》第二十条、第二十五条）。",
                "en": f"For the purpose «{request.purpose}» the item {item.column} is granted {name.en}; for this "
                "purpose alone, not wider, not passed on (政务数据共享条例 Art. 20, 25).",
            }
        )
    lesser = [form for form in LADDER if best is not None and narrower(form, best) is form and form is not best]
    if lesser:
        name = TREATMENT_NAMES[lesser[-1]]
        drafts.append(
            {
                "decision": "narrow",
                "zh": f"所申请的范围超出所述履职需要；“{item.name}”可以“{name.zh}”形式提供，请据此调整申请。",
                "en": f"What is asked goes beyond the stated duty; {item.column} can be given {name.en}.",
            }
        )
    carrying = next((record for record in refusal["records"] if record["carries_a_refusal"]), None)
    if carrying is not None:
        drafts.append(
            {
                "decision": "refuse",
                "zh": f"“{item.name}”属于{carrying['ground_name']}（{carrying['provision']}），"
                f"依据记录 {carrying['exemption_id']} 不予提供；事实：〔请填写〕；较窄形式：〔请逐一说明〕。",
                "en": f"{item.column} is refused on {carrying['ground']} ({carrying['ground_name_en']}), on record "
                f"{carrying['exemption_id']}; facts: [fill in]; narrower forms: [say for each why it fails].",
            }
        )
    return drafts
