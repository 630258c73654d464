"""Personal information in descriptions: titles, abstracts, contacts, keywords, item names and remarks of an entry.

Works on any mapping of the shape catalogues have (our entries, CKAN packages, DCAT datasets), before anything of it
is listed. What belongs to a public office is no private matter: an office's fixed line, 400 number and e-mail, and
the name of a contact person, may stand in a description; a mobile, an identity number or a card may not
(民法典 Art. 1032-1034; 个人信息保护法 Art. 4, 25). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalogue.privacy.kinds import NAMES, Kind, masked
from catalogue.privacy.scan import find_spans

BLOCKING: Final = frozenset(
    {
        Kind.CITIZEN_ID,
        Kind.BANK_CARD,
        Kind.PASSPORT,
        Kind.FOREIGN_ID,
        Kind.IBAN,
        Kind.PLATE,
        Kind.WECHAT,
        Kind.QQ,
        Kind.SECRECY_MARK,
    }
)
"""Kinds that no description needs; a telephone blocks where it is a mobile."""
_SEARCHED: Final = BLOCKING | {Kind.PHONE, Kind.EMAIL, Kind.BIRTH_DATE}
_MOBILE: Final = re.compile(r"(?:\+?0{0,2}86)?0?1[3-9][0-9]{9}")
_PRIVATE_HOSTS: Final = re.compile(
    r"@(?:qq|163|126|139|189|sina|sohu|foxmail|gmail|hotmail|outlook|yahoo|yeah|aliyun|icloud|21cn|wo)\.", re.IGNORECASE
)
_CODES: Final = re.compile(r"(?i)(?:^|_|\b)(?:id|uuid|guid|identifier|code|url|uri|href|hash|digest|etag|revision_id)$")
_DEPTH: Final = 12


@dataclass(frozen=True, slots=True)
class MetadataFinding:
    """One kind at one place. ``path`` is a JSON path (``$.provider.contact``); ``shown`` a masked form."""

    path: str
    kind: Kind
    shown: str
    blocks: bool

    def to_dict(self) -> dict[str, object]:
        """Return JSON values; the value itself is not among them."""
        zh, en = NAMES[self.kind]
        kind = {"kind": self.kind.value, "kind_zh": zh, "kind_en": en}
        return {"path": self.path, **kind, "shown": self.shown, "blocks": self.blocks}


def scan_metadata(entry: Mapping[str, object]) -> tuple[MetadataFinding, ...]:
    """Return what the texts of a description hold, in the order of the members.

    Args:
        entry: JSON data; members whose name says that they hold codes, ids or links are passed over.

    """
    return tuple(finding for path, text in _texts(entry, "$", 0) for finding in _of_text(path, text))


def blocks_in_metadata(kind: Kind, value: str) -> bool:
    """Say whether a span may not stand in a public description: mobiles and private mailboxes may not, offices' may."""
    if kind is Kind.PHONE:
        return _MOBILE.fullmatch(re.sub(r"[^0-9+]", "", value)) is not None
    return kind in BLOCKING


def _of_text(path: str, text: str) -> Iterator[MetadataFinding]:
    for span in find_spans(text, kinds=_SEARCHED):
        value = text[span.start : span.end]
        private = span.kind is Kind.EMAIL and _PRIVATE_HOSTS.search(value) is not None
        blocks = blocks_in_metadata(span.kind, value)
        if span.kind is not Kind.EMAIL or private:
            yield MetadataFinding(path, span.kind, masked(value, span.kind), blocks)


def _texts(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif depth < _DEPTH and isinstance(value, Mapping):
        for key, member in value.items():
            if _CODES.search(str(key)) is None:
                yield from _texts(member, f"{path}.{key}", depth + 1)
    elif depth < _DEPTH and isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        for index, member in enumerate(value):
            yield from _texts(member, f"{path}[{index}]", depth + 1)
