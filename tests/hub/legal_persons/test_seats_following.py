"""Seats follow the register of bodies and the register of addresses: what is kept, and what becomes of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.addresses import AddressMatch, Level, Outcome, Piece
from catalogue.basic.legal_persons_kinds import BodyKind, kind_of
from hub.registers.addresses.loading import FileKind, load_file
from hub.registers.addresses.matching import AddressBook
from hub.registers.addresses.openness import Openness
from hub.registers.legal_persons import seats, seats_following, seats_store
from hub.registers.legal_persons.codes import KINDS
from hub.registers.legal_persons.seats_following import Seating
from hub.registers.store import find, subjects
from tests.hub.legal_persons.conftest import REGISTER, credit_code
from tests.hub.registers.kit import City, city_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hub.database import Database, Unit

DOOR, ROOM, TWO, NOWHERE, SHOP, BESIDE = (
    credit_code(pair, number) for number, pair in enumerate(("91", "91", "91", "91", "92", "91"), start=301)
)
TEXTS = {
    DOOR: "示例市东城区建设路12号",
    ROOM: "示例市东城区建设路12号3号楼501室",
    TWO: "东城区人民路1号",
    NOWHERE: "无名巷3号",
    SHOP: "示例市东城区建设路12号3号楼1单元",
    BESIDE: "示例市东城区建设路12号对面",
}
DIVISIONS = "code,name\n41,河南省\n4199,示例市\n419901,东城区\n419902,西城区\n4198,邻市\n419801,东城区\n"
HEAD = "标准地址编码,行政区划代码,街路巷,门牌号,有效期止\n"
ADDRESSES = (
    f"{HEAD}JS12,419901,建设路,12号,\nRM1,419901,人民路,1号,\nRM2,419801,人民路,1号,\nJS14,419901,建设路,14号,\n"
)


@dataclass
class Town:
    """A city with a registrar and its own dictionary of addresses."""

    city: City
    folder: Path
    seating: Seating = field(default_factory=lambda: Seating(AddressBook(), 0.6))

    def push(self, texts: Mapping[str, str]) -> None:
        """Push bodies with their registered addresses, and feed the register."""
        rows = [{"l001": code, "l002": f"示例单位{code[12:16]}", "l011": text} for code, text in texts.items()]
        now = self.city.local_now()
        self.city.push("gongshang", [row | {"changed": now} for row in rows])
        self.city.feed()

    def load(self, text: str, kind: FileKind = FileKind.ADDRESSES) -> None:
        """Load a file into the register of addresses."""
        path = self.folder / f"{kind.value}.csv"
        path.write_text(text, "utf-8")
        with self.city.database.begin() as unit:
            load_file(self.city.context, unit, path, kind)

    def follow(self) -> int:
        """Bring the seats up to date."""
        return seats_following.sweep(self.city.context, self.city.database, self.seating, seconds=60)

    def killed(self, step: Callable[[Unit], int]) -> None:
        """Take a step that does something and is killed before it commits."""
        with suppress(KeyboardInterrupt), self.city.database.begin() as unit:
            assert step(unit) > 0
            raise KeyboardInterrupt

    def told(self, code: str) -> dict[str, Any]:
        """Return the seat of a body as readers of its registered address are told it."""
        with self.city.database.begin() as unit:
            number = find(unit, REGISTER, [code], KINDS)[code]
            values = {number: subjects(unit, REGISTER, [number])[number].values}
            return seats.told(self.city.context, unit, self.seating.addresses, values).get(number, {})

    def links(self) -> dict[str, tuple[str, str | None, str | None]]:
        """Return outcome, address and reason of every seat that is kept, by the end of the body's code."""
        rows = self.city.all(
            "SELECT s.values->>'L001', t.outcome, t.address, t.reason FROM hub.legal_persons_seat t"
            " LEFT JOIN hub.legal_persons_subject s ON s.id = t.subject"
        )
        return {str(code): (outcome, address, reason) for code, outcome, address, reason in rows}


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Iterator[Town]:
    with city_of(database, tmp_path) as city:
        city.switch(REGISTER)
        city.found("gongshang", "示例市市场监督管理局", ("L001", "L002", "L011"))
        city.name("gongshang", REGISTER)
        made = Town(city, tmp_path)
        made.load(DIVISIONS, FileKind.DIVISIONS)
        made.load(ADDRESSES)
        made.push(TEXTS)
        made.follow()
        yield made


