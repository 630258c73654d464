"""The rules a pushed value must keep, one row a rule: name, standard, what is wrong, how to mend it.

Rule numbers are stable: reports and stored counts keep them. Texts never hold a value; ``{detail}`` is
filled with what the check found out (an expected last character, a suggested code, a line number).
Coercions (K…) are changes the hub makes by itself, and oddities it keeps as they are; each is counted and named in
the report.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.faults import FAULTS, FaultCode
from hub.push.rule import Coercion, Rule
from hub.push.rule import made as _own
from hub.push.rules_across import ACROSS_RULES
from hub.push.rules_of_shapes import SHAPE_COERCIONS, SHAPE_RULES
from hub.push.rules_of_values import VALUE_COERCIONS, VALUE_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping


_OWN: Final = (
    _own(
        1,
        "目录条目",
        ("必填项为空", "required value missing"),
        ("必填的信息项没有值", "a required item has no value"),
        ("补齐该值；确无此值时请修改目录条目的必填要求", "fill it in, or change the entry if it can be absent"),
        (
            "整行只有 {detail} 个值，像是小标题或注释行：不是数据的行请删去",
            "the whole row has {detail} value, like a subtitle or a note: delete rows that are no data",
        ),
    ),
    _own(
        2,
        "RFC 4180",
        ("列数与表头不符", "number of values differs from the header"),
        ("该行的值比表头多或少，列已错位", "the row has more or fewer values than the header: columns are shifted"),
        ("检查值中的分隔符是否加了引号，行是否被换行截断", "quote values that hold the delimiter; join broken lines"),
        ("该行有 {detail} 个值", "the row has {detail} values"),
    ),
    _own(
        4,
        "目录条目主键",
        ("主键或整行重复", "duplicate key or row"),
        (
            "与前面一行的主键相同（没有主键的条目：整行相同），保留前一行",
            "the key (without a key: the whole row) equals that of an earlier row, which is kept",
        ),
        (
            "按主键去重，只留正确的一行；确是两条记录的，请在条目中加上能区分它们的主键信息项",
            "keep the right row of each key; if both are records, add a key item that tells them apart",
        ),
        ("与第 {detail} 行重复", "same as line {detail}"),
    ),
    _own(
        5,
        "编制指南 数据类型 N/Y/I/B/F",
        ("不是数值", "not a number"),
        ("数值型信息项的值无法读作数", "the value of a numeric item cannot be read as a number"),
        ("只写数字，单位与说明放到别的列", "write the number only; put units and remarks elsewhere"),
    ),
    _own(
        6,
        "GB/T 7408.1-2023",
        ("日期或时间写法", "form of date or time"),
        ("日期或时间写法无法识别", "date or time is not in a known form"),
        ("写成 2020-01-11 或 2020-01-11 08:30:00", "write 2020-01-11 or 2020-01-11 08:30:00"),
    ),
    _own(
        7,
        "代码表",
        ("代码不在代码表", "code not in the list"),
        ("值不是该代码表中的代码", "the value is no code of the item's list"),
        ("改用代码表中的代码", "use a code of the list"),
        ("可能应为 {detail}", "perhaps {detail}"),
    ),
    _own(
        8,
        "编制指南 数据长度",
        ("超过长度", "too long"),
        ("值超过目录规定的长度", "the value is longer than the entry allows"),
        ("缩短该值，或在目录中放宽长度", "shorten it, or widen the length in the entry"),
        ("实有 {detail} 字", "{detail} characters"),
    ),
    _own(
        9,
        "编制指南 数据长度与小数位",
        ("数值超出范围或小数位", "number out of range or scale"),
        ("整数位或小数位多于目录规定", "more digits or decimals than the entry allows"),
        ("核对数值与单位，或在目录中放宽", "check value and unit, or widen the entry"),
    ),
    _own(
        10,
        "GB/T 7408.1-2023",
        ("日期不存在或超出范围", "no such date, or out of range"),
        ("日历上没有这一天，或不在 1800 至 2999 年之间", "no such day, or not between 1800 and 2999"),
        ("核对年、月、日", "check year, month and day"),
    ),
    _own(
        20,
        "代码表",
        ("写了名称，应写代码", "label instead of code"),
        ("值是代码的名称，不是代码", "the value is the name of a code, not the code"),
        ("把名称换成代码", "replace the name by its code"),
        ("应写 {detail}", "write {detail}"),
    ),
    _own(
        21,
        "编制指南 数据类型 L",
        ("不是逻辑值", "not a truth value"),
        ("逻辑型信息项只能是 是/否、1/0、true/false", "a logical item is yes/no, 1/0 or true/false"),
        ("改成 是 或 否", "write 是 or 否"),
    ),
    _own(
        22,
        "GB 18030-2022",
        ("原文编码已丢失", "lost encoding"),
        (
            "值中有替换字符（�），原来的字已无法恢复",
            "the value holds replacement characters; the original text is gone",
        ),
        ("从业务系统按 UTF-8 或 GB18030 重新导出", "export again from the source system as UTF-8 or GB18030"),
    ),
    _own(
        23,
        "GB/T 13000",
        ("含控制字符", "control characters"),
        ("值中有不可见的控制字符", "the value holds invisible control characters"),
        ("删除控制字符后重新推送", "remove them and push again"),
    ),
    _own(
        24,
        "ISO/IEC 29500-1 18.18.11",
        ("公式错误", "formula error"),
        ("单元格是公式错误，或公式没有计算结果", "the cell holds a formula error or a formula without a result"),
        ("修正公式并保存，或粘贴为数值", "mend the formula and save, or paste as values"),
    ),
    _own(
        25,
        "目录条目",
        ("无列名的列有值", "value in a column without a name"),
        ("表头为空的列里有值，不知属于哪个信息项", "a column without a header holds a value"),
        ("补上表头，或清空该列", "name the column or clear it"),
        ("{detail} 列", "column {detail}"),
    ),
    _own(
        26,
        "GB/T 7408.1-2023",
        ("Excel 日期序号", "Excel date serial"),
        ("看起来是 Excel 的日期序号，而不是日期", "this looks like an Excel date serial, not a date"),
        ("把该列格式设为日期后重新导出", "format the column as date and export again"),
        ("按 1900 日期系统为 {detail}", "{detail} in the 1900 date system"),
    ),
    _own(
        30,
        "RFC 4648",
        ("不是 Base64", "not Base64"),
        ("通用型信息项应为 Base64 文本", "an item of type G is Base64 text"),
        ("按 Base64 编码后重新推送", "encode it as Base64 and push again"),
    ),
    _own(
        90,
        "目录条目主键",
        ("追加的行已存在", "row to append is there already"),
        (
            "追加（append）只收新的主键；这一行的主键已有数据，且内容不同，原有数据未改",
            "append takes new keys only; a row with this key is there with other values, and was left as it is",
        ),
        ("要修改已有的行，用 upsert 模式推送；主键写错的，改正主键", "push changes in upsert mode, or mend the key"),
    ),
    _own(
        91,
        "目录条目主键",
        ("要删除的行不存在", "no such row to delete"),
        ("删除（delete）名单中的主键没有对应的数据", "the key names no row of the resource"),
        ("核对主键；已删除过的行可以不再列出", "check the key; rows deleted before need not be listed"),
    ),
)

_NUMBERS: Final[Mapping[FaultCode, tuple[int, str, str]]] = {
    FaultCode.EXCEL_TRUNCATED: (3, "疑似 Excel 截断", "suspected Excel truncation"),
    FaultCode.CITIZEN_ID_LENGTH: (11, "公民身份号码位数", "citizen number length"),
    FaultCode.CITIZEN_ID_CHECK: (12, "公民身份号码校验位", "citizen number check character"),
    FaultCode.CITIZEN_ID_BIRTH_DATE: (13, "公民身份号码出生日期", "birth date in the citizen number"),
    FaultCode.CITIZEN_ID_DIVISION_UNKNOWN: (14, "公民身份号码地址码", "division in the citizen number"),
    FaultCode.CITIZEN_ID_LEGACY: (15, "15 位旧身份号码", "old citizen number of 15 digits"),
    FaultCode.CITIZEN_ID_DEMO: (16, "示例身份号码", "sample citizen number"),
    FaultCode.ORGANISATION_CODE_LENGTH: (17, "统一社会信用代码形式", "form of the credit code"),
    FaultCode.ORGANISATION_CODE_CHECK: (18, "统一社会信用代码校验码", "credit code check character"),
    FaultCode.ORGANISATION_CODE_PREFIX: (19, "统一社会信用代码前两位", "first two characters of the credit code"),
    FaultCode.ORG_CODE_FORM: (27, "组织机构代码形式", "form of the organisation code"),
    FaultCode.BANK_CARD_FORM: (28, "银行卡号", "bank card number"),
    FaultCode.PHONE_FORM: (29, "电话号码", "telephone number"),
    FaultCode.ORGANISATION_CODE_MILITARY: (31, "军队机构代码", "military body"),
    FaultCode.DIVISION_CODE_FORM: (32, "行政区划代码形式", "form of the division code"),
    FaultCode.CITIZEN_ID_CHARACTERS: (33, "公民身份号码字符", "characters of the citizen number"),
    FaultCode.CITIZEN_ID_BIRTH_FUTURE: (34, "身份号码出生日期晚于今天", "birth date in the future"),
    FaultCode.CITIZEN_ID_BIRTH_TOO_EARLY: (35, "身份号码出生日期过早", "birth date too early"),
    FaultCode.ORGANISATION_CODE_CHARACTERS: (36, "统一社会信用代码字符", "characters of the credit code"),
    FaultCode.ORGANISATION_CODE_DIVISION: (37, "统一社会信用代码区划", "division in the credit code"),
    FaultCode.ORGANISATION_CODE_BODY: (38, "统一社会信用代码主体码", "body code in the credit code"),
    FaultCode.ORG_CODE_CHECK: (39, "组织机构代码校验码", "organisation code check character"),
    FaultCode.BANK_CARD_CHECK: (40, "银行卡号校验位", "bank card check digit"),
    FaultCode.EXCEL_SCIENTIFIC: (41, "科学计数法的号码", "number in scientific notation"),
    FaultCode.DIVISION_CODE_UNKNOWN: (42, "行政区划代码不存在", "division code unknown"),
}
_WITH_CHARACTER: Final = frozenset({FaultCode.CITIZEN_ID_CHECK, FaultCode.ORGANISATION_CODE_CHECK})


def _of_fault(code: FaultCode, number: int, zh: str, en: str) -> Rule:
    row = FAULTS[code]
    detail = ("若其余各位无误，末位应为 {detail}", "if the rest is right, the last character is {detail}")
    return Rule(
        f"R{number:02d}",
        row.standard,
        zh,
        en,
        row.zh,
        row.en,
        row.mend_zh,
        row.mend_en,
        *(detail if code in _WITH_CHARACTER else ("", "")),
    )


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        rule.id: rule
        for rule in sorted(
            (
                *_OWN,
                *VALUE_RULES,
                *ACROSS_RULES,
                *SHAPE_RULES,
                *(_of_fault(code, *texts) for code, texts in _NUMBERS.items()),
            ),
            key=lambda rule: rule.id,
        )
    }
)
"""Every rule by its id, in order."""

RULE_OF_FAULT: Final[Mapping[FaultCode, int]] = MappingProxyType(
    {code: number for code, (number, _, _) in _NUMBERS.items()}
    | {FaultCode.DATE_FORM: 6, FaultCode.DATE_NOT_REAL: 10, FaultCode.DATE_EXCEL_SERIAL: 26}
)
"""Number of the rule that stands for a fault of :mod:`catalogue.faults`; a test holds that none is left out."""

COERCIONS: Final[Mapping[str, Coercion]] = MappingProxyType(
    {
        row.id: row
        for row in (
            Coercion("K01", "去掉首尾空白", "blanks at the ends removed"),
            Coercion("K02", "全角字符转半角", "full-width characters made half-width"),
            Coercion("K03", "缺失标记（N/A、NULL、—）读作空值", "marks for missing (N/A, NULL, —) read as empty"),
            Coercion("K04", "去掉千位分隔符或货币符号", "thousands separators or currency signs removed"),
            Coercion("K05", "日期统一为年-月-日", "dates brought to year-month-day"),
            Coercion("K06", "去掉零点时间", "midnight dropped from dates"),
            Coercion("K07", "逻辑值统一为真/假", "truth values brought to true/false"),
            Coercion("K08", "号码统一写法（大写、去空格与连字符）", "identifiers brought to normal form"),
            Coercion("K09", "时间统一写法（时区换算为北京时间）", "times brought to one form, zones to Beijing time"),
            Coercion("K10", "去掉不可见字符", "invisible characters removed"),
            Coercion("K11", "整数去掉 .0", ".0 dropped from whole numbers"),
            Coercion(
                "K12",
                "信用代码整码校验相符、主体码自身校验不符，按登记原样收下",
                "credit codes that hold as a whole though their body code does not, kept as issued",
            ),
            *VALUE_COERCIONS,
            *SHAPE_COERCIONS,
        )
    }
)
"""Every coercion by its id."""


def number_of(rule: str) -> int:
    """Return the number of a rule id (``R12`` gives 12)."""
    return int(rule[1:])


def rule_id(number: int) -> str:
    """Return the id of a rule number."""
    return f"R{number:02d}"
