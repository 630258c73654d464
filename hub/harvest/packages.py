"""An open entry as a CKAN package: what of it leaves, and nothing that must not (catalogue-metadata mapping). Pure.

Open type 1 goes with the addresses of its data, type 2 with its metadata and the page where it is asked for, type 3
never. Grade, sensitivity and sharing conditions stay here. Extras are texts; keys are ours, so that a target can be
read back and compared.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import load_code_list
from policies.facts import OpenType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.entry import Entry
    from catalogue.published import Published

MOST_TAGS: Final = 50
LONGEST_TAG: Final = 100
SHORTEST_TAG: Final = 2
LONGEST_NAME: Final = 100
DOWNLOADS: Final = (("csv", "CSV", "text/csv"), ("json", "JSON", "application/json"))


def package_of(one: Published, organization: str, public_url: str) -> dict[str, Any]:
    """Return the package of an entry that is open in some form.

    Raises:
        ValueError: the entry is not open; it must not leave.
    """
    entry = one.entry
    if entry.opening.type is OpenType.CLOSED:
        raise ValueError("an entry of open type 3 never leaves")
    return {
        "name": one.row.name[:LONGEST_NAME],
        "title": entry.title,
        "notes": entry.abstract,
        "owner_org": organization,
        "private": False,
        "url": f"{public_url}/dataset/{one.row.name}",
        "author": entry.provider.name,
        "license_id": entry.licence,
        "tags": [{"name": tag} for tag in _tags(entry)],
        "extras": [{"key": key, "value": value} for key, value in sorted(_extras(one).items()) if value],
        "resources": list(_resources(one, public_url)),
    }


def digest_of(package: dict[str, Any]) -> bytes:
    """Return SHA-256 of a package as it is sent."""
    text = json.dumps(package, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _tags(entry: Entry) -> Iterator[str]:
    """Yield keywords a CKAN takes: of two characters and more, letters, digits, blanks, ``-_.``."""
    seen = 0
    for keyword in entry.keywords:
        tag = "".join(sign if sign.isalnum() or sign in " -_." else " " for sign in keyword).strip()
        if SHORTEST_TAG <= len(tag) <= LONGEST_TAG and seen < MOST_TAGS:
            seen += 1
            yield tag


def _extras(one: Published) -> dict[str, str]:
    entry = one.entry
    cycle = load_code_list("catalogue_update_cycle").rows.get(entry.update_cycle)
    origin = entry.origin
    return {
        "hub_id": str(one.row.id),
        "resource_code": one.row.resource_code or "",
        "catalog_path": "/".join(entry.class_path),
        "frequency": cycle.name_zh if cycle is not None else "",
        "issued": entry.issued.isoformat() if entry.issued is not None else "",
        "modified": one.modified.isoformat(),
        "open_type": str(int(entry.opening.type)),
        "open_condition": entry.opening.condition,
        "rights": entry.rights_statement,
        "spatial": " ".join(entry.spatial_coverage),
        "temporal_start": entry.temporal_start,
        "temporal_end": entry.temporal_end,
        "harvested_from": origin.url or origin.record if origin is not None else "",
    }


def _resources(one: Published, public_url: str) -> Iterator[dict[str, str]]:
    entry, name = one.entry, one.row.name
    for link in entry.links:
        yield {
            "name": link.title or entry.title,
            "url": link.url,
            "format": link.format.upper() or "LINK",
            "mimetype": link.media_type,
        }
    if entry.links:
        return
    if entry.opening.type is OpenType.UNCONDITIONAL and one.rows is not None:
        for ending, label, media_type in DOWNLOADS:
            url = f"{public_url}/api/v1/datasets/{name}/download?format={ending}"
            yield {"name": f"{entry.title} {label}", "url": url, "format": label, "mimetype": media_type}
    else:
        yield {"name": entry.title, "url": f"{public_url}/dataset/{name}", "format": "HTML", "mimetype": "text/html"}