def test_a_seat_is_linked_where_the_matcher_names_one_address_and_kept_with_its_reason_where_not(town: Town) -> None:
    linked, refused = "matched", "no_match"
    found = town.links()
    assert found[DOOR] == (linked, "JS12", None)
    assert found[ROOM] == (linked, "JS12", None)
    assert found[TWO] == ("ambiguous", None, "ambiguous")
    assert found[NOWHERE] == (refused, None, "unknown")


def test_a_link_tells_address_level_score_text_and_against_what_it_was_matched(town: Town) -> None:
    told = town.told(DOOR)
    address = told["address"]
    assert (address["id"], address["level"], address["score"], address["relation"]) == ("JS12", "door", 1.0, None)
    assert (told["text"], address["text"]) == (TEXTS[DOOR], "河南省示例市东城区建设路12号")
    assert (told["outcome"], told["reason"], told["address_load"]) == ("matched", None, 2)
    assert told["matched_at"] is not None


def test_a_refusal_tells_its_reason_in_both_languages_and_no_address(town: Town) -> None:
    told = town.told(NOWHERE)
    assert (told["outcome"], told["address"], bool(told["reason"]), bool(told["reason_en"])) == (
        "no_match", None, True, True,
    )  # fmt: skip


def test_an_individual_business_is_linked_to_its_street_and_never_to_its_door(town: Town) -> None:
    told = town.told(SHOP)
    assert (told["text"], told["address"]["level"]) == ("示例市东城区建设路***", "street")


def test_a_seat_beside_an_address_says_so(town: Town) -> None:
    address = town.told(BESIDE)["address"]
    assert address is None or address["relation"] is not None


def test_a_changed_seat_loses_its_link_at_once_and_gets_its_new_one(town: Town) -> None:
    town.push({DOOR: "示例市东城区建设路14号"})
    before = town.told(DOOR)
    town.follow()
    assert (before["outcome"], before["address"], before["text"]) == ("waiting", None, "示例市东城区建设路14号")
    assert town.told(DOOR)["address"]["id"] == "JS14"


def test_a_change_of_something_else_matches_nothing_anew(town: Town) -> None:
    before = town.city.all("SELECT subject, matched_at FROM hub.legal_persons_seat ORDER BY subject")
    town.city.push(
        "gongshang",
        [{"l001": DOOR, "l002": "示例改名单位", "l011": TEXTS[DOOR], "changed": town.city.local_now()}],
    )
    town.city.feed()
    town.city.clock.forward(hours=1)
    assert town.follow() == 1
    assert town.city.all("SELECT subject, matched_at FROM hub.legal_persons_seat ORDER BY subject") == before


def test_a_new_load_of_addresses_lets_every_seat_be_matched_anew(town: Town) -> None:
    town.load(f"{HEAD}JS20,419901,建设路,20号,\n")
    assert town.follow() == len(TEXTS)
    assert (town.told(DOOR)["address_load"], town.follow()) == (3, 0)


def test_an_address_that_ended_is_told_to_nobody_and_then_matched_anew(town: Town) -> None:
    town.city.all("UPDATE hub.address SET valid_to = '2026-01-01' WHERE id = 'JS12' RETURNING id")
    assert (town.told(DOOR)["outcome"], town.told(DOOR)["address"]) == ("waiting", None)
    town.load(f"{HEAD}JS18,419901,建设路,18号,\n")
    town.follow()
    assert town.told(DOOR)["address"]["level"] == "street"


@pytest.mark.parametrize("way", ["erased", "withdrawn"])
def test_the_seat_goes_with_the_body(town: Town, way: str) -> None:
    if way == "erased":
        town.city.erase("gongshang", DOOR)
        town.city.erasures()
    else:
        now = town.city.local_now()
        rows = [{"l001": DOOR, "l002": None, "l011": None, "changed": now}]
        town.city.push("gongshang", rows, "delete")
        town.city.feed()
    town.follow()
    assert len(town.links()) == len(TEXTS) - 1
    kept = town.city.all("SELECT count(*) FROM hub.legal_persons_seat WHERE text = %s", TEXTS[DOOR])
    assert kept == [(0,)]


