"""What is counted and by what: registered persons by sex, five years of age and marital status.

A count of registrations is never a population figure (户籍登记记录数, 非人口数): residents are counted by census and
survey. Ethnic groups are no trait here: they stand in no table by division.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REGISTER: Final = "population"
MEASURE: Final = "registered_persons"
MEASURE_NAME: Final = {"zh": "户籍登记记录数", "en": "records of household registration"}
CAVEAT: Final = {
    "zh": "户籍登记记录数，非人口数；常住人口以普查和抽样调查结果为准",
    "en": "records of household registration, not population figures: residents are counted by census and survey",
}
DIVISION_ELEMENT: Final = "P012"


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait: its name in questions, its element, its categories in order with their names."""

    code: str
    element: str
    name: str
    categories: tuple[tuple[str, str], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the categories."""
        return tuple(code for code, _ in self.categories)


_STEP: Final = 5
_OLDEST: Final = 100
TRAITS: Final = (
    Trait("sex", "P003", "性别", (("1", "男"), ("2", "女"), ("9", "未说明"))),
    Trait(
        "age_band",
        "P005",
        "年龄组",
        (
            *((f"{low}-{low + _STEP - 1}", f"{low}至{low + _STEP - 1}岁") for low in range(0, _OLDEST, _STEP)),
            (f"{_OLDEST}+", f"{_OLDEST}岁及以上"),
            ("unknown", "未说明"),
        ),
    ),
    Trait(
        "marital_status",
        "P019",
        "婚姻状况",
        (("10", "未婚"), ("20", "已婚"), ("30", "丧偶"), ("40", "离婚"), ("90", "未说明")),
    ),
)
"""In the order in which a table names them; GB/T 2261.1, GB/T 2261.2 (kinds of marriage together)."""

BY_CODE: Final = {trait.code: number for number, trait in enumerate(TRAITS)}
