"""Sessions of staff: log in with password and code, look a session up, log out.

Password first (argon2id), then a time-based code (RFC 6238), each code good once. Attempts are counted in the
database before they are checked, so that many at once count too. The cookie's token is stored only as its
SHA-256. Roles and standing are read at every request: taking a role away works at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp

from hub.identity import store
from hub.identity.errors import CsrfError, LoginRefusedError, SessionEndedError, TooManyAttemptsError
from hub.identity.facts import SessionRow, StaffRequester, Status
from hub.identity.passwords import checked_password
from hub.identity.recording import record_change, record_denial
from hub.identity.staff import LOGIN

if TYPE_CHECKING:
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.facts import Credentials
    from hub.identity.passwords import Passwords
    from hub.identity.recording import Recorder

ATTEMPTS = 5
WINDOW = timedelta(minutes=15)
TOUCH_EVERY = timedelta(minutes=1)
TOTP_SECONDS = 30
TOTP_STEPS = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long sessions last, and whether a password alone is enough (in a demo only)."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    password_alone: bool = False


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What a person types; ``code`` is the six digits of the code generator."""

    login: str
    password: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session: ``token`` goes into the cookie and nowhere else."""

    token: str
    requester: StaffRequester


def session_id_of(token: str) -> str:
    """Return the stored id of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _login_digest(login: str) -> str:
    """Return what attempts are counted under: a login nobody has is never stored as typed."""
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()


def count_attempt(unit: Unit, record: Recorder, login: str, now: datetime) -> TooManyAttemptsError | None:
    """Count one attempt; returns the refusal when there were too many. Commit before checking the password."""
    attempts, began = store.count_attempt(unit, _login_digest(login), now, now - WINDOW)
    if attempts <= ATTEMPTS:
        return None
    error = TooManyAttemptsError(max(1, int((began + WINDOW - now).total_seconds())))
    record_denial(record, unit, "login", error.reason)
    return error


def log_in(
    unit: Unit, record: Recorder, passwords: Passwords, rules: SessionRules, form: LoginForm, now: datetime
) -> LoggedIn | LoginRefusedError:
    """Check a counted attempt and open a session, or return the refusal, recorded; the caller raises it after commit.

    The refusal's ``reason`` is for the receipt; the caller learns only that the login failed.
    """
    login = form.login.strip().lower()
    found = store.credentials(unit, login) if LOGIN.fullmatch(login) else None
    fits = passwords.fits(None if found is None else found.password_hash, form.password)
    if found is None:
        record_denial(record, unit, "login", "unknown-login")
        return LoginRefusedError("unknown-login")
    reason = "wrong-password" if not fits else _hindrance(unit, rules, found, form.code, now)
    if reason is not None:
        record_denial(record, unit, "login", reason, end_user=str(found.staff.id))
        return LoginRefusedError(reason)
    store.forget_attempts(unit, _login_digest(form.login))
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    row = SessionRow(session_id_of(token), found.staff.id, now, now, now + rules.absolute, csrf)
    store.insert_session(unit, row)
    return LoggedIn(token, requester_of(unit, rules, token, now))


def _hindrance(unit: Unit, rules: SessionRules, found: Credentials, code: str, now: datetime) -> str | None:
    """Say why a person with the right password is still not let in, or None."""
    if found.staff.status is not Status.ACTIVE or found.member_status is not Status.ACTIVE:
        return "suspended"
    if found.totp_secret is None:
        return None if rules.password_alone else "no-second-factor"
    if rules.password_alone and not code:
        return None
    step = _step_of(found.totp_secret, code, now)
    if step is None:
        return "wrong-code"
    return None if store.take_totp_step(unit, found.staff.id, step) else "code-used"


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step a code belongs to: now, the step before or after; None when it fits none."""
    current = int(now.timestamp()) // TOTP_SECONDS
    generator = pyotp.TOTP(secret, interval=TOTP_SECONDS)
    for step in (current + offset for offset in TOTP_STEPS):
        if hmac.compare_digest(generator.generate_otp(step).encode(), code.strip().encode()):
            return step
    return None


def requester_of(unit: Unit, rules: SessionRules, token: str, now: datetime) -> StaffRequester:
    """Return who a session cookie belongs to.

    Raises:
        SessionEndedError: unknown, idle too long, over, or the person or member is suspended.

    """
    found = store.session(unit, session_id_of(token))
    if found is None:
        raise SessionEndedError
    row, person, owner = found
    if now >= row.expires or now >= row.last_seen + rules.idle:
        raise SessionEndedError("session-over")
    if person.status is not Status.ACTIVE or owner.status is not Status.ACTIVE:
        raise SessionEndedError("suspended")
    if now - row.last_seen >= TOUCH_EVERY:
        store.touch_session(unit, row.id, now)
    return StaffRequester(person, owner, row.id, row.csrf, row.expires)


def check_csrf(requester: StaffRequester, sent: str | None) -> None:
    """Raise CsrfError unless ``sent`` is the session's CSRF token."""
    if sent is None or not hmac.compare_digest(requester.csrf.encode(), sent.encode()):
        raise CsrfError


def log_out(unit: Unit, requester: StaffRequester) -> None:
    """End the session."""
    store.delete_sessions(unit, session_id=requester.session_id)


def change_password(
    unit: Unit, record: Recorder, passwords: Passwords, requester: StaffRequester, old: str, new: str
) -> LoginRefusedError | None:
    """Replace the person's own password and end all sessions, or return the recorded refusal of the old one.

    Raises:
        InvalidDetailsError: the new password is not acceptable.

    """
    person = requester.staff
    found = store.credentials(unit, person.login)
    if not passwords.fits(None if found is None else found.password_hash, old):
        record_denial(record, unit, "password", "wrong-password", end_user=str(person.id))
        return LoginRefusedError("wrong-password")
    store.change_staff(unit, person.id, password_hash=passwords.hash(checked_password(new, person.login)))
    store.delete_sessions(unit, staff_id=person.id)
    record_change(record, unit, requester.actor, "staff.password", person.id)
    return None
