"""What is wrong with an application: every fault at once, with its field, in both languages.

Two looks. :func:`require_storable` at every save: texts that may not be kept at all (secrecy marks, identity numbers,
telephones, cards) and sizes; such a save is refused whole. :func:`faults_of` at any time: what is still missing or
does not fit before it can be submitted (政务数据共享条例 Art. 20: basis, scenario, scope, mode, period; necessary).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from catalogue.marks import MarkKind, find_marks
from hub.exchange.cart.errors import ApplicationInvalidError
from hub.exchange.cart.line_checks import line_faults, row_filter_faults
from hub.exchange.cart.scope import Scope, legal_basis_text
from hub.exchange.requests import CITES_LAW
from hub.identity import store as identity_store
from hub.identity.facts import Status
from hub.ledger.drafts import CONTROL, TEXT_LENGTH
from policies.case_numbers import CasePatternError, check_case_pattern
from policies.facts import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.exchange.cart.errors import Fault
    from hub.exchange.cart.records import Content

LONGEST_PERIOD = timedelta(days=1096)
LONGEST_RETENTION_DAYS = 3660
LONGEST_PURPOSE = 200
NO_CASE_NEEDED = frozenset({Mode.AGGREGATE, Mode.SUBSCRIBE})
"""Ways of delivery that answer no single case: whole areas are counted, or changes are followed."""
_PERSONAL = frozenset({MarkKind.CITIZEN_ID, MarkKind.PHONE, MarkKind.BANK_CARD})


def require_storable(content: Content) -> None:
    """Refuse to keep what must not be kept.

    Raises:
        ApplicationInvalidError: a text holds a secrecy mark or a personal number; the field is named, never the text.
    """
    faults = [fault for field, text in _texts(content) for fault in _mark_faults(field, text)]
    if faults:
        raise ApplicationInvalidError(faults, what_zh="未保存", what_en="not stored")


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    yield "title", content.title
    yield "purpose", content.purpose
    yield "scenario", content.scenario
    yield "basis_text", content.basis_text
    for place, text in enumerate(content.people):
        yield f"people/{place}", text
    for place, line in enumerate(content.lines):
        yield f"lines/{place}/description", line.description
    for place, number in enumerate(content.case_numbers):
        yield f"case_numbers/{place}", number


def _mark_faults(field: str, text: str) -> Iterator[Fault]:
    kinds = {mark.kind for mark in find_marks(text)} if text else set()
    if field.startswith("case_numbers"):
        kinds &= {MarkKind.CITIZEN_ID}  # a number of a case may look like a telephone
    if any(kind.is_secrecy for kind in kinds):
        yield (
            field,
            "文本带有密级标志，不得进入平台（保守国家秘密法第三十一条）",
            "the text bears a secrecy mark and may not enter the hub (保守国家秘密法 Art. 31)",
        )
    if kinds & _PERSONAL:
        yield (
            field,
            "文本中有公民身份号码、电话或卡号，申请中不写个人信息（个人信息保护法第六条）",
            "the text holds a number of a person; a request names none (个人信息保护法 Art. 6)",
        )


def faults_of(scope: Scope, content: Content) -> tuple[Fault, ...]:
    """Return everything that keeps the application from being submitted, in the order of the form."""
    return (
        *line_faults(scope, content),
        *_text_faults(scope, content),
        *_case_faults(content),
        *_mode_faults(content),
        *_period_faults(scope, content),
        *_user_faults(scope, content),
        *row_filter_faults(scope, content),
    )


def _text_faults(scope: Scope, content: Content) -> Iterator[Fault]:
    if not content.purpose.strip():
        yield "purpose", "须写明使用用途", "state the purpose"
    elif len(content.purpose) > LONGEST_PURPOSE or CONTROL.search(content.purpose):
        yield (
            "purpose",
            f"用途须为一行，不超过 {LONGEST_PURPOSE} 字：每次使用都要写它",
            f"the purpose is one line of at most {LONGEST_PURPOSE} characters: every use states it",
        )
    if not content.scenario.strip():
        yield "scenario", "须写明使用场景：办什么事、在哪一步使用", "state the scenario: which matter, at which step"
    unknown = [key for key in content.bases if key not in scope.known_bases]
    if unknown:
        yield "bases", f"依据库中没有：{'、'.join(unknown)}", f"not in the library of bases: {', '.join(unknown)}"
    cited = legal_basis_text(scope.known_bases, content)
    if content.basis_text.strip() and not CITES_LAW.search(content.basis_text):
        yield (
            "basis_text",
            "使用依据须写明法规名称和条款号，如《…办法》第十三条",
            "the legal basis needs the rule's name and article",
        )
    elif not cited:
        yield (
            "bases",
            "须从依据库选择，或写明本单位职责所依据的法规和条款",
            "pick from the library, or cite the article of your duty",
        )
    if len(cited) > TEXT_LENGTH or CONTROL.search(cited):
        yield "basis_text", f"依据须为一行，合计不超过 {TEXT_LENGTH} 字", f"one line, {TEXT_LENGTH} characters in all"


def _case_faults(content: Content) -> Iterator[Fault]:
    if content.case_numbers and content.case_pattern is not None:
        yield (
            "case_pattern",
            "办件编号列表和格式只填一种",
            "give the list of case numbers or their pattern, not both",
        )
    cases = content.cases
    if cases is None:
        if not content.modes or not content.modes <= NO_CASE_NEEDED:
            yield (
                "case_pattern",
                "须写明办件编号或其格式：每次使用都要对上一件事（政务数据共享条例第二十五条）",
                "name the case numbers or their pattern: every use belongs to a case (政务数据共享条例 Art. 25)",
            )
        return
    if any("," in number or "，" in number for number in content.case_numbers):
        yield "case_numbers", "编号中不能有逗号", "a case number holds no comma"
        return
    try:
        check_case_pattern(cases)
    except CasePatternError as error:
        yield "case_numbers" if content.case_numbers else "case_pattern", error.zh, error.en


def _mode_faults(content: Content) -> Iterator[Fault]:
    if not content.modes:
        yield (
            "modes",
            f"须选择共享方式：{'、'.join(mode.value for mode in Mode)}",
            f"choose how it is shared: {', '.join(mode.value for mode in Mode)}",
        )


def _period_faults(scope: Scope, content: Content) -> Iterator[Fault]:
    since = content.valid_from or scope.now
    until = scope.until(content, since)
    if until is None:
        yield "valid_until", "须写明使用时限：止期，或天数", "state the period: its end, or days"
    elif until <= since or until <= scope.now:
        yield "valid_until", "使用时限的止须晚于起和今天", "the period ends after it begins and after today"
    elif until - since > LONGEST_PERIOD:
        yield (
            "valid_until",
            f"使用时限不超过 {LONGEST_PERIOD.days} 天，到期可再申请",
            f"the period is at most {LONGEST_PERIOD.days} days; ask again when it ends",
        )
    if content.retention_days is None or not 0 < content.retention_days <= LONGEST_RETENTION_DAYS:
        yield (
            "retention_days",
            f"须写明取得的数据保存多少天（1 到 {LONGEST_RETENTION_DAYS}），期满销毁（政务数据共享条例第二十七条）",
            f"say how many days the data is kept (1 to {LONGEST_RETENTION_DAYS}), then disposed of (Art. 27)",
        )


def _user_faults(scope: Scope, content: Content) -> Iterator[Fault]:
    if not any(one.strip() for one in content.people):
        yield "people", "须写明由哪些岗位使用", "name the posts that will use it"
    if not content.systems:
        yield "systems", "须写明使用系统：授权发给系统", "name the systems: grants are given to systems"
    for place, system_id in enumerate(content.systems):
        system = identity_store.system(scope.unit, system_id)
        if system is None or system.member_id != scope.member_id or system.status is not Status.ACTIVE:
            yield (
                f"systems/{place}",
                "使用系统不属于本单位或已停用；请由系统管理员登记",
                "the system is not your organ's, or suspended; have it registered",
            )
