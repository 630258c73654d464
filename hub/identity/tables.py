"""Tables of jurisdictions, members, systems, keys, staff, sessions and used assertions.

The two rules on roles are constraints generated from :mod:`hub.identity.roles`, so that no path, not
even a database console, stores a person who grants and uses, or who is two of the three administrators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from catalogue.tables import AWARE, metadata
from hub.identity.facts import JurisdictionKind, KeyAlgorithm, KeyPurpose, KeyStatus, MemberKind, Status
from hub.identity.roles import ADMINISTRATORS, GRANTING, USING, Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

ID = UUID(as_uuid=True)


def _quoted(words: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{word.value}'" for word in sorted(words))


def _one_of(column: str, words: type[StrEnum]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({_quoted(words)})", name=column)


def _roles(words: Iterable[Role]) -> str:
    return f"ARRAY[{_quoted(words)}]::text[]"


jurisdiction = sa.Table(
    "jurisdiction",
    metadata,
    sa.Column("code", sa.Text, primary_key=True, comment="GB/T 2260; for a zone the statistical code"),
    sa.Column("name_zh", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("parent", sa.Text, sa.ForeignKey("hub.jurisdiction.code")),
    sa.Column("pack", sa.Text, nullable=False, comment="regulation pack in force here"),
    _one_of("kind", JurisdictionKind),
    sa.CheckConstraint("(kind = 'city') = (parent IS NULL)", name="parent"),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("organisation_code", sa.Text, nullable=False, unique=True, comment="GB 32100, 18 characters"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("jurisdiction", sa.Text, sa.ForeignKey("hub.jurisdiction.code"), nullable=False, index=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("contact", sa.Text, nullable=False, comment="office and telephone, never a person's own"),
    sa.Column("created", AWARE, nullable=False),
    _one_of("kind", MemberKind),
    _one_of("status", Status),
)

system = sa.Table(
    "system",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("member_id", ID, sa.ForeignKey("hub.member.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created", AWARE, nullable=False),
    sa.Column(
        "dpop_required",
        sa.Boolean,
        nullable=False,
        server_default=sa.text("false"),
        comment="conditional data only for tokens bound to the key (RFC 9449)",
    ),
    _one_of("status", Status),
    sa.UniqueConstraint("member_id", "name"),
)

system_key = sa.Table(
    "system_key",
    metadata,
    sa.Column("thumbprint", sa.Text, primary_key=True, comment="RFC 7638 SHA-256, base64url"),
    sa.Column("system_id", ID, sa.ForeignKey("hub.system.id"), nullable=False, index=True),
    sa.Column("jwk", JSONB, nullable=False, comment="public members only"),
    sa.Column("alg", sa.Text, nullable=False, comment="pinned: the only algorithm accepted with this key"),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("valid_from", AWARE, nullable=False),
    sa.Column("valid_to", AWARE, nullable=False),
    sa.Column("proposed_by", ID, nullable=False),
    sa.Column("approved_by", ID),
    _one_of("alg", KeyAlgorithm),
    _one_of("purpose", KeyPurpose),
    _one_of("status", KeyStatus),
    sa.CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
    sa.CheckConstraint("status NOT IN ('active', 'rotated') OR approved_by IS NOT NULL", name="approved"),
    comment="never deleted: old signatures must stay verifiable",
)

key_nonce = sa.Table(
    "key_nonce",
    metadata,
    sa.Column("nonce", sa.Text, primary_key=True),
    sa.Column("system_id", ID, sa.ForeignKey("hub.system.id"), nullable=False),
    sa.Column("expires", AWARE, nullable=False, index=True),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("member_id", ID, sa.ForeignKey("hub.member.id"), nullable=False, index=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id"),
    sa.Column("totp_secret", sa.Text),
    sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0", comment="last time step accepted"),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    _one_of("status", Status),
    sa.CheckConstraint(f"roles <@ {_roles(Role)}", name="known_roles"),
    sa.CheckConstraint(f"NOT (roles && {_roles(GRANTING)} AND roles && {_roles(USING)})", name="grants_or_uses"),
    sa.CheckConstraint(
        " + ".join(f"('{role.value}' = ANY (roles))::int" for role in sorted(ADMINISTRATORS)) + " <= 1",
        name="one_administrator",
    ),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="SHA-256 of the cookie's token, hex"),
    sa.Column("staff_id", ID, sa.ForeignKey("hub.staff.id"), nullable=False, index=True),
    sa.Column("created", AWARE, nullable=False),
    sa.Column("last_seen", AWARE, nullable=False),
    sa.Column("expires", AWARE, nullable=False, index=True, comment="absolute end"),
    sa.Column("csrf", sa.Text, nullable=False),
)

login_attempt = sa.Table(
    "login_attempt",
    metadata,
    sa.Column("login_digest", sa.Text, primary_key=True, comment="SHA-256 of the login as typed, hex"),
    sa.Column("window_start", AWARE, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
)

assertion_used = sa.Table(
    "assertion_used",
    metadata,
    sa.Column("iss", sa.Text, primary_key=True),
    sa.Column("jti", sa.Text, primary_key=True),
    sa.Column("exp", AWARE, primary_key=True),
    sa.Index("ix_assertion_used_exp", "exp"),
    comment="client assertions already exchanged for a token: each is good once",
)

dpop_proof = sa.Table(
    "dpop_proof",
    metadata,
    sa.Column("jkt", sa.Text, primary_key=True, comment="thumbprint of the key that signed it"),
    sa.Column("jti", sa.Text, primary_key=True),
    sa.Column("exp", AWARE, primary_key=True),
    sa.Index("ix_dpop_proof_exp", "exp"),
    comment="proofs of possession already seen (RFC 9449 11.1): each is good once",
)

policy_epoch = sa.Table(
    "policy_epoch",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.CheckConstraint("id = 1", name="single"),
    comment="one row; grows with every change of members, systems, keys, staff or grants",
)
