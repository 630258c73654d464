"""What readers find on the pages: the way to a file, preview, filters, values in words, two languages, errors."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.hub.portal.reading import Element, read
from tests.hub.portal.town import BUS_STOPS, COMPANIES, MARRIAGES, REPORTS, SERVICES, Town

PAGES = (
    "/", "/catalog", "/catalog?q=公交", "/catalog?q=公交站牌", "/items", "/items?q=名称", "/items?q=名字们", "/proof",
    "/docs", "/docs/agencies", "/docs/citizens", "/docs/departments", "/docs/operators",
    "/about", "/problems", "/login",
    "/story",
    f"/d/{BUS_STOPS}", f"/d/{COMPANIES}", f"/d/{REPORTS}", f"/d/{SERVICES}",
)  # fmt: skip
ALL_PAGES = tuple(prefix + path for path in PAGES for prefix in ("", "/en"))
LARGEST_PAGE = 100_000
LARGEST_LIST = 200_000
LISTS = ("/docs/",)
"""References on one page each, to be searched by the browser: every operation of an audience."""


def rows_of(page: Element) -> list[list[str]]:
    """Return the preview's rows as texts."""
    table = next(one for one in page.find("table") if one.find("caption")[0].get("id") == "rows")
    return [[cell.text for cell in row.find("td")] for row in table.find("tbody")[0].find("tr")]


def status_of(page: Element) -> str:
    """Return what is announced about results."""
    return next(one.text for one in page.find("p") if one.get("role") == "status")


def test_a_citizen_reaches_a_file_in_three_clicks_from_the_home_page(town: Town) -> None:
    home = read(town.page("/"))
    form = next(one for one in home.find("form") if one.get("role") == "search")
    field = next(one for one in form.find("input") if one.get("type") == "search")
    found = read(town.page(form.get("action"), params={field.get("name"): "公交站"}))
    hit = next(one for one in found.find("a") if one.text == "公交站点信息")
    dataset = read(town.page(hit.get("href")))
    download = next(one for one in dataset.find("a") if "Excel" in one.text)
    assert town.reader.get(download.get("href")).content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("form", ["excel", "csv", "json"])
def test_each_download_button_gives_the_whole_file(town: Town, form: str) -> None:
    links = [one.get("href") for one in read(town.page(f"/d/{BUS_STOPS}")).find("a")]
    address = next(one for one in links if one.endswith(f"format={form}"))
    assert town.reader.get(address).text.count("ZD00") == 200


def test_the_preview_says_how_much_of_how_much_it_shows(town: Town) -> None:
    assert status_of(read(town.page(f"/d/{BUS_STOPS}"))) == "第 1 到 20 行，共 200 行"


def test_the_next_page_of_the_preview_goes_on_where_the_first_ends(town: Town) -> None:
    page = read(town.page(f"/d/{BUS_STOPS}"))
    following = next(one.get("href") for one in page.find("a") if one.text == "下一页")
    second = read(town.page(following))
    assert (status_of(second), rows_of(second)[0][0]) == ("第 21 到 40 行，共 200 行", "ZD00021")


def test_a_text_filter_finds_what_contains_it(town: Town) -> None:
    page = read(town.page(f"/d/{BUS_STOPS}", params={"quhua__contains": "西"}))
    assert {row[2] for row in rows_of(page)} == {"西区"}


def test_filtered_rows_can_be_downloaded_as_they_are_shown(town: Town) -> None:
    page = read(town.page(f"/d/{BUS_STOPS}", params={"quhua__contains": "西"}))
    total = re.search(r"共 (\d+) 行", status_of(page))
    address = next(one.get("href") for one in page.find("a") if "format=csv&" in one.get("href"))
    lines = town.reader.get(address).text.splitlines()
    assert total is not None
    assert len(lines) - 1 == int(total.group(1))


def test_a_column_is_sorted_by_its_name(town: Town) -> None:
    page = read(town.page(f"/d/{BUS_STOPS}"))
    link = next(one.get("href") for one in page.find("th")[0].find("a"))
    again = next(one for one in read(town.page(link)).find("th") if one.text.startswith("站点编码"))
    assert again.get("aria-sort") == "ascending"


def test_sorting_twice_turns_the_order(town: Town) -> None:
    page = read(town.page(f"/d/{BUS_STOPS}", params={"order": "-zhandian_bianma"}))
    assert rows_of(page)[0][0] == "ZD00200"


def test_coded_values_show_their_meaning_and_their_code(town: Town) -> None:
    page = read(town.page(f"/d/{COMPANIES}", params={"dengji_zhuangtai": "1"}))
    assert {row[9] for row in rows_of(page)} == {"存续（在营、开业、在册） 1"}


def test_coded_values_are_in_english_on_english_pages(town: Town) -> None:
    page = read(town.page(f"/en/d/{COMPANIES}", params={"dengji_zhuangtai": "1"}))
    assert {row[9] for row in rows_of(page)} == {"active 1"}


@pytest.mark.parametrize(("prefix", "words"), [("", {"是", "否"}), ("/en", {"yes", "no"})])
def test_truth_values_are_words(town: Town, prefix: str, words: set[str]) -> None:
    assert {row[6] for row in rows_of(read(town.page(f"{prefix}/d/{BUS_STOPS}")))} == words


