"""Attacks that wait in stored data: threats 28 and 31. What was typed is shown as typed, and runs nowhere."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from hub.rows.csv_text import original
from tests.hub.portal.chromium import browser, program
from tests.hub.portal.reading import Element, read
from tests.threats.hostile import FORMULAS, ITEM, NAME, NUMBERS, PROVIDER, SCRIPT, TITLE, Hostile, publish_hostile, push

if TYPE_CHECKING:
    from tests.hub.portal.town import Town

DANGEROUS = "=+-@\t\r＝＋－＠"
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
PAGES = (
    "/",
    "/catalog",
    "/en/catalog",
    "/catalog?q=script",
    "/items?q=站名",
    "/en/items?q=站名",
    f"/d/{NAME}",
    f"/en/d/{NAME}",
    "/catalog?q=<script>alert(9)</script>",
    "/items?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    f"/d/{NAME}?zhandian_bianma__contains=%22%3E%3Cscript%3E",
    f"/d/{NAME}?chengli__ge=<script>",
    "/<script>alert(1)</script>",
    "/en/d/<script>",
    "/catalog?offset=<script>",
)


@pytest.fixture(scope="module")
def hostile(town: Town) -> Hostile:
    return publish_hostile(town)


def exported(town: Town, form: str) -> dict[str, str]:
    """Return the cells of a download as a spreadsheet reads them, by key."""
    answer = town.reader.get(f"/api/v1/datasets/{NAME}/download", params={"format": form})
    encoding = {"gb18030": "gb18030", "excel": "utf-8-sig"}.get(form, "utf-8")
    rows = list(csv.reader(io.StringIO(answer.content.decode(encoding))))
    return {row[0]: row[1] for row in rows[1:]}


@pytest.mark.parametrize("form", ["csv", "excel", "gb18030"])
def test_no_exported_cell_begins_a_formula(town: Town, hostile: Hostile, form: str) -> None:
    cells = exported(town, form)
    kept_as_text = re.compile(r'="[^"]*"')
    running = [
        cell
        for cell in cells.values()
        if cell[0] in DANGEROUS and not PLAIN_NUMBER.fullmatch(cell) and not kept_as_text.fullmatch(cell)
    ]
    assert (len(cells), running) == (len(hostile.values), [])


def stored(town: Town) -> dict[str, str]:
    """Return the values as they are stored (full-width signs were made half-width when they were pushed), by key."""
    rows = town.reader.get(f"/api/v1/datasets/{NAME}/rows", params={"limit": "100"}).json()["rows"]
    return {row["zhandian_bianma"]: row["zhandian_mingcheng"] for row in rows}


@pytest.mark.parametrize("form", ["csv", "excel", "gb18030"])
def test_every_exported_value_is_given_back_exactly(town: Town, hostile: Hostile, form: str) -> None:
    assert {key: original(cell) for key, cell in exported(town, form).items()} == stored(town)


def test_every_hostile_value_was_stored_as_its_own_text(town: Town, hostile: Hostile) -> None:
    half = {key: unicodedata.normalize("NFKC", value) for key, value in hostile.values.items()}
    assert stored(town) == half


def test_exported_numbers_are_untouched(town: Town, hostile: Hostile) -> None:
    cells = exported(town, "csv")
    assert [cells[key] for key, value in hostile.values.items() if value in NUMBERS] == list(NUMBERS)


def test_the_name_of_an_item_is_no_formula_in_the_head_of_a_file(town: Town, hostile: Hostile) -> None:
    answer = town.reader.get(f"/api/v1/datasets/{NAME}/download", params={"format": "excel"})
    head = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert head == ["站点编码", ITEM]


def test_rejected_values_are_no_formulas_in_the_file_of_rejections(town: Town, hostile: Hostile) -> None:
    system = town.people.system(PROVIDER)
    rows = {f"{formula}{'x' * 12}": formula for formula in FORMULAS}
    report = push(system, {**hostile.values, **rows})
    text = system.raw("GET", str(report["rejections"])).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell]
    assert [cell for cell in cells if cell[0] in DANGEROUS and not PLAIN_NUMBER.fullmatch(cell)] == []


def is_data(one: Element) -> bool:
    """Whether a script element holds JSON-LD, which no browser runs, and nothing that could end it."""
    return one.tag == "script" and one.get("type") == "application/ld+json" and "<" not in one.text


def acting(page: Element) -> list[str]:
    """Return what would run: scripts, handlers, addresses that are code, frames and objects."""
    risky = page.find("script", "svg", "img", "iframe", "object", "embed", "base", "math")
    found = [one.tag for one in risky if not is_data(one)]
    found += [name for one in page.find() for name in one.attributes if name.startswith("on")]
    links = [one.get(name) for one in page.find() for name in ("href", "src", "action", "formaction")]
    return found + [
        link for link in links if link.lower().lstrip().startswith(("javascript:", "vbscript:", "data:text"))
    ]


@pytest.mark.parametrize("path", PAGES)
def test_stored_and_sent_markup_is_text_on_every_page(town: Town, hostile: Hostile, path: str) -> None:
    assert acting(read(town.reader.get(path).text)) == []


def test_stored_markup_is_shown_as_it_was_typed(town: Town, hostile: Hostile) -> None:
    page = read(town.page(f"/d/{NAME}"))
    cells = {cell.text for cell in page.find("td")}
    assert (page.find("h1")[0].text, SCRIPT in cells, "{{7*7}}" in cells) == (TITLE, True, True)


def test_a_pasted_receipt_with_markup_is_text(town: Town, hostile: Hostile) -> None:
    answer = town.reader.post("/proof", data={"receipt": f"</textarea>{SCRIPT}"}, files={"file": ("", b"")})
    assert acting(read(answer.text)) == []


def test_a_login_with_markup_is_text(town: Town, hostile: Hostile) -> None:
    with town.browser() as visitor:
        token = next(
            one.get("value")
            for one in read(visitor.get("/login").text).find("input")
            if one.get("name") == "form_token"
        )
        answer = visitor.post("/login", data={"form_token": token, "login": SCRIPT, "password": SCRIPT})
    assert (answer.status_code, acting(read(answer.text)), SCRIPT in answer.text) == (401, [], False)


@pytest.mark.parametrize(
    "path",
    ["/", f"/d/{NAME}", f"/api/v1/datasets/{NAME}", f"/api/v1/datasets/{NAME}/rows", "/nothing", "/static/site.css"],
)
def test_every_answer_forbids_scripts_and_guessing_of_types(town: Town, hostile: Hostile, path: str) -> None:
    headers = town.reader.get(path).headers
    policy = headers["content-security-policy"]
    assert ("default-src 'none'" in policy, "script-src" in policy, headers["x-content-type-options"]) == (
        True,
        False,
        "nosniff",
    )


def test_a_hostile_title_stays_inside_the_name_of_the_download(town: Town, hostile: Hostile) -> None:
    headers = town.reader.get(f"/api/v1/datasets/{NAME}/download", params={"format": "csv"}).headers
    assert re.fullmatch(
        rf"attachment; filename=\"{NAME}\.csv\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+", headers["content-disposition"]
    )


@pytest.mark.skipif(program() is None, reason="no Chromium on this machine")
def test_nothing_hostile_runs_in_a_real_browser(town: Town, hostile: Hostile) -> None:
    with browser() as tab:
        for path in PAGES:
            tab.open(town.hub.url + path)
            tab.value("1")
        faults = [fault for fault in tab.faults if "Failed to load resource" not in fault]
    assert faults == []


def test_what_is_sent_to_be_logged_makes_no_line_of_its_own(town: Town, hostile: Hostile) -> None:
    forged = '\r\n{"event": "FORGED", "level": "info"}\x1b[31m'
    town.reader.get("/catalog", params={"q": forged}, headers={"User-Agent": "x FORGED"})
    town.reader.get("/FORGED%0d%0aFORGED%1b%5b31m")
    town.reader.post("/api/v1/sessions", json={"login": forged, "password": forged})
    town.reader.request("FORGED", "/catalog")
    town.reader.get("/api/v1/datasets/x%0d%0aFORGED/rows")
    written = town.hub.log.read_bytes()
    events = [json.loads(line).get("event") for line in written.splitlines() if line.startswith(b"{")]
    assert (b"\x1b" in written, b"FORGED" in written, "FORGED" in events) == (False, False, False)


def test_a_formula_in_a_search_box_is_only_a_search(town: Town, hostile: Hostile) -> None:
    for formula in FORMULAS:
        assert town.reader.get("/catalog", params={"q": formula}).status_code == 200
