"""Problem types of errors of sources and of scheduled pulls."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors import sources
from hub.problem_types import ProblemType
from hub.pulls import errors as pull_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    sources.SourceError: ProblemType(
        "source", HTTPStatus.UNPROCESSABLE_ENTITY, "数据源不能读取", "The source cannot be read"
    ),
    sources.SourceAddressError: ProblemType(
        "source-address", HTTPStatus.UNPROCESSABLE_ENTITY, "数据源地址有误", "The address of the source is not right"
    ),
    sources.SourceDriverError: ProblemType(
        "source-driver", HTTPStatus.UNPROCESSABLE_ENTITY, "没有该数据库的驱动", "No driver for this database"
    ),
    sources.SourceUnreachableError: ProblemType(
        "source-unreachable", HTTPStatus.BAD_GATEWAY, "连接不上数据源", "The source cannot be reached"
    ),
    sources.SourceLostError: ProblemType(
        "source-lost", HTTPStatus.BAD_GATEWAY, "数据源中途断开", "The source went away in the middle"
    ),
    sources.SourceDeniedError: ProblemType(
        "source-denied", HTTPStatus.UNPROCESSABLE_ENTITY, "数据源不允许访问", "The source refuses access"
    ),
    sources.SourceQueryError: ProblemType(
        "source-query", HTTPStatus.UNPROCESSABLE_ENTITY, "数据源不能执行查询", "The source cannot run the query"
    ),
    sources.SourceColumnError: ProblemType(
        "source-column", HTTPStatus.UNPROCESSABLE_ENTITY, "数据源的列不可用", "Columns of the source cannot be used"
    ),
    sources.SourceTextError: ProblemType(
        "source-text",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "数据源的文本编码有误",
        "The text of the source is not as stated",
    ),
    sources.SourceLimitError: ProblemType(
        "source-limit", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "数据源超过上限", "The source is beyond a limit"
    ),
    pull_errors.PullError: ProblemType("pull", HTTPStatus.CONFLICT, "拉取不能办理", "The pull cannot do this"),
    pull_errors.PullNotFoundError: ProblemType("pull-not-found", HTTPStatus.NOT_FOUND, "没有该拉取", "No such pull"),
    pull_errors.PullDefinitionError: ProblemType(
        "pull-definition", HTTPStatus.UNPROCESSABLE_ENTITY, "拉取的设置有误", "The pull is not described right"
    ),
    pull_errors.PullExistsError: ProblemType(
        "pull-exists", HTTPStatus.CONFLICT, "该条目已有拉取", "The entry is pulled already"
    ),
    pull_errors.PullStateError: ProblemType(
        "pull-state", HTTPStatus.CONFLICT, "拉取的状态不能办理此步", "The step does not fit the state of the pull"
    ),
    pull_errors.PullStoppedError: ProblemType(
        "pull-stopped", HTTPStatus.SERVICE_UNAVAILABLE, "平台正在停止", "The hub is stopping"
    ),
}
