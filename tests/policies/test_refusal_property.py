"""No pack, no item state and no input yields a refusal without ground, article, decider and remedy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.claims import Decider, Exemption, ExemptionStatus
from policies.decision import Decision, Permit, Refusal, decide
from policies.exemptions import RefusalNotPossibleError, in_force, make_refusal
from policies.facts import (
    Action,
    DecisionRequest,
    GrantFacts,
    GrantStatus,
    ItemFacts,
    OpenType,
    Path,
    Requester,
    RequesterKind,
    ResourceFacts,
    ResourceKind,
    Sensitivity,
    ShareType,
    Treatment,
)
from policies.packs import load_pack
from policies.workdays import local_day
from tests.policies.builders import CIVIL_AFFAIRS, HEAD, NOW, PACKS, POLICE, act, evidence

GROUNDS = ("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R15", "R16", "R99", "")
COLUMNS = ("a", "b", "c")
PROFILE = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
texts = st.sampled_from(("", " ", "不方便", "李明", "公开会使当事人婚姻状况被他人知晓"))


def _exemption(column: str) -> st.SearchStrategy[Exemption]:
    """Return records from sound to worthless, on this item or another."""

    def of_ground(ground: str) -> st.SearchStrategy[Exemption]:
        return st.builds(
            Exemption,
            id=st.sampled_from(("E-1", "E-2", "")),
            ground=st.just(ground),
            item=st.sampled_from((column, column, "other")),
            evidence=st.sampled_from((ground, ground, "R05", "R06")).map(lambda kind: evidence(kind, column)),
            decided_by=st.sampled_from((POLICE, POLICE, CIVIL_AFFAIRS, "")),
            decider=st.one_of(st.just(HEAD), st.builds(Decider, texts, texts)),
            in_force_from=st.one_of(st.just(date(2025, 12, 10)), days),
            in_force_until=st.one_of(st.just(date(2027, 12, 9)), st.none(), days),
            review_on=st.one_of(st.just(date(2026, 12, 1)), st.none(), days),
            status=st.sampled_from((ExemptionStatus.DECIDED, ExemptionStatus.DECIDED, *ExemptionStatus)),
        )

    return st.sampled_from(GROUNDS).flatmap(of_ground)


def _item(column: str) -> st.SearchStrategy[ItemFacts]:
    return st.builds(
        ItemFacts,
        name=st.just("信息项"),
        column=st.just(column),
        sensitivity=st.sampled_from(Sensitivity),
        share_type=st.one_of(st.none(), st.sampled_from(ShareType)),
        open_type=st.one_of(st.none(), st.sampled_from(OpenType)),
        excluded_from_opening=st.booleans(),
        masking=st.sampled_from((None, "name")),
        exemptions=st.lists(_exemption(column), max_size=3).map(tuple),
        is_own_motion=st.booleans(),
    )


resources = st.builds(
    ResourceFacts,
    id=st.just("r"),
    name=st.just("资源"),
    provider_id=st.just(POLICE),
    kind=st.sampled_from(ResourceKind),
    pack=st.sampled_from(PACKS),
    items=st.tuples(*(_item(column) for column in COLUMNS)),
    release_time=st.sampled_from((None, NOW + timedelta(days=1))),
    under_verification=st.booleans(),
    suspended=st.sampled_from((None, None, None, "S-1")),
    published=st.sampled_from((True, True, True, False)),
)
requesters = st.builds(
    Requester,
    kind=st.sampled_from(RequesterKind),
    member_id=st.sampled_from((None, POLICE, CIVIL_AFFAIRS)),
    system_id=st.sampled_from((None, "s")),
    staff_id=st.sampled_from((None, "p")),
    subject=st.sampled_from((None, "k")),
    ward=st.sampled_from((None, "w")),
    second_factor=st.booleans(),
)
requests = st.builds(
    DecisionRequest,
    requester=requesters,
    action=st.sampled_from(Action),
    items=st.one_of(st.none(), st.lists(st.sampled_from((*COLUMNS, "nowhere")), max_size=3).map(tuple)),
    now=st.one_of(st.just(NOW), st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC))),  # noqa: DTZ001 - the zone is the strategy's
    purpose=st.sampled_from((None, "p")),
    queried=st.frozensets(st.sampled_from((*COLUMNS, "nowhere")), max_size=1),
    matched=st.frozensets(st.sampled_from(COLUMNS), max_size=1),
)
grants = st.one_of(
    st.none(),
    st.builds(
        GrantFacts,
        id=st.just("g"),
        version=st.just(1),
        system_id=st.just("s"),
        member_id=st.just(CIVIL_AFFAIRS),
        resource_id=st.just("r"),
        items=st.dictionaries(st.sampled_from(COLUMNS), st.sampled_from(Treatment)),
        purposes=st.just(frozenset({"p"})),
        legal_basis=st.just("婚姻登记条例 第七条"),
        valid_from=st.just(datetime(2025, 1, 1, tzinfo=UTC)),
        valid_until=st.just(datetime(2028, 1, 1, tzinfo=UTC)),
        status=st.sampled_from((GrantStatus.ACTIVE, GrantStatus.ACTIVE, *GrantStatus)),
        cites_law_and_assessment=st.booleans(),
    ),
)


def _complete(refusal: Refusal, resource: ResourceFacts, now: datetime) -> bool:
    """Return whether a refusal has all that the law asks for, from a record in force on its item."""
    pack = load_pack(resource.pack)
    item = resource.by_column[refusal.item]
    ground = pack.grounds[refusal.ground]
    records = [
        record
        for record in item.exemptions
        if (record.id, record.ground, record.item, record.decided_by)
        == (refusal.exemption_id, refusal.ground, item.column, resource.provider_id)
    ]
    return (
        refusal.ground in pack.grounds_for(refusal.path)
        and any(in_force(record, local_day(now), pack) == () for record in records)
        and ground.article in refusal.article
        and bool(refusal.decider.name.strip() and refusal.decider.role.strip())
        and refusal.remedy == ground.remedies[refusal.path]
        and bool(refusal.facts.zh and refusal.facts.en and refusal.organ)
        and all(refusal.explain("zh"))
        and all(refusal.explain("en"))
        and all(_complete(other, resource, now) for other in refusal.further)
    )


def _lawful(result: Decision, resource: ResourceFacts, asked: DecisionRequest) -> bool:
    """Return whether a permit keeps the promises that hold for every permit."""
    if not isinstance(result, Permit):
        return True
    secret = {item.column for item in resource.items if item.sensitivity in {Sensitivity.SS, Sensitivity.WS}}
    given = {line.column: line.treatment for line in result.items}
    return (
        bool(given)
        and not secret & given.keys()
        and not secret & (asked.queried | asked.matched)
        and (asked.items is None or set(asked.items) == given.keys())
        and Treatment.WITHHELD not in given.values()
        and (asked.action is not Action.READ or set(given.values()) <= {Treatment.FULL, Treatment.MASKED})
        and (asked.requester.kind is not RequesterKind.OPERATOR or _is_open(resource, given))
    )


def _is_open(resource: ResourceFacts, given: dict[str, Treatment]) -> bool:
    return all(resource.by_column[column].open_type is OpenType.UNCONDITIONAL for column in given)


@PROFILE
@given(requests, resources, grants)
def test_every_refusal_of_a_rule_stands_on_a_record_in_force(
    asked: DecisionRequest, resource: ResourceFacts, grant: GrantFacts | None
) -> None:
    result = decide(asked, resource, grant, load_pack(resource.pack))
    assert not isinstance(result, Refusal) or _complete(result, resource, asked.now)


@PROFILE
@given(requests, resources, grants)
def test_every_permit_gives_only_what_was_asked_in_a_form_of_the_action(
    asked: DecisionRequest, resource: ResourceFacts, grant: GrantFacts | None
) -> None:
    assert _lawful(decide(asked, resource, grant, load_pack(resource.pack)), resource, asked)


acts = st.fixed_dictionaries(
    {
        "provision": st.sampled_from(("", "政府信息公开条例 第十五条", "《本局办法》第三条")),
        "facts": st.sampled_from(("", "不方便", "反映当事人配偶身份且与业务无关")),
        "exemption_id": st.sampled_from(("E-1", "E-2", "")),
        "organ": st.sampled_from((POLICE, CIVIL_AFFAIRS)),
        "decider": st.one_of(st.just(HEAD), st.builds(Decider, texts, texts)),
        "offer": st.one_of(st.none(), st.sampled_from(Treatment)),
        "path": st.sampled_from(Path),
        "considered": st.sampled_from(
            (
                {},
                dict.fromkeys(
                    ("separate", "confidentiality", "masked", "verify_only", "aggregate_only"), "仍可识别具体当事人"
                ),
            )
        ),
    }
)


@PROFILE
@given(st.sampled_from(GROUNDS), acts, resources)
def test_a_provider_s_act_is_a_complete_refusal_or_none(
    ground: str, declared: dict[str, Any], resource: ResourceFacts
) -> None:
    item = resource.items[0]
    try:
        refusal = make_refusal(act(ground, **declared), item, resource, load_pack(resource.pack))
    except RefusalNotPossibleError as error:
        assert error.reasons  # noqa: PT017 - either way out is right, each with its own fact
    else:
        assert _complete(refusal, resource, NOW)


def test_the_property_meets_refusals_of_both_kinds() -> None:
    sound = [Exemption("E-1", "R05", "a", evidence("R05", "a"), POLICE, HEAD, *_PERIOD, status=ExemptionStatus.DECIDED)]
    item = ItemFacts("信息项", "a", Sensitivity.SPI, exemptions=tuple(sound))
    held = ResourceFacts("r", "资源", POLICE, ResourceKind.RECORDS, "jilin", (item,), published=True)
    asked = DecisionRequest(Requester(RequesterKind.PUBLIC), Action.READ, ("a",), NOW)
    by_rule = decide(asked, held, None, load_pack("jilin"))
    by_act = make_refusal(replace(act("R05"), exemption_id="E-1"), item, held, load_pack("jilin"))
    assert isinstance(by_rule, Refusal)
    assert _complete(by_rule, held, NOW)
    assert _complete(by_act, held, NOW)


_PERIOD = (date(2025, 12, 10), date(2027, 12, 9), date(2026, 12, 1))
