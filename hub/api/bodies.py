"""What every request body has in common: unknown members are refused, and so are characters that are no text."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, model_validator

ZERO = "\x00"
HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: no character, and no text PostgreSQL or UTF-8 can hold."""


class StrictBody(BaseModel):
    """Base of all request bodies: a misspelt member is not silently lost."""

    model_config = ConfigDict(extra="forbid")


class Body(StrictBody):
    """Base of bodies that are stored or compared with what is: a zero byte goes no further.

    PostgreSQL has no zero byte in texts, nor half of a surrogate pair; here it is an error of the sender that names
    its place, not a fault.
    """

    @model_validator(mode="before")
    @classmethod
    def _holds_text_alone(cls, value: object) -> object:
        """Refuse a zero byte in any text of the body, at any depth."""
        waiting = [value]
        while waiting:
            part = waiting.pop()
            if isinstance(part, str) and ZERO in part:
                raise ValueError("文本中有零字节 / a text holds a zero byte")
            if isinstance(part, str) and HALF.search(part):
                raise ValueError("文本中有半个字符 / a text holds half a character")
            if isinstance(part, dict):
                waiting.extend((*part, *part.values()))
            elif isinstance(part, list):
                waiting.extend(part)
        return value
