"""A made-up directory of any size: entries with items from a vocabulary whose words are as unevenly frequent as real.

Nothing real is in it. Rows are made by the product's own indexing (:func:`catalogue.finding_index.indexed`) and loaded
by COPY; indexes are built afterwards, statistics taken.
"""

from __future__ import annotations

import time
import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from catalogue.entry import Entry, Opening, Provider, Sharing
from catalogue.finding_index import InForce, indexed
from catalogue.finding_profiles import digest_of
from catalogue.item import DataType, Item
from catalogue.names import pinyin_sort_key, syllables
from policies.facts import OpenType, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_WORDS: Final = {
    key: value.split()
    for key, value in tomllib.loads(files("benchmarks").joinpath("directory_words.toml").read_text("utf-8")).items()
}
AREAS, THINGS, QUALIFIERS = _WORDS["areas"], _WORDS["things"], _WORDS["qualifiers"]
NAMES, LEVELS, OFFICES = _WORDS["names"], _WORDS["levels"], _WORDS["offices"]
HOLDERS, ATTRIBUTES, ENDINGS = _WORDS["holders"], _WORDS["attributes"], [*_WORDS["endings"], ""]
CYCLES: Final = ("2", "4", "5", "6", "6", "10", "3", "1")
FORMATS: Final = (("0203",), ("0204",), ("0203", "0204"), ("0310",), ("0605", "07"), ("0108",))
SHARES: Final = (ShareType.UNCONDITIONAL, ShareType.UNCONDITIONAL, ShareType.CONDITIONAL, ShareType.WITHHELD)
OPENINGS: Final = (OpenType.UNCONDITIONAL, OpenType.CONDITIONAL, OpenType.CLOSED)
HELD, OWN_SOURCE = 0.6, 0.02
"""Share of items named after their holder, share of base items whose source the office is."""
THEMES, FIRST_YEAR, YEARS = 17, 2010, 16
T = TypeVar("T")
SENSITIVITIES: Final = (Sensitivity.PUB, Sensitivity.INT, Sensitivity.PI)
BATCH: Final = 5_000
NEWEST: Final = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """One member of the made-up city."""

    id: uuid.UUID
    name: str
    code: str


