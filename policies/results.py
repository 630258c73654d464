"""What a decision can answer besides a permit: pending, refusal, denial; and the line of one item.

The four answers are kept apart by type (``Permit`` lives in :mod:`policies.decision`):

* ``Pending``: nothing yet; a next step, an owner and a clock. Fail closed ends here.
* ``Refusal``: an act on one item, on a ground in force on it. Built only in :mod:`policies.exemptions`.
* ``Denial``: no standing to ask. It names no ground, no protected item and hints at no content.

Sources: 郑州市信息化建设管理办法 Art. 20; 政务数据共享条例 Art. 20-28; 政府信息公开条例 Art. 36-37, 51.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.denials import DENIALS, DenialCode
from policies.facts import Outcome, Path, Treatment
from policies.text import Reason, Text

if TYPE_CHECKING:
    from datetime import datetime

    from policies.claims import Decider
    from policies.text import Lang

AUTHORITY = "data-sharing authority"
_AUTHORITY_NAME = Text("政务数据共享主管部门", "the data-sharing authority")
_ARTICLE = re.compile(r"Art\. ?([0-9][0-9, ()-]*)")

TREATMENT_NAMES: dict[Treatment, Text] = {
    Treatment.FULL: Text("完整提供", "in full"),
    Treatment.MASKED: Text("脱敏提供", "masked"),
    Treatment.AGGREGATE_ONLY: Text("仅供统计", "as aggregates only"),
    Treatment.VERIFY_ONLY: Text("仅供核验", "for verification only"),
    Treatment.WITHHELD: Text("未提供", "left out"),
}
NARROWER_NAMES: dict[str, Text] = {
    **{form.value: name for form, name in TREATMENT_NAMES.items()},
    "confidentiality": Text("附保密义务提供", "under a duty of confidence"),
    "separate": Text("区分处理后提供其余部分", "the separable rest"),
}
"""The narrower forms a refusal must have considered, by their codes, as letters and messages call them."""


def cite(article: str, lang: Lang) -> str:
    """Return a citation as people read it: ``政府信息公开条例 Art.13`` reads 第13条 in Chinese."""
    if lang == "en":
        return article
    return _ARTICLE.sub(lambda found: f"第{found.group(1).strip().replace(', ', '、')}条", article).replace("; ", "；")


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """What is decided for one item: outcome of the rule, form given, rule, article, ground in force.

    ``ground`` is a code only where an exemption with that ground is in force on the item that day.
    ``masking`` names the rule to apply when the treatment is masked; None then means: suppress.
    """

    column: str
    outcome: Outcome
    treatment: Treatment
    rule_id: str
    article: str
    ground: str | None
    masking: str | None

    def explain(self, lang: Lang) -> str:
        """Return one line: item, form, ground where there is one, article."""
        form = TREATMENT_NAMES[self.treatment].of(lang)
        ground = f" {self.ground}" if self.ground is not None else ""
        if lang == "en":
            return f"{self.column}: {form}{ground} ({cite(self.article, lang)})"
        return f"{self.column}：{form}{ground}（{cite(self.article, lang)}）"

    def record(self) -> dict[str, object]:
        """Return the line as JSON-ready values for receipts and disclosure statements."""
        return {
            "column": self.column,
            "outcome": self.outcome.value,
            "treatment": self.treatment.value,
            "rule": self.rule_id,
            "article": self.article,
            "ground": self.ground,
        }


@dataclass(frozen=True, slots=True)
class Pending:
    """Nothing yet: what happens next, who owns it and which clock (a deadline key) runs.

    ``until`` is the release time of an embargo (aware UTC), else None.
    """

    outcome: Outcome
    reason: Reason
    article: str
    owner: str
    clock_key: str | None
    policy_version: str
    rule_id: str
    until: datetime | None = None

    def explain(self, lang: Lang) -> tuple[str, ...]:
        """Return the sentences for people: what happened, which rule, what to do, who has it."""
        what, step = self.reason.explain(lang)
        owner = _AUTHORITY_NAME.of(lang) if self.owner == AUTHORITY else self.owner
        if lang == "en":
            return what, f"Rule: {cite(self.article, lang)}", step, f"In the hands of: {owner}"
        return what, f"依据：{cite(self.article, lang)}", step, f"办理方：{owner}"

    def record(self) -> dict[str, object]:
        """Return the answer as JSON-ready values."""
        return {
            "decision": "pending",
            "outcome": self.outcome.value,
            "code": self.reason.code,
            "rule": self.rule_id,
            "article": self.article,
            "owner": self.owner,
            "clock": self.clock_key,
            "until": self.until.isoformat() if self.until is not None else None,
            "policy_version": self.policy_version,
        }


@dataclass(frozen=True, slots=True)
class Denial:
    """No standing to ask. The wording depends on the code alone, so that nothing can leak through it."""

    code: DenialCode
    article: str
    policy_version: str
    rule_id: str

    @property
    def outcome(self) -> Outcome:
        """The outcome of the decision table this denial stands for."""
        return DENIALS[self.code].outcome

    @property
    def reason(self) -> Reason:
        """What is wrong and what to do next, in both languages."""
        return DENIALS[self.code].reason

    def explain(self, lang: Lang) -> tuple[str, ...]:
        """Return the sentences for people; never a ground, never the name of an item."""
        what, step = self.reason.explain(lang)
        label = "Rule: " if lang == "en" else "依据："
        return what, f"{label}{cite(self.article, lang)}", step

    def record(self) -> dict[str, object]:
        """Return the answer as JSON-ready values."""
        return {
            "decision": "denial",
            "outcome": self.outcome.value,
            "code": self.code.value,
            "rule": self.rule_id,
            "article": self.article,
            "policy_version": self.policy_version,
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal of one item, complete enough to stand alone in a dispute or a suit.

    ``organ`` is the member that refuses, ``decider`` who signed, ``considered`` the narrower forms
    with why each fails, ``offer`` the lesser form held out instead (None: none is possible).
    ``further`` holds the refusals of other items of the same question, ``separable`` the columns
    that may be had when the refused ones are left out (区分处理, 政府信息公开条例 Art. 37).
    """

    item: str
    item_name: str
    resource_id: str
    ground: str
    ground_name: Text
    article: str
    facts: Text
    considered: tuple[tuple[str, str], ...]
    offer: Treatment | None
    organ: str
    decider: Decider
    decided_at: datetime
    remedy: Text
    path: Path
    exemption_id: str
    policy_version: str
    rule_id: str
    further: tuple[Refusal, ...] = ()
    separable: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Always ``REFUSE``."""
        return Outcome.REFUSE

    def explain(self, lang: Lang) -> tuple[str, ...]:
        """Return the notice: item and ground, provision, facts, offer, decider, date, remedy."""
        if lang == "en":
            offer = "none is possible" if self.offer is None else TREATMENT_NAMES[self.offer].en
            lines = (
                f"{self.item_name} ({self.item}) is refused on ground {self.ground}, {self.ground_name.en}.",
                f"Provision: {cite(self.article, lang)}",
                f"Facts: {self.facts.en}",
                f"Narrower form: {offer}",
                f"Decided by {self.decider.name}, {self.decider.role}, {self.organ}, {self.decided_at.date()}",
                f"Remedy: {self.remedy.en}",
            )
        else:
            offer = "无可行形式" if self.offer is None else TREATMENT_NAMES[self.offer].zh
            lines = (
                f"信息项“{self.item_name}”（{self.item}）不予提供，理由 {self.ground} {self.ground_name.zh}。",
                f"依据：{cite(self.article, lang)}",
                f"事实：{self.facts.zh}",
                f"较窄提供形式：{offer}",
                f"决定：{self.organ} {self.decider.role} {self.decider.name}，{self.decided_at.date()}",
                f"救济：{self.remedy.zh}",
            )
        return lines + tuple(line for other in self.further for line in other.explain(lang))

    def record(self) -> dict[str, object]:
        """Return the act as JSON-ready values for the case file and the receipt."""
        return {
            "decision": "refusal",
            "outcome": self.outcome.value,
            "item": self.item,
            "item_name": self.item_name,
            "resource": self.resource_id,
            "ground": self.ground,
            "article": self.article,
            "facts": {"zh": self.facts.zh, "en": self.facts.en},
            "considered": [{"form": form, "why_not": why} for form, why in self.considered],
            "offer": self.offer.value if self.offer is not None else None,
            "organ": self.organ,
            "decider": {"name": self.decider.name, "role": self.decider.role},
            "decided_at": self.decided_at.isoformat(),
            "remedy": {"zh": self.remedy.zh, "en": self.remedy.en},
            "path": self.path.value,
            "exemption": self.exemption_id,
            "rule": self.rule_id,
            "separable": list(self.separable),
            "further": [other.record() for other in self.further],
            "policy_version": self.policy_version,
        }
