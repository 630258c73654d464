"""The forty entries of the demo city keep every rule of the directory, on any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from catalogue.entry import Entry
from catalogue.entry_rules.finding import ExemptionFact, ValidationContext
from catalogue.lifecycle import stop_items
from catalogue.validation import validate
from hub.demo import directory
from hub.demo.city import load_city
from hub.demo.directory import DemoContentError, DemoEntry, DemoExemption, demo_entries, demo_entry
from hub.directory.evidence import read_evidence
from policies.claims import Decider, Exemption, ExemptionStatus
from policies.facts import OpenType, ResourceKind, Sensitivity, ShareType
from policies.force import in_force
from policies.packs import load_pack

TODAY = date(2026, 11, 22)
ENTRIES = demo_entries(TODAY)
BASE_CLASSES = {("1", "101"), ("1", "102"), ("1", "103"), ("1", "106")}


def sources() -> dict[str, str]:
    """Return the one source department of each element, as the entries name it."""
    return {
        item.element: item.source_department or ""
        for entry in ENTRIES
        for item in entry.entry.items
        if item.element is not None
    }


def context(entry: DemoEntry, today: date = TODAY) -> ValidationContext:
    return ValidationContext(
        today,
        submitting_department=load_city().member(entry.provider).organisation_code,
        exemptions=tuple(ExemptionFact(one.item, one.ground, in_force=True) for one in entry.exemptions),
        element_sources=sources(),
    )


def exemption(record: DemoExemption) -> Exemption:
    body = record.body
    return Exemption(
        id="1",
        ground=record.ground,
        item=record.item,
        evidence=read_evidence(record.ground, body["evidence"]),
        decided_by="1",
        decider=Decider(**body["decider"]),
        in_force_from=date.fromisoformat(body["in_force_from"]),
        in_force_until=date.fromisoformat(body["in_force_until"]),
        review_on=date.fromisoformat(body["review_on"]),
        status=ExemptionStatus.DECIDED,
    )


def test_there_are_forty_entries() -> None:
    assert len(ENTRIES) == 40


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_no_rule_finds_anything_in_an_entry(entry: DemoEntry) -> None:
    assert validate(entry.entry, context(entry)) == ()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_survives_the_way_through_json(entry: DemoEntry) -> None:
    assert Entry.from_dict(entry.entry.to_dict()) == entry.entry


def test_the_entries_are_in_order_ten_years_later_too() -> None:
    later = TODAY + timedelta(days=3653)
    assert [found for entry in demo_entries(later) for found in validate(entry.entry, context(entry, later))] == []


def test_every_member_provides_at_least_one_entry() -> None:
    assert {entry.provider for entry in ENTRIES} == {member.slug for member in load_city().members}


def test_all_four_basic_databases_are_there() -> None:
    assert {entry.entry.class_path for entry in ENTRIES} >= BASE_CLASSES


def test_every_entry_says_that_it_is_invented() -> None:
    assert [e.name for e in ENTRIES if "虚构" not in e.entry.abstract or "Sample" not in e.entry.abstract_en] == []


def test_every_kind_of_resource_is_there() -> None:
    assert {entry.entry.kind for entry in ENTRIES} == set(ResourceKind)


def test_residents_are_closed_to_the_public_and_their_base_items_go_to_every_department() -> None:
    entry = demo_entry("changzhu-renkou", TODAY).entry
    shares = {entry.share_type(item) for item in entry.items if item.base_item}
    assert (entry.opening.type, shares) == (OpenType.CLOSED, {ShareType.UNCONDITIONAL})


def test_marital_state_is_shared_on_conditions() -> None:
    entry = demo_entry("hunyin-dengji", TODAY).entry
    item = entry.item("hunyin_zhuangtai")
    assert item is not None
    assert (item.name, entry.share_type(item), item.sensitivity) == (
        "婚姻状态", ShareType.CONDITIONAL, Sensitivity.PI,
    )  # fmt: skip


def test_the_number_of_the_spouse_rests_on_a_privacy_record() -> None:
    entry = demo_entry("hunyin-dengji", TODAY)
    assert [(one.item, one.ground) for one in entry.exemptions] == [("peiou_shenfen_haoma", "R05")]


@pytest.mark.parametrize("pack", ["zhengzhou", "jilin", "national"])
def test_every_exemption_is_in_force_in_every_pack(pack: str) -> None:
    records = [exemption(one) for entry in ENTRIES for one in entry.exemptions]
    assert [in_force(one, TODAY, load_pack(pack)) for one in records] == [()] * len(records) != []


def test_firms_are_open_but_for_the_numbers_of_persons() -> None:
    entry = demo_entry("qiye-dengji", TODAY).entry
    closed = [item.name for item in entry.items if entry.open_type(item) is OpenType.CLOSED]
    assert (entry.keys, closed) == (("xinyong_daima",), ["法定代表人证件号码"])


def test_what_the_secrecy_review_stops_leaves_an_entry_that_is_in_order() -> None:
    entry = demo_entry("gongshui-sheshi", TODAY)
    assert validate(stop_items(entry.entry, entry.stops), context(entry)) == ()


def test_an_unknown_entry_is_said_to_be_unknown() -> None:
    with pytest.raises(LookupError, match="no entry renkou"):
        demo_entry("renkou", TODAY)


def test_a_misspelt_member_of_an_item_is_told_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    source = directory._sources()["gongjiao-xianlu"]
    items = {"xianlu_bianma": {"name": "线路编码", "type": "C10", "requird": True}}
    monkeypatch.setattr(directory, "_sources", lambda: {"gongjiao-xianlu": {**source, "items": items}})
    with pytest.raises(DemoContentError, match="requird"):
        demo_entry("gongjiao-xianlu", TODAY)


def test_a_type_nobody_can_read_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    source = directory._sources()["gongjiao-xianlu"]
    items = {"xianlu_bianma": {"name": "线路编码", "type": "text"}}
    monkeypatch.setattr(directory, "_sources", lambda: {"gongjiao-xianlu": {**source, "items": items}})
    with pytest.raises(DemoContentError, match="xianlu_bianma"):
        demo_entry("gongjiao-xianlu", TODAY)
