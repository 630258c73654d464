"""What can be wrong with one value: a closed table of fault codes with rule, standard, text and mend.

Both the scalar validators (:mod:`catalogue.identifiers`) and the column-wise ones
(:mod:`catalogue.columns`) answer with these codes, so one fault reads the same everywhere.
The texts never repeat the value that was checked: it may be an identity number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

GB_11643: Final = "GB 11643-1999"
GB_32100: Final = "GB 32100-2015"
GB_11714: Final = "GB 11714-1997"
GB_2260: Final = "GB/T 2260"
GB_7408: Final = "GB/T 7408.1-2023"
LUHN: Final = "GB/T 15694.1 (Luhn)"
PHONE_PLAN: Final = "电信网编号计划"
EXCEL: Final = "Excel 只保留 15 位有效数字"


class Validity(StrEnum):
    """What a validator says of a value.

    ``WARNING``: the form is right, yet the value is not accepted without a look (unknown division,
    military body). ``LEGACY``: a form that lost validity and is accepted in history loads only.
    """

    VALID = "valid"
    INVALID = "invalid"
    WARNING = "warning"
    LEGACY = "legacy"


class FaultCode(IntEnum):
    """Number of a fault; fits a ``UInt8`` column. Numbers are stable: stored reports keep them."""

    EXCEL_TRUNCATED = 1
    EXCEL_SCIENTIFIC = 2
    CITIZEN_ID_LENGTH = 10
    CITIZEN_ID_CHARACTERS = 11
    CITIZEN_ID_CHECK = 12
    CITIZEN_ID_BIRTH_DATE = 13
    CITIZEN_ID_BIRTH_FUTURE = 14
    CITIZEN_ID_BIRTH_TOO_EARLY = 15
    CITIZEN_ID_DIVISION_UNKNOWN = 16
    CITIZEN_ID_LEGACY = 17
    CITIZEN_ID_DEMO = 18
    ORGANISATION_CODE_LENGTH = 30
    ORGANISATION_CODE_CHARACTERS = 31
    ORGANISATION_CODE_DIVISION = 32
    ORGANISATION_CODE_CHECK = 33
    ORGANISATION_CODE_PREFIX = 34
    ORGANISATION_CODE_BODY = 35
    ORGANISATION_CODE_MILITARY = 36
    ORG_CODE_FORM = 40
    ORG_CODE_CHECK = 41
    DIVISION_CODE_FORM = 50
    DIVISION_CODE_UNKNOWN = 51
    DATE_FORM = 60
    DATE_NOT_REAL = 61
    DATE_EXCEL_SERIAL = 62
    BANK_CARD_FORM = 70
    BANK_CARD_CHECK = 71
    PHONE_FORM = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table: what happened (``zh``, ``en``), by which rule, and how to mend it.

    ``rule`` is the stable id shown in reports, ``standard`` the norm it comes from. ``validity``
    is what the scalar validator answers with; every fault keeps the value out of a version.
    """

    rule: str
    standard: str
    validity: Validity
    zh: str
    en: str
    mend_zh: str
    mend_en: str


def _bad(rule: str, standard: str, zh: str, en: str, mend_zh: str, mend_en: str) -> Fault:
    return Fault(rule, standard, Validity.INVALID, zh, en, mend_zh, mend_en)


_EXCEL_FAULTS: Final = {
    FaultCode.EXCEL_TRUNCATED: _bad(
        "excel.truncated",
        EXCEL,
        "第 16 位起全是 0 且校验位不符：号码在 Excel 中被截成了 15 位有效数字",
        "all zeros from digit 16 on and the check character is wrong: Excel kept only 15 significant digits",
        "把该列格式设为文本，从业务系统重新导出；丢失的数字无法恢复",
        "format the column as text and export again from the source system; the lost digits cannot be restored",
    ),
    FaultCode.EXCEL_SCIENTIFIC: _bad(
        "excel.scientific",
        EXCEL,
        "号码以科学计数法保存，末尾数字已丢失",
        "the number is stored in scientific notation and its last digits are lost",
        "把该列格式设为文本，从业务系统重新导出；丢失的数字无法恢复",
        "format the column as text and export again from the source system; the lost digits cannot be restored",
    ),
}


