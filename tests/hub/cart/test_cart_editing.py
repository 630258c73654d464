"""Changing an application after submission: until a provider decides, with consent and clocks anew for what changed."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from hub.client import HubProblemError
from hub.exchange import store
from hub.exchange.records import LineState
from tests.hub.cart.conftest import INSURED, MARITAL, THREE, line_of, part_of, state_of
from tests.support.acts import MARRIAGES, RESIDENTS, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hub.cart.conftest import Shop

INSURANCE = "canbao_zhuangtai"
TWO = [dict(line) for line in THREE[1:]]


def as_sent(application: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of an application as a change takes them."""
    names = ("id", "entry", "item", "provider", "description", "form")
    return [{name: line[name] for name in names} for line in application["lines"]]


def test_before_consent_a_change_leaves_the_application_waiting_for_it(shop: Shop) -> None:
    changed = shop.change(shop.submitted(lines=TWO), scenario="改写后的使用场景")
    assert (changed["state"], {part["state"] for part in changed["parts"]}) == ("submitted", {"submitted"})


def test_a_changed_text_reaches_every_part(shop: Shop) -> None:
    changed = shop.change(shop.opened(lines=TWO), scenario="改写后的使用场景")
    assert {part["scenario"] for part in changed["parts"]} == {"改写后的使用场景"}


def test_a_change_after_consent_needs_consent_again(shop: Shop) -> None:
    changed = shop.change(shop.opened(lines=TWO), scenario="改写后的使用场景")
    assert (changed["state"], changed["consented_by"]) == ("submitted", None)


def test_a_part_that_waits_for_consent_again_is_not_answered(shop: Shop) -> None:
    changed = shop.change(shop.opened(lines=TWO), scenario="改写后的使用场景")
    problem = problem_of(lambda: shop.answer(changed, MARRIAGES, MARITAL))
    assert problem.problem["type"] == "/problems/line-closed"


