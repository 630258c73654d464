"""Problem types of the macro-economy: questions about indicators, mappings, feeds, conflicts of figures."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from catalogue.indicators import IndicatorDefinitionError
from catalogue.indicators_derived import NotDerivableError
from catalogue.indicators_mapping import MappingError
from catalogue.indicators_periods import PeriodError
from catalogue.indicators_units import UnitError
from hub.problem_types import ProblemType
from hub.registers.macro import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    errors.MacroOffError: ProblemType(
        "macro-economy-off", HTTPStatus.NOT_FOUND, "没有启用宏观经济数据库", "No macro-economy database"
    ),
    errors.IndicatorNotFoundError: ProblemType(
        "indicator-not-found", HTTPStatus.NOT_FOUND, "没有这个指标", "No such indicator"
    ),
    errors.IndicatorQuestionError: ProblemType(
        "indicator-question",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "指标查询参数有误",
        "The question about figures is not right",
    ),
    PeriodError: ProblemType("period", HTTPStatus.UNPROCESSABLE_ENTITY, "不能识别的时期", "No period can be read"),
    UnitError: ProblemType(
        "measuring-unit", HTTPStatus.UNPROCESSABLE_ENTITY, "计量单位不能这样用", "The unit cannot be used so"
    ),
    NotDerivableError: ProblemType(
        "not-derivable",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "不能由已公布数据推算",
        "It does not follow from what is published",
    ),
    IndicatorDefinitionError: ProblemType(
        "indicator-definition",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "指标说明不完整",
        "The indicator is not described in full",
    ),
    MappingError: ProblemType(
        "indicator-mapping", HTTPStatus.UNPROCESSABLE_ENTITY, "指标映射有误", "The mapping of figures is not right"
    ),
    errors.FeedSourceError: ProblemType(
        "indicator-feed", HTTPStatus.CONFLICT, "该资源不能供给指标数据", "The resource cannot feed the indicators"
    ),
    errors.FigureConflictNotFoundError: ProblemType(
        "figure-conflict-not-found", HTTPStatus.NOT_FOUND, "没有这条数据冲突", "No such conflict of figures"
    ),
    errors.LoadFileError: ProblemType(
        "indicator-file", HTTPStatus.UNPROCESSABLE_ENTITY, "指标文件不能读取", "The file of figures cannot be read"
    ),
}
