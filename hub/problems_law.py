"""Problem types of errors of the law, the directory, and what is written in it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from catalogue import code_lists, identifiers, lifecycle, resource_code, shape
from hub.directory import errors as directory_errors
from hub.directory.privacy import errors as privacy_errors
from hub.problem_types import ProblemType
from policies import case_numbers, clocks, exemptions, hours, workdays
from policies.packs import model as pack_model

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    pack_model.PackError: ProblemType(
        "pack", HTTPStatus.INTERNAL_SERVER_ERROR, "法规包有误", "The regulation pack is not in order"
    ),
    workdays.CalendarMissingError: ProblemType(
        "calendar-missing",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "缺少该年度的工作日历",
        "The working-day calendar of the year is missing",
    ),
    workdays.HolidayListError: ProblemType(
        "holiday-list", HTTPStatus.UNPROCESSABLE_ENTITY, "节假日名单有误", "The holiday list is not in order"
    ),
    exemptions.RefusalNotPossibleError: ProblemType(
        "refusal-not-possible", HTTPStatus.CONFLICT, "不能作出该不予提供的答复", "This refusal is not possible"
    ),
    clocks.ClockError: ProblemType("clock", HTTPStatus.CONFLICT, "时限操作不成立", "The clock cannot do this"),
    shape.ShapeError: ProblemType(
        "entry-shape", HTTPStatus.UNPROCESSABLE_ENTITY, "内容的写法不符合格式", "The content has the wrong shape"
    ),
    lifecycle.LifecycleError: ProblemType(
        "lifecycle", HTTPStatus.CONFLICT, "当前不能办理这一步", "This step cannot be taken now"
    ),
    resource_code.ResourceCodeError: ProblemType(
        "resource-code",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "分类或资源代码有误",
        "The class or resource code is not right",
    ),
    code_lists.CodeListNotFoundError: ProblemType(
        "code-list-not-found", HTTPStatus.UNPROCESSABLE_ENTITY, "没有这个代码表", "No such code list"
    ),
    identifiers.UnknownCheckError: ProblemType(
        "unknown-check", HTTPStatus.UNPROCESSABLE_ENTITY, "没有这个校验规则", "No such validator"
    ),
    directory_errors.DirectoryError: ProblemType(
        "directory", HTTPStatus.UNPROCESSABLE_ENTITY, "目录操作有误", "The directory cannot do this"
    ),
    directory_errors.EntryNotFoundError: ProblemType(
        "entry-not-found", HTTPStatus.NOT_FOUND, "目录中没有该条目", "The directory has no such entry"
    ),
    directory_errors.NotYourEntryError: ProblemType(
        "not-your-entry", HTTPStatus.FORBIDDEN, "不是本单位的条目", "Not an entry of your organ"
    ),
    directory_errors.EntryInvalidError: ProblemType(
        "entry-invalid",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "条目不符合编目规则",
        "The entry breaks the rules of the directory",
    ),
    directory_errors.EntryFormError: ProblemType(
        "entry-form", HTTPStatus.UNPROCESSABLE_ENTITY, "条目的格式有误", "The entry's JSON has the wrong shape"
    ),
    directory_errors.EntryStateError: ProblemType(
        "entry-state", HTTPStatus.CONFLICT, "当前不能办理这一步", "This step cannot be taken now"
    ),
    directory_errors.ExemptionError: ProblemType(
        "exemption", HTTPStatus.UNPROCESSABLE_ENTITY, "豁免记录有误", "The exemption record is not right"
    ),
    directory_errors.ExemptionNotFoundError: ProblemType(
        "exemption-not-found", HTTPStatus.NOT_FOUND, "没有这条豁免记录", "No such exemption record"
    ),
    privacy_errors.PrivacyFindingNotFoundError: ProblemType(
        "privacy-finding-not-found", HTTPStatus.NOT_FOUND, "没有这条个人信息发现记录", "No such privacy finding"
    ),
    privacy_errors.PrivacyDecisionError: ProblemType(
        "privacy-decision", HTTPStatus.CONFLICT, "该发现记录不能这样办理", "The finding does not stand for this act"
    ),
    privacy_errors.PrivacyHoldError: ProblemType(
        "privacy-hold", HTTPStatus.CONFLICT, "目录文字含未审定的个人信息", "The description holds personal information"
    ),
    directory_errors.ExemptionStateError: ProblemType(
        "exemption-state", HTTPStatus.CONFLICT, "豁免记录当前不能这样办理", "The record does not stand for this step"
    ),
    directory_errors.AssessmentRequiredError: ProblemType(
        "assessment-required", HTTPStatus.CONFLICT, "没有有效的影响评估", "No impact assessment is in force"
    ),
    case_numbers.CasePatternError: ProblemType(
        "case-pattern", HTTPStatus.UNPROCESSABLE_ENTITY, "办件编号格式有误", "The pattern of case numbers is not right"
    ),
    hours.HoursError: ProblemType(
        "hours", HTTPStatus.UNPROCESSABLE_ENTITY, "使用时段写法有误", "The hours of use are not written right"
    ),
}
