"""Where values could stay behind: log, figures, caches, deliveries, receipts, tables, files. Named by channel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from psycopg import sql

from tests.canary.aviary import HOLDER, MASKED, WHY, holders_questions
from tests.canary.birds import CLAIMED, KEPT, NUMBER, PLANTED, ROWS, SENT, SPELLED, TEXTS, heard, heard_in
from tests.support.acts import MARRIAGES, RESIDENTS

if TYPE_CHECKING:
    from tests.canary.aviary import Aviary

EVERYTHING: Final = (*ROWS, *TEXTS)
IDENTITIES: Final = (
    *("number", "number of the spouse", "number of the head", "phone", "address", "address of an old version"),
    *KEPT,
)
KEPT_ON_PURPOSE: Final = {
    (
        "push_rejection",
        "value",
    ): "the provider's own rejected cell, shown to the provider alone, so that it can mend it",
    ("push_held_row", "cells"): "rejected rows until they are mended or lapse, for the provider's pushing roles alone",
}
"""Columns outside the data tables where a value of a row may stand, each with its reason."""


@pytest.fixture(scope="module")
def asked(aviary: Aviary) -> Aviary:
    """Give the city after questions in every form."""
    for answer in holders_questions(aviary):
        assert answer.status_code == 200, answer.text
    return aviary


def test_channel_log_holds_no_value(asked: Aviary) -> None:
    written = asked.log.getvalue().encode()
    assert b"hub.request" in written
    assert heard(written, EVERYTHING) == []


def test_channel_log_holds_nothing_of_bad_input(asked: Aviary) -> None:
    system = asked.doors.system(HOLDER)
    for text in SENT.values():
        system.post(f"/api/v1/exchange/{MARRIAGES}/query", json={**WHY, "where": {"item": text, "value": [text]}})
        system.get(f"/api/v1/datasets/{text}", params={text: text})
        asked.doors.public().post("/api/v1/sessions", json={"login": text, "password": text})
    assert heard(asked.log.getvalue().encode(), tuple(f"sent {kind}" for kind in SENT)) == []


def test_channel_metrics_hold_no_value(asked: Aviary) -> None:
    answer = asked.doors.public().get("/metrics")
    assert answer.status_code == 200
    assert heard_in(answer, (*EVERYTHING, *(f"sent {kind}" for kind in SENT))) == []


def test_channel_cache_gives_the_same_question_of_another_only_his_own_answer(asked: Aviary) -> None:
    path = f"/api/v1/exchange/{MARRIAGES}/query"
    body = {**WHY, "limit": 1000, "where": {"item": "shenfen_haoma", "op": "eq", "value": NUMBER}}
    first = asked.doors.system(HOLDER).post(path, json=body)
    others = [asked.doors.system(MASKED).post(path, json=body), asked.doors.public().post(path, json=body)]
    assert NUMBER in first.text
    assert [(answer.status_code, heard_in(answer, tuple(ROWS))) for answer in others] == [(403, []), (401, [])]


def test_channel_cache_is_told_to_keep_no_answer_to_an_agency(asked: Aviary) -> None:
    kept = [
        str(answer.request.url.path)
        for answer in holders_questions(asked)
        if answer.headers.get("Cache-Control") != "no-store"
    ]
    assert kept == []


def test_channel_webhook_delivers_events_without_values(asked: Aviary) -> None:
    asked.receiver.wait_for(1)
    own = "address of a webhook"
    for delivery in asked.receiver.seen:
        assert heard(delivery.body, EVERYTHING) == []
        assert heard(str(delivery.headers).encode(), tuple(name for name in EVERYTHING if name != own)) == []


def test_channel_relay_gives_the_provider_nothing_beyond_its_template(asked: Aviary) -> None:
    texts = tuple(name for name in TEXTS if name not in {"address of an API", "secret of an API"})
    assert asked.provider.seen
    seen = [f"{one.target} {one.headers}".encode() + one.body for one in asked.provider.seen]
    assert [heard(one, (*texts, "name", "address", "phone", "number of the spouse")) for one in seen] == [[]] * len(
        seen
    )


def test_channel_receipts_hold_no_value(asked: Aviary) -> None:
    bodies = [bytes(row[0]) for row in asked.rows("SELECT body FROM hub.receipt")]
    assert len(bodies) > 50
    # The legal basis is what a receipt is there to say.
    names = tuple(name for name in EVERYTHING if not name.startswith("basis of"))
    assert [found for body in bodies if (found := heard(body, names))] == []


def columns(aviary: Aviary) -> list[tuple[str, str, str]]:
    """Return table, column and type of all that is stored outside the data tables and can hold a text."""
    found = aviary.rows(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'hub'"
        " AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY', 'character varying') ORDER BY 1, 2"
    )
    assert len(found) > 200
    return [(str(table), str(column), str(kind)) for table, column, kind in found]


def holding(aviary: Aviary, names: tuple[str, ...]) -> dict[tuple[str, str], list[str]]:
    """Return which columns hold one of the named canaries in clear."""
    needles = {name: sorted(SPELLED[name]) for name in names}
    found: dict[tuple[str, str], list[str]] = {}
    with aviary.city.services.database.begin() as unit:
        for table, column, kind in columns(aviary):
            wanted = sql.SQL("{}" if kind == "bytea" else "convert_to({}::text, 'UTF8')").format(sql.Identifier(column))
            text = sql.SQL("SELECT count(*) FROM hub.{} WHERE {}").format(
                sql.Identifier(table),
                sql.SQL(" OR ").join([sql.SQL("position(%s::bytea in {}) > 0").format(wanted)] * 6),
            )
            for name, spelled in needles.items():
                six = [spelled[number % len(spelled)] for number in range(6)]
                row = unit.driver.execute(text, six).fetchone()
                if row is not None and row[0]:
                    found.setdefault((table, column), []).append(name)
    return found


def test_channel_tables_hold_no_value_of_a_person_outside_the_data_tables(asked: Aviary) -> None:
    found = holding(asked, IDENTITIES)
    assert {place: names for place, names in found.items() if place not in KEPT_ON_PURPOSE} == {}


def test_channel_tables_hold_what_persons_write_and_what_opens_doors_encrypted(asked: Aviary) -> None:
    sealed = (
        "claimed value of a correction",
        "reason of a correction",
        "evidence of a correction",
        "name of the evidence",
        "text of a complaint",
        "secret of an API",
        "secret of a pull",
    )
    assert holding(asked, sealed) == {}
    secret = asked.hook_secret.encode()
    stored = asked.rows("SELECT w::text FROM hub.webhook w")
    assert stored
    assert all(secret not in str(row[0]).encode() for row in stored)


def test_channel_tables_hold_no_number_that_was_only_asked_about(asked: Aviary) -> None:
    system = asked.doors.system(HOLDER)
    key = {"shenfen_haoma": CLAIMED}
    for path, body in (
        ("query", {"where": {"item": "shenfen_haoma", "op": "eq", "value": CLAIMED}}),
        ("verify", {"key": key, "claims": {"xingming": "某某"}}),
        ("match", {"key": ["shenfen_haoma"], "claims": ["xingming"], "rows": [{**key, "xingming": "某某"}]}),
    ):
        answer = system.post(f"/api/v1/exchange/{MARRIAGES}/{path}", json={**WHY, **body})
        assert answer.status_code == 200, answer.text
    needle = CLAIMED.encode()
    stored = [bytes(row[0]) for row in asked.rows("SELECT body FROM hub.receipt")]
    assert not any(needle in body for body in stored)
    assert needle not in asked.log.getvalue().encode()


def test_channel_files_hold_no_value_after_the_work(asked: Aviary) -> None:
    folder = asked.city.services.settings.data_dir
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = {str(path.relative_to(folder)): heard(path.read_bytes(), tuple(ROWS)) for path in files}
    kept = {Path(name).parts[0]: what for name, what in found.items() if what}
    assert kept == {}  # what waits in the spool and what of an upload has come are encrypted


def test_channel_nothing_holds_what_was_erased(asked: Aviary) -> None:
    names = tuple(name for name in KEPT if name.endswith("of an erased row"))
    assert holding(asked, names) == {}
    entry = asked.rows("SELECT id FROM hub.entry WHERE name = %s", RESIDENTS)[0][0]
    for table in ("r", "h"):
        rows = asked.rows(f"SELECT t::text FROM data.{table}_{entry.hex} t")
        assert heard("\n".join(str(row[0]) for row in rows).encode(), names) == []


def test_the_canaries_are_where_they_were_planted(asked: Aviary) -> None:
    """Else all of the above would prove nothing."""
    for name, values in PLANTED.items():
        row = asked.rows("SELECT id FROM hub.entry WHERE name = %s", name)[0]
        for column, value in values.items():
            text = f"SELECT count(*) FROM data.r_{row[0].hex} WHERE {column}::text LIKE %s OR {column}::text = %s"
            sealed = asked.city.services.numbers.seal(str(value))
            assert asked.rows(text, f"{value}%", sealed)[0][0] >= 1, (name, column)
