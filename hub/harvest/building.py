"""From a neutral record to the entry it becomes: cleaned, normalised, masked; what has no code is kept and counted.

A harvested entry has no rows and no items: its links lead to where the data are. Openness is the source's own word,
never widened; sharing follows it (what is open to all is shared without condition, the rest on the source's terms).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from catalogue.entry import Entry, Link, Opening, Origin, Provider, Sharing, Zone
from hub.harvest.cleaning import one_line, paragraphs
from hub.harvest.masking import Mask
from hub.harvest.providers import provider_name
from hub.harvest.vocabulary import OTHER, class_path_of, cycle_of, date_parts, formats_of, openness_of
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.catalogues.record import Record
    from hub.harvest.definition import Definition

RULES: Final = "1"
"""Version of these rules: when it changes, every record of a source is read anew."""
DOWNLOAD: Final = "03"
ON_TERMS: Final = "按来源平台的开放条件"
UNSTATED: Final = "来源未写明开放条件，以来源平台为准"
MOST_LINKS: Final = 2000
MOST_KEYWORDS: Final = 100
SHORT: Final = 200
FIRST_YEAR: Final = 1900
_YEAR_OR_MONTH: Final = re.compile(r"(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2]))?")


@dataclass(slots=True)
class Built:
    """An entry with what is told of its making: counts by kind, and texts that have no code."""

    entry: Entry
    counts: Counter[str] = field(default_factory=Counter)
    kept: dict[str, Any] = field(default_factory=dict)

    def notes(self) -> dict[str, Any]:
        """Return it as it is stored with the record."""
        return {"counts": dict(self.counts), "kept": self.kept}


def build(record: Record, source: str, definition: Definition, now: datetime) -> Built:
    """Return the entry a record becomes; nothing of it is a person's any more."""
    mask = Mask()
    counts: Counter[str] = Counter()
    kept: dict[str, Any] = {}
    title = mask.text(one_line(record.title))
    counts["title_cleaned"] += title != record.title and bool(title)
    publisher = mask.text(one_line(record.publisher))
    opening = _opening(record, definition, counts, kept)
    themes = tuple(one_line(theme) for theme in record.themes)
    path = class_path_of(themes, definition.themes)
    counts["theme_unknown"] += bool(themes) and not path
    counts["theme_unstated"] += not themes
    counts["members_unread"] += bool(record.unread)
    entry = Entry(
        title=title,
        title_en=mask.text(one_line(record.title_en)),
        abstract=mask.text(paragraphs(record.abstract)),
        provider=_provider(record, publisher, definition, mask, counts),
        sharing=_sharing(opening.type),
        opening=replace(opening, condition=mask.text(opening.condition)),
        class_path=path,
        formats=_formats(record, counts, kept),
        update_cycle=_cycle(record, counts, kept),
        issued=_day(record.issued, "issued", counts, kept),
        zone=Zone.INTERNET,
        spatial_coverage=definition.divisions,
        temporal_start=_iso(record.temporal_start, counts, kept),
        temporal_end=_iso(record.temporal_end, counts, kept),
        keywords=mask.texts(_words((*record.keywords, *themes), counts)),
        licence=mask.text(one_line(record.licence))[:SHORT] or definition.licence,
        rights_statement=mask.text(paragraphs(record.rights)) or definition.rights,
        origin=Origin(source, record.id, now, record.url, publisher, mask.text(one_line(record.modified))[:SHORT]),
        links=_links(record, mask, counts),
    )
    texts = {name: mask.texts(value) if isinstance(value, list) else mask.text(value) for name, value in kept.items()}
    counts += Counter({f"masked_{kind}": count for kind, count in mask.counts.items()})
    return Built(entry, +counts, {name: list(one) if isinstance(one, tuple) else one for name, one in texts.items()})


def _provider(record: Record, publisher: str, definition: Definition, mask: Mask, counts: Counter[str]) -> Provider:
    name = provider_name(publisher, definition.place, definition.aliases) or definition.name
    counts["provider_normalised"] += bool(publisher) and name != publisher
    counts["provider_unstated"] += not publisher
    contact = mask.contact(record.contact)
    return Provider(name, "", contact=" ".join(filter(None, (contact.name, contact.telephone, contact.email))))


def _opening(record: Record, definition: Definition, counts: Counter[str], kept: dict[str, Any]) -> Opening:
    """Return how open the record is; what is not unconditional always says on which terms."""
    found = openness_of(record.openness, OpenType(definition.unstated_open_type))
    counts["openness_unknown"] += not found.is_known and bool(record.openness)
    counts["openness_unstated"] += not record.openness
    if not found.is_known and record.openness:
        kept["openness"] = one_line(record.openness)[:SHORT]
    otherwise = definition.rights[:SHORT] if found.type is OpenType.UNCONDITIONAL else UNSTATED
    return Opening(found.type, one_line(found.condition) or otherwise)


def _formats(record: Record, counts: Counter[str], kept: dict[str, Any]) -> tuple[str, ...]:
    codes, unknown = formats_of(record.formats)
    counts["formats_unknown"] += bool(unknown)
    if unknown:
        kept["formats"] = [one_line(text)[:SHORT] for text in unknown][:MOST_LINKS]
    return codes


def _cycle(record: Record, counts: Counter[str], kept: dict[str, Any]) -> str:
    code = cycle_of(record.cycle) if record.cycle else ""
    counts["cycle_unstated"] += not record.cycle
    if code is None or code == OTHER:
        kept["cycle"] = one_line(record.cycle)[:SHORT]
    counts["cycle_unknown"] += code is None
    counts["cycle_other"] += code == OTHER
    return code or ""


def _sharing(openness: OpenType) -> Sharing:
    if openness is OpenType.UNCONDITIONAL:
        return Sharing(ShareType.UNCONDITIONAL, modes=(DOWNLOAD,))
    return Sharing(ShareType.CONDITIONAL, scope=ON_TERMS, purpose=ON_TERMS, modes=(DOWNLOAD,))


def _day(text: str, member: str, counts: Counter[str], kept: dict[str, Any]) -> date | None:
    parts = date_parts(text) if text else None
    if parts is not None:
        try:
            found = date(*parts)
        except ValueError:
            pass
        else:
            if found.year >= FIRST_YEAR:
                return found
    if text:
        counts["date_unknown"] += 1
        kept[member] = one_line(text)[:SHORT]
    return None


def _iso(text: str, counts: Counter[str], kept: dict[str, Any]) -> str:
    """Return the beginning or end of a period as a day of ISO 8601, or its year or month where no more is said."""
    plain = text.strip()
    if _YEAR_OR_MONTH.fullmatch(plain):
        return plain
    found = _day(plain, "temporal", counts, kept)
    return found.isoformat() if found is not None else ""


def _words(texts: Iterable[str], counts: Counter[str]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word for word in (one_line(text)[:SHORT] for text in texts) if word))
    counts["keywords_left_out"] += max(0, len(words) - MOST_KEYWORDS)
    return words[:MOST_KEYWORDS]


def _links(record: Record, mask: Mask, counts: Counter[str]) -> tuple[Link, ...]:
    counts["links_left_out"] += max(0, len(record.distributions) - MOST_LINKS)
    counts["no_address"] += not record.distributions and not record.url
    return tuple(
        Link(
            one.url,
            mask.text(one_line(one.title))[:SHORT],
            one_line(one.format)[:SHORT],
            one_line(one.media_type)[:SHORT],
            one.bytes,
        )
        for one in record.distributions[:MOST_LINKS]
    )
