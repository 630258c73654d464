"""Finding: two characters inside words, synonyms, pinyin and initials, English, and what is near where nothing is."""

from __future__ import annotations

import pytest

from tests.hub.portal.reading import read
from tests.hub.portal.town import MARRIAGES, Town


def titles(town: Town, text: str, prefix: str = "") -> list[str]:
    """Return the titles a search finds, or those that are near."""
    page = read(town.page(f"{prefix}/catalog", params={"q": text}))
    return [one.text for one in page.find("h3")]


def said(town: Town, path: str, text: str) -> str:
    page = read(town.page(path, params={"q": text}))
    return next(one.text for one in page.find("p") if one.get("role") == "status")


@pytest.mark.parametrize(
    "text",
    [
        "公交站点信息",
        "站点",
        "交站",
        "公交车站",
        "gongjiaozhandian",
        "zhandian",
        "gjzd",
        "GJZD",
        "zd",
        "bus stops",
        "Bus Stop",
        "坐标 站点",
        "gongjiao-zhandian",
    ],
)
def test_the_bus_stops_are_found_by(town: Town, text: str) -> None:
    assert "公交站点信息" in titles(town, text)
    assert "匹配" not in said(town, "/catalog", text)


def test_a_title_that_holds_all_words_comes_first(town: Town) -> None:
    assert titles(town, "公交站点")[0] == "公交站点信息"


def test_the_english_page_shows_english_titles(town: Town) -> None:
    assert titles(town, "公交站点", "/en")[0] == "Bus stops"


def test_an_item_is_found_by_another_word_for_it(town: Town) -> None:
    assert "统一社会信用代码" in town.page("/items", params={"q": "信用代码"})


@pytest.mark.parametrize("text", ["公交站牌", "公交车时刻", "gongjiaozhandiann", "bus station"])
def test_a_search_that_finds_nothing_shows_what_is_near(town: Town, text: str) -> None:
    assert (said(town, "/catalog", text).startswith("没有找到"), "公交站点信息" in titles(town, text)) == (True, True)


def test_an_item_search_that_finds_nothing_offers_near_items_that_are_found(town: Town) -> None:
    page = read(town.page("/items", params={"q": "站点名秤"}))
    offered = next(one.get("href") for one in page.find("a") if one.text == "站点名称")
    assert "公交站点信息" in town.page(offered)


def test_what_is_near_leads_the_public_to_nothing_closed(town: Town) -> None:
    page = town.page("/catalog", params={"q": "婚姻登记名单"})
    assert (MARRIAGES in page, "婚姻登记信息" in page) == (False, False)


@pytest.mark.parametrize("text", ["厕所", "zzzzzz", "'; DROP TABLE hub.entry; --", "%", "\\", "𠀀𠀁", " ", "？？？"])
def test_a_search_for_anything_answers_a_page(town: Town, text: str) -> None:
    for path in ("/catalog", "/items", "/en/catalog", "/en/items"):
        assert town.reader.get(path, params={"q": text}).status_code == 200


def test_a_search_that_finds_nothing_always_leads_to_the_whole_directory(town: Town) -> None:
    page = read(town.page("/catalog", params={"q": "厕所"}))
    assert "浏览全部目录" in [one.text for one in page.find("a")]


def facet_links(town: Town, word: str) -> list[tuple[str, str]]:
    """Return text and address of the links of facets that begin with a word."""
    page = read(town.page("/catalog"))
    return [(one.text, one.get("href")) for one in page.find("a") if one.text.startswith(word) and "(" in one.text]


def test_the_facets_of_a_search_count_what_their_links_find(town: Town) -> None:
    ((text, address),) = facet_links(town, "示例市交通运输局")
    found = read(town.page(address)).find("h3")
    assert text == f"示例市交通运输局 ({len(found)})"


def test_a_filter_in_force_is_a_chip_whose_link_takes_it_away(town: Town) -> None:
    ((_, address),) = facet_links(town, "示例市交通运输局")
    chip = next(one for one in read(town.page(address)).find("a") if "提供单位：示例市交通运输局" in one.text)
    assert chip.get("href") == "/catalog"


def test_a_filter_of_an_unknown_value_finds_nothing_and_can_be_taken_away(town: Town) -> None:
    page = town.page("/catalog", params={"format": "zzz", "freshness": "zzz", "provider": "zzz"})
    assert ("没有找到" in page, "格式：" in page) == (True, True)


def test_beyond_the_last_page_nothing_is_claimed(town: Town) -> None:
    assert "本页之后没有更多了" in town.page("/catalog", params={"offset": 500})


def test_the_index_of_names_is_reached_by_page_links_alone(town: Town) -> None:
    page = read(town.page("/items", params={"q": "称"}))
    following = [one.get("href") for one in page.find("a") if one.get("rel") == "next"]
    assert following == [] or "offset=20" in following[0]
