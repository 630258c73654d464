"""What can go wrong with a correction; each becomes an RFC 9457 problem."""

from __future__ import annotations

from policies.errors import DomainError


class CorrectionError(DomainError):
    """The report or the answer cannot be made as written."""


class CorrectionNotFoundError(DomainError):
    """No such case, or none the reader is a party to: both read the same."""

    def __init__(self) -> None:
        super().__init__(
            "没有这个校核事项",
            "there is no such correction",
            next_zh="请核对编号；校核事项只向报告方和数源单位显示",
            next_en="check the id; a correction is for who reported it and for the source",
        )


class RecordNotReportableError(DomainError):
    """No record of this key that the reporter has received: unknown, ambiguous and ungranted read the same."""

    def __init__(self) -> None:
        super().__init__(
            "没有可以报告的这条记录：未按授权取得过、不存在，或定位到不止一条",
            "no such record can be reported: not received under a grant, not there, or more than one",
            next_zh="请用授权内的主键定位，并只报告已取得的信息项（政务数据共享条例第二十六条）",
            next_en="find it by the granted key, and report only items you received",
        )


class CorrectionStateError(DomainError):
    """The step does not fit where the case stands, or the person who took the step before."""


class NotCorrectedYetError(DomainError):
    """«Corrected» was answered although the record stands as it was reported."""

    def __init__(self, items: tuple[str, ...]) -> None:
        names = "、".join(items)
        super().__init__(
            f"记录尚未更正：{names} 的现值与被报告时相同",
            f"the record has not changed: {', '.join(items)} stand as they were reported",
            next_zh="请先推送更正后的数据再答复；或答复“随下次推送更正”，在推送生效前记录继续带标记",
            next_en="push the right data first; or answer that the next push brings it: the flag stays until it does",
            facts={"items": list(items)},
        )


class EvidenceRefusedError(DomainError):
    """A file is too large, of a kind that is not taken, or one too many."""
