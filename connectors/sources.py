"""Sources the hub fetches from by itself: a department's database, an HTTP file, an object store.

One error a cause, each saying what happened, where, and what to do next. The text of a driver or of a server never
goes into a message: it may hold a password, a host of the inside or a person's data; its code does. ``is_passing``
tells the caller whether the same attempt may succeed a little later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connectors.files.errors import FileError


class SourceError(FileError):
    """A source that cannot be fetched from; nothing of it was taken in."""

    is_passing: ClassVar[bool] = False
    """Whether trying again soon makes sense: networks recover, wrong passwords do not."""


class SourceAddressError(SourceError):
    """The address of the source is not one the hub can read from."""


class SourceDriverError(SourceError):
    """The program that speaks this database's protocol is not installed with the hub."""


class SourceUnreachableError(SourceError):
    """The source does not answer at all."""

    is_passing: ClassVar[bool] = True


class SourceLostError(SourceError):
    """The source went away in the middle; ``facts["rows"]`` or ``facts["byte"]`` say how far it came."""

    is_passing: ClassVar[bool] = True


class SourceDeniedError(SourceError):
    """The source does not let the hub in, or not at this table or file."""


class SourceQueryError(SourceError):
    """The source does not understand the query, or it took longer than agreed."""


class SourceColumnError(SourceError):
    """Columns that cannot travel as text, or are not there."""


class SourceTextError(SourceError):
    """Text that is not in the encoding the source states."""


class SourceLimitError(SourceError):
    """The source holds more than the limit of one pull; it is refused, never cut."""


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What one fetch may cost: rows and bytes of the whole, seconds of one statement and of silence."""

    rows: int = 50_000_000
    total_bytes: int = 64 << 30
    statement_seconds: int = 3600
    silence_seconds: int = 60
    connect_seconds: int = 10


def lost(zh: str, en: str, **facts: object) -> SourceLostError:
    """Return the error of a source that went away; ``zh``/``en`` say how far it came."""
    return SourceLostError(
        f"数据源中途断开，{zh}，本次取得的内容没有入库",
        f"the source went away {en}; nothing of this pull was taken in",
        next_zh="平台会自动重试；反复出现时请联系数据源的管理人员检查网络和服务",
        next_en="the hub tries again by itself; when it goes on, ask whoever runs the source to look at it",
        facts=facts,
    )


def unreachable(host: str, port: int) -> SourceUnreachableError:
    """Return the error of a source that does not answer."""
    return SourceUnreachableError(
        f"连接不上数据源 {host}:{port}",
        f"the source {host}:{port} cannot be reached",
        next_zh="请检查数据源是否运行、防火墙是否放行本平台；平台会自动重试",
        next_en="check that it runs and that the firewall lets the hub in; the hub tries again by itself",
        facts={"host": host, "port": port},
    )


def too_many(limit: int, zh: str, en: str) -> SourceLimitError:
    """Return the error of a source beyond a limit."""
    return SourceLimitError(
        f"数据源超过单次拉取的上限（{limit} {zh}），没有截取其中一部分，未入库",
        f"the source exceeds the limit of one pull ({limit} {en}); it was not cut, nothing was taken in",
        next_zh="请用查询语句缩小范围，或请运维调高上限",
        next_en="narrow the query, or ask the operator to raise the limit",
        facts={"limit": limit},
    )


def senseless() -> SourceQueryError:
    """Return the error of an answer that is none of the protocol; nothing of it is repeated."""
    return SourceQueryError(
        "数据源的应答不符合该数据库的协议，或要求本平台交出文件，已中断",
        "the answer of the source is none of its protocol, or asks the hub for a file: the connection was ended",
        next_zh="请核对地址是否确为该类数据库，并请其管理人员检查",
        next_en="check that the address is that of such a database, and ask whoever runs it to look at it",
    )
