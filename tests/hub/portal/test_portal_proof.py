"""The page that checks receipts: each step is shown, whatever is pasted, and nothing pasted does harm."""

from __future__ import annotations

import json

import pytest

from tests.hub.portal.reading import Element, read
from tests.hub.portal.town import BUS_STOPS, Town
from tests.support import acts


@pytest.fixture(scope="module")
def bundle(town: Town) -> dict[str, object]:
    """Give the bundle of the push of the bus stops."""
    system = town.people.system("jiaotongju")
    report = acts.push_demo_file(town.people, BUS_STOPS, town.folder / "again")
    found: dict[str, object] = json.loads(acts.bundle_of(system, report["receipt"]))
    return found


def check(town: Town, receipt: str, path: str = "/proof") -> Element:
    answer = town.reader.post(path, data={"receipt": receipt}, files={"file": ("", b"")})
    return read(answer.text)


def verdict(page: Element) -> str:
    return next(one for one in page.find("section") if one.get("role") == "status").find("h2")[0].text


def steps(page: Element) -> list[str]:
    return [one.get("class") for one in page.find("li") if one.get("class").startswith("step_")]


def test_a_bundle_is_proved_step_by_step(town: Town, bundle: dict[str, object]) -> None:
    page = check(town, json.dumps(bundle))
    assert (verdict(page)[:2], "step_false" in steps(page), steps(page).count("step_true") >= 3) == (
        "属实",
        False,
        True,
    )


def test_the_receipt_alone_is_enough(town: Town, bundle: dict[str, object]) -> None:
    assert verdict(check(town, f"\n {bundle['receipt']} \n")).startswith("属实")


def test_a_receipt_in_json_without_its_proof_is_enough(town: Town, bundle: dict[str, object]) -> None:
    assert verdict(check(town, json.dumps({"receipt": bundle["receipt"]}))).startswith("属实")


def test_a_file_is_checked_like_a_text(town: Town, bundle: dict[str, object]) -> None:
    files = {"file": ("receipt.json", json.dumps(bundle).encode())}
    page = read(town.reader.post("/proof", data={"receipt": ""}, files=files).text)
    assert verdict(page).startswith("属实")


def test_the_steps_are_in_english_on_the_english_page(town: Town, bundle: dict[str, object]) -> None:
    page = check(town, json.dumps(bundle), "/en/proof")
    assert verdict(page) == "True: the receipt is genuine and in the log"


@pytest.mark.parametrize("place", [10, 60, 200, -5])
def test_one_altered_character_is_found(town: Town, bundle: dict[str, object], place: int) -> None:
    receipt = str(bundle["receipt"])
    place %= len(receipt)
    altered = receipt[:place] + ("A" if receipt[place] != "A" else "B") + receipt[place + 1 :]
    page = check(town, altered)
    assert (verdict(page)[:3], steps(page)[-1]) == ("不属实", "step_false")


def test_an_altered_path_is_found(town: Town, bundle: dict[str, object]) -> None:
    index = bundle["leaf_index"]
    assert isinstance(index, int)
    page = check(town, json.dumps({**bundle, "leaf_index": index - 1}))
    assert verdict(page).startswith("不属实")


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "{",
        "[]",
        "{}",
        '{"receipt": 5}',
        "a.b.c",
        "\x00\x01",
        '{"receipt": "\\ud800"}',
        "[" * 100_000,
        "9" * 5000,
    ],
)
def test_garbage_gets_a_verdict_and_no_fault(town: Town, text: str) -> None:
    assert verdict(check(town, text))[:2] in {"不属", "无法"}


def test_nothing_is_told_to_be_missing(town: Town) -> None:
    answer = town.reader.post("/proof", data={"receipt": "  "}, files={"file": ("", b"")})
    assert (answer.status_code, "没有收到凭证" in answer.text) == (422, True)


def test_a_file_beyond_half_a_mebibyte_is_told_to_be_too_large(town: Town) -> None:
    answer = town.reader.post("/proof", files={"file": ("big.json", b"x" * (600 * 1024))})
    assert (answer.status_code, "超过 512 KB" in answer.text) == (413, True)


def test_a_body_beyond_all_limits_is_refused_as_a_page(town: Town) -> None:
    answer = town.reader.post("/proof", files={"file": ("big.json", b"x" * (3 * 1024 * 1024))})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")


def test_the_checkpoint_of_the_page_is_that_of_the_log(town: Town) -> None:
    note = town.reader.get("/ledger/checkpoint").text
    page = read(town.page("/proof"))
    assert note.splitlines()[2] in page.text
