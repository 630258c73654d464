"""The one base of every error the product raises for people to read.

An error tells four things (docs/explanation/messages.md): what happened, which rule or article,
what to do now, who can help. It never repeats a protected value. ``hub.problems`` turns the class
into an RFC 9457 problem; nothing here knows HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class DomainError(Exception):
    """Something the caller can understand and mend.

    ``zh``/``en`` say what happened and where, ``next_zh``/``next_en`` what to do now, ``facts`` are
    extension members for machines (JSON values only, no protected value).
    """

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        next_zh: str = "",
        next_en: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the texts; ``str()`` gives both languages."""
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en
        self.next_zh = next_zh
        self.next_en = next_en
        self.facts: Mapping[str, object] = dict(facts or {})
