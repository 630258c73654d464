"""The rank of a cited rule, read from its name."""

from __future__ import annotations

import pytest

from catalogue.citations import is_sufficient, parse_citation
from catalogue.entry import Citation, CitationRank


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("《中华人民共和国统计法》第二十五条", CitationRank.LAW),
        ("《城市房地产管理法》第六条", CitationRank.LAW),
        ("《市场主体登记管理条例》第八条", CitationRank.ADMINISTRATIVE_REGULATION),
        ("《城市居民最低生活保障条例》第五条", CitationRank.ADMINISTRATIVE_REGULATION),
        ("《统计法实施条例》第28条第一款", CitationRank.ADMINISTRATIVE_REGULATION),
        ("国务院关于加强数字政府建设的指导意见 第二条", CitationRank.STATE_COUNCIL_DECISION),
        ("郑州市信息化建设管理办法 第二十条", CitationRank.LOCAL_REGULATION),
        ("《河南省信息化条例》第三条", CitationRank.LOCAL_REGULATION),
        ("《深圳经济特区数据条例》第四十五条", CitationRank.LOCAL_REGULATION),
        ("《公安机关互联网安全监督检查规定》第三条", CitationRank.DEPARTMENTAL_RULE),
    ],
)
def test_the_rank_is_read_from_the_name(text: str, rank: CitationRank) -> None:
    citation = parse_citation(text)
    assert citation is not None
    assert citation.rank is rank


@pytest.mark.parametrize("text", ["统计法", "第三条", "内部规定", "《统计法》"])
def test_a_citation_without_rule_or_article_is_none(text: str) -> None:
    assert parse_citation(text) is None


def test_a_declared_rank_does_not_lift_a_local_rule() -> None:
    assert not is_sufficient(Citation("郑州市信息化建设管理办法", "第二十条", CitationRank.ADMINISTRATIVE_REGULATION))


def test_a_declared_rank_does_not_lift_a_departmental_rule() -> None:
    assert not is_sufficient(Citation("民政部婚姻登记工作规范", "第三条", CitationRank.LAW))


def test_an_administrative_regulation_may_be_called_measures() -> None:
    assert is_sufficient(
        Citation("计算机信息网络国际联网安全保护管理办法", "第三条", CitationRank.ADMINISTRATIVE_REGULATION)
    )
