"""Problem types of the register of legal persons and of the links between the registers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.problem_types import ProblemType
from hub.registers.legal_persons import errors, names
from hub.registers.linking import grading

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    errors.BodyNotFoundError: ProblemType("body-not-found", HTTPStatus.NOT_FOUND, "没有这个单位", "No such body"),
    errors.SearchLimitError: ProblemType(
        "body-search-limit", HTTPStatus.TOO_MANY_REQUESTS, "名称查询超过限度", "The search goes beyond its limits"
    ),
    errors.UnansweredQuestionError: ProblemType(
        "body-question-unanswered",
        HTTPStatus.CONFLICT,
        "法人库条目未提供该信息项",
        "The register's entry has no such item",
    ),
    names.NameTooShortError: ProblemType(
        "body-name-too-short", HTTPStatus.UNPROCESSABLE_ENTITY, "名称过短", "The name is too short to search by"
    ),
    grading.JoinGradeError: ProblemType(
        "join-grade", HTTPStatus.FORBIDDEN, "关联后的数据分级高于条目", "The join is graded above the entry"
    ),
    grading.LinkNotToldError: ProblemType(
        "link-not-told", HTTPStatus.FORBIDDEN, "该关联关系不予列出", "The link is not told in this way"
    ),
}
