"""Rule sets as data: read with every fault told, written and read again, fitted to a newer entry, proposed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.item import CodeListRef, DataType, Item
from hub.push.rule_sets.errors import RuleSetError
from hub.push.rule_sets.model import RuleSet, fitting, from_toml, read_rules, stored, to_toml
from hub.push.rule_sets.proposed import proposed

ITEMS = (
    Item("公民身份号码", "citizen_id", DataType.TEXT, 18, check="citizen_id"),
    Item("性别", "sex", DataType.TEXT, 1, code_list=CodeListRef("gender", "1")),
    Item("出生日期", "born", DataType.DATE),
    Item("死亡日期", "died", DataType.DATE),
    Item("金额", "amount", DataType.NUMBER, 12, 2),
    Item("备注", "note", DataType.TEXT, 200),
)
FIRM = (
    Item("统一社会信用代码", "code", DataType.TEXT, 18, check="organisation_code"),
    Item("机构类型", "kind", DataType.TEXT, 2, code_list=CodeListRef("org_uscc_prefix", "1")),
    Item("成立日期", "founded", DataType.DATE),
    Item("登记状态", "status", DataType.TEXT, 1, code_list=CodeListRef("entity_status", "1")),
    Item("注销（吊销）日期", "ended", DataType.DATE),
    Item("住所行政区划", "division", DataType.TEXT, 6, code_list=CodeListRef("divisions_zhengzhou_jilin", "1")),
)
TOML = """
[[rules]]
name = "sex"
kind = "sex_of_citizen_id"
sex = "sex"
citizen_id = "citizen_id"
zh = "性别与号码一致"
severity = "warn"

