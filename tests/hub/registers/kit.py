"""A small city of departments whose resources feed registers: pushes merged as the hub merges them, without HTTP."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from catalogue import store as catalogue_store
from catalogue.elements import element
from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.identifiers import citizen_check_character
from catalogue.item import DataType, Item
from catalogue.store import EntryRow, VersionRow
from hub.app import build_services
from hub.directory.facts import load_resource
from hub.identity import store as identity_store
from hub.identity.facts import Actor, Jurisdiction, JurisdictionKind, Member, MemberKind, Status
from hub.push.merge import Merge, MergeMode, merge
from hub.push.versions.erasing import Erasure, erase_rows
from hub.push.versions.restoring import Actor as Eraser
from hub.registers import erasing, feeding, sources, store
from hub.registers.known import REGISTER_RULES
from hub.rows.tables import state
from hub.settings import Settings
from policies.facts import OpenType, ShareType
from tests.support.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hub.context import Context
    from hub.database import Database
    from hub.registers.sources_store import Source
    from hub.registers.store import Subject
    from hub.services import Services

POPULATION: Final = "population"
KEEPER: Final = Actor(uuid.UUID(int=7), "keeper")
PLACE: Final = "410100"
EVENT: Final = Item("变更时间", "changed", DataType.DATETIME)
_TYPES: Final = {DataType.DATE: pl.Date(), DataType.DATETIME: pl.Datetime("us"), DataType.BOOLEAN: pl.Boolean()}


def number_of(place: int) -> str:
    """Return the identity number of an invented person born between 1950 and 1999 (``place`` up to 17 million)."""
    day = date(1950, 1, 1) + timedelta(days=place % 18_000)
    body = f"410102{day:%Y%m%d}{(place // 18_000) % 1000:03d}"
    return body + citizen_check_character(body)


@dataclass(frozen=True)
class Office:
    """A department with one resource: its columns are the elements' codes in small letters, and ``changed``."""

    slug: str
    entry_id: uuid.UUID
    codes: tuple[str, ...]

    @property
    def schema(self) -> dict[str, Any]:
        """Polars types of the columns."""
        types = {code.lower(): _TYPES.get(element(code).type, pl.String()) for code in self.codes}
        return {**types, EVENT.column: pl.Datetime("us")}


