"""Everything identity needs at run time, put together once by ``create_app``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.identity.passwords import Passwords
from hub.identity.proof_store import ProofStore
from hub.identity.sessions import SessionRules
from hub.identity.snapshot import AGE_LIMIT_SECONDS, Authenticator, SnapshotKeeper
from hub.identity.token_key import load_token_key
from hub.identity.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hub.database import Database
    from hub.identity.recording import Recorder
    from hub.settings import Settings


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What settings say about identity.

    ``issuer`` is the public URL without a trailing slash; ``security_contact`` a mailto: or https: address
    for RFC 9116 (None: no security.txt); ``other_public_keys`` are JWKs published beside the token key (receipts).
    """

    issuer: str
    token_key_file: Path
    sessions: SessionRules
    token_lifetime_seconds: int = 600
    snapshot_max_age_seconds: float = AGE_LIMIT_SECONDS
    security_contact: str | None = None
    other_public_keys: tuple[Mapping[str, str], ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether cookies may be confined to encrypted connections."""
        return self.issuer.startswith("https://")


def rules_of(
    settings: Settings, *, security_contact: str | None = None, other_public_keys: tuple[Mapping[str, str], ...] = ()
) -> IdentityRules:
    """Return the rules a set of settings says; the token key lies in ``keys/token.pem`` of the data directory."""
    return IdentityRules(
        issuer=settings.public_url,
        token_key_file=settings.data_dir / "keys" / "token.pem",
        sessions=SessionRules(
            idle=timedelta(minutes=settings.session_idle_minutes),
            absolute=timedelta(minutes=settings.session_lifetime_minutes),
            password_alone=settings.demo,
        ),
        token_lifetime_seconds=settings.token_lifetime_seconds,
        snapshot_max_age_seconds=settings.snapshot_max_age_seconds,
        security_contact=security_contact,
        other_public_keys=other_public_keys,
    )


@dataclass(frozen=True, slots=True)
class IdentityServices:
    """The parts; :meth:`start` before serving, :meth:`stop` after."""

    database: Database
    record: Recorder
    rules: IdentityRules
    tokens: Tokens
    keeper: SnapshotKeeper
    authenticator: Authenticator
    proofs: ProofStore
    passwords: Passwords = field(default_factory=Passwords)
    clock: Callable[[], datetime] = utc_now

    def start(self) -> None:
        """Load the standing and keep it fresh."""
        self.keeper.start()

    def stop(self) -> None:
        """End the thread that keeps it fresh."""
        self.keeper.stop()


def build_identity(
    database: Database, record: Recorder, rules: IdentityRules, clock: Callable[[], datetime] = utc_now
) -> IdentityServices:
    """Put the parts together; reads or makes the token key file, touches no database yet. ``clock`` is the hub's.

    Raises:
        TokenKeyFileError: the key file cannot be used.

    """
    key = load_token_key(rules.token_key_file)
    tokens = Tokens(rules.issuer, key, rules.token_lifetime_seconds, record)
    keeper = SnapshotKeeper(database, age_limit_seconds=rules.snapshot_max_age_seconds)
    authenticator = Authenticator(tokens, keeper, clock)
    proofs = ProofStore(database)
    return IdentityServices(database, record, rules, tokens, keeper, authenticator, proofs, clock=clock)
