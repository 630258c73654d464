"""What can go wrong with decisions on the source of an item."""

from __future__ import annotations

from hub.directory.errors import DirectoryError


class SourceDecisionError(DirectoryError):
    """The decision lacks something, or there is none to withdraw; every fault is named."""

    @classmethod
    def of(cls, *faults: tuple[str, str, str]) -> SourceDecisionError:
        """Return the error of faults as (member of the body, Chinese, English)."""
        return cls(
            "数源确定有误：" + "；".join(zh for _, zh, _ in faults),
            "the decision on the source is not right: " + "; ".join(en for _, _, en in faults),
            next_zh="请按提示修改后重试；依据写明法规名称和条款，或会议纪要文号",
            next_en="mend what is named; the basis is rule and article, or the minutes it rests on",
            facts={"faults": [{"field": name, "message": zh, "message_en": en} for name, zh, en in faults]},
        )
