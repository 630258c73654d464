"""The values of subjects as a pure function of their open claims, and the conflicts between sources.

For each element: the best authority rank; among equal ranks the latest event; among equal events the source named
first, the lower row. Claims of a time to come do not count yet, null says nothing. A department speaks with one
voice: of its own claims those of its best rank and latest event. Where voices differ there is a conflict: it is
listed, the element is doubted, and the value above is served with that flag. Zhengzhou Art. 19; Jilin Art. 27
(true, accurate); 政务数据共享条例 Art. 26 (校核).

Works over ``fed_todo`` and, after a step of feeding, ``fed_row`` and ``fed_born`` (:mod:`hub.registers.feeding_store`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg import sql

from hub.identity.number_seals import MARK
from hub.registers.feeding_store import by_hash, name
from hub.registers.tables import SUBJECTS

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.number_seals import NumberSeals
    from hub.registers.feeding_store import Step

UNRANKED: Final = 100
"""Rank of an element a source says without having been given one (the register's rules derived it)."""


_NOTHING_TO_WEIGH: Final = """
CREATE TEMPORARY TABLE fed_open (subject bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE fed_dispute (subject bigint, element text) ON COMMIT DROP;
CREATE TEMPORARY TABLE fed_voice (subject bigint, element text, source integer, row bigint, push bigint,
    event_at timestamp, value text, rank integer, place bigint, standing bigint) ON COMMIT DROP
"""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What became of the subjects of a step: how many were looked at, how many changed."""

    touched: int
    changed: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What one source says in a conflict; ``is_served``: its value is the one the register serves."""

    subject: int
    element: str
    source: int
    row: int
    push: int
    event_at: datetime
    rank: int
    value: str
    is_served: bool


def recompute(unit: Unit, step: Step, change: int, numbers: NumberSeals, *, has_born: bool) -> Recomputed:
    """Bring the subjects of ``fed_todo`` up to date; ``has_born``: the step made subjects (``fed_born``)."""
    driver, code = unit.driver, step.register
    touched = driver.execute(
        "CREATE TEMPORARY TABLE fed_subject ON COMMIT DROP AS SELECT DISTINCT subject FROM fed_todo"
    ).rowcount
    born, plain = _write_born(unit, step, change) if has_born else (0, 0)
    if plain == touched:
        driver.execute(_NOTHING_TO_WEIGH)
        return Recomputed(touched, born)
    driver.execute("ANALYZE fed_subject")
    driver.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE fed_open ON COMMIT DROP AS SELECT t.subject, c.voices, c.only FROM fed_subject t"
            " CROSS JOIN LATERAL (SELECT count(*) AS voices, min(id) AS only FROM {claims}"
            " WHERE subject = t.subject AND closed_push IS NULL AND event_at <= %s) c"
        ).format(claims=name(SUBJECTS[code].claim.name)),
        (step.local_now,),
    )
    driver.execute("ANALYZE fed_open")
    _take_apart(unit, step)
    with by_hash(unit):
        _leave_out_alike(unit, numbers)
        _weigh(unit, numbers)
    changed = driver.execute(
        sql.SQL(
            "UPDATE {subjects} s SET values = g.vals, doubted = g.doubted, changed = %s, changed_at = %s FROM ("
            "SELECT o.subject, coalesce(c.values, '{{}}'::jsonb) AS vals, '{{}}'::text[] AS doubted FROM fed_open o"
            " LEFT JOIN {claims} c ON c.id = o.only WHERE o.voices < 2"
            " UNION ALL SELECT subject, vals, doubted FROM fed_golden) g"
            " WHERE s.id = g.subject AND (s.values IS DISTINCT FROM g.vals OR s.doubted IS DISTINCT FROM g.doubted)"
        ).format(subjects=name(SUBJECTS[code].subject.name), claims=name(SUBJECTS[code].claim.name)),
        (change, step.now),
    ).rowcount
    return Recomputed(touched, born + changed)