def test_a_filter_of_codes_is_a_choice_with_meanings(town: Town) -> None:
    page = read(town.page(f"/d/{COMPANIES}"))
    choice = next(one for one in page.find("select") if one.get("name") == "dengji_zhuangtai")
    assert "存续（在营、开业、在册） (1)" in [one.text for one in choice.find("option")]


def test_a_value_that_cannot_be_read_is_said_and_no_rows_are_shown(town: Town) -> None:
    page = read(town.page(f"/d/{COMPANIES}", params={"chengli_riqi__ge": "昨天"}))
    alert = next(one.text for one in page.find("p") if one.get("role") == "alert")
    assert ("日期" in alert, "昨天" in alert, [t for t in page.find("caption") if t.get("id") == "rows"]) == (
        True,
        False,
        [],
    )


@pytest.mark.parametrize("name", ["fading_daibiaoren_zhengjian", "meiyou_zhe_xiang"])
def test_a_filter_by_a_withheld_item_is_left_out_as_one_by_nothing(town: Town, name: str) -> None:
    page = read(town.page(f"/d/{COMPANIES}", params={name: "1"}))
    assert status_of(page) == "网址中有 1 个条件不是可筛选的信息项，未应用。"


def test_the_parameters_other_sites_add_to_links_do_no_harm(town: Town) -> None:
    page = read(town.page(f"/d/{BUS_STOPS}", params={"utm_source": "wechat", "from": "timeline"}))
    assert status_of(page) == "第 1 到 20 行，共 200 行"


def test_what_is_withheld_is_named_with_its_ground_and_remedy(town: Town) -> None:
    page = read(town.page(f"/d/{REPORTS}"))
    table = next(one for one in page.find("table") if one.find("caption")[0].get("id") == "left-out")
    row = next(one for one in table.find("tr") if one.text.startswith("营业总收入"))
    assert ("R04 商业秘密" in row.text, "行政复议" in row.text) == (True, True)


def test_an_open_entry_without_data_says_so(town: Town) -> None:
    assert "该条目尚未挂接数据" in town.page(f"/d/{SERVICES}")


def test_a_conditional_entry_says_on_what_condition(town: Town) -> None:
    assert "与提供单位签订使用协议" in read(town.page(f"/d/{REPORTS}")).text


def test_a_closed_entry_is_not_there_for_the_public(town: Town) -> None:
    answers = [town.reader.get(f"/d/{name}") for name in (MARRIAGES, "mei-you-zhe-ge")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_resource_code_leads_to_its_entry(town: Town) -> None:
    code = re.search(r"信息资源代码</dt><dd>([^<]+)<", town.page(f"/d/{BUS_STOPS}"))
    assert code is not None
    answer = town.reader.get("/en/d", params={"code": code.group(1)})
    assert answer.headers["location"] == f"/en/d/{BUS_STOPS}"


DATA_BLOCK = "application/ld+json"
"""Type of a script element that holds data (schema.org) and is never run."""


def test_what_leads_to_a_closed_entry_leads_the_public_nowhere(town: Town) -> None:
    answers = [town.reader.get("/d", params={"code": code}) for code in (MARRIAGES, "399999/1")]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_is_small(town: Town, path: str) -> None:
    most = LARGEST_LIST if any(name in path for name in LISTS) else LARGEST_PAGE
    assert len(town.reader.get(path).content) <= most


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_has_no_script_and_nothing_from_elsewhere(town: Town, path: str) -> None:
    page = read(town.page(path))
    run = [one for one in page.find("script", "style") if one.get("type") != DATA_BLOCK]
    links = [one for one in page.find("link") if one.get("rel") not in {"alternate", "canonical"}]
    loaded = [one.get("href") or one.get("src") for one in [*links, *page.find("img", "iframe"), *run]]
    assert [one for one in loaded if not one.startswith(("/", "data:,"))] == []
    assert run == []


@pytest.mark.parametrize("path", ALL_PAGES)
def test_the_other_language_of_a_page_is_one_link_away(town: Town, path: str) -> None:
    page = read(town.page(path))
    other = next(one.get("href") for one in page.find("link") if one.get("hreflang"))
    expected = path.removeprefix("/en") if path.startswith("/en") else "/en" + path
    assert other == quote(expected, safe="/?=&")
    assert read(town.page(other)).find("html")[0].get("lang") == ("zh-CN" if path.startswith("/en") else "en")


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/catalog?offset=x", 422), ("/d/not-there", 404)])
def test_a_browser_gets_its_fault_as_a_page(town: Town, path: str, status: int) -> None:
    answer = town.reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


@pytest.mark.parametrize(("path", "lang"), [("/nothing", "zh-CN"), ("/en/nothing", "en"), ("/en/d/not-there", "en")])
def test_a_fault_is_told_in_the_language_of_the_address(town: Town, path: str, lang: str) -> None:
    page = read(town.reader.get(path).text)
    assert (page.find("html")[0].get("lang"), len(page.find("h1")), bool(page.find("main")[0].text)) == (lang, 1, True)


def test_a_program_gets_the_same_fault_as_a_problem_document(town: Town) -> None:
    answer = town.reader.get("/d/not-there", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_browser_at_an_address_of_the_api_gets_a_problem_document(town: Town) -> None:
    answer = town.reader.get("/api/v1/datasets/not-there")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_form_sent_to_a_page_that_takes_none_is_told_so(town: Town) -> None:
    answer = town.reader.post("/catalog")
    assert (answer.status_code, "请从首页重新进入" in answer.text) == (405, True)
