"""The grade of a join: at least the highest of what is joined, and more where the joining itself tells more.

GB/T 43697-2024: highest wins (就高从严), a join is graded anew as one object. Floors: the sensitivity class of each
element, G2 for what is shared on conditions, G4 for what is not shared; a person joined with a body or a place is G3,
with both, or with a sensitive element, G4 (product values above the standard's floors). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.elements import Database, SharingDefault, element
from hub.registers.linking.exposures import Exposure, Telling, link, may_tell
from policies.errors import DomainError
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from catalogue.elements import Element

GRADES: Final = ("G1", "G2", "G3", "G4", "IMP", "CORE")
"""Codes of ``data_grade``, the lowest first; a test holds them equal."""

_PERSONAL: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})
_SENSITIVE: Final = frozenset({Sensitivity.SPI, Sensitivity.MIN})
_SHARING_FLOORS: Final = {
    SharingDefault.BASE_ITEM: "G1",
    SharingDefault.CONDITIONAL: "G2",
    SharingDefault.CLOSED: "G4",
    SharingDefault.INTERNAL: "G4",
}


class JoinGradeError(DomainError):
    """A join would be answered under an entry whose grade is lower than the join's."""


class LinkNotToldError(DomainError):
    """A link may not be told in this way to this asker."""


class Reason(StrEnum):
    """Why a join has its grade."""

    HIGHEST_ELEMENT = "highest_element"
    PERSON_JOINED = "person_joined"
    PERSON_BODY_PLACE = "person_body_place"
    SENSITIVE_JOINED = "sensitive_joined"
    LINK_NOT_PUBLIC = "link_not_public"


@dataclass(frozen=True, slots=True)
class JoinGrade:
    """The grade of a join and what raised it there."""

    grade: str
    reasons: tuple[Reason, ...]


def floor_of(one: Element) -> str:
    """Return the lowest grade data with this element may have: of its sensitivity, of how it is shared."""
    minimum = load_code_list("sensitivity_class").rows[one.sensitivity.value].extra["minimum_grade"]
    by_class = minimum if minimum in GRADES else "CORE"
    return max(by_class, _SHARING_FLOORS[one.sharing], key=GRADES.index)


def grade_of_join(elements: Iterable[str], links: Iterable[str] = ()) -> JoinGrade:
    """Return the grade of an answer that joins ``elements`` (codes) along ``links`` (kinds).

    Raises:
        catalogue.elements.ElementNotFoundError: a code is no element.
        KeyError: a kind is no link.

    """
    joined = [element(code) for code in elements]
    along = [link(kind) for kind in links]
    raised: list[tuple[str, Reason]] = [(floor_of(one), Reason.HIGHEST_ELEMENT) for one in joined]
    databases = {one.database for one in joined}
    is_person = Database.POPULATION in databases or any(one.sensitivity in _PERSONAL for one in joined)
    if is_person and len(databases) > 1:
        raised.append(("G3", Reason.PERSON_JOINED))
        if {Database.LEGAL_PERSON, Database.GEOGRAPHY} <= databases:
            raised.append(("G4", Reason.PERSON_BODY_PLACE))
        if any(one.sensitivity in _SENSITIVE for one in joined):
            raised.append(("G4", Reason.SENSITIVE_JOINED))
    if any(one.exposure is not Exposure.PUBLIC for one in along):
        raised.append(("G3", Reason.LINK_NOT_PUBLIC))
    grade = max((each for each, _ in raised), key=GRADES.index, default="G1")
    return JoinGrade(grade, tuple(dict.fromkeys(reason for each, reason in raised if each == grade)))


def require_grade(entry_grade: str, elements: Sequence[str], links: Sequence[str]) -> JoinGrade:
    """Return the grade of a join that is answered under an entry; the entry must be graded at least as high.

    Raises:
        JoinGradeError: it is graded lower, so that its protection does not fit what the join tells.

    """
    found = grade_of_join(elements, links)
    if entry_grade not in GRADES or GRADES.index(entry_grade) < GRADES.index(found.grade):
        raise JoinGradeError(
            f"关联后的数据为 {found.grade}，高于条目的分级（GB/T 43697-2024 就高从严）",
            f"the joined data are {found.grade}, above the grade of the entry (GB/T 43697-2024: the highest wins)",
            next_zh="由数据主管部门重新评定基础库条目的数据分级后再提供关联服务",
            next_en="the data authority grades the register's entry anew; then the joined service answers",
            facts={"grade": found.grade, "reasons": [reason.value for reason in found.reasons]},
        )
    return found


def require_telling(kind: str, telling: Telling, *, is_granted: bool, has_legal_basis: bool) -> None:
    """Raise :class:`LinkNotToldError` where a link may not be told in this way."""
    if may_tell(kind, telling, is_granted=is_granted, has_legal_basis=has_legal_basis):
        return
    raise LinkNotToldError(
        "该关联关系只能核验是或否；列出须有写明法律依据的授权（个人信息保护法 第三十四条）",
        "this link is answered yes or no; to list it takes a grant that names its legal basis (PIPL Art. 34)",
        next_zh="按条目申请授权并写明法律、行政法规的条款；或者改用核验服务",
        next_en="ask for a grant with the article of the law, or use the check that answers yes or no",
        facts={"link": kind, "telling": telling.value},
    )
