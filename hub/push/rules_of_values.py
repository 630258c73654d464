"""Rules R43-R46 and coercions from K13 on: units, ranges, shifted values, dates in Chinese words.

A unit is taken off or converted only when the item says which unit it holds; anything else would be a guess
(Jilin Art. 27: true and accurate).
"""

from __future__ import annotations

from typing import Final

from hub.push.rule import Coercion, made

UNIT_UNSAID, UNIT_OTHER, RANGE_VALUE, SHIFTED = 43, 44, 45, 46

VALUE_RULES: Final = (
    made(
        UNIT_UNSAID,
        "编制指南 数据类型 N/Y/I/B/F; GB 3100-1993",
        ("数值带单位", "number with a unit"),
        (
            "数值后面写了单位，而信息项没有说明自己的单位，平台不猜",
            "a unit stands after the number, and the item does not say which unit it holds: the hub does not guess",
        ),
        (
            "只写数字；或由本单位在规则集中用 unit 说明该信息项的单位（信息项名称写成“金额（万元）”也可）",
            "write the number only, or state the item's unit in the rule set (kind unit) or in its name: 金额（万元）",
        ),
        ("单位为 {detail}", "the unit is {detail}"),
    ),
    made(
        UNIT_OTHER,
        "GB 3100-1993; GB 3101-1993",
        ("单位与信息项不同类", "unit of another kind"),
        (
            "数值的单位与信息项的单位不能换算",
            "the unit of the value cannot be converted to the unit of the item",
        ),
        ("按信息项的单位填写", "write the value in the item's unit"),
        ("{detail}", "{detail}"),
    ),
    made(
        RANGE_VALUE,
        "编制指南 数据类型 N/Y/I/B/F",
        ("写了区间，应为一个数", "a range instead of one number"),
        ("值是一个区间（如 10~20），数值型信息项只能有一个数", "the value is a range; a numeric item holds one number"),
        (
            "改成一个数；确需区间的，请在目录中设上限、下限两个信息项",
            "write one number; where ranges are meant, give the entry an item for each end",
        ),
    ),
    made(
        SHIFTED,
        "RFC 4180; 目录条目",
        ("疑似串列", "values in the neighbouring columns"),
        (
            "该行多个值不符合本列、却符合相邻列的信息项，像是整段错开了一列",
            "several values of the row do not fit their column and fit the one beside it: the row is shifted",
        ),
        (
            "从源头核对该行：多半是前面某个值里有未加引号的分隔符，或少填了一格",
            "look at the row in the source: a delimiter without quotes before it, or a cell left out",
        ),
        ("自 {detail} 列起", "from column {detail} on"),
    ),
)

VALUE_COERCIONS: Final = (
    Coercion("K13", "去掉与信息项相同的单位", "units that are the item's own taken off"),
    Coercion("K14", "按信息项的单位换算", "converted to the item's unit"),
    Coercion("K15", "中文数字日期换成数字", "dates in Chinese numerals written in digits"),
    Coercion("K16", "民国纪年换算为公元", "years of the Republic calendar brought to the common era"),
    Coercion("K17", "按规则集把 Excel 日期序号换算为日期", "Excel serials read as dates, as the rule set says"),
    Coercion(
        "K18",
        "文本像被 Excel 改成科学计数法的号码，按原样收下，请核对",
        "texts like numbers that Excel turned to scientific notation, kept as they are: look at them",
    ),
    Coercion("K19", "违反只作提醒的规则，按原样收下", "values against a rule that only warns, kept as they are"),
    Coercion("K20", "规则集规定的缺失标记读作空值", "the rule set's own marks for missing read as empty"),
)
