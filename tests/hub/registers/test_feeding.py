"""Feeding rule by rule: who counts, what is refused, what withdraws, what happens exactly once."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity import store as identity_store
from hub.identity.facts import Staff, StaffRequester, Status
from hub.number_keys import add_key
from hub.registers import conflicts_store, feeding, history, sources, sources_store
from hub.registers.conflicts import Decision, Desk, decide
from hub.registers.conflicts_store import Listing
from hub.registers.errors import SourceInvalidError
from hub.registers.history import Moment
from hub.registers.known import REGISTER_RULES
from tests.hub.registers.kit import KEEPER, POPULATION, number_of

if TYPE_CHECKING:
    from tests.hub.registers.kit import City

WOMAN = number_of(18_000 * 2 + 5)
"""The 17th digit is even."""
OTHER = number_of(18_000 * 4 + 9)
NEW_YEAR = datetime(2026, 1, 1, 8)  # noqa: DTZ001 - local time, as events are dated
FEBRUARY = datetime(2026, 2, 1, 8)  # noqa: DTZ001
MARCH = datetime(2026, 3, 1, 8)  # noqa: DTZ001


def police(number: str = WOMAN, at: datetime = NEW_YEAR, **said: Any) -> dict[str, Any]:
    """Return a row of public security."""
    return {"p001": number, "p002": "王芳", "p016": "示例路1号", "changed": at} | said


def health(number: str = WOMAN, at: datetime = NEW_YEAR, **said: Any) -> dict[str, Any]:
    """Return a row of the health commission."""
    return {"p001": number, "p016": "示例路1号", "p031": "13900000001", "changed": at} | said


@pytest.fixture
def fed(city: City) -> City:
    """Give a city with two departments whose rows on one woman agree."""
    city.found("gongan", "示例市公安局", ("P001", "P002", "P016"))
    city.found("weijian", "示例市卫生健康委员会", ("P001", "P016", "P031"))
    city.name("gongan")
    city.name("weijian")
    city.push("gongan", [police()])
    city.push("weijian", [health()])
    city.feed()
    return city


def conflicts(city: City, state: str = "open") -> list[str]:
    """Return the elements of the lines in a state."""
    return [row[0] for row in city.all("SELECT element FROM hub.register_conflict WHERE state = %s", state)]


def test_sources_that_agree_give_one_record_without_a_conflict(fed: City) -> None:
    assert fed.values(WOMAN) == {"P002": "王芳", "P016": "示例路1号", "P031": "13900000001"}
    assert conflicts(fed) == []


def test_a_source_that_disagrees_is_listed_and_the_better_authority_is_served_as_doubted(fed: City) -> None:
    fed.push("weijian", [health(at=MARCH, p016="示例路9号")])
    fed.feed()
    subject = fed.subject(WOMAN)
    assert subject is not None
    assert (subject.values["P016"], set(subject.doubted)) == ("示例路1号", {"P016"})
    assert conflicts(fed) == ["P016"]


def test_a_conflict_settles_by_itself_when_the_sources_agree_again(fed: City) -> None:
    fed.push("weijian", [health(at=MARCH, p016="示例路9号")])
    fed.feed()
    fed.push("gongan", [police(at=MARCH, p016="示例路9号")])
    fed.feed()
    assert (conflicts(fed), conflicts(fed, "settled")) == ([], ["P016"])
    subject = fed.subject(WOMAN)
    assert subject is not None
    assert not subject.doubted


def test_a_decision_asks_the_source_to_check_and_edits_no_value(fed: City) -> None:
    fed.push("weijian", [health(at=MARCH, p016="示例路9号")])
    fed.feed()
    with fed.database.begin() as unit:
        keeper = identity_store.member(unit, "slug", "gongan")
        assert keeper is not None
        staff = Staff(uuid.uuid4(), keeper.id, "keeper", "目录管理员", frozenset(), Status.ACTIVE, has_totp=False)
        person = StaffRequester(staff, keeper, "session", "csrf", fed.context.now())
        [line], _ = conflicts_store.conflicts(unit, Listing(POPULATION))
        desk = Desk(fed.context, unit, person, fed.services.sealer)
        decided = decide(desk, Decision(line.id, 2, "请核对住址"))
    opened = fed.all("SELECT items, state FROM hub.correction")
    assert (decided.state, decided.asked_source, decided.due_at is not None) == ("decided", 2, True)
    assert [row[0] for row in opened] == [["p016"]]
    assert fed.values(WOMAN)["P016"] == "示例路1号"


def test_a_line_holds_no_value_of_a_person(fed: City) -> None:
    fed.push("weijian", [health(at=MARCH, p016="示例路9号")])
    fed.feed()
    assert "示例路" not in str(fed.all("SELECT claims FROM hub.register_conflict"))


def test_a_row_that_is_deleted_at_its_source_withdraws_what_it_said(fed: City) -> None:
    fed.push("weijian", [health()], "delete")
    fed.feed()
    assert fed.values(WOMAN) == {"P002": "王芳", "P016": "示例路1号"}


def test_an_element_left_blank_falls_to_the_other_source(fed: City) -> None:
    fed.push("gongan", [police(at=MARCH, p016=None)])
    fed.push("weijian", [health(at=MARCH, p016="示例路2号")])
    fed.feed()
    assert fed.values(WOMAN)["P016"] == "示例路2号"


def test_an_event_of_a_time_to_come_does_not_count_before_its_time(fed: City) -> None:
    fed.push("gongan", [police(at=fed.local_now().replace(microsecond=0) + timedelta(days=2), p002="王芳芳")])
    fed.feed()
    assert "P002" not in fed.values(WOMAN)
    fed.clock.forward(days=3)
    fed.feed()
    assert fed.values(WOMAN)["P002"] == "王芳芳"


def test_a_late_event_adds_a_version_and_wins_nothing(fed: City) -> None:
    fed.found("rensheju", "示例市人力资源和社会保障局", ("P001", "P016"))
    fed.name("rensheju", ranks={"P001": 2, "P016": 1})
    fed.push("rensheju", [{"p001": WOMAN, "p016": "旧宅路3号", "changed": NEW_YEAR - timedelta(days=900)}])
    fed.feed()
    subject = fed.subject(WOMAN)
    assert subject is not None
    with fed.database.begin() as unit:
        found = history.history(unit, POPULATION, subject.id, "P016", Moment(fed.local_now()))
    assert subject.values["P016"] == "示例路1号"
    assert [version.value for version in found] == ["旧宅路3号", "示例路1号"]


def test_what_was_known_before_a_late_event_was_loaded_can_be_asked(fed: City) -> None:
    before = fed.context.now()
    fed.clock.forward(hours=1)
    fed.push("gongan", [police(at=NEW_YEAR, p002="王芳芳")])
    fed.feed()
    subject = fed.subject(WOMAN)
    assert subject is not None
    with fed.database.begin() as unit:
        told = [
            claim.values["P002"]
            for loaded in (before, None)
            if (claim := history.value_at(unit, POPULATION, subject.id, "P002", Moment(FEBRUARY, loaded)))
        ]
    assert told == ["王芳", "王芳芳"]


def test_a_row_with_a_wrong_key_is_refused_by_its_rule_and_settled_when_mended(fed: City) -> None:
    wrong = OTHER[:17] + ("1" if OTHER[17] != "1" else "2")
    fed.push("weijian", [health(wrong)])
    fed.feed()
    assert fed.subject(wrong) is None
    assert fed.all("SELECT count(*) FROM hub.register_refusal WHERE settled_push IS NULL") == [(1,)]
    fed.push("weijian", [health(wrong)], "delete")
    fed.feed()
    assert fed.all("SELECT count(*) FROM hub.register_refusal WHERE settled_push IS NULL") == [(0,)]


def test_a_step_that_is_undone_leaves_nothing_and_is_taken_once_afterwards(fed: City) -> None:
    fed.push("weijian", [health(OTHER)])
    rules = REGISTER_RULES[POPULATION]
    with pytest.raises(ConnectionResetError), fed.database.begin() as unit:  # noqa: PT012 - killed in the middle
        feeding.step(fed.context, unit, rules, 2)
        raise ConnectionResetError
    assert fed.subject(OTHER) is None
    fed.feed()
    fed.feed()
    assert fed.all("SELECT count(*) FROM hub.population_claim WHERE closed_push IS NULL") == [(3,)]


def test_a_large_version_is_taken_in_steps_while_later_pushes_change_its_rows(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "PAGE_ROWS", 7)
    city.found("gongan", "示例市公安局", ("P001", "P002", "P016"))
    source = city.name("gongan")
    numbers = [number_of(place) for place in range(30)]
    city.push("gongan", [police(number) for number in numbers])
    rules = REGISTER_RULES[POPULATION]
    feeding.feed_once(city.context, city.database, rules, source.id)
    city.push("gongan", [police(number, at=MARCH, p016="新路5号") for number in (numbers[0], numbers[29])])
    city.push("gongan", [police(numbers[15])], "delete")
    city.feed()
    addresses = {number: city.values(number).get("P016") for number in numbers}
    expected = dict.fromkeys(numbers, "示例路1号") | {numbers[0]: "新路5号", numbers[29]: "新路5号", numbers[15]: None}
    assert addresses == expected


def test_what_went_between_two_readings_ends_page_by_page(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "PAGE_ROWS", 7)
    city.found("gongan", "示例市公安局", ("P001", "P002", "P016"))
    city.name("gongan")
    numbers = [number_of(place) for place in range(30)]
    wrong = number_of(40)[:17] + ("1" if number_of(40)[17] != "1" else "2")
    city.push("gongan", [police(number) for number in (*numbers[:10], wrong, *numbers[10:])])
    city.feed()
    gone = {numbers[place] for place in (0, 6, 7, 15, 28, 29)}
    city.push("gongan", [police(number) for number in (*sorted(gone), wrong)], "delete")
    city.name("gongan", ranks={"P001": 1, "P002": 5, "P016": 5})  # so every row is read anew
    city.feed()
    assert {number for number in numbers if not city.values(number)} == gone
    assert city.all("SELECT count(*) FROM hub.population_claim WHERE closed_push IS NULL") == [(24,)]
    assert city.all("SELECT count(*) FROM hub.register_refusal WHERE settled_push IS NULL") == [(0,)]


def test_the_lag_of_a_source_is_in_sight_until_it_is_fed(fed: City) -> None:
    fed.push("weijian", [health(at=MARCH)])
    fed.push("weijian", [health(at=MARCH, p031="13900000002")])
    fed.clock.forward(hours=1)
    with fed.database.begin() as unit:
        behind = sources.source_of(unit, 2)
    seconds = sources.lag_seconds(fed.context, behind)
    fed.feed()
    with fed.database.begin() as unit:
        after = sources.source_of(unit, 2)
    assert (behind.lag, seconds > 0, after.lag, sources.lag_seconds(fed.context, after)) == (2, True, 0, 0)


def test_a_register_that_is_off_is_not_fed(fed: City) -> None:
    fed.switch(is_on=False)
    fed.push("weijian", [health(OTHER)])
    assert fed.feed() == 0
    assert fed.subject(OTHER) is None


def test_a_stopped_source_is_heard_no_more_and_heard_again_when_named_again(fed: City) -> None:
    with fed.database.begin() as unit:
        sources.stop_source(fed.context, unit, 2, KEEPER)
    fed.feed()
    without = fed.values(WOMAN)
    fed.name("weijian")
    fed.feed()
    assert ("P031" in without, fed.values(WOMAN)["P031"]) == (False, "13900000001")


def test_a_changed_rank_is_read_anew_for_every_row(fed: City) -> None:
    fed.push("weijian", [health(at=MARCH, p016="示例路9号")])
    fed.feed()
    fed.name("weijian", ranks={"P001": 2, "P016": 1, "P031": 1})
    fed.feed()
    assert fed.values(WOMAN)["P016"] == "示例路9号"


def test_naming_a_source_again_as_it_stands_reads_nothing_anew(fed: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "PAGE_ROWS", 7)
    fed.push("gongan", [police(number_of(place)) for place in range(20)])
    rules = REGISTER_RULES[POPULATION]
    feeding.feed_once(fed.context, fed.database, rules, 1)
    under_way = fed.all("SELECT taking, taken_row FROM hub.register_source WHERE id = 1")
    assert under_way[0][1] is not None
    assert not fed.name("gongan").is_refeeding
    assert fed.all("SELECT taking, taken_row FROM hub.register_source WHERE id = 1") == under_way
    fed.feed()
    assert fed.all("SELECT count(*) FROM hub.population_claim WHERE closed_push IS NOT NULL") == [(0,)]
    assert fed.name("gongan", ranks={"P001": 1, "P002": 3, "P016": 3}).is_refeeding


def test_naming_a_source_again_as_it_stands_waits_for_no_step_that_holds_it(fed: City) -> None:
    with fed.database.begin() as unit:
        unit.driver.execute("SELECT id FROM hub.register_source WHERE id = 1 FOR UPDATE")
        assert fed.name("gongan").id == 1


def test_an_official_change_of_number_joins_what_was_known_under_both(fed: City) -> None:
    fed.push("weijian", [health(OTHER, p031="13900000009")])
    fed.found("huji", "示例市公安局户籍处", ("P001", "P032"))
    fed.name("huji", kind="number_change", items={"P104": "p032"}, ranks={})
    fed.push("huji", [{"p001": OTHER, "p032": WOMAN, "changed": MARCH}])
    fed.feed()
    old, new = fed.subject(WOMAN), fed.subject(OTHER)
    assert old is not None
    assert new is not None
    assert (old.id, old.values["P002"]) == (new.id, "王芳")


def test_numbers_sealed_under_an_older_key_name_the_same_person(fed: City) -> None:
    add_key(fed.services.settings.data_dir / "keys")
    fed.services.numbers.look(now=True)
    fed.push("weijian", [health(at=MARCH, p031="13900000003")])
    fed.feed()
    assert fed.all("SELECT count(*) FROM hub.population_subject") == [(1,)]
    assert fed.values(WOMAN)["P031"] == "13900000003"


def test_no_identity_number_stands_in_the_registers_tables(fed: City) -> None:
    fed.push("weijian", [health(OTHER, p016="示例路7号")])
    fed.feed()
    found = [
        row
        for table in ("population_subject", "population_alias", "population_claim", "population_link")
        for row in fed.all(f"SELECT t::text FROM hub.{table} t")
        if WOMAN in row[0] or OTHER in row[0]
    ]
    assert found == []


def test_a_mapping_that_does_not_fit_names_every_fault(fed: City) -> None:
    with pytest.raises(SourceInvalidError) as caught:
        fed.name("weijian", items={"P016": "p001", "P003": "p016", "P999": "p031"}, ranks={}, event_column="none")
    at = [fault["at"] for fault in caught.value.facts["faults"]]  # type: ignore[attr-defined]
    assert at == ["none", "p001", "P999"]


def test_the_owner_of_an_element_by_its_list_has_the_first_rank(fed: City) -> None:
    with fed.database.begin() as unit:
        ranks = {source.entry_name: dict(source.ranks) for source in sources_store.sources(unit, POPULATION)}
    assert (ranks["gongan"]["P016"], ranks["weijian"]["P016"]) == (1, 2)
