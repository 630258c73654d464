"""Finding in the directory: what is found and in which order, facets and filters, and what is hidden from whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from catalogue import finding_query, store
from catalogue.entry import Citation
from catalogue.finding import ORGAN_VIEWER, PUBLIC_VIEWER, Ask, Filters, Found, Viewer, find, find_items
from catalogue.finding_index import index_entries, note_data, outdated
from catalogue.item import DataType, Item
from catalogue.published import published_one
from policies.facts import OpenType, Sensitivity
from tests.catalogue.directory import AT, CITY, described, holder, put_in_force
from tests.conftest import lent_database

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator

    from hub.database import Database
    from tests.conftest import Server

POLICE, MARKET, HOUSING, HIDDEN = map(holder, ("示例市公安局", "示例市市场监督管理局", "示例市住房局", "示例市档案局"))
ID_NUMBER = Item("公民身份号码", "gmsfhm", DataType.TEXT, sensitivity=Sensitivity.PI, base_item=True)
COPY = replace(ID_NUMBER, name="身份证号", column="sfzh", base_item=False, source_department=POLICE.code)
BOROUGH = Item("所属街道", "jiedao", DataType.TEXT, sensitivity=Sensitivity.PUB)
SIGNS = "it's \\ a | b & !(c) <-> d:*"
PERSONS = replace(
    described("人口基础信息", POLICE),
    name="renkou", title_en="Population register", items=(ID_NUMBER,), class_path=("1", "101"), update_cycle="4",
    formats=("0204",), keywords=("人口", "户籍"), resource_code="101/7",
)  # fmt: skip
TENANTS = replace(
    described("公租房申请人信息", HOUSING, OpenType.CONDITIONAL),
    name="gongzufang", items=(COPY, BOROUGH), class_path=("2", "202"), abstract="工商登记在册的申请人也在内",
)  # fmt: skip
FIRMS = replace(
    described("工商登记信息", MARKET),
    name="gongshang", class_path=("2", "207"), update_cycle="4", formats=("0203", "0204"),
    abstract="本市企业的登记事项" + "x" * 3_000, keywords=(SIGNS, "长" * 1_000),
)  # fmt: skip
CHANGES = replace(described("企业工商登记变更明细", MARKET), name="biangeng", update_cycle="2")
SECRET = replace(
    described("婚姻登记档案", HIDDEN, OpenType.CLOSED),
    name="hunyin", items=(replace(BOROUGH, name="离婚原因", column="yuanyin"),), keywords=("离婚",),
    class_path=("2", "203"), formats=("0108",),
)  # fmt: skip
EVERY = ((POLICE, PERSONS), (HOUSING, TENANTS), (MARKET, FIRMS), (MARKET, CHANGES), (HIDDEN, SECRET))
LATER = AT + timedelta(days=40)


@pytest.fixture(scope="module")
def directory(server: Server, template: str) -> Iterator[Database]:
    with lent_database(server, template) as database:
        with database.begin() as unit:
            ids = put_in_force(unit, EVERY)
            note_data(unit, ids[0], AT, 120)
            note_data(unit, ids[3], AT, 7)
        yield database


def found(directory: Database, text: str = "", viewer: Viewer = PUBLIC_VIEWER, **more: object) -> Found:
    with directory.begin() as unit:
        return find(unit, viewer, Ask(text, at=LATER, **more))  # type: ignore[arg-type] # a test names what it means


def names(directory: Database, text: str = "", viewer: Viewer = PUBLIC_VIEWER, **more: object) -> list[str]:
    return [hit.name for hit in found(directory, text, viewer, **more).hits]


@pytest.mark.parametrize(
    "text", ["商登", "gongshang dengji", "gongshangdengji", "gsdj", "營業執照", "工商登记情况", "gongshang"]
)
def test_the_register_of_firms_is_found_first_by(directory: Database, text: str) -> None:
    assert names(directory, text)[0] == "gongshang"


@pytest.mark.parametrize("text", ["101/7", "population", "人口基础信息", "ＰＯＰＵＬＡＴＩＯＮ register", "renkou"])
def test_the_register_of_persons_is_found_first_by_code_english_and_name(directory: Database, text: str) -> None:
    assert names(directory, text)[0] == "renkou"


def test_all_entries_of_a_unit_are_found_by_its_code(directory: Database) -> None:
    assert set(names(directory, MARKET.code)) == {"gongshang", "biangeng"}


def test_the_whole_title_comes_before_titles_that_hold_it_before_texts(directory: Database) -> None:
    assert names(directory, "工商登记信息") == ["gongshang", "biangeng", "gongzufang"]


def test_the_source_comes_before_a_copy_whatever_the_wording(directory: Database) -> None:
    assert (names(directory, "身份证号"), names(directory, "公民身份号码")) == (["renkou", "gongzufang"],) * 2


RANKED = (
    "工商登记信息", "登记", "信息", "身份证号", "街道", "示例市", "工商", "gsdj", "101/7", "population", "renkou",
    "申请人 街道",
    MARKET.code, "登记 情况", "企业",
)  # fmt: skip


@pytest.mark.parametrize("keyword", [SIGNS, "长" * 1_000])
def test_a_keyword_of_signs_or_of_great_length_is_found_as_it_is_written(directory: Database, keyword: str) -> None:
    assert names(directory, filters=Filters(keywords=(keyword,))) == ["gongshang"]


def test_a_word_longer_than_the_index_takes_is_found(directory: Database) -> None:
    assert names(directory, "x" * 3_000) == ["gongshang"]


@pytest.mark.parametrize("viewer", [PUBLIC_VIEWER, ORGAN_VIEWER, Viewer(member_id=HIDDEN.id, jurisdiction=CITY)])
def test_few_hits_are_ranked_as_many_would_be(
    directory: Database, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {text: names(directory, text, viewer) for text in RANKED}
    second = {text: names(directory, text, viewer, offset=1, limit=1) for text in RANKED}
    monkeypatch.setattr(finding_query, "FEW", -1)
    assert {text: names(directory, text, viewer) for text in RANKED} == few
    assert {text: names(directory, text, viewer, offset=1, limit=1) for text in RANKED} == second
    monkeypatch.setattr(finding_query, "MANY", -1)
    assert {text: names(directory, text, viewer) for text in RANKED} == few
    assert {text: names(directory, text, viewer, limit=1) for text in RANKED} == {
        text: one[:1] for text, one in few.items()
    }
    assert {text: names(directory, text, viewer, offset=1, limit=1) for text in RANKED} == second
    assert sum(len(one) > 1 for one in few.values()) > len(few) // 2


def test_words_may_stand_in_title_and_items(directory: Database) -> None:
    assert names(directory, "公租房 街道") == ["gongzufang"]


def test_what_holds_most_words_is_near_and_not_found(directory: Database) -> None:
    answer = found(directory, "工商登记 吊销公告")
    assert (answer.total, answer.hits, answer.near[0].name) == (0, (), "gongshang")


@pytest.mark.parametrize(("text", "word"), [("人口基楚信息", "人口基础信息"), ("gongshnag", "工商登记信息")])
def test_a_slip_is_answered_with_the_words_meant(directory: Database, text: str, word: str) -> None:
    assert word in found(directory, text).suggestions


def test_facets_count_what_their_filter_finds(directory: Database) -> None:
    facets = found(directory, "登记", facets=("provider", "theme", "format", "cycle")).facets
    counted = {name: {one.value: one.count for one in values} for name, values in facets.items()}
    assert counted == {
        "provider": {str(MARKET.id): 2, str(HOUSING.id): 1},
        "theme": {"207": 1, "202": 1},
        "format": {"0203": 1, "0204": 1},
        "cycle": {"4": 1, "2": 1},
    }


def test_a_facet_counts_with_every_filter_but_its_own(directory: Database) -> None:
    filters = Filters(provider_ids=(MARKET.id,), cycles=("2",))
    facets = found(directory, filters=filters, facets=("provider", "cycle")).facets
    assert ({one.value for one in facets["provider"]}, {one.value: one.count for one in facets["cycle"]}) == (
        {str(MARKET.id)},
        {"4": 1, "2": 1},
    )


def test_freshness_is_counted_against_the_cycle(directory: Database) -> None:
    facet = found(directory, facets=("freshness",)).facets["freshness"]
    assert {one.value: one.count for one in facet} == {"due": 1, "overdue": 1, "no_data": 2}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(class_codes=("1",)), ["renkou"]),
        (Filters(themes=("202",)), ["gongzufang"]),
        (Filters(open_types=(2,)), ["gongzufang"]),
        (Filters(formats=("0204",), freshness=("due",)), ["renkou"]),
        (Filters(keywords=("户籍", "人口")), ["renkou"]),
        (Filters(names=("gongshang", "hunyin")), ["gongshang"]),
        (Filters(modified_from=AT + timedelta(seconds=1)), []),
        (Filters(sensitivities=("PI",), provider_ids=(HOUSING.id,)), ["gongzufang"]),
        (Filters(formats=("nothing",)), []),
    ],
)
def test_a_filter_finds(directory: Database, filters: Filters, expected: list[str]) -> None:
    answer = found(directory, filters=filters)
    assert ([hit.name for hit in answer.hits], answer.total) == (expected, len(expected))


@pytest.mark.parametrize(
    "text", ["婚姻登记档案", "离婚原因", "hunyin", "婚姻登记档桉", "hunyindengji", "hydjda", HIDDEN.code]
)
def test_the_public_learns_nothing_of_a_closed_entry(directory: Database, text: str) -> None:
    answer = found(directory, text, facets=("provider", "theme", "format", "freshness", "keyword"))
    with directory.begin() as unit:
        items = find_items(unit, PUBLIC_VIEWER, Ask(text))
    assert "婚" not in f"{answer} {items}"
    assert str(HIDDEN.id) not in f"{answer} {items}"


def test_counts_of_the_public_are_those_of_a_directory_without_the_closed(directory: Database) -> None:
    answer = found(directory, facets=("provider", "theme", "format", "share_type", "open_type"))
    values = {one.value for facet in answer.facets.values() for one in facet}
    assert (answer.total, values & {str(HIDDEN.id), "203", "0108", "3"}) == (4, set())


def test_organs_find_the_closed_entry_and_its_items(directory: Database) -> None:
    with directory.begin() as unit:
        items = find_items(unit, ORGAN_VIEWER, Ask("离婚原因"))
    assert (names(directory, "婚姻登记", ORGAN_VIEWER), [hit.name for hit in items.hits]) == (["hunyin"], ["hunyin"])


def test_a_member_among_the_public_finds_its_own_closed_entry(directory: Database) -> None:
    own, other = Viewer(member_id=HIDDEN.id), Viewer(member_id=POLICE.id)
    assert (names(directory, "婚姻登记", own), names(directory, "婚姻登记", other)) == (["hunyin"], [])


@pytest.mark.parametrize("viewer", [Viewer(member_id=POLICE.id), Viewer(public_only=False, jurisdiction="220200")])
def test_items_are_hidden_as_their_entries_are(directory: Database, viewer: Viewer) -> None:
    with directory.begin() as unit:
        found_items = [find_items(unit, viewer, Ask(text)) for text in ("离婚原因", "离婚原音")]
    assert [(one.total, one.hits, one.suggestions) for one in found_items] == [(0, (), ())] * 2


def test_another_jurisdiction_finds_nothing(directory: Database) -> None:
    assert names(directory, "工商登记", Viewer(public_only=False, jurisdiction="220200")) == []


def test_a_closed_entry_and_one_that_is_not_there_are_the_same_to_the_public(directory: Database) -> None:
    with directory.begin() as unit:
        answers = [published_one(unit, PUBLIC_VIEWER, key) for key in ("hunyin", "absent", "203/1")]
        known = published_one(unit, ORGAN_VIEWER, "hunyin")
    assert (answers, known is not None) == ([None, None, None], True)


def test_an_item_tells_its_holder_the_source_first(directory: Database) -> None:
    with directory.begin() as unit:
        items = find_items(unit, PUBLIC_VIEWER, Ask("身份证号", facets=("provider",)))
    assert sorted((hit.item, hit.name, hit.is_authoritative) for hit in items.hits) == [
        ("公民身份号码", "renkou", True),
        ("身份证号", "gongzufang", False),
    ]
    assert (items.hits[0].is_authoritative, items.total, len(items.facets["provider"])) == (True, 2, 2)


def test_pages_follow_one_another_without_gap(directory: Database) -> None:
    pages = [names(directory, "登记", limit=1, offset=offset) for offset in range(4)]
    assert [name for page in pages for name in page] == names(directory, "登记")


@pytest.mark.parametrize("order", ["name", "title", "modified", "issued", "data_at"])
def test_an_order_that_is_asked_for_holds_with_and_without_a_text(directory: Database, order: str) -> None:
    up, down = (names(directory, text, order=((order, turned),)) for text, turned in (("登记", False), ("登记", True)))
    assert (sorted(up), len(up)) == (sorted(down), 3)


@pytest.fixture
def changing(directory: Database) -> Iterator[tuple[Database, uuid.UUID]]:
    with directory.begin() as unit:
        row = store.find_entry(unit, "biangeng")
    assert row is not None
    yield directory, row.id
    with directory.begin() as unit:
        store.update_entry(unit, row.id, withdrawn_at=None, published_version=1)
        index_entries(unit, [row.id])
        note_data(unit, row.id, AT, 7)


def test_a_withdrawn_entry_is_found_no_more(changing: tuple[Database, uuid.UUID]) -> None:
    directory, one = changing
    with directory.begin() as unit:
        store.update_entry(unit, one, withdrawn_at=AT)
        index_entries(unit, [one])
    assert names(directory, "工商登记变更") == []


def test_indexing_again_keeps_the_facts_of_the_data(changing: tuple[Database, uuid.UUID]) -> None:
    directory, one = changing
    with directory.begin() as unit:
        index_entries(unit, [one])
        index_entries(unit, [one])
        hit = find(unit, PUBLIC_VIEWER, Ask("工商登记变更", at=LATER)).hits[0]
    assert (hit.rows, hit.data_at, hit.freshness) == (7, AT, "overdue")


def test_nothing_in_force_is_left_out_of_the_index(directory: Database) -> None:
    with directory.begin() as unit:
        assert outdated(unit, 10) == ()


def test_a_stopped_item_is_in_no_search(directory: Database) -> None:
    hidden = replace(described("救助站名录", HOUSING), items=(replace(BOROUGH, name="隐去之项", column="yin"), BOROUGH))
    with directory.begin() as unit:
        savepoint = unit.savepoint()
        (one,) = put_in_force(unit, [(HOUSING, replace(hidden, legal_basis=(Citation("办法", "第一条"),)))])
        unit.connection.exec_driver_sql(
            "UPDATE hub.entry_version SET stopped_items = '{yin}' WHERE entry_id = %s", (one,)
        )
        index_entries(unit, [one])
        answers = find(unit, ORGAN_VIEWER, Ask("隐去之项")), find_items(unit, ORGAN_VIEWER, Ask("隐去之项"))
        savepoint.rollback()
    assert [answer.total for answer in answers] == [0, 0]
