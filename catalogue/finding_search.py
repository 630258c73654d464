"""One search under way: who asks, what for, and the profiles that may be shown, chosen and counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from catalogue import finding_query as query
from catalogue import tables
from catalogue.finding_asking import CLOSED, Facet
from catalogue.finding_logic import joined
from catalogue.finding_profiles import profiles_of
from catalogue.finding_terms import keyword_term

if TYPE_CHECKING:
    from catalogue.finding_asking import Ask, Filters, Viewer
    from catalogue.finding_profiles import Counts, Flags, Profiles
    from catalogue.store import InTransaction


class Searching:
    """What a search needs from its first statement to its last."""

    def __init__(self, unit: InTransaction, viewer: Viewer, ask: Ask) -> None:
        """Read the profiles that are new."""
        self.unit, self.viewer, self.ask = unit, viewer, ask
        self.at = ask.at or datetime.now(UTC)
        self.profiles: Profiles = profiles_of(unit)
        self.room = self.profiles.read(unit)
        self.filters = {
            name: self.profiles.having(name, values, self.room) for name, values in ask.filters.by_facet().items()
        }
        self.visible = self._visible()
        self._totals: dict[str, Counts] = {}
        self._sums: dict[int, Counts] = {}

    def _visible(self) -> Flags:
        known, room, viewer = self.profiles, self.room, self.viewer
        flags = np.ones(room, dtype=np.bool_)
        if viewer.public_only:
            flags &= ~known.having("open_type", [str(CLOSED)], room)
            if viewer.member_id is not None:
                flags |= known.having("provider", [str(viewer.member_id)], room)
        if viewer.jurisdiction is not None:
            flags &= known.having("jurisdiction", [viewer.jurisdiction], room)
        return flags

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions that are not facets, and who may see."""
        t, given = tables.entry_index, self.ask.filters
        made: list[sa.ColumnElement[bool]] = []
        if self.viewer.public_only and self.viewer.member_id is None:
            made.append(t.c.open_type != CLOSED)
        elif self.viewer.public_only:
            made.append(sa.or_(t.c.open_type != CLOSED, self._in(self.visible)))
        if self.viewer.jurisdiction is not None:
            made.append(self._in(self.visible))
        return [*made, *self._columns(given), *joined(given, self._nested)]

    @property
    def is_plain(self) -> bool:
        """Whether nothing but facets narrows what the public, or an organ, sees."""
        viewer, given = self.viewer, self.ask.filters
        everybody = viewer.jurisdiction is None and not (viewer.public_only and viewer.member_id is not None)
        return everybody and not self._columns(given) and not joined(given, self._nested)

    def _nested(self, given: Filters) -> list[sa.ColumnElement[bool]]:
        """Return conditions that stand inside others: facets like the rest."""
        flags = [self.profiles.having(name, values, self.room) for name, values in given.by_facet().items()]
        return [*(self._in(one) for one in flags), *self._columns(given)]

    @staticmethod
    def _columns(given: Filters) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on columns of the index."""
        t = tables.entry_index
        made: list[sa.ColumnElement[bool]] = []
        if given.ids:
            made.append(t.c.entry_id.in_(given.ids))
        if given.keywords:
            made.append(t.c.terms.contains(query.texts([keyword_term(one) for one in given.keywords])))
        if given.names:
            chosen = sa.select(tables.entry.c.id).where(tables.entry.c.name.in_(given.names))
            made.append(t.c.entry_id.in_(chosen))
        if given.changed_from is not None:
            made.append(sa.or_(t.c.modified >= given.changed_from, t.c.data_at >= given.changed_from))
        for column, least, most in (
            (t.c.modified, given.modified_from, given.modified_until),
            (t.c.issued, given.issued_from, given.issued_until),
        ):
            if least is not None:
                made.append(column >= least)
            if most is not None:
                made.append(column < most)
        return made

    @staticmethod
    def _in(flags: Flags) -> sa.ColumnElement[bool]:
        return tables.entry_index.c.profile == sa.func.any(query.numbers(np.flatnonzero(flags)))

    def allowed(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions of the facets that are filtered by."""
        made: list[sa.ColumnElement[bool]] = []
        if self.filters:
            made.append(self._in(self.chosen()))
        if self.ask.filters.freshness:
            places = [query.FRESHNESS.index(one) for one in self.ask.filters.freshness if one in query.FRESHNESS]
            made.append(query.freshness(self.at).in_(places))
        return made

    def chosen(self, besides: str = "") -> Flags:
        """Return the profiles that may be seen and pass every filter but that of one facet."""
        flags = self.visible
        for name, one in self.filters.items():
            if name != besides:
                flags = flags & one
        return flags

    def items(self) -> list[sa.ColumnElement[bool]]:
        """Return what rows of items must fulfil for their entries to be seen."""
        viewer, item = self.viewer, tables.entry_item
        made: list[sa.ColumnElement[bool]] = []
        if viewer.public_only and viewer.member_id is None:
            made.append(item.c.is_public)
        if (viewer.public_only and viewer.member_id is not None) or viewer.jurisdiction is not None:
            made.append(item.c.profile == sa.func.any(query.numbers(np.flatnonzero(self.visible))))
        return made

    def total(self, counts: Counts, besides: str = "") -> Counts:
        """Return the entries by profile and freshness with every filter but that of one facet."""
        fresh = self.ask.filters.freshness
        own = besides if besides in self.filters or (besides == "freshness" and fresh) else ""
        if own not in self._totals:
            kept = np.where(self.chosen(own)[:, None], counts, 0)
            if fresh and own != "freshness":
                kept = kept * np.array([name in fresh for name in query.FRESHNESS])
            self._totals[own] = kept
        return self._totals[own]

    def facets(self, counts: Counts, conditions: list[sa.ColumnElement[bool]]) -> dict[str, tuple[Facet, ...]]:
        """Return the counts that were asked for, the most frequent value first."""
        found: dict[str, tuple[Facet, ...]] = {}
        for name in self.ask.facets:
            if name == "freshness":
                sums = self.total(counts, name).sum(axis=0)
                found[name] = _ranked({one: int(sums[place]) for place, one in enumerate(query.FRESHNESS)})
            elif name == "keyword":
                found[name] = _ranked(self._keywords([*conditions, *self.allowed()]))
            else:
                found[name] = self.by_profile(name, counts)
        return found

    def by_profile(self, name: str, counts: Counts) -> tuple[Facet, ...]:
        """Return the counts of one facet that is part of the profile."""
        kept = self.total(counts, name)
        if id(kept) not in self._sums:
            self._sums[id(kept)] = kept.sum(axis=1)
        return _ranked(self.profiles.count(name, self._sums[id(kept)]))

    def _keywords(self, conditions: list[sa.ColumnElement[bool]]) -> dict[str, int]:
        keyword = sa.func.unnest(tables.entry_index.c.keywords).label("keyword")
        inner = sa.select(keyword).where(*conditions).subquery()
        rows = self.unit.connection.execute(sa.select(inner.c.keyword, sa.func.count()).group_by(inner.c.keyword))
        return dict(rows.all())


def _ranked(values: dict[str, int]) -> tuple[Facet, ...]:
    ranked = sorted(sorted(values), key=values.__getitem__, reverse=True)
    return tuple(Facet(value, values[value]) for value in ranked if values[value])
