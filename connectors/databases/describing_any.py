"""A table of any database that SQLAlchemy has a dialect for, by URL: the clerk's machine brings the driver.

Oracle (``oracle+oracledb://``) and 达梦 DM8 (``dm+dmPython://``) are read this way. Tested with the dialects that come
with SQLAlchemy; Oracle and 达梦 by their manuals alone (docs/how-to/describe-a-table.md). The session writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from connectors.databases.describing import (
    MOST_CODES,
    SAMPLE_CHARACTERS,
    CodeTable,
    ColumnFacts,
    TableFacts,
    absent,
    no_dialect,
)
from connectors.databases.describing_parts import one_of
from connectors.databases.describing_types import item_type
from connectors.sources import SourceAddressError, SourceDeniedError, SourceQueryError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import ReflectedColumn

    from connectors.databases.describing import Wish

PACKAGES: Final = {
    "oracle": ("Oracle", "oracledb"),
    "dm": ("达梦 DM8", "dmPython dmSQLAlchemy"),
    "mssql": ("SQL Server", "pyodbc"),
    "db2": ("DB2", "ibm_db_sa"),
    "kingbase": ("KingbaseES", "ksycopg2"),
    "clickhouse": ("ClickHouse", "clickhouse-sqlalchemy"),
    "hive": ("Hive", "pyhive"),
}
"""Databases cities have, and what is to be installed beside the hub to read them."""


def describe_by_dialect(wish: Wish) -> TableFacts:
    """Return the facts of a table through SQLAlchemy's inspection.

    Raises:
        SourceAddressError, SourceDriverError: no URL, or its dialect or driver is not installed.
        SourceDeniedError, SourceQueryError: the database does not let one in, or has no such table.
    """
    url = _url(wish)
    engine = _engine(url)
    schema, _, table = wish.table.rpartition(".")
    try:
        with engine.connect() as connection:
            return _described(connection, wish, url.render_as_string(hide_password=True), (schema or None, table))
    except NoSuchTableError:
        raise absent(wish.table, _names(engine, schema or None)) from None
    except DBAPIError as error:
        raise _denied(error) from None
    except SQLAlchemyError as error:
        raise _fault(error) from None
    finally:
        engine.dispose()


def _url(wish: Wish) -> sa.URL:
    try:
        url = sa.make_url(wish.address)
    except (ArgumentError, ValueError):
        raise SourceAddressError(
            "数据库地址不可用：无法识别",
            "this is no usable address of a database",
            next_zh="写成 数据库类型://用户@主机:端口/库名，口令另行填写",
            next_en="write kind://user@host:port/name, and give the password apart",
        ) from None
    return url.set(password=wish.password) if wish.password else url


def _engine(url: sa.URL) -> sa.Engine:
    kind = url.drivername.partition("+")[0]
    name, package = PACKAGES.get(kind, (kind, ""))
    try:
        return sa.create_engine(url)
    except (NoSuchModuleError, ImportError):
        raise no_dialect(name, package) from None
    except SQLAlchemyError as error:
        raise _fault(error) from None


def _names(engine: sa.Engine, schema: str | None) -> list[str]:
    try:
        return sorted(sa.inspect(engine).get_table_names(schema=schema))[:2000]
    except SQLAlchemyError:
        return []


def _described(connection: sa.Connection, wish: Wish, source: str, place: tuple[str | None, str]) -> TableFacts:
    schema, table = place
    inspector = sa.inspect(connection)
    told = inspector.get_columns(table, schema=schema)
    if not told:
        raise NoSuchTableError(table)
    primary = tuple(inspector.get_pk_constraint(table, schema=schema).get("constrained_columns") or ())
    unique = tuple(tuple(one["column_names"]) for one in _or_nothing(inspector.get_unique_constraints, table, schema))
    indexes = _or_nothing(inspector.get_indexes, table, schema)
    leading = {str(one["column_names"][0]) for one in indexes if one.get("column_names")} | set(primary[:1])
    references = _references(connection, inspector, table, schema)
    checks = _checks(inspector, table, schema)
    columns = tuple(_column(one, leading, references, checks) for one in told)
    comment = _comment(inspector, table, schema)
    sample = _sample(
        connection, sa.table(table, *(sa.column(one["name"]) for one in told), schema=schema), columns, wish
    )
    return TableFacts(source, table, comment, columns, primary, unique, None, None, schema or "", sample)


def _or_nothing(ask: Any, table: str, schema: str | None) -> list[dict[str, Any]]:  # noqa: ANN401 - a bound method of it
    """Return what the inspector tells; nothing where the dialect cannot."""
    try:
        return [dict(one) for one in ask(table, schema=schema)]
    except NotImplementedError:
        return []


def _comment(inspector: sa.Inspector, table: str, schema: str | None) -> str:
    try:
        return inspector.get_table_comment(table, schema=schema)["text"] or ""
    except NotImplementedError:
        return ""


def _column(
    told: ReflectedColumn,
    leading: set[str],
    references: dict[str, CodeTable],
    checks: dict[str, tuple[str, ...]],
) -> ColumnFacts:
    kind = told["type"]
    declared = _word(kind)
    values = tuple(kind.enums) if isinstance(kind, sa.Enum) else checks.get(told["name"], ())
    form = item_type(f"varchar({max(map(len, values), default=1)})" if isinstance(kind, sa.Enum) else declared)
    return ColumnFacts(
        told["name"],
        declared,
        form,
        (told.get("comment") or "").strip(),
        bool(told.get("nullable", True)),
        values,
        references.get(told["name"]),
        is_generated=bool(told.get("identity")) or told.get("autoincrement") is True,
        is_indexed=told["name"] in leading,
    )


def _word(kind: sa.types.TypeEngine[Any]) -> str:
    """Return the type as the dialect writes it, or the name of its class where it cannot be written."""
    try:
        return str(kind)
    except SQLAlchemyError:
        return type(kind).__name__


def _references(
    connection: sa.Connection, inspector: sa.Inspector, table: str, schema: str | None
) -> dict[str, CodeTable]:
    found = {}
    for one in _or_nothing(inspector.get_foreign_keys, table, schema):
        if len(one["constrained_columns"]) == 1 == len(one["referred_columns"]):
            place = one.get("referred_schema")
            columns = inspector.get_columns(one["referred_table"], schema=place)
            listed = _code_table(connection, (place, one["referred_table"]), columns, one["referred_columns"][0])
            if listed is not None:
                found[one["constrained_columns"][0]] = listed
    return found


def _code_table(
    connection: sa.Connection, place: tuple[str | None, str], columns: list[ReflectedColumn], key: str
) -> CodeTable | None:
    label = next((one["name"] for one in columns if one["name"] != key and isinstance(one["type"], sa.String)), None)
    if label is None:
        return None
    table = sa.table(place[1], sa.column(key), sa.column(label), schema=place[0])
    rows = connection.execute(
        sa.select(table.c[key], table.c[label]).order_by(table.c[key]).limit(MOST_CODES + 1)
    ).all()
    codes = tuple((str(code).strip(), str(text).strip()) for code, text in rows if code is not None and text)
    return CodeTable(place[1], codes) if 0 < len(codes) <= MOST_CODES else None


def _checks(inspector: sa.Inspector, table: str, schema: str | None) -> dict[str, tuple[str, ...]]:
    found = {}
    names = [str(one["name"]) for one in inspector.get_columns(table, schema=schema)]
    for one in _or_nothing(inspector.get_check_constraints, table, schema):
        clause = str(one["sqltext"])
        named = [name for name in names if name.lower() in clause.lower()]
        values = one_of(clause)
        if len(named) == 1 and values:
            found[named[0]] = values
    return found


def _sample(
    connection: sa.Connection, table: sa.TableClause, columns: tuple[ColumnFacts, ...], wish: Wish
) -> pl.DataFrame:
    names = [column.name for column in columns if column.travels]
    if not names or wish.sample_rows < 1:
        return pl.DataFrame()
    rows = connection.execute(sa.select(*(table.c[name] for name in names)).limit(wish.sample_rows)).all()
    texts = [[None if cell is None else str(cell)[:SAMPLE_CHARACTERS] for cell in row] for row in rows]
    return pl.DataFrame(texts, schema={name: pl.String() for name in names}, orient="row")


def _denied(error: DBAPIError) -> SourceDeniedError:
    return SourceDeniedError(
        "数据源不允许登录、没有读取权限，或不能执行查询",
        "the source refuses the login or the reading, or cannot run the query",
        next_zh="请核对地址、用户、口令和表名，并请管理人员授予该表的只读（SELECT）权限",
        next_en="check address, user, password and table, and ask for SELECT on the table",
        facts={"code": type(error.orig).__name__},
    )


def _fault(error: SQLAlchemyError) -> SourceQueryError:
    return SourceQueryError(
        f"不能通过该方言读取数据库（{type(error).__name__}）",
        f"the database cannot be read by this dialect ({type(error).__name__})",
        next_zh="请核对地址的写法和驱动程序的版本；或导出为 Excel/CSV 文件，对文件使用本命令",
        next_en="check the address and the version of the driver; or export the table as a file and describe that",
        facts={"code": type(error).__name__},
    )