_CITIZEN_ID_FAULTS: Final = {
    FaultCode.CITIZEN_ID_LENGTH: _bad(
        "citizen_id.length",
        GB_11643,
        "公民身份号码不是 18 位",
        "a citizen identity number has 18 characters",
        "核对是否缺位、多位或混入空格",
        "look for missing or extra characters and spaces",
    ),
    FaultCode.CITIZEN_ID_CHARACTERS: _bad(
        "citizen_id.characters",
        GB_11643,
        "公民身份号码含有不允许的字符：前 17 位为数字，末位为数字或 X",
        "a character is not allowed: 17 digits, then a digit or X",
        "核对是否把数字写成了字母（0 与 O、1 与 I）",
        "look for letters in place of digits (O for 0, I for 1)",
    ),
    FaultCode.CITIZEN_ID_CHECK: _bad(
        "citizen_id.check_digit",
        GB_11643,
        "公民身份号码校验位不符",
        "the check character does not fit",
        "对照证件原件逐位核对，常见为相邻两位写反或错一位",
        "compare with the document digit by digit; mostly one wrong digit or two exchanged",
    ),
    FaultCode.CITIZEN_ID_BIRTH_DATE: _bad(
        "citizen_id.birth_date",
        GB_11643,
        "第 7 至 14 位不是真实存在的日期",
        "positions 7 to 14 are not a real date",
        "核对出生年月日；若证件原件如此，请向签发公安机关核实",
        "check the birth date; if the document itself says so, ask the issuing police authority",
    ),
    FaultCode.CITIZEN_ID_BIRTH_FUTURE: _bad(
        "citizen_id.birth_future",
        GB_11643,
        "出生日期晚于今天",
        "the birth date lies in the future",
        "核对第 7 至 10 位的年份",
        "check the year in positions 7 to 10",
    ),
    FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY: _bad(
        "citizen_id.birth_too_early",
        GB_11643,
        "出生日期早于 1800 年",
        "the birth date is before 1800",
        "核对第 7 至 10 位的年份",
        "check the year in positions 7 to 10",
    ),
    FaultCode.CITIZEN_ID_DIVISION_UNKNOWN: Fault(
        "citizen_id.division_unknown",
        f"{GB_11643}; {GB_2260}",
        Validity.WARNING,
        "校验位正确，但前 6 位从未是有效的行政区划代码",
        "the check character is right, yet positions 1 to 6 were never a division code",
        "向提供部门或公安机关核实后再提交",
        "have the source department or the police confirm it before you push it again",
    ),
    FaultCode.CITIZEN_ID_LEGACY: Fault(
        "citizen_id.legacy",
        "居民身份证法 第三条; 2013-01-01 起停用一代证",
        Validity.LEGACY,
        "15 位旧号码自 2013 年 1 月 1 日起不再有效",
        "15-digit numbers are not valid since 2013-01-01",
        "改用 18 位号码；历史数据请按“历史数据”方式推送，系统自动换算",
        "use the 18-character number; push old files as a history load, which converts them",
    ),
    FaultCode.CITIZEN_ID_DEMO: _bad(
        "citizen_id.demo_prefix",
        f"{GB_11643}; {GB_2260}",
        "示例号段的号码只能用于演示",
        "numbers of the sample prefix are accepted in the demo only",
        "删除示例数据后重新推送",
        "remove the sample rows and push again",
    ),
}


