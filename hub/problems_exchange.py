"""Problem types of errors of requests, grants, use, delivery, corrections and supervision."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from hub.exchange import errors as exchange_errors
from hub.exchange import grant_changes, match_input, quotas, states, usage
from hub.exchange.aggregates import errors as aggregate_errors
from hub.exchange.cart import errors as cart_errors
from hub.exchange.corrections import errors as correction_errors
from hub.exchange.own_data import errors as own_errors
from hub.exchange.relay import errors as relay_errors
from hub.exchange.subscriptions import errors as subscription_errors
from hub.problem_types import ProblemType
from hub.registers.population import errors as population_errors
from hub.supervision import errors as supervision_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBLEMS: Mapping[type[BaseException], ProblemType] = {
    relay_errors.RelayError: ProblemType("relay", HTTPStatus.CONFLICT, "接口方式不能办理", "The relay cannot do this"),
    relay_errors.RelayNotFoundError: ProblemType(
        "relay-not-found", HTTPStatus.NOT_FOUND, "没有该接口", "No such endpoint"
    ),
    relay_errors.RelayDefinitionError: ProblemType(
        "relay-definition", HTTPStatus.UNPROCESSABLE_ENTITY, "接口登记有误", "The endpoint is not described right"
    ),
    relay_errors.RelayKeyError: ProblemType(
        "relay-key", HTTPStatus.UNPROCESSABLE_ENTITY, "查询值与接口参数不符", "The key does not fit the endpoint"
    ),
    relay_errors.RelayStateError: ProblemType(
        "relay-state", HTTPStatus.CONFLICT, "接口状态不能办理此步", "The step does not fit the endpoint's state"
    ),
    relay_errors.RelayFourEyesError: ProblemType(
        "relay-four-eyes", HTTPStatus.CONFLICT, "须由另一人批准接口", "A second person must approve the endpoint"
    ),
    relay_errors.RelayUnavailableError: ProblemType(
        "relay-unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "提供方接口暂时不可用",
        "The provider's API is not available now",
    ),
    relay_errors.RelayJobGoneError: ProblemType(
        "relay-job-gone", HTTPStatus.GONE, "该次查询已经结束", "This question has ended"
    ),
    population_errors.PopulationError: ProblemType(
        "population", HTTPStatus.CONFLICT, "人口基础库不能办理", "The register of persons cannot do this"
    ),
    population_errors.PopulationOffError: ProblemType(
        "population-off", HTTPStatus.NOT_FOUND, "人口基础库尚未启用", "The register of persons is off"
    ),
    population_errors.PopulationInputError: ProblemType(
        "population-input", HTTPStatus.UNPROCESSABLE_ENTITY, "核验内容不符合格式", "The question is not well formed"
    ),
    population_errors.KeeperNotNamedError: ProblemType(
        "population-keeper", HTTPStatus.FORBIDDEN, "不是保护名单的管理单位", "Not the organ that keeps the list"
    ),
    population_errors.ProtectedNotFoundError: ProblemType(
        "population-protected-not-found", HTTPStatus.NOT_FOUND, "名单中没有这一条", "No such line of the list"
    ),
    population_errors.AlreadyProtectedError: ProblemType(
        "population-already-protected", HTTPStatus.CONFLICT, "该号码已在名单中", "The number is on the list"
    ),
    population_errors.BatchApprovalNeededError: ProblemType(
        "population-batch-approval",
        HTTPStatus.FORBIDDEN,
        "批量比对超过规模上限，须由第二人批准",
        "The batch is over the set size: a second person approves it",
    ),
    population_errors.BatchNotFoundError: ProblemType(
        "population-batch-not-found", HTTPStatus.NOT_FOUND, "没有这一批次", "No such batch"
    ),
    match_input.MatchInputError: ProblemType(
        "match-input", HTTPStatus.UNPROCESSABLE_ENTITY, "批量比对的内容不符合格式", "The batch is not well formed"
    ),
    match_input.MatchTooLargeError: ProblemType(
        "match-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "批量比对超过一次的上限", "The batch is too large"
    ),
    subscription_errors.SubscriptionNotFoundError: ProblemType(
        "subscription-not-found", HTTPStatus.NOT_FOUND, "没有这个订阅或推送地址", "No such subscription or webhook"
    ),
    subscription_errors.WebhookStateError: ProblemType(
        "webhook-state", HTTPStatus.CONFLICT, "推送地址当前不能办理这一步", "The webhook cannot take this step"
    ),
    subscription_errors.WebhookAddressError: ProblemType(
        "webhook-address", HTTPStatus.UNPROCESSABLE_ENTITY, "不能用作推送地址", "This address cannot be a webhook"
    ),
    subscription_errors.HandshakeError: ProblemType(
        "webhook-handshake",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "接收地址没有应答同意",
        "The receiver did not agree to receive events",
    ),
    subscription_errors.TooManyWebhooksError: ProblemType(
        "too-many-webhooks", HTTPStatus.CONFLICT, "推送地址已达上限", "The subscription has its webhooks already"
    ),
    subscription_errors.LeaseLostError: ProblemType(
        "lease-lost", HTTPStatus.CONFLICT, "队列已由其他进程接手", "Another worker has taken over"
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
    states.ActNotAllowedError: ProblemType(
        "act-not-allowed", HTTPStatus.CONFLICT, "当前状态不能这样办理", "This cannot be done in this state"
    ),
    exchange_errors.SupplementError: ProblemType(
        "supplement", HTTPStatus.CONFLICT, "补充材料不能这样办理", "The supplement cannot be done so"
    ),
    exchange_errors.ExtensionError: ProblemType(
        "extension", HTTPStatus.CONFLICT, "延长不能这样办理", "The extension cannot be done so"
    ),
    exchange_errors.LetterNotFoundError: ProblemType(
        "letter-not-found", HTTPStatus.NOT_FOUND, "没有答复书", "There is no letter"
    ),
    supervision_errors.SupervisionError: ProblemType(
        "supervision", HTTPStatus.NOT_FOUND, "监督事项不存在", "Nothing under your supervision"
    ),
    supervision_errors.ClockNotFoundError: ProblemType(
        "clock-not-found", HTTPStatus.NOT_FOUND, "没有这个逾期事项", "No such overdue case"
    ),
    supervision_errors.DisputeNotFoundError: ProblemType(
        "dispute-not-found", HTTPStatus.NOT_FOUND, "没有这件争议", "No such dispute"
    ),
    supervision_errors.DisputeError: ProblemType(
        "dispute", HTTPStatus.CONFLICT, "争议不能这样办理", "The dispute cannot be taken on so"
    ),
    supervision_errors.HearingError: ProblemType(
        "hearing", HTTPStatus.FORBIDDEN, "不得处理本争议", "This person may not hear the dispute"
    ),
    exchange_errors.GrantNotFoundError: ProblemType(
        "grant-not-found", HTTPStatus.NOT_FOUND, "没有这份授权", "No such grant"
    ),
    cart_errors.ApplicationNotFoundError: ProblemType(
        "application-not-found", HTTPStatus.NOT_FOUND, "没有这份申请车", "No such application"
    ),
    cart_errors.ApplicationInvalidError: ProblemType(
        "application-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "申请车不完整", "The application is not complete"
    ),
    cart_errors.ApplicationChangedError: ProblemType(
        "application-changed", HTTPStatus.CONFLICT, "申请车已被同事改过", "A colleague changed the application"
    ),
    cart_errors.ApplicationStateError: ProblemType(
        "application-state", HTTPStatus.CONFLICT, "申请车当前不能这样办", "Not possible where the application stands"
    ),
    cart_errors.OfferError: ProblemType(
        "no-offer", HTTPStatus.CONFLICT, "没有可接受的较窄方式", "No lesser form is held out"
    ),
    cart_errors.LibraryError: ProblemType(
        "library", HTTPStatus.UNPROCESSABLE_ENTITY, "未能加入依据库或模板", "Not added to the library"
    ),
    cart_errors.TemplateNotFoundError: ProblemType(
        "template-not-found", HTTPStatus.NOT_FOUND, "没有这个应用场景模板", "No such use case"
    ),
    exchange_errors.DeniedError: ProblemType("denied", HTTPStatus.FORBIDDEN, "没有查询资格", "No standing to ask"),
    exchange_errors.RefusedError: ProblemType("refused", HTTPStatus.FORBIDDEN, "依法不予提供", "Refused by law"),
    exchange_errors.PendingError: ProblemType("pending", HTTPStatus.FORBIDDEN, "尚未决定", "Not decided yet"),
    exchange_errors.VerificationError: ProblemType(
        "verification", HTTPStatus.UNPROCESSABLE_ENTITY, "核验请求有误", "The verification is not right"
    ),
    grant_changes.GroundNeededError: ProblemType(
        "ground-needed", HTTPStatus.UNPROCESSABLE_ENTITY, "须写明暂停或收回的情形", "A ground of the list is needed"
    ),
    grant_changes.WideningError: ProblemType(
        "only-narrower", HTTPStatus.UNPROCESSABLE_ENTITY, "授权只能缩小", "A grant can only be narrowed"
    ),
    usage.UseReportError: ProblemType(
        "use-report", HTTPStatus.UNPROCESSABLE_ENTITY, "使用报告有误", "The report of use is not right"
    ),
    quotas.QuotaExceededError: ProblemType(
        "quota-exceeded", HTTPStatus.TOO_MANY_REQUESTS, "授权配额已用尽", "A quota of the grant is used up"
    ),
    aggregate_errors.DifferencingError: ProblemType(
        "differencing", HTTPStatus.CONFLICT, "统计结果相减会泄露个人", "Subtracted, the tables would tell of persons"
    ),
    aggregate_errors.AggregateBudgetError: ProblemType(
        "aggregate-budget", HTTPStatus.TOO_MANY_REQUESTS, "统计条件过多", "Too many different conditions"
    ),
    aggregate_errors.GroupingError: ProblemType(
        "grouping", HTTPStatus.UNPROCESSABLE_ENTITY, "不能这样分组统计", "This grouping is not possible"
    ),
    correction_errors.CorrectionError: ProblemType(
        "correction-invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "校核内容有误", "The correction is not right as written"
    ),
    correction_errors.CorrectionNotFoundError: ProblemType(
        "correction-not-found", HTTPStatus.NOT_FOUND, "没有这个校核事项", "No such correction"
    ),
    correction_errors.RecordNotReportableError: ProblemType(
        "record-not-reportable", HTTPStatus.NOT_FOUND, "没有可以报告的这条记录", "No such record can be reported"
    ),
    correction_errors.CorrectionStateError: ProblemType(
        "correction-state",
        HTTPStatus.CONFLICT,
        "校核事项当前不能这样办理",
        "The correction is not in a state for this step",
    ),
    correction_errors.NotCorrectedYetError: ProblemType(
        "not-corrected-yet", HTTPStatus.CONFLICT, "记录尚未更正", "The record has not changed yet"
    ),
    correction_errors.EvidenceRefusedError: ProblemType(
        "evidence-refused", HTTPStatus.UNPROCESSABLE_ENTITY, "证据文件不能接收", "The evidence is not taken"
    ),
    own_errors.OwnRecordNotFoundError: ProblemType(
        "own-record-not-found", HTTPStatus.NOT_FOUND, "没有关于本人的记录", "No record on oneself"
    ),
    own_errors.ThroughGuardianError: ProblemType(
        "through-guardian", HTTPStatus.FORBIDDEN, "由监护人代为行使", "The guardian acts"
    ),
    own_errors.GuardianshipNotProvenError: ProblemType(
        "guardianship-not-proven", HTTPStatus.FORBIDDEN, "监护关系未获证明", "Guardianship is not proven"
    ),
    own_errors.OwnRateLimitError: ProblemType(
        "own-rate-limit", HTTPStatus.TOO_MANY_REQUESTS, "查看次数过多", "Too many looks"
    ),
    own_errors.DelayError: ProblemType(
        "access-delay",
        HTTPStatus.CONFLICT,
        "暂缓告知的记录不能这样办理",
        "The record of withheld accesses cannot be made so",
    ),
    own_errors.DelayNotFoundError: ProblemType(
        "access-delay-not-found", HTTPStatus.NOT_FOUND, "没有这条暂缓告知记录", "No such record of withheld accesses"
    ),
    own_errors.ComplaintError: ProblemType(
        "complaint-invalid",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "投诉或答复内容有误",
        "The complaint or its answer is not right",
    ),
    own_errors.ComplaintNotFoundError: ProblemType(
        "complaint-not-found", HTTPStatus.NOT_FOUND, "没有这件投诉", "No such complaint"
    ),
}
