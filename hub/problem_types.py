"""What a problem type is (RFC 9457): the slug of its URI, its status, its title in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One problem type: the slug of its URI, its status, its title in both languages."""

    slug: str
    status: HTTPStatus
    title: str
    title_en: str
