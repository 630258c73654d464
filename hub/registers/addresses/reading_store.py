"""The SQL of reading standard addresses: the dictionary, lookup by key, by cell, by identifier.

Every read is told what it may not see (:class:`Hidden`): loads whose entry is not given to who asks. What they said
is absent, as if it had never been there, and so is whatever lies in a division that is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from catalogue.addresses import Found, Level, Place
from catalogue.addresses_standard import digits_of
from hub.registers.addresses.tables import address, address_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg

    from hub.database import Unit

MOST_NEAR: Final = 5000
"""Addresses around a point that are counted; the nearest come first."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not shown: loads by number, in order, and the digits of the divisions that fall away with them."""

    loads: tuple[int, ...] = ()
    divisions: tuple[str, ...] = ()


NOTHING_HIDDEN: Final = Hidden()


def _loads(hidden: Hidden) -> sa.ColumnElement[Any]:
    return sa.cast(list(hidden.loads), ARRAY(sa.Integer))


def _is_said(hidden: Hidden) -> sa.ColumnElement[bool]:
    """Whether someone who may be heard says a row: its source, or for one that only follows any it follows from."""
    loads = _loads(hidden)
    follows = sa.and_(~address.c.is_given, ~address.c.others.contained_by(loads))
    return sa.or_(address.c.source != sa.all_(loads), sa.func.coalesce(follows, sa.false()))


def _is_shown(hidden: Hidden) -> sa.ColumnElement[bool]:
    """Whether a row is said, and lies in no division that is absent."""
    if not hidden.loads:
        return sa.true()
    said = _is_said(hidden)
    return sa.and_(said, *(~address.c.division12.startswith(one, autoescape=True) for one in hidden.divisions))


def _has_part(hidden: Hidden) -> sa.ColumnElement[bool]:
    """Whether names or the point of a row may come from someone who is not heard."""
    mixed = sa.and_(address.c.is_given, address.c.others.overlap(_loads(hidden)))
    return sa.func.coalesce(mixed, sa.false())


def absent_divisions(unit: Unit, loads: Sequence[int]) -> tuple[str, ...]:
    """Return the digits of the divisions these loads alone name; none that lies in another of them."""
    if not loads:
        return ()
    statement = sa.select(address.c.id).where(address.c.level <= Level.VILLAGE, ~_is_said(Hidden(tuple(loads))))
    found = sorted(digits for row in unit.connection.execute(statement) if (digits := digits_of(row.id)) is not None)
    highest: list[str] = []
    for digits in found:
        if not highest or not digits.startswith(highest[-1]):
            highest.append(digits)
    return tuple(highest)


def places(unit: Unit, hidden: Hidden = NOTHING_HIDDEN) -> list[Place]:
    """Return every named place that is valid: divisions, streets, estates, hamlets."""
    aliases = address.c.aliases
    if hidden.loads:
        aliases = sa.case((_has_part(hidden), sa.cast([], ARRAY(sa.Text))), else_=aliases).label("aliases")  # type: ignore[assignment]
    columns = (address.c.id, address.c.level, address.c.name, address.c.division12, aliases)
    statement = sa.select(*columns).where(
        address.c.level <= Level.STREET, address.c.valid_to.is_(None), _is_shown(hidden)
    )
    found = unit.connection.execute(statement.execution_options(yield_per=10_000))
    return [
        Place(row.id, Level(row.level), row.name, digits_of(row.division12) or row.division12, tuple(row.aliases))
        for row in found
    ]


_BY_KEY: Final = """
SELECT <key>, id, level, full_text,
    CASE WHEN NOT coalesce(is_given AND others && %(hidden)s::integer[], false) THEN longitude END,
    CASE WHEN NOT coalesce(is_given AND others && %(hidden)s::integer[], false) THEN latitude END
FROM hub.address
WHERE <key> = ANY(%(keys)s) AND valid_to IS NULL
    AND (source <> ALL(%(hidden)s::integer[])
        OR coalesce(NOT is_given AND NOT others <@ %(hidden)s::integer[], false))
    AND NOT EXISTS (SELECT 1 FROM unnest(%(divisions)s::text[]) one WHERE starts_with(division12, one))
"""
_BY_KEYS: Final = " UNION ALL ".join(_BY_KEY.replace("<key>", key) for key in ("path_key", "short_key"))


def found_by_keys(unit: Unit, keys: Iterable[int], hidden: Hidden = NOTHING_HIDDEN) -> dict[int, list[Found]]:
    """Return the valid addresses below streets under these keys, each under both of its keys."""
    wanted = _wanted(keys, hidden)
    return _by_key(unit.driver.execute(_BY_KEYS, wanted).fetchall()) if wanted["keys"] else {}


async def found_by_keys_async(
    driver: psycopg.AsyncConnection[tuple[Any, ...]], keys: Iterable[int], hidden: Hidden = NOTHING_HIDDEN
) -> dict[int, list[Found]]:
    """Return the same on an async connection."""
    wanted = _wanted(keys, hidden)
    return _by_key(await (await driver.execute(_BY_KEYS, wanted)).fetchall()) if wanted["keys"] else {}


