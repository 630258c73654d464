"""Problem types of statistics by division."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.problem_types import ProblemType
from hub.registers.statistics import errors
from policies.disclosure_cube import UnprotectableError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    errors.StatisticsError: ProblemType(
        "statistics", HTTPStatus.CONFLICT, "分区统计不能办理", "Statistics by division cannot do this"
    ),
    errors.StatisticsQuestionError: ProblemType(
        "statistics-question",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "分区统计没有这样的表",
        "No such table of statistics by division",
    ),
    errors.StatisticsNotReleasedError: ProblemType(
        "statistics-not-released", HTTPStatus.NOT_FOUND, "该时段的分区统计尚未发布", "No statistics of this period yet"
    ),
    errors.StatisticsPeriodError: ProblemType(
        "statistics-period", HTTPStatus.CONFLICT, "该时段的统计不能发布", "This period cannot be released"
    ),
    errors.StatisticsSizeError: ProblemType(
        "statistics-size", HTTPStatus.CONFLICT, "户籍区划过多，请先核对", "Too many divisions of registration"
    ),
    UnprotectableError: ProblemType(
        "statistics-unprotectable",
        HTTPStatus.CONFLICT,
        "人数过少，不能发布统计",
        "Too few persons for statistics that tell of nobody",
    ),
}