def _write_born(unit: Unit, step: Step, change: int) -> tuple[int, int]:
    """Insert the new subjects and return how many, and how many of them are done with.

    One with a single claim has its values at once; the others are weighed as all are.
    """
    driver, subjects = unit.driver, name(SUBJECTS[step.register].subject.name)
    driver.execute(
        "CREATE TEMPORARY TABLE fed_plain ON COMMIT DROP AS SELECT subject, vals FROM ("
        "SELECT r.subject, r.vals, r.event_at, count(*) OVER (PARTITION BY r.subject) AS claims"
        " FROM fed_row r JOIN fed_born b USING (subject)) one WHERE claims = 1 AND event_at <= %s",
        (step.local_now,),
    )
    insert = sql.SQL("INSERT INTO {} (id, values, doubted, changed, changed_at) ").format(subjects)
    born = driver.execute(
        insert + sql.SQL("SELECT subject, vals, '{}', %s, %s FROM fed_plain ORDER BY subject"), (change, step.now)
    ).rowcount
    born += driver.execute(
        insert + sql.SQL("SELECT subject, '{}'::jsonb, '{}', %s, %s FROM (SELECT subject FROM fed_born"
                         " EXCEPT SELECT subject FROM fed_plain) rest ORDER BY subject"),
        (change, step.now),
    ).rowcount  # fmt: skip
    done = driver.execute("DELETE FROM fed_subject s USING fed_plain p WHERE p.subject = s.subject").rowcount
    return born, done


def _take_apart(unit: Unit, step: Step) -> None:
    """Make ``fed_many``, subjects with several claims, the widest first, and ``fed_other``, what all but it say."""
    driver, claims = unit.driver, name(SUBJECTS[step.register].claim.name)
    driver.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE fed_many ON COMMIT DROP AS"
            " SELECT c.subject, c.source, c.row, c.push, c.event_at, c.values, row_number() OVER"
            " (PARTITION BY c.subject ORDER BY pg_column_size(c.values) DESC, c.id) AS width"
            " FROM fed_open o CROSS JOIN LATERAL (SELECT * FROM {claims}"
            " WHERE subject = o.subject AND closed_push IS NULL AND event_at <= %s OFFSET 0) c WHERE o.voices > 1"
        ).format(claims=claims),
        (step.local_now,),
    )
    driver.execute("ANALYZE fed_many (subject, width)")
    driver.execute(
        "CREATE TEMPORARY TABLE fed_other ON COMMIT DROP AS"
        " SELECT m.subject, m.source, m.row, m.push, m.event_at, v.key AS element, v.value AS value"
        " FROM fed_many m CROSS JOIN LATERAL jsonb_each_text(m.values) v WHERE m.width > 1"
    )
    driver.execute("ANALYZE fed_other (subject)")


def _leave_out_alike(unit: Unit, numbers: NumberSeals) -> None:
    """Make ``fed_said``, who says what: of the widest claim of a subject only elements the others speak of.

    Subjects of whom all claims agree are left out (``fed_alike``).
    """
    driver = unit.driver
    _find_alike(unit, numbers)
    driver.execute(
        "CREATE TEMPORARY TABLE fed_said ON COMMIT DROP AS SELECT * FROM fed_other o"
        " WHERE NOT EXISTS (SELECT 1 FROM fed_alike a WHERE a.subject = o.subject)"
    )
    driver.execute(
        "INSERT INTO fed_said SELECT m.subject, m.source, m.row, m.push, m.event_at, e.element, m.values ->> e.element"
        " FROM (SELECT DISTINCT subject, element FROM fed_said) e JOIN fed_many m ON m.subject = e.subject"
        " AND m.width = 1 AND m.values ? e.element"
    )


