"""The snapshot of standing: how it stays fresh, and what happens when it cannot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hub.identity import members, snapshot, store
from hub.identity.errors import NotFreshError, WrongStateError
from hub.identity.facts import Status
from hub.identity.snapshot import SnapshotKeeper
from tests.hub.identity.identity_kit import APPROVER, KeyPair

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.identity.snapshot import Standing
    from tests.hub.identity.identity_kit import Kit

LONG_SECONDS = 60.0
"""Between two looks, where a test is about what comes before the next one."""


def suspend(kit: Kit) -> None:
    with kit.database.begin() as unit:
        members.set_member_status(unit, kit.services.record, APPROVER, kit.city.slug, Status.SUSPENDED)


def bumped(unit: Unit, kit: Kit) -> str:
    """Count a change in the transaction; returns the name of a member that is active already."""
    store.bump_epoch(unit)
    return kit.city.slug


def soon(keeper: SnapshotKeeper, epoch: int) -> Standing:
    """Wait less than the time between two looks, so that only a hint can be in time."""
    ends = time.monotonic() + LONG_SECONDS / 2
    while keeper.current().epoch <= epoch and time.monotonic() < ends:
        time.sleep(0.01)
    return keeper.current()


def test_nothing_is_known_before_the_first_look(kit: Kit) -> None:
    with pytest.raises(NotFreshError):
        SnapshotKeeper(kit.database).current()


def test_every_change_of_standing_raises_the_epoch(kit: Kit) -> None:
    before = kit.services.keeper.refresh().epoch
    kit.live_key(kit.system(), KeyPair.es256())
    assert (
        kit.services.keeper.refresh().epoch == before + 4
    )  # the system, how its key is bound, the key proposed, the key approved


def test_a_rolled_back_change_leaves_the_epoch(kit: Kit) -> None:
    before = kit.services.keeper.refresh().epoch
    with pytest.raises(WrongStateError), kit.database.begin() as unit:
        members.set_member_status(unit, kit.services.record, APPROVER, bumped(unit, kit), Status.ACTIVE)
    assert kit.services.keeper.refresh().epoch == before


def test_an_unchanged_epoch_confirms_the_standing_without_loading_it_again(kit: Kit) -> None:
    first = kit.services.keeper.refresh()
    second = kit.services.keeper.refresh()
    assert (second.members is first.members, second.confirmed > first.confirmed) == (True, True)


def test_a_hint_brings_a_change_before_the_next_look(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "POLL_SECONDS", LONG_SECONDS)
    keeper = SnapshotKeeper(kit.database, age_limit_seconds=LONG_SECONDS)
    keeper.start()
    try:
        before = keeper.current().epoch
        suspend(kit)
        assert soon(keeper, before).members[kit.city.id].status is Status.SUSPENDED
    finally:
        keeper.stop()


def test_a_keeper_that_is_told_to_stop_does_not_wait_for_its_next_look(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "POLL_SECONDS", LONG_SECONDS)
    keeper = SnapshotKeeper(kit.database)
    keeper.start()
    began = time.monotonic()
    keeper.stop()
    assert time.monotonic() - began < LONG_SECONDS / 2


def test_standing_that_cannot_be_confirmed_runs_out(kit: Kit) -> None:
    keeper = SnapshotKeeper(kit.database, age_limit_seconds=0.2)
    keeper.refresh()
    time.sleep(0.25)
    with pytest.raises(NotFreshError):
        keeper.current()


def test_a_remembered_token_is_looked_at_anew_when_the_epoch_moves(kit: Kit) -> None:
    system, pair = kit.system(), KeyPair.es256()
    kit.live_key(system, pair)
    token = kit.token(system, pair)
    first = kit.services.authenticator.authenticate(token)
    kit.member("minzhengju")
    kit.services.keeper.refresh()
    again = kit.services.authenticator.authenticate(token)
    assert (again.system_id, again.epoch) == (first.system_id, first.epoch + 1)


def test_a_failed_refresh_is_left_to_the_age_limit(kit: Kit) -> None:
    keeper = SnapshotKeeper(kit.database)
    kit.database.close()
    kit.services.keeper.refresh_or_log()
    with pytest.raises(NotFreshError):
        keeper.current()
