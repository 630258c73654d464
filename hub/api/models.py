"""Bodies of the native API. Unknown members are refused, so that nothing sent is silently ignored."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from catalogue.lifecycle import Step
from hub.api.bodies import Body as TextBody
from policies.facts import Mode, Treatment

Text200 = Annotated[str, Field(min_length=1, max_length=200)]
Text2000 = Annotated[str, Field(max_length=2000)]


class Body(TextBody):
    """Base of the bodies here: values that never change."""

    model_config = ConfigDict(frozen=True)


class EntryBody(Body):
    """A description of a resource: the JSON form of ``catalogue.entry.Entry`` (thirteen metadata and grade)."""

    entry: dict[str, Any] = Field(description="目录条目，见 docs/reference/entry.md / the entry as JSON")


class StopBody(Body):
    """One item the secrecy review keeps out (保守国家秘密法实施条例 Art. 42)."""

    column: Text200
    reason: Text2000
    basis: Text200


class StepBody(Body):
    """One step of the lifecycle."""

    step: Step = Field(description="步骤 / the step")
    reason: Text2000 = Field(default="", description="退回或撤下的理由 / why it is returned or withdrawn")
    stops: tuple[StopBody, ...] = Field(default=(), max_length=500, description="保密审查停止的信息项 / items stopped")


class DeciderBody(Body):
    """The official who signs."""

    name: Text200
    role: Text200


class ExemptionBody(Body):
    """An exemption record; ``evidence`` depends on the ground (docs/reference/exemptions.md)."""

    entry: str | None = Field(
        default=None, description="条目名称；指针记录（R01）留空 / entry name; empty for a pointer"
    )
    item: str | None = Field(default=None, description="信息项列名 / column of the item")
    ground: Text200
    evidence: dict[str, Any]
    decider: DeciderBody
    in_force_from: date
    in_force_until: date | None = None
    review_on: date


class AskedItemBody(Body):
    """One item asked for: a column, or a description of information the directory does not list."""

    item: str | None = None
    description: Text2000 = ""
    treatment: Treatment = Treatment.FULL


class RequestBody(Body):
    """A request for items (政务数据共享条例 Art. 20: basis, scenario, scope, mode, period)."""

    entry: Text200
    system: uuid.UUID
    items: tuple[AskedItemBody, ...] = Field(min_length=1, max_length=500)
    purpose: Text200
    scenario: Text2000
    legal_basis: Text200
    case_pattern: str | None = Field(default=None, max_length=200)
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    modes: frozenset[Mode] = Field(default=frozenset(), description="共享方式 / ways of delivery; none: query, verify")
    people: tuple[Text200, ...] = Field(default=(), max_length=100, description="使用岗位 / posts that will use it")
    retention_days: int | None = Field(default=None, ge=1, le=3660, description="保存天数 / days the data is kept")


class AnswerBody(Body):
    """The provider's answer on one item."""

    decision: Literal["full", "masked", "aggregate_only", "verify_only", "refuse", "narrow"]
    decider_role: Text200
    ground: str = Field(default="", max_length=20)
    exemption_id: str = Field(default="", max_length=60)
    provision: Text2000 = ""
    facts: Text2000 = ""
    considered: dict[str, Text2000] = Field(default_factory=dict, max_length=10)
    offer: Treatment | None = None
    duty: Text2000 = ""
    cites_law_and_assessment: bool = False
    assessment: uuid.UUID | None = Field(
        default=None, description="所依据的影响评估编号；声明引用法律和评估时必填 / the impact assessment it rests on"
    )


class QueryBody(Body):
    """A query by a granted system. ``where`` is the filter tree of docs/reference/query.md."""

    items: tuple[str, ...] | None = Field(
        default=None, description="列名；不填为授权的全部信息项 / columns; all granted"
    )
    where: dict[str, Any] | None = None
    order: tuple[str, ...] = ()
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=4096)
    as_of: int | str | None = Field(
        default=None, description="版本号、日期（当日结束时）或时间 / version, date or time"
    )
    purpose: Text200
    case_number: str | None = Field(default=None, max_length=200)


class VerifyBody(Body):
    """Verify one person or body: ``key`` finds it, ``claims`` are what is compared (match, mismatch ...)."""

    key: dict[str, str] = Field(
        min_length=1, max_length=3, description="定位用信息项及其值 / items that find the record"
    )
    claims: dict[str, str] = Field(min_length=1, max_length=20, description="要核验的信息项及其值 / items to compare")
    purpose: Text200
    case_number: str | None = Field(default=None, max_length=200)
