"""Problem types of divisions through time, their boundaries, and parcels."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from catalogue import divisions_lists, divisions_model, divisions_rebase
from hub.problem_types import ProblemType
from hub.registers.divisions import errors, loading
from hub.registers.features import errors as feature_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    divisions_model.DivisionError: ProblemType(
        "division", HTTPStatus.UNPROCESSABLE_ENTITY, "行政区划的操作不成立", "Divisions cannot do this"
    ),
    divisions_model.DivisionNotFoundError: ProblemType(
        "division-not-found", HTTPStatus.NOT_FOUND, "没有这个行政区划", "No such division on this day"
    ),
    divisions_lists.DivisionListError: ProblemType(
        "division-list",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "行政区划清单有误",
        "The list of divisions is not in order",
    ),
    loading.DivisionLoadError: ProblemType(
        "division-load", HTTPStatus.UNPROCESSABLE_ENTITY, "没有这份区划清单", "No such list of divisions"
    ),
    divisions_rebase.RebaseError: ProblemType(
        "rebase", HTTPStatus.UNPROCESSABLE_ENTITY, "数列不能换算到该年份", "The series cannot be brought to this year"
    ),
    errors.BoundaryError: ProblemType(
        "boundary", HTTPStatus.UNPROCESSABLE_ENTITY, "界线文件有误", "The boundaries are not in order"
    ),
    errors.OffsetBoundaryError: ProblemType(
        "offset-boundary",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "界线是偏移坐标",
        "The boundaries are in a shifted system of web maps",
    ),
    errors.BoundaryNotFoundError: ProblemType(
        "boundary-not-found", HTTPStatus.NOT_FOUND, "没有该日的界线", "No boundary on this day"
    ),
    errors.MapNotReviewedError: ProblemType(
        "map-not-reviewed", HTTPStatus.FORBIDDEN, "没有审图号的地图不公开", "A map without review number"
    ),
    feature_errors.FeatureQueryError: ProblemType(
        "feature-query",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "自然资源单元的查询不成立",
        "This question about parcels cannot be answered",
    ),
    feature_errors.ZoneError: ProblemType(
        "coordinate-zone", HTTPStatus.UNPROCESSABLE_ENTITY, "坐标与分带不符", "The coordinates do not fit the zone"
    ),
}
