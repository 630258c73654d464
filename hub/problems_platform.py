"""Problem types of errors of files, pushes, rows, identity, the log, the database."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors import egress, relay, relay_answers, relay_paths
from connectors.files import errors as file_errors
from hub import database, postgres_binaries, schema
from hub.identity import errors as identity_errors
from hub.identity import sealing
from hub.identity.citizens import errors as citizen_errors
from hub.ledger import errors as ledger_errors
from hub.problem_types import ProblemType
from hub.push import errors as push_errors
from hub.push import merge as push_merge
from hub.push import receive as push_receive
from hub.push import store as push_store
from hub.rows import errors as rows_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
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
    file_errors.ArchiveMemberError: ProblemType(
        "file-member", HTTPStatus.UNPROCESSABLE_ENTITY, "压缩包内的文件有误", "A file of the archive is not right"
    ),
    file_errors.RecordsError: ProblemType(
        "file-records", HTTPStatus.UNPROCESSABLE_ENTITY, "JSON 中的记录有误", "The records of the JSON are not right"
    ),
    file_errors.ColumnTypeError: ProblemType(
        "file-column-type", HTTPStatus.UNPROCESSABLE_ENTITY, "列的类型不能成为表格值", "A column's type is no value"
    ),
    file_errors.SheetError: ProblemType(
        "file-sheet", HTTPStatus.UNPROCESSABLE_ENTITY, "工作表有误", "The sheet is not right"
    ),
    file_errors.LayerError: ProblemType(
        "file-layer", HTTPStatus.UNPROCESSABLE_ENTITY, "图层有误", "The layer is not right"
    ),
    file_errors.CoordinateSystemError: ProblemType(
        "coordinate-system",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "坐标系没有写明或不能入库",
        "The coordinate system is not stated, or is not taken",
    ),
    file_errors.OffsetCoordinatesError: ProblemType(
        "offset-coordinates",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "互联网地图的偏移坐标不能入库",
        "Shifted coordinates of web maps are not stored",
    ),
    file_errors.HeaderError: ProblemType(
        "file-header", HTTPStatus.UNPROCESSABLE_ENTITY, "表头有误", "The header is not right"
    ),
    file_errors.ReadOptionError: ProblemType(
        "file-option", HTTPStatus.UNPROCESSABLE_ENTITY, "读取选项有误", "A reading option is not right"
    ),
    egress.EgressRefusedError: ProblemType(
        "egress-refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "平台不访问该地址",
        "The hub does not call this address",
    ),
    egress.EgressUnreachableError: ProblemType(
        "egress-unreachable", HTTPStatus.BAD_GATEWAY, "对方地址无法解析", "The address does not resolve"
    ),
    egress.EgressLimitError: ProblemType(
        "egress-limit", HTTPStatus.BAD_GATEWAY, "对方的回答超过限制", "The other side's answer is beyond a limit"
    ),
    relay.RelayOutageError: ProblemType(
        "relay-outage", HTTPStatus.SERVICE_UNAVAILABLE, "提供方接口没有应答", "The provider's API did not answer"
    ),
    relay_answers.RelayAnswerError: ProblemType(
        "relay-answer", HTTPStatus.BAD_GATEWAY, "提供方接口的返回不符合约定", "The provider's answer is not as agreed"
    ),
    relay_paths.RelayPathError: ProblemType(
        "relay-path", HTTPStatus.BAD_REQUEST, "路径或查询值不可接受", "The path or a key value is not acceptable"
    ),
    relay_paths.RelayTemplateError: ProblemType(
        "relay-template", HTTPStatus.UNPROCESSABLE_ENTITY, "路径模板有误", "The path template is not right"
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
    rows_errors.VersionGoneError: ProblemType(
        "version-gone", HTTPStatus.GONE, "该数据版本已过保存期限", "That version of the data is no longer kept"
    ),
    rows_errors.MomentError: ProblemType(
        "as-of",
        HTTPStatus.BAD_REQUEST,
        "版本号或时间写法不对",
        "Not a version, date or time that held data",
    ),
    rows_errors.FeedRestartedError: ProblemType(
        "feed-restarted",
        HTTPStatus.CONFLICT,
        "可提供的范围已改变，须重新读取全量",
        "What is given has changed: read all again",
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
    rows_errors.NumberKeyNeededError: ProblemType(
        "number-key-needed", HTTPStatus.CONFLICT, "号码密钥仍在使用", "The key of numbers is still needed"
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
    push_errors.CoordinateShiftError: ProblemType(
        "coordinate-shift",
        HTTPStatus.CONFLICT,
        "位置整体偏移，疑为互联网地图坐标",
        "The places moved as web maps shift them",
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
    identity_errors.ProofRefusedError: ProblemType(
        "proof-refused", HTTPStatus.UNAUTHORIZED, "DPoP 证明不成立", "The proof of possession does not hold"
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
    sealing.SealBrokenError: ProblemType(
        "seal-broken",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "加密保存的内容无法解开",
        "What was stored sealed does not open",
    ),
    citizen_errors.CitizenSignInUnavailableError: ProblemType(
        "citizen-sign-in-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "统一身份认证不可用",
        "The unified identity is not available",
    ),
    citizen_errors.CitizenSignInRefusedError: ProblemType(
        "citizen-sign-in-refused", HTTPStatus.UNAUTHORIZED, "登录没有成功", "The sign-in failed"
    ),
    citizen_errors.CitizenSessionNeededError: ProblemType(
        "citizen-session-needed", HTTPStatus.UNAUTHORIZED, "请先以本人身份登录", "Sign in as yourself first"
    ),
    citizen_errors.CitizenCsrfError: ProblemType(
        "citizen-csrf", HTTPStatus.FORBIDDEN, "表单不是从本人页面发出", "The form is not from this session's page"
    ),
}
