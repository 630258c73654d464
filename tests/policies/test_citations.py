"""What may be cited for 不予共享: a law, an administrative regulation, a State Council decision, with its article."""

from __future__ import annotations

import pytest

from policies.citations import read_citations
from policies.exemptions import citation_is_sufficient
from policies.packs import PACK_NAMES, RuleKind, load_pack

PACK = load_pack("zhengzhou")


@pytest.mark.parametrize("pack", PACK_NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "《中华人民共和国保守国家秘密法》第三十一条",
        "《保守国家秘密法》第31条",
        "保守国家秘密法 Art.31",
        "依据统计法第二十八条",
        "中华人民共和国个人信息保护法第28条",
        "《不动产登记暂行条例》（国务院令第656号）第二十七条",
        "《政务信息资源共享管理暂行办法》（国发〔2016〕51号）第十二条",
        "《国务院关于加强数字政府建设的决定》第三条",
        "《中华人民共和国反间谍法》第五十四条",
        "《全国人民代表大会常务委员会关于加强网络信息保护的决定》第一条",
    ],
)
def test_a_national_rule_with_its_article_is_enough(text: str, pack: str) -> None:
    assert citation_is_sufficient(text, load_pack(pack))


@pytest.mark.parametrize("pack", PACK_NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "统计法",
        "第二十八条",
        "不予共享",
        "领导要求",
        "《公安机关人口数据管理办法》第五条",
        "《公安部户籍管理规定》第三条",
        "公安部令第150号",
        "《公共数据资源登记管理暂行办法》第五条",
        "《国家网络安全事件报告管理办法》第四条",
        "国办发〔2016〕51号 第三条",
        "豫政办〔2018〕2号 第三条",
        "《上海市数据条例》第四十一条",
        "上海市数据条例第四十一条",
        "《郑州市信息化建设管理办法》第二十条",
        "《吉林市信息化促进办法》第二十九条",
        "GB/T 37964-2019 第三条",
        "某某市统计法第二十八条",
        "某某市统计法实施条例第二十八条",
        "《不方便法》第一条",
        "《市局保密法》第一条",
        "《某某部关于执行国发〔2016〕51号的通知》第三条",
        "《国务院办公厅关于数据的通知》第三条",
        "参照统计法精神，依《本局办法》第三条",
    ],
)
def test_anything_less_is_not_enough(text: str, pack: str) -> None:
    assert not citation_is_sufficient(text, load_pack(pack))


def test_one_sufficient_citation_among_others_is_enough() -> None:
    assert citation_is_sufficient("《本局办法》第三条；《数据安全法》第三十八条", PACK)


def test_a_citation_is_read_with_name_rank_and_article() -> None:
    citations = read_citations("《数据安全法》第三十八条", PACK)
    assert (citations[0].name, citations[0].kind, citations[0].article) == ("数据安全法", RuleKind.LAW, "三十八")


def test_a_very_long_text_is_read_in_time() -> None:
    assert not citation_is_sufficient("国务院关于" * 2_000 + "（" * 2_000, PACK)