def _weigh(unit: Unit, numbers: NumberSeals) -> None:
    """Make ``fed_golden`` (subject, vals, doubted) of subjects with several claims, and ``fed_voice`` of conflicts."""
    driver = unit.driver
    _seal_alike(unit, numbers)
    driver.execute(
        "CREATE TEMPORARY TABLE fed_element ON COMMIT DROP AS SELECT subject, element, min(value) AS value,"
        " min(value) <> max(value) AS differs FROM fed_said GROUP BY subject, element"
    )
    driver.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE fed_voice ON COMMIT DROP AS SELECT s.subject, s.element, s.source, s.row, s.push,"
            " s.event_at, s.value, s.rank, rank() OVER"
            " (PARTITION BY s.subject, s.element, s.speaker ORDER BY s.rank, s.event_at DESC) AS place, row_number()"
            " OVER (PARTITION BY s.subject, s.element ORDER BY s.rank, s.event_at DESC, s.source, s.row) AS standing"
            " FROM (SELECT v.*, o.provider_id AS speaker, coalesce((k.ranks ->> v.element)::int, {unranked}) AS rank"
            " FROM fed_said v JOIN fed_element e USING (subject, element) JOIN hub.register_source k ON k.id = v.source"
            " JOIN hub.entry o ON o.id = k.entry_id WHERE e.differs) s"
        ).format(unranked=sql.Literal(UNRANKED))
    )
    driver.execute(
        "CREATE TEMPORARY TABLE fed_dispute ON COMMIT DROP AS SELECT subject, element FROM fed_voice WHERE place = 1"
        " GROUP BY subject, element HAVING min(value) <> max(value)"
    )
    driver.execute("ANALYZE fed_dispute")
    driver.execute(
        "CREATE TEMPORARY TABLE fed_golden ON COMMIT DROP AS SELECT m.subject,"
        " m.values || coalesce(g.vals, '{}'::jsonb) AS vals, coalesce(g.doubted, '{}') AS doubted FROM fed_many m"
        " LEFT JOIN (SELECT e.subject, jsonb_object_agg(e.element, coalesce(b.value, e.value)) AS vals,"
        " array_agg(e.element ORDER BY e.element) FILTER (WHERE d.element IS NOT NULL) AS doubted FROM fed_element e"
        " LEFT JOIN fed_voice b ON b.subject = e.subject AND b.element = e.element AND b.standing = 1"
        " LEFT JOIN fed_dispute d ON d.subject = e.subject AND d.element = e.element GROUP BY e.subject) g"
        " ON g.subject = m.subject WHERE m.width = 1"
        " AND NOT EXISTS (SELECT 1 FROM fed_alike a WHERE a.subject = m.subject)"
        " UNION ALL SELECT subject, vals, '{}' FROM fed_alike"
    )


def _find_alike(unit: Unit, numbers: NumberSeals) -> None:
    """Make ``fed_alike`` (subject, vals): subjects of whom no claim says anything else than another.

    They are nearly all, and need no weighing. While keys of numbers are rotated equal numbers can be different
    texts: then nobody is in it, and all are weighed.
    """
    unit.driver.execute(
        "CREATE TEMPORARY TABLE fed_alike ON COMMIT DROP AS"
        " SELECT m.subject, m.values || coalesce(a.vals, '{}') AS vals FROM fed_many m"
        " LEFT JOIN (SELECT o.subject, jsonb_object_agg(o.element, o.value) AS vals,"
        " bool_or(b.values ? o.element) OR count(*) > count(DISTINCT o.element) AS differs"
        " FROM fed_other o JOIN fed_many b ON b.subject = o.subject AND b.width = 1"
        " WHERE b.values ->> o.element IS DISTINCT FROM o.value GROUP BY o.subject"
        ") a ON a.subject = m.subject WHERE m.width = 1 AND a.differs IS NOT TRUE AND %s",
        (len(numbers.versions) == 1,),
    )
    unit.driver.execute("ANALYZE fed_alike (subject)")


def _seal_alike(unit: Unit, numbers: NumberSeals) -> None:
    """Seal compared numbers under one key while keys are rotated: equal numbers must be equal texts."""
    if len(numbers.versions) == 1:
        return
    driver, newest = unit.driver, f"{MARK}{numbers.version}.%"
    older = driver.execute(
        "SELECT DISTINCT value FROM fed_said WHERE value LIKE %s AND value NOT LIKE %s", (f"{MARK}%", newest)
    ).fetchall()
    for (text,) in older:
        driver.execute("UPDATE fed_said SET value = %s WHERE value = %s", (numbers.seal(str(text)), text))


def voices(unit: Unit) -> list[Voice]:
    """Return who says what in the conflicts of the step, by subject and element, the best authority first."""
    with by_hash(unit):
        rows = unit.driver.execute(
            "SELECT v.subject, v.element, v.source, v.row, v.push, v.event_at, v.rank, v.value, v.value = b.value"
            " FROM fed_voice v JOIN fed_dispute d ON d.subject = v.subject AND d.element = v.element"
            " JOIN fed_voice b ON b.subject = v.subject AND b.element = v.element AND b.standing = 1"
            " WHERE v.place = 1 ORDER BY v.subject, v.element, v.standing"
        )
        return [Voice(*row) for row in rows]
