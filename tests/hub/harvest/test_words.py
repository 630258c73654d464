"""Words of catalogues and what they come to; texts and what of them is masked."""

from __future__ import annotations

import pytest

from connectors.catalogues.record import Contact
from hub.harvest.cleaning import one_line, paragraphs
from hub.harvest.masking import Mask
from hub.harvest.providers import provider_name
from hub.harvest.vocabulary import class_path_of, cycle_of, date_parts, formats_of, openness_of
from policies.facts import OpenType


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("每年", "6"), ("按年更新", "6"), ("‘每年’", "6"), ("每天", "2"), ("每两年", "99"), ("不定期更新", "10")),
        *(("R/P3M", "5"), ("http://publications.europa.eu/resource/authority/frequency/WEEKLY", "3")),
        *(("牲畜饲养", None), ("实时", "1")),
    ],
)
def test_an_update_cycle_comes_to_its_code_or_to_none(text: str, code: str | None) -> None:
    assert cycle_of(text) == code


@pytest.mark.parametrize(
    ("text", "kind", "is_known"),
    [
        ("无条件开放", 1, True),
        ("普通公开，简单注册用户可下载", 2, True),
        ("无条件共享", 2, False),
        ("无", 2, False),
        ("", 2, False),
        ("non-public", 3, True),
    ],
)
def test_openness_is_never_wider_than_its_word(text: str, kind: int, *, is_known: bool) -> None:
    found = openness_of(text, OpenType.CONDITIONAL)
    assert (int(found.type), found.is_known) == (kind, is_known)


def test_formats_without_a_code_stay_words() -> None:
    assert formats_of(["XLS", "text/csv", "file"]) == (("0202", "0204"), ("file",))


def test_two_themes_of_two_classes_are_not_sure() -> None:
    assert class_path_of(["医疗卫生"], {}) == ("2", "201")
    assert class_path_of(["医疗卫生", "社会保障"], {}) == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2023-6-16", (2023, 6, 16)),
        ("2020年1月11日", (2020, 1, 11)),
        ("20230616", (2023, 6, 16)),
        ("2016-09-05T18:25:21Z", (2016, 9, 5)),
        ("None", None),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, parts: tuple[int, int, int] | None) -> None:
    assert date_parts(text) == parts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("市统计局", "淮北市统计局"),
        ("市司法局 ", "淮北市司法局"),
        ("濉溪县人社局", "濉溪县人力资源和社会保障局"),
        ("公安局", "淮北市公安局"),
        ("民族事务委员会（宗教局)", "民族事务委员会（宗教局）"),
        ("安广网络", "安广网络"),
        ("Department of Agriculture", "Department of Agriculture"),
    ],
)
def test_a_provider_has_one_name_in_a_source(text: str, name: str) -> None:
    assert provider_name(text, "淮北市", {}) == name


def test_dirt_leaves_a_title_and_markup_an_abstract() -> None:
    assert one_line(" 新书&amp;amp;名录\u200b \n（一）") == "新书&名录 （一）"
    assert paragraphs("<p>甲<br>乙</p><script>x</script>") == "甲\n乙\nx"


@pytest.mark.parametrize(
    ("contact", "kept"),
    [
        (Contact("市数据局", "", "0830-8912322"), Contact("市数据局", "", "0830-8912322")),
        (Contact("", "", "13800000000"), Contact("", "", "13*********")),
        (Contact("张三", "", ""), Contact("张*", "", "")),
        (Contact("Jane Doe", "jane.doe@agency.gov", ""), Contact("J*** ***", "j***@******.gov", "")),
        (Contact("Open Data Team", "opendata@agency.gov", ""), Contact("Open Data Team", "opendata@agency.gov", "")),
        (Contact("", "office@qq.com", ""), Contact("", "o***@**.com", "")),
    ],
)
def test_an_office_stays_and_a_person_is_masked(contact: Contact, kept: Contact) -> None:
    assert Mask().contact(contact) == kept


def test_a_number_in_a_text_is_masked_and_counted() -> None:
    mask = Mask()
    assert mask.text("请致电13800000000或0371-65000000。") == "请致电13*********或0371-65000000。"
    assert dict(mask.counts) == {"phone": 1}
