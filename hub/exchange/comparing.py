"""What a verification answers: claims against one stored record, item by item, never a stored value.

Identity first: when a claimed name or number does not match, the other claims are not answered, so that nobody
learns about a person by trying names (个人信息保护法 Art. 6). Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalogue.matching import MatchResult, compare
from hub.exchange.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from catalogue.item import Item
    from hub.exchange.standing import Standing

IDENTITY_MASKS = frozenset({"name", "citizen_id"})
IDENTITY_CHECKS = frozenset({"citizen_id", "organisation_code"})


def known_items(standing: Standing, key: Collection[str], claims: Collection[str]) -> dict[str, Item]:
    """Return the items of the question by column.

    Raises:
        VerificationError: the same item finds the record and is compared.
    """
    table = standing.resource.table.by_column
    # Unknown and ungranted columns read the same: the decision answers both as outside the grant.
    items = {column: table[column] for column in (*key, *claims) if column in table}
    if set(key) & set(claims):
        raise VerificationError(
            "同一信息项不能既用于定位又用于核验",
            "an item cannot both find the record and be compared",
            next_zh="请从 claims 中去掉用于定位的信息项",
            next_en="leave the key out of the claims",
        )
    return items


def is_identity(item: Item) -> bool:
    """Whether an item says who somebody is: a name, an identity number, an organisation code."""
    return item.masking in IDENTITY_MASKS or item.check in IDENTITY_CHECKS


def compared(
    items: Mapping[str, Item], claims: Mapping[str, str], stored: Mapping[str, Any] | None, *, is_ambiguous: bool
) -> tuple[MatchResult, dict[str, MatchResult]]:
    """Return the overall result and, where the identity matches, the result of each claim."""
    if stored is None:
        return (MatchResult.CANNOT_VERIFY if is_ambiguous else MatchResult.NOT_FOUND), {}
    results = {column: compare(items[column], stored[column], claimed) for column, claimed in claims.items()}
    identity = [result for column, result in results.items() if is_identity(items[column])]
    if MatchResult.MISMATCH in identity:
        return MatchResult.MISMATCH, {}
    if MatchResult.CANNOT_VERIFY in identity:
        return MatchResult.CANNOT_VERIFY, {}
    if all(result is MatchResult.MATCH for result in results.values()):
        return MatchResult.MATCH, results
    if MatchResult.MISMATCH in results.values():
        return MatchResult.MISMATCH, results
    return MatchResult.CANNOT_VERIFY, results
