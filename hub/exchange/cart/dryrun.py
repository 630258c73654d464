"""The dry run: what would become of each line if it were submitted and consented to today, and why. No side effect.

It tells what the law and the directory already say: what the rule grants at once, which form the class of an item
allows, which ground is in force on it, who answers by when and how that provider answered before. It says nothing of
what the directory does not list: outside it every line reads the same, whatever a provider may hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hub.exchange import store as exchange_store
from hub.exchange.cart.checking import faults_of
from hub.exchange.cart.errors import fault_list
from hub.exchange.cart.history import record_of
from hub.exchange.requests import due_date, due_key
from hub.exchange.subjects import body_key, person_key
from hub.identity import store as identity_store
from policies.answers import LADDER, automatic_answer, narrower, widest_form
from policies.exemptions import exemption_in_force
from policies.facts import GrantStatus, Path, ShareType, Treatment
from policies.results import TREATMENT_NAMES, cite

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

    from hub.directory.facts import Resource
    from hub.exchange.cart.errors import Fault
    from hub.exchange.cart.records import CartLine, Content
    from hub.exchange.cart.scope import Scope
    from policies.facts import ItemFacts
    from policies.packs.model import Ground


class Outcome(StrEnum):
    """What would become of a line."""

    GRANTED_AT_ONCE = "granted_at_once"
    TO_PROVIDER = "to_provider"
    GROUND_IN_FORCE = "ground_in_force"
    """Goes to the provider, who may refuse the form asked for: an exemption is in force on the item."""
    ALREADY_GRANTED = "already_granted"
    OUTSIDE = "outside_directory"
    NOT_READY = "not_ready"


@dataclass(slots=True)
class Foresight:
    """What is foreseen for one line; sentences in both languages."""

    line: CartLine
    outcome: Outcome
    facts: dict[str, Any] = field(default_factory=dict)
    zh: list[str] = field(default_factory=list)
    en: list[str] = field(default_factory=list)

    def say(self, zh: str, en: str) -> None:
        """Add one sentence."""
        self.zh.append(zh)
        self.en.append(en)

    def as_json(self) -> dict[str, Any]:
        """Return it as the API sends it."""
        line = self.line
        return {
            "line": line.id,
            "entry": line.entry,
            "item": line.item,
            "description": line.description,
            "asked": line.form.value,
            "outcome": self.outcome.value,
            **self.facts,
            "explanation": self.zh,
            "explanation_en": self.en,
        }


def dry_run(scope: Scope, content: Content) -> dict[str, Any]:
    """Return what is missing and what is foreseen, line by line, with the record of each provider."""
    faults = faults_of(scope, content)
    foreseen = [_foresee(scope, content, place, line, faults) for place, line in enumerate(content.lines)]
    holders = [resource for line in content.lines if (resource := scope.holder(line)) is not None]
    return {
        "is_complete": not faults,
        "faults": fault_list(faults),
        "counts": {outcome.value: sum(one.outcome is outcome for one in foreseen) for outcome in Outcome},
        "lines": [one.as_json() for one in foreseen],
        "providers": [_provider(scope, one) for one in dict.fromkeys(holder.provider_id for holder in holders)],
    }


def _provider(scope: Scope, provider_id: uuid.UUID) -> dict[str, Any]:
    member = identity_store.member(scope.unit, "id", provider_id)
    return {
        "provider": provider_id,
        "name": member.name if member is not None else "",
        "contact": member.contact if member is not None else "",
        **record_of(scope.context, scope.unit, provider_id).as_json(),
    }


def _foresee(scope: Scope, content: Content, place: int, line: CartLine, faults: tuple[Fault, ...]) -> Foresight:
    own = [fault for fault in faults if fault[0] == f"lines/{place}" or fault[0].startswith(f"lines/{place}/")]
    resource = scope.holder(line)
    item = resource.facts.by_column.get(line.item) if resource is not None and line.item is not None else None
    if own or resource is None or (line.item is not None and item is None):
        foreseen = Foresight(line, Outcome.NOT_READY)
        for _, zh, en in own:
            foreseen.say(zh, en)
        return foreseen
    if item is None:
        foreseen = Foresight(line, Outcome.OUTSIDE)
        foreseen.say(
            "目录中没有这项信息：转该单位办理。该单位可以编目发布后提供、说明没有，或依法答复；逾期自动报主管部门",
            "not in the directory: it goes to the organ, which may list and provide it, say that it holds none, or "
            "answer under the law; when late it goes to the supervisor by itself",
        )
        _clock(scope, foreseen, resource, None)
        return foreseen
    return _item(scope, content, line, resource, item)


def _item(scope: Scope, content: Content, line: CartLine, resource: Resource, item: ItemFacts) -> Foresight:
    granted = list(_grants(scope, content, line, resource))
    if content.systems and len(granted) == len(set(content.systems)):
        foreseen = Foresight(line, Outcome.ALREADY_GRANTED, {"grants": granted})
        foreseen.say(
            "所列系统已经取得这一信息项的授权，不必再申请；用途不同的另行申请",
            "the systems named hold a grant for this item already; ask again only for another purpose",
        )
        return foreseen
    ground = _ground(scope, resource, item)
    form = automatic_answer(item, line.form, cites_law_and_assessment=False)
    if form is not None and not content.row_filters.get(resource.name):
        foreseen = Foresight(
            line, Outcome.GRANTED_AT_ONCE, {"form": form.value, "article": "政务数据共享条例 Art.14, 21"}
        )
        foreseen.say(
            f"无条件共享：负责人同意后由规则当场授权，形式为{TREATMENT_NAMES[form].zh}（政务数据共享条例第十四条）",
            f"shared without conditions: granted by the rule on consent, {TREATMENT_NAMES[form].en} (Art. 14)",
        )
    elif ground is not None:
        foreseen = Foresight(line, Outcome.GROUND_IN_FORCE)
        _tell_ground(foreseen, line, item, ground)
        _clock(scope, foreseen, resource, item.share_type)
    else:
        foreseen = Foresight(line, Outcome.TO_PROVIDER)
        _clock(scope, foreseen, resource, item.share_type)
    if granted:
        foreseen.facts["grants"] = granted
    _tell_form(foreseen, line, item)
    _tell_embargo(scope, foreseen, resource)
    _tell_key(content, foreseen, resource)
    return foreseen


def _tell_key(content: Content, foreseen: Foresight, resource: Resource) -> None:
    """Say which item finds a record where it is not asked for: without it no record can be verified."""
    asked = {line.item for line in content.lines if line.entry == foreseen.line.entry}
    subject = person_key(resource.entry) or body_key(resource.entry)
    finding = (subject.column,) if subject is not None else resource.table.key
    if foreseen.line.form is not Treatment.VERIFY_ONLY or not finding or asked.intersection(finding):
        return
    named = "、".join(resource.facts.by_column[column].name for column in finding)
    foreseen.facts["key_missing"] = list(finding)
    foreseen.say(
        f"要核验某一条记录，还须申请用来定位的信息项：{named}（核验即可）",
        f"to verify a record, ask for the item that finds it as well: {', '.join(finding)} (verification is enough)",
    )


def _grants(scope: Scope, content: Content, line: CartLine, resource: Resource) -> Iterator[dict[str, Any]]:
    """Yield the live grant of each system that gives the item in the form asked for, or a wider one."""
    for system in dict.fromkeys(content.systems):
        for grant in exchange_store.grants_for(scope.unit, system, resource.id):
            given = grant.items.get(line.item or "")
            is_live = grant.status is GrantStatus.ACTIVE and grant.member_id == scope.member_id
            if given is None or not is_live or not grant.valid_from <= scope.now < grant.valid_until:
                continue
            if narrower(given, line.form) is line.form and (not content.purpose or content.purpose in grant.purposes):
                yield {
                    "grant": grant.id,
                    "system": system,
                    "form": given.value,
                    "purposes": list(grant.purposes),
                    "valid_until": grant.valid_until,
                }
                break


def _ground(scope: Scope, resource: Resource, item: ItemFacts) -> Ground | None:
    """Return the ground of an exemption in force on the item today that may found a refusal to an organ."""
    pack = scope.context.pack(resource.facts.pack)
    accepted = pack.grounds_for(Path.SHARE)
    for exemption in item.exemptions:
        is_accepted = exemption.ground in accepted
        if is_accepted and exemption_in_force(exemption, item, resource.facts, pack, scope.context.today()):
            return pack.grounds[exemption.ground]
    return None


def _tell_ground(foreseen: Foresight, line: CartLine, item: ItemFacts, ground: Ground) -> None:
    widest = widest_form(item, cites_law_and_assessment=False)
    lesser = [
        form
        for form in LADDER
        if form.value in ground.forms
        and (widest is None or narrower(form, widest) is form)
        and narrower(line.form, form) is form
    ]
    foreseen.facts |= {
        "ground": ground.code,
        "ground_name": ground.name.zh,
        "ground_name_en": ground.name.en,
        "article": ground.article,
        "lesser_forms": [form.value for form in lesser],
    }
    left = "、".join(TREATMENT_NAMES[form].zh for form in lesser) or "无"
    left_en = ", ".join(TREATMENT_NAMES[form].en for form in lesser) or "none"
    foreseen.say(
        f"该项上有生效的不予提供理由：{ground.name.zh}（{cite(ground.article, 'zh')}）；"
        f"提供单位须先考虑的较窄方式：{left}",
        f"a ground is in force on the item: {ground.name.en} ({ground.article}); lesser forms the provider must "
        f"consider first: {left_en}",
    )
    if lesser and lesser[-1] is not line.form:
        foreseen.facts["proposed"] = lesser[-1].value
        foreseen.say(
            f"建议改为{TREATMENT_NAMES[lesser[-1]].zh}：通常可满足核对用途",
            f"ask for it {TREATMENT_NAMES[lesser[-1]].en}: that mostly serves a check",
        )


def _tell_form(foreseen: Foresight, line: CartLine, item: ItemFacts) -> None:
    """Say which form the item's class allows, where that is less than what is asked for."""
    widest = widest_form(item, cites_law_and_assessment=False)
    if widest is None or narrower(line.form, widest) is line.form:
        return
    foreseen.facts["widest"] = widest.value
    foreseen.facts.setdefault("proposed", widest.value)
    foreseen.say(
        f"该类信息最宽为{TREATMENT_NAMES[widest].zh}；更宽须引用法律并附影响评估（个人信息保护法第二十八条、第五十五条）",
        f"at most {TREATMENT_NAMES[widest].en} for this class; more needs the law and an assessment (PIPL Art. 28, 55)",
    )


