"""Population (人口): persons by their citizen identity number. Lead: public security.

GB 11643-1999; 户口登记条例 第六条、第七条. A count of rows is never a population figure.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from catalogue.basic.database import BasicDatabase, RecordFault
from catalogue.elements import Database
from catalogue.identifiers import ID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ADULT_IN_DATA_LAW: Final = 14
"""Below this age all data of a person is sensitive and a guardian acts (个人信息保护法 第二十八条、第三十一条)."""

MARRIAGE_AGE: Final = {"1": 22, "2": 20}
"""民法典 第一千零四十七条: men 22, women 20; younger is a flag, not an error."""

LONGEST_NAME: Final = 100
"""Characters of a name (element P002)."""


def age_on(born: date, day: date) -> int:
    """Return completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_record(record: Mapping[str, object], today: date) -> Iterator[RecordFault]:
    """Yield the contradictions inside one person's record."""
    number, sex, born, died = (record.get(code) for code in ("P001", "P003", "P005", "P023"))
    name = record.get("P002")
    if isinstance(name, str) and not 0 < len(name.strip()) <= LONGEST_NAME:
        text = ("姓名为空或超过 100 个字符", "the name is empty or longer than 100 characters")
        yield RecordFault("population.name", ("P002",), *text)
    if isinstance(number, str) and number and number == record.get("P032"):
        text = ("监护人与被监护人为同一号码", "the guardian has the number of the ward")
        yield RecordFault("population.guardian_self", ("P032", "P001"), *text)
    if isinstance(number, str) and len(number) == ID_LENGTH:
        yield from _against_number(number, sex, born)
    if isinstance(died, date) and (died > today or (isinstance(born, date) and died < born)):
        text = ("死亡日期早于出生或晚于今天", "the date of death is before birth or in the future")
        yield RecordFault("population.death_date", ("P023", "P005"), *text)
    if isinstance(died, date) and record.get("P022") is False:
        text = ("有死亡日期，死亡标识却为否", "a date of death without the death flag")
        yield RecordFault("population.death_flag", ("P022", "P023"), *text)
    if isinstance(born, date) and age_on(born, today) < ADULT_IN_DATA_LAW and not died and not record.get("P032"):
        text = ("不满十四周岁，没有登记监护人", "under fourteen without a guardian")
        yield RecordFault("population.guardian", ("P032", "P005"), *text)
    married = record.get("P020")
    if isinstance(married, date) and isinstance(born, date) and age_on(born, married) < MARRIAGE_AGE.get(str(sex), 20):
        text = ("结婚登记时未到法定婚龄，请核实", "registered marriage below the legal age: have a look")
        yield RecordFault("population.marriage_age", ("P020", "P005"), *text, is_flag=True)


def _against_number(number: str, sex: object, born: object) -> Iterator[RecordFault]:
    """Compare sex and birth date with the number (GB 11643-1999: digit 17 odd = male)."""
    if sex in {"1", "2"} and (int(number[16]) % 2 == 1) != (sex == "1"):
        text = ("性别与公民身份号码第 17 位不符", "the sex does not fit digit 17 of the number")
        yield RecordFault("population.sex", ("P003", "P001"), *text)
    if isinstance(born, date) and f"{born:%Y%m%d}" != number[6:14]:
        text = ("出生日期与公民身份号码不符", "the birth date does not fit the number")
        yield RecordFault("population.birth_date", ("P005", "P001"), *text)


POPULATION: Final = BasicDatabase(
    database=Database.POPULATION,
    name="人口基础信息库",
    name_en="population",
    switch="population",
    articles={"zhengzhou": "郑州市信息化建设管理办法 第十八条", "jilin": "吉林市信息化促进办法 第二十六条"},
    lead="公安",
    class_code="101",
    check=check_record,
)
