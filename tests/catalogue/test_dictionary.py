"""The data-element dictionary: complete, its words unambiguous, and its proposals right for names people write."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from catalogue.dictionary import shipped, suggest, synonym_groups
from catalogue.dictionary_elements import WordKind
from catalogue.dictionary_own import OwnElement, OwnElementError, check_own
from catalogue.item import CodeListRef, DataType

SYNONYMS_LEAST = 250
GOOD_CITIZEN_ID = "11010519491231002X"
OWN = OwnElement(
    "C0001", "救助编号", "relief number", "救助机构给的编号", DataType.TEXT, length=20, synonyms=("受助编号",)
)


def test_every_element_has_a_name_and_a_definition_in_both_languages() -> None:
    lacking = [
        one.code
        for one in shipped()
        if not (one.name and one.element.name_en and one.definition.zh and one.definition.en)
    ]
    assert (len(shipped()), lacking) == (130, [])


def test_there_are_hundreds_of_synonyms_and_every_element_has_words() -> None:
    assert sum(len(one.synonyms) for one in shipped()) >= SYNONYMS_LEAST
    assert [one.code for one in shipped() if not one.words] == []


def test_no_synonym_means_two_elements_or_is_the_name_of_another() -> None:
    words = Counter(word for one in shipped() for word in one.synonyms)
    names = {one.name: one.code for one in shipped()}
    assert [word for word, count in words.items() if count > 1] == []
    shared = {word for one in shipped() for word in one.synonyms if word in names and names[word] != one.code}
    assert shared == set()


def test_a_group_of_synonyms_begins_with_the_name_and_holds_no_short_words() -> None:
    groups = {group[0]: group[1:] for group in synonym_groups()}
    assert "身份证号" in groups["公民身份号码"]
    assert min(len(word) for group in synonym_groups() for word in group) == 3


@pytest.mark.parametrize(
    ("name", "comment", "code"),
    [
        ("sfzh", "", "P001"),
        ("GMSFHM", "", "P001"),
        ("idCardNo", "", "P001"),
        ("身份证号", "", "P001"),
        ("c_xm", "", "P002"),
        ("xb", "性别(0未知 1男 2女)", "P003"),
        ("csrq", "出生日期", "P005"),
        ("hjdz", "户籍地址", "P013"),
        ("USCC", "", "L001"),
        ("tyshxydm", "统一社会信用代码", "L001"),
        ("qymc", "企业名称（全称）", "L002"),
        ("legal_person_name", "法定代表人", "L005"),
        ("frsfzh", "法人身份证号", "L007"),
        ("reg_capital", "注册资本（单位：万元）", "L008"),
        ("jyfw", "", "L013"),
        ("xzqhdm", "行政区划代码", "G005"),
        ("lng", "经度", "G011"),
        ("jzmj", "建筑面积", "G043"),
        ("zbmc", "指标名称", "M002"),
    ],
)
def test_the_first_proposal_for_a_column_is_right(name: str, comment: str, code: str) -> None:
    found = suggest(name, comment)
    assert found[0].element.code == code


@pytest.mark.parametrize(("name", "comment"), [("xyz", ""), ("f1", ""), ("备注", ""), ("", "")])
def test_nothing_is_proposed_for_a_name_that_says_nothing(name: str, comment: str) -> None:
    assert suggest(name, comment) == ()


def test_check_digits_tell_an_identity_number_without_any_name() -> None:
    found = suggest("col1", "", [GOOD_CITIZEN_ID] * 5)
    assert (found[0].element.code, found[0].samples is not None) == ("P001", True)


def test_samples_that_do_not_fit_lower_a_proposal_and_are_not_repeated() -> None:
    samples = ["张三的猫", "李四的狗", "无"]
    without, with_them = suggest("sfzh")[0], suggest("sfzh", "", samples)
    said = " ".join(one.reason.zh + one.reason.en for one in with_them)
    assert (all(one.score < without.score for one in with_them), any(sample in said for sample in samples)) == (
        True,
        False,
    )


def test_samples_from_a_code_list_raise_a_proposal() -> None:
    assert suggest("xb", "性别", ["1", "2"])[0].score >= suggest("xb", "性别")[0].score


def test_an_own_element_is_proposed_by_its_synonym() -> None:
    known = shipped().with_own([OWN.to_element()])
    assert suggest("受助编号", dictionary=known)[0].element.code == "C0001"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "P200"}, "C 加"),
        ({"length": None}, "长度"),
        ({"name": "身份证号"}, "P001"),
        ({"code_list": CodeListRef("nothing", "1")}, "代码表"),
        ({"check": "nothing"}, "校验规则"),
    ],
)
def test_an_own_element_with_faults_names_each(change: dict[str, object], said: str) -> None:
    with pytest.raises(OwnElementError, match=said):
        check_own(replace(OWN, **change), shipped(), frozenset())  # type: ignore[arg-type]


def test_an_own_element_without_faults_passes() -> None:
    check_own(OWN, shipped(), frozenset())
    assert OWN.to_element().words[0].kind is WordKind.SAME
