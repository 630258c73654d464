"""CKAN's datastore over the hub's rows: what its own client reads and writes, and the dump in CKAN's shapes."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import httpx2
import pytest
from ckanapi.errors import NotAuthorized, NotFound, ValidationError

from tests.hub.ckan.writers import BUS_STOPS, Office, office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server


@pytest.fixture(scope="module")
def shop(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give the city for all tests of this module; those that write put back what they changed."""
    with office(server, template, tmp_path_factory.mktemp("ckan-datastore")) as made:
        yield made


def test_a_search_gives_the_first_hundred_rows_with_their_numbers_first(shop: Office) -> None:
    found = shop.client().action.datastore_search(resource_id=shop.rid)
    assert found["fields"][0] == {"id": "_id", "type": "int"}
    assert len(found["records"]) == min(100, found["total"])
    assert [row["_id"] for row in found["records"]][:3] == [1, 2, 3]


def test_a_filter_by_value_list_and_range_gives_the_same_rows(shop: Office) -> None:
    search = shop.client().action.datastore_search
    first = search(resource_id=shop.rid, limit=2)["records"]
    codes = [row["zhandian_bianma"] for row in first]
    one = search(resource_id=shop.rid, filters={"zhandian_bianma": codes[0]})
    both = search(resource_id=shop.rid, filters={"zhandian_bianma": codes})
    ranged = search(resource_id=shop.rid, filters={"_id": {"lte": 2}})
    either = search(resource_id=shop.rid, filters=[{"zhandian_bianma": codes[0]}, {"_id": 2}])
    named = search(resource_id=shop.rid, filters={"站点编码": codes[0]})
    assert one["records"] == named["records"] == first[:1]
    assert both["records"] == ranged["records"] == either["records"] == first


def test_words_are_found_inside_chinese_values_and_add_a_rank(shop: Office) -> None:
    search = shop.client().action.datastore_search
    name = search(resource_id=shop.rid, limit=1)["records"][0]["zhandian_mingcheng"]
    found = search(resource_id=shop.rid, q=name[:2])
    by_item = search(resource_id=shop.rid, q={"zhandian_mingcheng": name[:2]})
    assert {"id": "rank", "type": "float4"} in found["fields"]
    assert found["total"] >= by_item["total"] >= 1
    assert all(name[:2] in row["zhandian_mingcheng"] for row in by_item["records"])


def test_pages_follow_by_offset_link_and_number(shop: Office) -> None:
    search = shop.client().action.datastore_search
    first = search(resource_id=shop.rid, limit=5, sort="_id")
    second = search(resource_id=shop.rid, limit=5, offset=5)
    followed = search(resource_id=shop.rid, limit=5, filters=first["next_page"])
    linked = httpx2.get(shop.city.url + first["_links"]["next"]).json()["result"]
    assert second["records"] == followed["records"] == linked["records"]
    assert second["_links"]["prev"].endswith("limit=5")


def test_fields_sort_distinct_and_the_four_formats(shop: Office) -> None:
    search = shop.client().action.datastore_search
    roads = search(resource_id=shop.rid, fields="daolu", distinct=True, sort="daolu desc")
    names = [row["daolu"] for row in roads["records"]]
    lists = search(resource_id=shop.rid, fields=["_id", "daolu"], limit=2, records_format="lists")["records"]
    text = search(resource_id=shop.rid, fields=["_id", "daolu"], limit=2, records_format="csv")["records"]
    assert names == sorted(set(names), reverse=True)
    assert roads["total"] == len(names)
    assert text == "".join(f"{number},{road}\n" for number, road in lists)
    assert search(resource_id=shop.rid, limit=0)["records"] == []


