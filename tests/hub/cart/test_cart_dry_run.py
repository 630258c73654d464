"""The dry run: what would become of each line and why, before anything is submitted, and without any trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hub.cart.conftest import INSURED, MARITAL, SPOUSE, THREE, line_of
from tests.support.acts import MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from tests.hub.cart.conftest import Shop


def provider_of(foreseen: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what the dry run tells of a provider."""
    return next(dict(one) for one in foreseen["providers"] if name in one["name"])


def test_a_dry_run_stores_nothing_and_leaves_no_receipt(shop: Shop) -> None:
    draft = shop.draft()
    before = (shop.city.counts(), receipts(shop))
    shop.foresee(draft)
    assert (shop.city.counts(), receipts(shop)) == before


def receipts(shop: Shop) -> int:
    """Return how many receipts of requests there are."""
    with shop.city.services.database.begin() as unit:
        return int(unit.connection.exec_driver_sql("SELECT count(*) FROM hub.receipt").scalar_one())


def test_what_is_unconditional_would_be_granted_at_once(shop: Shop) -> None:
    line = line_of(shop.foresee(shop.draft(purpose="住房补贴试算")), "xingming")
    assert (line["outcome"], line["form"]) == ("granted_at_once", "masked")


def test_what_has_conditions_goes_to_its_provider_with_ten_working_days_and_the_article(shop: Shop) -> None:
    line = line_of(shop.foresee(shop.draft()), MARITAL)
    said = (line["outcome"], line["provider_name"], line["working_days"], line["deadline_article"])
    assert said == ("to_provider", "示例市民政局", 10, "政务数据共享条例 Art.21")


def test_the_day_foreseen_is_the_day_that_comes(shop: Shop) -> None:
    draft = shop.draft(lines=[dict(THREE[1])])
    foreseen = line_of(shop.foresee(draft), MARITAL)["due_on"]
    opened = shop.act(shop.act(draft, "submit"), "consent", shop.head)
    assert opened["parts"][0]["lines"][0]["due_on"] == foreseen


def test_a_form_wider_than_the_class_allows_is_told_with_the_lesser_one(shop: Shop) -> None:
    lines = [{"entry": MARRIAGES, "item": MARITAL, "form": "full"}]
    line = line_of(shop.foresee(shop.draft(lines=lines)), MARITAL)
    assert (line["widest"], line["proposed"]) == ("masked", "masked")


def test_an_exemption_in_force_is_told_with_its_ground_and_the_lesser_forms(shop: Shop) -> None:
    lines = [{"entry": MARRIAGES, "item": SPOUSE, "form": "masked"}]
    line = line_of(shop.foresee(shop.draft(lines=lines)), SPOUSE)
    said = (line["outcome"], line["ground"], line["ground_name"], line["proposed"])
    assert said == ("ground_in_force", "R05", "个人隐私", "verify_only")


def test_a_record_s_own_content_is_not_told(shop: Shop) -> None:
    lines = [{"entry": MARRIAGES, "item": SPOUSE, "form": "masked"}]
    assert "暴露其婚姻关系" not in str(shop.foresee(shop.draft(lines=lines)))


def test_what_the_system_holds_already_is_told_with_its_grant(shop: Shop) -> None:
    shop.opened(lines=[{"entry": RESIDENTS, "item": "xingbie", "form": "masked"}])
    lines = [{"entry": RESIDENTS, "item": "xingbie", "form": "masked"}]
    line = line_of(shop.foresee(shop.draft(lines=lines)), "xingbie")
    assert (line["outcome"], len(line["grants"])) == ("already_granted", 1)


def test_a_grant_for_another_purpose_does_not_count(shop: Shop) -> None:
    shop.opened(lines=[{"entry": RESIDENTS, "item": "minzu", "form": "masked"}])
    lines = [{"entry": RESIDENTS, "item": "minzu", "form": "masked"}]
    line = line_of(shop.foresee(shop.draft(lines=lines, purpose="住房补贴核对")), "minzu")
    assert line["outcome"] == "granted_at_once"


def test_outside_the_directory_every_line_reads_the_same(shop: Shop) -> None:
    lines = [
        {"provider": "minzhengju", "description": text, "form": "verify_only"} for text in ("收养登记", "涉密事项目录")
    ]
    first, second = shop.foresee(shop.draft(lines=lines))["lines"]
    names = ("outcome", "explanation", "working_days", "due_on")
    assert [first[name] for name in names] == [second[name] for name in names]


def test_an_item_that_is_not_there_reads_as_any_other_word(shop: Shop) -> None:
    lines = [{"entry": MARRIAGES, "item": one, "form": "verify_only"} for one in ("meiyou", "mimi")]
    first, second = shop.foresee(shop.draft(lines=lines))["lines"]
    assert (first["outcome"], first["explanation"]) == (second["outcome"], second["explanation"])


def test_an_incomplete_draft_is_foreseen_as_far_as_it_goes(shop: Shop) -> None:
    draft = shop.user.call("POST", "/api/v1/applications", json={"lines": [dict(THREE[1])]})
    foreseen = shop.foresee(draft)
    assert (foreseen["is_complete"], line_of(foreseen, MARITAL)["outcome"]) == (False, "to_provider")


def test_a_provider_without_history_is_said_to_have_none(shop: Shop) -> None:
    foreseen = shop.foresee(shop.draft(lines=[dict(THREE[0])]))
    provider = provider_of(foreseen, "公安局")
    assert (provider["answered"], provider["text"]) == (0, "该单位在平台上还没有答复记录")


def test_the_record_of_a_provider_counts_answers_in_time_late_and_missing(shop: Shop) -> None:
    lines = [
        {"entry": INSURED, "item": "canbao_zhuangtai", "form": "verify_only"},
        {"entry": INSURED, "item": "xingming", "form": "verify_only"},
    ]
    application = shop.opened(lines=lines)
    shop.clock.forward(working_days=2)
    shop.answer(application, INSURED, "canbao_zhuangtai")
    shop.clock.forward(working_days=11)
    provider = provider_of(shop.foresee(shop.draft()), "人力资源")
    assert (provider["in_time"] < provider["answered"], provider["median_working_days"]) == (True, 2.0)


def test_the_dry_run_counts_its_outcomes(shop: Shop) -> None:
    counts = shop.foresee(shop.draft())["counts"]
    assert sum(counts.values()) == 3


def test_a_verification_without_the_item_that_finds_the_record_is_told_so(shop: Shop) -> None:
    told = line_of(shop.foresee(shop.draft()), MARITAL)
    assert (told["key_missing"], "身份号码" in "".join(told["explanation"])) == (["shenfen_haoma"], True)
