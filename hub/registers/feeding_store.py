"""Set-based statements of one feeding step: rows of a resource out, claims, names, links and refusals in.

A step reads a page of a source's rows with COPY, and writes what the rules made of them with COPY into temporary
tables that vanish with the transaction; everything else is one statement over the whole page. Zhengzhou Art. 19.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from psycopg import sql

from catalogue.item import DataType
from hub.registers.rules import ROW
from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import psycopg

    from catalogue.item import Item
    from hub.database import Unit
    from hub.registers.sources_store import Source
    from hub.rows.tables import RowTable

    Driver = psycopg.Connection[tuple[Any, ...]]

PUSH: Final = "_push"
LAST_ROW: Final = 2**62
"""Above the number of any row."""
_TABLES: Final = (
    "fed (row bigint, form text, push bigint, event_at timestamp, vals jsonb)",
    "fed_read (row bigint)",
    "fed_gone (row bigint)",
    "fed_older (row bigint, form text)",
    "fed_alias (row bigint, form text, kind text, since date, until date, is_same boolean)",
    "fed_link (row bigint, kind text, other_register text, other_kind text, other_form text, since date, until date)",
    "fed_refused (row bigint, rule text, elements text[])",
    "fed_todo (subject bigint)",
)


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows of a resource a step reads: those that hold at ``target`` and were written after ``low``."""

    low: int
    target: int
    after_row: int
    limit: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a step writes under: register, source, version, time of loading (aware) and local time of it."""

    register: str
    source: int
    push: int
    now: datetime
    local_now: datetime


def name(table: str) -> sql.Identifier:
    """Return a table of schema hub as SQL."""
    return sql.Identifier("hub", table)


def lock_register(unit: Unit, code: str) -> None:
    """Wait until nobody else feeds the register, and keep others out until the transaction ends."""
    unit.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"register:{code}",))


def prepare(unit: Unit) -> None:
    """Make the temporary tables of a step."""
    driver = unit.driver
    # Lookups of a page go by index: no table of tens of millions is read whole for a page of rows.
    driver.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL random_page_cost = 0.2")
    for declaration in _TABLES:
        driver.execute(sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP").format(sql.SQL(declaration)))


def _as_text(item: Item) -> sql.Composed:
    """Return the value of an item as the rules are promised it (:meth:`hub.registers.rules.RegisterRules.take`)."""
    column = sql.Identifier(item.column)
    if item.type is DataType.DATETIME:
        return sql.SQL("to_char({}, 'YYYY-MM-DD\"T\"HH24:MI:SS')").format(column)
    if item.type in {DataType.NUMBER, DataType.CURRENCY}:
        return sql.SQL("trim_scale({}::numeric)::text").format(column)
    return sql.SQL("{}::text").format(column)


def read_page(unit: Unit, table: RowTable, wanted: Mapping[str, str], span: Span) -> pl.DataFrame:
    """Return rows as text: ``_row``, ``_push`` (Int64) and, by the names of ``wanted``, its columns."""
    items = [sql.SQL("{} AS {}").format(_as_text(table.by_column[column]), sql.Identifier(label))
             for label, column in wanted.items()]  # fmt: skip
    raw = sql.SQL(", ").join(sql.Identifier(column) for column in ("_row", "_push", *dict.fromkeys(wanted.values())))
    # Each half is limited by itself, so that it is read by the index of its rows and no further than the page goes.
    query = sql.SQL(
        "COPY (SELECT _row, _push, {items} FROM ("
        "(SELECT {raw} FROM {current} WHERE _push > {low} AND _push <= {target} AND _row > {after}"
        " ORDER BY _row LIMIT {limit}) UNION ALL (SELECT {raw} FROM {history}"
        " WHERE _push > {low} AND _push <= {target} AND _until > {target} AND _row > {after}"
        " ORDER BY _row LIMIT {limit})"
        ") AS page ORDER BY _row LIMIT {limit}) TO STDOUT (FORMAT csv)"
    ).format(
        items=sql.SQL(", ").join(items),
        raw=raw,
        current=table.current,
        history=table.history,
        low=sql.Literal(span.low),
        target=sql.Literal(span.target),
        after=sql.Literal(span.after_row),
        limit=sql.Literal(span.limit),
    )
    buffer = BytesIO()
    with unit.driver.cursor().copy(query) as copy:
        for block in copy:
            buffer.write(block)
    names = [ROW, PUSH, *wanted]
    if not buffer.tell():
        return pl.DataFrame(schema={one: pl.Int64() if one in {ROW, PUSH} else pl.String() for one in names})
    buffer.seek(0)
    frame = pl.read_csv(buffer, has_header=False, new_columns=names, infer_schema=False)
    return frame.with_columns(pl.col(ROW, PUSH).cast(pl.Int64))


def push_times(unit: Unit, entry_id: uuid.UUID, numbers: Sequence[int]) -> dict[int, datetime]:
    """Return when versions of a resource were merged (aware)."""
    rows = unit.driver.execute(
        "SELECT number, coalesce(merged_at, at) FROM hub.push WHERE entry_id = %s AND number = ANY(%s)",
        (entry_id, list(numbers)),
    )
    return {int(row[0]): row[1] for row in rows}


def put(unit: Unit, table: str, frame: pl.DataFrame) -> None:
    """COPY a frame into a temporary table of the step, columns in its order."""
    if frame.is_empty():
        return
    query = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(table))
    with unit.driver.cursor().copy(query) as copy:
        copy.write(frame.write_csv(include_header=False).encode())


def put_gone(unit: Unit, table: RowTable, source: Source, span: Span, upto: int | None) -> None:
    """Note the rows of the source that no longer hold at the target, as far as a page tells it.

    ``upto``: the last row of the page, None where nothing follows it. Where every row is read anew, what stands of
    rows between two that were read is gone, page by page; else what went is in the history, and asked of it once.
    Rows that were refused go like those that were taken.
    """
    if source.is_whole:
        between = sql.SQL("BETWEEN {} AND {}")
        low, high = span.after_row + 1, LAST_ROW if upto is None else upto
        unit.driver.execute("ANALYZE fed_read")
        with by_hash(unit):
            unit.driver.execute(
                sql.SQL(
                    "INSERT INTO fed_gone SELECT c.row FROM (SELECT row FROM {claims} WHERE source = {source}"
                    " AND closed_push IS NULL UNION ALL SELECT row FROM hub.register_refusal WHERE source = {source}"
                    " AND settled_push IS NULL) c WHERE (c.row {above} OR c.row {below})"
                    " AND NOT EXISTS (SELECT 1 FROM fed_read f WHERE f.row = abs(c.row))"
                ).format(
                    claims=name(SUBJECTS[source.register].claim.name),
                    source=sql.Literal(source.id),
                    above=between.format(sql.Literal(low), sql.Literal(high)),
                    below=between.format(sql.Literal(-high), sql.Literal(-low)),
                )
            )
    elif upto is None:
        unit.driver.execute(
            sql.SQL(
                "INSERT INTO fed_gone SELECT DISTINCT h._row FROM {history} h"
                " WHERE h._until > {low} AND h._until <= {target} AND h._push <= {low}"
                " AND NOT EXISTS (SELECT 1 FROM {current} r WHERE r._row = h._row AND r._push <= {target})"
                " AND NOT EXISTS (SELECT 1 FROM {history} o WHERE o._row = h._row AND o._push <= {target}"
                " AND o._until > {target})"
            ).format(
                current=table.current, history=table.history, low=sql.Literal(span.low), target=sql.Literal(span.target)
            )
        )


@contextmanager
def by_hash(unit: Unit) -> Iterator[None]:
    """Join the tables of a step with each other in one pass each.

    How many rows a grouping of a temporary table leaves is not known to the planner; it guesses one, and what it
    joins to that by nested loops takes the square of a page.
    """
    unit.driver.execute("SET LOCAL enable_nestloop = off")
    yield
    unit.driver.execute("SET LOCAL enable_nestloop = on")


def put_second(unit: Unit) -> None:
    """Let what the rows of the step said of a second subject (under minus their number) end with what they said."""
    unit.driver.execute("INSERT INTO fed_gone SELECT -row FROM fed_read UNION SELECT -row FROM fed_gone WHERE row > 0")


def put_withdrawn(unit: Unit, step: Step, limit: int) -> int:
    """Note rows of a stopped source whose claims still stand, at most ``limit``; return how many."""
    query = sql.SQL(
        "INSERT INTO fed_gone SELECT row FROM {} WHERE source = %s AND closed_push IS NULL ORDER BY row LIMIT %s"
    ).format(name(SUBJECTS[step.register].claim.name))
    return unit.driver.execute(query, (step.source, limit)).rowcount


def resolve(unit: Unit, code: str, kinds: Sequence[str]) -> int:
    """Find the subject of each row by its form, make those that are new; return how many were made.

    Afterwards ``fed_row`` holds (row, push, event_at, vals, subject) and ``fed_born`` the new subjects.
    """
    driver, tables = unit.driver, SUBJECTS[code]
    alias, sequence = name(tables.alias.name), sql.Literal(f"hub.{tables.subject.name}_id_seq")
    driver.execute("ANALYZE fed (row, form)")
    driver.execute("ANALYZE fed_older")
    driver.execute(
        "CREATE TEMPORARY TABLE fed_looked ON COMMIT DROP AS SELECT form, form AS looked FROM fed UNION"
        " SELECT f.form, o.form FROM fed f JOIN fed_older o USING (row)"
    )
    # Looked up one by one (LATERAL with LIMIT): a join may read the names of a whole register for one page.
    driver.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE fed_known ON COMMIT DROP AS SELECT DISTINCT ON (f.form) f.form, a.subject"
            " FROM fed_looked f CROSS JOIN LATERAL (SELECT subject, array_position(%s::text[], kind) AS place FROM {}"
            " WHERE form = f.looked AND kind = ANY(%s) ORDER BY place LIMIT 1) a ORDER BY f.form, a.place"
        ).format(alias),
        (list(kinds), list(kinds)),
    )
    driver.execute("ANALYZE fed_known (form)")
    born = driver.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE fed_born ON COMMIT DROP AS SELECT form, nextval({}) AS subject FROM"
            " (SELECT DISTINCT form FROM fed EXCEPT SELECT form FROM fed_known) AS strange"
        ).format(sequence)
    ).rowcount
    driver.execute("ANALYZE fed_born (subject)")
    driver.execute(
        sql.SQL("INSERT INTO {} (form, kind, subject) SELECT form, %s, subject FROM fed_born").format(alias),
        (kinds[0],),
    )
    driver.execute(
        "CREATE TEMPORARY TABLE fed_row ON COMMIT DROP AS"
        " SELECT f.row, f.push, f.event_at, jsonb_strip_nulls(f.vals) AS vals, s.subject FROM fed f"
        " JOIN (SELECT form, subject FROM fed_known UNION ALL SELECT form, subject FROM fed_born) s USING (form)"
    )
    driver.execute("ANALYZE fed_row (row, subject)")
    return born


def rows_between(unit: Unit) -> tuple[int, int]:
    """Return the least and the greatest row a step speaks of: what stands of other rows is not looked at."""
    found = unit.driver.execute(
        "SELECT min(row), max(row) FROM (SELECT row FROM fed_row UNION ALL SELECT row FROM fed_gone) AS f"
    ).fetchone()
    return (0, 0) if found is None or found[0] is None else (int(found[0]), int(found[1]))


def write_claims(unit: Unit, step: Step) -> int:
    """Close what the rows said before, write what they say now; return how many claims were closed.

    The subjects of both are in ``fed_todo`` then, some of them more than once.
    """
    driver, claims = unit.driver, name(SUBJECTS[step.register].claim.name)
    closed = driver.execute(
        sql.SQL(
            "WITH closed AS (UPDATE {claims} c SET closed_push = %s, closed_at = %s"
            " FROM (SELECT row FROM fed_row UNION SELECT row FROM fed_gone) AS f"
            " WHERE c.source = %s AND c.row = f.row AND c.closed_push IS NULL AND c.row BETWEEN %s AND %s"
            " RETURNING c.subject) INSERT INTO fed_todo SELECT subject FROM closed"
        ).format(claims=claims),
        (step.push, step.now, step.source, *rows_between(unit)),
    ).rowcount
    driver.execute(
        sql.SQL(
            "INSERT INTO {claims} (subject, source, row, push, event_at, loaded_at, values)"
            " SELECT subject, %s, row, push, event_at, %s, vals FROM fed_row ORDER BY row"
        ).format(claims=claims),
        (step.source, step.now),
    )
    driver.execute("INSERT INTO fed_todo SELECT subject FROM fed_row")
    return closed


def note_waiting(unit: Unit, step: Step) -> None:
    """Remember subjects with claims of a time to come."""
    unit.driver.execute(
        "INSERT INTO hub.register_waiting (register, subject, due_at)"
        " SELECT DISTINCT %s, subject, event_at FROM fed_row WHERE event_at > %s"
        " ON CONFLICT (register, subject, due_at) DO NOTHING",
        (step.register, step.local_now),
    )


def take_waiting(unit: Unit, code: str, local_now: datetime, limit: int) -> int:
    """Put subjects whose claims begin to count into ``fed_todo``; return how many lines were taken."""
    return unit.driver.execute(
        "WITH due AS (DELETE FROM hub.register_waiting w USING (SELECT register, subject, due_at"
        " FROM hub.register_waiting WHERE register = %s AND due_at <= %s ORDER BY due_at LIMIT %s) d"
        " WHERE w.register = d.register AND w.subject = d.subject AND w.due_at = d.due_at RETURNING w.subject)"
        " INSERT INTO fed_todo SELECT subject FROM due",
        (code, local_now, limit),
    ).rowcount


def has_waiting(unit: Unit, code: str, local_now: datetime) -> bool:
    """Tell whether a claim of the register has begun to count since it was looked at."""
    found = unit.driver.execute(
        "SELECT 1 FROM hub.register_waiting WHERE register = %s AND due_at <= %s LIMIT 1", (code, local_now)
    ).fetchone()
    return found is not None


def write_refusals(unit: Unit, step: Step) -> int:
    """Settle the refusals of rows that were read or went, write those of this step; return how many rows."""
    driver = unit.driver
    driver.execute(
        "UPDATE hub.register_refusal t SET settled_push = %s"
        " FROM (SELECT row FROM fed_read UNION SELECT row FROM fed_gone) AS f"
        " WHERE t.source = %s AND t.row = f.row AND t.settled_push IS NULL",
        (step.push, step.source),
    )
    return driver.execute(
        "INSERT INTO hub.register_refusal (source, row, push, rule, elements, at)"
        " SELECT %s, r.row, %s, string_agg(DISTINCT r.rule, ','),"
        " coalesce(array_agg(DISTINCT o.element) FILTER (WHERE o.element IS NOT NULL), '{}'), %s"
        " FROM fed_refused r LEFT JOIN LATERAL unnest(r.elements) AS o (element) ON true"
        " GROUP BY r.row ON CONFLICT (source, row, push)"
        " DO UPDATE SET rule = excluded.rule, elements = excluded.elements, at = excluded.at, settled_push = NULL",
        (step.source, step.push, step.now),
    ).rowcount


def no_rows(unit: Unit) -> None:
    """Say that a step reads no rows (it only closes what a stopped source said)."""
    unit.driver.execute(
        "CREATE TEMPORARY TABLE fed_row (row bigint, push bigint, event_at timestamp, vals jsonb, subject bigint)"
        " ON COMMIT DROP"
    )


def key_of_row(unit: Unit, table: RowTable, column: str, row: int) -> str | None:
    """Return the key a row stands under, as it is stored; None where the row went."""
    query = sql.SQL("SELECT {}::text FROM {} WHERE _row = %s").format(sql.Identifier(column), table.current)
    found = unit.driver.execute(query, (row,)).fetchone()
    return None if found is None else found[0]