_ORGANISATION_FAULTS: Final = {
    FaultCode.ORGANISATION_CODE_LENGTH: _bad(
        "organisation_code.length",
        GB_32100,
        "统一社会信用代码不是 18 位",
        "a unified social credit code has 18 characters",
        "核对是否缺位或误填了 9 位组织机构代码、15 位注册号",
        "look for missing characters, a 9-character organisation code or a 15-digit registration number",
    ),
    FaultCode.ORGANISATION_CODE_CHARACTERS: _bad(
        "organisation_code.characters",
        GB_32100,
        "统一社会信用代码含有不使用的字符（不用 I、O、S、V、Z）",
        "a character is not in the alphabet (I, O, S, V and Z are not used)",
        "核对是否把 1、0、5、2 写成了 I、O、S、Z",
        "look for I, O, S, Z in place of 1, 0, 5, 2",
    ),
    FaultCode.ORGANISATION_CODE_DIVISION: _bad(
        "organisation_code.division",
        GB_32100,
        "第 3 至 8 位应为数字（登记机关行政区划码）",
        "positions 3 to 8 are digits (division of the registration authority)",
        "对照登记证照逐位核对",
        "compare with the certificate character by character",
    ),
    FaultCode.ORGANISATION_CODE_CHECK: _bad(
        "organisation_code.check_character",
        GB_32100,
        "统一社会信用代码校验码不符",
        "the check character does not fit",
        "对照登记证照逐位核对，常见为错一位或相邻两位写反",
        "compare with the certificate; mostly one wrong character or two exchanged",
    ),
    FaultCode.ORGANISATION_CODE_PREFIX: _bad(
        "organisation_code.prefix",
        f"{GB_32100} 及第 1 号修改单",
        "前两位不是已分配的登记管理部门与机构类别",
        "positions 1 and 2 are no registered pair of authority and organisation class",
        "对照登记证照核对前两位",
        "compare the first two characters with the certificate",
    ),
    FaultCode.ORGANISATION_CODE_BODY: _bad(
        "organisation_code.body",
        f"{GB_32100}; {GB_11714}",
        "第 9 至 17 位（主体标识码）自身的校验码不符",
        "positions 9 to 17 (the body code) fail their own check character",
        "请登记机关确认该代码",
        "ask the registration authority to confirm the code",
    ),
    FaultCode.ORGANISATION_CODE_MILITARY: Fault(
        "organisation_code.military",
        f"{GB_32100} 第 1 号修改单",
        Validity.WARNING,
        "登记管理部门为 A（军队）：军队机构不应出现在本平台",
        "registration authority A is military: such bodies do not belong in the hub",
        "删除该行，并告知本单位保密工作机构",
        "remove the row and tell your secrecy office",
    ),
    FaultCode.ORG_CODE_FORM: _bad(
        "org_code.form",
        GB_11714,
        "组织机构代码应为 8 位数字或大写字母加 1 位校验码（可带连字符）",
        "an organisation code is 8 digits or capitals and a check character (a hyphen is allowed)",
        "核对位数与字符",
        "check length and characters",
    ),
    FaultCode.ORG_CODE_CHECK: _bad(
        "org_code.check_character",
        GB_11714,
        "组织机构代码校验码不符",
        "the check character does not fit",
        "对照原代码证逐位核对",
        "compare with the certificate character by character",
    ),
}


_OTHER_FAULTS: Final = {
    FaultCode.DIVISION_CODE_FORM: _bad(
        "division_code.form",
        GB_2260,
        "行政区划代码应为 6 位数字（乡级 9 位、村级 12 位）",
        "a division code has 6 digits (9 at town level, 12 at village level)",
        "补全前导位，不要写名称",
        "give the full code, not the name",
    ),
    FaultCode.DIVISION_CODE_UNKNOWN: _bad(
        "division_code.unknown",
        GB_2260,
        "1980 年以来从未有过该行政区划代码",
        "no division has had this code since 1980",
        "查对现行或历史行政区划代码表",
        "look it up in the current or historic list of division codes",
    ),
    FaultCode.DATE_FORM: _bad(
        "date.form",
        GB_7408,
        "日期写法无法识别",
        "the date is not in a known form",
        "写成 2020-01-11、20200111、2020/1/11 或 2020年1月11日",
        "write 2020-01-11, 20200111, 2020/1/11 or 2020年1月11日",
    ),
    FaultCode.DATE_NOT_REAL: _bad(
        "date.not_real",
        GB_7408,
        "该日期在日历上不存在",
        "there is no such day in the calendar",
        "核对月份与日",
        "check month and day",
    ),
    FaultCode.DATE_EXCEL_SERIAL: _bad(
        "date.excel_serial",
        GB_7408,
        "看起来是 Excel 的日期序号，而不是日期",
        "this looks like an Excel date serial, not a date",
        "把该列格式设为日期或文本后重新导出",
        "format the column as date or text and export again",
    ),
    FaultCode.BANK_CARD_FORM: _bad(
        "bank_card.form",
        LUHN,
        "银行卡号应为 12 至 19 位数字",
        "a bank card number has 12 to 19 digits",
        "核对位数，去掉其他字符",
        "check the length and remove other characters",
    ),
    FaultCode.BANK_CARD_CHECK: _bad(
        "bank_card.check_digit",
        LUHN,
        "银行卡号校验位不符",
        "the check digit does not fit",
        "对照卡面逐位核对",
        "compare with the card digit by digit",
    ),
    FaultCode.PHONE_FORM: _bad(
        "phone.form",
        PHONE_PLAN,
        "电话号码写法无法识别",
        "the telephone number is not in a known form",
        "手机写 11 位；座机写 区号-号码；一格只写一个号码",
        "write 11 digits for a mobile, area-number for a landline, one number a cell",
    ),
}


FAULTS: Final = MappingProxyType(_EXCEL_FAULTS | _CITIZEN_ID_FAULTS | _ORGANISATION_FAULTS | _OTHER_FAULTS)
"""Every fault code with its row; a test holds that no code is without one."""