def test_clocks_of_changed_parts_begin_with_the_new_receipt(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    first = part_of(application, MARITAL)["lines"][-1]["due_on"]
    shop.clock.forward(working_days=2)
    again = shop.act(shop.change(application, scenario="改写后的使用场景"), "consent", shop.head)
    due = part_of(again, MARITAL)["lines"][-1]
    assert (due["working_days_left"], due["due_on"] > first) == (10, True)


def test_a_part_that_did_not_change_goes_on_with_its_clock(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    before = part_of(application, INSURANCE)
    shop.clock.forward(working_days=1)
    lines = as_sent(application)
    lines[0]["form"] = "masked"
    again = shop.act(shop.change(application, lines=lines), "consent", shop.head)
    after = part_of(again, INSURANCE)
    assert (after["id"], after["state"], after["lines"][0]["due_on"]) == (
        before["id"],
        "open",
        before["lines"][0]["due_on"],
    )


def test_dropping_a_line_needs_no_new_consent(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    left = shop.change(application, lines=as_sent(application)[1:])
    assert (left["state"], part_of(left, MARITAL)["state"]) == ("open", "withdrawn")


def test_an_added_line_of_the_same_entry_joins_its_part(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    more = [*as_sent(application), {"entry": MARRIAGES, "item": "dengji_riqi", "form": "masked"}]
    changed = shop.change(application, lines=more)
    assert part_of(changed, "dengji_riqi")["id"] == part_of(application, MARITAL)["id"]


def test_what_the_rule_granted_is_no_provider_s_decision(shop: Shop) -> None:
    application = shop.opened()
    assert state_of(application, "xingming") == LineState.GRANTED
    assert shop.change(application, scenario="改写后的使用场景")["state"] == "submitted"


def test_a_granted_line_stays_as_it_is(shop: Shop) -> None:
    application = shop.opened()
    lines = as_sent(application)
    lines[0]["form"] = "full"
    assert problem_of(lambda: shop.change(application, lines=lines)).problem["type"] == "/problems/application-state"


def test_a_granted_line_is_not_dropped(shop: Shop) -> None:
    application = shop.opened()
    assert problem_of(lambda: shop.change(application, lines=as_sent(application)[1:])).status == 409


def test_granted_lines_keep_the_text_they_were_granted_under(shop: Shop) -> None:
    lines = [dict(THREE[0]), {"entry": RESIDENTS, "item": "huji_dizhi", "form": "masked"}]
    application = shop.opened(lines=lines)
    changed = shop.change(application, purpose="住房补贴核对")
    old, new = (part for part in changed["parts"])
    assert (old["purpose"], old["state"], new["purpose"], new["state"]) == (
        "公租房申请核对",
        "answered",
        "住房补贴核对",
        "submitted",
    )
    assert new["replaces"] == old["id"]


def test_lines_that_moved_to_a_new_part_stand_there(shop: Shop) -> None:
    lines = [dict(THREE[0]), {"entry": RESIDENTS, "item": "huji_dizhi", "form": "masked"}]
    changed = shop.change(shop.opened(lines=lines), purpose="住房补贴核对")
    assert line_of(changed, "huji_dizhi")["requests"][0]["request"] == changed["parts"][1]["id"]


def test_after_the_first_decision_of_a_provider_nothing_is_changed(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    shop.answer(application, MARRIAGES, MARITAL)
    read = shop.read(application)
    problem = problem_of(lambda: shop.change(read, scenario="改写后的使用场景"))
    assert (problem.problem["type"], read["is_editable"]) == ("/problems/application-state", False)


def test_after_the_first_decision_what_waits_can_still_be_withdrawn(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    shop.answer(application, MARRIAGES, MARITAL)
    left = shop.act(shop.read(application), "withdraw")
    assert (state_of(left, MARITAL), part_of(left, INSURANCE)["state"]) == ("granted", "withdrawn")


def test_a_title_alone_changes_nothing_with_the_providers(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    changed = shop.change(application, title="另起标题")
    assert (changed["state"], changed["parts"]) == ("open", application["parts"])


def test_a_change_that_makes_it_incomplete_is_refused_after_submission(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    assert problem_of(lambda: shop.change(application, people=[])).problem["type"] == "/problems/application-invalid"


def test_a_withdrawn_application_is_not_changed(shop: Shop) -> None:
    withdrawn = shop.act(shop.submitted(lines=TWO), "withdraw")
    assert problem_of(lambda: shop.change(withdrawn, title="再来")).status == 409


def test_who_changed_it_last_cannot_consent(shop: Shop) -> None:
    application = shop.submitted(lines=TWO)
    changed = shop.change(application, scenario="改写后的使用场景")
    opened = shop.act(changed, "consent", shop.head)
    assert opened["consented_by"] != changed["changed_by"]


def test_an_added_provider_gets_a_part_of_its_own_and_the_others_go_on(shop: Shop) -> None:
    application = shop.opened(lines=TWO[:1])
    more = [*as_sent(application), {"entry": INSURED, "item": INSURANCE, "form": "verify_only"}]
    changed = shop.change(application, lines=more)
    states = {part["provider"]: part["state"] for part in changed["parts"]}
    assert sorted(states.values()) == ["open", "submitted"]


def test_with_a_filter_on_rows_nothing_is_granted_by_the_rule(shop: Shop) -> None:
    lines = [dict(THREE[0]), {"entry": RESIDENTS, "item": "huji_quhua", "form": "full"}]
    filters = {RESIDENTS: {"item": "huji_quhua", "op": "eq", "value": "410191"}}
    application = shop.opened(lines=lines, row_filters=filters)
    assert (state_of(application, "xingming"), application["parts"][0]["row_filter"]) == (
        "waiting",
        [filters[RESIDENTS]],
    )


def test_of_an_answer_and_a_change_at_the_same_moment_one_comes_first(shop: Shop) -> None:
    for _ in range(3):
        application = shop.opened(lines=TWO)
        with ThreadPoolExecutor(2) as pool:
            answered = pool.submit(outcome, partial(shop.answer, application, MARRIAGES, MARITAL))
            changed = pool.submit(outcome, partial(shop.change, application, scenario="同时改写的场景"))
            assert sorted([answered.result(), changed.result()]) == [200, 409]


def outcome(act: Callable[[], object]) -> int:
    """Return the status an act was answered with."""
    try:
        act()
    except HubProblemError as error:
        return error.status
    return 200


def test_a_part_keeps_the_words_of_its_supplement_when_only_lines_change(shop: Shop) -> None:
    application = shop.opened(lines=TWO)
    part = part_of(application, MARITAL)
    with shop.city.services.database.begin() as unit:
        store.update_request(unit, uuid.UUID(part["id"]), scenario="补充后的使用场景")
    more = [*as_sent(application), {"entry": MARRIAGES, "item": "dengji_riqi", "form": "masked"}]
    changed = shop.change(application, lines=more)
    assert part_of(changed, "dengji_riqi")["scenario"] == "补充后的使用场景"