@pytest.mark.parametrize(
    ("argument", "value"),
    [("filters", {"nobody": 1}), ("fields", ["nobody"]), ("sort", "nobody"), ("q", {"nobody": "x"}), ("limit", -1)],
)
def test_a_wrong_argument_is_named(shop: Office, argument: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        shop.client().action.datastore_search(resource_id=shop.rid, **{argument: value})
    assert argument in refused.value.error_dict


def test_one_select_is_served_and_anything_else_is_refused_by_name(shop: Office) -> None:
    sql = shop.client().action.datastore_search_sql
    rows = sql(sql=f'SELECT zhandian_bianma AS code FROM "{shop.rid}" WHERE _id <= 3 ORDER BY _id DESC LIMIT 2')
    counted = sql(sql=f"SELECT count(*) FROM \"{shop.rid}\" WHERE daolu IS NOT NULL AND NOT daolu LIKE '%没有%'")
    assert len(rows["records"]) == 2
    assert list(rows["records"][0]) == ["code"]
    assert counted["records"][0]["count"] > 0
    with pytest.raises(ValidationError, match="DeleteStmt"):
        sql(sql=f'DELETE FROM "{shop.rid}"')
    with pytest.raises(NotAuthorized):
        sql(sql=f'SELECT pg_sleep(9) FROM "{shop.rid}"')


def test_info_tells_rows_and_the_data_dictionary(shop: Office) -> None:
    info = shop.client().action.datastore_info(id=shop.rid)
    codes = next(one for one in info["fields"] if one["id"] == "zhandian_bianma")
    assert info["meta"]["aliases"] == [BUS_STOPS]
    assert codes["info"]["label"] == "站点编码"
    assert codes["schema"]["uniquekey"] is True


def test_a_clerk_writes_changes_and_closes_rows_and_each_call_has_its_receipt(shop: Office) -> None:
    act = shop.clerk.action
    columns = [one["id"] for one in act.datastore_info(id=shop.rid)["fields"]]
    sample = act.datastore_search(resource_id=shop.rid, limit=1)["records"][0]
    made = {**{name: sample[name] for name in columns}, "zhandian_bianma": "CK00001"}
    written = act.datastore_upsert(resource_id=shop.rid, records=[made])
    part = act.datastore_upsert(
        resource_id=shop.rid, records=[{"zhandian_bianma": "CK00001", "daolu": "改名路"}], method="update"
    )
    row = act.datastore_search(resource_id=shop.rid, filters={"zhandian_bianma": "CK00001"})["records"][0]
    assert written["push"]["receipt"]
    assert part["push"]["version"] == written["push"]["version"] + 1
    assert row["daolu"] == "改名路"
    assert row["zhandian_mingcheng"] == sample["zhandian_mingcheng"]


def test_a_bad_row_stops_all_of_them_and_is_named(shop: Office) -> None:
    act = shop.clerk.action
    sample = act.datastore_search(resource_id=shop.rid, limit=2)["records"]
    good, bad = ({name: value for name, value in row.items() if name != "_id"} for row in sample)
    before = act.datastore_info(id=shop.rid)["meta"]["version"]
    with pytest.raises(ValidationError) as refused:
        act.datastore_upsert(resource_id=shop.rid, records=[good, {**bad, "zhandian_bianma": ""}])
    assert refused.value.error_dict["records_row"] == 1
    assert act.datastore_info(id=shop.rid)["meta"]["version"] == before


def test_insert_refuses_a_key_that_is_there_and_update_one_that_is_not(shop: Office) -> None:
    act = shop.clerk.action
    sample = act.datastore_search(resource_id=shop.rid, limit=1)["records"][0]
    del sample["_id"]
    with pytest.raises(ValidationError):
        act.datastore_upsert(resource_id=shop.rid, records=[sample], method="insert")
    with pytest.raises(ValidationError):
        act.datastore_upsert(resource_id=shop.rid, records=[{"zhandian_bianma": "NONE"}], method="update")


def test_nobody_else_writes(shop: Office) -> None:
    with pytest.raises(NotAuthorized):
        shop.client().action.datastore_upsert(resource_id=shop.rid, records=[])
    with pytest.raises(NotAuthorized):
        shop.client("shutong-ckan-nobody").action.datastore_upsert(resource_id=shop.rid, records=[])


def test_a_resource_nobody_knows_is_not_found(shop: Office) -> None:
    with pytest.raises(NotFound):
        shop.client().action.datastore_search(resource_id="7a9e2f0c-0000-0000-0000-000000000000")


def dumped(shop: Office, query: str = "") -> httpx2.Response:
    """Return the dump of the bus stops."""
    return httpx2.get(f"{shop.city.url}/datastore/dump/{shop.rid}?{query}")


def test_csv_has_a_head_that_ends_in_crlf_and_rows_in_lf(shop: Office) -> None:
    body = dumped(shop).content
    head, rest = body.split(b"\r\n", 1)
    rows = list(csv.reader(io.StringIO(rest.decode())))
    total = shop.client().action.datastore_search(resource_id=shop.rid, limit=0)["total"]
    assert head.startswith(b"_id,zhandian_bianma")
    assert b"\r" not in rest
    assert len(rows) == total


def test_json_xml_and_tsv_hold_the_same_rows(shop: Office) -> None:
    part = "limit=3&offset=2&sort=_id&fields=_id,zhandian_bianma"
    as_json = dumped(shop, f"format=json&{part}").json()
    as_xml = ET.fromstring(dumped(shop, f"format=xml&{part}").content)  # noqa: S314 - our own
    as_tsv = dumped(shop, f"format=tsv&{part}").content.decode()
    codes = [row[1] for row in as_json["records"]]
    assert [one["id"] for one in as_json["fields"]] == ["_id", "zhandian_bianma"]
    assert [row.findtext("zhandian_bianma") for row in as_xml] == codes
    assert [row.get("_id") for row in as_xml] == [str(row[0]) for row in as_json["records"]] == ["3", "4", "5"]
    assert as_tsv == "_id\tzhandian_bianma\r\n" + "".join(f"{row[0]}\t{row[1]}\n" for row in as_json["records"])


def test_filters_words_bom_and_the_name_as_an_alias_work(shop: Office) -> None:
    filtered = dumped(shop, 'filters={"_id": 7}&format=json').json()
    marked = httpx2.get(f"{shop.city.url}/datastore/dump/{BUS_STOPS}?bom=true&limit=1").content
    assert [row[0] for row in filtered["records"]] == [7]
    assert marked.startswith(b"\xef\xbb\xbf_id,")


def test_a_bad_format_is_the_callers_fault_and_an_unknown_resource_is_not_there(shop: Office) -> None:
    assert dumped(shop, "format=pdf").status_code == 400
    assert dumped(shop, "filters={bad").status_code == 400
    assert httpx2.get(f"{shop.city.url}/datastore/dump/nobody").status_code == 404
