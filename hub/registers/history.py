"""Where a value comes from, and what was known of a subject at any event time, as loaded by any time.

Claims are never changed, only closed, so both times can be asked: what held at event time E by what had been
loaded at time L. A late event adds a version and rewrites none. Zhengzhou Art. 19; 户口登记条例 Art. 7; Jilin Art. 27.
Pure but for :func:`hub.registers.claims_store.claims`, which reads the claims of one subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.registers.claims_store import claims

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hub.database import Unit
    from hub.registers.claims_store import Claim


@dataclass(frozen=True, slots=True)
class Moment:
    """Which two times are asked: ``event`` local without a zone, ``loaded`` aware (None: by all that is loaded)."""

    event: datetime
    loaded: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """From ``since`` (local time of an event) on the element had this value, by that claim."""

    since: datetime
    value: str
    claim: Claim


def origins(unit: Unit, code: str, subject: int, local_now: datetime) -> dict[str, Claim]:
    """Return, for each element a subject has, the claim its value comes from: source, push, event and load time."""
    return known(unit, code, subject, Moment(local_now))


def known(unit: Unit, code: str, subject: int, moment: Moment) -> dict[str, Claim]:
    """Return the same at one event time as known at a load time."""
    said = claims(unit, code, subject)
    found = {element: best(said, element, moment) for element in {name for claim in said for name in claim.values}}
    return {element: claim for element, claim in sorted(found.items()) if claim is not None}


def value_at(unit: Unit, code: str, subject: int, element: str, moment: Moment) -> Claim | None:
    """Return the claim an element's value came from at one time as known at another; None where nothing was said."""
    return best(claims(unit, code, subject), element, moment)


def history(unit: Unit, code: str, subject: int, element: str, moment: Moment) -> list[Version]:
    """Return the versions of an element in order of event time up to a moment, as known at its load time.

    A version begins where the value changes; what a source of lower authority said meanwhile is none.
    """
    said = [claim for claim in claims(unit, code, subject) if element in claim.values]
    times = sorted({claim.event_at for claim in said if claim.event_at <= moment.event})
    versions: list[Version] = []
    for time in times:
        claim = best(said, element, Moment(time, moment.loaded))
        if claim is not None and (not versions or versions[-1].value != claim.values[element]):
            versions.append(Version(time, claim.values[element], claim))
    return versions


def best(said: Iterable[Claim], element: str, moment: Moment) -> Claim | None:
    """Return the claim that counts: the best rank, then the latest event, then the source named first, the lower row.

    The same order as :mod:`hub.registers.golden_store`, which does it for many subjects at once; a test holds them
    together.
    """
    counted = [
        claim
        for claim in said
        if element in claim.values and claim.event_at <= moment.event and claim.was_known(moment.loaded)
    ]
    if not counted:
        return None
    latest = sorted(counted, key=lambda claim: (claim.source, claim.row))
    latest.sort(key=lambda claim: claim.event_at, reverse=True)
    return min(latest, key=lambda claim: claim.rank_of(element))
