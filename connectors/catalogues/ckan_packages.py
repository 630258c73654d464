"""Datasets of a CKAN as neutral records: a ``package_search`` answer, a dump of packages, or one package.

Shapes: CKAN's ``package_show``, with the extras of ckanext-dcat where they are at the top level or in ``extras``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from connectors.catalogues.record import Contact, Distribution, Record, Unreadable, first
from connectors.catalogues.texts import address_of, digest_of, mapping_of, objects_of, size_of, text_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from connectors.catalogues.record import Found

_PRIVATE: Final = "private"


def read_packages(items: Iterable[tuple[int, object]], base: str = "") -> Iterator[Found]:
    """Yield a record for each package that is active and public; others are named as what they are.

    Args:
        items: position from 0 and JSON value of each package.
        base: address of the CKAN, to link the pages of its datasets; empty where it is not known.

    """
    for position, value in items:
        place = f"$.result.results[{position}]"
        if not isinstance(value, dict):
            yield Unreadable("", place, "不是 JSON 对象", "is no JSON object", digest_of(value))
            continue
        key = text_of(value.get("id")) or text_of(value.get("name"))
        if not key:
            yield Unreadable("", place, "没有 id 和 name", "has neither id nor name", digest_of(value))
        elif text_of(value.get("state")) in {"deleted", "draft"} or text_of(value.get(_PRIVATE)).lower() == "true":
            yield Unreadable(
                key, place, "是未公开、草稿或已删除的数据集", "is private, a draft or deleted", digest_of(value)
            )
        else:
            yield _record(value, key, place, base)


def _record(package: Mapping[str, Any], key: str, place: str, base: str) -> Record:
    extras = {text_of(one.get("key")): one.get("value") for one in objects_of(package.get("extras"))}

    def said(*names: str) -> str:
        return first(text_of(source.get(name)) for name in names for source in (package, extras))

    name = text_of(package.get("name"))
    page = f"{base.rstrip('/')}/dataset/{name or key}" if base else ""
    resources = tuple(_distributions(package))
    organisation = mapping_of(package.get("organization"))
    publisher = mapping_of(next(iter(objects_of(package.get("publisher"))), {}))
    issued, modified = said("issued", "metadata_created"), said("modified", "metadata_modified")
    temporal = next(iter(objects_of(package.get("temporal_coverage"))), {})
    return Record(
        id=key,
        title=said("title", "name"),
        place=place,
        title_en=said("title_en"),
        abstract=said("notes", "description"),
        publisher=first((text_of(publisher.get("name")), said("publisher_name"), text_of(organisation.get("title")))),
        contact=_contact(package, said),
        keywords=_names(package.get("tags"), "name"),
        themes=(*_names(package.get("groups"), "title"), *texts_of(package.get("theme"))),
        formats=tuple(dict.fromkeys(one.format for one in resources if one.format)),
        cycle=said("frequency", "update_frequency", "accrual_periodicity"),
        openness=said("open_type"),
        licence=said("license_url", "license_id", "license_title", "license"),
        rights=said("rights", "access_rights", "license_title"),
        issued=issued,
        modified=modified,
        url=first((page, address_of(package.get("url")))),
        temporal_start=text_of(temporal.get("start")) or said("temporal_start"),
        temporal_end=text_of(temporal.get("end")) or said("temporal_end"),
        distributions=resources,
    )


def _contact(package: Mapping[str, Any], said: Callable[..., str]) -> Contact:
    point = next(iter(objects_of(package.get("contact"))), {})
    return Contact(
        text_of(point.get("name")) or said("contact_name", "maintainer", "author"),
        text_of(point.get("email")) or said("contact_email", "maintainer_email", "author_email"),
        said("contact_telephone", "maintainer_phone"),
    )


def _names(value: object, member: str) -> tuple[str, ...]:
    found = (text_of(one.get(member)) or text_of(one.get("name")) for one in objects_of(value))
    return tuple(dict.fromkeys(name for name in found if name))


def _distributions(package: Mapping[str, Any]) -> Iterator[Distribution]:
    for one in objects_of(package.get("resources")):
        url = address_of(one.get("url")) or address_of(one.get("access_url")) or address_of(one.get("download_url"))
        if url and text_of(one.get("state")) != "deleted":
            yield Distribution(
                url,
                text_of(one.get("name")),
                text_of(one.get("format")),
                text_of(one.get("mimetype")),
                size_of(one.get("size")),
            )
