"""The public repeats its questions, and never gets yesterday's answer (Zhengzhou Art. 20 §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import BUS_STOPS
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

    from tests.conftest import Server

ROWS = f"/api/v1/datasets/{BUS_STOPS}/rows"
PUSH = f"/api/v1/entries/{BUS_STOPS}/pushes"
HEAD = "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度\n"


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("repeats")
    with hosted_city(server, template, folder) as city:
        acts.publish_and_supply(city.people, BUS_STOPS, folder)
        yield city


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


def stop(doors: Doors, code: str, **headers: str) -> dict[str, Any]:
    answer: dict[str, Any] = doors.public().get(ROWS, params={"zhandian_bianma": code}, headers=headers).json()
    return answer


def push(doors: Doors, code: str, name: str) -> httpx2.Response:
    row = f"{code},{name},东区,示例路,由西向东,1路,是,122.4,34.5\n"
    options = {"mode": "upsert", "filename": "stops.csv"}
    return doors.system("jiaotongju").post(PUSH, params=options, content=(HEAD + row).encode())


def test_a_pushed_row_shows_in_the_very_next_answer(doors: Doors) -> None:
    push(doors, "ZD90001", "旧站名")
    before = stop(doors, "ZD90001")["rows"][0]["zhandian_mingcheng"]
    push(doors, "ZD90001", "新站名")
    after = stop(doors, "ZD90001")["rows"][0]["zhandian_mingcheng"]
    assert (before, after) == ("旧站名", "新站名")


def test_a_repeat_tells_the_same_as_the_first_answer_and_one_read_anew(doors: Doors) -> None:
    push(doors, "ZD90002", "示例站")
    answers = [stop(doors, "ZD90002"), stop(doors, "ZD90002"), stop(doors, "ZD90002", **{"Cache-Control": "no-cache"})]
    assert answers[0]["version"] > 0
    assert answers == [answers[0]] * 3


def test_every_answer_has_a_request_id_of_its_own(doors: Doors) -> None:
    ids = {doors.public().get(ROWS, params={"limit": 1}).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_withdrawn_entry_is_not_answered_from_memory(doors: Doors) -> None:
    path = f"/api/v1/entries/{BUS_STOPS}/steps"
    asked = {"limit": 2}
    assert doors.public().get(ROWS, params=asked).status_code == 200
    body = {"step": "withdraw", "reason": "测试撤下"}
    done = doors.staff("shujuju", Role.CATALOGUE_REVIEWER).post(path, json=body)
    assert done.is_success, done.text
    doors.city.services.identity.keeper.refresh()
    assert doors.public().get(ROWS, params=asked).status_code == 404
