"""Whether boundaries are shifted as web maps shift them: the shift that best lays them on known ones.

A file can say anything of its system, and names of files lie. The same division drawn by two sources differs by its
detail, but not by a stable shift of some hundred metres; so the shift is sought under which the given outlines cover
the known ones best, and compared with what GCJ-02 and BD-09 would do there (:mod:`catalogue.coordinates`). It is found
by descent from five starts (none, either system, either system backwards) down to a step of 0.00025 degree (about 25
metres). Within :data:`NEAR_METRES` of a predicted shift, and at least :data:`LEAST_METRES` long, it betrays the system.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from catalogue.coordinates import METRES_A_DEGREE, Offset, bd09_shift, gcj02_shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Shift = tuple[float, float]

NEAR_METRES: Final = 200.0
LEAST_METRES: Final = 300.0
LEAST_COVER: Final = 0.8
"""Share of the known area the given one must cover to be called the same place."""
_STEPS: Final = (0.001, 0.0005, 0.00025)
_MOST_MOVES: Final = 40


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of a comparison.

    ``east_m`` and ``north_m`` are the metres by which the given outlines lie off the known ones; ``cover`` the share
    of the known area covered after taking the shift back. ``system`` is the shifted system that explains it;
    ``is_known_shifted`` tells that it is the known outlines that are shifted, not the given ones.
    """

    pairs: int
    east_m: float
    north_m: float
    cover_before: float
    cover: float
    system: Offset | None
    is_known_shifted: bool = False

    @property
    def is_comparable(self) -> bool:
        """Whether the outlines are of the same places at all."""
        return self.cover >= LEAST_COVER


def compare(pairs: Sequence[tuple[Any, Any]]) -> Comparison | None:
    """Compare given outlines with known ones of the same divisions, as pairs (known, given); None without pairs."""
    import shapely

    if not pairs:
        return None
    known = np.array([one for one, _ in pairs], dtype=object)
    given = np.array([one for _, one in pairs], dtype=object)
    middle = shapely.centroid(shapely.union_all(known))
    longitude, latitude = np.array([middle.x]), np.array([middle.y])
    scale = (METRES_A_DEGREE * float(np.cos(np.radians(middle.y))), METRES_A_DEGREE)
    expected = {
        system: (float(east[0]), float(north[0]))
        for system, (east, north) in (
            (Offset.GCJ02, gcj02_shift(longitude, latitude)),
            (Offset.BD09, bd09_shift(longitude, latitude)),
        )
    }
    starts = [(0.0, 0.0), *expected.values(), *((-east, -north) for east, north in expected.values())]
    search = _Search(known, given)
    best = max((search.descend(start) for start in starts), key=search.cover)
    system, is_backwards = _explained(best, expected, scale)
    return Comparison(
        len(pairs),
        best[0] * scale[0],
        best[1] * scale[1],
        search.cover((0.0, 0.0)),
        search.cover(best),
        system,
        is_backwards,
    )


def _explained(best: Shift, expected: dict[Offset, Shift], scale: Shift) -> tuple[Offset | None, bool]:
    if np.hypot(best[0] * scale[0], best[1] * scale[1]) < LEAST_METRES:
        return None, False
    for system, shift in expected.items():
        for sign in (1.0, -1.0):
            off = np.hypot((best[0] - sign * shift[0]) * scale[0], (best[1] - sign * shift[1]) * scale[1])
            if off <= NEAR_METRES:
                return system, sign < 0
    return None, False


class _Search:
    """Cover of the known outlines by the given ones, taken back by a shift; each shift is measured once."""

    def __init__(self, known: NDArray[Any], given: NDArray[Any]) -> None:
        import shapely

        self._known, self._given = known, given
        self._area = float(shapely.area(known).sum())
        self._seen: dict[Shift, float] = {}
        shapely.prepare(known)

    def cover(self, shift: Shift) -> float:
        """Return the share of the known area covered."""
        import shapely

        if shift not in self._seen:
            moved = shapely.transform(self._given, lambda places: places - np.array(shift))
            self._seen[shift] = float(shapely.area(shapely.intersection(self._known, moved)).sum()) / self._area
        return self._seen[shift]

    def descend(self, start: Shift) -> Shift:
        """Return the best shift near a start."""
        best = start
        for step in _STEPS:
            for _ in range(_MOST_MOVES):
                around = [
                    (round(best[0] + x * step, 6), round(best[1] + y * step, 6))
                    for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))
                ]
                nearer = max(around, key=self.cover)
                if self.cover(nearer) <= self.cover(best):
                    break
                best = nearer
        return best
