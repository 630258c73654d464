"""Entries, members, classes and keywords in the shapes of CKAN: datasets, organizations, groups and tags.

The mapping is that of the directory's metadata to CKAN (docs/reference/ckan.md). Missing values are null, never left
out; times are naive UTC with microseconds; values of extras are texts. How a thing is shared among organs, its grade
and its sensitivities are not told here: this is the public's view.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from catalogue.code_lists import load_code_list
from catalogue.shapes import the_shape
from hub.open.ckan import ids
from hub.open.ckan.keeping import id_of_link, is_for_datastore, kept_extras, kept_members, kept_of_link
from hub.open.ckan.licences import licence_of
from policies.facts import OpenType, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry, Link
    from catalogue.item import Item
    from catalogue.published import Published
    from hub.identity.facts import Member

GROUP_PREFIX: Final = "class-"
GUARDED: Final = "guarded"
"""``resource_type`` of the page where one applies for what is open on conditions."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of having the data of an entry; ``key`` goes into its id."""

    key: str
    name: str
    format: str
    url: str
    media_type: str | None = None
    description: str = ""
    size: int | None = None
    has_datastore: bool = False
    kind: str | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None


def written(moment: datetime | None) -> str | None:
    """Return a time as CKAN writes it: naive, UTC, with microseconds."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def has_open_rows(published: Published) -> bool:
    """Whether anybody may read rows of the entry: open without conditions, pushed, and with an open item."""
    entry = published.entry
    return (
        entry.opening.type is OpenType.UNCONDITIONAL
        and published.rows is not None
        and not published.row.suspended
        and any(entry.open_type(item) is OpenType.UNCONDITIONAL for item in entry.items)
    )


def ways(site: str, published: Published) -> Iterator[Way]:
    """Yield every way of having the data, in the order they stand in the dataset; the CSV with the datastore last.

    Last, because ckanapi 4.11 writes the file of a dataset's last resource for each of its resources.
    """
    entry, name = published.entry, published.row.name
    links = [_link(link, entry) for link in entry.links]
    yield from links
    page = f"{site}/dataset/{quote(name)}"
    # A dataset of a dump that names where one applies keeps that page, as it keeps the addresses of its files.
    is_told = any(one.kept.get("resource_type") == GUARDED for one in links)
    if entry.origin is None and entry.opening.type is OpenType.CONDITIONAL and not is_told:
        yield Way(
            "apply", f"{entry.title}（依申请开放）", "HTML", page, "text/html",
            "有条件开放：在此页申请，按批准的范围提供。 / Open on conditions: apply on this page.", kind=GUARDED,
        )  # fmt: skip
    if not has_open_rows(published):
        return
    base = f"{site}/api/v1/datasets/{quote(name)}"
    yield Way(
        "api", f"{entry.title} API", "API", f"{base}/rows", "application/json",
        "逐页读取，可按信息项筛选、排序。 / Read page by page, filtered and sorted by items.", kind="api",
    )  # fmt: skip
    yield Way(
        "json", f"{entry.title} JSON", "JSON", f"{base}/download?format=json", "application/json", "全部数据 / all rows"
    )
    if the_shape(entry.items) is not None:
        shown = f"{base}/download?format=geojson"
        yield Way("geojson", f"{entry.title} GeoJSON", "GeoJSON", shown, "application/geo+json", "全部数据 / all rows")
    yield Way(
        "excel", f"{entry.title} CSV（Excel）", "CSV", f"{base}/download?format=excel", "text/csv",
        "可用 Excel 直接打开，代码和长数字按文本保存。 / Opens in Excel, codes and long numbers kept as text.",
    )  # fmt: skip
    yield Way(
        "csv", f"{entry.title} CSV", "CSV", f"{base}/download?format=csv", "text/csv", "全部数据 / all rows",
        has_datastore=True,
    )  # fmt: skip


def _link(link: Link, entry: Entry) -> Way:
    """Return a file or service at the source of a harvested entry; its format is never empty."""
    ending = link.url.partition("?")[0].rpartition("/")[2].rpartition(".")
    guessed = ending[2].upper() if ending[0] and ending[2].isalnum() and len(ending[2]) <= 5 else ""  # noqa: PLR2004
    shape = link.format.strip() or guessed or link.media_type.rpartition("/")[2].upper() or "HTML"
    has_datastore = is_for_datastore(link) and entry.opening.type is OpenType.UNCONDITIONAL and bool(entry.items)
    return Way(
        f"link {link.url}", link.title or entry.title, shape, link.url, link.media_type or None,
        size=link.bytes, has_datastore=has_datastore, kept=kept_of_link(link), id=id_of_link(link),
    )  # fmt: skip


def resource(published: Published, way: Way, position: int) -> dict[str, Any]:
    """Return one way of having the data as a resource."""
    changed = written(published.data_at or published.modified)
    return {
        "cache_last_updated": None,
        "cache_url": None,
        "created": written(published.modified),
        "datastore_active": way.has_datastore,
        "description": way.description,
        "format": way.format,
        "hash": "",
        "id": way.id or str(ids.resource_id(published.row.id, way.key)),
        "last_modified": changed,
        "metadata_modified": changed,
        "mimetype": way.media_type,
        "mimetype_inner": None,
        "name": way.name,
        "package_id": str(published.row.id),
        "position": position,
        "resource_type": way.kind,
        "size": way.size,
        "state": "active",
        "url": way.url,
        "url_type": None,
        **way.kept,
    }


def resources(site: str, published: Published) -> list[dict[str, Any]]:
    """Return all resources of a dataset."""
    return [resource(published, way, position) for position, way in enumerate(ways(site, published))]


def organization(member: Member) -> dict[str, Any]:
    """Return a member as the ``organization`` of a dataset."""
    return {
        "id": str(member.id),
        "name": member.slug,
        "title": member.name,
        "type": "organization",
        "description": "",
        "image_url": "",
        "created": written(member.created),
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def group(code: str, classes: ClassTree) -> dict[str, Any]:
    """Return a class of the tree as a group of a dataset; one the tree does not have is called by its code."""
    node = classes.nodes.get(code)
    title = classes.name_of(code)
    return {
        "id": str(ids.group_id(code)),
        "name": f"{GROUP_PREFIX}{code}",
        "title": title,
        "display_name": title,
        "description": node.name_en if node is not None else "",
        "image_display_url": "",
    }


def tag(word: str) -> dict[str, Any]:
    """Return a keyword as a tag."""
    return {
        "id": str(ids.tag_id(word)), "name": word, "display_name": word, "state": "active", "vocabulary_id": None
    }  # fmt: skip


def _described(entry: Entry, item: Item) -> dict[str, Any]:
    """Return what the public may know of an item: enough to set it up elsewhere."""
    opening = entry.open_type(item)
    is_open = opening is OpenType.UNCONDITIONAL and item.sensitivity is Sensitivity.PUB
    told: dict[str, Any] = {"id": item.column, "label": item.name, "type": item.type.value, "open": is_open}
    if opening is OpenType.CONDITIONAL:
        told["conditional"] = True
    if item.length is not None:
        told["length"] = item.length
    return {**told, "key": True} if item.column in entry.keys else told


def _extras(published: Published) -> list[dict[str, str]]:
    """Return what CKAN has no member for, by key; only what is known."""
    row, entry = published.row, published.entry
    cycle = load_code_list("catalogue_update_cycle").rows.get(entry.update_cycle)
    known: dict[str, str | None] = {
        "catalog_path": "/".join(entry.class_path),
        "crs": entry.crs,
        "frequency": cycle.extra["eu_frequency"] if cycle is not None else "",
        "issued": entry.issued.isoformat() if entry.issued is not None else "",
        "items": json.dumps(
            [_described(entry, item) for item in entry.items],
            ensure_ascii=False,
        )
        if entry.items
        else "",
        "legal_basis": "；".join(f"{one.rule} {one.article}".strip() for one in entry.legal_basis),
        "notes_en": entry.abstract_en,
        "open_condition": entry.opening.condition,
        "open_type": str(int(entry.opening.type)),
        "provider_code": entry.provider.code,
        "related_codes": " ".join(entry.related_codes),
        "resource_code": row.resource_code,
        "rights": entry.rights_statement,
        "spatial_coverage": " ".join(entry.spatial_coverage),
        "temporal_end": entry.temporal_end,
        "temporal_start": entry.temporal_start,
        "title_en": entry.title_en,
        "update_cycle": cycle.name_zh if cycle is not None else entry.update_cycle,
    }
    if entry.origin is not None:
        known |= {
            "harvest_object_id": entry.origin.record,
            "harvest_publisher": entry.origin.publisher,
            "harvest_source": entry.origin.source,
            "harvest_source_modified": entry.origin.modified,
            "harvest_url": entry.origin.url,
        }
    own = {key: value for key, value in known.items() if value}
    return [{"key": key, "value": value} for key, value in sorted({**kept_extras(entry), **own}.items())]


def _created(published: Published) -> str | None:
    issued = published.entry.issued
    return written(published.modified if issued is None else datetime.combine(issued, time(), UTC))


def package(site: str, published: Published, member: Member | None, classes: ClassTree) -> dict[str, Any]:
    """Return a published entry as a dataset; ``member`` is its provider, ``classes`` the tree in force."""
    row, entry = published.row, published.entry
    licence = licence_of(entry.licence)
    holdings = resources(site, published)
    contact = entry.provider.contact
    is_mail = "@" in contact
    own = {
        "author": entry.provider.name or None,
        "author_email": None,
        "creator_user_id": None,
        "extras": _extras(published),
        "groups": [group(code, classes) for code in entry.class_path],
        "id": str(row.id),
        "isopen": licence is not None and licence.is_open,
        "license_id": licence.id if licence is not None else None,
        "license_title": licence.title if licence is not None else None,
        "license_url": (licence.url or None) if licence is not None else None,
        "maintainer": f"{entry.provider.unit} {'' if is_mail else contact}".strip() or None,
        "maintainer_email": contact if is_mail else None,
        "metadata_created": _created(published),
        "metadata_modified": written(published.modified),
        "name": row.name,
        "notes": entry.abstract or None,
        "num_resources": len(holdings),
        "num_tags": len(entry.keywords),
        "organization": organization(member) if member is not None else None,
        "owner_org": str(row.provider_id),
        "private": entry.opening.type is OpenType.CLOSED,
        "relationships_as_object": [],
        "relationships_as_subject": [],
        "resources": holdings,
        "state": "active",
        "tags": [tag(word) for word in sorted(set(entry.keywords))],
        "title": entry.title,
        "type": "dataset",
        "url": (entry.origin.url if entry.origin is not None else "") or f"{site}/dataset/{quote(row.name)}",
        "version": str(row.published_version),
    }  # fmt: skip
    return own | kept_members(entry)
