"""Tables of citizens' sign-ins: those under way, and sessions. Numbers are sealed, tokens kept as digests."""

from __future__ import annotations

import sqlalchemy as sa

from catalogue.tables import AWARE, metadata

citizen_login = sa.Table(
    "citizen_login",
    metadata,
    sa.Column("state_digest", sa.Text, primary_key=True, comment="SHA-256 of the state sent, hex"),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="nonce and PKCE verifier"),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("at", AWARE, nullable=False, index=True),
)

citizen_session = sa.Table(
    "citizen_session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="SHA-256 of the token, hex"),
    sa.Column("subject", sa.Text, nullable=False, comment="internal key: a keyed digest of the number"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the number the person has proven"),
    sa.Column("has_second_factor", sa.Boolean, nullable=False),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("created", AWARE, nullable=False),
    sa.Column("last_seen", AWARE, nullable=False),
    sa.Column("expires", AWARE, nullable=False, index=True),
    sa.CheckConstraint("kind IN ('citizen', 'legal_person')", name="kind"),
)
