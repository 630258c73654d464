"""What a log line holds, and what never."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any, NoReturn

import psycopg
import pytest
import structlog

from hub.logs import configure, request_context
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBER = "410102199001011234"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Give what is written; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    output = io.StringIO()
    configure("json", stream=output)
    yield output
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(error: Exception) -> NoReturn:
    raise error


def last(stream: io.StringIO) -> dict[str, Any]:
    lines = stream.getvalue().splitlines()
    found = json.loads(lines[-1])
    assert isinstance(found, dict)
    return found


def test_an_event_is_one_json_object_with_its_ids(stream: io.StringIO) -> None:
    structlog.get_logger("hub.push").info("push merged", push_id="p-1", accepted=12)
    found = last(stream)
    assert {name: found[name] for name in ("event", "level", "push_id", "accepted")} == {
        "event": "push merged",
        "level": "info",
        "push_id": "p-1",
        "accepted": 12,
    }


def test_events_of_a_request_carry_its_id_whoever_writes_them(stream: io.StringIO) -> None:
    with request_context("r-7"):
        logging.getLogger("somewhere").warning("late")
    assert last(stream)["request_id"] == "r-7"


def test_a_field_that_may_hold_data_is_named_but_not_written(stream: io.StringIO) -> None:
    structlog.get_logger().info("rejected", row={"姓名": "张三"})
    assert (last(stream)["dropped"], "张三" in stream.getvalue()) == (["row"], False)


def test_an_error_of_the_database_is_written_without_the_row_it_quotes(stream: io.StringIO) -> None:
    try:
        fail(psycopg.errors.UniqueViolation(f"Key (id)=({NUMBER}) already exists 张三"))
    except psycopg.Error:
        structlog.get_logger().exception("push failed")
    found = last(stream)
    assert (found["error"], found["sqlstate"]) == ("psycopg.errors.UniqueViolation", "23505")
    assert "张三" not in stream.getvalue()


def test_an_error_of_a_library_logger_is_written_the_same_way(stream: io.StringIO) -> None:
    try:
        fail(ValueError("张三"))
    except ValueError:
        logging.getLogger("library").exception("failed")
    assert (last(stream)["error"], "张三" in stream.getvalue()) == ("builtins.ValueError", False)


def test_an_error_of_ours_keeps_its_text(stream: io.StringIO) -> None:
    try:
        fail(DomainError("目录中没有该条目", "no such entry"))
    except DomainError:
        structlog.get_logger().exception("not found")
    assert last(stream)["message"] == "目录中没有该条目 / no such entry"


def test_places_of_an_error_are_written(stream: io.StringIO) -> None:
    try:
        fail(KeyError())
    except KeyError:
        structlog.get_logger().exception("failed")
    assert last(stream)["frames"][-1].endswith(" fail")


@pytest.mark.parametrize("text", [NUMBER, "41010219900101123X", "13912345678", f"证件{NUMBER}。"])
def test_numbers_of_persons_are_blotted_out(stream: io.StringIO, text: str) -> None:
    structlog.get_logger().info(f"asked about {text}")
    assert text.strip("证件。") not in stream.getvalue()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_line_break_in_a_value_makes_no_second_line(stream: io.StringIO, log_format: Any) -> None:
    configure(log_format, stream=stream)
    structlog.get_logger().info("asked\r\nlevel=error forged\x1b[31m", route="/a\n/b")
    assert (stream.getvalue().count("\n"), "\x1b" in stream.getvalue()) == (1, False)


def test_addresses_asked_for_are_not_written_by_the_web_server(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info('"GET /rows?name=张三 HTTP/1.1" 200')
    assert stream.getvalue() == ""


def test_levels_below_the_chosen_one_are_not_written(stream: io.StringIO) -> None:
    configure("json", "warning", stream)
    structlog.get_logger().info("small")
    assert stream.getvalue() == ""
