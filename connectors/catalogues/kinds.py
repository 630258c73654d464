"""Kinds of catalogues that can be harvested."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of catalogues. AUTO finds out from the content."""

    AUTO = "auto"
    PORTAL = "portal"
    CKAN = "ckan"
    DATAJSON = "datajson"
    RDF = "rdf"
