"""CKAN's search syntax: what is read, what it means here, and what is refused by name."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from catalogue.finding import Filters
from hub.identity.facts import Member, MemberKind, Status
from hub.open.ckan import conditions, solr
from hub.open.ckan.conditions import EVERYTHING, NOTHING, Known
from hub.open.ckan.errors import CkanError, CkanSearchError, CkanSearchQueryError
from hub.open.ckan.solr import All, Either, Not, Span, Value

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
BUREAU = Member(
    uuid.UUID(int=7),
    "jiaotongju",
    "1" * 18,
    "示例市交通运输局",
    MemberKind.DEPARTMENT,
    "410100",
    Status.ACTIVE,
    "",
    NOW,
)
KNOWN = Known({BUREAU.id: BUREAU}, NOW)


def read(text: str) -> solr.Node:
    return solr.parse(text, "fq")


def filters(text: str) -> Filters:
    """Return the filters of a query without words."""
    found = conditions.wanted(read(text), KNOWN, "fq")
    assert found.text == ""
    return found.filters


def test_a_field_and_its_value_are_a_condition() -> None:
    assert read("organization:jiaotongju") == Value("organization", "jiaotongju")


def test_a_phrase_keeps_its_blanks_and_marks() -> None:
    assert read(r'title:"公交 \"快\" 线"') == Value("title", '公交 "快" 线', is_phrase=True)


def test_words_side_by_side_must_all_hold_and_or_binds_looser() -> None:
    found = read("a:1 b:2 OR c:3 AND NOT d:4")
    assert found == Either((All((Value("a", "1"), Value("b", "2"))), All((Value("c", "3"), Not(Value("d", "4"))))))


def test_plus_and_minus_are_must_and_must_not() -> None:
    assert read("+tags:公交 -tags:站点") == All((Value("tags", "公交"), Not(Value("tags", "站点"))))


def test_a_group_after_a_field_is_about_that_field() -> None:
    assert read('tags:(公交 OR "出行 方式")') == Either(
        (Value("tags", "公交"), Value("tags", "出行 方式", is_phrase=True))
    )


def test_a_range_has_open_and_closed_ends() -> None:
    assert read("metadata_modified:[2026-01-01T00:00:00Z TO *}") == Span(
        "metadata_modified", "2026-01-01T00:00:00Z", None, has_low=True, has_high=False
    )


@pytest.mark.parametrize("text", ["", " ", "*:*", "*"])
def test_everything_is_asked_for_by(text: str) -> None:
    assert read(text) == solr.EVERYTHING


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tags:公交~2", "~2"),
        ("tags:公交^3", "^3"),
        ("name:/gong.*/", "/gong.*/"),
        ("tags:(公交", "括号"),
        ("tags:公交)", "括号"),
        ("tags:", "条件不完整"),
        ("AND", "条件不完整"),
        ('tags:"公交', '"公交'),
        ("(" * 40 + "a:1" + ")" * 40, "嵌套"),
        ("a:(b:c)", "b:"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, part: str) -> None:
    with pytest.raises(CkanSearchQueryError) as caught:
        read(text)
    assert part in caught.value.message()


def test_local_parameters_are_refused_as_ckan_does() -> None:
    with pytest.raises(CkanSearchError):
        read("{!dismax qf=title}公交")


def test_an_organization_is_known_by_slug_id_and_name() -> None:
    wanted = Filters(provider_ids=(BUREAU.id,))
    assert [filters(f'organization:"{one}"') for one in ("jiaotongju", BUREAU.id, BUREAU.name)] == [wanted] * 3


def test_an_organization_nobody_knows_has_no_dataset() -> None:
    assert filters("organization:nobody") == NOTHING


def test_groups_are_classes_of_the_tree() -> None:
    assert filters("groups:class-103") == Filters(class_codes=("103",))


def test_conditions_are_joined_as_written() -> None:
    found = filters("tags:公交 AND -tags:站点 AND (license_id:CC0-1.0 OR harvest_source:ju)")
    assert found.all_of == (
        Filters(keywords=("公交",)),
        Filters(none_of=(Filters(keywords=("站点",)),)),
        Filters(any_of=(Filters(licences=("CC0-1.0",)), Filters(origins=("ju",)))),
    )


def test_what_holds_for_every_dataset_here_holds_and_its_opposite_does_not() -> None:
    assert [filters("state:active"), filters("private:true")] == [EVERYTHING, NOTHING]


def test_a_range_of_days_of_change_holds_its_end() -> None:
    found = filters("metadata_modified:[2026-01-01T00:00:00Z TO 2026-02-01T00:00:00Z]")
    until = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(microseconds=1)
    assert (found.modified_from, found.modified_until) == (datetime(2026, 1, 1, tzinfo=UTC), until)


def test_days_may_be_counted_from_now() -> None:
    assert filters("metadata_modified:[NOW/DAY-7DAYS TO *]").modified_from == datetime(2026, 11, 15, tzinfo=UTC)


def test_a_range_of_publication_is_of_days() -> None:
    found = filters("metadata_created:[2026-01-01 TO 2026-01-31]")
    assert (found.issued_from, found.issued_until) == (date(2026, 1, 1), date(2026, 2, 1))


def test_words_without_a_field_are_for_the_search() -> None:
    found = conditions.wanted(read('公交 "站点 名称" tags:出行'), KNOWN, "q")
    assert (found.text, found.filters) == ("公交 站点 名称", Filters(keywords=("出行",)))


@pytest.mark.parametrize(
    "text", ["公交 OR 地铁", "NOT 公交", "colour:red", "tags:公*", "tags:[a TO b]", "open_type:[1 TO 2]"]
)
def test_what_cannot_be_honoured_is_refused(text: str) -> None:
    with pytest.raises(CkanError):
        conditions.wanted(read(text), KNOWN, "fq")
