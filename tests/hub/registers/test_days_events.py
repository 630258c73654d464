"""A day's events of three departments, out of order and with conflicts, against an independent recomputation.

Done line 5 of the registers: equal to a recomputation from all pushes, each conflict on the list, each value with
its source. Small in every run; ``long`` runs it with a million persons and tells how long it took.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.registers import history
from tests.hub.registers.kit import POPULATION, number_of
from tests.hub.registers.recomputation import Told, origins, registers

if TYPE_CHECKING:
    from datetime import datetime

    from tests.hub.registers.kit import City

OFFICES = {
    "gongan": ("示例市公安局", ("P001", "P002", "P016", "P022")),
    "minzheng": ("示例市民政局", ("P001", "P002", "P016", "P019")),
    "weijian": ("示例市卫生健康委员会", ("P001", "P016", "P031", "P022")),
}
DRAWN: dict[str, tuple[Any, ...]] = {
    "p002": ("王芳", "李娜", "张敏", "刘静"),
    "p016": tuple(f"示例路{place}号" for place in range(40)),
    "p019": ("10", "20", "40"),
    "p022": (False, False, False, True),
    "p031": tuple(f"1390000{place:04d}" for place in range(50)),
}
BLANK_SHARE = 0.05
ERROR_SHARE = 0.01
"""At first the departments agree on nearly everybody; what happens in a day is drawn freely."""
FUTURE_SHARE = 0.02
PERSONS = 1_000_000


@dataclass
class Story:
    """Departments that push and are recomputed; ``chance`` is seeded."""

    city: City
    told: dict[str, Told]
    chance: random.Random

    def row(self, slug: str, number: str, at: datetime) -> dict[str, Any]:
        """Draw what a department says of a person."""
        codes = [code.lower() for code in OFFICES[slug][1][1:]]
        drawn = {
            code: None if self.chance.random() < BLANK_SHARE else self.chance.choice(DRAWN[code]) for code in codes
        }
        return {"p001": number, **drawn, "changed": at}

    def known(self, slug: str, place: int) -> dict[str, Any]:
        """Return what a department has long known of a person: what the others know too, seldom something else."""
        at = self.time(may_come=False)
        if self.chance.random() < ERROR_SHARE:
            return self.row(slug, number_of(place), at)
        codes = [code.lower() for code in OFFICES[slug][1][1:]]
        agreed = {code: DRAWN[code][place % len(DRAWN[code])] for code in codes}
        return {"p001": number_of(place), **agreed, "changed": at}

    def push(self, slug: str, rows: list[dict[str, Any]], mode: str = "upsert") -> None:
        """Push to the hub and to the recomputation."""
        schema = self.city.offices[slug].schema
        number = self.city.push(slug, pl.DataFrame(rows, schema=schema, orient="row"), mode)
        self.told[slug].push(rows, mode, number)

    def time(self, *, may_come: bool) -> datetime:
        """Draw the time of an event: mostly past and in no order, a few still to come."""
        now = self.city.local_now().replace(microsecond=0)
        if may_come and self.chance.random() < FUTURE_SHARE:
            return now + timedelta(hours=self.chance.randrange(1, 72))
        return now - timedelta(minutes=self.chance.randrange(1, 400_000))


def begin(city: City, persons: int) -> Story:
    """Found the departments, feed them for the first time."""
    chance = random.Random(20260302)
    told = {}
    for place, (slug, (name, codes)) in enumerate(OFFICES.items(), 1):
        city.found(slug, name, codes)
        told[slug] = Told(place, dict(city.name(slug).ranks))
    story = Story(city, told, chance)
    shares = {"gongan": 1.0, "minzheng": 0.4, "weijian": 0.3}
    for slug, share in shares.items():
        places = range(persons) if share == 1 else chance.sample(range(persons), int(persons * share))
        story.push(slug, [story.known(slug, place) for place in places])
    return story


def live_a_day(story: Story, persons: int, share: float = 0.005) -> None:
    """Push a day's events of every department in several pushes, fed in between or not."""
    for lap in range(3):
        for slug in OFFICES:
            count = max(int(persons * share / 3), 4)
            chosen = story.chance.sample(range(int(persons * 1.001) + 5), count)
            story.push(slug, [story.row(slug, number_of(place), story.time(may_come=True)) for place in chosen])
        if lap == 1:
            gone = story.chance.sample(sorted(story.told["minzheng"].rows), max(int(persons * share / 10), 2))
            blank = dict.fromkeys(code.lower() for code in OFFICES["minzheng"][1][1:])
            story.push("minzheng", [{"p001": number, **blank, "changed": None} for number in gone], "delete")
            story.city.feed()
    story.city.feed()


def held(city: City) -> tuple[dict[str, dict[str, Any]], set[tuple[str, str]]]:
    """Return what the register holds, in the words of the recomputation."""
    assert city.context.numbers is not None
    seals = city.context.numbers
    forms = city.all("SELECT a.subject, a.form FROM hub.population_alias a WHERE kind = 'number'")
    numbers = {row[0]: seals.open(row[1]) for row in forms}
    persons = {
        numbers[row[0]]: {code: _plain(code, value) for code, value in row[1].items() if code != "P001"}
        for row in city.all("SELECT id, values FROM hub.population_subject")
    }
    lines = city.all("SELECT subject, element FROM hub.register_conflict WHERE state = 'open'")
    return persons, {(numbers[subject], element) for subject, element in lines}


