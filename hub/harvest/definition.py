"""What a source is registered as: its kind, where it is, how its members are called, what holds for all it has.

Versioned in its receipts; secrets are not here. What a catalogue leaves unsaid (place, licence, openness) a person
of the authority states once, and every entry carries it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from connectors.catalogues.kinds import Kind
from connectors.catalogues.portal_fields import MEMBERS
from hub.pulls.schedule import Schedule

CODE = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Gone(StrEnum):
    """What becomes of an entry whose record is gone at the source."""

    REVIEW = "review"
    """A reviewer decides; until then it is shown as gone at its source."""
    WITHDRAW = "withdraw"
    """It is withdrawn when the run that missed it is published."""


class Definition(BaseModel):
    """A source as its people describe it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="来源名称，如 泸州市公共数据开放网 / name of the catalogue")
    kind: Kind = Field(default=Kind.AUTO, description="种类 / kind")
    address: str = Field(default="", max_length=1000, description="网址；留空则送文件 / address; empty: files are sent")
    place: str = Field(default="", max_length=60, description="来源所在地全称，如 淮北市 / place the source speaks for")
    divisions: tuple[Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{1,11}$")], ...] = Field(
        default=(), max_length=50, description="区划代码 / division codes"
    )
    mapping: dict[Name, Name] = Field(
        default_factory=dict, max_length=200, description="名称=成员 / its name to member"
    )
    aliases: dict[Name, Name] = Field(
        default_factory=dict, max_length=2000, description="提供方简称=全称 / provider names"
    )
    themes: dict[Name, Annotated[str, StringConstraints(pattern=r"^[123][0-9]{0,11}$")]] = Field(
        default_factory=dict, max_length=500, description="主题=分类代码 / theme to class code"
    )
    licence: str = Field(default="", max_length=200, description="来源声明的许可 / licence as the source states it")
    rights: str = Field(default="", max_length=2000, description="来源声明的权利 / rights as the source states them")
    unstated_open_type: Literal[1, 2, 3] = Field(
        default=2, description="来源未写明时的开放类型 / open type where the source says none"
    )
    gone: Gone = Field(default=Gone.REVIEW, description="来源不再提供时 / when a record is gone")
    schedule: Schedule | None = Field(default=None, description="定时；不填则手工 / empty: when asked")
    trust_pem: str | None = Field(default=None, max_length=20_000, description="固定的证书 / pinned certificates, PEM")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        unknown = sorted(set(self.mapping.values()) - set(MEMBERS))
        if unknown:
            raise ValueError(f"mapping 的成员只能是 {'、'.join(MEMBERS)} / a member of mapping is one of these")
        if self.schedule is not None and not self.address:
            raise ValueError("定时采集须有网址 / a schedule needs an address")
        if self.kind is Kind.CKAN and self.address and "?" in self.address:
            raise ValueError("CKAN 填根地址 / give the root address of a CKAN")
        return self

    def to_json(self) -> dict[str, Any]:
        """Return it as stored and shown."""
        return self.model_dump(mode="json")

    @property
    def reading(self) -> str:
        """What decides how records are read: when it changes, all of them are read anew."""
        of_reading = {
            "kind",
            "place",
            "divisions",
            "mapping",
            "aliases",
            "themes",
            "licence",
            "rights",
            "unstated_open_type",
        }
        return self.model_dump_json(include=of_reading | {"name"})
