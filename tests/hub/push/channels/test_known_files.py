"""A file the hub holds already is not sent, and not parsed where it is sent all the same: a repeat costs its digest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from hub.client import HubProblemError
from hub.push import decode
from tests.hub.push.channels import kit
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from pathlib import Path

    from hub.client import Hub

ROWS = 40


@pytest.fixture
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "stops.csv"
    path.write_bytes(kit.stops(ROWS, f"{request.node.name[:40]}路"))
    return path


def push(hub: Hub, path: Path) -> dict[str, Any]:
    return hub.push(BUS_STOPS, path, options={"mode": "full", "allow_shrink": "true"})


def ask(hub: Hub, path: Path, **more: str) -> dict[str, Any]:
    params = {"mode": "full", "digest": hashlib.sha256(path.read_bytes()).hexdigest(), "filename": path.name, **more}
    return hub.call("POST", f"/api/v1/entries/{BUS_STOPS}/pushes/known", params=params)


def test_a_file_that_was_never_pushed_is_not_known(owner: Hub, file: Path) -> None:
    assert ask(owner, file) == {"known": False}


def test_the_file_that_stands_is_known_with_its_report(owner: Hub, file: Path) -> None:
    first = push(owner, file)
    found = ask(owner, file)
    assert (found["known"], found["is_repeat"], found["push"], found["accepted"]) == (True, True, first["push"], ROWS)


def test_a_file_is_not_known_where_it_is_to_be_read_in_another_way(owner: Hub, file: Path) -> None:
    push(owner, file)
    assert ask(owner, file, encoding="utf-8") == {"known": False}


def test_a_file_that_another_followed_is_not_known_any_more(owner: Hub, file: Path, tmp_path: Path) -> None:
    push(owner, file)
    later = tmp_path / "later.csv"
    later.write_bytes(kit.stops(ROWS, "后来路"))
    push(owner, later)
    assert ask(owner, file) == {"known": False}


def test_a_large_file_that_stands_is_asked_for_and_not_sent(
    owner: Hub, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.client.KNOWN_FROM_BYTES", 1)
    push(owner, file)
    sent: list[str] = []
    send = owner._send

    def noted(method: str, path: str, **options: Any) -> Any:
        sent.append(path)
        return send(method, path, **options)

    monkeypatch.setattr(owner, "_send", noted)
    assert push(owner, file)["is_repeat"]
    assert sent == [f"/api/v1/entries/{BUS_STOPS}/pushes/known"]


def test_a_repeat_whose_body_is_sent_all_the_same_is_not_parsed(
    owner: Hub, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = push(owner, file)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a repeat was opened")

    monkeypatch.setattr(decode, "open_table", refused)
    assert push(owner, file)["push"] == first["push"]


def test_another_organ_is_not_told_whether_a_file_is_known(owner: Hub, other: Hub, file: Path) -> None:
    push(owner, file)
    with pytest.raises(HubProblemError):
        ask(other, file)