[[rules]]
name = "codes"
kind = "one_of"
item = "note"
values = ["甲", "乙\\"丙\\\\"]

[[rules]]
name = "limits"
kind = "range"
item = "amount"
least = -1.5
"""
WRONG = {
    "no list": {"rules": {}},
    "no rules": {},
    "more members": {"rules": [], "else": 1},
    "no object": {"rules": ["x"]},
    "no name": {"rules": [{"kind": "unique", "items": ["note"]}]},
    "no kind": {"rules": [{"name": "a", "kind": "eval"}]},
    "unknown item": {"rules": [{"name": "a", "kind": "unique", "items": ["nothing"]}]},
    "unknown parameter": {"rules": [{"name": "a", "kind": "unique", "items": ["note"], "code": "x"}]},
    "missing parameter": {"rules": [{"name": "a", "kind": "order", "first": "born"}]},
    "other types": {"rules": [{"name": "a", "kind": "order", "first": "born", "second": "amount"}]},
    "not numeric": {"rules": [{"name": "a", "kind": "range", "item": "note", "least": 1}]},
    "no number": {"rules": [{"name": "a", "kind": "range", "item": "amount", "least": True}]},
    "not finite": {"rules": [{"name": "a", "kind": "range", "item": "amount", "least": float("nan")}]},
    "no bound": {"rules": [{"name": "a", "kind": "range", "item": "amount"}]},
    "no choice": {"rules": [{"name": "a", "kind": "order", "first": "born", "second": "died", "relation": "!="}]},
    "no expression": {"rules": [{"name": "a", "kind": "pattern", "item": "note", "pattern": "("}]},
    "look-around": {"rules": [{"name": "a", "kind": "pattern", "item": "note", "pattern": "(?=a)b"}]},
    "back-reference": {"rules": [{"name": "a", "kind": "pattern", "item": "note", "pattern": r"(a)\1"}]},
    "too large": {"rules": [{"name": "a", "kind": "pattern", "item": "note", "pattern": "((a{1000}){1000}){1000}"}]},
    "too long": {"rules": [{"name": "a", "kind": "pattern", "item": "note", "pattern": "a" * 201}]},
    "no unit": {"rules": [{"name": "a", "kind": "unit", "item": "amount", "unit": "斤两"}]},
    "no such list": {"rules": [{"name": "a", "kind": "code_in_force", "item": "note", "list": "gender"}]},
    "repeated": {"rules": [{"name": "a", "kind": "unique", "items": ["note"]}] * 2},
    "severity": {"rules": [{"name": "a", "kind": "unique", "items": ["note"], "severity": "stop"}]},
    "long words": {"rules": [{"name": "a", "kind": "unique", "items": ["note"], "zh": "字" * 301}]},
    "lines": {"rules": [{"name": "a", "kind": "unique", "items": ["note"], "zh": "一\n二"}]},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_set_is_refused_with_its_faults(name: str) -> None:
    with pytest.raises(RuleSetError) as refused:
        read_rules(WRONG[name], ITEMS)
    assert refused.value.facts["faults"]


def test_all_faults_of_all_rules_are_told_at_once() -> None:
    rules = [{"name": "a", "kind": "range", "item": "x", "least": "y"}, {"name": "B", "kind": "unique"}]
    with pytest.raises(RuleSetError) as refused:
        read_rules({"rules": rules}, ITEMS)
    assert len(refused.value.facts["faults"]) == 3  # type: ignore[arg-type]  # a list by construction


def test_toml_is_read_written_and_read_again_with_one_meaning() -> None:
    first = read_rules(from_toml(TOML), ITEMS)
    again = read_rules(from_toml(to_toml(first)), ITEMS)
    assert (again, len(first.rules), again.digest) == (first, 3, first.digest)


def test_what_is_no_toml_is_refused_and_the_place_told() -> None:
    with pytest.raises(RuleSetError, match="line 2"):
        from_toml("[[rules]]\nname = ?\nkind = 1\n")


def test_a_stored_set_is_the_one_that_was_read() -> None:
    rules = read_rules(from_toml(TOML), ITEMS, version=4)
    assert stored(rules.to_dict(), 4) == rules


def test_rules_that_lose_their_item_are_set_aside_and_named() -> None:
    rules = read_rules(from_toml(TOML), ITEMS)
    fits, lost = fitting(rules, ITEMS[:5])
    assert ([one.name for one in fits.rules], [one.name for one in lost]) == (["sex", "limits"], ["codes"])


def test_the_items_of_persons_call_for_their_rules() -> None:
    assert {rule.kind for rule in proposed(ITEMS).rules} == {
        "sex_of_citizen_id",
        "birth_of_citizen_id",
        "order",
        "not_after_today",
    }


def test_the_items_of_bodies_call_for_their_rules() -> None:
    found = {rule.name: rule.kind for rule in proposed(FIRM).rules}
    assert found == {
        "type-of-code": "type_of_credit_code",
        "order-founded-ended": "order",
        "past-founded": "not_after_today",
        "past-ended": "not_after_today",
        "ended-has-date": "required_if",
        "alive-has-none": "empty_if",
        "in-force-division": "code_in_force",
    }


@pytest.mark.parametrize("items", [ITEMS, FIRM, ()], ids=["persons", "bodies", "none"])
def test_proposed_rules_are_right_and_have_words_and_standard(items: tuple[Item, ...]) -> None:
    rules = proposed(items)
    read_rules(rules.to_dict(), items)
    assert all(rule.zh and rule.en and rule.standard for rule in rules.rules)


def test_two_citizen_numbers_in_a_row_call_for_no_rule_about_either() -> None:
    second = Item("配偶身份号码", "spouse", DataType.TEXT, 18, check="citizen_id")
    kinds = {rule.kind for rule in proposed((*ITEMS, second)).rules}
    assert kinds == {"order", "not_after_today"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["name", "kind", "severity", "zh", "item", "items", "first", "second", "values", "pattern", "least", "group"]
)
RULE = st.dictionaries(
    KEYS, JSON | st.sampled_from(["a", "unique", "order", "range", "sum", "note", "born", "pattern"])
)


@settings(max_examples=300, deadline=None)
@given(JSON | st.fixed_dictionaries({"rules": st.lists(RULE, max_size=3)}))
def test_any_json_is_a_rule_set_or_refused_by_name(data: object) -> None:
    try:
        found = read_rules(data, ITEMS)
    except RuleSetError:
        return
    assert isinstance(found, RuleSet)
