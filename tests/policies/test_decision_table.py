"""All 121 pairs of requester and data class, in every pack, from the shipped table."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from policies.decision import Pending, Permit, Refusal, decide
from policies.facts import (
    Action,
    DataClass,
    DecisionRequest,
    GrantFacts,
    ItemFacts,
    OpenType,
    Outcome,
    Requester,
    RequesterClass,
    RequesterKind,
    ResourceFacts,
    ResourceKind,
    Sensitivity,
    ShareType,
    Treatment,
)
from policies.packs import load_pack
from tests.policies.builders import (
    AGENCY,
    CIVIL_AFFAIRS,
    NOW,
    PACKS,
    POLICE,
    exemption,
    grant,
    item,
    request,
    resource,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "codes"
ROWS = list(
    csv.DictReader(
        (files("policies.packs") / "national" / "decision_table.csv").read_text(encoding="utf-8").splitlines()
    )
)
PAIRS = [(RequesterClass(row["requester"]), DataClass(row["data_class"]), Outcome(row["outcome"])) for row in ROWS]
KINDS = {
    RequesterClass.LP_SELF: RequesterKind.LEGAL_PERSON,
    RequesterClass.CIT_SELF: RequesterKind.CITIZEN,
    RequesterClass.GUARDIAN: RequesterKind.GUARDIAN,
    RequesterClass.PUBLIC: RequesterKind.PUBLIC,
    RequesterClass.OPERATOR: RequesterKind.OPERATOR,
}
RESOURCE_KINDS = {DataClass.AGG: ResourceKind.AGGREGATE, DataClass.MICRO: ResourceKind.MICRODATA}
ACTIONS = {Outcome.VERIFY_ONLY: Action.VERIFY, Outcome.AGGREGATE_ONLY: Action.AGGREGATE}


def _requester(standing: RequesterClass) -> Requester:
    if standing is RequesterClass.OWN:
        return Requester(RequesterKind.AGENCY, POLICE, "register", "zhang-wei")
    if standing is RequesterClass.PSU:
        return Requester(RequesterKind.PUBLIC_SERVICE, CIVIL_AFFAIRS, "marriage")
    if standing is RequesterClass.APPLICANT:
        return Requester(RequesterKind.APPLICANT, CIVIL_AFFAIRS, "marriage")
    if standing in KINDS:
        return Requester(KINDS[standing], subject="person-7", ward="person-8", second_factor=True)
    return AGENCY


def _grant(standing: RequesterClass, kind: DataClass, outcome: Outcome) -> GrantFacts | None:
    """Return the permission the row presupposes: a grant, an agreement, a duty or consent on record."""
    if standing is RequesterClass.AGY_OUT_OF_SCOPE:
        return grant({"x": Treatment.FULL}, purposes=frozenset({"another-purpose"}))
    agreed = standing is RequesterClass.APPLICANT and kind is DataClass.MICRO
    consented = standing is RequesterClass.PSU and outcome is Outcome.VERIFY_ONLY
    return grant({"x": Treatment.FULL}) if standing is RequesterClass.AGY_GRANT or agreed or consented else None


def _case(
    standing: RequesterClass, kind: DataClass, outcome: Outcome, pack: str, *grounds: str
) -> tuple[DecisionRequest, ResourceFacts, GrantFacts | None]:
    sensitivity = Sensitivity(kind.value) if kind.value in set(Sensitivity) else Sensitivity.INT
    is_open = kind in {DataClass.PUB, DataClass.AGG}
    asked: ItemFacts = item(
        "x",
        sensitivity,
        share_type=ShareType.UNCONDITIONAL if is_open else ShareType.CONDITIONAL,
        open_type=OpenType.UNCONDITIONAL if is_open else OpenType.CLOSED,
        exemptions=tuple(exemption(ground, "x") for ground in grounds),
    )
    held = resource(
        asked,
        pack=pack,
        kind=RESOURCE_KINDS.get(kind, ResourceKind.RECORDS),
        release_time=datetime(2026, 4, 1, tzinfo=UTC) if kind is DataClass.UNPUB else None,
    )
    question = request("x", requester=_requester(standing), action=ACTIONS.get(outcome, Action.READ))
    return question, held, _grant(standing, kind, outcome)


def test_the_shipped_table_has_all_121_pairs() -> None:
    assert len(set(PAIRS)) == 121


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(("standing", "kind", "outcome"), PAIRS)
def test_decide_gives_the_outcome_of_the_table(
    standing: RequesterClass, kind: DataClass, outcome: Outcome, pack: str
) -> None:
    rule = load_pack(pack).table[standing, kind]
    grounds = (rule.ground,) if outcome is Outcome.REFUSE and rule.ground is not None else ()
    result = decide(*_case(standing, kind, outcome, pack, *grounds), load_pack(pack))
    assert result.outcome is outcome


@pytest.mark.parametrize(("standing", "kind", "outcome"), [pair for pair in PAIRS if pair[2] is Outcome.REFUSE])
def test_a_row_that_refuses_gives_pending_where_no_exemption_is_in_force(
    standing: RequesterClass, kind: DataClass, outcome: Outcome
) -> None:
    result = decide(*_case(standing, kind, outcome, "zhengzhou"), load_pack("zhengzhou"))
    assert isinstance(result, Pending)


@pytest.mark.parametrize(("standing", "kind", "outcome"), PAIRS)
def test_every_answer_explains_itself_in_both_languages_with_its_article(
    standing: RequesterClass, kind: DataClass, outcome: Outcome
) -> None:
    pack = load_pack("jilin")
    rule = pack.table[standing, kind]
    grounds = (rule.ground,) if outcome is Outcome.REFUSE and rule.ground is not None else ()
    result = decide(*_case(standing, kind, outcome, "jilin", *grounds), pack)
    zh, en = result.explain("zh"), result.explain("en")
    named = rule.article if isinstance(result, (Permit, Refusal)) else result.article
    assert (named.split(";")[0].split(" Art.")[0] in "".join(zh), named in "".join(en), len(zh) >= 3) == (
        True,
        True,
        True,
    )


def test_no_pack_but_zhengzhou_cites_zhengzhou() -> None:
    cited = [rule.article for pack in ("jilin", "national") for rule in load_pack(pack).table.values()]
    assert [article for article in cited if "郑州" in article] == []


def _as_shared(row: dict[str, str]) -> tuple[str, ...]:
    basis = row["basis"].replace("民法典监护规定", "民法典 guardianship rules")
    basis = basis.replace("公共数据有条件开放规定", "公共数据有条件开放 rules")
    if row["local"]:
        basis += "; 郑州 Art.20"
    return row["requester"], row["data_class"], row["outcome"], row["ground"], row["consultation"], basis


@pytest.mark.skipif(not SHARED.is_dir(), reason="the neighbour folder ../shared is absent")
def test_the_shipped_table_equals_the_shared_one() -> None:
    text = (SHARED / "decision_table.csv").read_text(encoding="utf-8")
    keys = ("requester", "data_class", "outcome", "ground", "third_party_consultation", "legal_basis")
    shared = [tuple(row[key] for key in keys) for row in csv.DictReader(text.splitlines())]
    assert [_as_shared(row) for row in ROWS] == shared


def test_an_embargo_says_until_when() -> None:
    result = decide(*_case(RequesterClass.PUBLIC, DataClass.UNPUB, Outcome.NOT_YET, "national"), load_pack("national"))
    assert isinstance(result, Pending)
    assert result.until == datetime(2026, 4, 1, tzinfo=UTC) > NOW
