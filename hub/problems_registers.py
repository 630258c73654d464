"""Problem types of keeping the registers: sources, conflicts, subjects."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.problem_types import ProblemType
from hub.registers import errors, feeding, following

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    errors.RegisterError: ProblemType(
        "register", HTTPStatus.UNPROCESSABLE_ENTITY, "基础数据库的请求有误", "The register cannot do this"
    ),
    errors.RegisterNotFoundError: ProblemType(
        "register-not-found", HTTPStatus.NOT_FOUND, "没有这个基础数据库", "There is no such register"
    ),
    errors.RegisterOffError: ProblemType(
        "register-off", HTTPStatus.CONFLICT, "该基础数据库未启用", "The register is switched off"
    ),
    errors.SourceInvalidError: ProblemType(
        "register-source-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "来源的映射有误", "The mapping does not fit"
    ),
    errors.SourceNotFoundError: ProblemType(
        "register-source-not-found", HTTPStatus.NOT_FOUND, "没有这个来源", "There is no such source"
    ),
    errors.ConflictNotFoundError: ProblemType(
        "register-conflict-not-found", HTTPStatus.NOT_FOUND, "没有这条不一致记录", "There is no such conflict"
    ),
    errors.ConflictStateError: ProblemType(
        "register-conflict-state", HTTPStatus.CONFLICT, "不一致记录不能这样处理", "The conflict is in another state"
    ),
    errors.SubjectNotFoundError: ProblemType(
        "register-subject-not-found", HTTPStatus.NOT_FOUND, "该库中没有这个对象", "The register holds no such subject"
    ),
    feeding.FeedingError: ProblemType(
        "register-feeding", HTTPStatus.CONFLICT, "来源的映射已不适用", "The mapping of a source no longer fits"
    ),
    following.FeedPlaceError: ProblemType(
        "register-feed-place", HTTPStatus.UNPROCESSABLE_ENTITY, "变更订阅不能这样读取", "The feed cannot be read so"
    ),
}
