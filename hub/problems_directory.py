"""Problem types of errors of the resource directory: its metadata, its search, its harvests."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from catalogue import classes, code_schemes, dictionary_own
from connectors.catalogues.record import CatalogueFormatError
from hub.directory import oversight
from hub.directory.code_lists import keeping as code_list_keeping
from hub.directory.code_lists import reading as code_list_reading
from hub.directory.describing import errors as describing_errors
from hub.directory.dictionary import keeping as dictionary_keeping
from hub.directory.duties import errors as duty_errors
from hub.directory.importing import ImportOverwriteError
from hub.directory.inventory import errors as inventory_errors
from hub.directory.sheets import errors as sheet_errors
from hub.directory.sources import errors as source_errors
from hub.directory.tree import editing as tree_editing
from hub.directory.tree import schemes as tree_schemes
from hub.exchange import entry_changes
from hub.harvest import errors as harvest_errors
from hub.open.ckan import errors as ckan_errors
from hub.open.dcat import errors as dcat_errors
from hub.problem_types import ProblemType
from hub.push.errors import RowsRejectedError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    describing_errors.AnswerError: ProblemType(
        "describing-answer", HTTPStatus.UNPROCESSABLE_ENTITY, "看不懂这个回答", "The answer cannot be understood"
    ),
    describing_errors.DescribingError: ProblemType(
        "describing", HTTPStatus.UNPROCESSABLE_ENTITY, "不能由该表编目", "The table cannot be described"
    ),
    describing_errors.MarkedTableError: ProblemType(
        "describing-marked",
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
        "表中有涉密标志，已停止",
        "Secrecy marks in the table: stopped",
    ),
    describing_errors.MissingAnswersError: ProblemType(
        "describing-unanswered", HTTPStatus.UNPROCESSABLE_ENTITY, "还有问题没有回答", "Questions without an answer"
    ),
    CatalogueFormatError: ProblemType(
        "catalogue-format", HTTPStatus.UNPROCESSABLE_ENTITY, "不是这种目录文件", "No catalogue of this kind"
    ),
    harvest_errors.HarvestError: ProblemType(
        "harvest", HTTPStatus.CONFLICT, "采集不能办理", "The harvest cannot do this"
    ),
    harvest_errors.HarvestDefinitionError: ProblemType(
        "harvest-definition", HTTPStatus.UNPROCESSABLE_ENTITY, "采集来源的登记有误", "The source is not described right"
    ),
    harvest_errors.HarvestReviewError: ProblemType(
        "harvest-review", HTTPStatus.CONFLICT, "采集审核不能办理", "The review cannot be taken"
    ),
    harvest_errors.HarvestRunNotFoundError: ProblemType(
        "harvest-run-not-found", HTTPStatus.NOT_FOUND, "没有该次采集", "No such run of a harvest"
    ),
    harvest_errors.HarvestSourceNotFoundError: ProblemType(
        "harvest-source-not-found", HTTPStatus.NOT_FOUND, "没有该采集来源", "No such source of harvests"
    ),
    harvest_errors.HarvestStateError: ProblemType(
        "harvest-state", HTTPStatus.CONFLICT, "采集的状态不能办理此步", "The step does not fit the state of the harvest"
    ),
    harvest_errors.HarvestStoppedError: ProblemType(
        "harvest-stopped",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "平台正在停止，采集稍后继续",
        "The hub is stopping, the harvest goes on later",
    ),
    ImportOverwriteError: ProblemType(
        "import-overwrites", HTTPStatus.CONFLICT, "该条目已由提供单位编目", "A department has described the entry"
    ),
    RowsRejectedError: ProblemType(
        "rows-rejected", HTTPStatus.UNPROCESSABLE_ENTITY, "有行不符合规则，未入库", "Rows break a rule, none went in"
    ),
    ckan_errors.CkanError: ProblemType(
        "ckan", HTTPStatus.BAD_REQUEST, "CKAN 动作的请求有误", "The call of a CKAN action is not right"
    ),
    ckan_errors.CkanValidationError: ProblemType(
        "ckan-arguments", HTTPStatus.CONFLICT, "CKAN 动作的参数有误", "Arguments of a CKAN action are not right"
    ),
    ckan_errors.CkanNotFoundError: ProblemType(
        "ckan-not-found", HTTPStatus.NOT_FOUND, "没有找到该数据集或资源", "No such dataset or resource"
    ),
    ckan_errors.CkanNotAuthorizedError: ProblemType(
        "ckan-not-authorised", HTTPStatus.FORBIDDEN, "令牌不能办理此操作", "The token may not do this"
    ),
    dcat_errors.FormNotServedError: ProblemType(
        "form-not-served", HTTPStatus.NOT_ACCEPTABLE, "没有所要求的格式", "Not served in an accepted form"
    ),
    dcat_errors.OrganizationUnknownError: ProblemType(
        "organization-unknown", HTTPStatus.NOT_FOUND, "没有该单位", "No such organ"
    ),
    duty_errors.DutyNotFoundError: ProblemType(
        "duty-not-found", HTTPStatus.NOT_FOUND, "没有这项供数责任", "No such supply duty"
    ),
    duty_errors.DutyInvalidError: ProblemType(
        "duty", HTTPStatus.UNPROCESSABLE_ENTITY, "供数责任有误", "The supply duty is not right"
    ),
    inventory_errors.InventoryNotFoundError: ProblemType(
        "inventory-not-found", HTTPStatus.NOT_FOUND, "普查清单中没有这一项", "The inventory has no such resource"
    ),
    inventory_errors.InventoryInvalidError: ProblemType(
        "inventory", HTTPStatus.UNPROCESSABLE_ENTITY, "普查清单有误", "The inventory is not right"
    ),
    oversight.NotOverseenError: ProblemType(
        "unit-not-overseen", HTTPStatus.NOT_FOUND, "没有这个单位或不归本主管部门", "No such unit under this authority"
    ),
    oversight.NotAuthorityError: ProblemType(
        "authority-only", HTTPStatus.FORBIDDEN, "须由共享主管部门办理", "For the data-sharing authority alone"
    ),
    source_errors.SourceDecisionError: ProblemType(
        "source-decision", HTTPStatus.UNPROCESSABLE_ENTITY, "数源确定有误", "The decision on the source is not right"
    ),
    sheet_errors.SheetFormError: ProblemType(
        "sheet-form", HTTPStatus.UNPROCESSABLE_ENTITY, "工作簿不是这种模板", "The workbook is not of this form"
    ),
    sheet_errors.SheetColumnError: ProblemType(
        "sheet-column",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "没有这一列或不能批量修改",
        "No such column, or not for bulk edit",
    ),
    classes.ClassTreeError: ProblemType(
        "class-change",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "分类的改动不成立",
        "The change of the classification is not possible",
    ),
    code_schemes.CodeSchemeError: ProblemType(
        "code-scheme", HTTPStatus.UNPROCESSABLE_ENTITY, "编码方案有误", "The code scheme is not right"
    ),
    dictionary_own.OwnElementError: ProblemType(
        "own-element", HTTPStatus.UNPROCESSABLE_ENTITY, "数据元有误", "The data element is not right"
    ),
    tree_editing.TreeVersionNotFoundError: ProblemType(
        "class-version-not-found", HTTPStatus.NOT_FOUND, "没有这一版分类", "No such version of the classification"
    ),
    tree_editing.TreeStateError: ProblemType(
        "class-version-state",
        HTTPStatus.CONFLICT,
        "分类的这一版不能办理此步",
        "The version of the classes cannot do this",
    ),
    tree_editing.CityAuthorityError: ProblemType(
        "city-authority-only", HTTPStatus.FORBIDDEN, "须由市级主管部门办理", "For the city's data authority alone"
    ),
    tree_schemes.SchemeStateError: ProblemType(
        "code-scheme-state", HTTPStatus.CONFLICT, "编码方案不能办理此步", "The code scheme cannot do this"
    ),
    dictionary_keeping.ElementUnknownError: ProblemType(
        "element-not-found", HTTPStatus.NOT_FOUND, "没有这个数据元", "No such data element"
    ),
    dictionary_keeping.ElementStateError: ProblemType(
        "element-state", HTTPStatus.CONFLICT, "数据元不能办理此步", "The data element cannot do this"
    ),
    code_list_reading.CodeListUnknownError: ProblemType(
        "code-list-unknown", HTTPStatus.NOT_FOUND, "没有这张代码表或这个版本", "No such code list or version"
    ),
    code_list_keeping.CodeListInvalidError: ProblemType(
        "code-list-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "代码表有误", "The code list is not right"
    ),
    code_list_keeping.CodeListStateError: ProblemType(
        "code-list-state", HTTPStatus.CONFLICT, "代码表不能办理此步", "The code list cannot do this"
    ),
    entry_changes.ChangeNoticeError: ProblemType(
        "change-notice", HTTPStatus.CONFLICT, "没有需要通知的收窄", "Nothing to give notice of"
    ),
}
