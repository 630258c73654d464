"""The public pages of the basic databases: what they tell, in both languages, and what they never tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.portal.boundary_drawing import drawing_of
from tests.hub.divisions.conftest import REVIEWED
from tests.hub.legal_persons.conftest import FIRM, GONE, HOLDER, SHOP
from tests.hub.portal import test_portal_access as access
from tests.hub.portal import test_portal_pages as pages
from tests.hub.portal.reading import Element, read

if TYPE_CHECKING:
    from tests.hub.portal_registers.conftest import Bases

PATHS = (
    "/registers", "/divisions", "/divisions?q=惠济", "/divisions?q=没有这个", "/divisions/410108", "/divisions/410111",
    "/divisions/410105?date=2022-06-01", "/divisions/410105?date=2021-12-31", "/legal-persons",
    "/legal-persons?q=青禾", "/legal-persons?q=无此单位", f"/legal-persons/{FIRM}", f"/legal-persons/{SHOP}",
    "/addresses", "/addresses/DZ0001", "/statistics/population", "/statistics/population?level=town&by=sex",
    "/statistics/population?level=city&by=age_band&by=marital_status", "/statistics/population?within=abc",
)  # fmt: skip
EVERY = tuple(prefix + path for path in PATHS for prefix in ("", "/en"))
CHECKS = (
    access.test_headings_begin_with_one_and_leave_no_level_out,
    access.test_every_field_has_a_label,
    access.test_every_table_has_a_caption_and_heads_with_a_scope,
    access.test_ids_are_unique_and_what_points_to_them_finds_them,
    access.test_the_first_link_skips_to_the_content,
    access.test_regions_that_look_alike_have_names_of_their_own,
    access.test_a_page_has_a_title_of_its_own_and_says_its_language,
    pages.test_a_page_is_small,
)
LINES = "示范市东山区花园路十二号\n经八路 999 号没有的地方\n人民路1号对面\n"


def table(page: str, caption: str) -> list[list[str]]:
    """Return the rows of a table by the id of its caption."""
    found = next(one for one in read(page).find("table") if one.find("caption")[0].get("id") == caption)
    return [[cell.text for cell in row.find("th", "td")] for row in found.find("tbody")[0].find("tr")]


def facts(page: str) -> dict[str, str]:
    """Return what the lists of facts of a page say."""
    lists = read(page).find("dl")
    pairs: list[Element] = [one for found in lists for one in found.find("dt", "dd")]
    return {name.text: value.text for name, value in zip(pairs[::2], pairs[1::2], strict=True)}


@pytest.mark.parametrize("path", EVERY)
def test_a_page_of_the_basic_databases_can_be_used_by_everyone(town: Bases, path: str) -> None:
    for check in CHECKS:
        check(town, path)  # type: ignore[arg-type]
    if path.startswith("/en"):
        access.test_chinese_on_an_english_page_is_marked_as_chinese(town, path)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", [path for path in EVERY if "within=abc" not in path])
def test_a_page_has_no_script_and_its_other_language_one_link_away(town: Bases, path: str) -> None:
    page = read(town.reader.get(path).text)
    assert page.find("script", "style") == []
    other = next(one.get("href") for one in page.find("link") if one.get("hreflang"))
    assert town.reader.get(other).status_code == town.reader.get(path).status_code


@pytest.mark.parametrize("path", ["/", "/en/", "/registers"])
def test_every_service_is_linked_from_the_home_page_and_from_the_page_of_all(town: Bases, path: str) -> None:
    links = {one.get("href").removeprefix("/en") for one in read(town.page(path)).find("a")}
    assert links >= {"/divisions", "/legal-persons", "/addresses", "/statistics/population"}


def test_the_pages_are_in_the_site_map(town: Bases) -> None:
    text = town.reader.get("/sitemap.xml").text
    assert all(f"{town.hub.url}{path}</loc>" in text for path in ("/divisions", "/legal-persons", "/addresses"))


def test_the_entry_of_a_register_leads_to_its_search(town: Bases) -> None:
    links = [one.get("href") for one in read(town.page("/d/faren-danwei")).find("a")]
    assert "/legal-persons" in links


# Divisions.


def test_a_division_is_found_by_a_part_of_its_name(town: Bases) -> None:
    assert table(town.page("/divisions", params={"q": "惠济"}), "found")[0][:2] == ["410108", "惠济区"]


def test_a_code_leads_to_its_division_with_the_day(town: Bases) -> None:
    answer = town.reader.get("/en/divisions", params={"q": "410108", "date": "2021-03-01"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/divisions/410108?date=2021-03-01")


@pytest.mark.parametrize("typed", [{"q": "41011"}, {"q": "惠济", "date": "昨天"}, {"date": "1000-01-01"}])
def test_what_cannot_be_read_is_said_beside_its_field(town: Bases, typed: dict[str, str]) -> None:
    answer = town.reader.get("/divisions", params=typed)
    faults = [one for one in read(answer.text).find("span") if one.get("class") == "fault"]
    assert (answer.status_code, len(faults)) == (422, 1)


def test_nothing_found_says_what_to_do(town: Bases) -> None:
    page = read(town.page("/divisions", params={"q": "没有这个"}))
    assert "/divisions?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA&ever=1" in [one.get("href") for one in page.find("a")]


def test_a_division_shows_what_it_was_on_a_day_and_what_lies_above(town: Bases) -> None:
    told = facts(town.page("/divisions/410108", params={"date": "2021-03-01"}))
    assert (told["名称"], told["层级"], told["上级"]) == ("惠济区", "县级", "河南省 › 郑州市")


def test_a_code_that_held_on_other_days_tells_those_days(town: Bases) -> None:
    answer = town.reader.get("/divisions/410111")
    told = table(answer.text, "periods")[-1][0], [row[:2] for row in table(answer.text, "now")]
    assert (answer.status_code, told) == (404, ("示例县", [["410118", "示例区"]]))


def test_a_code_that_never_was_is_a_page_that_is_not_there(town: Bases) -> None:
    assert [town.reader.get(path).status_code for path in ("/divisions/999999", "/divisions/4101")] == [404, 200]


def test_parts_of_a_split_are_told_with_their_shares(town: Bases) -> None:
    page = town.page("/divisions/410105", params={"date": "2021-12-31"})
    assert sorted(row[:3] for row in table(page, "now")) == [
        ["410105", "金水区", "60 %"],
        ["410119", "示例新区", "40 %"],
    ]


def test_a_reviewed_boundary_is_drawn_with_its_number(town: Bases) -> None:
    page = read(town.page("/divisions/410108"))
    path = page.find("path")[0].get("d")
    words = page.find("figcaption")[0].text
    assert (path.startswith("M"), path.endswith("z"), REVIEWED in words, "CGCS2000" in words) == (True,) * 4


def test_a_boundary_that_was_not_reviewed_is_not_drawn(town: Bases) -> None:
    text = town.page("/divisions/410105")
    assert ("<svg" in text, "没有审图号" in text, "113.7" in text) == (False, True, False)


def test_a_drawing_keeps_the_shape_on_the_ground() -> None:
    ring = b"[[113.0,60.0],[113.2,60.0],[113.2,60.1],[113.0,60.1],[113.0,60.0]]"
    about = b'{"review_number":"1","drawn_from":"2021-01-01"}'
    made = drawing_of(b'{"properties":' + about + b',"geometry":{"type":"Polygon","coordinates":[' + ring + b"]}}")
    assert abs(made.width - made.height) <= 2


# Legal persons.


def test_a_body_is_found_by_two_characters_of_its_name(town: Bases) -> None:
    links = [one.get("href") for one in read(town.page("/legal-persons", params={"q": "青禾"})).find("a")]
    assert f"/legal-persons/{FIRM}" in links


def test_one_character_is_too_short_and_says_so(town: Bases) -> None:
    answer = town.reader.get("/legal-persons", params={"q": "青"})
    assert (answer.status_code, "至少输入 2 个" in answer.text) == (422, True)


@pytest.mark.parametrize(("prefix", "words"), [("", "示例市青禾科技有限公司"), ("/en", "representative")])
def test_a_body_shows_its_public_part(town: Bases, prefix: str, words: str) -> None:
    assert words in town.page(f"{prefix}/legal-persons/{FIRM}")


def test_a_body_shows_nothing_that_is_not_public(town: Bases) -> None:
    text = town.page(f"/legal-persons/{FIRM}") + town.page(f"/en/legal-persons/{FIRM}")
    assert [one for one in (HOLDER, "示例丙", "0371-00000000", "123456") if one in text] == []


def test_what_is_withheld_of_a_body_has_its_reason(town: Bases) -> None:
    rows = {row[0]: row[1] for row in table(town.page(f"/legal-persons/{FIRM}"), "left-out")}
    assert all(rows.values())
    assert len(rows) > 3


def test_a_place_of_a_shop_is_shown_without_its_door(town: Bases) -> None:
    assert "3号楼" not in town.page(f"/legal-persons/{SHOP}")


def test_a_revoked_body_is_said_to_exist_still(town: Bases) -> None:
    text = town.page(f"/legal-persons/{GONE}")
    assert "存续</span>" not in text


def test_a_code_nobody_has_is_not_there(town: Bases) -> None:
    assert town.reader.get(f"/legal-persons/{FIRM[:-1]}0").status_code == 404


# Addresses.


def test_lines_are_matched_in_their_order_with_level_score_and_identifier(town: Bases) -> None:
    page = read(town.post("/addresses", text=LINES, everywhere="1"))
    shown = [one.text for one in page.find("ol")[0].find("h3")]
    told = facts(town.post("/addresses", text="示范市东山区花园路十二号", everywhere="1"))
    assert shown == [line for line in LINES.splitlines() if line]
    assert (told["对到的级别"], told["标识"]) == ("门牌号", "DZ0001")


def test_what_is_not_matched_says_what_to_do(town: Bases) -> None:
    text = town.post("/addresses", text="毫无关系的一行字", everywhere="1")
    assert ("没有对上" in text, "不限本市" in text) == (True, True)


def test_an_address_that_is_typed_stands_in_no_address_line(town: Bases) -> None:
    forms = read(town.page("/addresses")).find("main")[0].find("form")
    assert [one.get("method") for one in forms] == ["post", "post"]


@pytest.mark.parametrize(
    "typed",
    [
        {"text": ""},
        {"text": "一\n" * 51},
        {"text": "一" * 301},
        {"kind": "point", "longitude": "x", "latitude": "34.7"},
        {"kind": "point", "longitude": "nan", "latitude": "34.7"},
        {"kind": "point", "longitude": "113.6", "latitude": "34.7", "crs": "gcj"},
        {"kind": "point", "longitude": "34.7", "latitude": "80"},
    ],
)
def test_a_form_that_cannot_be_answered_says_so_and_keeps_what_was_typed(town: Bases, typed: dict[str, str]) -> None:
    answer = town.reader.post("/en/addresses", data=typed)
    page = read(answer.text)
    assert answer.status_code == 422
    assert [one.get("class") for one in page.find("span") if one.get("class") == "fault"] != []
    if "longitude" in typed:
        assert [one.get("value") for one in page.find("input") if one.get("name") == "longitude"] == [
            typed["longitude"]
        ]


def test_a_point_is_looked_up(town: Bases) -> None:
    text = town.post("/addresses", kind="point", longitude="113.6000", latitude="34.7000", crs="cgcs2000")
    assert table(text, "near")[0][1:] == ["门牌号", "0.0", "DZ0001"]


def test_the_results_of_a_form_can_be_used_by_everyone(town: Bases) -> None:
    page = read(town.post("/en/addresses", text=LINES, everywhere="1"))
    texts = [one for one in page.find("#text") if access.HAN.search("".join(one.pieces))]
    read_by = [one for one in texts if one.parent is not None and one.parent.tag not in {"textarea", "title"}]
    stray = [one.text for one in read_by if one.parent is not None and one.parent.lang != "zh-CN"]
    assert stray == []


def test_what_lies_below_a_door_plate_is_not_there(town: Bases) -> None:
    assert town.reader.get("/addresses/DZ0002").status_code == town.reader.get("/addresses/DZ9999").status_code == 404


# Statistics.


def test_hidden_cells_are_marked_and_no_chart_is_drawn(town: Bases) -> None:
    text = town.page("/statistics/population", params={"level": "town", "by": "marital_status"})
    cells = [cell for row in table(text, "figures") for cell in row[1:]]
    assert ("隐去" in cells, "<svg" in text) == (True, False)


def test_the_page_tells_what_the_interface_tells(town: Bases) -> None:
    told = town.reader.get("/api/v1/statistics/population", params={"level": "district"}).json()
    shown = {row[0].split()[-1]: row[1] for row in table(town.page("/statistics/population"), "figures")}
    assert shown == {
        one["division"]: "隐去" if one["figure"] is None else f"{one['figure']:,}" for one in told["cells"]
    }


@pytest.mark.parametrize(("prefix", "words"), [("", "非人口数"), ("/en", "not population figures")])
def test_counts_are_said_to_be_no_population(town: Bases, prefix: str, words: str) -> None:
    assert words in town.page(f"{prefix}/statistics/population")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("level=street", 422),
        ("by=ethnicity", 422),
        ("by=sex&by=age_band&by=marital_status", 422),
        ("within=x", 422),
        ("period=2001-01", 404),
        ("period=x", 409),
    ],
)
def test_a_table_that_is_not_there_says_so(town: Bases, query: str, status: int) -> None:
    answer = town.reader.get(f"/statistics/population?{query}")
    assert (answer.status_code, 'id="figures"' in answer.text) == (status, False)


def test_a_district_leads_to_its_towns(town: Bases) -> None:
    page = read(town.page("/statistics/population?by=sex"))
    following = next(one.get("href") for one in page.find("a") if "level=town" in one.get("href"))
    assert "by=sex" in following
    assert len(table(town.page(following), "figures")) > 1


@pytest.mark.parametrize("path", ["/registers", "/en/registers", "/", "/en/"])
def test_a_database_that_is_off_is_named_and_leads_to_no_dead_page(path: str, town: Bases) -> None:
    page = read(town.page(path))
    links = {one.get("href").removeprefix("/en") for one in page.find("a")}
    assert ("/addresses" in links, "/indicators" in links) == (True, False)
    assert "宏观" in page.text or "acro-economy" in page.text
