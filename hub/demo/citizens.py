"""The invented people whom the demo's identity provider offers: a resident, a guardian with a child, a body's head."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hub.demo.firms import firms
from hub.demo.people import residents
from hub.demo.story_cast import applicant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from hub.demo.people import Person

FILE: Final = "citizens.json"
GUARDED_BELOW: Final = 14
"""A child younger than this is spoken for by its guardian alone (个人信息保护法 Art. 31)."""
SCHOOL_FROM: Final = 7
"""The register that names guardians is that of pupils."""


def write_citizens(folder: Path, today: date) -> None:
    """Write who can be signed in as, for the page of the demo's identity provider."""
    people = list(_people(today))
    (folder / FILE).write_text(json.dumps(people, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _people(today: date) -> Iterator[dict[str, str]]:
    yield _one(
        applicant(),
        "居民，公租房申请人：故事第 8、9 步查过的就是他的记录",
        "A resident who applies for public rental housing: steps 8 and 9 of the story look at this record",
    )
    child = next(
        one
        for one in residents()
        if one.guardian is not None and not one.guardian.is_dead and SCHOOL_FROM <= one.age(today) < GUARDED_BELOW
        and one.age() >= SCHOOL_FROM
    )  # fmt: skip
    if child.guardian is not None:
        yield _one(
            child.guardian,
            f"监护人，孩子的号码是 {child.number}（未满十四周岁）：在“我的数据”中证明监护关系",
            f"A guardian; the child's number is {child.number} (under 14): prove guardianship under My data",
        )
    firm = next(one for one in firms() if not one.head.is_dead)
    yield _one(
        firm.head, f"法定代表人，代表{firm.name}", "A legal representative who speaks for a company", body=firm.code
    )


def _one(person: Person, about_zh: str, about_en: str, body: str = "") -> dict[str, str]:
    return {
        "name": person.name,
        "about_zh": about_zh,
        "about_en": about_en,
        "number": person.number,
        "body": body,
    }
