"""What exists is documented: settings, rules, states, verbs, codes, tables and the pages a reader looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from catalogue.lifecycle import EDITABLE, NEXT, ROLE_NAMES, STATE_NAMES, STEP_NAMES, TRANSITIONS, Role, State, Step
from catalogue.validation import RULES as ENTRY_RULES
from hub import settings_reference
from hub.ledger.drafts import FIELDS, ReceiptKind
from hub.push.rules import COERCIONS
from hub.push.rules import RULES as PUSH_RULES
from hub.schema import load_tables
from hub.settings import Settings
from policies.packs import PACK_NAMES, load_pack

if TYPE_CHECKING:
    from pathlib import Path

PAGES: Final = (
    "tutorial/first-steps",
    *(f"how-to/{name}" for name in ("describe-an-entry", "release-an-entry", "push-a-file", "ask-for-items")),
    *(f"how-to/{name}" for name in ("answer-a-request", "query-and-verify", "read-open-data", "prove-a-receipt")),
    *(f"how-to/{name}" for name in ("enrol-a-system-key", "run-in-production", "back-up-and-restore", "write-a-page")),
    *(f"reference/{name}" for name in ("entry", "exemptions", "query", "push-rules", "validation-rules", "lifecycle")),
    *(
        f"reference/{name}"
        for name in ("problems", "api", "glossary", "cli", "receipts", "regulation-packs", "settings")
    ),
    *(f"explanation/{name}" for name in ("architecture", "promises", "messages", "standards", "security")),
)


def page(top: Path, name: str) -> str:
    """Return the text of a page of the documentation."""
    return (top / "docs" / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_there_and_reached_from_the_readme(top: Path, name: str) -> None:
    readmes = [(top / readme).read_text("utf-8") for readme in ("README.md", "README.zh-CN.md")]
    linked = [f"docs/{name}.md" in text for text in readmes]
    assert page(top, name)
    assert all(linked) or (name.endswith("write-a-page") and linked[0])


def test_every_setting_is_in_the_reference_as_the_program_writes_it(top: Path) -> None:
    assert page(top, "reference/settings") == settings_reference.settings_reference()


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_a_setting_says_what_it_is_in_both_languages(name: str) -> None:
    field = Settings.model_fields[name]
    assert (bool(field.title), bool(field.description)) == (True, True)


def test_every_rule_of_entries_is_in_the_reference(top: Path) -> None:
    text = page(top, "reference/validation-rules")
    assert [rule for rule in ENTRY_RULES if f'<a id="{rule.lower()}"></a>{rule} ' not in text] == []


def test_every_rule_and_change_of_pushes_is_in_the_reference(top: Path) -> None:
    text = page(top, "reference/push-rules")
    assert [rule for rule in PUSH_RULES if f'<a id="{rule.lower()}"></a>{rule} ' not in text] == []
    assert [one for one in COERCIONS if f"| {one} |" not in text] == []


def test_every_member_and_kind_of_receipts_is_in_the_reference(top: Path) -> None:
    text = page(top, "reference/receipts")
    assert [name for name in (*FIELDS, *ReceiptKind) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", PACK_NAMES)
def test_every_ground_and_deadline_of_a_pack_is_in_the_reference(top: Path, name: str) -> None:
    grounds, deadlines = page(top, "reference/exemptions"), page(top, "reference/regulation-packs")
    pack = load_pack(name)
    assert [code for code in pack.share_grounds | pack.open_grounds if f"| `{code}` |" not in grounds] == []
    assert [code for code in pack.deadlines if f"| `{code}` |" not in deadlines] == []


def test_every_table_of_the_database_is_in_the_glossary_or_has_no_word_for_people(top: Path) -> None:
    text = page(top, "reference/glossary")
    internal = {
        *("assertion_used", "key_nonce", "login_attempt", "policy_epoch", "resource_code_sequence", "session"),
        *("signing_key", "dpop_proof", "citizen_login", "citizen_session", "usage_mark", "grant_subject", "feed_index"),
        *("outbox_head", "notice_read", "open_stream", "relay_call"),
    }
    tables = {table.name for table in load_tables().tables.values()}
    assert {name for name in tables - internal if f"`hub.{name}`" not in text} == set()
    assert internal <= tables


def test_every_state_of_an_entry_has_an_owner_and_a_next_step_or_is_final() -> None:
    ownerless = {state for state in State if not NEXT[state]}
    assert ownerless == {State.WITHDRAWN}


def test_every_state_of_an_entry_can_be_reached() -> None:
    assert {row.to_state for row in TRANSITIONS} == set(State) - {State.WITHDRAWN} | {State.WITHDRAWN}
    assert EDITABLE in {row.to_state for row in TRANSITIONS if row.step is Step.RETURN}


def test_every_step_names_its_article() -> None:
    assert [row for row in TRANSITIONS if not row.article.strip()] == []


def test_every_clock_of_a_step_is_a_deadline_of_every_pack() -> None:
    clocks = {row.clock for row in TRANSITIONS if row.clock is not None}
    assert clocks
    assert [(name, clock) for name in PACK_NAMES for clock in clocks if clock not in load_pack(name).deadlines] == []


def test_every_state_step_and_role_has_a_chinese_and_an_english_name() -> None:
    assert (set(STATE_NAMES), set(STEP_NAMES), set(ROLE_NAMES)) == (set(State), set(Step), set(Role))
