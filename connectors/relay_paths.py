"""Paths of a provider's API: one template, and the one way its parameters get into a URL (threat 29).

The path that is decided on is the path that is sent: a path a caller writes is taken apart and decoded once,
each parameter is judged, and what goes out is rebuilt from the template with the judged values. Encoded slashes,
dot segments, backslashes, ``;``, control characters, a second layer of encoding and malformed UTF-8 have no
reading here. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, unquote_to_bytes

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH_LENGTH: Final = 1024
VALUE_LENGTH: Final = 200
LITERAL: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
PARAMETER: Final = re.compile(r"\{([a-z][a-z0-9_]{0,58})\}")
WRITTEN: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})+")
CONTROLS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
FORBIDDEN: Final = frozenset('/\\;?#%"<>')


class RelayPathError(DomainError):
    """The path or a key value cannot go into the provider's URL; nothing was called."""


class RelayTemplateError(DomainError):
    """The registered path template is not acceptable."""


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """Segments of a path, each a fixed text or the column of a parameter (``{citizen_id}``)."""

    segments: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``/persons/{citizen_id}``: fixed segments are plain ASCII, a parameter fills a whole segment.

        Raises:
            RelayTemplateError: it is not of this form, or names a parameter twice.
        """
        segments = tuple(text.split("/")[1:])
        fixed = [segment for segment in segments if not PARAMETER.fullmatch(segment)]
        names = [segment for segment in segments if PARAMETER.fullmatch(segment)]
        is_plain = all(LITERAL.fullmatch(segment) and segment not in {".", ".."} for segment in fixed)
        if not text.startswith("/") or len(text) > PATH_LENGTH or not is_plain or len(set(names)) < len(names):
            raise RelayTemplateError(
                "路径模板应形如 /persons/{citizen_id}：固定段只用字母、数字、点、横线，参数占整段且不重复",
                "a path template is like /persons/{citizen_id}: plain fixed segments, each parameter a segment, once",
                next_zh="请修改 path",
                next_en="change `path`",
            )
        return cls(segments)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The columns that fill the template, in order."""
        return tuple(segment[1:-1] for segment in self.segments if segment.startswith("{"))

    def read(self, path: str) -> dict[str, str]:
        """Return the parameters of a path a caller wrote, decoded once.

        Raises:
            RelayPathError: it is not a path of this template, or is written in a way that has two readings.
        """
        written = path.split("/")[1:] if path.startswith("/") and len(path) <= PATH_LENGTH else []
        if len(written) != len(self.segments) or not all(WRITTEN.fullmatch(segment) for segment in written):
            raise _not_of_template()
        values: dict[str, str] = {}
        for segment, given in zip(self.segments, written, strict=True):
            if not segment.startswith("{"):
                if given != segment:
                    raise _not_of_template()
                continue
            values[segment[1:-1]] = _decoded(given)
        return values

    def build(self, values: Mapping[str, str]) -> str:
        """Return the path to send, each value percent-encoded whole.

        Raises:
            RelayPathError: a value is missing or cannot stand in a path.
        """
        return "".join(
            "/" + (quote(checked_value(values.get(segment[1:-1], "")), safe="") if segment.startswith("{") else segment)
            for segment in self.segments
        )


def checked_value(value: str) -> str:
    """Return a key value that may stand in a URL or a body; the error never repeats it.

    Raises:
        RelayPathError: empty, too long, a dot segment, or with characters that servers read in different ways.
    """
    is_odd = any(
        character in FORBIDDEN or unicodedata.category(character) in {"Zl", "Zp", *CONTROLS} for character in value
    )
    if not value or len(value) > VALUE_LENGTH or value.strip(".") == "" or is_odd or value != value.strip():
        raise RelayPathError(
            "查询值为空、过长或含有斜杠、反斜杠、分号、百分号、控制字符等不允许的字符，没有发出调用",
            "a key value is empty, too long or has a slash, backslash, semicolon, percent or control character; "
            "nothing was called",
            next_zh="请只填写登记的标识本身",
            next_en="give the bare identifier as registered",
        )
    return value


def _decoded(segment: str) -> str:
    try:
        return checked_value(unquote_to_bytes(segment).decode("utf-8", "strict"))
    except UnicodeDecodeError:  # overlong forms are no UTF-8 either (RFC 3629 3)
        raise _not_of_template() from None


def _not_of_template() -> RelayPathError:
    return RelayPathError(
        "路径与该接口登记的模板不符，没有发出调用",
        "the path is not one of the registered template; nothing was called",
        next_zh="请按目录中该接口的路径模板填写，或改用 key 给出查询值",
        next_en="write it as the template in the directory says, or give the values in `key`",
    )
