"""The clock of the tests reaches everywhere: sessions, tokens, receipts, grants, due days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.hub.clocks.conftest import ASKER, ITEM
from tests.support import acts
from tests.support.clock import Clock

if TYPE_CHECKING:
    from tests.hub.clocks.conftest import Office


def test_a_request_of_the_second_of_march_is_due_ten_working_days_later(office: Office) -> None:
    request = office.ask()
    assert (office.clock.today, acts.line_of(request, ITEM)["due_on"]) == (date(2026, 3, 2), "2026-03-16")


def test_after_a_jump_people_log_in_again_and_systems_get_new_tokens(office: Office) -> None:
    request = office.ask()
    office.clock.forward(days=3)
    office.answer(request)
    system = office.city.people.system(ASKER)
    body = {"key": {"shenfen_haoma": "0"}, "claims": {ITEM: "已婚"}, "purpose": acts.PURPOSE, "case_number": acts.CASE}
    answer = acts.problem_of(lambda: system.call("POST", f"/api/v1/exchange/{acts.MARRIAGES}/verify", json=body))
    assert answer.status in {403, 422}  # the hub knew the system: its token was of the new day


def test_what_was_done_after_the_jump_is_dated_after_it(office: Office) -> None:
    day = office.clock.forward(working_days=1)
    request = office.ask()
    assert str(office.read(request)["submitted_at"])[:10] == day.isoformat()


def test_the_clock_never_goes_back() -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="forward only"):
        clock.at(date(2026, 1, 5))
