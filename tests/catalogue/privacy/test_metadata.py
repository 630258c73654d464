"""Descriptions: a private number blocks, an office's telephone does not."""

from __future__ import annotations

import pytest

from catalogue.privacy.kinds import Kind
from catalogue.privacy.metadata import scan_metadata

BLOCKED = {
    "mobile": "联系人电话 13812345678",
    "identity number": "身份证 410105199001011234",
    "card": "银行卡 6222021005678912345",
    "WeChat": "微信号：zhang_san88",
}
PASSED = {
    "fixed line": "数据共享科 0371-67181234",
    "service number": "400-820-8820",
    "mailbox of an office": "data@zhengzhou.gov.cn",
}


@pytest.mark.parametrize("text", BLOCKED.values(), ids=list(BLOCKED))
def test_a_private_number_blocks_a_description(text: str) -> None:
    assert [finding.blocks for finding in scan_metadata({"provider": {"contact": text}})] == [True]


@pytest.mark.parametrize("text", PASSED.values(), ids=list(PASSED))
def test_what_belongs_to_an_office_does_not_block(text: str) -> None:
    assert not any(finding.blocks for finding in scan_metadata({"provider": {"contact": text}}))


def test_a_private_mailbox_is_told_but_does_not_block() -> None:
    (finding,) = scan_metadata({"maintainer_email": "someone@qq.com"})
    assert (finding.kind, finding.blocks) == (Kind.EMAIL, False)


def test_a_finding_names_the_path_and_masks_the_value() -> None:
    (finding,) = scan_metadata({"extras": [{"key": "电话", "value": "电话：13812345678"}]})
    assert (finding.path, finding.shown) == ("$.extras[0].value", "13*********")


def test_codes_and_links_are_passed_over() -> None:
    assert scan_metadata({"id": "410105199001011234", "resource_code": "13812345678", "url": "13812345678"}) == ()


def test_deep_and_odd_values_do_no_harm() -> None:
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"a": deep}
    assert scan_metadata({"deep": deep, "n": 13812345678, "none": None, "flag": True}) == ()
