"""The standing of every member, system and key in memory, at most five seconds old, or no decision.

A thread reads the policy epoch at least once a second, at once when PostgreSQL hints at a change, and loads
the whole standing when it grew. :meth:`SnapshotKeeper.current` is a plain read without I/O, fit for the hot
paths; when the last confirmation is too old it raises, and the caller answers pending, never yes.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import structlog

from hub.identity import store
from hub.identity.errors import NotFreshError, TokenRefusedError
from hub.identity.facts import Requester, Status
from hub.identity.hint_store import listening
from hub.identity.tokens import expired

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping

    from hub.database import Database
    from hub.identity.facts import Member, System, SystemKey
    from hub.identity.tokens import AccessToken, Tokens

AGE_LIMIT_SECONDS = 5.0
POLL_SECONDS = 1.0
CACHE_SECONDS = 60.0
CACHE_ENTRIES = 20_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """Who may do something at all, as of one policy epoch; ``confirmed`` is monotonic seconds."""

    epoch: int
    confirmed: float
    members: Mapping[uuid.UUID, Member]
    systems: Mapping[uuid.UUID, System]
    keys: Mapping[str, SystemKey]

    def resolve(self, token: AccessToken, now: datetime) -> tuple[Requester, float]:
        """Return who a token stands for, and the Unix time until which that holds if nothing changes.

        Raises:
            TokenRefusedError: member, system or key is suspended, ended or unknown.

        """
        key = self.keys.get(token.key)
        system = self.systems.get(token.system_id)
        owner = None if system is None else self.members.get(system.member_id)
        if key is None or system is None or owner is None or key.system_id != system.id:
            raise TokenRefusedError(
                "unknown", "令牌对应的系统或密钥不存在", "the token's system or key is not registered"
            )
        if Status.SUSPENDED in {system.status, owner.status}:
            raise TokenRefusedError("suspended", "该系统或其单位已被停用", "the system or its member is suspended")
        if not key.is_live(now):
            raise TokenRefusedError(
                "key-ended", "取得令牌所用的密钥已停用", "the key the token was obtained with has ended"
            )
        requester = Requester(
            system_id=system.id,
            system_name=system.name,
            member_id=owner.id,
            member_slug=owner.slug,
            member_name=owner.name,
            member_kind=owner.kind,
            organisation_code=owner.organisation_code,
            jurisdiction=owner.jurisdiction,
            key_thumbprint=key.thumbprint,
            scope=token.scope,
            epoch=self.epoch,
            jkt=token.jkt,
            must_be_bound=system.dpop_required,
        )
        return requester, min(float(token.exp), key.valid_to.timestamp())

    def why_ended(self, requester: Requester, now: datetime) -> str | None:
        """Return why a system that proved itself earlier may not act any more; None while it may."""
        key, system = self.keys.get(requester.key_thumbprint), self.systems.get(requester.system_id)
        owner = self.members.get(requester.member_id)
        if key is None or system is None or owner is None or not key.is_live(now):
            return "key-ended"
        return "suspended" if Status.SUSPENDED in {system.status, owner.status} else None


class SnapshotKeeper:
    """Keeps one :class:`Standing` fresh."""

    def __init__(self, database: Database, *, age_limit_seconds: float = AGE_LIMIT_SECONDS) -> None:
        """Nothing is read before :meth:`refresh` or :meth:`start`."""
        self._database = database
        self._age_limit = age_limit_seconds
        self._standing: Standing | None = None
        self._one_at_a_time = Lock()
        self._stopping = Event()
        self._wake: socket.socket | None = None
        self._thread: Thread | None = None

    def current(self) -> Standing:
        """Return the standing, confirmed within the age limit.

        Raises:
            NotFreshError: it could not be confirmed in time.

        """
        standing = self._standing
        age = float("inf") if standing is None else time.monotonic() - standing.confirmed
        if standing is None or age > self._age_limit:
            raise NotFreshError(None if standing is None else age)
        return standing

    def refresh(self) -> Standing:
        """Confirm the standing against the database, loading it anew when the epoch moved."""
        with self._one_at_a_time:
            began = time.monotonic()
            known = self._standing
            with self._database.begin() as unit:
                epoch = store.current_epoch(unit)
                if known is not None and known.epoch == epoch:
                    fresh = replace(known, confirmed=began)
                else:
                    # Rows read after the epoch may be newer than it; then the next look sees a new epoch.
                    members, systems, keys = store.all_standing(unit)
                    fresh = Standing(
                        epoch=epoch,
                        confirmed=began,
                        members={member.id: member for member in members},
                        systems={system.id: system for system in systems},
                        keys={key.thumbprint: key for key in keys},
                    )
            self._standing = fresh
            return fresh

    def refresh_or_log(self) -> None:
        """Refresh; when that fails leave the old standing to its age limit."""
        try:
            self.refresh()
        except Exception:
            log.exception("standing-not-refreshed")

    def start(self) -> None:
        """Load the standing and keep it fresh in a thread until :meth:`stop`."""
        self.refresh()
        self._stopping.clear()
        self._wake, sleeping = socket.socketpair()
        self._thread = Thread(target=self._run, args=(sleeping,), name="standing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread at once, without waiting for its next look."""
        self._stopping.set()
        if self._wake is not None:
            self._wake.close()  # the other end wakes up
            self._wake = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, sleeping: socket.socket) -> None:
        with sleeping:
            while not self._stopping.is_set():
                try:
                    with listening(self._database.url, sleeping) as wait:
                        while not self._stopping.is_set():
                            self.refresh()
                            wait(POLL_SECONDS)
                except Exception:
                    log.exception("standing-not-refreshed")
                    self._stopping.wait(POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class _Known:
    requester: Requester
    ends: float
    checked: float


class Authenticator:
    """From the text of an access token to a requester, with the signature check remembered for a minute."""

    def __init__(self, tokens: Tokens, keeper: SnapshotKeeper, clock: Callable[[], datetime] | None = None) -> None:
        """``clock`` gives the time tokens are read at; None is the machine's."""
        self._tokens = tokens
        self._keeper = keeper
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def authenticate(self, text: str) -> Requester:
        """Return who sent an access token. No I/O: safe inside ``async def``.

        Expiry, the key's end and the policy epoch are looked at every time.

        Raises:
            TokenRefusedError: the token is not valid, or its system may not act.
            NotFreshError: standing cannot be confirmed now.

        """
        standing = self._keeper.current()
        now = time.time() if self._clock is None else self._clock().timestamp()
        tick = time.monotonic()
        known = self._known.get(text)
        if known is not None and known.requester.epoch == standing.epoch and tick - known.checked <= CACHE_SECONDS:
            if now >= known.ends:
                raise expired()
            return known.requester
        requester, ends = standing.resolve(self._tokens.read(text, now), datetime.fromtimestamp(now, UTC))
        if len(self._known) >= CACHE_ENTRIES:
            self._known.clear()
        self._known[text] = _Known(requester, ends, tick)
        return requester
