"""A table as MySQL or MariaDB describes it (information_schema): ``COMMENT``, ENUM, keys, checks, foreign keys.

Works from MySQL 5.6 and MariaDB 10.0 on; checks are read where the version keeps them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from connectors.databases.describing import TableFacts, absent
from connectors.databases.describing_parts import (
    Told,
    code_table,
    literals,
    number,
    one_of,
    rows_of,
    sample_of,
)
from connectors.databases.describing_types import item_type
from connectors.databases.mysql_speech import quoted
from connectors.databases.relation import Relation
from connectors.sources import SourceQueryError

if TYPE_CHECKING:
    from connectors.databases.describing import CodeTable, Wish
    from connectors.databases.session import Session

_LISTED: Final = frozenset({"enum", "set"})
_VIEW: Final = "VIEW"


def describe_mysql(session: Session, wish: Wish, source: str) -> TableFacts:
    """Return the facts of a table; raises ``SourceQueryError`` where there is none of this name."""
    schema, table = _found(session, wish.table)
    where = f"TABLE_SCHEMA = {quoted(schema)} AND TABLE_NAME = {quoted(table)}"
    about = rows_of(
        session,
        f"SELECT TABLE_COMMENT, TABLE_TYPE, TABLE_ROWS FROM information_schema.TABLES WHERE {where}",  # noqa: S608
        3,
    )[0]
    told = _columns(session, where)
    primary, unique, indexed = _keys(session, where)
    references = _references(session, where)
    checks = _checks(session, schema, table)
    columns = tuple(
        replace(
            one.facts,
            values=one.facts.values or checks.get(one.facts.name, ()),
            code_table=references.get(one.facts.name),
            is_indexed=one.facts.name in indexed,
        )
        for one in told
    )
    relation = Relation(f"{schema}.{table}")
    sample = sample_of(session, relation, columns, wish.sample_rows)
    # A view's "comment" is the word VIEW.
    comment = "" if (about[1] or "").endswith(_VIEW) else about[0] or ""
    place = schema if "." in wish.table else ""
    return TableFacts(
        source, table, comment, columns, primary, unique, number(about[2]), session.is_encrypted, place, sample
    )


def _found(session: Session, wanted: str) -> tuple[str, str]:
    """Return schema and table as the server writes them."""
    given, _, table = wanted.rpartition(".")
    schema = quoted(given) if given else "DATABASE()"
    rows = rows_of(
        session,
        f"SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {schema}"  # noqa: S608
        " ORDER BY TABLE_NAME LIMIT 2000",
        2,
    )
    exact = [row for row in rows if row[1] == table] or [row for row in rows if (row[1] or "").lower() == table.lower()]
    if len(exact) != 1:
        raise absent(wanted, [row[1] or "" for row in rows])
    return exact[0][0] or "", exact[0][1] or ""


def _columns(session: Session, where: str) -> list[Told]:
    rows = rows_of(
        session,
        "SELECT COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, IS_NULLABLE, COLUMN_COMMENT, EXTRA"  # noqa: S608
        f" FROM information_schema.COLUMNS WHERE {where} ORDER BY ORDINAL_POSITION",
        6,
    )
    found = []
    for name, declared, kind, nullable, comment, extra in rows:
        is_listed = (kind or "") in _LISTED
        values = literals(declared or "") if is_listed else ()
        longest = max((len(value) for value in values), default=1)
        # A set holds several of its words at once, so they are no codes of the column.
        form = item_type(f"varchar({longest if kind == 'enum' else 200})" if is_listed else declared or "")
        one = Told.of(name or "", declared or "", form, comment or "")
        more = (extra or "").lower()
        found.append(
            Told(
                replace(
                    one.facts,
                    is_nullable=nullable == "YES",
                    values=values if kind == "enum" else (),
                    is_touched="on update" in more,
                    is_generated="auto_increment" in more,
                )
            )
        )
    return found


def _keys(session: Session, where: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], frozenset[str]]:
    """Return the primary key, the other unique keys, and the columns that lead an index."""
    rows = rows_of(
        session,
        "SELECT INDEX_NAME, COLUMN_NAME, NON_UNIQUE, SUB_PART FROM information_schema.STATISTICS"  # noqa: S608
        f" WHERE {where} ORDER BY INDEX_NAME, SEQ_IN_INDEX",
        4,
    )
    found: dict[str, list[str]] = {}
    partial: set[str] = set()
    for index, column, several, part in rows:
        found.setdefault(index or "", []).append(column or "")
        if several != "0" or part is not None or column is None:
            partial.add(index or "")
    primary = tuple(found.get("PRIMARY", ()))
    unique = tuple(tuple(key) for name, key in found.items() if name != "PRIMARY" and name not in partial)
    return primary, unique, frozenset(key[0] for key in found.values())


def _references(session: Session, where: str) -> dict[str, CodeTable]:
    """Return the code tables that foreign keys of one column lead to."""
    rows = rows_of(
        session,
        "SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,"  # noqa: S608
        f" REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE {where}"
        " AND REFERENCED_TABLE_NAME IS NOT NULL",
        5,
    )
    names = [row[0] for row in rows]
    found = {}
    for name, column, schema, table, key in rows:
        if names.count(name) == 1:
            listed = code_table(session, Relation(f"{schema}.{table}"), key or "")
            if listed is not None:
                found[column or ""] = listed
    return found


def _checks(session: Session, schema: str, table: str) -> dict[str, tuple[str, ...]]:
    """Return the values that checks of one column allow; nothing where the version keeps no checks."""
    mariadb = (
        "SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS"  # noqa: S608
        f" WHERE CONSTRAINT_SCHEMA = {quoted(schema)} AND TABLE_NAME = {quoted(table)}"
    )
    mysql = (
        "SELECT c.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS AS c"  # noqa: S608
        " JOIN information_schema.TABLE_CONSTRAINTS AS t ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA"
        " AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME"
        f" WHERE t.TABLE_SCHEMA = {quoted(schema)} AND t.TABLE_NAME = {quoted(table)}"
    )
    for statement in (mariadb, mysql):
        try:
            rows = rows_of(session, statement, 1)
        except SourceQueryError:
            continue
        found = {}
        for (clause,) in rows:
            text = (clause or "").replace("\\'", "'").replace("_utf8mb4", "")
            named = re.search(r"`((?:[^`]|``)+)`", text)
            values = one_of(text)
            if named is not None and values and len(set(re.findall(r"`(?:[^`]|``)+`", text))) == 1:
                found[named[1].replace("``", "`")] = values
        return found
    return {}
