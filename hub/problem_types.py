"""What a problem type is (RFC 9457): the slug of its URI, its status, its title in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from http import HTTPStatus

CHECKSUM_MISMATCH: Final = 460
"""Status that the protocol tus 1.0 gives a piece whose checksum does not fit; no number of the IANA register."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One problem type: the slug of its URI, its status, its title in both languages."""

    slug: str
    status: HTTPStatus | int
    title: str
    title_en: str
