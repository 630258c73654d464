"""Other names and links of a feeding step, and two subjects that turn out to be one. 居民身份证法 Art. 3 (one number).

Runs after :func:`hub.registers.feeding_store.resolve` in the same transaction, over its temporary tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from hub.registers.feeding_store import name, rows_between
from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.registers.feeding_store import Step

ALIAS_TAKEN = "register.alias_taken"


def write_aliases(unit: Unit, code: str) -> int:
    """Write other names of the rows' subjects; return how many subjects were made one with another.

    A name another subject has is a line of ``fed_refused``, but where the rules say that both surely are the same.
    """
    driver, alias = unit.driver, name(SUBJECTS[code].alias.name)
    if driver.execute("SELECT 1 FROM fed_alias LIMIT 1").fetchone() is None:
        return 0
    driver.execute("ANALYZE fed_alias")
    written = sql.SQL(
        "INSERT INTO {alias} AS a (form, kind, subject, since, until)"
        " SELECT DISTINCT ON (f.form, f.kind) f.form, f.kind, r.subject, f.since, f.until"
        " FROM fed_alias f JOIN fed_row r USING (row) WHERE f.form IS NOT NULL ORDER BY f.form, f.kind, r.event_at DESC"
        " ON CONFLICT (form, kind) DO UPDATE SET since = coalesce(excluded.since, a.since), until = excluded.until"
        " WHERE a.subject = excluded.subject"
        " AND (a.since, a.until) IS DISTINCT FROM (coalesce(excluded.since, a.since), excluded.until)"
    )
    driver.execute(written.format(alias=alias))
    taken = sql.SQL(
        "SELECT DISTINCT f.row, r.subject, a.subject, f.is_same FROM fed_alias f JOIN fed_row r USING (row)"
        " JOIN {alias} a ON a.form = f.form AND a.kind = f.kind AND a.subject <> r.subject"
    ).format(alias=alias)
    merged = 0
    became: dict[int, int] = {}
    for row, one, other, is_same in driver.execute(taken).fetchall():
        if not is_same:
            driver.execute("INSERT INTO fed_refused (row, rule, elements) VALUES (%s, %s, '{}')", (row, ALIAS_TAKEN))
            continue
        first, second = _end(became, one), _end(became, other)
        if first != second:
            keep, lose = min(first, second), max(first, second)
            merge(unit, code, keep, lose)
            became[lose] = keep
            merged += 1
    if merged:
        driver.execute(written.format(alias=alias))
    return merged


def _end(became: dict[int, int], subject: int) -> int:
    while subject in became:
        subject = became[subject]
    return subject


def merge(unit: Unit, code: str, keep: int, lose: int) -> None:
    """Make two subjects one: names, claims and links go to ``keep``; ``lose`` stays empty, so that its end is told."""
    driver, tables = unit.driver, SUBJECTS[code]
    for table in (tables.alias, tables.claim, tables.link):
        statement = sql.SQL("UPDATE {} SET subject = %s WHERE subject = %s").format(name(table.name))
        driver.execute(statement, (keep, lose))
    for each in SUBJECTS.values():
        others = sql.SQL("UPDATE {} SET other = %s WHERE other_register = %s AND other = %s")
        driver.execute(others.format(name(each.link.name)), (keep, code, lose))
    driver.execute(
        "UPDATE hub.register_conflict SET state = 'settled', settled_at = now() WHERE register = %s AND subject = %s"
        " AND state <> 'settled'",
        (code, lose),
    )
    driver.execute("UPDATE fed_row SET subject = %s WHERE subject = %s", (keep, lose))
    driver.execute("INSERT INTO fed_todo VALUES (%s), (%s)", (keep, lose))


def write_links(unit: Unit, step: Step) -> None:
    """Close the links the rows told of before, write those they tell of now, and find their other ends."""
    driver, code = unit.driver, step.register
    links = name(SUBJECTS[code].link.name)
    driver.execute(
        sql.SQL(
            "UPDATE {} l SET closed_push = %s, closed_at = %s"
            " FROM (SELECT row FROM fed_row UNION SELECT row FROM fed_gone) AS f"
            " WHERE l.source = %s AND l.row = f.row AND l.closed_push IS NULL AND l.row BETWEEN %s AND %s"
        ).format(links),
        (step.push, step.now, step.source, *rows_between(unit)),
    )
    driver.execute("ANALYZE fed_link")
    for (other,) in driver.execute("SELECT DISTINCT other_register FROM fed_link ORDER BY 1").fetchall():
        _write_links_to(unit, step, links, str(other))


def _write_links_to(unit: Unit, step: Step, links: sql.Identifier, other: str) -> None:
    """Write the links that lead to one register; of a register without subjects the other end is not known."""
    ends: sql.Composable = sql.SQL("(SELECT NULL::bigint AS subject, NULL AS form, NULL AS kind WHERE false)")
    if other in SUBJECTS:
        ends = name(SUBJECTS[other].alias.name)
    unit.driver.execute(
        sql.SQL(
            "INSERT INTO {links} (kind, subject, other_register, other, other_form, other_kind, source, push, row,"
            " since, until, loaded_at) SELECT f.kind, r.subject, f.other_register, a.subject, f.other_form,"
            " f.other_kind, %s, r.push, f.row, f.since, f.until, %s FROM fed_link f JOIN fed_row r USING (row)"
            " LEFT JOIN LATERAL (SELECT subject FROM {ends} e"
            " WHERE form = f.other_form AND kind = f.other_kind LIMIT 1) a ON true WHERE f.other_register = %s"
        ).format(links=links, ends=ends),
        (step.source, step.now, other),
    )


def find_ends(unit: Unit, code: str, kind: str) -> None:
    """Let links that wait for the subjects new in this step lead to them; ``kind`` is what they are known as."""
    for each in SUBJECTS.values():
        unit.driver.execute(
            sql.SQL(
                "UPDATE {} l SET other = n.subject FROM (SELECT form, %s AS kind, subject FROM fed_born UNION ALL"
                " SELECT f.form, f.kind, r.subject FROM fed_alias f JOIN fed_row r USING (row)) n"
                " WHERE l.other_form = n.form AND l.other_kind = n.kind AND l.other_register = %s AND l.other IS NULL"
            ).format(name(each.link.name)),
            (kind, code),
        )
