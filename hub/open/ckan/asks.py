"""What an action is asked with: the parts of the hub, the transaction, who asks, and the arguments.

CKAN's clients send the same argument as a JSON value, as JSON in a text, or as plain text of a form or a query
string; the readers of :class:`Arguments` take each form and say what is wrong with any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from typing_extensions import override

from catalogue.finding import PUBLIC_VIEWER
from hub.identity.facts import Actor, StaffRequester
from hub.open.ckan.errors import CkanNotAuthorizedError, CkanValidationError

if TYPE_CHECKING:
    import uuid

    from catalogue.finding import Viewer
    from hub.database import Unit
    from hub.identity.facts import Member, Staff
    from hub.services import Services

Json = Any
"""What JSON can hold: None, a truth value, a number, a text, a list or a mapping of these."""
PUBLIC = PUBLIC_VIEWER
"""Whoever reads through this dialect reads as the public: a token adds the right to write, not to see (design 9)."""
TRUE = frozenset({"true", "yes", "t", "y", "1", "on"})
FALSE = frozenset({"false", "no", "f", "n", "0", "off"})


@dataclass(frozen=True, slots=True)
class CkanCaller:
    """Whose token it is: a person of a member, who may write to the own department alone."""

    token_id: uuid.UUID
    staff: Staff
    member: Member
    scope: str = "write"

    @property
    def actor(self) -> Actor:
        """The person as the author of a change."""
        return Actor(self.staff.id, self.staff.login)

    @property
    def requester(self) -> StaffRequester:
        """The person as the use cases of the native API know one with a session."""
        return StaffRequester(self.staff, self.member, "", "", datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class CkanFile:
    """A file of a multipart request, spooled; ``stream`` stands at its beginning."""

    name: str
    media_type: str
    stream: BinaryIO
    size: int | None


def _wrong(name: str, zh: str, en: str) -> CkanValidationError:
    return CkanValidationError({name: [f"{zh} / {en}"]})


class Arguments(Mapping[str, Any]):
    """The arguments of a call as sent, with readers for the forms CKAN's clients send them in."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Keep ``values``: JSON values, or texts of a form or query string."""
        self._values = dict(values)

    @override
    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @override
    def __len__(self) -> int:
        return len(self._values)

    def has(self, name: str) -> bool:
        """Whether an argument was given and is not null."""
        return self._values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """Return a text; numbers and truth values are taken as they are written."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return _plain(name, value)
        if isinstance(value, bool | int | float):
            return json.dumps(value)
        raise _wrong(name, "应为文本", "must be a text")

    def needed(self, name: str) -> str:
        """Return a text that must be given and not empty."""
        value = self.text(name)
        if not value.strip():
            raise _wrong(name, "缺少值", "Missing value")
        return value

    def boolean(self, name: str, default: bool = False) -> bool:  # noqa: FBT001, FBT002 - a default beside its name
        """Return a truth value: JSON, or one of CKAN's words for it."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower() if isinstance(value, str | int) else ""
        if word in TRUE or word in FALSE:
            return word in TRUE
        raise _wrong(name, "应为 true 或 false", "must be true or false")

    def integer(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """Return a whole number within limits; out of them is a fault, never silently cut."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            number = value if isinstance(value, int) and not isinstance(value, bool) else int(str(value).strip())
        except ValueError as error:
            raise _wrong(name, "应为整数", "must be an integer") from error
        if number < least:
            raise _wrong(name, f"不得小于 {least}", f"must not be less than {least}")
        if most is not None and number > most:
            raise _wrong(name, f"不得大于 {most}", f"must not be more than {most}")
        return number

    def json(self, name: str) -> Json:
        """Return a JSON value; a text that looks like JSON of a list or object is read as that."""
        value = self._values.get(name)
        if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
            try:
                return json.loads(value)
            except ValueError as error:
                raise _wrong(name, "不是有效的 JSON", "is no valid JSON") from error
        return value

    def texts(self, name: str, *, by_comma: bool = False) -> tuple[str, ...]:
        """Return a list of texts: a JSON list, such a list as text, one text, or texts parted by commas."""
        value = self._values.get(name)
        if isinstance(value, str) and value.lstrip().startswith("["):
            with suppress(ValueError):
                value = json.loads(value)
        if value is None or value == "":
            return ()
        if isinstance(value, str):
            parts = value.split(",") if by_comma else [value]
            return tuple(_plain(name, part.strip()) for part in parts if part.strip())
        if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
            return tuple(_plain(name, str(one)) for one in value)
        raise _wrong(name, "应为文本列表", "must be a list of texts")

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a JSON object, also from its text; empty when not given."""
        value = self.json(name)
        if value is None or value == "":
            return {}
        if isinstance(value, dict):
            return value
        raise _wrong(name, "应为 JSON 对象", "must be a JSON object")

    def mappings(self, name: str) -> list[dict[str, Any]]:
        """Return a list of JSON objects, also from its text; empty when not given."""
        value = self.json(name)
        if value is None or value == "":
            return []
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return value
        raise _wrong(name, "应为 JSON 对象的列表", "must be a list of JSON objects")


def _plain(name: str, text: str) -> str:
    """Return a text as it is; one with a zero byte or half a character cannot be stored or compared."""
    if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise _wrong(name, "含有无效字符", "holds characters that are not valid")
    return text


@dataclass(frozen=True, slots=True)
class CkanAsk:
    """One call of an action.

    ``unit`` is an open transaction, committed when the action returns; an action registered with
    ``own_transactions`` finds none and begins its own with ``hub.database.begin()``. ``caller`` is None for the
    public and for a token that is not valid. ``on_exchange``: the call came in on the exchange entry point.
    """

    hub: Services
    arguments: Arguments
    caller: CkanCaller | None = None
    files: Mapping[str, CkanFile] = field(default_factory=dict)
    open_unit: Unit | None = None
    viewer: Viewer = PUBLIC
    name: str = ""
    on_exchange: bool = False

    @property
    def unit(self) -> Unit:
        """The transaction of the call."""
        if self.open_unit is None:
            raise RuntimeError("this action begins its own transactions")
        return self.open_unit

    @property
    def site(self) -> str:
        """The public address of the hub, without a slash at its end."""
        return self.hub.settings.public_url.rstrip("/")

    def known_caller(self) -> CkanCaller:
        """Return who calls.

        Raises:
            CkanNotAuthorizedError: no token, or one that is not valid.
        """
        if self.caller is None:
            raise CkanNotAuthorizedError(
                "此操作需要有效的令牌",
                "this needs a valid token",
                next_zh="请在 Authorization 头中带上本部门申领的 CKAN 令牌",
                next_en="send the department's CKAN token in the header Authorization",
            )
        return self.caller
