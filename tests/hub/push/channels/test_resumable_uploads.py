"""A file that arrives in pieces is the same push as the file in one: what is acknowledged stays, whatever is cut."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import time
from typing import TYPE_CHECKING, Any

import httpx2
import psycopg
import pytest

from hub.identity.sealed_files import HEAD_BYTES, MAGIC, TAG_BYTES
from tests.hub.push.channels import kit
from tests.support.acts import BUS_STOPS, problem_of

if TYPE_CHECKING:
    from hub.client import Hub
    from tests.support.hosted import HostedCity


def test_a_file_sent_in_pieces_is_pushed(owner: Hub) -> None:
    content = kit.stops(50, "分块路")
    place = kit.place_of(kit.created(owner, content))
    for start in range(0, len(content), 1000):
        kit.sent(owner, place, content[start : start + 1000], start)
    assert kit.finish(owner, place)["accepted"] == 50


def test_the_report_is_that_of_the_same_file_pushed_at_once(city: HostedCity, owner: Hub) -> None:
    content = kit.stops(30, "一次路")
    (path := city.folder / "once.csv").write_bytes(content)
    by_upload = kit.finish(owner, kit.uploaded(owner, content, filename="once.csv"))
    at_once = owner.push(BUS_STOPS, path, options={"mode": "full", "allow_shrink": "true"})
    assert at_once["is_repeat"]
    assert {**at_once, "is_repeat": False} == {**by_upload, "is_repeat": False}


def test_finishing_twice_is_one_push(owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(20, "两次路"))
    first, second = kit.finish(owner, place), kit.finish(owner, place)
    assert (second["push"], second["is_repeat"]) == (first["push"], True)


def test_finishing_twice_is_one_push_after_another_push_came_between(city: HostedCity, owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(20, "先到路"))
    first = kit.finish(owner, place)
    kit.finish(owner, kit.uploaded(owner, kit.stops(20, "后到路")))
    assert kit.finish(owner, place)["version"] == first["version"]


@pytest.mark.parametrize("checks", [False, True], ids=["plain", "checksum"])
def test_an_upload_cut_five_times_is_resumed_and_equals_the_uncut_one(
    city: HostedCity, owner: Hub, *, checks: bool
) -> None:
    content = kit.stops(30_000, "断点路")
    dice = random.Random(5)
    place = kit.place_of(kit.created(owner, content))
    cut = kit.Cut(city.services.settings.port, place)
    for _ in range(5):
        offset = kit.offset_of(owner, place)
        digest = base64.b64encode(kit.sha256(content[offset:])).decode()
        headers = {"Upload-Checksum": f"sha256 {digest}"} if checks else {}
        cut.send(owner, content, offset, dice.randrange(1, (len(content) - offset) // 2), headers)
    offset = kit.offset_of(owner, place)
    assert (offset == 0) is checks
    kit.sent(owner, place, content[offset:], offset)
    report = kit.finish(owner, place)
    (path := city.folder / "uncut.csv").write_bytes(content)
    uncut = owner.push(BUS_STOPS, path, options={"mode": "full", "allow_shrink": "true"})
    assert (report["accepted"], uncut["push"], uncut["is_repeat"]) == (30_000, report["push"], True)


def test_bytes_are_on_disk_before_they_are_acknowledged(
    city: HostedCity, owner: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk takes a piece, the table does not name it yet. A kill would not show this, a power cut would."""
    synced: list[tuple[int, int]] = []
    real = os.fdatasync

    def observed(handle: int) -> None:
        real(handle)
        with psycopg.connect(city.services.database.conninfo) as connection:
            row = connection.execute("SELECT received FROM hub.upload WHERE id = %s", (place.rpartition("/")[2],))
            synced.append((os.fstat(handle).st_size, (row.fetchone() or (-1,))[0]))

    content = kit.stops(50, "落盘路")
    place = kit.place_of(kit.created(owner, content))
    monkeypatch.setattr(os, "fdatasync", observed)
    acknowledged = [kit.sent(owner, place, content[:1000]), kit.sent(owner, place, content[1000:], 1000)]
    head, around = len(MAGIC), HEAD_BYTES + TAG_BYTES  # a piece of this size is one encrypted record
    assert synced == [(head + 1000 + around, 0), (synced[1][0], 1000)]
    assert synced[1][0] >= head + len(content) + 2 * around
    assert acknowledged == [1000, len(content)]


def test_a_wrong_offset_is_told_the_right_one(owner: Hub) -> None:
    content = kit.stops(5)
    place = kit.place_of(kit.created(owner, content))
    kit.sent(owner, place, content[:10])
    error = problem_of(lambda: kit.sent(owner, place, content[5:], 5))
    assert (error.status, error.problem["offset"]) == (409, 10)


def test_a_piece_whose_checksum_does_not_fit_is_thrown_away(owner: Hub) -> None:
    content = kit.stops(5)
    place = kit.place_of(kit.created(owner, content))
    wrong = base64.b64encode(hashlib.sha1(b"another", usedforsecurity=False).digest()).decode()
    error = problem_of(lambda: kit.sent(owner, place, content, Upload_Checksum=f"sha1 {wrong}"))
    assert (error.status, kit.offset_of(owner, place)) == (460, 0)


