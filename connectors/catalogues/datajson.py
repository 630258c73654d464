"""Datasets of a ``data.json``: DCAT-US 1.1 and 3.0, and the catalogues of the same shape of other countries.

Facts: resources.data.gov/resources/dcat-us (1.1), doi-do.github.io/dcat-us (3.0), the Argentine profile
(``superTheme``, ``distribution.accessURL``), ArcGIS Hub's feed. Faults are named with the path of the member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connectors.catalogues.record import Contact, Distribution, Record, Unreadable, first
from connectors.catalogues.texts import address_of, digest_of, mapping_of, objects_of, size_of, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from connectors.catalogues.record import Found

_ACCESS: Final = {"public": "public", "restricted public": "restricted", "non-public": "non-public"}


def read_datasets(items: Iterable[tuple[int, object]]) -> Iterator[Found]:
    """Yield a record for each member of ``dataset``."""
    for position, value in items:
        place = f"$.dataset[{position}]"
        if not isinstance(value, dict):
            yield Unreadable("", place, "不是 JSON 对象", "is no JSON object", digest_of(value))
            continue
        fault = _fault(value)
        key = text_of(value.get("identifier")) or address_of(value.get("landingPage")) or text_of(value.get("@id"))
        if not key and fault is None:
            fault = (
                ".identifier",
                "缺少 identifier，也没有 landingPage",
                "identifier is missing, and so is landingPage",
            )
        if fault is not None:
            where, zh, en = fault
            yield Unreadable(key, place + where, zh, en, digest_of(value))
        else:
            yield _record(value, key, place)


def _fault(given: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return path, Chinese and English of a member whose shape says that the record is not what it seems."""
    title = given.get("title")
    if title is not None and not isinstance(title, (str, list, dict)):
        return ".title", "标题不是文字", "the title is no text"
    distributions = given.get("distribution")
    if distributions is not None and not isinstance(distributions, (list, dict)):
        return ".distribution", "distribution 不是列表", "distribution is no list"
    if isinstance(distributions, list):
        for index, one in enumerate(distributions):
            if not isinstance(one, dict):
                return f".distribution[{index}]", "不是 JSON 对象", "is no JSON object"
    return None


def _record(given: Mapping[str, Any], key: str, place: str) -> Record:
    point = mapping_of(next(iter(objects_of(given.get("contactPoint"))), {}))
    start, _, end = text_of(given.get("temporal")).partition("/")
    distributions = tuple(_distributions(given))
    level = text_of(given.get("accessLevel")).lower()
    return Record(
        id=key,
        title=text_of(given.get("title")),
        place=place,
        abstract=text_of(given.get("description")),
        publisher=_publisher(given.get("publisher")),
        contact=Contact(
            text_of(point.get("fn")),
            text_of(point.get("hasEmail")).removeprefix("mailto:"),
            text_of(point.get("hasTelephone") or point.get("tel")).removeprefix("tel:"),
        ),
        keywords=texts_of(given.get("keyword"), splits=isinstance(given.get("keyword"), str)),
        themes=(*_labels(given.get("superTheme")), *_labels(given.get("theme"))),
        formats=tuple(
            dict.fromkeys(one.format or one.media_type for one in distributions if one.format or one.media_type)
        ),
        cycle=text_of(given.get("accrualPeriodicity")),
        openness=_ACCESS.get(level, level),
        licence=text_of(given.get("license")),
        rights=text_of(given.get("rights")),
        issued=text_of(given.get("issued")),
        modified=text_of(given.get("modified")),
        url=address_of(given.get("landingPage")),
        temporal_start=start.strip(),
        temporal_end=end.strip(),
        distributions=distributions,
    )


def _publisher(value: object) -> str:
    found = mapping_of(next(iter(objects_of(value)), {}))
    return first((text_of(found.get("name")), text_of(found.get("prefLabel")), "" if found else text_of(value)))


def _labels(value: object) -> tuple[str, ...]:
    """Return themes: texts, or the concepts of DCAT-US 3.0."""
    labels = [text_of(one.get("prefLabel")) for one in objects_of(value)]
    return tuple(dict.fromkeys(label for label in (*labels, *texts_of(value)) if label))


def _distributions(given: Mapping[str, Any]) -> Iterator[Distribution]:
    for one in objects_of(given.get("distribution")):
        url = address_of(one.get("downloadURL")) or address_of(one.get("accessURL"))
        if url:
            yield Distribution(
                url,
                text_of(one.get("title")),
                text_of(one.get("format")),
                text_of(one.get("mediaType")),
                size_of(one.get("byteSize")),
            )
