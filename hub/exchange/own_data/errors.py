"""What can go wrong with people's own rights; nothing hints at who is on record."""

from __future__ import annotations

from policies.errors import DomainError


class OwnRecordNotFoundError(DomainError):
    """No record on this person or body in this resource, or no such resource: both read the same."""

    def __init__(self) -> None:
        super().__init__(
            "这里没有关于您（贵单位）的记录",
            "there is no record on you here",
            next_zh="如认为应当有记录，可联系数源单位，或提出投诉",
            next_en="if there should be one, ask the source department or complain",
        )


class ThroughGuardianError(DomainError):
    """A child under 14 is spoken for by the guardian (个人信息保护法 Art. 31)."""

    def __init__(self) -> None:
        super().__init__(
            "不满十四周岁的未成年人，由监护人代为行使（个人信息保护法第三十一条）",
            "for a child under 14 the guardian acts (个人信息保护法 Art. 31)",
            next_zh="请监护人登录后，在“我的数据”中证明监护关系",
            next_en="let the guardian sign in and prove guardianship on «My data»",
        )


class GuardianshipNotProvenError(DomainError):
    """No register shows that the person is the guardian of such a child; who the child is makes no difference."""

    def __init__(self) -> None:
        super().__init__(
            "现有登记未能证明监护关系",
            "no register proves this guardianship",
            next_zh="请核对号码；登记中没有的，请携带户口簿、出生医学证明等到公安或教育部门窗口补登",
            next_en="check the number; where no register has it, bring the household book or birth certificate to the"
            " police or education window",
        )


class OwnRateLimitError(DomainError):
    """Too many looks in a quarter of an hour."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            "查看次数过多，请稍后再试",
            "too many looks: try again later",
            next_zh=f"约 {max(1, retry_after_seconds // 60)} 分钟后再试；批量副本可在记录页面下载",
            next_en=f"try again in about {max(1, retry_after_seconds // 60)} minutes; a record can be downloaded whole",
            facts={"retry_after_seconds": retry_after_seconds},
        )


class DelayError(DomainError):
    """A record that withholds accesses for a time cannot be made, confirmed or ended like this."""


class DelayNotFoundError(DomainError):
    """No such record, or none of the reader's organ."""

    def __init__(self) -> None:
        super().__init__("没有这条记录", "there is no such record", next_zh="请核对编号", next_en="check the id")


class ComplaintError(DomainError):
    """The complaint or its answer is not right."""


class ComplaintNotFoundError(DomainError):
    """No such complaint, or none of the reader's."""

    def __init__(self) -> None:
        super().__init__("没有这件投诉", "there is no such complaint", next_zh="请核对编号", next_en="check the id")
