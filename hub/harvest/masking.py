"""Personal contact data in harvested records: found with :mod:`catalogue.privacy` and masked before anything is stored.

What belongs to an office may stand (its fixed line, its 400 number, its mailbox, its name); a mobile, a private
mailbox, a person's own mailbox, the name of a person and every number of a person may not (个人信息保护法 Art. 4, 25;
民法典 Art. 1032-1034). A masked value shows its form; it cannot be rebuilt. Counts are kept by kind, values never.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue.privacy.kinds import Kind, Span, masked
from catalogue.privacy.metadata import blocks_in_metadata
from catalogue.privacy.scan import find_spans
from connectors.catalogues.record import Contact

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBERS: Final = frozenset(
    {Kind.CITIZEN_ID, Kind.BANK_CARD, Kind.PASSPORT, Kind.FOREIGN_ID, Kind.IBAN, Kind.PLATE, Kind.WECHAT, Kind.QQ}
    | {Kind.PHONE, Kind.EMAIL}
)
_SIGNED: Final = re.compile(r"[0-9@＠０-９]|微信|扣扣|(?i:wechat|qq)")
"""Without one of these a text holds none of the numbers looked for: most titles are passed at once."""
_CALLED: Final = re.compile(r"联系人|负责人|咨询人|责任人|经办人|(?i:contact)")
_OFFICE_BOX: Final = re.compile(
    r"(?i)(?:^|[._-])(?:info|data|open|opendata|contact|office|service|support|help|helpdesk|admin|webmaster|portal"
    r"|press|media|mail|email|team|geo|gis|stat|library|research|foia|cdo|cio|hub|feedback|inquir(?:y|ies)"
    r"|datos|dati|daten|donnees|geodienste|contacto|kontakt|question|dataset|catalog|program|center|bureau|comm?s|digital|web|general|enquir(?:y|ies))s?"
)
_PRIVATE_HOST: Final = re.compile(
    r"(?i)@(?:qq|163|126|139|189|sina|sohu|foxmail|gmail|hotmail|outlook|yahoo|yeah|aliyun|icloud|21cn|wo)\."
)
_OFFICE_WORD: Final = re.compile(
    r"局|委|办|厅|处|科|中心|部|院|公司|政府|站|所|队|会|室|馆|平台|大厅|热线|单位|机构|集团|银行|学校|大学|窗口|工作人员"
    r"|(?i:office|depart|agenc|cent(?:er|re)|team|support|desk|help|data|service|bureau|division|minist|government"
    r"|council|unit|admin|info|contact|program|librar|institut|branch|group|committee|commission|board|authority"
    r"|universit|secretar|direcci|dirección|subsecret|ville|mairie|amt\b|stadt|behörde|agency|foundation|portal|open"
    r"|staff|officer|manager|coordinator|point|public|affairs|management|analysis|research|policy|survey|statistic)"
)
_LATIN_NAME: Final = 2


@dataclass(slots=True)
class Mask:
    """Masks texts of one record and counts what it masked, by kind."""

    counts: Counter[str] = field(default_factory=Counter)

    def text(self, text: str) -> str:
        """Return a free text with what is a person's masked."""
        has_numbers = _SIGNED.search(text) is not None
        has_names = _CALLED.search(text) is not None
        if not has_numbers and not has_names:
            return text
        kinds = (_NUMBERS if has_numbers else frozenset()) | (frozenset({Kind.NAME}) if has_names else frozenset())
        spans = [span for span in find_spans(text, kinds=kinds) if self._is_private(text, span)]
        return self._hidden(text, spans)

    def texts(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return texts masked."""
        return tuple(self.text(text) for text in texts)

    def contact(self, contact: Contact) -> Contact:
        """Return a contact with the office's lines alone; with a person's name goes what reaches the person."""
        is_person = bool(contact.name) and not is_office(contact.name)
        telephone = self.text(contact.telephone)
        if is_person and telephone == contact.telephone and telephone and not _is_office_line(telephone):
            telephone = self._whole(telephone, Kind.PHONE)
        name = contact.name
        if is_person:
            # A member called 联系方式 may hold a number and no name at all.
            name = self.text(name)
            name = name if any(sign.isdigit() for sign in contact.name) else self._whole(contact.name, Kind.NAME)
        else:
            name = self.text(name)
        return Contact(name, self.text(contact.email), telephone)

    def _is_private(self, text: str, span: Span) -> bool:
        value = text[span.start : span.end]
        if span.kind is Kind.EMAIL:
            return not is_office_mailbox(value)
        return span.kind is Kind.NAME or blocks_in_metadata(span.kind, value)

    def _hidden(self, text: str, spans: Iterable[Span]) -> str:
        made, end = [], 0
        for span in spans:
            self.counts[span.kind.value] += 1
            made += [text[end : span.start], masked(text[span.start : span.end], span.kind)]
            end = span.end
        return "".join((*made, text[end:]))

    def _whole(self, value: str, kind: Kind) -> str:
        self.counts[kind.value] += 1
        return masked(value, kind)


def is_office(name: str) -> bool:
    """Say whether a contact's name is an office's: it holds a word that names one, or is no name at all."""
    words = name.split()
    is_acronym = len(words) == 1 and name.isascii() and name.isupper() and len(name) > _LATIN_NAME
    return _OFFICE_WORD.search(name) is not None or is_acronym


def is_office_mailbox(address: str) -> bool:
    """Say whether a mailbox is an office's: not at a private host, and called by what it is for."""
    local = address.replace("＠", "@").partition("@")[0]
    return _PRIVATE_HOST.search(address) is None and _OFFICE_BOX.search(local) is not None


def _is_office_line(number: str) -> bool:
    """Say whether a number is a fixed line of China or a 400 number."""
    spans = find_spans(f"电话：{number}", kinds=frozenset({Kind.PHONE}))
    return bool(spans) and not any(
        blocks_in_metadata(span.kind, f"电话：{number}"[span.start : span.end]) for span in spans
    ) and re.match(r"\(?(?:0[1-9]|400|800|12345|1[0-9]{2,4}$)", number) is not None  # fmt: skip