def _wanted(keys: Iterable[int], hidden: Hidden) -> dict[str, list[Any]]:
    return {"keys": list(set(keys)), "hidden": list(hidden.loads), "divisions": list(hidden.divisions)}


def _by_key(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = {}
    for key, number, level, full_text, longitude, latitude in rows:
        found.setdefault(key, []).append(Found(number, Level(level), full_text, longitude, latitude))
    return found


@dataclass(frozen=True, slots=True)
class Stored:
    """One address as the register shows it; ``row`` None: it follows from what its source says of others."""

    id: str
    parent: str | None
    level: Level
    name: str
    full_text: str
    division12: str
    longitude: float | None
    latitude: float | None
    valid_to: object
    main_id: str | None
    aliases: tuple[str, ...]
    source: str
    row: int | None


def _stored_rows(hidden: Hidden) -> sa.Select[tuple[Any, ...]]:
    """Return the statement of all that may be shown, with the source that says it."""
    names = ("id", "parent", "level", "name", "full_text", "division12", "valid_to", "main_id")
    plain: list[sa.ColumnElement[Any]] = [address.c[name] for name in names]
    point_and_names: list[sa.ColumnElement[Any]] = [address.c[name] for name in ("longitude", "latitude", "aliases")]
    source: sa.ColumnElement[Any] = address.c.source
    row: sa.ColumnElement[Any] = address.c.row
    if hidden.loads:
        loads, is_mixed = _loads(hidden), _has_part(hidden)
        point_and_names = [
            sa.case((is_mixed, sa.cast([], ARRAY(sa.Text)) if one.name == "aliases" else sa.null()), else_=one).label(
                str(one.name)
            )
            for one in (address.c.longitude, address.c.latitude, address.c.aliases)
        ]
        other = sa.func.unnest(address.c.others).column_valued("other")
        heard = sa.select(sa.func.min(other)).where(other != sa.all_(loads)).scalar_subquery()
        is_own = address.c.source != sa.all_(loads)
        source, row = sa.case((is_own, source), else_=heard), sa.case((is_own, row)).label("row")
    told = [*plain, *point_and_names, address_source.c.name.label("source"), row]
    return (
        sa.select(*told)
        .select_from(address)
        .join(address_source, address_source.c.id == source)
        .where(_is_shown(hidden))
    )


def in_cells(
    unit: Unit, cells: Sequence[int], deepest: Level, point: tuple[float, float, float], hidden: Hidden = NOTHING_HIDDEN
) -> list[Stored]:
    """Return the valid addresses of these cells down to a level, those nearest to a point, at most ``MOST_NEAR``.

    ``point`` is longitude, latitude, and the length of a degree of longitude there over one of latitude.
    """
    east, north = (address.c.longitude - point[0]) * point[2], address.c.latitude - point[1]
    statement = (
        _stored_rows(hidden)
        .where(address.c.cell == sa.any_(sa.cast(list(cells), ARRAY(sa.BigInteger))))
        .where(address.c.level <= deepest, address.c.valid_to.is_(None))
        .order_by(east * east + north * north, address.c.id)
        .limit(MOST_NEAR)
    )
    if hidden.loads:
        statement = statement.where(~_has_part(hidden))
    return _without_links(unit, [_stored(row) for row in unit.connection.execute(statement).mappings()], hidden)


def by_ids(unit: Unit, ids: Sequence[str], hidden: Hidden = NOTHING_HIDDEN) -> dict[str, Stored]:
    """Return addresses by their identifiers, valid or not."""
    statement = _stored_rows(hidden).where(address.c.id == sa.any_(sa.cast(list(ids), ARRAY(sa.Text))))
    found = [_stored(row._mapping) for row in unit.connection.execute(statement)]
    return {one.id: one for one in _without_links(unit, found, hidden)}


def whole(unit: Unit, ids: Sequence[str], hidden: Hidden) -> frozenset[str]:
    """Return those of these addresses that are valid and shown with all their names: nothing of them is hidden."""
    wanted = sa.select(address.c.id).where(address.c.id == sa.any_(sa.cast(list(ids), ARRAY(sa.Text))))
    found = wanted.where(address.c.valid_to.is_(None), _is_shown(hidden), ~_has_part(hidden))
    return frozenset(unit.connection.execute(found).scalars())


def _stored(row: sa.RowMapping) -> Stored:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    return Stored(**{**values, "level": Level(values["level"]), "aliases": tuple(values["aliases"])})


def _without_links(unit: Unit, found: list[Stored], hidden: Hidden) -> list[Stored]:
    """Return addresses without the identifiers of others that are absent."""
    if not hidden.loads or not found:
        return found
    named = {link for one in found for link in (one.parent, one.main_id) if link is not None}
    statement = sa.select(address.c.id).where(address.c.id == sa.any_(sa.cast(list(named), ARRAY(sa.Text))))
    shown = set(unit.connection.execute(statement.where(_is_shown(hidden))).scalars())
    return [
        replace(
            one,
            parent=one.parent if one.parent in shown else None,
            main_id=one.main_id if one.main_id in shown else None,
        )
        for one in found
    ]
