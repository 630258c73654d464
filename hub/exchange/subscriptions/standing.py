"""May this subscriber be told now? Asked before every single delivery, from memory, never older than five seconds.

A webhook has no token: the standing of its system and member, and its grant, are looked at as they are for a query.
Without a permit the event is not sent; with the permit not confirmed (the store is away) it waits. Fail closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.directory.errors import EntryNotFoundError
from hub.exchange.deciding import Question, ask
from hub.identity.errors import NotFreshError
from hub.identity.facts import MemberKind, Status
from policies.decision import Permit
from policies.facts import Action, Mode, Outcome, Requester, RequesterKind
from policies.results import Denial, Pending

if TYPE_CHECKING:
    from hub.context import Context
    from hub.exchange.standing import ResourceCache, Standing
    from hub.exchange.subscriptions.records import Subscription
    from hub.identity.snapshot import SnapshotKeeper
    from hub.ledger.drafts import Given


@dataclass(frozen=True, slots=True)
class Go:
    """The event may be sent; ``fields`` begin its receipts."""

    fields: dict[str, Given] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stop:
    """There is no standing any more: what waits is dropped, with this reason; ``fields`` begin the receipt."""

    reason: str
    fields: dict[str, Given] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hold:
    """It cannot be told now; what waits goes on waiting."""

    reason: str


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """What the question is answered from."""

    context: Context
    keeper: SnapshotKeeper
    cache: ResourceCache

    def ask(self, subscription: Subscription) -> Go | Stop | Hold:
        """Return whether events of a subscription may be delivered now."""
        fields: dict[str, Given] = {
            "member": str(subscription.member_id),
            "system": str(subscription.system_id),
            "provider": str(subscription.provider_id),
            "resource": str(subscription.entry_id),
            "subscription": str(subscription.id),
            "action": Action.SUBSCRIBE.value,
            "mode": Mode.SUBSCRIBE.value,
            "purpose": subscription.purpose,
            "case_number": subscription.case_number,
        }
        if subscription.ended_at is not None:
            return Stop("subscription-ended", fields)
        try:
            requester = self._requester(subscription)
            standing = self._standing(subscription)
        except NotFreshError:
            return Hold("not-fresh")
        except EntryNotFoundError:
            return Stop("not-found", fields)
        if requester is None:
            return Stop("suspended", fields)
        return self._decided(subscription, standing, requester, fields)

    def _requester(self, subscription: Subscription) -> Requester | None:
        """Return the subscriber as the policies know it, None when its system or member may not act."""
        now = self.keeper.current()
        system, member = now.systems.get(subscription.system_id), now.members.get(subscription.member_id)
        if system is None or member is None or Status.SUSPENDED in {system.status, member.status}:
            return None
        kind = RequesterKind.PUBLIC_SERVICE if member.kind is MemberKind.PUBLIC_SERVICE else RequesterKind.AGENCY
        return Requester(kind, member_id=str(member.id), system_id=str(system.id))

    def _standing(self, subscription: Subscription) -> Standing:
        known = self.cache.known(subscription.entry_name, subscription.system_id)
        return known if known is not None else self.cache.load(subscription.entry_name, subscription.system_id)

    def _decided(
        self, subscription: Subscription, standing: Standing, requester: Requester, fields: dict[str, Given]
    ) -> Go | Stop | Hold:
        question = Question(
            Action.SUBSCRIBE,
            None,
            frozenset(),
            frozenset(),
            subscription.purpose,
            subscription.case_number,
            Mode.SUBSCRIBE,
        )
        decision, grant = ask(self.context, standing, requester, question)
        if grant is not None:
            fields |= {"grant": str(grant.id), "grant_version": str(grant.version), "legal_basis": grant.legal_basis}
        match decision:
            case Permit():
                return Go({**fields, "decision": "permitted", "policy_version": decision.policy_version})
            case Pending() if decision.outcome in {Outcome.APPLY, Outcome.CONSULT}:
                return Stop(decision.reason.code, {**fields, "decision": "pending"})
            case Pending():
                return Hold(decision.reason.code)
            case Denial():
                return Stop(decision.code.value, {**fields, "decision": "denied"})
            case _:
                return Stop("refused", {**fields, "decision": "refused", "ground": decision.ground})