class Vocabulary:
    """Words, offices, entries and queries of a made-up city; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        """Make the offices."""
        self._random = Random(seed)  # noqa: S311 - a made-up city, no secret
        places = [f"{name}{level}" for level, name in product(LEVELS, NAMES)]
        self._offices = [
            Office(uuid.UUID(int=number + 1), f"{place}{office}", f"OFFICE{number:012d}")
            for number, (place, office) in enumerate(product(places[:30], OFFICES))
        ]
        self._places = places

    @property
    def offices(self) -> Sequence[Office]:
        """The members."""
        return self._offices

    def _often(self, words: Sequence[T]) -> T:
        """Return a word: the first ones far more often than the last."""
        return words[int(len(words) * self._random.random() ** 2.2)]

    def _item(self, number: int, kind: int) -> Item:
        name = self._often(ATTRIBUTES)
        if self._random.random() < HELD:
            name = self._often(HOLDERS) + name
        sensitivity = SENSITIVITIES[(kind + (number % 3 == 0)) % len(SENSITIVITIES)]
        return Item(
            name, f"c{number}", DataType.TEXT, sensitivity=sensitivity, base_item=self._random.random() < OWN_SOURCE
        )

    def entry(self, number: int, items: int) -> tuple[Office, Entry]:
        """Return one entry; an office has two habits of format and class, a subject its cycle and its theme."""
        chance = self._random
        office = self._often(self._offices)
        place = office.name[:3]
        area, thing, how = self._often(AREAS), self._often(THINGS), self._often(QUALIFIERS)
        year = chance.choice(("", "", f"（{FIRST_YEAR + number % YEARS}年）"))
        habit = office.id.int * 2 + chance.randint(0, 1)
        share = SHARES[chance.randint(0, len(SHARES) - 1)]
        opened = OpenType.CLOSED if share is ShareType.WITHHELD else OPENINGS[(habit + share) % len(OPENINGS)]
        theme = f"2{1 + AREAS.index(area) % THEMES:02d}"
        path = (("2", theme), ("3", "307", "307014"), ("1", f"10{1 + habit % 6}"), ("2", theme))[habit % 4]
        return office, Entry(
            title=f"{place}{area}{thing}{how}{chance.choice(ENDINGS)}{year}",
            provider=Provider(office.name, office.code),
            sharing=Sharing(share),
            opening=Opening(opened),
            abstract=f"{place}范围内{area}{thing}的{how}，包括{self._often(THINGS)}、{self._often(AREAS)}"
            f"{self._often(THINGS)}等内容，由业务系统产生，按周期更新，供{self._often(AREAS)}部门办理"
            f"{self._often(THINGS)}事项时核对使用。",
            class_path=path,
            formats=FORMATS[habit % len(FORMATS)],
            items=tuple(self._item(place, number % 3) for place in range(items)),
            update_cycle=CYCLES[QUALIFIERS.index(how) % len(CYCLES)],
            keywords=(area, thing),
            licence="CC-BY-4.0",
        )

    def queries(self, count: int) -> list[str]:
        """Return different queries: frequent words, words in titles, two and three words, items, pinyin, no hit."""
        chance = self._random
        kinds: list[tuple[float, Callable[[str, str, str], str]]] = [
            (0.20, lambda area, thing, _: f"{area}{thing}"),
            (0.12, lambda _, thing, how: f"{thing}{how}"),
            (0.20, lambda area, _, __: f"{chance.choice(self._places)} {area}"),
            (0.20, lambda area, thing, how: f"{area} {thing} {how}"),
            (0.10, lambda _, thing, __: f"{chance.choice(HOLDERS)}{chance.choice(ATTRIBUTES)} {thing}"),
            (0.10, lambda area, thing, how: f"{''.join(syllables(area + thing))} {how}"),
            (0.05, lambda area, thing, how: f"{chance.choice((area, thing, how))} {chance.choice(NAMES)}"),
            (0.03, lambda area, thing, _: f"{area}{chance.choice('甲乙丙丁戊己庚辛')}{thing}{chance.randint(0, 9**6)}"),
        ]
        found = dict[str, None].fromkeys(self.frequent())
        while len(found) < count:
            words = chance.choice(AREAS), chance.choice(THINGS), chance.choice(QUALIFIERS)
            (make,) = chance.choices([one for _, one in kinds], [weight for weight, _ in kinds])
            found[make(*words)] = None
        every = list(found)[:count]
        chance.shuffle(every)
        return every

    @staticmethod
    def frequent() -> list[str]:
        """Return the single words of the vocabulary: the most frequent there are."""
        return list(dict.fromkeys((*AREAS, *THINGS, *QUALIFIERS, *ATTRIBUTES)))

    def item_queries(self, count: int) -> list[str]:
        """Return different names of items."""
        every = [f"{holder}{attribute}" for holder, attribute in product(("", *HOLDERS), ATTRIBUTES)]
        self._random.shuffle(every)
        return every[:count]


@dataclass(slots=True)
class _Numbers:
    """Numbers of profiles or labels as they come."""

    rows: list[tuple[Any, ...]]
    known: dict[str, int]

    def of(self, digest: str, *values: object) -> int:
        number = self.known.get(digest)
        if number is None:
            number = self.known[digest] = len(self.known) + 1
            self.rows.append((number, digest, *values))
        return number


_ENTRY: Final = (
    "id", "name", "provider_id", "jurisdiction", "title", "sort_key", "published_version", "share_type", "open_type",
    "class_path", "created_at", "published_at",
)  # fmt: skip
_INDEX: Final = (
    "entry_id", "profile", "open_type", "standing", "made_by", "item_count", "modified", "data_at", "due_at",
    "overdue_at", "rows", "issued", "keywords", "title_terms", "terms",
)  # fmt: skip
_ITEM: Final = (
    "entry_id", "column", "position", "name", "sensitivity", "share_type", "is_open", "is_public", "standing", "label",
    "profile",
)  # fmt: skip
_INDEXES: Final = ("ix_entry_index_title_terms", "ix_entry_index_terms", "ix_entry_item_label_standing")


def load(url: str, words: Vocabulary, entries: int, items: int) -> dict[str, Any]:
    """Fill the directory of a database; return how many of what there are, and how long it took."""
    started = time.perf_counter()
    profiles, labels = _Numbers([], {}), _Numbers([], {})
    with psycopg.connect(url) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        _members(connection, words)
        definitions = _without_indexes(connection)
        for first in range(0, entries, BATCH):
            _batch(connection, words, range(first, min(first + BATCH, entries)), items, (profiles, labels))
        _copy(connection, "index_profile", ("id", "digest", "body"), profiles.rows)
        _copy(connection, "item_label", ("id", "digest", "name", "terms"), labels.rows)
        for table, numbers in (("index_profile", profiles), ("item_label", labels)):
            connection.execute(f"ALTER TABLE hub.{table} ALTER id RESTART WITH {len(numbers.known) + 1}")
        for definition in definitions:
            connection.execute(definition)
        connection.execute("UPDATE hub.directory_state SET revision = revision + 1")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE hub.entry_index, hub.entry_item, hub.item_label, hub.entry")
    return {
        "entries": entries,
        "items": entries * items,
        "profiles": len(profiles.known),
        "item_names": len(labels.known),
        "load_seconds": round(time.perf_counter() - started),
    }


def _members(connection: psycopg.Connection[Any], words: Vocabulary) -> None:
    for number, office in enumerate(words.offices):
        connection.execute(
            "INSERT INTO hub.member SELECT %s, %s, %s, %s, 'department', code, 'active', '', now()"
            " FROM hub.jurisdiction ORDER BY code LIMIT 1",
            (office.id, f"office-{number}", office.code, office.name),
        )


def _without_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'hub' AND indexname = ANY(%s)", (list(_INDEXES),)
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX hub.{name}")
    return [definition for _, definition in rows]


def _copy(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor().copy(f"COPY hub.{table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _batch(
    connection: psycopg.Connection[Any],
    words: Vocabulary,
    numbers: range,
    items: int,
    known: tuple[_Numbers, _Numbers],
) -> None:
    profiles, labels = known
    entries: list[tuple[Any, ...]] = []
    versions: list[tuple[Any, ...]] = []
    index: list[tuple[Any, ...]] = []
    item_rows: list[tuple[Any, ...]] = []
    for number in numbers:
        office, entry = words.entry(number, items)
        one = uuid.UUID(int=(number + 1) << 32)
        at = NEWEST - timedelta(minutes=number * 7)
        made = indexed(InForce(one, f"entry-{number}", None, office.id, "410100", at, entry))
        profile = profiles.of(digest_of(made.profile), Jsonb(made.profile))
        values = (one, f"entry-{number}", office.id, "410100", entry.title, pinyin_sort_key(entry.title))
        entries.append((*values, 1, int(entry.sharing.type), int(entry.opening.type), list(entry.class_path), at, at))
        versions.append((one, 1, "published", Jsonb(entry.to_dict()), [], one, at, at))
        index.append(_index_row(made.row, profile, number, at))
        item_rows.extend(_item_rows(made.items, made.labels, profile, labels))
    _copy(connection, "entry", _ENTRY, entries)
    _copy(
        connection, "entry_version",
        ("entry_id", "number", "state", "body", "stopped_items", "edited_by", "created_at", "published_at"), versions,
    )  # fmt: skip
    _copy(connection, "entry_index", _INDEX, index)
    _copy(connection, "entry_item", _ITEM, item_rows)


def _index_row(row: Mapping[str, Any], profile: int, number: int, at: datetime) -> tuple[Any, ...]:
    data_at = at + timedelta(days=number % 400) if number % 5 else None
    due = data_at + timedelta(days=30) if data_at is not None and number % 3 else None
    overdue = due + timedelta(days=30) if due is not None else None
    facts = {"profile": profile, "data_at": data_at, "due_at": due, "overdue_at": overdue, "rows": number % 9999}
    return tuple({**row, **facts}[column] for column in _INDEX)


def _item_rows(
    items: Sequence[Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]], profile: int, labels: _Numbers
) -> Iterator[tuple[Any, ...]]:
    for item in items:
        label = known[item["label"]]
        number = labels.of(item["label"], label["name"], label["terms"])
        yield tuple({**item, "label": number, "profile": profile}[column] for column in _ITEM)
