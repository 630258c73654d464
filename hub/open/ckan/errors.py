"""How an action fails, in the words CKAN's clients know: ``__type`` and the shape they take apart.

Each class is also a problem of the hub (``hub.problem_table``), for whoever meets it outside the Action API.
Messages are Chinese first with English beside, and never repeat a protected value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping


class CkanError(DomainError):
    """A fault of an action; ``type_name`` is what clients tell faults apart by, ``status`` goes with it over HTTP."""

    type_name: ClassVar[str] = "Internal Server Error"
    status: ClassVar[int] = 500

    def body(self) -> dict[str, object]:
        """Return the ``error`` member of the answer."""
        return {"__type": self.type_name, "message": self.message()}

    def message(self) -> str:
        """Return what happened and what to do now, in both languages and one line."""
        zh = "；".join(part for part in (self.zh, self.next_zh) if part)
        en = "; ".join(part for part in (self.en, self.next_en) if part)
        return f"{zh} / {en}"


class CkanValidationError(CkanError):
    """An argument is missing, unknown to the action or of the wrong form (``__type`` Validation Error, 409)."""

    type_name: ClassVar[str] = "Validation Error"
    status: ClassVar[int] = 409

    def __init__(self, faults: Mapping[str, object], summary: str = "") -> None:
        """``faults`` maps an argument to its messages: a list of texts, or such a mapping for nested ones."""
        named = "、".join(str(name) for name in faults) or summary
        super().__init__(
            f"参数有误：{named}" + (f"（{summary}）" if summary and faults else ""),
            f"not valid: {', '.join(str(name) for name in faults) or summary}",
            next_zh="请按所列说明修改后重试",
            next_en="mend what is named and send it again",
            facts={"faults": dict(faults)},
        )
        self.faults = dict(faults)

    @override
    def body(self) -> dict[str, object]:
        """Return the messages by argument; CKAN has no ``message`` here."""
        return {**self.faults, "__type": self.type_name}


class CkanNotFoundError(CkanError):
    """There is no such thing, or the caller may not know of it: the two look alike (404)."""

    type_name: ClassVar[str] = "Not Found Error"
    status: ClassVar[int] = 404

    def __init__(self, what: str = "") -> None:
        """Name the kind of thing in both languages (``数据集 dataset``), never what was asked for."""
        super().__init__(
            f"没有找到{what or '所请求的内容'}",
            "not found",
            next_zh="请检查名称或标识，或用 package_search 检索",
            next_en="check the name or id, or look it up with package_search",
        )
        self.what = what

    @override
    def message(self) -> str:
        """Return CKAN's words first: its clients cut the text at the first colon."""
        return f"Not found: {super().message()}"


class CkanNotAuthorizedError(CkanError):
    """The caller may not do this (403)."""

    type_name: ClassVar[str] = "Authorization Error"
    status: ClassVar[int] = 403

    @override
    def message(self) -> str:
        """Return CKAN's words first."""
        return f"Access denied: {super().message()}"


class CkanSearchQueryError(CkanError):
    """A search that cannot be read or honoured: the part that cannot is named (400)."""

    type_name: ClassVar[str] = "Search Query Error"
    status: ClassVar[int] = 400

    def __init__(self, part: str, zh: str, en: str) -> None:
        """``part`` is the argument, or the piece of the query, that cannot be honoured."""
        super().__init__(
            f"检索条件 {part}：{zh}",
            f"search argument {part}: {en}",
            next_zh="请修改或去掉该部分；可用的写法见 docs/reference/ckan.md",
            next_en="change or leave out this part; what can be written is in docs/reference/ckan.md",
            facts={"part": part},
        )


class CkanSearchError(CkanError):
    """A search that asks the engine for what it must not do: local parameters ``{!...}`` (409)."""

    type_name: ClassVar[str] = "Search Error"
    status: ClassVar[int] = 409


class CkanDataError(CkanError):
    """What was sent contradicts what is stored (``__type`` Integrity Error, 400)."""

    type_name: ClassVar[str] = "Integrity Error"
    status: ClassVar[int] = 400


class CkanRequestError(CkanError):
    """A request that is no call of an action: unknown name, no JSON object, GET for a write. Answered without envelope.

    CKAN answers these with a bare JSON text that begins «Bad request: », and its clients wait for just that.
    """

    type_name: ClassVar[str] = "Bad Request"
    status: ClassVar[int] = 400

    def __init__(self, text: str, zh: str) -> None:
        """``text`` is CKAN's own wording after «Bad request: »."""
        super().__init__(
            zh,
            text,
            next_zh="请检查动作名称和请求内容；可用的动作见 help_show 与 docs/reference/ckan.md",
            next_en="check the action's name and the body; docs/reference/ckan.md lists the actions",
        )
        self.text = text
