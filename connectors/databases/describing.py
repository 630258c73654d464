"""A table as its own database describes it: names, comments, types, keys, allowed values, and a bounded sample.

What an entry of the directory starts from (政务数据共享条例 Art. 12, 13). Read in one read-only snapshot; the sample
lives in memory alone, for the length of a command: it is never stored and never part of a message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.databases.address import Dialect, parse_address
from connectors.sources import SourceDriverError, SourceQueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.databases.describing_types import ItemType
    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits

SAMPLE_ROWS: Final = 1_000
SAMPLE_CHARACTERS: Final = 200
"""Characters of a value that are looked at; a longer one is cut in the database."""
MOST_CODES: Final = 300
"""Rows of a code table that are read; a longer one is no short list of codes."""
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A code table that a foreign key leads to: its name, and code with meaning in its order."""

    table: str
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column as its database describes it.

    ``type`` is the database's own word with length and scale; ``item_type`` what an item of it is. ``values`` are
    those that an enumeration or a check allows. ``is_touched``: the database itself writes the time of a change.
    ``is_generated``: the database counts it up. ``travels`` is false for what is no text (photographs, shapes).
    """

    name: str
    type: str
    item_type: ItemType
    comment: str = ""
    is_nullable: bool = True
    values: tuple[str, ...] = ()
    code_table: CodeTable | None = None
    is_touched: bool = False
    is_generated: bool = False
    is_indexed: bool = False

    @property
    def travels(self) -> bool:
        """Whether its values can be supplied as text."""
        return self.item_type.letter is not None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table: ``rows`` is the database's own estimate, ``sample`` has one String column a column, by its name."""

    source: str
    name: str
    comment: str
    columns: tuple[ColumnFacts, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    rows: int | None = None
    is_encrypted: bool | None = None
    schema: str = ""
    sample: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False, compare=False)

    def values(self, column: str) -> pl.Series:
        """Return the filled values of a column in the sample; empty where it was not read."""
        if column not in self.sample.columns:
            return pl.Series(column, [], dtype=pl.String())
        found = self.sample[column].drop_nulls()
        return found.filter(found.str.strip_chars() != "")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which table of which database; ``address`` is a URL, its password may be given apart."""

    address: str
    table: str
    password: str = field(default="", repr=False)
    sample_rows: int = SAMPLE_ROWS


def is_native(address: str) -> bool:
    """Say whether the hub's own drivers read the database of a URL."""
    scheme = address.partition("://")[0].partition("+")[0].lower()
    return scheme in {"postgresql", "postgres", *(dialect.value for dialect in Dialect), "mariadb"}


def describe_table(wish: Wish, policy: EgressPolicy, limits: SourceLimits) -> TableFacts:
    """Return a table as its database describes it.

    PostgreSQL and MySQL/MariaDB are read by the drivers that come with the hub; any other by the SQLAlchemy dialect
    that is installed beside it.

    Raises:
        SourceAddressError, SourceDriverError, EgressRefusedError: the address, or no driver for it.
        SourceUnreachableError, SourceDeniedError, SourceQueryError, SourceLostError: the database does not answer.
    """
    if not is_native(wish.address):
        from connectors.databases.describing_any import describe_by_dialect

        return describe_by_dialect(wish)
    from connectors.databases.reading import open_session
    from connectors.databases.relation import Relation
    from connectors.databases.session import Login

    address, inside = parse_address(wish.address)
    Relation(wish.table).check()
    login = Login(address, wish.password or inside or "", policy, limits)
    with open_session(login) as session:
        if address.dialect is Dialect.POSTGRESQL:
            from connectors.databases.describing_postgres import describe_postgres

            return describe_postgres(session, wish, address.shown)
        from connectors.databases.describing_mysql import describe_mysql

        return describe_mysql(session, wish, address.shown)


def absent(table: str, others: Sequence[str]) -> SourceQueryError:
    """Return the error of a table that is not there, with the names that are near."""
    near = get_close_matches(table.rpartition(".")[2].lower(), others, n=_NEAR, cutoff=0.4) or list(others)[:_NEAR]
    return SourceQueryError(
        f"数据库中没有表 {table}，或没有读取权限",
        f"the database has no table {table}, or you may not read it",
        next_zh=(f"相近的表：{'、'.join(near)}；" if near else "") + "表名写作 表 或 模式.表，大小写与数据库一致",
        next_en=(f"near names: {', '.join(near)}; " if near else "") + "write name or schema.name as the database does",
        facts={"table": table, "near": near},
    )


def no_dialect(name: str, package: str) -> SourceDriverError:
    """Return the error of a database whose driver has to be installed first."""
    hint_zh = f"在运行本命令的机器上安装 {package} 后重试" if package else "请安装该数据库的 SQLAlchemy 方言后重试"
    hint_en = (
        f"install {package} where this command runs, and try again"
        if package
        else "install the SQLAlchemy dialect of that database and try again"
    )
    return SourceDriverError(
        f"没有安装 {name} 的驱动程序",
        f"no driver for {name} is installed",
        next_zh=f"{hint_zh}；或导出为 Excel/CSV 文件，对文件使用本命令",
        next_en=f"{hint_en}; or export the table as an Excel or CSV file and describe that",
        facts={"database": name},
    )
