"""The table of ids that CKAN's clients gave to resources, so that they find them again under these."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

from catalogue.tables import metadata

ckan_resource = sa.Table(
    "ckan_resource",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True, comment="as the client gave it"),
    sa.Column("entry_id", UUID(as_uuid=True), sa.ForeignKey("hub.entry.id"), nullable=False, index=True),
    comment="ids of resources of entries that came from a CKAN; the hub's own follow from the entry's id",
)
