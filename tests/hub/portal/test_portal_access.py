"""The pages can be used by everyone: headings, labels, tables, languages, contrast (GB/T 37668, WCAG 2.2 AA)."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hub.portal.reading import Element, read
from tests.hub.portal.test_portal_pages import ALL_PAGES

if TYPE_CHECKING:
    from tests.hub.portal.town import Town

HAN = re.compile("[\u3400-\u9fff]")
STYLE = Path(__file__).resolve().parents[3] / "hub" / "portal" / "static" / "site.css"
FIELDS = ("input", "select", "textarea")
ERRORS = ("/nothing", "/en/nothing")
EVERY_PAGE = (*ALL_PAGES, *ERRORS)


def page_at(town: Town, path: str) -> Element:
    return read(town.reader.get(path).text)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_headings_begin_with_one_and_leave_no_level_out(town: Town, path: str) -> None:
    levels = [int(one.tag[1]) for one in page_at(town, path).find("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_field_has_a_label(town: Town, path: str) -> None:
    page = page_at(town, path)
    labelled = {one.get("for") for one in page.find("label")}
    fields = [one for one in page.find(*FIELDS) if one.get("type") != "hidden"]
    assert [one.get("name") for one in fields if one.get("id") not in labelled] == []


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_table_has_a_caption_and_heads_with_a_scope(town: Town, path: str) -> None:
    tables = page_at(town, path).find("table")
    assert [one.text for one in tables if not one.find("caption")] == []
    assert [head.text for one in tables for head in one.find("th") if head.get("scope") not in {"col", "row"}] == []


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_ids_are_unique_and_what_points_to_them_finds_them(town: Town, path: str) -> None:
    page = page_at(town, path)
    ids = [one.get("id") for one in page.find() if one.get("id")]
    named = ("aria-labelledby", "aria-describedby", "for", "list")
    wanted = {one.get(name) for one in page.find() for name in named if one.get(name)}
    wanted |= {one.get("href")[1:] for one in page.find("a") if one.get("href").startswith("#")}
    assert len(ids) == len(set(ids))
    assert wanted <= set(ids)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_the_first_link_skips_to_the_content(town: Town, path: str) -> None:
    page = page_at(town, path)
    assert (page.find("a")[0].get("href"), page.find("main")[0].get("id")) == ("#main", "main")


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_regions_that_look_alike_have_names_of_their_own(town: Town, path: str) -> None:
    page = page_at(town, path)
    names = [one.get("aria-label") for one in page.find("nav")]
    assert all(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", [path for path in EVERY_PAGE if path.startswith("/en")])
def test_chinese_on_an_english_page_is_marked_as_chinese(town: Town, path: str) -> None:
    texts = [one for one in page_at(town, path).find("#text") if HAN.search("".join(one.pieces))]
    inside = [one.parent for one in texts if one.parent is not None]
    unread = {"title", "textarea", "option", "script"}
    stray = [one.text for one in inside if one.lang != "zh-CN" and one.tag not in unread]
    assert stray == []


@pytest.mark.parametrize("path", [path for path in EVERY_PAGE if not path.startswith("/en")])
def test_a_chinese_page_has_a_chinese_title_and_heading(town: Town, path: str) -> None:
    page = page_at(town, path)
    assert HAN.search(page.find("title")[0].text)
    assert HAN.search(page.find("h1")[0].text)


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_has_a_title_of_its_own_and_says_its_language(town: Town, path: str) -> None:
    answer = town.reader.get(path)
    page = read(answer.text)
    lang = "en" if path.startswith("/en") else "zh-CN"
    assert (page.find("html")[0].get("lang"), answer.headers["content-language"]) == (lang, lang)
    assert len(page.find("title")[0].text.split(" · ")) >= 2


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", ["ink", "soft", "link", "good", "bad", "warn"])
@pytest.mark.parametrize("ground", ["back", "tint"])
def test_texts_stand_out_from_their_ground(ink: str, ground: str) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", STYLE.read_text(encoding="utf-8")))
    assert _contrast(colours[ink], colours[ground]) >= 4.5


def test_white_texts_stand_out_from_the_head_of_the_page() -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", STYLE.read_text(encoding="utf-8")))
    assert _contrast("#ffffff", colours["key"]) >= 4.5
