"""Which form a reader gets, by what it accepts (RFC 9110 12.5.1); terms of other vocabularies; offices, not persons."""

from __future__ import annotations

import pytest

from catalogue.code_lists import load_code_list
from hub.open.dcat import parts, vocabularies
from hub.open.dcat.serialising import HTML, JSON_LD, RDF_XML, TURTLE, GraphForm, chosen

WANTED = {
    "": HTML,
    "*/*": HTML,
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": HTML,
    "text/turtle": TURTLE,
    "TEXT/TURTLE ; q=0.9": TURTLE,
    "application/ld+json;q=0.9, application/rdf+xml;q=0.5": JSON_LD,
    "application/rdf+xml, text/html;q=0.2": RDF_XML,
    "text/*;q=0.3, application/rdf+xml;q=0.4": RDF_XML,
    "application/*": JSON_LD,
    "*/*;q=0.1, text/turtle;q=0.2": TURTLE,
    "text/html;q=0, */*": TURTLE,
    "image/png": None,
    "text/turtle;q=0": None,
    "text/turtle;q=much": None,
    ",;,": HTML,
}


@pytest.mark.parametrize(("accept", "wanted"), WANTED.items(), ids=WANTED)
def test_a_reader_gets_the_form_it_weighs_highest(accept: str, wanted: GraphForm | str | None) -> None:
    assert chosen(accept) == wanted


def test_every_class_of_the_national_tree_has_a_theme_with_a_label() -> None:
    codes = [
        code for path in load_code_list("catalogue_resource_class").rows for code in vocabularies.themes_of((path,))
    ]
    assert codes
    assert all(all(vocabularies.label_of("theme_names", code)) for code in codes)


def test_every_update_cycle_has_a_frequency_with_a_label() -> None:
    codes = [vocabularies.frequency_of(cycle) for cycle in load_code_list("catalogue_update_cycle").rows]
    assert codes
    assert all(all(vocabularies.label_of("frequencies", code)) for code in codes)


@pytest.mark.parametrize(("name", "code"), {"csv": "CSV", ".JPG": "JPEG", "GeoPackage": "GPKG", "mp4": "MPEG4"}.items())
def test_a_format_is_known_by_the_names_it_goes_by(name: str, code: str) -> None:
    found = vocabularies.format_named(name)
    assert found is not None
    assert found.code == code


def test_a_format_nobody_registered_has_no_term() -> None:
    assert vocabularies.format_named("某种格式") is None


def test_a_licence_without_an_address_keeps_its_name_alone() -> None:
    found = vocabularies.licence_of("本平台许可协议")
    assert found == vocabularies.Licence("本平台许可协议")


@pytest.mark.parametrize("written", ["13812345678", "联系人 张三 +86 138-1234-5678", "138****5678", "a*b@c.cn", ""])
def test_a_contact_that_names_no_office_is_left_out(written: str) -> None:
    assert parts.contact_of("示例市教育局", "", written) is None


def test_a_fixed_line_and_an_office_address_are_a_contact() -> None:
    found = parts.contact_of("示例市教育局", "办公室", "电话：0371-61234567，邮箱 jyj@example.cn")
    assert found is not None
    assert (found.telephone, found.email) == ("0371-61234567", "jyj@example.cn")


@pytest.mark.parametrize("written", ["去年", "2024-13", "二〇二四", "20240230"])
def test_a_period_that_cannot_be_read_is_left_out(written: str) -> None:
    assert parts.period_of(written, "") is None
