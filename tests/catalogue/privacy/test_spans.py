"""Single spans: what is found, what is not, and where exactly. Numbers are invented; 410105 is a real division."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.privacy.kinds import Kind, masked
from catalogue.privacy.plain import half_width
from catalogue.privacy.scan import find_spans

FOUND = {
    "身份证号：４１０１０５１９９００１０１１２３４": Kind.CITIZEN_ID,
    "身份证 410105 19900101 1234": Kind.CITIZEN_ID,
    "身份证号410105-19900101-123x": Kind.CITIZEN_ID,
    "ID: 41010519900101123x": Kind.CITIZEN_ID,
    "公民身份号码（410105900101123）": Kind.CITIZEN_ID,
    "身份证4101051990010112345登记": Kind.CITIZEN_ID,
    "sfzh=410105199001011234": Kind.CITIZEN_ID,
    "410105199001011234": Kind.CITIZEN_ID,
    "某人,410105199001011234,男": Kind.CITIZEN_ID,
    "身份证号码是：4101 0519 9001 0112 34": Kind.CITIZEN_ID,
    "holds an ID card number 758008197401179120 and": Kind.CITIZEN_ID,
    "电话：0371-67181234": Kind.PHONE,
    "联系电话(0371)67181234": Kind.PHONE,
    "Tel:+86 371 6718 1234": Kind.PHONE,
    "+86-138-1234-5678": Kind.PHONE,
    "0086 13812345678": Kind.PHONE,
    "手机:138 1234 5678": Kind.PHONE,
    "手机１３８１２３４５６７８": Kind.PHONE,
    "400-820-8820": Kind.PHONE,
    "客服4008208820": Kind.PHONE,
    "电话67181234": Kind.PHONE,
    "0371-67181234转8001": Kind.PHONE,
    "座机：03716718123": Kind.PHONE,
    "phone=13812345678": Kind.PHONE,
    "+1 (212) 555-0187": Kind.PHONE,
    "+852 2345 6789": Kind.PHONE,
    "call 212-555-0187 now": Kind.PHONE,
    "银行卡号：6222 0210 0567 8912 345": Kind.BANK_CARD,
    "卡号6222021005678912345": Kind.BANK_CARD,
    "card 4111 1111 1111 1111": Kind.BANK_CARD,
    "4111111111111111": Kind.BANK_CARD,
    "开户行工商银行账号 1702020809123456789": Kind.BANK_CARD,
    "邮箱：zhang_san@example.com.cn，": Kind.EMAIL,
    "zhang.san＠example．com": Kind.EMAIL,
    "zhang[at]example.com": Kind.EMAIL,
    "护照号 E12345678": Kind.PASSPORT,
    "港澳通行证：C12345678": Kind.PASSPORT,
    "豫A12345": Kind.PLATE,
    "车牌豫A·D12345 新能源": Kind.PLATE,
    "微信号：zhang_san88": Kind.WECHAT,
    "QQ：12345678": Kind.QQ,
    "出生日期：1990年1月1日": Kind.BIRTH_DATE,
    "DOB: 1990-01-01": Kind.BIRTH_DATE,
    "服务器 192.168.1.10 已": Kind.IP,
    "Here's my SSN: 460-89-9847": Kind.FOREIGN_ID,
    "【机密★10年】": Kind.SECRECY_MARK,
    "密级：秘密": Kind.SECRECY_MARK,
    "现居住于郑州市金水区花园路123号": Kind.ADDRESS,
    "姓名：王示例": Kind.NAME,
}
NOTHING = (
    "订单号202401151234567890",
    "流水号 410105199001011234567",
    "单号：13812345678",
    "运单号 75312345678901",
    "金额 1234567.89元",
    "1995-01-02 13:45:12",
    "2024年第12345678号",
    "面积12345678平方米",
    "坐标 113.6253687,34.7466354",
    "ISBN 978-7-111-54742-6",
    "版本 10.2.3.4",
    "2019-2020学年",
    "100,000,000",
    "编号：410105199001011234",
    "http://example.org/a/13812345678.html",
    "uuid 550e8400-e29b-41d4-a716-446655440000",
    "总人口1234567890",
    "IMEI 861234567890123",
    "许可证编号 JY14101050123456",
    "2015.01.01-2016.12.31",
    "(2024)豫01民初1234号",
    "100 200 300 400 500",
    "1990 1995 2000 2005 2010",
    "3.1415926535897932",
    "1705286400000",
    "组织机构代码 12345678-9",
    "2024/01/15 12:00",
    "内部资料 注意保存",
    "商业秘密★",
    "高中教师岗位职责",
    "https://example.org/s?id=1234567890123456789&from=x",
    "detail?id=8a3f847d410105199001011234e70aa9",
    "Flood in the region (2021-07-14), first data",
    "programmes 2021-2027 and calls 2014-2020",
    "Police Calls for Service 01012015 to Current",
    '{"tags": ["phone"], "created": "2012-10-29T20:51:12Z"}',
    "See RCW 41.56.030(9) and WAC 246-101-505",
    "brain signals: 1.170.318 and 214.365-366.543 dwt",
    '"siret": "73282932000074"',
    "a total of 11 222 333 444 € was paid",
    "index.html?id=ArtiwmTUVj54CRZiDA4333QQ200207&x",
)


@pytest.mark.parametrize(("text", "kind"), FOUND.items(), ids=list(FOUND))
def test_a_text_holds_exactly_one_span_of_its_kind(text: str, kind: Kind) -> None:
    assert [span.kind for span in find_spans(text)] == [kind]


@pytest.mark.parametrize("text", NOTHING)
def test_a_number_that_is_something_else_is_left_alone(text: str) -> None:
    assert find_spans(text) == ()


def test_positions_are_code_points_of_the_text_as_given() -> None:
    text = "𠮷野手机：１３８１２３４５６７８。"
    (span,) = find_spans(text)
    assert text[span.start : span.end] == "１３８１２３４５６７８"


def test_a_credit_code_is_told_apart_from_a_persons_number() -> None:
    from catalogue.identifiers import organisation_check_character

    code = "91410100MA3X9BKD5"
    code += organisation_check_character(code)
    assert [span.kind for span in find_spans(f"统一社会信用代码 {code}")] == [Kind.CREDIT_CODE]


def test_two_numbers_beside_each_other_are_two_spans() -> None:
    assert [span.kind for span in find_spans("13812345678 13912345678")] == [Kind.PHONE, Kind.PHONE]


def test_the_nearest_word_says_what_a_number_is() -> None:
    found = [span.kind for span in find_spans("身份证410105199001011234，银行卡6222021005678912345，电话13812345678")]
    assert found == [Kind.CITIZEN_ID, Kind.BANK_CARD, Kind.PHONE]


def test_a_name_once_found_is_found_again() -> None:
    text = "主治医生王示例，复诊由王示例负责"
    assert [(span.start, span.end) for span in find_spans(text, kinds=frozenset({Kind.NAME}))] == [(4, 7), (11, 14)]


@given(st.text(max_size=200))
def test_no_text_breaks_the_scanner_and_spans_never_overlap(text: str) -> None:
    spans = find_spans(text)
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


@given(st.text(max_size=3000))
def test_half_width_keeps_every_position(text: str) -> None:
    assert len(half_width(text)) == len(text)


@given(st.sampled_from(list(Kind)), st.text(min_size=1, max_size=40))
def test_a_masked_value_shows_at_most_a_quarter_of_it(kind: Kind, value: str) -> None:
    if kind in {Kind.EMAIL, Kind.NAME, Kind.SECRECY_MARK}:
        return
    shown = masked(value, kind)
    kept = sum(character.isalnum() for character in shown)
    assert kept <= max(1, len(value) // 4)


def test_a_masked_mailbox_shows_one_letter_and_the_top_domain() -> None:
    assert masked("someone@example.org", Kind.EMAIL) == "s***@*******.org"
