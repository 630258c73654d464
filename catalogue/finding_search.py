"""One search under way: who asks, what for, and the profiles that may be shown, chosen and counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from catalogue import finding_query as query
from catalogue import tables
from catalogue.finding_asking import CLOSED, Facet
from catalogue.finding_given import OPEN, PUBLIC_ITEM, Given, among, execute, fresh, meets, profiles_among
from catalogue.finding_logic import joined
from catalogue.finding_profiles import profiles_of
from catalogue.finding_terms import any_of, keyword_term, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.finding_asking import Ask, Filters, Viewer
    from catalogue.finding_profiles import Flags, Profiles, Tally
    from catalogue.finding_terms import Reading
    from catalogue.store import InTransaction


class Searching:
    """What a search needs from its first statement to its last."""

    def __init__(self, unit: InTransaction, viewer: Viewer, ask: Ask) -> None:
        """Read the profiles that are new."""
        self.unit, self.viewer, self.ask = unit, viewer, ask
        self.at = ask.at or datetime.now(UTC)
        self.profiles: Profiles = profiles_of(unit)
        self.known = self.profiles.read(unit)
        self.room = self.known.room
        self.filters = {
            name: self.profiles.having(name, values, self.room) for name, values in ask.filters.by_facet().items()
        }
        self.visible = self._visible()
        self._totals: dict[str, Tally] = {}

    def reading(self, *, loosely: bool = False) -> Reading:
        """Return how the text is read, with the synonyms of the dictionary in force."""
        known = self.known
        synonyms = self.profiles.words.at(self.unit, known.words, is_quiet=known.is_quiet)
        return read(self.ask.text, loosely=loosely, synonyms=synonyms)

    def _visible(self) -> Flags | None:
        """Return the profiles that may be seen, None where :meth:`conditions` and :meth:`items` see to it alone."""
        known, room, viewer = self.profiles, self.room, self.viewer
        if viewer.jurisdiction is None and not (viewer.public_only and viewer.member_id is not None):
            return None
        flags = np.ones(room, dtype=np.bool_)
        if viewer.public_only:
            flags &= ~known.having("open_type", [str(CLOSED)], room)
            if viewer.member_id is not None:
                flags |= known.having("provider", [str(viewer.member_id)], room)
        if viewer.jurisdiction is not None:
            flags &= known.having("jurisdiction", [viewer.jurisdiction], room)
        return flags

    def conditions(self) -> Given:
        """Return the conditions that are not facets, and who may see."""
        viewer, given = self.viewer, self.ask.filters
        made = Given(others=(*self._columns(given), *joined(given, self._nested)))
        if viewer.public_only and viewer.member_id is None:
            made += OPEN
        if self.visible is not None:
            made += profiles_among("visible", self.visible)
        return made

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
            made.append(meets(t.c.terms, sa.literal(any_of((tuple(map(keyword_term, given.keywords)),)))))
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
        return among(tables.entry_index.c.profile, flags)

    def allowed(self) -> Given:
        """Return the conditions of the facets that are filtered by."""
        made = Given()
        chosen = self.chosen()
        if self.filters and chosen is not None:
            made += profiles_among("chosen", chosen)
        if self.ask.filters.freshness:
            places = [query.FRESHNESS.index(one) for one in self.ask.filters.freshness if one in query.FRESHNESS]
            made += fresh(places, self.at)
        return made

    def chosen(self, besides: str = "") -> Flags | None:
        """Return the profiles that may be seen and pass every filter but that of one facet; None: all."""
        flags = self.visible
        for name, one in self.filters.items():
            if name != besides:
                flags = one if flags is None else flags & one
        return flags

    def items(self) -> Given:
        """Return what rows of items must fulfil for their entries to be seen."""
        viewer, made = self.viewer, Given()
        if viewer.public_only and viewer.member_id is None:
            made += PUBLIC_ITEM
        if self.visible is not None:
            made += profiles_among("visible", self.visible, of="item")
        return made

    def total(self, found: Tally, besides: str = "") -> Tally:
        """Return what was found with every filter but that of one facet."""
        fresh = self.ask.filters.freshness
        own = besides if besides in self.filters or (besides == "freshness" and fresh) else ""
        if own not in self._totals:
            chosen, kept = self.chosen(own), found
            if chosen is not None:
                kept = kept.kept(chosen[kept.profiles])
            if fresh and own != "freshness":
                kept = kept.kept(np.array([name in fresh for name in query.FRESHNESS])[kept.fresh])
            self._totals[own] = kept
        return self._totals[own]

    def facets(self, tally: Tally, conditions: Given) -> dict[str, tuple[Facet, ...]]:
        """Return the counts that were asked for, the most frequent value first."""
        found: dict[str, tuple[Facet, ...]] = {}
        for name in self.ask.facets:
            if name == "freshness":
                sums = self.total(tally, name).by_freshness(len(query.FRESHNESS))
                found[name] = _ranked({one: int(sums[place]) for place, one in enumerate(query.FRESHNESS)})
            elif name == "keyword":
                found[name] = _ranked(self._keywords(conditions + self.allowed()))
            else:
                found[name] = self.by_profile(name, tally)
        return found

    def by_profile(self, name: str, tally: Tally) -> tuple[Facet, ...]:
        """Return the counts of one facet that is part of the profile."""
        return _ranked(self.profiles.count(name, self.total(tally, name)))

    def _keywords(self, conditions: Given) -> dict[str, int]:
        return {row.keyword: row.number for row in execute(self.unit, _keywords, conditions)}


def _keywords(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[tuple[str, int]]:
    keyword = sa.func.unnest(tables.entry_index.c.keywords).label("keyword")
    inner = sa.select(keyword).where(*conditions).subquery()
    return sa.select(inner.c.keyword, sa.func.count().label("number")).group_by(inner.c.keyword)


def _ranked(values: dict[str, int]) -> tuple[Facet, ...]:
    ranked = sorted(sorted(values), key=values.__getitem__, reverse=True)
    return tuple(Facet(value, values[value]) for value in ranked if values[value])
