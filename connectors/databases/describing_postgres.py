"""A table as PostgreSQL (and what is built from it) describes it: ``COMMENT ON``, enum types, domains, keys, checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.databases.describing import TableFacts, absent
from connectors.databases.describing_parts import Told, code_table, number, one_of, rows_of, sample_of
from connectors.databases.describing_types import item_type
from connectors.databases.postgres_speech import named, quoted
from connectors.databases.relation import Relation

if TYPE_CHECKING:
    from connectors.databases.describing import CodeTable, Wish
    from connectors.databases.session import Session


def describe_postgres(session: Session, wish: Wish, source: str) -> TableFacts:
    """Return the facts of a table; raises ``SourceQueryError`` where there is none of this name."""
    oid, schema, table = _found(session, wish.table)
    about = rows_of(
        session,
        "SELECT obj_description(c.oid, 'pg_class'), c.reltuples::bigint::text FROM pg_class AS c"  # noqa: S608
        f" WHERE c.oid = {oid}",
        2,
    )[0]
    told = _columns(session, oid)
    primary, unique, indexed = _keys(session, oid)
    references = _references(session, oid)
    allowed = {**_checks(session, oid), **_enumerations(session, oid)}
    columns = tuple(
        replace(
            one.facts,
            values=allowed.get(one.facts.name, ()),
            code_table=references.get(one.facts.name),
            is_indexed=one.facts.name in indexed,
        )
        for one in told
    )
    sample = sample_of(session, Relation(f"{schema}.{table}"), columns, wish.sample_rows)
    rows = number(about[1])
    estimate = rows if rows is not None and rows >= 0 else None  # -1: never analysed
    return TableFacts(
        source, table, about[0] or "", columns, primary, unique, estimate, session.is_encrypted, schema, sample
    )


def _found(session: Session, wanted: str) -> tuple[int, str, str]:
    """Return oid, schema and name of a table, a view or a foreign table."""
    name = ".".join(named(part) for part in wanted.split("."))
    rows = rows_of(
        session,
        "SELECT c.oid::bigint::text, n.nspname::text, c.relname::text FROM pg_class AS c"  # noqa: S608
        " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        f" WHERE c.oid = to_regclass({quoted(name)}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        3,
    )
    if rows:
        oid, schema, table = rows[0]
        return int(oid or 0), schema or "", table or ""
    others = rows_of(
        session,
        "SELECT c.relname::text, c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1 LIMIT 2000",
        2,
    )
    raise absent(wanted, [row[0] or "" for row in others])


def _columns(session: Session, oid: int) -> list[Told]:
    rows = rows_of(
        session,
        """SELECT a.attname::text,
            CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod)
                 ELSE format_type(a.atttypid, a.atttypmod) END,
            t.typtype::text, a.attnotnull::text, col_description(a.attrelid, a.attnum),
            pg_get_expr(d.adbin, d.adrelid),
            (SELECT max(length(e.enumlabel))::text FROM pg_enum AS e WHERE e.enumtypid = a.atttypid)
        FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"""  # noqa: S608 - an oid is a number
        f" WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        7,
    )
    found = []
    for name, declared, kind, needed, comment, default, longest in rows:
        form = item_type(f"varchar({longest or 1})" if kind == "e" else declared or "")
        one = Told.of(name or "", declared or "", form, comment or "")
        found.append(
            Told(
                replace(
                    one.facts,
                    is_nullable=needed not in {"true", "t"},
                    is_generated=(default or "").startswith("nextval("),
                )
            )
        )
    return found


def _keys(session: Session, oid: int) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], frozenset[str]]:
    """Return the primary key, the other unique keys, and the columns that lead an index."""
    rows = rows_of(
        session,
        """SELECT i.indexrelid::bigint::text, a.attname::text, i.indisprimary::text,
            (i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL)::text, k.place::text
        FROM pg_index AS i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
        LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number"""  # noqa: S608 - as above
        f" WHERE i.indrelid = {oid} ORDER BY i.indexrelid, k.place",
        5,
    )
    found: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for index, column, is_primary, is_unique, _ in rows:
        found.setdefault(index or "", []).append(column or "")
        kinds[index or ""] = (
            "primary" if is_primary in {"true", "t"} else "unique" if is_unique in {"true", "t"} else ""
        )
    primary = next((tuple(key) for index, key in found.items() if kinds[index] == "primary"), ())
    unique = tuple(tuple(key) for index, key in found.items() if kinds[index] == "unique" and all(key))
    return primary, unique, frozenset(key[0] for key in found.values())


def _references(session: Session, oid: int) -> dict[str, CodeTable]:
    """Return the code tables that foreign keys of one column lead to."""
    rows = rows_of(
        session,
        """SELECT a.attname::text, n.nspname::text, r.relname::text, b.attname::text
        FROM pg_constraint AS k JOIN pg_class AS r ON r.oid = k.confrelid
        JOIN pg_namespace AS n ON n.oid = r.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]"""  # noqa: S608 - as above
        f" WHERE k.conrelid = {oid} AND k.contype = 'f' AND cardinality(k.conkey) = 1",
        4,
    )
    found = {}
    for column, schema, table, key in rows:
        listed = code_table(session, Relation(f"{schema}.{table}"), key or "")
        if listed is not None:
            found[column or ""] = listed
    return found


def _checks(session: Session, oid: int) -> dict[str, tuple[str, ...]]:
    """Return the values that checks of one column allow."""
    rows = rows_of(
        session,
        "SELECT a.attname::text, pg_get_constraintdef(k.oid) FROM pg_constraint AS k"  # noqa: S608
        " JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        f" WHERE k.conrelid = {oid} AND k.contype = 'c' AND cardinality(k.conkey) = 1",
        2,
    )
    allowed = ((column or "", one_of(clause or "")) for column, clause in rows)
    return {column: values for column, values in allowed if values}


def _enumerations(session: Session, oid: int) -> dict[str, tuple[str, ...]]:
    """Return the labels of columns whose type is an enumeration."""
    rows = rows_of(
        session,
        "SELECT a.attname::text, e.enumlabel::text FROM pg_attribute AS a"  # noqa: S608
        " JOIN pg_enum AS e ON e.enumtypid = a.atttypid"
        f" WHERE a.attrelid = {oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum, e.enumsortorder",
        2,
    )
    found: dict[str, tuple[str, ...]] = {}
    for column, label in rows:
        found[column or ""] = (*found.get(column or "", ()), label or "")
    return found
