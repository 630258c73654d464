"""All spans of personal information and secrecy marks in a text, without overlaps: the one door to the detectors.

The surest kinds come first and keep their place; what overlaps them is dropped. Cost is linear in the length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from catalogue.marks import find_secrecy
from catalogue.privacy import addresses, documents, electronic, names, numbers, phones
from catalogue.privacy.kinds import Kind, Span
from catalogue.privacy.plain import half_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FAR: Final = date(2099, 12, 31)
_LINK: Final = re.compile(r"(?:https?://|www\.)[!-~]+")
_PARAMETER: Final = re.compile(r"(?i:phone|mobile|tel|sfzh?|id_?card|card_?no|bank)[a-z_]{0,12}[=/]$")
_WITH_DIGITS: Final = frozenset("0123456789")


def find_spans(text: str, *, today: date | None = None, kinds: frozenset[Kind] | None = None) -> tuple[Span, ...]:
    """Return spans in order of their start; positions are code points of ``text``; spans never overlap.

    Args:
        text: any length.
        today: no birth date in an identity number lies after it; without it dates up to 2099 do.
        kinds: look for these only; None looks for all.

    """
    plain = half_width(text)
    found = _Found()
    latest = today or _FAR
    has_digits = not _WITH_DIGITS.isdisjoint(plain)
    wanted = frozenset(Kind) if kinds is None else kinds
    if Kind.SECRECY_MARK in wanted and "密" in plain:
        found.add(Span(start, end, Kind.SECRECY_MARK) for start, end in find_secrecy(plain))
    found.add(electronic.emails(plain))
    if has_digits:
        found.add(documents.births(plain))
        found.add(documents.documents(plain))
        links = _Links(plain)
        found.add(links.outside(electronic.addresses(plain)))
        found.add(electronic.accounts(plain))
        found.add(links.outside(numbers.numbers(plain, latest)))
        found.add(documents.credit_codes(plain))
        found.add(links.outside(phones.phones(plain)))
    if Kind.ADDRESS in wanted and has_digits:
        found.add(addresses.addresses(plain))
    if Kind.NAME in wanted:
        found.add(names.names(plain))
    return tuple(span for span in found.spans() if span.kind in wanted)


class _Links:
    """Web addresses of a text: numbers of pages in them look like phones and cards, and are neither."""

    def __init__(self, text: str) -> None:
        self._text = text
        has_links = "://" in text or "www." in text
        self._links = [match.span() for match in _LINK.finditer(text)] if has_links else []

    def outside(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans that are in no link, or whose parameter says what they are (``?phone=``)."""
        for span in spans:
            place = bisect_right(self._links, (span.start, len(self._text))) - 1
            inside = place >= 0 and self._links[place][0] < span.start < self._links[place][1]
            if not inside or _PARAMETER.search(self._text, max(0, span.start - 20), span.start):
                yield span


class _Found:
    """Spans kept in buckets, so that looking for an overlap costs little in long texts."""

    _BUCKET: Final = 128

    def __init__(self) -> None:
        self._buckets: dict[int, list[Span]] = {}

    def add(self, spans: Iterable[Span]) -> None:
        """Keep the spans that overlap none kept before."""
        for span in spans:
            places = range(span.start // self._BUCKET, (span.end - 1) // self._BUCKET + 1)
            if not any(span.overlaps(other) for place in places for other in self._buckets.get(place, ())):
                for place in places:
                    self._buckets.setdefault(place, []).append(span)

    def spans(self) -> Iterator[Span]:
        """Yield what was kept, in order, each once."""
        return iter(sorted(set(chain.from_iterable(self._buckets.values()))))
