"""Bodies of applications (申请车), legal bases and use cases. Unknown members are refused."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, field_validator

from hub.api.models import Body, Text200, Text2000
from policies.facts import Mode, Treatment

Days = Annotated[int, Field(ge=1, le=3660)]
Key = Annotated[str, Field(min_length=1, max_length=60)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="读取时的版本号 / the version you read")]
MOST_ROW_FILTERS = 100
YEARS = range(2000, 3000)


class LineBody(Body):
    """One thing asked for; ``id`` of a line the application holds keeps that line."""

    id: uuid.UUID | None = None
    entry: str | None = Field(default=None, max_length=200, description="条目名称 / name of the entry")
    item: str | None = Field(default=None, max_length=200, description="信息项列名 / column of the item")
    provider: str | None = Field(
        default=None, max_length=200, description="目录外信息的提供单位代号 / slug of the holder"
    )
    description: Text2000 = ""
    form: Treatment = Treatment.FULL


class ContentBody(Body):
    """What an application holds; every member may be left out of a draft."""

    title: str = Field(default="", max_length=200)
    lines: tuple[LineBody, ...] = Field(default=(), max_length=500)
    purpose: Text2000 = ""
    scenario: Text2000 = ""
    bases: tuple[Key, ...] = Field(default=(), max_length=50, description="依据库编号 / ids of legal bases")
    basis_text: Text2000 = ""
    case_numbers: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(default=(), max_length=200)
    case_pattern: str | None = Field(default=None, max_length=20_000)
    modes: frozenset[Mode] = frozenset()
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    period_days: Days | None = None
    people: tuple[Text200, ...] = Field(default=(), max_length=100)
    systems: tuple[uuid.UUID, ...] = Field(default=(), max_length=20)
    retention_days: Days | None = None
    row_filters: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=MOST_ROW_FILTERS)

    @field_validator("valid_from", "valid_until")
    @classmethod
    def _within_calendar(cls, value: AwareDatetime | None) -> AwareDatetime | None:
        """Refuse years that no calendar of the database or of another zone holds."""
        if value is not None and value.year not in YEARS:
            raise ValueError("年份须在 2000 到 2999 之间 / the year must lie between 2000 and 2999")
        return value


class NewApplicationBody(ContentBody):
    """A new application, empty, filled in, or begun from a use case; what is sent goes before the use case."""

    template: Key | None = Field(default=None, description="应用场景模板编号 / id of a use case")


class ChangeBody(ContentBody):
    """A change: only the members sent are changed, ``lines`` as a whole."""

    version: Version


class StepBody(Body):
    """An act on the version the person read."""

    version: Version


class WithdrawBody(StepBody):
    """Withdraw the lines named, or all that waits."""

    lines: tuple[uuid.UUID, ...] = Field(default=(), max_length=500)


class BasisBody(Body):
    """An article added to the library of legal bases."""

    id: Key
    law: Text200
    article: str = Field(min_length=1, max_length=20)
    duty_zh: str = Field(min_length=1, max_length=400)
    duty_en: str = Field(min_length=1, max_length=400)
    themes: tuple[Key, ...] = Field(default=(), max_length=20)
    certainty: str = Field(default="medium", max_length=20)


class TemplateItemBody(Body):
    """A typical item of a use case."""

    name: Text200
    form: Treatment = Treatment.VERIFY_ONLY
    element: str = Field(default="", max_length=20)
    hints: tuple[Text200, ...] = Field(default=(), max_length=20)


class TemplateBody(Body):
    """A use case added by the city."""

    id: Key
    name_zh: Text200
    name_en: Text200
    purpose: Text200
    scenario: Text2000
    own_duty_zh: str = Field(default="", max_length=400)
    own_duty_en: str = Field(default="", max_length=400)
    bases: tuple[Key, ...] = Field(default=(), max_length=50)
    modes: frozenset[Mode]
    items: tuple[TemplateItemBody, ...] = Field(min_length=1, max_length=100)
    case_pattern: str | None = Field(default=None, max_length=200)
    period_days: Days | None = None
    retention_days: Days | None = None
    people: tuple[Text200, ...] = Field(default=(), max_length=100)
