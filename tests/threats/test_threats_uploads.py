"""Resumable uploads under attack: another organ's, lies about lengths and offsets, quotas, slow senders (33)."""

from __future__ import annotations

import shutil
import time
import uuid
from socket import create_connection
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from hub.protocol import BoundedProtocol, Patience
from tests.hub.push.channels import kit
from tests.support import acts
from tests.support.acts import BUS_STOPS, problem_of
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub
    from tests.conftest import Server
    from tests.support.hosted import HostedCity

HURRIED = Patience(look=0.25, head=2.0, body=1.5, reading=2.0)
QUOTA = 4 << 20
LARGEST = 3 << 20


@pytest.fixture(scope="module")
def uploads_city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    limits: dict[str, Any] = {
        "resumable_quota_bytes": QUOTA,
        "resumable_limit_bytes": LARGEST,
        "resumable_open_limit": 8,
    }
    patience = BoundedProtocol.patience
    BoundedProtocol.patience = HURRIED
    try:
        with hosted_city(server, template, tmp_path_factory.mktemp("uploads"), **limits) as city:
            acts.publish(city.people, BUS_STOPS)
            yield city
    finally:
        BoundedProtocol.patience = patience


@pytest.fixture
def victim(uploads_city: HostedCity) -> Iterator[Hub]:
    """Give the organ that uploads, and clear what a test leaves."""
    hub = uploads_city.people.system(kit.OWNER)
    yield hub
    for one in hub.call("GET", "/api/v1/uploads")["uploads"]:
        hub.raw("DELETE", f"/api/v1/uploads/{one['upload']}", headers=kit.TUS)


@pytest.fixture
def stranger(uploads_city: HostedCity) -> Hub:
    return uploads_city.people.system(kit.OTHER)


def announced(hub: Hub, length: str) -> httpx2.Response:
    headers = {**kit.TUS, "Upload-Length": length}
    return hub.raw("POST", kit.UPLOADS, headers=headers)


def test_ids_of_uploads_are_random(victim: Hub) -> None:
    found = {uuid.UUID(kit.place_of(announced(victim, "10")).rpartition("/")[2]).version for _ in range(4)}
    assert found == {4}


@pytest.mark.parametrize("act", ["HEAD", "GET", "PATCH", "DELETE", "push"])
def test_another_organs_upload_is_answered_like_one_that_never_was(victim: Hub, stranger: Hub, act: str) -> None:
    place = kit.place_of(announced(victim, "10"))
    never = f"/api/v1/uploads/{uuid.uuid4()}"

    def status(path: str) -> tuple[int, object]:
        headers = {**kit.PIECE, "Upload-Offset": "0"}
        if act == "push":
            error = problem_of(lambda: stranger.raw("POST", f"{path}/push"))
        else:
            content = b"x" if act == "PATCH" else None
            error = problem_of(lambda: stranger.raw(act, path, headers=headers, content=content))
        return error.status, error.problem.get("type")

    assert status(place) == status(never)
    assert status(place)[0] == 404
    assert stranger.call("GET", "/api/v1/uploads")["total"] == 0


def test_without_credentials_nothing_is_made_or_sent(uploads_city: HostedCity, victim: Hub) -> None:
    place = kit.place_of(announced(victim, "10"))
    with httpx2.Client(base_url=uploads_city.url) as public:
        made = public.post(kit.UPLOADS, headers={**kit.TUS, "Upload-Length": "1"})
        sent = public.patch(place, headers={**kit.PIECE, "Upload-Offset": "0"}, content=b"x")
    assert (made.status_code, sent.status_code) == (401, 401)


@pytest.mark.parametrize("length", ["-1", "1e9", "9" * 40, "", "٣", "0x10"])
def test_a_length_that_is_no_number_is_refused(victim: Hub, length: str) -> None:
    answer = problem_of(lambda: announced(victim, length) if length.isascii() else announced(victim, "+1"))
    assert answer.status in {400, 413}


def test_a_huge_length_is_refused_before_anything_is_stored(uploads_city: HostedCity, victim: Hub) -> None:
    free = shutil.disk_usage(uploads_city.folder).free
    assert problem_of(lambda: announced(victim, str(LARGEST + 1))).status == 413
    kit.place_of(announced(victim, str(LARGEST)))
    assert free - shutil.disk_usage(uploads_city.folder).free < 64 << 20


