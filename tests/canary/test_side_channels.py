"""Side channels, each test named by its channel: what is withheld shows neither in answers nor in how they come.

Timings are compared by medians of interleaved trials with a generous bound: a machine under load must not fail them,
and a difference that tells a value (a lookup, a hash) is far above it.
"""

from __future__ import annotations

import base64
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import pytest

from hub.identity.roles import Role
from tests.canary.aviary import ANOTHER, CIVIL, FIGURES, HOLDER, MASKED, OTHER, STRANGER, WHY
from tests.canary.birds import CLAIM_OF_NAME, HEAD, NUMBER, PLANTED, SPOUSE, heard
from tests.support import acts
from tests.support.acts import BUS_STOPS, COMPANIES, MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx2

    from tests.canary.aviary import Aviary

TRIALS: Final = 25
RATIO: Final = 1.6
SECONDS: Final = 0.02
"""Two medians are alike when they differ by less than both."""
ABSENT: Final = "410199198802301999"
"""A number nobody has."""
MASKED_ITEM: Final = "xingming"
HIDDEN_ITEM: Final = "lianxi_dianhua"
NO_ITEM: Final = "mei_you_zhege"


def ask(aviary: Aviary, member: str = MASKED, entry: str = RESIDENTS, **more: Any) -> httpx2.Response:
    """Query as a system."""
    return aviary.doors.system(member).post(f"/api/v1/exchange/{entry}/query", json={**WHY, **more})


def same(answer: httpx2.Response) -> tuple[int, dict[str, Any]]:
    """Return a problem without what differs from one request to the next."""
    told = {name: value for name, value in answer.json().items() if name not in {"instance", "receipt"}}
    return answer.status_code, told


def where(item: str, value: str, op: str = "eq") -> dict[str, str]:
    return {"item": item, "op": op, "value": value}


@pytest.mark.parametrize("item", [MASKED_ITEM, HIDDEN_ITEM])
@pytest.mark.parametrize("op", ["eq", "ne", "lt", "ge", "prefix", "contains", "in"])
def test_channel_filter_is_closed_for_what_is_masked_or_not_granted(aviary: Aviary, item: str, op: str) -> None:
    present = PLANTED[RESIDENTS][item]
    answers = []
    for value in (present, "无此值"):
        condition: dict[str, Any] = {"item": item, "op": op, "value": [value] if op == "in" else value}
        answers.append(same(ask(aviary, where=condition)))
    assert answers[0] == answers[1]
    assert answers[0][0] in {400, 403, 422}


@pytest.mark.parametrize("wrapped", ["and", "or", "not"])
def test_channel_filter_is_closed_inside_other_conditions(aviary: Aviary, wrapped: str) -> None:
    inner = where(HIDDEN_ITEM, PLANTED[RESIDENTS][HIDDEN_ITEM])
    condition = {"not": inner} if wrapped == "not" else {wrapped: [where("xingbie", "1"), inner]}
    assert ask(aviary, where=condition).status_code in {400, 403, 422}


@pytest.mark.parametrize("item", [MASKED_ITEM, HIDDEN_ITEM, NO_ITEM])
def test_channel_sort_is_closed_for_what_is_masked_or_not_granted(aviary: Aviary, item: str) -> None:
    assert ask(aviary, order=[item]).status_code in {400, 403, 422}


def test_channel_names_which_items_there_are_stands_in_the_directory_and_both_are_refused(aviary: Aviary) -> None:
    statuses = {ask(aviary, items=[item]).status_code for item in (HIDDEN_ITEM, NO_ITEM)}
    assert statuses == {403}


@pytest.mark.parametrize("item", [MASKED_ITEM, HIDDEN_ITEM, NO_ITEM])
def test_channel_group_is_closed_for_what_is_not_granted_for_figures(aviary: Aviary, item: str) -> None:
    body = {"purpose": acts.PURPOSE, "case_number": acts.CASE, "group_by": [item]}
    answer = aviary.doors.system(FIGURES).post(f"/api/v1/exchange/{RESIDENTS}/aggregate", json=body)
    assert answer.status_code in {400, 403, 422}
    assert "cells" not in answer.json()