def test_a_step_that_is_killed_leaves_nothing_half_done_and_the_next_goes_on(town: Town) -> None:
    town.load(f"{HEAD}WM3,419902,无名巷,3号,\n")
    context, database = town.city.context, town.city.database
    with database.begin() as unit:
        assert seats_following.match_next(unit, context, town.seating, 2) == 2
    before = town.city.all("SELECT subject, state, outcome FROM hub.legal_persons_seat ORDER BY subject")
    town.killed(lambda unit: seats_following.match_next(unit, context, town.seating, 2))
    assert town.city.all("SELECT subject, state, outcome FROM hub.legal_persons_seat ORDER BY subject") == before
    with database.begin() as unit:
        assert seats_store.count_behind(unit) == len(TEXTS) - 2
    assert town.follow() == len(TEXTS) - 2


def test_texts_are_read_in_pages_and_a_killed_page_is_read_again(town: Town) -> None:
    town.city.all("DELETE FROM hub.legal_persons_seat RETURNING subject")
    with town.city.database.begin() as unit:
        seats_following.match_anew(unit, town.city.context)
    with town.city.database.begin() as unit:
        assert seats_following.follow_texts(unit, 4) == 4
    town.killed(lambda unit: seats_following.follow_texts(unit, 4))
    assert len(town.links()) == 4
    town.follow()
    assert (len(town.links()), town.links()[DOOR][1]) == (len(TEXTS), "JS12")


def test_a_link_that_may_rest_on_a_name_hidden_since_waits_until_it_is_matched_without(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.city.all("UPDATE hub.address SET others = '{99}' WHERE id = 'JS12' RETURNING id")
    town.push({NOWHERE: "示例市东城区建设路14号"})
    town.follow()
    monkeypatch.setattr(Openness, "closed_to_public", lambda *_: (99,))
    assert (town.told(DOOR)["outcome"], town.told(NOWHERE)["address"]["id"]) == ("waiting", "JS14")
    assert town.told(TWO)["outcome"] == "waiting"
    town.follow()
    assert (town.told(DOOR)["address"]["id"], town.told(TWO)["outcome"]) == ("JS12", "ambiguous")


def test_with_the_geography_database_off_nothing_is_matched_or_told(town: Town) -> None:
    town.push({NOWHERE: "示例市东城区建设路14号"})
    town.city.switch("geography", is_on=False)
    town.follow()
    assert (town.links()[NOWHERE][0], town.told(DOOR)["outcome"], town.told(DOOR)["address"]) == (
        "waiting",
        "off",
        None,
    )
    town.city.switch("geography")
    town.follow()
    assert (town.told(NOWHERE)["address"]["id"], town.told(DOOR)["address"]["id"]) == ("JS14", "JS12")


def test_counts_tell_links_by_level_refusals_by_reason_and_what_is_behind(town: Town) -> None:
    with town.city.database.begin() as unit:
        found = seats_store.counts(unit)
    assert (found["seat.matched.door"], found["seat.no_match.unknown"], found["seat.behind"]) == (2, 1, 0)
    assert sum(number for name, number in found.items() if name != "seat.behind") == len(TEXTS)


def _match(unread: str, *levels: Level) -> AddressMatch:
    pieces = tuple(Piece("", level, f"P{level}", "", 1.0) for level in levels)
    return AddressMatch(Outcome.MATCHED, Level.DOOR, "X", "", "419901", 0.8, pieces=pieces, unread=unread)


@pytest.mark.parametrize(
    ("match", "outcome"),
    [
        (_match("开封市鼓楼区", Level.PROVINCE, Level.STREET), "no_match"),
        (_match("鼓楼区", Level.PROVINCE, Level.STREET), "no_match"),
        (_match("尉氏县", Level.PROVINCE, Level.CITY, Level.STREET), "no_match"),
        (_match("高新区", Level.PROVINCE, Level.CITY, Level.STREET), "matched"),
        (_match("建材市场", Level.CITY, Level.STREET), "matched"),
        (_match("某县办公楼", Level.CITY, Level.COUNTY, Level.STREET), "matched"),
    ],
)
def test_a_street_found_past_the_name_of_another_division_is_no_seat(match: AddressMatch, outcome: str) -> None:
    assert seats.verdict_of(match).outcome == outcome


def test_the_kind_whose_door_is_masked_is_the_one_the_statements_know() -> None:
    pairs = [first + second for first in "123456789NY" for second in "123456789"]
    assert [pair for pair in pairs if kind_of(pair) is BodyKind.INDIVIDUAL_BUSINESS] == [seats_store._INDIVIDUAL]