def test_the_quota_of_an_organ_holds_by_bytes(victim: Hub) -> None:
    announced(victim, str(LARGEST))
    error = problem_of(lambda: announced(victim, str(LARGEST)))
    assert (error.status, error.problem["bytes_limit"]) == (429, QUOTA)


def test_the_quota_of_an_organ_holds_by_number(victim: Hub) -> None:
    for _ in range(8):
        announced(victim, "1")
    assert problem_of(lambda: announced(victim, "1")).problem["open_limit"] == 8


@pytest.mark.parametrize("offset", ["5", "-1", "99999999999999999999", "0 "])
def test_an_offset_that_lies_writes_nothing(victim: Hub, offset: str) -> None:
    place = kit.place_of(announced(victim, "10"))
    headers = {**kit.PIECE, "Upload-Offset": offset.strip() if offset != "0 " else "00x"}
    assert problem_of(lambda: victim.raw("PATCH", place, headers=headers, content=b"12345")).status in {400, 409}
    assert kit.offset_of(victim, place) == 0


@pytest.mark.parametrize("is_stream", [False, True], ids=["length", "chunked"])
def test_more_than_was_announced_is_not_taken(victim: Hub, *, is_stream: bool) -> None:
    place = kit.place_of(announced(victim, "10"))
    content = iter([b"x" * 6, b"x" * 6]) if is_stream else b"x" * 12
    headers = {**kit.PIECE, "Upload-Offset": "0"}
    assert problem_of(lambda: victim.raw("PATCH", place, headers=headers, content=content)).status == 413
    assert kit.offset_of(victim, place) <= 10


@pytest.mark.parametrize("metadata", ["name !!!", "sha256 eA==", "a eA==,a eA==", "f " + "QUFB" * 3000])
def test_metadata_that_cannot_be_read_is_refused(victim: Hub, metadata: str) -> None:
    headers = {**kit.TUS, "Upload-Length": "1", "Upload-Metadata": metadata}
    assert problem_of(lambda: victim.raw("POST", kit.UPLOADS, headers=headers)).status in {400, 431}


@pytest.mark.parametrize("checksum", ["md5 eA==", "sha256", "sha256 ***", "crc32 0"])
def test_a_checksum_that_cannot_be_checked_is_refused(victim: Hub, checksum: str) -> None:
    place = kit.place_of(announced(victim, "1"))
    headers = {**kit.PIECE, "Upload-Offset": "0", "Upload-Checksum": checksum}
    assert problem_of(lambda: victim.raw("PATCH", place, headers=headers, content=b"x")).status in {400, 460}


def test_a_path_in_the_filename_reaches_no_file(uploads_city: HostedCity, victim: Hub) -> None:
    content = kit.stops(3)
    answer = kit.created(victim, content, filename="../../../evil.csv")
    kit.sent(victim, kit.place_of(answer), content)
    kit.finish(victim, kit.place_of(answer))
    assert list(uploads_city.folder.rglob("evil*")) == []


def test_the_bytes_of_uploads_are_private_to_the_hub(uploads_city: HostedCity, victim: Hub) -> None:
    announced(victim, "10")
    folder = uploads_city.services.settings.data_dir / "uploads"
    assert {oct(path.stat().st_mode & 0o777) for path in (folder, *folder.iterdir())} == {"0o700", "0o600"}


def test_33_a_slow_piece_loses_its_socket_and_frees_its_upload(uploads_city: HostedCity, victim: Hub) -> None:
    content = kit.stops(50)
    place = kit.place_of(kit.created(victim, content))
    given = {**kit.PIECE, **victim.proving("PATCH", f"{uploads_city.url}{place}"), "Host": "hub", "Upload-Offset": "0"}
    given["Content-Length"] = str(len(content))
    head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {one}\r\n" for name, one in given.items())
    with create_connection(("127.0.0.1", uploads_city.services.settings.port), timeout=12) as slow:
        slow.sendall(head.encode() + b"\r\n" + content[:100])
        headers = {**kit.PIECE, "Upload-Offset": "0"}
        began = time.monotonic()
        while not victim.call("GET", place)["is_busy"] and time.monotonic() - began < 5:
            time.sleep(0.02)
        busy = problem_of(lambda: victim.raw("PATCH", place, headers=headers, content=content)).status
        while time.monotonic() - began < 12 and kit.offset_of(victim, place) == 0:
            time.sleep(0.2)
    offset = kit.offset_of(victim, place)
    assert (busy in {409, 423}, kit.sent(victim, place, content[offset:], offset)) == (True, len(content))
