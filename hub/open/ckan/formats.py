"""Formats: the codes of the directory's list beside the names CKAN's clients use (``CSV``, ``XLSX``, ``API``)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: Final = "catalogue_resource_format"
SERVICE: Final = "07"
OTHER: Final = "其他"
NAMES: Final[Mapping[str, str]] = {SERVICE: "API", "0603": "GeoJSON", "0301": "DM", "0601": "BUFR/GRIB"}
"""Codes whose name in the list is not the one clients know."""


@lru_cache(maxsize=1_000)
def format_name(code: str) -> str:
    """Return the name of a format as resources carry it; what is no code of the list is a name already."""
    if code in NAMES:
        return NAMES[code]
    row = load_code_list(FORMATS).rows.get(code)
    if row is None:
        return code
    if row.name_zh == OTHER:
        return f"{OTHER}{load_code_list(FORMATS).rows[row.extra['parent']].name_zh}"
    return row.name_zh.upper()


def codes_of_format(name: str) -> tuple[str, ...]:
    """Return what the index of entries may hold for a format's name: codes of the list, and the name as written."""
    wanted = name.casefold()
    codes = [code for code in load_code_list(FORMATS).rows if format_name(code).casefold() == wanted]
    return tuple(dict.fromkeys((*codes, name, name.upper(), name.lower())))
