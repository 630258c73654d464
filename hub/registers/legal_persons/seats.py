"""The seat of a body as a standard address: which text is matched, what came of it, and what of that may be told.

The link is kept as address id and original text (base databases, section 6). Nothing is told that the public could not
get by asking the matcher with the text it is given: an individual business is matched by what stands before its door,
and an address that is not public now is told to nobody. 市场主体登记管理条例 第八条、第十一条; 地名管理条例 Art. 21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from catalogue.addresses import OPEN_LEVEL, Level, Outcome
from catalogue.basic.legal_persons_kinds import BodyKind, kind_of
from catalogue.basic.legal_persons_public import MASKED, public_address
from hub.registers.addresses import reading_store
from hub.registers.errors import RegisterOffError
from hub.registers.legal_persons import seats_store
from hub.registers.legal_persons.seats_store import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.addresses import AddressMatch
    from hub.context import Context
    from hub.database import Unit
    from hub.registers.addresses.matching import AddressBook
    from hub.registers.addresses.reading_store import Hidden, Stored
    from hub.registers.legal_persons.seats_store import Seat

SEAT: Final = "L011"
CODE: Final = "L001"
WAITING, OFF = "waiting", "off"
UNKNOWN, UNSURE, ELSEWHERE, TOO_LONG, AMBIGUOUS = "unknown", "unsure", "elsewhere", "too_long", "ambiguous"

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    AMBIGUOUS: ("有几个同样符合的地址，不作推断", "several addresses fit equally well; none is guessed"),
    UNKNOWN: ("地址登记中没有文中的地名", "the register of addresses knows no name in the text"),
    UNSURE: ("得分低于下限，不作推断", "the score is below the least one; nothing is guessed"),
    ELSEWHERE: (
        "文中写明的区划不在地址登记中，不作推断",
        "the text names a division that the register of addresses has not; nothing is guessed",
    ),
    TOO_LONG: ("文字过长，未作匹配", "the text is too long to be matched"),
    WAITING: ("尚未匹配，或者正在重新匹配", "not matched yet, or being matched anew"),
    OFF: ("本市未启用自然资源和空间地理基础库", "the city has not switched the database of geography on"),
}
"""Why no address is named, in Chinese and English."""

_OTHER_CITY: Final = re.compile("市(?!场)|县|旗|自治")
_OTHER_COUNTY: Final = re.compile("市(?!场)|县|旗|自治|区(?!域)")


def is_street_only(code: str) -> bool:
    """Whether a body is told without its door: the place of an individual business may be a home."""
    return kind_of(code) is BodyKind.INDIVIDUAL_BUSINESS


def matched_text(text: str, *, street_only: bool) -> str:
    """Return the part of an address that is public, by which it is matched."""
    if not street_only:
        return text
    return public_address(text, BodyKind.INDIVIDUAL_BUSINESS).removesuffix(MASKED)


def verdict_of(match: AddressMatch) -> Verdict:
    """Return what is kept of a match; one that only passes over a city or county it does not know is none."""
    if match.outcome is Outcome.AMBIGUOUS:
        return Verdict(match.outcome.value, AMBIGUOUS, equals=match.equals)
    if match.outcome is not Outcome.MATCHED or match.level is None or match.id is None:
        return Verdict(Outcome.NO_MATCH.value, UNSURE if match.score else UNKNOWN, score=match.score)
    if _is_elsewhere(match):
        return Verdict(Outcome.NO_MATCH.value, ELSEWHERE, score=match.score)
    return Verdict(
        match.outcome.value,
        None,
        match.id,
        int(match.level),
        match.score,
        match.equals,
        match.relation.value if match.relation is not None else None,
        tuple(dict.fromkeys((*(piece.place for piece in match.pieces), match.id))),
    )


def _is_elsewhere(match: AddressMatch) -> bool:
    """Whether a street or door was found in a county the text does not name, past the name of another division.

    A register that holds one city must not find 开封市鼓楼区花园路12号 in its own 花园路.
    """
    levels = {piece.level for piece in match.pieces}
    if match.level is None or match.level <= Level.COUNTY or Level.COUNTY in levels:
        return False
    other = _OTHER_CITY if Level.CITY in levels else _OTHER_COUNTY
    return other.search(match.unread) is not None


def told(
    context: Context, unit: Unit, book: AddressBook, bodies: Mapping[int, Mapping[str, str]]
) -> dict[int, dict[str, Any]]:
    """Return the seats of bodies (values by subject) for readers who are given their L011 in full; JSON data.

    A body without a registered address has none. What was matched from another text than stands now, what rests on an
    address or a name that is not public now, and what is not matched yet are told alike: as waiting.
    """
    wanted = [subject for subject, values in bodies.items() if SEAT in values]
    if not wanted:
        return {}
    try:
        hidden = book.hidden_from_public(context, unit)
    except RegisterOffError:
        return {one: _untold(bodies[one], OFF) for one in wanted}
    found = seats_store.seats(unit, wanted)
    standing = {one.subject: one for one in found if _stands(one, bodies[one.subject])}
    shown = _shown(unit, standing, hidden)
    return {
        one: _line(bodies[one], standing[one], shown) if one in standing else _untold(bodies[one], WAITING)
        for one in wanted
    }


def _stands(seat: Seat, values: Mapping[str, str]) -> bool:
    """Whether a seat was matched from what the register says of the body now."""
    is_same = seat.text == values[SEAT] and seat.is_street_only == is_street_only(values.get(CODE, ""))
    return is_same and seat.verdict.outcome != WAITING


def _shown(unit: Unit, standing: dict[int, Seat], hidden: Hidden) -> Mapping[str, Stored]:
    """Return the addresses that are public now; seats that rest on something that is not leave ``standing``."""
    ids = {one.verdict.address for one in standing.values() if one.verdict.address is not None}
    addresses = {
        number: one
        for number, one in reading_store.by_ids(unit, sorted(ids), hidden).items()
        if one.valid_to is None and one.level <= OPEN_LEVEL
    }
    # What was hidden since a seat was matched may have led to it, or have made it ambiguous.
    doubtful = [one for one in standing.values() if not set(hidden.loads) <= one.hidden]
    names = {name for one in doubtful for name in one.verdict.rests_on or ()}
    whole = reading_store.whole(unit, sorted(names), hidden) if names else frozenset()
    for one in doubtful:
        if one.verdict.address is None or not whole.issuperset(one.verdict.rests_on or ()):
            del standing[one.subject]
    for one in list(standing.values()):
        if one.verdict.address is not None and one.verdict.address not in addresses:
            del standing[one.subject]
    return addresses


def _line(values: Mapping[str, str], seat: Seat, shown: Mapping[str, Stored]) -> dict[str, Any]:
    verdict = seat.verdict
    line = _untold(values, verdict.reason or WAITING) | {"outcome": verdict.outcome}
    line |= {"matched_at": seat.matched_at, "address_load": seat.load}
    if verdict.address is None:
        return line
    address = shown[verdict.address]
    line |= {"reason": None, "reason_en": None}
    line["address"] = {
        "id": address.id,
        "level": address.level.word,
        "score": verdict.score,
        "text": address.full_text,
        "equals": verdict.equals or 0,
        "relation": verdict.relation,
    }
    return line


def _untold(values: Mapping[str, str], reason: str) -> dict[str, Any]:
    kind = kind_of(values.get(CODE, ""))
    zh, en = REASONS[reason]
    return {
        "text": public_address(values[SEAT], kind),
        "outcome": reason,
        "reason": zh,
        "reason_en": en,
        "matched_at": None,
        "address_load": None,
        "address": None,
    }