def test_a_file_that_is_not_the_announced_one_is_thrown_away(owner: Hub) -> None:
    content = kit.stops(5)
    other = base64.b64encode(kit.sha256(b"another").hex().encode()).decode()
    headers = {**kit.TUS, "Upload-Length": str(len(content)), "Upload-Metadata": f"sha256 {other}"}
    place = kit.place_of(owner.raw("POST", kit.UPLOADS, params={"mode": "full"}, headers=headers))
    kit.sent(owner, place, content)
    assert problem_of(lambda: kit.finish(owner, place)).problem["type"] == "/problems/upload-digest"
    assert problem_of(lambda: kit.offset_of(owner, place)).status == 404


def test_an_incomplete_file_is_not_pushed(owner: Hub) -> None:
    content = kit.stops(5)
    place = kit.place_of(kit.created(owner, content))
    kit.sent(owner, place, content[:9])
    assert problem_of(lambda: kit.finish(owner, place)).problem["offset"] == 9


def test_a_refused_file_is_finished_with_other_options_without_being_sent_again(owner: Hub) -> None:
    content = "说明：示例\n".encode() + kit.stops(7, "说明路")
    place = kit.uploaded(owner, content)
    assert problem_of(lambda: kit.finish(owner, place)).problem["type"] == "/problems/header-mismatch"
    assert kit.finish(owner, place, mode="full", skip_rows=1, allow_shrink="true")["accepted"] == 7


def test_a_push_that_is_not_waited_for_tells_how_it_goes_until_it_is_done(owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(40_000, "等待路"))
    answer = owner.raw("POST", f"{place}/push", headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["location"]) == (202, place)
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["answer"] is None:
        seen.append(owner.call("GET", place))
        time.sleep(0.05)
    assert (seen[-1]["stage"], seen[-1]["answer"]["status"], seen[-1]["rows_read"]) == ("done", 201, 40_000)


def test_while_it_is_pushed_nobody_else_pushes_it(owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(40_000, "并发路"))
    owner.raw("POST", f"{place}/push", headers={"Prefer": "respond-async"})
    answers = {problem_of(lambda: owner.raw("DELETE", place, headers=kit.TUS)).status}
    while (now := owner.call("GET", place))["answer"] is None:
        time.sleep(0.05)
    assert answers == {423}
    assert now["answer"]["body"]["accepted"] == 40_000


def test_a_discarded_upload_is_gone(owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(5))
    owner.raw("DELETE", place, headers=kit.TUS)
    assert problem_of(lambda: kit.offset_of(owner, place)).status == 404


def test_limits_are_told_before_anything_is_sent(city: HostedCity) -> None:
    answer = httpx2.options(f"{city.url}{kit.UPLOADS}")
    told = {name: answer.headers[name] for name in ("tus-version", "tus-extension", "tus-max-size")}
    assert told == {
        "tus-version": "1.0.0",
        "tus-extension": "creation,checksum,expiration,termination",
        "tus-max-size": str(city.services.settings.resumable_limit_bytes),
    }


def test_another_version_of_the_protocol_is_not_served(owner: Hub) -> None:
    error = problem_of(lambda: owner.raw("POST", kit.UPLOADS, headers={"Tus-Resumable": "2.0.0"}))
    assert (error.status, error.problem["type"]) == (412, "/problems/upload-version")


def test_the_list_of_uploads_tells_what_is_left_of_the_quota(owner: Hub) -> None:
    before = owner.call("GET", "/api/v1/uploads")["quota"]
    place = kit.uploaded(owner, content := kit.stops(5))
    after = owner.call("GET", "/api/v1/uploads")
    assert after["quota"]["bytes"] - before["bytes"] == len(content)
    assert after["uploads"][0]["upload"] == place.rpartition("/")[2]


def test_a_network_without_patch_sends_by_post(owner: Hub) -> None:
    content = kit.stops(5)
    place = kit.place_of(kit.created(owner, content))
    headers = {**kit.PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = owner.raw("POST", place, content=content, headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(content)))


def test_an_upload_is_refused_at_once_where_its_push_never_could_be_taken(other: Hub) -> None:
    error = problem_of(lambda: kit.created(other, b"x"))
    assert error.problem["type"] in {"/problems/not-your-entry", "/problems/entry-not-found"}


def test_expired_uploads_are_swept_with_their_bytes(city: HostedCity, owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(5))
    file = city.services.settings.data_dir / "uploads" / place.rpartition("/")[2].replace("-", "")
    assert file.is_file()
    with city.services.database.begin() as unit:
        unit.driver.execute("UPDATE hub.upload SET expires_at = now() - interval '1 hour'")
    city.services.rounds.run_now("uploads")
    assert (file.exists(), problem_of(lambda: kit.offset_of(owner, place)).status) == (False, 404)


def test_a_dry_run_keeps_the_file_for_the_push_that_follows(owner: Hub) -> None:
    place = kit.uploaded(owner, kit.stops(9, "试运行路"))
    dry = kit.finish(owner, place, mode="full", allow_shrink="true", dry_run="true")
    done = kit.finish(owner, place, mode="full", allow_shrink="true")
    assert (dry["push"], done["accepted"], done["is_repeat"]) == (None, 9, False)
