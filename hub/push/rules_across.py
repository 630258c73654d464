"""Rules R50-R65: what the items of a row say together, what rows say together, what other records say.

They hold for an entry only where its rule set (:mod:`hub.push.rule_sets`) names them with items. ``{detail}`` is the
rule as it stands there, written with the names of the items: ``成立日期 ≤ 注销日期``.
"""

from __future__ import annotations

from typing import Final

from hub.push.rule import made

SEX, BIRTH, DIVISION, ORDER, FUTURE, NEEDED, EXCLUDED, SUM = range(50, 58)
CATEGORY, UNIQUE, MONOTONE, PATTERN, RANGE, LISTED, WITHDRAWN, REFERENCE = range(58, 66)
_DETAIL: Final = ("规则：{detail}", "rule: {detail}")

ACROSS_RULES: Final = (
    made(
        SEX,
        "GB 11643-1999; GB/T 2261.1-2003",
        ("性别与身份号码不符", "sex against the citizen number"),
        ("性别与公民身份号码第 17 位（奇男偶女）不一致", "the sex is not that of digit 17 (odd male, even female)"),
        ("对照证件核对性别和号码，改正错的一项", "compare both with the document and mend the wrong one"),
        _DETAIL,
    ),
    made(
        BIRTH,
        "GB 11643-1999",
        ("出生日期与身份号码不符", "birth date against the citizen number"),
        ("出生日期与公民身份号码第 7 至 14 位不一致", "the birth date is not that of digits 7 to 14"),
        ("对照证件核对出生日期和号码，改正错的一项", "compare both with the document and mend the wrong one"),
        _DETAIL,
    ),
    made(
        DIVISION,
        "GB 11643-1999; GB/T 2260",
        ("区划与号码地址码不符", "division against the code"),
        (
            "区划与号码中的行政区划码不一致（公民身份号码的前 6 位是首次编码地，不是现住地）",
            "the division is not the one in the code (in a citizen number: where it was first given)",
        ),
        ("核对区划和号码；现住地不应使用本规则", "compare both; this rule is not for where somebody lives now"),
        _DETAIL,
    ),
    made(
        ORDER,
        "GB/T 7408.1-2023; 市场主体登记管理条例; 户口登记条例",
        ("先后或大小不符", "out of order"),
        ("两个信息项的先后（大小）关系不成立", "two items do not stand in the order they must"),
        ("核对两项，改正写错的一项", "compare the two and mend the wrong one"),
        _DETAIL,
    ),
    made(
        FUTURE,
        "GB/T 7408.1-2023",
        ("晚于今天", "later than today"),
        ("已经发生的事，日期不应晚于今天", "a thing that has happened cannot be dated after today"),
        ("核对年份", "check the year"),
        _DETAIL,
    ),
    made(
        NEEDED,
        "本条目规则集",
        ("此情形必填", "required in this case"),
        ("按另一项的值，此项必须填写，现为空", "what another item says makes this one required, and it is empty"),
        ("补齐此项，或改正决定它的那一项", "fill it in, or mend the item that calls for it"),
        _DETAIL,
    ),
    made(
        EXCLUDED,
        "本条目规则集",
        ("此情形应为空", "must be empty in this case"),
        ("按另一项的值，此项应当为空，现有值", "what another item says leaves no room for a value here"),
        ("清空此项，或改正决定它的那一项", "clear it, or mend the item that forbids it"),
        _DETAIL,
    ),
    made(
        SUM,
        "统计法 第二十九条; 本条目规则集",
        ("合计不等于分项之和", "total is not the sum of its parts"),
        ("合计与各分项相加之和相差超过允许的误差", "the total differs from the sum of its parts by more than allowed"),
        ("核对各分项与合计，注意单位是否一致", "check parts and total, and that all have one unit"),
        _DETAIL,
    ),
    made(
        CATEGORY,
        "GB 32100-2015",
        ("机构类型与信用代码不符", "type against the credit code"),
        (
            "机构类型与统一社会信用代码前两位（登记管理部门、机构类别）不一致",
            "the type is not that of the first two characters of the credit code",
        ),
        ("对照登记证照核对类型和代码", "compare both with the certificate"),
        _DETAIL,
    ),
    made(
        UNIQUE,
        "本条目规则集",
        ("组合重复", "combination repeats"),
        ("这几项合起来与前面一行相同，规则要求不重复", "these items together equal an earlier row and may not"),
        ("核对是否同一记录重复填报", "see whether one record was reported twice"),
        ("与第 {detail} 行相同", "same as line {detail}"),
    ),
    made(
        MONOTONE,
        "统计法 第二十九条; 本条目规则集",
        ("随期次应只增（减）", "must only grow (or fall) by period"),
        ("与同组前一期相比，值的走向与规则相反", "against the period before in its group the value goes the wrong way"),
        ("核对本期与上期的值，累计值不应减少", "check this and the last period; cumulative values do not fall"),
        _DETAIL,
    ),
    made(
        PATTERN,
        "本条目规则集",
        ("写法不符合规则", "form against the rule"),
        ("值的写法不符合规则集规定的样式", "the value does not have the form the rule set asks for"),
        ("按规定的样式填写", "write it in that form"),
        _DETAIL,
    ),
    made(
        RANGE,
        "本条目规则集",
        ("超出规则的范围", "outside the rule's range"),
        ("值小于下限或大于上限", "the value is below the least or above the most allowed"),
        ("核对数值与单位", "check value and unit"),
        _DETAIL,
    ),
    made(
        LISTED,
        "本条目规则集 代码表",
        ("不在规则集的代码表", "not in the list of the rule set"),
        ("值不是规则集中代码表的代码", "the value is no code of the list in the rule set"),
        ("改用表中的代码", "use a code of that list"),
        _DETAIL,
    ),
    made(
        WITHDRAWN,
        "代码表版本; GB/T 2260",
        ("代码在该日期不在用", "code not in use on the date"),
        ("代码在所指日期已停用或尚未启用", "the code was withdrawn, or not yet in use, on the date"),
        ("改用当时有效的代码", "use the code that was in force"),
        ("{detail}", "{detail}"),
    ),
    made(
        REFERENCE,
        "郑州 第18条; 吉林 第26条; 本条目规则集",
        ("引用的对象不存在", "what it refers to is not there"),
        ("值在所引用的数据资源中没有找到", "the value is not found in the resource it refers to"),
        (
            "核对该值；引用的资源缺这条数据的，请其提供单位补报",
            "check it; a record missing there is its provider's to add",
        ),
        _DETAIL,
    ),
)
