"""What became of divisions between two lists, inferred where no source states it, and always marked so.

The published lists say which codes exist, never who followed whom. The steps below are tried in this order, and the
step that answered is kept with the answer (:class:`~catalogue.divisions_model.Method`):

1. *same name*: the name goes from one code to another in the same prefecture, in the prefecture that took its place,
   or (where it is the only one of the name) in the province;
2. *same code*: the code stays and the name changes;
3. *same stem*: the name without its generic part (县, 市, 区, 地区 …) goes to another code, under the same limits;
4. *same first*: a county of one character and 县 becomes one that begins with it, in the same prefecture
   (达县 → 达川区);
5. *last left*: of a prefecture that was recoded as a whole, one county is left without successor and one without
   predecessor;
6. *not found*: the code ended and the lists do not say into what.

Several that went to one are a merge. A split cannot be seen in lists; a source must state it. Pure, no I/O.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from catalogue.divisions_model import COLLECTIVE_NAMES, Change, ChangeKind, Level, Method, is_zone_code, level_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

_GENERIC: Final = re.compile(r"(自治州|自治县|自治旗|地区|林区|特区|新区|盟|县|市|区|旗)$")
_LEAST_STEM: Final = 2
_COUNTED: Final = (Level.PROVINCE, Level.CITY, Level.COUNTY)
Named = tuple[str, str]


@dataclass(slots=True)
class _Step:
    """Two lists one after the other: pairs that went, pairs that came, and what has been found."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    on: date
    source: str
    gone: list[Named] = field(default_factory=list)
    come: list[Named] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    found: list[Change] = field(default_factory=list)
    answered: set[Named] = field(default_factory=set)

    def keep(self, old: Named, new: Named, method: Method) -> None:
        """Keep that the one became the other."""
        kind = ChangeKind.RENAME if old[0] == new[0] else ChangeKind.RECODE
        self.found.append(Change(old[0], new[0], self.on, kind, None, method, self.source))
        self.answered.add(new)
        self.gone.remove(old)
        if level_of(old[0]) is Level.CITY:
            self.moved[old[0][:4]] = new[0][:4]


def stem_of(name: str) -> str:
    """Return the specific part of a name: without 县, 市, 区 …; the whole where too little would be left."""
    stem = _GENERIC.sub("", name)
    return stem if len(stem) >= _LEAST_STEM else name


def changes_between(before: Mapping[str, str], after: Mapping[str, str], on: date, source: str) -> tuple[Change, ...]:
    """Return what became of the divisions of a list in the next one.

    Args:
        before: names by code of the earlier list; provinces, cities and counties are compared, zones and positions
            that only hold others together are not.
        after: names by code of the next list, of the same extent.
        on: the day of the next list.
        source: whose lists they are.
    """
    old, new = _places(before), _places(after)
    step = _Step(dict(old), dict(new), on, source)
    step.gone = sorted(old - new)
    step.come = sorted(new - old)
    for level in _COUNTED:
        _match(step, level, lambda name: name, Method.SAME_NAME)
        _keep_codes(step, level)
        _match(step, level, stem_of, Method.SAME_STEM)
    _match_first(step)
    _last_left(step)
    for code, _ in list(step.gone):
        step.found.append(Change(code, None, on, ChangeKind.ABOLISH, None, Method.NOT_FOUND, source))
    return _with_merges(step.found)


def _places(names: Mapping[str, str]) -> set[Named]:
    return {
        (code, name)
        for code, name in names.items()
        if name not in COLLECTIVE_NAMES and level_of(code) in _COUNTED and not is_zone_code(code)
    }


def _match(step: _Step, level: Level, key: Callable[[str], str], method: Method) -> None:
    """Match what went with what came by a key of the name: in the prefecture first, then in the province."""
    came: dict[str, list[Named]] = defaultdict(list)
    for pair in step.come:
        if level_of(pair[0]) is level and (method is Method.SAME_STEM or pair not in step.answered):
            came[key(pair[1])].append(pair)
    went = [pair for pair in step.gone if level_of(pair[0]) is level]
    often = Counter((pair[0][:2], key(pair[1])) for pair in went)
    for pair in went:
        near = [one for one in came[key(pair[1])] if one[0][:2] == pair[0][:2] and one[0] != pair[0]]
        prefecture = step.moved.get(pair[0][:4], pair[0][:4])
        inside = [one for one in near if one[0][:4] == prefecture]
        chosen = inside or (near if often[(pair[0][:2], key(pair[1]))] == 1 else [])
        if len(chosen) == 1:
            step.keep(pair, chosen[0], method)


def _keep_codes(step: _Step, level: Level) -> None:
    """Take a code that stayed while its name changed for a change of name, unless another place came to the code."""
    for pair in [one for one in step.gone if level_of(one[0]) is level]:
        name = step.after.get(pair[0])
        if name is not None and (pair[0], name) not in step.answered:
            step.keep(pair, (pair[0], name), Method.SAME_CODE)


def _match_first(step: _Step) -> None:
    """Match counties whose specific part is one character with the one that begins with it, in the prefecture."""
    for pair in [one for one in step.gone if len(one[1]) == _LEAST_STEM and one[1].endswith("县")]:
        prefecture = step.moved.get(pair[0][:4], pair[0][:4])
        near = [one for one in step.come if one[0][:4] == prefecture and one[1].startswith(pair[1][0])]
        if len(near) == 1 and near[0] not in step.answered:
            step.keep(pair, near[0], Method.SAME_FIRST)


def _last_left(step: _Step) -> None:
    """Match the one county left of a recoded prefecture with the one that has no predecessor."""
    for old, new in step.moved.items():
        if old == new:
            continue
        left = [one for one in step.gone if one[0][:4] == old]
        free = [one for one in step.come if one[0][:4] == new and one not in step.answered]
        if len(left) == len(free) == 1:
            step.keep(left[0], free[0], Method.LAST_LEFT)


def _with_merges(found: Iterable[Change]) -> tuple[Change, ...]:
    """Call it a merge where several became one."""
    changes = list(found)
    often = Counter(one.new for one in changes if one.new is not None)
    return tuple(
        replace(one, kind=ChangeKind.MERGE)
        if one.new is not None and often[one.new] > 1 and one.kind is ChangeKind.RECODE
        else one
        for one in changes
    )


def without_restated(inferred: Iterable[Change], stated: Iterable[Change], within_days: int = 750) -> list[Change]:
    """Return the inferred changes of which no source speaks: a stated change of the same code near that day wins."""
    days: dict[str, list[date]] = defaultdict(list)
    for one in stated:
        days[one.old].append(one.on)
    return [one for one in inferred if all(abs((one.on - day).days) > within_days for day in days.get(one.old, ()))]