@dataclass
class City:
    """Departments, their pushes and the registers, on the parts of a hub; ``clock`` is its time."""

    services: Services
    clock: Clock
    offices: dict[str, Office] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        """The context of the hub."""
        return self.services.context

    @property
    def database(self) -> Database:
        """The database of the hub."""
        return self.services.database

    def local_now(self) -> datetime:
        """Return the local time, without a zone."""
        return feeding.local_now(self.context)

    def found(self, slug: str, name: str, codes: tuple[str, ...], keys: tuple[str, ...] | None = None) -> Office:
        """Make a department with a published resource of these elements, keyed by the first (or ``keys``)."""
        office = Office(slug, uuid.uuid4(), codes)
        now = self.context.now()
        member = Member(
            uuid.uuid4(), slug, f"11410100{len(self.offices):09d}X", name, MemberKind.DEPARTMENT, PLACE,
            Status.ACTIVE, "办公室", now,
        )  # fmt: skip
        items = (*(element(code).to_item(code.lower()) for code in codes), EVENT)
        entry = Entry(
            f"{name}登记信息", Provider(name, member.organisation_code), Sharing(ShareType.CONDITIONAL),
            Opening(OpenType.CLOSED), name=slug, items=items, keys=keys or (codes[0].lower(),),
        )  # fmt: skip
        row = EntryRow(
            office.entry_id, slug, None, member.id, PLACE, entry.title, None, 1, 2, 3, (), now, now, None,
            suspended=False,
        )  # fmt: skip
        with self.database.begin() as unit:
            if identity_store.jurisdiction(unit, PLACE) is None:
                place = Jurisdiction(PLACE, "示例市", "Sample City", JurisdictionKind.CITY, None, "zhengzhou")
                identity_store.insert_jurisdiction(unit, place)
            identity_store.insert_member(unit, member)
            catalogue_store.insert_entry(unit, row, slug)
            body = VersionRow(office.entry_id, 1, "published", entry.to_dict(), (), KEEPER.id, now, now)
            catalogue_store.save_version(unit, body)
        self.offices[slug] = office
        return office

    def push(self, slug: str, rows: Iterable[Mapping[str, Any]] | pl.DataFrame, mode: str = "upsert") -> int:
        """Merge rows as the next version of a department's resource; returns its number."""
        office = self.offices[slug]
        frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(list(rows), schema=office.schema)
        if mode == "delete":
            frame = frame.select(office.codes[0].lower())
        with self.database.begin(statement_timeout_seconds=0) as unit:
            resource = load_resource(self.context, unit, office.entry_id)
            number = state(unit, office.entry_id).version + 1
            job = Merge(resource.table, number, MergeMode(mode), allow_shrink=True)
            merge(unit, job, frame.iter_slices(50_000))
            unit.driver.execute(
                "INSERT INTO hub.push (id, entry_id, number, entry_version, mode, idempotency_key, content_digest,"
                " format, counts, report, state, at, merged_at) VALUES (%s, %s, %s, 1, %s, %s, '', '{}', '{}', '{}',"
                " 'merged', %s, %s)",
                (
                    uuid.uuid4(),
                    office.entry_id,
                    number,
                    mode,
                    str(uuid.uuid4()),
                    self.context.now(),
                    self.context.now(),
                ),
            )
        return number

    def erase(self, slug: str, *keys: str) -> int:
        """Erase rows of a department by their key for good, as its approver does; returns the version it became."""
        office = self.offices[slug]
        with self.database.begin() as unit:
            resource = load_resource(self.context, unit, office.entry_id)
        named = tuple({resource.table.key[0]: key} for key in keys)
        asked = Erasure(slug, "consent_withdrawn", "示删〔2026〕1号", named)
        done = erase_rows(self.context, self.database, asked, Eraser(resource.provider_id))
        assert isinstance(done, tuple)
        return int(done[1].outcome.number or 0)

    def erasures(self) -> int:
        """Let the registers carry out what is erased."""
        return erasing.sweep(self.context, self.database, REGISTER_RULES)

    def name(self, slug: str, register: str = POPULATION, **changes: Any) -> Source:
        """Name a department's resource as a source by the mapping that is proposed, changed as said."""
        rules = REGISTER_RULES[register]
        with self.database.begin() as unit:
            proposed = sources.proposed(self.context, unit, rules, slug)
            values = {name: getattr(proposed, name) for name in proposed.__slots__} | {"event_column": EVENT.column}
            mapping = type(proposed)(**(values | changes))
            return sources.name_source(self.context, unit, rules, slug, mapping, KEEPER)

    def switch(self, register: str = POPULATION, *, is_on: bool = True) -> None:
        """Switch a register."""
        with self.database.begin() as unit:
            sources.switch(self.context, unit, register, KEEPER, is_on=is_on)

    def feed(self) -> int:
        """Take everything that is due."""
        return feeding.feed_all(self.context, self.database, REGISTER_RULES)

    def subject(self, number: str, register: str = POPULATION) -> Subject | None:
        """Return the subject of an identity number."""
        assert self.context.numbers is not None
        with self.database.begin() as unit:
            found = store.find(unit, register, self.context.numbers.forms(number), ("number", "former_number"))
            known = store.subjects(unit, register, found.values())
        return next(iter(known.values()), None)

    def values(self, number: str) -> dict[str, str]:
        """Return what the register serves of a person, without the number."""
        found = self.subject(number)
        return {} if found is None else {code: value for code, value in found.values.items() if code != "P001"}

    def all(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return what a statement finds."""
        with self.database.begin() as unit:
            return unit.driver.execute(query.encode(), parameters or None).fetchall()


@contextmanager
def city_of(database: Database, folder: Path, *, demo: bool = False) -> Iterator[City]:
    """Give a city whose register of persons is on, without departments, on a working morning."""
    clock = Clock()
    settings = Settings(data_dir=folder / "data", public_url="http://127.0.0.1:1", demo=demo)
    city = City(build_services(settings, database, now=clock), clock)
    city.switch()
    yield city
