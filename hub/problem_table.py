"""The rows of the table of HTTP errors: domain error class -> problem type. Read by :mod:`hub.problems`."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from catalogue import code_lists, identifiers, lifecycle, resource_code, shape
from connectors.files import errors as file_errors
from hub import database, postgres_binaries, schema
from hub.directory import errors as directory_errors
from hub.exchange import errors as exchange_errors
from hub.identity import errors as identity_errors
from hub.ledger import errors as ledger_errors
from hub.push import errors as push_errors
from hub.push import merge as push_merge
from hub.push import receive as push_receive
from hub.push import store as push_store
from hub.rows import errors as rows_errors
from policies import clocks, exemptions, workdays
from policies.packs import model as pack_model

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One problem type: the slug of its URI, its status, its title in both languages."""

    slug: str
    status: HTTPStatus
    title: str
    title_en: str


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
    file_errors.FileError: ProblemType(
        "file", HTTPStatus.UNPROCESSABLE_ENTITY, "文件无法作为表格读取", "The file cannot be read as a table"
    ),
    file_errors.EmptyFileError: ProblemType(
        "file-empty", HTTPStatus.UNPROCESSABLE_ENTITY, "文件是空的", "The file is empty"
    ),
    file_errors.UnsupportedFileError: ProblemType(
        "file-unsupported", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "不支持的文件类型", "The file type is not supported"
    ),
    file_errors.DamagedFileError: ProblemType(
        "file-damaged", HTTPStatus.UNPROCESSABLE_ENTITY, "文件不完整或已损坏", "The file is damaged"
    ),
    file_errors.InvalidEncodingError: ProblemType(
        "file-encoding", HTTPStatus.UNPROCESSABLE_ENTITY, "文件编码有误", "The file's encoding is not valid"
    ),
    file_errors.AmbiguousEncodingError: ProblemType(
        "file-encoding-ambiguous",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "无法确定文件编码",
        "The file's encoding cannot be told",
    ),
    file_errors.MalformedTextError: ProblemType(
        "file-malformed", HTTPStatus.UNPROCESSABLE_ENTITY, "文本格式有误", "The text is malformed"
    ),
    file_errors.FileLimitError: ProblemType(
        "file-limit", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "文件超过限制", "The file is beyond a limit"
    ),
    file_errors.SheetError: ProblemType(
        "file-sheet", HTTPStatus.UNPROCESSABLE_ENTITY, "工作表有误", "The sheet is not right"
    ),
    file_errors.HeaderError: ProblemType(
        "file-header", HTTPStatus.UNPROCESSABLE_ENTITY, "表头有误", "The header is not right"
    ),
    file_errors.ReadOptionError: ProblemType(
        "file-option", HTTPStatus.UNPROCESSABLE_ENTITY, "读取选项有误", "A reading option is not right"
    ),
    postgres_binaries.DatabaseServerError: ProblemType(
        "database-server", HTTPStatus.SERVICE_UNAVAILABLE, "数据库不可用", "The database is not available"
    ),
    database.DatabaseUnreachableError: ProblemType(
        "database-unreachable", HTTPStatus.SERVICE_UNAVAILABLE, "连接不上数据库", "The database cannot be reached"
    ),
    database.DatabaseUnsuitableError: ProblemType(
        "database-unsuitable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "数据库不符合要求",
        "The database does not meet the requirements",
    ),
    schema.SchemaOutOfDateError: ProblemType(
        "schema-out-of-date",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "数据库结构需要升级",
        "The database schema needs an upgrade",
    ),
    schema.SchemaTooNewError: ProblemType(
        "schema-too-new",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "数据库结构比程序新",
        "The database schema is newer than the program",
    ),
    ledger_errors.LedgerError: ProblemType(
        "ledger", HTTPStatus.INTERNAL_SERVER_ERROR, "日志故障", "The log is not in order"
    ),
    ledger_errors.MerkleRangeError: ProblemType(
        "log-range", HTTPStatus.BAD_REQUEST, "日志范围有误", "No such range of the log"
    ),
    ledger_errors.ReceiptContentError: ProblemType(
        "receipt-content", HTTPStatus.UNPROCESSABLE_ENTITY, "凭证内容不可接受", "The receipt cannot hold this content"
    ),
    ledger_errors.ReceiptNotFoundError: ProblemType(
        "receipt-not-found", HTTPStatus.NOT_FOUND, "没有这份凭证", "No such receipt"
    ),
    ledger_errors.ReceiptPendingError: ProblemType(
        "receipt-pending", HTTPStatus.SERVICE_UNAVAILABLE, "凭证尚未编入日志", "The receipt is not a leaf yet"
    ),
    ledger_errors.ReceiptWriteError: ProblemType(
        "receipt-not-written",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "凭证无法写入，未作答复",
        "The receipt could not be written: nothing was answered",
    ),
    ledger_errors.TileNotFoundError: ProblemType(
        "tile-not-found", HTTPStatus.NOT_FOUND, "日志没有这个部分", "The log has no such part"
    ),
    ledger_errors.ReceiptInvalidError: ProblemType(
        "receipt-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "不是有效的凭证", "Not a valid receipt"
    ),
    ledger_errors.NoteInvalidError: ProblemType(
        "note-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "不是有效的检查点", "Not a valid checkpoint"
    ),
    ledger_errors.UnknownKeyError: ProblemType(
        "unknown-key", HTTPStatus.UNPROCESSABLE_ENTITY, "不认识的签名密钥", "The signing key is not known"
    ),
    rows_errors.RowsError: ProblemType(
        "rows", HTTPStatus.UNPROCESSABLE_ENTITY, "数据读取有误", "The rows cannot be read so"
    ),
    rows_errors.QueryError: ProblemType("query", HTTPStatus.UNPROCESSABLE_ENTITY, "查询有误", "The query is not right"),
    rows_errors.QuerySyntaxError: ProblemType(
        "query-syntax", HTTPStatus.BAD_REQUEST, "查询写法有误", "The query cannot be read"
    ),
    rows_errors.UnknownItemError: ProblemType(
        "unknown-item",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "查询中有不可用的信息项",
        "The query names an item that cannot be used",
    ),
    rows_errors.NotQueryableError: ProblemType(
        "not-queryable",
        HTTPStatus.FORBIDDEN,
        "查询条件使用了不可用的信息项",
        "A condition uses an item that cannot be used",
    ),
    rows_errors.OperandError: ProblemType(
        "operand", HTTPStatus.UNPROCESSABLE_ENTITY, "查询条件的值有误", "A value of the query is not right"
    ),
    rows_errors.QueryTooComplexError: ProblemType(
        "query-too-complex", HTTPStatus.BAD_REQUEST, "查询过于复杂", "The query is too complex"
    ),
    rows_errors.CursorError: ProblemType("cursor", HTTPStatus.BAD_REQUEST, "翻页标记无效", "The cursor is not valid"),
    rows_errors.UnknownVersionError: ProblemType(
        "unknown-version", HTTPStatus.NOT_FOUND, "没有这个数据版本", "No such version of the data"
    ),
    rows_errors.QueryTimeoutError: ProblemType(
        "query-timeout", HTTPStatus.SERVICE_UNAVAILABLE, "查询超时", "The query took too long"
    ),
    rows_errors.SchemaChangeError: ProblemType(
        "schema-change", HTTPStatus.CONFLICT, "信息项变化与已有数据不符", "The items do not fit the stored data"
    ),
    rows_errors.ColumnNameError: ProblemType(
        "column-name", HTTPStatus.UNPROCESSABLE_ENTITY, "信息项列名有误", "An item's column name is not right"
    ),
    rows_errors.RowFilterError: ProblemType(
        "row-filter", HTTPStatus.FORBIDDEN, "授权的行范围无法执行", "The grant's row filter cannot be carried out"
    ),
    rows_errors.PermitMismatchError: ProblemType(
        "permit-mismatch", HTTPStatus.FORBIDDEN, "许可与所读内容不符", "The permit is for something else"
    ),
    push_errors.PushError: ProblemType(
        "push", HTTPStatus.UNPROCESSABLE_ENTITY, "推送未被接受", "The push was not accepted"
    ),
    push_errors.HeaderMismatchError: ProblemType(
        "header-mismatch",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "文件的列与条目的信息项不符",
        "The columns are not the entry's items",
    ),
    push_errors.GateStoppedError: ProblemType(
        "gate-stopped", HTTPStatus.UNPROCESSABLE_ENTITY, "文件在入库前被拦下", "The file was stopped at the gate"
    ),
    push_merge.MergeError: ProblemType("merge", HTTPStatus.CONFLICT, "数据无法合并", "The rows cannot be merged"),
    push_merge.ShrinkError: ProblemType(
        "mass-delete", HTTPStatus.CONFLICT, "大量行将失效，已停止", "Too many rows would be closed"
    ),
    push_merge.DuplicateKeyError: ProblemType("duplicate-key", HTTPStatus.CONFLICT, "主键重复", "Keys repeat"),
    push_merge.NoKeyError: ProblemType("no-key", HTTPStatus.CONFLICT, "没有主键", "There is no key"),
    push_merge.UnstorableRowError: ProblemType(
        "unstorable", HTTPStatus.UNPROCESSABLE_ENTITY, "有数据无法入库", "Some value cannot be stored"
    ),
    push_receive.AllowedModesError: ProblemType(
        "push-mode", HTTPStatus.CONFLICT, "该条目不接受此推送方式", "The entry does not take this mode"
    ),
    push_store.IdempotencyConflictError: ProblemType(
        "idempotency-conflict",
        HTTPStatus.CONFLICT,
        "幂等键已用于其他内容",
        "The idempotency key was used for other content",
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
    exchange_errors.ExchangeError: ProblemType(
        "exchange", HTTPStatus.UNPROCESSABLE_ENTITY, "交换操作有误", "The exchange cannot do this"
    ),
    exchange_errors.RequestNotFoundError: ProblemType(
        "request-not-found", HTTPStatus.NOT_FOUND, "没有这份申请", "No such request"
    ),
    exchange_errors.RequestInvalidError: ProblemType(
        "request-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "申请不完整", "The request is not complete"
    ),
    exchange_errors.LineClosedError: ProblemType(
        "line-closed", HTTPStatus.CONFLICT, "该项不在待答复状态", "The item does not wait for an answer"
    ),
    exchange_errors.ConsentError: ProblemType(
        "consent", HTTPStatus.CONFLICT, "负责人同意不成立", "The consent is not possible"
    ),
    exchange_errors.AnswerNotPossibleError: ProblemType(
        "answer-not-possible",
        HTTPStatus.CONFLICT,
        "不能作出该答复，申请仍在办理",
        "This answer is not possible; the request stays open",
    ),
    exchange_errors.GrantNotFoundError: ProblemType(
        "grant-not-found", HTTPStatus.NOT_FOUND, "没有这份授权", "No such grant"
    ),
    exchange_errors.DeniedError: ProblemType("denied", HTTPStatus.FORBIDDEN, "没有查询资格", "No standing to ask"),
    exchange_errors.RefusedError: ProblemType("refused", HTTPStatus.FORBIDDEN, "依法不予提供", "Refused by law"),
    exchange_errors.PendingError: ProblemType("pending", HTTPStatus.FORBIDDEN, "尚未决定", "Not decided yet"),
    exchange_errors.VerificationError: ProblemType(
        "verification", HTTPStatus.UNPROCESSABLE_ENTITY, "核验请求有误", "The verification is not right"
    ),
    identity_errors.IdentityError: ProblemType(
        "identity", HTTPStatus.BAD_REQUEST, "身份或权限有误", "Identity or rights are not in order"
    ),
    identity_errors.NotFreshError: ProblemType(
        "standing-not-fresh", HTTPStatus.SERVICE_UNAVAILABLE, "暂时无法确认身份状态", "Standing cannot be confirmed now"
    ),
    identity_errors.TokenKeyFileError: ProblemType(
        "token-key-file", HTTPStatus.SERVICE_UNAVAILABLE, "令牌签名密钥不可用", "The token key cannot be used"
    ),
    identity_errors.TokenRequestError: ProblemType(
        "token-request", HTTPStatus.BAD_REQUEST, "令牌请求不符合要求", "The token request is not valid"
    ),
    identity_errors.ClientRefusedError: ProblemType(
        "client-refused", HTTPStatus.UNAUTHORIZED, "系统身份验证未通过", "The system did not prove who it is"
    ),
    identity_errors.TokenRefusedError: ProblemType(
        "token-refused", HTTPStatus.UNAUTHORIZED, "令牌无效", "The access token is not valid"
    ),
    identity_errors.CredentialsNeededError: ProblemType(
        "credentials-needed", HTTPStatus.UNAUTHORIZED, "需要先表明身份", "Credentials are needed"
    ),
    identity_errors.LoginRefusedError: ProblemType(
        "login-refused", HTTPStatus.UNAUTHORIZED, "登录未成功", "The login failed"
    ),
    identity_errors.TooManyAttemptsError: ProblemType(
        "too-many-attempts", HTTPStatus.TOO_MANY_REQUESTS, "尝试登录次数过多", "Too many login attempts"
    ),
    identity_errors.SessionEndedError: ProblemType(
        "session-ended", HTTPStatus.UNAUTHORIZED, "登录已失效", "The session has ended"
    ),
    identity_errors.CsrfError: ProblemType("csrf", HTTPStatus.FORBIDDEN, "页面令牌无效", "The CSRF token is not valid"),
    identity_errors.RoleRequiredError: ProblemType(
        "role-required", HTTPStatus.FORBIDDEN, "没有所需角色", "A role is missing"
    ),
    identity_errors.OtherMemberError: ProblemType(
        "other-member", HTTPStatus.FORBIDDEN, "不是本单位的系统", "Not a system of your member"
    ),
    identity_errors.OwnRightsError: ProblemType(
        "own-rights", HTTPStatus.FORBIDDEN, "不能更改自己的权限", "Nobody changes the own rights"
    ),
    identity_errors.FourEyesError: ProblemType(
        "four-eyes-key", HTTPStatus.CONFLICT, "须由另一人批准", "A second person must approve"
    ),
    identity_errors.NotRegisteredError: ProblemType(
        "not-registered", HTTPStatus.NOT_FOUND, "没有登记", "Not registered"
    ),
    identity_errors.AlreadyRegisteredError: ProblemType(
        "already-registered", HTTPStatus.CONFLICT, "已被登记", "Already registered"
    ),
    identity_errors.WrongStateError: ProblemType(
        "wrong-state", HTTPStatus.CONFLICT, "当前状态不能进行此操作", "The step does not fit the state"
    ),
    identity_errors.InvalidDetailsError: ProblemType(
        "invalid-details", HTTPStatus.UNPROCESSABLE_ENTITY, "登记内容有误", "A registered fact is not acceptable"
    ),
    identity_errors.KeyRefusedError: ProblemType(
        "key-refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "公钥或持有证明不可接受",
        "The key or its proof is not acceptable",
    ),
    identity_errors.TooManyKeysError: ProblemType(
        "too-many-keys", HTTPStatus.CONFLICT, "在用密钥过多", "Too many live keys"
    ),
    identity_errors.RoleConflictError: ProblemType(
        "role-conflict", HTTPStatus.CONFLICT, "角色不得兼任", "Roles must stay apart"
    ),
}
