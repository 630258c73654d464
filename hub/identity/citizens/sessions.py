"""Sessions of citizens and legal persons: begin at the unified identity, come back once, stay for an hour at most.

The browser that began a sign-in must be the one that comes back (a cookie bound to the state), so that nobody can sign
another's browser in. The identity number lives sealed in the session and nowhere else; the person is known elsewhere by
an internal key, a keyed digest of it. 个人信息保护法 Art. 45 (strong login for one's own data).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hub.identity.citizens import store
from hub.identity.citizens.errors import CitizenCsrfError, CitizenSessionNeededError, CitizenSignInRefusedError
from hub.identity.citizens.store import CitizenSessionRow, SessionKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.citizens.oidc import Proven, SignIn
    from hub.identity.sealing import Sealer

SEAL_LOGIN: Final = "citizen.login"
SEAL_SESSION: Final = "citizen.session"
LOGIN_LIFE: Final = timedelta(minutes=10)
IDLE: Final = timedelta(minutes=15)
LIFE: Final = timedelta(hours=1)
TOUCH_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who has a session: internal key and number of the person or body, and whether a second factor was passed.

    ``subject`` is the internal key; ``number`` stays in memory for the length of a request. ``agent`` is the internal
    key of the person who speaks for a body.
    """

    session_id: str
    kind: SessionKind
    subject: str
    number: str = field(repr=False)
    has_second_factor: bool
    csrf: str = field(repr=False)
    agent: str | None = None

    @property
    def is_body(self) -> bool:
        """Whether the session speaks for a legal person."""
        return self.kind is SessionKind.LEGAL_PERSON


def digest_of(text: str) -> str:
    """Return what is stored of a secret the browser holds."""
    return hashlib.sha256(text.encode()).hexdigest()


def subject_key(digest: Callable[[Mapping[str, object]], str], kind: SessionKind, number: str) -> str:
    """Return the internal key of a person or body; ``digest`` is the receipt writer's keyed digest."""
    return digest({"subject": kind.value, "number": number})


def keep(unit: Unit, sealer: Sealer, begun: SignIn, lang: str, now: datetime) -> None:
    """Keep a sign-in until the browser comes back."""
    sealed = sealer.seal_values(SEAL_LOGIN, {"nonce": begun.nonce, "verifier": begun.verifier})
    store.insert_login(unit, digest_of(begun.state), sealed, lang, now)


def take(unit: Unit, sealer: Sealer, state: str, cookie: str, now: datetime) -> tuple[str, str, str]:
    """Return nonce, verifier and language of a sign-in, once, to the browser that began it.

    Raises:
        CitizenSignInRefusedError: unknown or used, from another browser, or too long ago.

    """
    if not state or not cookie or not hmac.compare_digest(cookie.encode(), state.encode()):
        raise CitizenSignInRefusedError("browser")
    found = store.take_login(unit, digest_of(state))
    if found is None:
        raise CitizenSignInRefusedError("state")
    sealed, lang, at = found
    if now - at > LOGIN_LIFE:
        raise CitizenSignInRefusedError("too-late")
    values = sealer.open_values(SEAL_LOGIN, sealed)
    return str(values["nonce"]), str(values["verifier"]), lang


def open_session(
    unit: Unit,
    sealer: Sealer,
    digest: Callable[[Mapping[str, object]], str],
    proven: Proven,
    now: datetime,
) -> str:
    """Open a session and return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    kind = SessionKind.CITIZEN if proven.body is None else SessionKind.LEGAL_PERSON
    number = proven.number if proven.body is None else proven.body
    agent = None if proven.body is None else subject_key(digest, SessionKind.CITIZEN, proven.number)
    row = CitizenSessionRow(
        digest_of(token),
        subject_key(digest, kind, number),
        kind,
        sealer.seal_values(SEAL_SESSION, {"number": number, "agent": agent}),
        proven.has_second_factor,
        secrets.token_urlsafe(24),
        now,
        now,
        now + LIFE,
    )
    store.insert_session(unit, row)
    return token


def current(unit: Unit, sealer: Sealer, token: str | None, now: datetime) -> Citizen:
    """Return who a cookie's token belongs to (raises :class:`CitizenSessionNeededError`)."""
    row = store.find_session(unit, digest_of(token)) if token else None
    if row is None or now >= row.expires or now >= row.last_seen + IDLE:
        raise CitizenSessionNeededError
    if now - row.last_seen >= TOUCH_EVERY:
        store.touch_session(unit, row.id, now)
    values = sealer.open_values(SEAL_SESSION, row.sealed)
    agent = values["agent"]
    return Citizen(
        row.id,
        row.kind,
        row.subject,
        str(values["number"]),
        row.has_second_factor,
        row.csrf,
        str(agent) if agent is not None else None,
    )


def check_csrf(citizen: Citizen, sent: str | None) -> None:
    """Raise :class:`CitizenCsrfError` unless ``sent`` is the session's own token."""
    if sent is None or not hmac.compare_digest(citizen.csrf.encode(), sent.encode()):
        raise CitizenCsrfError
