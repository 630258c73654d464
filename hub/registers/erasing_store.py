"""Statements that take out of a register what erased rows said; over the temporary tables of a feeding step.

个人信息保护法 Art. 47. Conflicts keep who disagrees: only the erased row's voice leaves them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from psycopg import sql

from hub.registers.feeding_store import name
from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from hub.database import Unit
    from hub.registers.feeding_store import Step

_DUE: Final = (
    "SELECT s.register, s.id FROM hub.register_source s WHERE EXISTS (SELECT 1 FROM hub.row_erased e"
    " WHERE e.entry_id = s.entry_id AND e.number > s.erased) ORDER BY s.id"
)


@dataclass(frozen=True, slots=True)
class Due:
    """Erasures of a resource after version ``after`` up to ``target`` that a source has not carried out."""

    entry_id: uuid.UUID
    after: int
    target: int


@dataclass(frozen=True, slots=True)
class Saying:
    """A claim that is left: its texts, the kind of key its row has, whether the key is among the texts."""

    values: tuple[str, ...] = field(repr=False)
    key_kind: str
    holds_key: bool


@dataclass(slots=True)
class Named:
    """A subject that other rows still know: its names as (form, kind), and all claims of it."""

    aliases: list[tuple[str, str]] = field(default_factory=list, repr=False)
    claims: list[Saying] = field(default_factory=list)


def due(unit: Unit) -> list[tuple[str, int]]:
    """Return (register, source) of the sources with erasures to carry out."""
    return [(str(code), int(number)) for code, number in unit.driver.execute(_DUE.encode())]


def source(unit: Unit, number: int) -> Due | None:
    """Return what a source has to carry out, and keep others from it until the transaction ends."""
    row = unit.driver.execute(
        "SELECT s.entry_id, s.erased, (SELECT max(e.number) FROM hub.row_erased e WHERE e.entry_id = s.entry_id"
        " AND e.number > s.erased) FROM hub.register_source s WHERE s.id = %s FOR UPDATE OF s",
        (number,),
    ).fetchone()
    return None if row is None or row[2] is None else Due(row[0], int(row[1]), int(row[2]))


def drop_claims(unit: Unit, step: Step, due: Due) -> int:
    """Delete claims, links, refusals and voices of the erased rows; return how many claims.

    Afterwards ``fed_todo`` holds their subjects.
    """
    driver, tables = unit.driver, SUBJECTS[step.register]
    driver.execute("CREATE TEMPORARY TABLE fed_erased (row bigint PRIMARY KEY) ON COMMIT DROP")
    driver.execute(
        "INSERT INTO fed_erased SELECT DISTINCT sign * row FROM hub.row_erased, (VALUES (1), (-1)) signs (sign)"
        " WHERE entry_id = %s AND number > %s AND number <= %s",
        (due.entry_id, due.after, due.target),
    )
    driver.execute("ANALYZE fed_erased")
    lost = 0
    for state in ("IS NULL", "IS NOT NULL"):  # each has its index
        lost += driver.execute(
            sql.SQL(
                "WITH lost AS (DELETE FROM {} c USING fed_erased f WHERE c.source = %s AND c.row = f.row"
                " AND c.closed_push {} RETURNING c.subject) INSERT INTO fed_todo SELECT subject FROM lost"
            ).format(name(tables.claim.name), sql.SQL(state)),
            (step.source,),
        ).rowcount
        driver.execute(
            sql.SQL(
                "DELETE FROM {} l USING fed_erased f WHERE l.source = %s AND l.row = f.row AND l.closed_push {}"
            ).format(name(tables.link.name), sql.SQL(state)),
            (step.source,),
        )
    driver.execute(
        "DELETE FROM hub.register_refusal t USING fed_erased f WHERE t.source = %s AND t.row = f.row", (step.source,)
    )
    _drop_voices(unit, step)
    return lost


def _drop_voices(unit: Unit, step: Step) -> None:
    """Take the erased rows out of the lines of conflict; a line nobody is left in goes."""
    driver = unit.driver
    parts = {
        "voices": sql.SQL("jsonb_array_elements(t.claims) v"),
        "is_erased": sql.SQL(
            "(v ->> 'source')::integer = %s AND EXISTS (SELECT 1 FROM fed_erased f WHERE f.row = (v ->> 'row')::bigint)"
        ),
    }
    driver.execute(
        sql.SQL(
            "UPDATE hub.register_conflict t SET claims ="
            " (SELECT coalesce(jsonb_agg(v), '[]') FROM {voices} WHERE NOT ({is_erased}))"
            " WHERE t.register = %s AND t.subject IN (SELECT subject FROM fed_todo)"
            " AND EXISTS (SELECT 1 FROM {voices} WHERE {is_erased})"
        ).format(**parts),
        (step.source, step.register, step.source),
    )
    driver.execute(
        "DELETE FROM hub.register_conflict WHERE register = %s AND subject IN (SELECT subject FROM fed_todo)"
        " AND claims = '[]'",
        (step.register,),
    )


def touch(unit: Unit, step: Step, change: int) -> None:
    """Let every subject of the step count as changed: who follows the register looks at its history again too."""
    unit.driver.execute(
        sql.SQL(
            "UPDATE {} s SET changed = %s, changed_at = %s FROM (SELECT DISTINCT subject FROM fed_todo) t"
            " WHERE s.id = t.subject"
        ).format(name(SUBJECTS[step.register].subject.name)),
        (change, step.now),
    )


def drop_nameless(unit: Unit, step: Step) -> None:
    """Delete the names of subjects nobody says anything of, and let links to them lead nowhere.

    The empty subject stays, so that its end is told to who follows the register.
    """
    driver, tables = unit.driver, SUBJECTS[step.register]
    driver.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE fed_nobody ON COMMIT DROP AS SELECT DISTINCT subject FROM fed_todo t"
            " WHERE NOT EXISTS (SELECT 1 FROM {} c WHERE c.subject = t.subject)"
        ).format(name(tables.claim.name))
    )
    driver.execute(
        sql.SQL("DELETE FROM {} a USING fed_nobody n WHERE a.subject = n.subject").format(name(tables.alias.name))
    )
    for each in SUBJECTS.values():
        driver.execute(
            sql.SQL(
                "UPDATE {} l SET other = NULL FROM fed_nobody n WHERE l.other_register = %s AND l.other = n.subject"
            ).format(name(each.link.name)),
            (step.register,),
        )
    driver.execute(
        "DELETE FROM hub.register_waiting w USING fed_nobody n WHERE w.register = %s AND w.subject = n.subject",
        (step.register,),
    )


def named(unit: Unit, code: str) -> dict[int, Named]:
    """Return the subjects of the step that still have claims, with their names and claims."""
    driver, tables = unit.driver, SUBJECTS[code]
    found: dict[int, Named] = {}
    rows = driver.execute(
        sql.SQL(
            "SELECT c.subject, ARRAY(SELECT value FROM jsonb_each_text(c.values)), s.key_kind,"
            " EXISTS (SELECT 1 FROM jsonb_each_text(s.items) i WHERE i.value = s.key_column AND c.values ? i.key)"
            " FROM {} c JOIN hub.register_source s ON s.id = c.source"
            " WHERE c.subject IN (SELECT subject FROM fed_todo)"
        ).format(name(tables.claim.name))
    )
    for subject, values, key_kind, holds_key in rows.fetchall():
        found.setdefault(subject, Named()).claims.append(Saying(tuple(values), key_kind, holds_key))
    names = driver.execute(
        sql.SQL("SELECT subject, form, kind FROM {} WHERE subject = ANY(%s)").format(name(tables.alias.name)),
        (list(found),),
    )
    for subject, form, kind in names.fetchall():
        found[subject].aliases.append((form, kind))
    return found


def drop_aliases(unit: Unit, code: str, names: Sequence[tuple[str, str]]) -> None:
    """Delete names, given as (form, kind)."""
    query = sql.SQL("DELETE FROM {} WHERE form = %s AND kind = %s").format(name(SUBJECTS[code].alias.name))
    if names:
        unit.driver.cursor().executemany(query, names)


def set_erased(unit: Unit, number: int, target: int) -> None:
    """Note that erasures up to a version of its resource have reached the register."""
    unit.driver.execute("UPDATE hub.register_source SET erased = %s WHERE id = %s", (target, number))
