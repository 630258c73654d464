"""The directory as an Atom feed (RFC 4287), newest first, in pages (RFC 5005)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from datetime import datetime

    from hub.open.dcat.description import Description, Leaf

MEDIA_TYPE: Final = "application/atom+xml"
ATOM: Final = "http://www.w3.org/2005/Atom"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_UNWRITABLE: Final = {code: None for code in range(32) if code not in {9, 10, 13}} | {0xFFFE: None, 0xFFFF: None}
EPOCH: Final = "1970-01-01T00:00:00+00:00"
"""When a feed without an entry was last changed: never since there are feeds."""


def atom(leaf: Leaf, now: datetime | None = None) -> bytes:
    """Return one page of the feed; ``now`` stands for the change of a feed without an entry."""
    base = leaf.catalogue.base
    feed = ET.Element(f"{{{ATOM}}}feed", {_LANG: "zh"})
    _text(feed, "id", f"{base}/feeds/dataset.atom")
    _text(feed, "title", leaf.catalogue.title.zh)
    _text(feed, "subtitle", leaf.catalogue.about.zh)
    newest = max((one.modified for one in leaf.descriptions), default=now)
    _text(feed, "updated", newest.isoformat(timespec="seconds") if newest is not None else EPOCH)
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _text(author, "name", leaf.catalogue.publisher.name)
    _link(feed, "alternate", f"{base}/catalog", "text/html")
    for name, address in leaf.addresses.items():
        _link(feed, name, address, MEDIA_TYPE)
    for one in leaf.descriptions:
        _entry(feed, base, one)
    ET.register_namespace("", ATOM)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ET.Element, base: str, about: Description) -> None:
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _text(entry, "id", f"{base}/dataset/{about.name}")
    _text(entry, "title", about.title.zh)
    _text(entry, "updated", about.modified.isoformat(timespec="seconds"))
    if about.issued is not None:
        _text(entry, "published", f"{about.issued.isoformat()}T00:00:00+08:00")
    author = ET.SubElement(entry, f"{{{ATOM}}}author")
    _text(author, "name", about.publisher.name)
    _text(entry, "summary", about.about.zh)
    _link(entry, "alternate", f"{base}/d/{about.name}", "text/html")
    for form in about.forms:
        if form.download and form.format is not None:
            media = form.format.media_type
            _link(entry, "enclosure", form.download, media or "application/octet-stream")
    for word in about.keywords:
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": word.translate(_UNWRITABLE)})


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = text.translate(_UNWRITABLE)


def _link(parent: ET.Element, relation: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": address, "type": media_type})
