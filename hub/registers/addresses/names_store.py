"""The SQL of standard place names: written by load, read in pages of what may be shown (地名管理条例 Art. 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.registers.addresses.reading_store import NOTHING_HIDDEN
from hub.registers.addresses.tables import place_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.addresses_reading import NamedPlace
    from hub.database import Unit
    from hub.registers.addresses.reading_store import Hidden


def merge_names(unit: Unit, names: Sequence[NamedPlace], source: int) -> None:
    """Write standard place names; one that is there takes the new values and keeps a changed name as a former one.

    A former name that another source gave keeps that source beside it.
    """
    statement = sa.text(
        """
        INSERT INTO hub.place_name AS had (id, name, specific, generic, kind, pinyin, division12, approved_by,
            approved_on, filed_on, announced_on, former_names, source, "row")
        VALUES (:id, :name, :specific, :generic, :kind, :pinyin, :division12, :approved_by, :approved_on, :filed_on,
            :announced_on, :former_names, :source, :row)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, specific = excluded.specific, generic = excluded.generic,
            kind = excluded.kind, pinyin = excluded.pinyin, division12 = excluded.division12,
            approved_by = excluded.approved_by, approved_on = excluded.approved_on, filed_on = excluded.filed_on,
            announced_on = excluded.announced_on, source = excluded.source, "row" = excluded."row",
            former_names = ARRAY(SELECT DISTINCT one FROM unnest(had.former_names || excluded.former_names
                || CASE WHEN had.name <> excluded.name THEN ARRAY[had.name] END) one
                WHERE one <> excluded.name ORDER BY one),
            others = CASE
                WHEN had.source = excluded.source THEN had.others
                WHEN NOT had.former_names <@ excluded.former_names OR had.name <> excluded.name
                THEN ARRAY(SELECT DISTINCT min(first.id) FROM hub.address_source load
                    JOIN hub.address_source first ON first.entry_id IS NOT DISTINCT FROM load.entry_id
                    WHERE load.id = ANY(had.others || had.source) GROUP BY load.id)
            END
        """
    )
    for one in names:
        unit.connection.execute(
            statement,
            {
                "id": one.id,
                "name": one.name,
                "specific": one.specific,
                "generic": one.generic,
                "kind": one.kind,
                "pinyin": one.pinyin,
                "division12": one.division.ljust(12, "0"),
                "approved_by": one.approved_by,
                "approved_on": one.approved_on,
                "filed_on": one.filed_on,
                "announced_on": one.announced_on,
                "former_names": list(one.former_names),
                "source": source,
                "row": one.row,
            },
        )


def names_like(
    unit: Unit, name: str | None, page: tuple[str | None, int], hidden: Hidden = NOTHING_HIDDEN
) -> tuple[int, list[Mapping[str, Any]], str | None]:
    """Return standard place names in the order of their ids, all or those that bear a name now or did once.

    Gives how many there are, one ``page`` (the id it begins after, how many), and the id the next page begins after.
    """
    after, limit = page
    shown: sa.ColumnElement[bool] = sa.true()
    former: sa.ColumnElement[Any] = place_name.c.former_names
    if hidden.loads:
        loads = sa.cast(list(hidden.loads), ARRAY(sa.Integer))
        away = [place_name.c.division12.startswith(one, autoescape=True) for one in hidden.divisions]
        shown = sa.and_(place_name.c.source != sa.all_(loads), *(~one for one in away))
        is_mixed = sa.func.coalesce(place_name.c.others.overlap(loads), sa.false())
        former = sa.case((is_mixed, sa.cast([], ARRAY(sa.Text))), else_=former)
    if name is not None:
        shown = sa.and_(shown, sa.or_(place_name.c.name == name, sa.literal(name) == sa.any_(former)))
    total = unit.connection.execute(sa.select(sa.func.count()).select_from(place_name).where(shown)).scalar_one()
    columns = [one for one in place_name.c if one.name not in {"former_names", "others"}]
    statement = sa.select(*columns, former.label("former_names")).where(shown, place_name.c.id > (after or ""))
    statement = statement.order_by(place_name.c.id).limit(limit + 1)
    found = [dict(row._mapping) for row in unit.connection.execute(statement)]
    following = found[limit - 1]["id"] if len(found) > limit else None
    return int(total), list(found[:limit]), following
