"""Elements of persons: the national list, and the few the register needs besides to link persons with one another.

The list of the basic database (``elements_population``) names a guardian but neither parents nor spouse, and no former
number: a birth certificate, a marriage record and a change of number say them, so a source can map them to these.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.basic.population import POPULATION
from catalogue.elements import Element, SharingDefault
from catalogue.item import DataType
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBER, NAME, SEX, BORN = "P001", "P002", "P003", "P005"
FORMER_NAME, DOCUMENT_TYPE, DOCUMENT = "P007", "P009", "P010"
HOUSEHOLD, RELATION, PERMIT = "P014", "P015", "P017"
MARITAL, MARRIED_ON, BIRTH_CERTIFICATE = "P019", "P020", "P021"
IS_DEAD, DIED_ON, GUARDIAN = "P022", "P023", "P032"
FATHER, MOTHER, SPOUSE, OLD_NUMBER, RESIDENCE = "P101", "P102", "P103", "P104", "P105"

SEALED: Final = frozenset({NUMBER, DOCUMENT, PERMIT, BIRTH_CERTIFICATE, GUARDIAN, FATHER, MOTHER, SPOUSE, OLD_NUMBER})
"""Elements whose values are numbers of persons or of their documents: never stored in the clear."""


def _own(code: str, name: str, name_en: str, *, owner: str, is_number: bool = True) -> Element:
    return Element(
        code=code,
        name=name,
        name_en=name_en,
        database=None,
        type=DataType.TEXT,
        length=18 if is_number else 64,
        scale=None,
        code_list=None,
        standard="GB 11643-1999" if is_number else "",
        values=(),
        check="citizen_id" if is_number else None,
        keys="FK person" if is_number else "FK address",
        sensitivity=Sensitivity.PI,
        sharing=SharingDefault.CONDITIONAL,
        opening="closed",
        masking="citizen_id" if is_number else "address",
        owners=(owner,),
    )


OWN_ELEMENTS: Final = (
    _own(FATHER, "父亲公民身份号码", "identity number of the father", owner="卫生健康"),
    _own(MOTHER, "母亲公民身份号码", "identity number of the mother", owner="卫生健康"),
    _own(SPOUSE, "配偶公民身份号码", "identity number of the spouse", owner="民政"),
    _own(OLD_NUMBER, "原公民身份号码", "identity number before the change", owner="公安"),
    _own(RESIDENCE, "居住地址标识", "id of the standard address of residence", owner="公安", is_number=False),
)
ELEMENTS: Final[Mapping[str, Element]] = MappingProxyType(
    {one.code: one for one in (*POPULATION.elements, *OWN_ELEMENTS)}
)
"""Every element the register of persons holds, by code."""