def test_channel_count_of_a_filter_on_a_closed_item_is_not_told(aviary: Aviary) -> None:
    path = f"/api/v1/datasets/{COMPANIES}/rows"
    answers = []
    for number in (HEAD, ABSENT):
        answer = aviary.doors.public().get(path, params={"fading_daibiaoren_zhengjian": number, "count": "exact"})
        answers.append((answer.status_code, answer.json()["detail"], "total" in answer.json()))
    assert answers[0] == answers[1]
    assert answers[0][2] is False


def test_channel_cursor_holds_no_value_in_any_reading(aviary: Aviary) -> None:
    cursor = ask(aviary, limit=3).json()["next"]
    padded = cursor + "=" * (-len(cursor) % 4)
    raw = base64.urlsafe_b64decode(padded)
    rows = ask(aviary, HOLDER, MARRIAGES, limit=3)
    private = rows.json()["next"]
    shown = base64.urlsafe_b64decode(private + "=" * (-len(private) % 4))
    numbers = [str(row[0]) for row in rows.json()["rows"]] if isinstance(rows.json()["rows"][0], list) else []
    assert heard(raw + cursor.encode(), ("number", "name")) == []
    assert all(number.encode() not in shown for number in numbers)


def test_channel_cursor_of_another_question_or_system_is_refused(aviary: Aviary) -> None:
    cursor = ask(aviary, MASKED, limit=3).json()["next"]
    others = [
        ask(aviary, HOLDER, cursor=cursor),
        ask(aviary, MASKED, cursor=cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")),
        ask(aviary, MASKED, cursor=cursor, where=where("xingbie", "1")),
    ]
    assert [answer.status_code in {400, 403, 422} for answer in others] == [True] * 3


def test_channel_difference_of_two_figures_tells_no_single_person(aviary: Aviary) -> None:
    door, path = aviary.doors.system(FIGURES), f"/api/v1/exchange/{RESIDENTS}/aggregate"
    question = {"purpose": acts.PURPOSE, "case_number": acts.CASE, "group_by": ["xingbie"]}
    whole = door.post(path, json=question)
    without_one = door.post(path, json={**question, "where": {"not": where("shenfen_haoma", NUMBER)}})
    assert whole.status_code == 200, whole.text
    assert without_one.status_code in {400, 403, 422, 429}


def test_channel_existence_entries_that_may_not_be_known_read_as_none(aviary: Aviary) -> None:
    made = aviary.rows("SELECT name FROM hub.entry WHERE published_at IS NULL LIMIT 1")
    name = made[0][0] if made else "bu-cunzai-a"
    public = aviary.doors.public()
    for path in ("/api/v1/datasets/{}", "/api/v1/datasets/{}/rows", "/api/v1/data/{}/changes"):
        answers = [(each, public.get(path.format(each))) for each in (name, "bu-cunzai-b")]
        one, other = ((answer.status_code, str(same(answer)).replace(each, "")) for each, answer in answers)
        assert one == other


IDS: Final[Mapping[str, str]] = {
    "/api/v1/requests/{}": 'SELECT id FROM hub."request"',
    "/api/v1/grants/{}": 'SELECT id FROM hub."grant"',
    "/api/v1/grants/{}/samples": 'SELECT id FROM hub."grant"',
    "/api/v1/applications/{}": "SELECT id FROM hub.application",
    "/api/v1/exemptions/{}": "SELECT id FROM hub.exemption",
    "/api/v1/exemptions/claims/{}": "SELECT id FROM hub.trade_secret_claim",
    "/api/v1/corrections/{}": "SELECT id FROM hub.correction",
    "/api/v1/subscriptions/{}": "SELECT id FROM hub.subscription",
    "/api/v1/relay-endpoints/{}": "SELECT id FROM hub.relay_endpoint",
    "/api/v1/pushes/{}": "SELECT id FROM hub.push WHERE entry_id NOT IN"
    " (SELECT e.id FROM hub.entry e JOIN hub.member m ON m.id = e.provider_id"
    f" WHERE m.slug IN ('{STRANGER}', '{OTHER}'))",
    "/ledger/receipts/{}": "SELECT id FROM hub.receipt WHERE kind = 'match'",
}


@pytest.mark.parametrize("path", IDS)
def test_channel_existence_what_belongs_to_others_reads_as_what_does_not_exist(aviary: Aviary, path: str) -> None:
    ask(aviary, HOLDER, MARRIAGES, limit=1)
    batch = {
        **WHY,
        "key": ["shenfen_haoma"],
        "claims": ["xingming"],
        "rows": [{"shenfen_haoma": NUMBER, "xingming": "某"}],
    }
    assert aviary.doors.system(HOLDER).post(f"/api/v1/exchange/{MARRIAGES}/match", json=batch).is_success
    real = str(aviary.rows(f"{IDS[path]} ORDER BY id LIMIT 1")[0][0])
    for door in (aviary.doors.staff(STRANGER, Role.AGENCY_USER), aviary.doors.staff(OTHER, Role.CLERK)):
        there, nowhere = (same(door.get(path.format(one))) for one in (real, "01a20193-3877-7295-b99c-d9eb9f48ddf3"))
        assert there == nowhere
        assert there[0] in {403, 404}


def assert_alike(trials: Mapping[str, Callable[[], object]], count: int = TRIALS) -> None:
    """Do the acts in turn, many times, and say that none takes notably longer than another."""
    taken: dict[str, list[float]] = {name: [] for name in trials}
    for act in trials.values():
        act()
    for _ in range(count):
        for name, act in trials.items():
            started = time.perf_counter()
            act()
            taken[name].append(time.perf_counter() - started)
    medians = {name: median(seconds) for name, seconds in taken.items()}
    low, high = min(medians.values()), max(medians.values())
    assert high < low * RATIO or high - low < SECONDS, medians


def test_channel_time_of_a_verification_does_not_tell_whether_the_person_is_there(aviary: Aviary) -> None:
    door, path = aviary.doors.system(MASKED), f"/api/v1/exchange/{MARRIAGES}/verify"

    def verifying(number: str, name: str) -> Callable[[], object]:
        body = {**WHY, "key": {"shenfen_haoma": number}, "claims": {"xingming": name}}
        return lambda: door.post(path, json=body)

    name = PLANTED[MARRIAGES]["xingming"]
    assert_alike(
        {"match": verifying(NUMBER, name), "mismatch": verifying(NUMBER, "某某某"), "none": verifying(ABSENT, name)}
    )


def test_channel_time_of_a_login_does_not_tell_whether_the_person_is_there(aviary: Aviary) -> None:
    public = aviary.doors.public()

    def logging_in(prefix: str) -> Callable[[], object]:
        # Each try another name: many tries of one would be locked, and that is quick.
        names = iter([f"{CIVIL}.clerk"] if prefix == "real" else [f"nobody{number}.clerk" for number in range(100)])
        real = iter([login for (login,) in aviary.rows("SELECT login FROM hub.staff ORDER BY login")] * 3)
        chosen = real if prefix == "real" else names
        return lambda: public.post("/api/v1/sessions", json={"login": next(chosen), "password": "not-the-password"})

    assert_alike({"real": logging_in("real"), "nobody": logging_in("nobody")}, count=8)


def test_channel_time_of_my_data_does_not_tell_whether_another_has_a_case(aviary: Aviary) -> None:
    citizen = aviary.citizen(ANOTHER)
    headers = {"X-CSRF-Token": citizen.get("/api/v1/me").json()["csrf"]}
    theirs = str(aviary.rows("SELECT id FROM hub.correction LIMIT 1")[0][0])

    def taking_back(case: str) -> Callable[[], object]:
        return lambda: citizen.post(f"/api/v1/me/corrections/{case}/withdraw", headers=headers)

    assert_alike({"theirs": taking_back(theirs), "none": taking_back("01a20193-3877-7295-b99c-d9eb9f48ddf3")}, count=12)


def test_channel_size_of_masked_values_does_not_tell_which_hidden_item_changed(aviary: Aviary) -> None:
    """The planted row's address and phone are longer than others': nothing of it shows in length or tag."""
    answers = [ask(aviary, limit=1000) for _ in range(2)]
    assert len({len(answer.content) for answer in answers}) == 1
    assert all("ETag" not in answer.headers for answer in answers)


def test_channel_etag_of_open_answers_follows_versions_not_values(aviary: Aviary) -> None:
    public, path = aviary.doors.public(), f"/api/v1/datasets/{BUS_STOPS}/rows"
    one, other = (public.get(path, params={"limit": 1}).headers.get("ETag") for _ in range(2))
    assert one == other


def test_channel_error_position_names_no_item_that_may_not_be_known(aviary: Aviary) -> None:
    for place in (
        {"where": where(HIDDEN_ITEM, "x")},
        {"order": [f"-{HIDDEN_ITEM}"]},
        {"items": [HIDDEN_ITEM, "xingbie"]},
    ):
        assert HIDDEN_ITEM not in ask(aviary, **place).text


def test_channel_row_counts_in_headers_of_refusals_are_none(aviary: Aviary) -> None:
    answer = ask(aviary, STRANGER)
    counting = [
        name for name in answer.headers if "total" in name or "count" in name or "quota" in name or "limit" in name
    ]
    assert (answer.status_code, counting) == (403, [])


def test_channel_quota_headers_speak_of_the_own_grant_alone(aviary: Aviary) -> None:
    before = {k: v for k, v in ask(aviary, MASKED, limit=1).headers.items() if "limit" in k or "quota" in k}
    ask(aviary, HOLDER, limit=1000)
    after = {k: v for k, v in ask(aviary, MASKED, limit=1).headers.items() if "limit" in k or "quota" in k}
    assert before.keys() == after.keys()
    assert not any("1000" in value for value in after.values())


def test_channel_receipts_of_others_are_in_no_list_and_no_search(aviary: Aviary) -> None:
    ask(aviary, HOLDER, MARRIAGES, limit=1)
    theirs = str(aviary.rows("SELECT id FROM hub.receipt WHERE kind = 'delivery' ORDER BY position DESC LIMIT 1")[0][0])
    door = aviary.doors.staff(STRANGER, Role.AGENCY_USER)
    pages = [door.get(path).text for path in ("/w", "/w/notices", "/api/v1/requests", "/api/v1/grants")]
    assert all(theirs not in page for page in pages)


def test_channel_duplicates_in_corrections_do_not_tell_what_another_organ_reported(aviary: Aviary) -> None:
    """The masked agency reports the same record: whether there is a case already is not told, nor by whom."""
    body = {
        "entry": RESIDENTS,
        "key": {"shenfen_haoma": NUMBER},
        "items": {"xingming": None},
        "reason": "与证件不符",
    }
    made = aviary.doors.system(MASKED).post("/api/v1/corrections", json=body)
    shown = aviary.doors.system(MASKED).get("/api/v1/corrections").text
    assert CLAIM_OF_NAME not in made.text + shown
    assert "雀用更正理由" not in made.text + shown
    assert HOLDER not in made.text + shown


def test_channel_dry_run_reads_the_same_for_numbers_that_exist_and_do_not(aviary: Aviary) -> None:
    """A row filter in a draft is not tried on rows: the dry run speaks of items alone."""
    user = aviary.doors.staff(STRANGER, Role.AGENCY_USER)
    answers = []
    for number in (NUMBER, ABSENT):
        body = {
            "title": "试",
            "lines": [{"entry": RESIDENTS, "item": "xingming", "form": "masked"}],
            "row_filters": {RESIDENTS: [where("shenfen_haoma", number)]},
        }
        made = user.post("/api/v1/applications", json=body)
        if made.is_success:
            seen = user.post(f"/api/v1/applications/{made.json()['id']}/dry-run").json()
            answers.append(
                {name: value for name, value in seen.items() if name not in {"id", "application", "version"}}
            )
        else:
            answers.append({"status": made.status_code})
    assert {k: v for k, v in answers[0].items() if k != "at"} == {k: v for k, v in answers[1].items() if k != "at"}


def test_channel_search_finds_nothing_by_a_value_and_nothing_that_may_not_be_known(aviary: Aviary) -> None:
    public = aviary.doors.public()
    for value in (NUMBER, SPOUSE, HEAD, *PLANTED[RESIDENTS].values()):
        for path in ("/api/v1/datasets", "/api/v1/items"):
            assert public.get(path, params={"q": value}).json()["total"] == 0


def test_channel_page_lengths_do_not_tell_whether_a_closed_value_exists(aviary: Aviary) -> None:
    public, lengths = aviary.doors.public(), set()
    for number in (HEAD, ABSENT):
        answer = public.get(f"/d/{COMPANIES}", params={"fading_daibiaoren_zhengjian": number})
        lengths.add((answer.status_code, len(answer.text)))
    assert len(lengths) == 1
