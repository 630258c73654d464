"""Former names of counties and districts, from lists of codes that were once valid, led to what stands today.

Old documents say 孟津县, 闸北区, 南关区. A former name is led to the present division by its successor where the
list tells it; else by the same specific part inside the same city (孟津县 to 孟津区); else by the same code renamed in
place (南关区 to 禹王台区). A name the city still has is no former name, though its code changed; 郊区 and other names
that tell no place are left out, and so is whatever could mean two places. Pure, no I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NO_PLACE: Final = frozenset({"市辖区", "县", "郊区", "市区", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def former_names(listed: Iterable[tuple[str, str, str]], current: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return former names by the six digits of the present county they lead to.

    Args:
        listed: (code, name, code of the successor or "") that was ever valid, six digits each.
        current: names of the counties that stand, by six digits.

    """
    by_city: dict[str, dict[str, str]] = {}
    for code, name in current.items():
        by_city.setdefault(code[:4], {})[name] = code
    found: dict[str, set[str]] = {}
    for code, name, successor in set(listed):
        target = _target(code, name, successor, by_city, current)
        if target is not None and current[target] != name:
            found.setdefault(target, set()).add(name)
    return {code: tuple(sorted(names)) for code, names in found.items()}


def _target(
    code: str, name: str, successor: str, by_city: Mapping[str, Mapping[str, str]], current: Mapping[str, str]
) -> str | None:
    if successor:
        return successor[:6] if successor[:6] in current else None
    here = by_city.get(code[:4], {})
    if code.endswith("00") or name in _NO_PLACE or name in here:
        return None
    alike = [other for known, other in here.items() if known[:-1] == name[:-1]]
    if len(alike) == 1:
        return alike[0]
    return code if not alike and code in current else None
