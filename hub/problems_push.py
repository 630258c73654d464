"""Problem types of pushes beyond the file itself: mended and waiting rows, uploads, mappings, rules, versions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.identity.sealed_files import SealedFileBrokenError
from hub.problem_types import CHECKSUM_MISMATCH, ProblemType
from hub.push.loop import errors
from hub.push.mappings import errors as mapping_errors
from hub.push.rule_sets import errors as rule_set_errors
from hub.push.spool import SpooledFileGoneError
from hub.push.uploads import errors as upload_errors
from hub.push.versions import errors as version_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    errors.ResumeFileError: ProblemType(
        "resume-file",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "不是这次推送的退回行工作簿",
        "Not the workbook of this push's rejected rows",
    ),
    errors.ResumeLineError: ProblemType(
        "resume-line", HTTPStatus.UNPROCESSABLE_ENTITY, "原行号对不上", "Original lines do not fit"
    ),
    errors.ResumeOvertakenError: ProblemType(
        "resume-overtaken", HTTPStatus.CONFLICT, "这些行已被后来的推送改动", "A later push has changed these rows"
    ),
    errors.NothingHeldError: ProblemType(
        "nothing-held", HTTPStatus.NOT_FOUND, "没有可改的退回行", "No rejected rows to mend"
    ),
    errors.HeldRowError: ProblemType(
        "held-row", HTTPStatus.UNPROCESSABLE_ENTITY, "退回行不能这样改", "The rejected row cannot be mended so"
    ),
    errors.NotWaitingError: ProblemType(
        "push-not-waiting", HTTPStatus.CONFLICT, "这次推送现在不能这样处理", "The push cannot be dealt with so now"
    ),
    errors.FourEyesError: ProblemType(
        "push-four-eyes", HTTPStatus.FORBIDDEN, "推送人不能放行自己的推送", "Who pushed cannot release the push"
    ),
    errors.CannotWaitError: ProblemType(
        "push-cannot-wait", HTTPStatus.CONFLICT, "这里不能存放待放行的推送", "A push cannot wait here"
    ),
    version_errors.NothingToRestoreError: ProblemType(
        "nothing-to-restore", HTTPStatus.CONFLICT, "当前已是该版本", "That version is the one that stands"
    ),
    version_errors.VersionActError: ProblemType(
        "version-act", HTTPStatus.CONFLICT, "恢复申请不能这样处理", "The proposal to go back cannot be dealt with so"
    ),
    version_errors.SamePersonError: ProblemType(
        "second-person", HTTPStatus.FORBIDDEN, "须由另一人放行", "Another person has to release it"
    ),
    version_errors.ErasureError: ProblemType(
        "erasure", HTTPStatus.UNPROCESSABLE_ENTITY, "删除的依据或对象不完整", "The erasure is not stated in full"
    ),
    version_errors.RowUnknownError: ProblemType("unknown-row", HTTPStatus.NOT_FOUND, "没有这一行", "No such row"),
    SealedFileBrokenError: ProblemType(
        "sealed-file-broken",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "加密保存的文件无法解开",
        "A file kept encrypted does not open",
    ),
    SpooledFileGoneError: ProblemType(
        "spooled-file-gone", HTTPStatus.GONE, "文件原文已清除", "The file is no longer held"
    ),
    upload_errors.UploadError: ProblemType("upload", HTTPStatus.CONFLICT, "续传不能办理", "The upload cannot do this"),
    upload_errors.UploadNotFoundError: ProblemType(
        "upload-not-found", HTTPStatus.NOT_FOUND, "没有这个上传", "No such upload"
    ),
    upload_errors.UploadOffsetError: ProblemType(
        "upload-offset", HTTPStatus.CONFLICT, "续传起始位置不对", "The offset is not right"
    ),
    upload_errors.UploadBusyError: ProblemType(
        "upload-busy", HTTPStatus.LOCKED, "上传正在办理", "The upload is being worked on"
    ),
    upload_errors.UploadTooLargeError: ProblemType(
        "upload-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "上传的文件过大", "The upload is too large"
    ),
    upload_errors.UploadQuotaError: ProblemType(
        "upload-quota", HTTPStatus.TOO_MANY_REQUESTS, "未办结的上传已达限额", "The quota of open uploads is used up"
    ),
    upload_errors.UploadRequestError: ProblemType(
        "upload-request", HTTPStatus.BAD_REQUEST, "续传请求头有误", "A header of the upload is not right"
    ),
    upload_errors.UploadTypeError: ProblemType(
        "upload-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "分块的内容类型不对", "The piece has another content type"
    ),
    upload_errors.UploadVersionError: ProblemType(
        "upload-version", HTTPStatus.PRECONDITION_FAILED, "续传协议版本不支持", "The protocol version is not known"
    ),
    upload_errors.UploadChecksumError: ProblemType(
        "upload-checksum", CHECKSUM_MISMATCH, "分块校验值不符", "The checksum of the piece does not fit"
    ),
    upload_errors.UploadIncompleteError: ProblemType(
        "upload-incomplete", HTTPStatus.CONFLICT, "文件尚未收齐", "The file is not complete"
    ),
    upload_errors.UploadDigestError: ProblemType(
        "upload-digest", HTTPStatus.CONFLICT, "文件摘要不符", "The file is not the one announced"
    ),
    upload_errors.UploadDiskError: ProblemType(
        "upload-disk", HTTPStatus.INSUFFICIENT_STORAGE, "平台磁盘空间不足", "The hub has no room"
    ),
    rule_set_errors.RuleSetError: ProblemType(
        "rule-set", HTTPStatus.UNPROCESSABLE_ENTITY, "规则集有误", "The rule set is not right"
    ),
    rule_set_errors.RuleSetNotFoundError: ProblemType(
        "rule-set-not-found", HTTPStatus.NOT_FOUND, "没有该版规则集", "There is no such rule set"
    ),
    rule_set_errors.RuleSetStateError: ProblemType(
        "rule-set-state", HTTPStatus.CONFLICT, "规则集的状态不允许此操作", "The rule set is in another state"
    ),
    rule_set_errors.RuleSetFourEyesError: ProblemType(
        "rule-set-four-eyes", HTTPStatus.CONFLICT, "须由另一人批准规则集", "A second person must approve the rules"
    ),
    mapping_errors.MappingFormatError: ProblemType(
        "mapping-format", HTTPStatus.UNPROCESSABLE_ENTITY, "对应关系写法不对", "The mapping is not written right"
    ),
    mapping_errors.MappingNotFoundError: ProblemType(
        "mapping-not-found", HTTPStatus.NOT_FOUND, "没有该版对应关系", "There is no such mapping"
    ),
    mapping_errors.MappingStateError: ProblemType(
        "mapping-state", HTTPStatus.CONFLICT, "对应关系的状态不允许此操作", "The mapping is in another state"
    ),
    mapping_errors.MappingChangedError: ProblemType(
        "mapping-changed",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "表头与已保存的对应关系不同",
        "The header is not that of the saved mapping",
    ),
}
