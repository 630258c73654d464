"""An upload survives what kills the hub: cuts, restarts, kill -9 in a piece and in the push; nothing is lost."""

from __future__ import annotations

import random
import socket
import time
from typing import TYPE_CHECKING

import pytest

from hub.client import HubUnreachableError
from hub.client_uploads import Notes, Sending
from tests.hub.push.channels import kit
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.running import founded_hub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.demo.load import People
    from tests.support.running import RunningHub

FULL = {"mode": "full", "allow_shrink": "true"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHub, People]]:
    with founded_hub(tmp_path_factory.mktemp("survive")) as (hub, people):
        acts.publish(people, BUS_STOPS)
        yield hub, people


def kill_within(hub: RunningHub, people: People, place: str, content: bytes, offset: int, until: int) -> None:
    """Kill the hub while a piece is on its way."""
    owner = people.system(kit.OWNER)
    given = {**kit.PIECE, **owner.proving("PATCH", f"{hub.url}{place}"), "Host": "hub", "Upload-Offset": str(offset)}
    given["Content-Length"] = str(len(content) - offset)
    head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {one}\r\n" for name, one in given.items())
    with socket.create_connection(("127.0.0.1", hub.port), timeout=10) as one:
        one.sendall(head.encode() + b"\r\n" + content[offset : offset + until])
        time.sleep(0.2)
        hub.kill()


def test_cuts_kills_and_an_orderly_restart_end_in_the_uncut_file(
    running: tuple[RunningHub, People], tmp_path: Path
) -> None:
    hub, people = running
    owner = people.system(kit.OWNER)
    content = kit.stops(200_000, "杀断路")
    place = kit.place_of(kit.created(owner, content))
    dice, known = random.Random(9), 0
    for turn in range(7):
        offset = kit.offset_of(owner, place)
        assert offset >= known, "an acknowledged byte was lost"
        until = dice.randrange(1, (len(content) - offset) // 2)
        if turn in {1, 3}:
            kill_within(hub, people, place, content, offset, until)
            hub.start()
        elif turn == 2:
            hub.stop()
            hub.start()
        else:
            kit.Cut(hub.port, place).send(owner, content, offset, until)
        known = offset
    offset = kit.offset_of(owner, place)
    kit.sent(owner, place, content[offset:], offset)
    report = kit.finish(owner, place)
    (path := tmp_path / "uncut.csv").write_bytes(content)
    uncut = owner.push(BUS_STOPS, path, options=FULL)
    assert (report["accepted"], uncut["push"], uncut["is_repeat"]) == (200_000, report["push"], True)


def kill_in_the_push(running: tuple[RunningHub, People], folder: Path, point: str) -> tuple[Sending, int]:
    """Kill the hub at a point of the push of an upload and start it; returns the sender and the version before."""
    hub, people = running
    owner = people.system(kit.OWNER)
    before = int((owner.call("GET", f"/api/v1/datasets/{BUS_STOPS}")["data"] or {"version": 0})["version"])
    (path := folder / "stops.csv").write_bytes(kit.stops(300, f"杀办路{point}{before}"))
    hub.kill()
    hub.start(point)
    sending = Sending(owner, BUS_STOPS, path, FULL, notes=Notes(folder / "notes"), patience_seconds=1)
    with pytest.raises(HubUnreachableError):
        sending.push()
    assert hub.wait_for_death(60) == -9
    hub.start()
    return sending, before


def test_a_hub_killed_in_the_push_finishes_it_once_after_its_restart(
    running: tuple[RunningHub, People], tmp_path: Path
) -> None:
    sending, before = kill_in_the_push(running, tmp_path, "push.merged")
    assert (sending.push()["version"], sending.push()["version"]) == (before + 1, before + 1)


def test_a_push_that_stood_when_the_hub_was_killed_is_not_done_again_over_a_later_one(
    running: tuple[RunningHub, People], tmp_path: Path
) -> None:
    sending, before = kill_in_the_push(running, tmp_path, "push.committed")
    (path := tmp_path / "later.csv").write_bytes(kit.stops(20, f"后来路{before}"))
    later = running[1].system(kit.OWNER).push(BUS_STOPS, path, options=FULL)
    assert (later["version"], sending.push()["version"]) == (before + 2, before + 1)


@pytest.mark.long
@pytest.mark.parametrize("point", ["push.received", "push.staged", "receipt.inserted", "push.committed"])
def test_kill9_at_each_point_of_the_push_of_an_upload_leaves_one_push(
    running: tuple[RunningHub, People], tmp_path: Path, point: str
) -> None:
    sending, before = kill_in_the_push(running, tmp_path, point)
    assert (sending.push()["version"], sending.push()["version"]) == (before + 1, before + 1)