def _plain(code: str, value: str) -> Any:
    return value == "true" if code == "P022" else value


def compared(story: Story) -> None:
    """Assert that the register is what the recomputation says."""
    expected, conflicts = registers(list(story.told.values()), story.city.local_now())
    persons, listed = held(story.city)
    assert len(persons) == len(expected)
    assert [number for number in expected if persons.get(number) != expected[number]] == []
    assert listed == conflicts
    assert conflicts


STANDING = """
SELECT DISTINCT ON (c.subject, v.key) c.subject, v.key AS code, v.value, c.source, c.push, c.event_at
FROM hub.population_claim c JOIN hub.register_source s ON s.id = c.source
CROSS JOIN LATERAL jsonb_each_text(c.values) v
WHERE c.closed_push IS NULL AND c.event_at <= '{now}' AND v.key <> 'P001'
ORDER BY c.subject, v.key, (s.ranks ->> v.key)::integer, c.event_at DESC, c.source, c.row
"""
"""The claim each value rests on, found apart from the engine."""
SERVED = """
SELECT p.id AS subject, v.key AS code, v.value FROM hub.population_subject p
CROSS JOIN LATERAL jsonb_each_text(p.values) v WHERE v.key <> 'P001'
"""


def table(city: City, query: str) -> pl.DataFrame:
    """Return what a query finds as texts, streamed."""
    buffer = BytesIO()
    with city.database.begin(statement_timeout_seconds=0) as unit:
        copied = f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)".encode()
        with unit.driver.cursor().copy(copied) as copy:
            for block in copy:
                buffer.write(block)
    buffer.seek(0)
    return pl.read_csv(buffer, infer_schema=False)


def traced(story: Story) -> int:
    """Assert that every value served rests on a claim that tells its source, push and time; return how many."""
    city, now = story.city, story.city.local_now()
    assert city.context.numbers is not None
    standing, served = table(city, STANDING.format(now=now)), table(city, SERVED)
    key = ["subject", "code", "value"]
    assert served.join(standing, on=key, how="anti").height == standing.join(served, on=key, how="anti").height == 0
    names = table(city, "SELECT subject, form FROM hub.population_alias WHERE kind = 'number'")
    names = names.select("subject", number=pl.Series(city.context.numbers.open_all(names["form"])))
    said = ["number", "code", "source", "push", "event_at"]
    found = standing.join(names, on="subject").select(said)
    wanted = [
        (number, code, str(source), str(push), str(at))
        for (number, code), (source, push, at) in origins(list(story.told.values()), now).items()
    ]
    expected = pl.DataFrame(wanted, schema=dict.fromkeys(said, pl.String()), orient="row")
    assert found.height == expected.height == served.height
    assert expected.join(found, on=said, how="anti").height == 0
    return found.height


def test_a_days_events_give_what_a_recomputation_from_all_pushes_gives(city: City) -> None:
    story = begin(city, 400)
    city.feed()
    compared(story)
    live_a_day(story, 400, share=0.1)
    compared(story)
    assert traced(story) > 400


def test_claims_of_a_time_to_come_count_from_then_on(city: City) -> None:
    story = begin(city, 60)
    live_a_day(story, 60, share=0.5)
    city.clock.forward(days=4)
    city.feed()
    compared(story)


def test_each_value_of_a_days_events_tells_its_source_push_and_times(city: City) -> None:
    story = begin(city, 30)
    live_a_day(story, 30, share=0.5)
    expected, _ = registers(list(story.told.values()), city.local_now())
    wrong = []
    for number, values in expected.items():
        subject = city.subject(number)
        assert subject is not None
        with city.database.begin() as unit:
            origins = history.origins(unit, POPULATION, subject.id, city.local_now())
        for code, value in values.items():
            origin = origins[code]
            row = next(told for told in story.told.values() if told.place == origin.source).rows[number][1]
            if (row[code.lower()], row["changed"]) != (value, origin.event_at):
                wrong.append((code, origin.source))
    assert wrong == []


@pytest.mark.long
@pytest.mark.timeout(1700)
def test_a_days_events_of_a_million_persons(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    persons, laps = PERSONS, {}
    started = time.monotonic()
    story = begin(city, persons)
    laps["pushes"] = time.monotonic() - started
    started = time.monotonic()
    city.feed()
    laps["first_feed"] = time.monotonic() - started
    started = time.monotonic()
    live_a_day(story, persons)
    laps["day"] = time.monotonic() - started
    compared(story)
    started = time.monotonic()
    values = traced(story)
    laps["sources"] = time.monotonic() - started
    assert values > persons
    with capsys.disabled():
        print({"values": values} | {name: round(seconds, 1) for name, seconds in laps.items()})
