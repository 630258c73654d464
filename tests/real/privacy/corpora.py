"""Labelled corpora of the neighbour folder: each yields texts with their labelled spans, in the scanner's kinds.

MultiPriv (Chinese, English): synthetic persons; a field's value is labelled wherever it stands in the paragraph.
Presidio: generated sentences with spans. People's Daily and Weibo: names of persons by character (BIO tags); names that
are descriptions («那位女士») are no names here.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from catalogue.privacy.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SHARED: Final = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "privacy"
_FIELDS: Final[Mapping[str, Kind]] = {
    "idCardNumbers": Kind.CITIZEN_ID,
    "phoneNumbers": Kind.PHONE,
    "emailAddress": Kind.EMAIL,
    "name": Kind.NAME,
    "doctor": Kind.NAME,
    "location": Kind.ADDRESS,
}
_ENTITIES: Final[Mapping[str, Kind]] = {
    "PHONE_NUMBER": Kind.PHONE,
    "CREDIT_CARD": Kind.BANK_CARD,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "PERSON": Kind.NAME,
    "STREET_ADDRESS": Kind.ADDRESS,
    "IBAN_CODE": Kind.IBAN,
    "US_SSN": Kind.FOREIGN_ID,
    "US_DRIVER_LICENSE": Kind.FOREIGN_ID,
    "IP_ADDRESS": Kind.IP,
}
_CARD: Final = re.compile(r"62[0-9]{14,17}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its labelled spans."""

    text: str
    spans: tuple[tuple[int, int, Kind], ...]


def _read(path: Path) -> Any:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(data)


def _persons(path: Path) -> Iterator[Labelled]:
    for record in _read(path):
        text = record["naturalParagraph"]
        wanted = [(str(record[field]), kind) for field, kind in _FIELDS.items()]
        wanted += [(card, Kind.BANK_CARD) for card in _CARD.findall(str(record["transactionDetails"]))]
        # A dictionary takes out what is labelled twice: a doctor who bears the patient's name.
        spans = {
            (match.start(), match.end(), kind): None
            for value, kind in wanted
            for match in re.finditer(re.escape(value), text)
        }
        yield Labelled(text, tuple(spans))


def _sentences(path: Path) -> Iterator[Labelled]:
    for record in _read(path):
        spans = [
            (span["start_position"], span["end_position"], _ENTITIES[span["entity_type"]])
            for span in record["spans"]
            if span["entity_type"] in _ENTITIES
        ]
        yield Labelled(record["full_text"], tuple(spans))


def _tagged(path: Path) -> Iterator[Labelled]:
    text, tags = "", []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        parts = re.split(r"[ \t]", line)
        if len(parts) > 1 and parts[0]:
            text += parts[0][0]
            tags.append(parts[1])
        elif text:
            yield Labelled(text, tuple(_names(tags)))
            text, tags = "", []


def _names(tags: list[str]) -> Iterator[tuple[int, int, Kind]]:
    start = 0
    while start < len(tags):
        end = start + 1
        if tags[start].startswith("B-PER") and not tags[start].endswith("NOM"):
            while end < len(tags) and tags[end].startswith("I-PER"):
                end += 1
            yield start, end, Kind.NAME
        start = end


CORPORA: Final[Mapping[str, tuple[str, Callable[[Path], Iterator[Labelled]]]]] = {
    "MultiPriv, Chinese": ("multipriv_zh_first_half.json", _persons),
    "MultiPriv, English": ("multipriv_en.json.gz", _persons),
    "Presidio": ("presidio_synth_v2.json.gz", _sentences),
    "People's Daily": ("peoples_daily_ner_dev.bio", _tagged),
    "Weibo": ("weibo_ner_train.conll", _tagged),
}
"""File and reader of each corpus."""
PARTIAL: Final[Mapping[str, frozenset[Kind]]] = {
    "MultiPriv, English": frozenset({Kind.NAME, Kind.EMAIL}),
}
"""Kinds a corpus labels only in part: the paragraph writes «Bobby» or another form of a field; no precision is told."""


def texts(name: str) -> Iterator[Labelled]:
    """Yield the labelled texts of a corpus."""
    file, read = CORPORA[name]
    return read(SHARED / file)
