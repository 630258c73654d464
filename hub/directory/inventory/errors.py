"""What can go wrong with the inventory of existing resources."""

from __future__ import annotations

from hub.directory.errors import DirectoryError


class InventoryNotFoundError(DirectoryError):
    """No such resource in the inventory, or none of a unit the reader may see: both read the same."""

    def __init__(self) -> None:
        """One fixed text."""
        super().__init__(
            "资源普查清单中没有这一项，或不归本单位",
            "the inventory has no such resource, or it is not yours to see",
            next_zh="请从普查清单中选择（hub inventory list）",
            next_en="choose one from the inventory (hub inventory list)",
        )


class InventoryInvalidError(DirectoryError):
    """The line lacks something, or the act does not fit it; every fault is named."""

    @classmethod
    def of(cls, *faults: tuple[str, str, str]) -> InventoryInvalidError:
        """Return the error of faults as (member of the body, Chinese, English)."""
        return cls(
            "普查清单有误：" + "；".join(zh for _, zh, _ in faults),
            "the inventory is not right: " + "; ".join(en for _, _, en in faults),
            next_zh="请按提示修改后重试",
            next_en="mend what is named and try again",
            facts={"faults": [{"field": name, "message": zh, "message_en": en} for name, zh, en in faults]},
        )
