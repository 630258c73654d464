"""The table of HTTP errors: domain error class -> problem type, joined from its parts. Read by :mod:`hub.problems`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import (
    problems_addresses,
    problems_directory,
    problems_divisions,
    problems_exchange,
    problems_indicators,
    problems_law,
    problems_legal_persons,
    problems_platform,
    problems_pulls,
    problems_push,
    problems_registers,
    problems_statistics,
)
from hub.problem_types import ProblemType

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PROBLEMS", "ProblemType"]

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    **problems_law.PROBLEMS,
    **problems_legal_persons.PROBLEMS,
    **problems_exchange.PROBLEMS,
    **problems_indicators.PROBLEMS,
    **problems_platform.PROBLEMS,
    **problems_push.PROBLEMS,
    **problems_statistics.PROBLEMS,
    **problems_pulls.PROBLEMS,
    **problems_directory.PROBLEMS,
    **problems_registers.PROBLEMS,
    **problems_divisions.PROBLEMS,
    **problems_addresses.PROBLEMS,
}
