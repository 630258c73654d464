"""Every procedure with a state table, one line each; docs and tests read this list (see :mod:`hub.states`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.directory import state_tables as directory_tables
from hub.directory.duties.states import DUTY
from hub.directory.privacy.states import FINDING
from hub.exchange import grant_states, state_tables
from hub.exchange.cart.states import APPLICATION
from hub.exchange.consulting.states import CONSULTATION
from hub.exchange.corrections.states import CORRECTION
from hub.exchange.own_data.states import COMPLAINT, DELAY
from hub.exchange.relay.states import ENDPOINT, JOB
from hub.exchange.subscriptions.states import WEBHOOK
from hub.pulls.states import PULL
from hub.push.mappings.states import MAPPING
from hub.push.rule_sets.states import RULE_SET
from hub.push.states import INCIDENT, PUSH_RELEASE
from hub.supervision import dispute_states

if TYPE_CHECKING:
    from hub.states import Procedure


def all_procedures() -> tuple[Procedure, ...]:
    """Return the procedures; a part with one of its own adds it here."""
    return (
        APPLICATION,
        state_tables.REQUEST,
        state_tables.LINE,
        grant_states.GRANT,
        state_tables.CLOCK,
        state_tables.SUPPLEMENT,
        state_tables.EXTENSION,
        dispute_states.DISPUTE,
        CORRECTION,
        COMPLAINT,
        DELAY,
        directory_tables.EXEMPTION,
        directory_tables.CLAIM,
        directory_tables.REFERRAL,
        directory_tables.OVERRIDE,
        DUTY,
        CONSULTATION,
        FINDING,
        INCIDENT,
        PUSH_RELEASE,
        MAPPING,
        RULE_SET,
        ENDPOINT,
        JOB,
        PULL,
        WEBHOOK,
    )
