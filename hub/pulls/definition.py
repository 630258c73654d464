"""What a pull is set up as: the source, how much of it travels, how columns become items, and when.

Versioned data: a change makes a new version. Secrets are not here; a password written into an address is taken
out before anything is stored (:mod:`hub.pulls.managing`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from connectors.port import ReadOptions
from hub.pulls.schedule import Schedule
from hub.push.header import HeaderMapping
from hub.push.merge import MergeMode

if TYPE_CHECKING:
    from connectors.databases.relation import Relation

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Part(BaseModel):
    """Base of the parts: frozen, and a misspelt member is not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Strategy(StrEnum):
    """How much of the source travels in a run."""

    WHOLE = "whole"
    """All rows; the hub keeps what changed. Deletions are seen."""
    WATERMARK = "watermark"
    """Rows above the highest value of a column so far. Deletions cannot be seen."""
    DIFFERENCE = "difference"
    """Rows whose hash differs from that of the run before; hashes are computed by the database. Deletions are seen."""


class DatabaseSource(Part):
    """A table or one SELECT of a database."""

    kind: Literal["database"] = "database"
    address: Address = Field(description="postgresql://用户@主机:端口/库名 或 mysql://… / URL without the password")
    table: str = Field(default="", max_length=200, description="表名 / table, or schema.table")
    query: str = Field(default="", max_length=20_000, description="或一条 SELECT / or one SELECT")
    hex: tuple[Name, ...] = Field(default=(), max_length=100, description="以十六进制传输的二进制列 / binary columns")
    trust_pem: str | None = Field(default=None, max_length=20_000, description="固定的证书 / pinned certificates, PEM")

    def relation(self) -> Relation:
        """Return what is read, as the connector takes it."""
        from connectors.databases.relation import Relation

        return Relation(self.table, self.query.rstrip().removesuffix(";"), frozenset(self.hex))


class HttpSource(Part):
    """A file at an HTTP(S) address; fetched only when it changed."""

    kind: Literal["http"] = "http"
    address: Address = Field(description="https 地址，不含口令与令牌 / address without secrets")
    auth: Literal["none", "bearer", "basic", "header"] = Field(default="none", description="认证方式 / how to log in")
    user: str = Field(default="", max_length=200, description="basic 的用户名 / user of basic")
    header_name: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9-]*$", description="header 的名称")
    trust_pem: str | None = Field(default=None, max_length=20_000, description="固定的证书 / pinned certificates, PEM")


class ObjectSource(Part):
    """Objects of an S3-compatible store (https) or of a folder the operator opened (file)."""

    kind: Literal["objects"] = "objects"
    address: Address = Field(description="https://主机/桶 或 file:///目录 / endpoint and bucket, or a folder")
    prefix: str = Field(default="", max_length=500, description="对象名前缀 / prefix of the names")
    pattern: str = Field(default="*", min_length=1, max_length=200, description="名称样式，如 *.csv / pattern")
    take: Literal["newest", "all_new"] = Field(default="newest", description="最新的一个，或所有新的 / which objects")
    region: str = Field(default="us-east-1", max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    user: str = Field(default="", max_length=200, description="访问密钥编号 / access key id")
    trust_pem: str | None = Field(default=None, max_length=20_000, description="固定的证书 / pinned certificates, PEM")


Source = Annotated[DatabaseSource | HttpSource | ObjectSource, Field(discriminator="kind")]


class Reading(Part):
    """How a fetched file is read; what is not said is found out, or comes from the saved mapping of the entry."""

    encoding: str | None = Field(default=None, max_length=20)
    delimiter: str | None = Field(default=None, max_length=1)
    quote: str = Field(default='"', max_length=1)
    sheet: str | int | None = None
    header_row: int = Field(default=1, ge=1, le=1000)
    skip_rows: int = Field(default=0, ge=0, le=1000)
    skip_after_header: int = Field(default=0, ge=0, le=100)
    skip_footer: int = Field(default=0, ge=0, le=1000)
    no_header: bool = False
    columns: tuple[Name, ...] = ()

    def options(self, name: str) -> ReadOptions:
        """Return the options of the reader for a file of this name."""
        return ReadOptions(name=name, **self.model_dump())


class Definition(Part):
    """A whole pull."""

    source: Source
    schedule: Schedule
    strategy: Strategy = Field(default=Strategy.WHOLE, description="传输多少 / how much travels")
    watermark: str = Field(default="", max_length=200, description="水位列 / column of the watermark")
    overlap: int = Field(default=0, ge=0, le=10_000_000, description="重叠窗口：秒或数值 / seconds or units read again")
    key: tuple[Name, ...] = Field(default=(), max_length=16, description="数据源中的主键列 / key columns of the source")
    whole_every_days: int | None = Field(default=None, ge=1, le=366, description="多少天全量核对一次 / days")
    mode: MergeMode | None = Field(default=None, description="文件的推送方式 / push mode of files")
    rename: dict[Name, Name] = Field(default_factory=dict, max_length=500, description="列名=信息项 / column to item")
    ignore: tuple[Name, ...] = Field(default=(), max_length=500, description="不读的列 / columns not to read")
    absent: tuple[Name, ...] = Field(default=(), max_length=500, description="没有的信息项 / items it does not have")
    reading: Reading | None = Field(default=None, description="文件的读法 / how a file is read")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        is_database = isinstance(self.source, DatabaseSource)
        if not is_database and self.strategy is not Strategy.WHOLE:
            raise ValueError("水位与差异只用于数据库 / watermark and difference are for databases")
        if (self.strategy is Strategy.WATERMARK) != bool(self.watermark):
            raise ValueError("水位方式须给出水位列，其他方式不填 / watermark goes with the strategy of that name")
        if is_database and (self.mode is not None or self.reading is not None):
            raise ValueError("mode 与 reading 只用于文件 / mode and reading are for files")
        if self.strategy is not Strategy.WATERMARK and self.whole_every_days is not None:
            raise ValueError("全量核对只用于水位方式 / whole_every_days goes with the watermark")
        return self

    @property
    def mapping(self) -> HeaderMapping:
        """How columns become items."""
        return HeaderMapping(dict(self.rename), frozenset(self.ignore), frozenset(self.absent))

    def to_json(self) -> dict[str, Any]:
        """Return it as stored and shown."""
        return self.model_dump(mode="json")

    @property
    def content(self) -> dict[str, Any]:
        """What decides which rows come and how: when it changes, what was remembered of the source is void."""
        return {name: value for name, value in self.to_json().items() if name not in {"schedule", "whole_every_days"}}