def _tell_embargo(scope: Scope, foreseen: Foresight, resource: Resource) -> None:
    release = resource.facts.release_time
    if release is not None and release > scope.now:
        foreseen.facts["not_before"] = release
        foreseen.say(
            f"{release.isoformat(timespec='minutes')} 发布之前不能读取（统计法实施条例第二十八条）",
            f"not readable before its release at {release.isoformat(timespec='minutes')}",
        )


def _clock(scope: Scope, foreseen: Foresight, resource: Resource, share_type: ShareType | None) -> None:
    """Say who answers by when, on which article."""
    deadline = scope.context.pack(resource.facts.pack).deadlines[due_key(share_type)]
    due = due_date(scope.context, resource, share_type)
    member = identity_store.member(scope.unit, "id", resource.provider_id)
    name = member.name if member is not None else ""
    foreseen.facts |= {
        "provider": resource.provider_id,
        "provider_name": name,
        "working_days": deadline.value,
        "deadline_article": deadline.source,
        "due_on": due,
    }
    foreseen.say(
        f"转{name}办理，{deadline.value} 个工作日内答复（{cite(deadline.source, 'zh')}）；"
        f"今天同意则最迟 {due.isoformat()}",
        f"goes to {name}, answer within {deadline.value} working day(s) ({deadline.source}), today that is {due}",
    )
    if share_type is ShareType.WITHHELD:
        foreseen.say(
            "目录将该项列为不予共享：提供单位仍须逐项答复，不予提供须有该项上有效的理由",
            "the directory lists it as not shared: the provider still answers, and a refusal needs a ground in force",
        )
