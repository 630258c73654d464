"""Licences as CKAN's clients know them: id, title, address, whether open by the Open Definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from catalogue.code_lists import load_code_list


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by the id that entries and CKAN's clients use."""

    id: str
    title: str
    url: str
    is_open: bool


OPEN: Final = frozenset({"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "ODC-By-1.0", "ODbL-1.0", "PDDL-1.0"})
"""Licences of the list that conform to the Open Definition 2.1 (opendefinition.org/licenses)."""
LICENCES: Final = (
    *(
        Licence(row.code, f"{row.name_zh} / {row.name_en}", row.extra["url"], is_open=row.code in OPEN)
        for row in load_code_list("catalogue_licence").history
    ),
    Licence("notspecified", "未注明 / not specified", "", is_open=False),
)
_BY_ID: Final = {one.id: one for one in LICENCES}


def licence_of(identifier: str) -> Licence | None:
    """Return a licence as an entry names it; one that is not in the list stands for itself; None without one."""
    if not identifier:
        return None
    return _BY_ID.get(identifier) or Licence(identifier, identifier, "", is_open=False)


def as_ckan(licence: Licence) -> dict[str, Any]:
    """Return a licence in the shape of ``license_list``."""
    return {
        "id": licence.id,
        "title": licence.title,
        "url": licence.url or None,
        "status": "active",
        "family": "",
        "maintainer": "",
        "domain_content": licence.is_open,
        "domain_data": licence.is_open,
        "domain_software": False,
        "is_generic": False,
        "is_okd_compliant": licence.is_open,
        "is_osi_compliant": False,
        "od_conformance": "approved" if licence.is_open else "not reviewed",
        "osd_conformance": "not reviewed",
    }
