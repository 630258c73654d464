"""A client of the protocol that knows nothing of the hub uploads a file (tuspy, as it comes from the registry)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from hub.client import Hub
from hub.demo.city import load_city
from hub.identity.roles import Role
from tests.hub.push.channels import kit

if TYPE_CHECKING:
    from tests.support.hosted import HostedCity

client = pytest.importorskip("tusclient.client", reason="tuspy is of the dev extra")


def session(city: HostedCity) -> tuple[Hub, dict[str, str]]:
    """Return a clerk's session, and the headers that carry it: those any program of a browser sends."""
    hub = Hub(city.url)
    town = load_city()
    csrf = hub.log_in(town.member(kit.OWNER).login(Role.CLERK), town.password)["csrf"]
    cookies = "; ".join(f"{one.name}={one.value}" for one in hub.cookies)
    return hub, {"Cookie": cookies, "X-CSRF-Token": csrf}


@pytest.mark.parametrize("checks", [False, True], ids=["plain", "checksum"])
def test_an_unmodified_tus_client_uploads_a_file_that_is_then_pushed(city: HostedCity, *, checks: bool) -> None:
    hub, headers = session(city)
    content = kit.stops(500, f"协议路{checks}")
    address = f"{city.url}{kit.UPLOADS}?mode=full&allow_shrink=true"
    tus = client.TusClient(address, headers=headers)
    uploader = tus.uploader(
        file_stream=io.BytesIO(content), chunk_size=9000, metadata={"filename": "站点.csv"}, upload_checksum=checks
    )
    uploader.upload()
    with hub:
        report = hub.call("POST", f"{uploader.url.removeprefix(city.url)}/push")
    assert (report["accepted"], report["file"].get("name", "站点.csv")) == (500, "站点.csv")


def test_it_resumes_an_upload_it_left_in_the_middle(city: HostedCity) -> None:
    hub, headers = session(city)
    content = kit.stops(500, "协议续路")
    tus = client.TusClient(f"{city.url}{kit.UPLOADS}?mode=full&allow_shrink=true", headers=headers)
    first = tus.uploader(file_stream=io.BytesIO(content), chunk_size=9000)
    first.upload(stop_at=9000)
    second = tus.uploader(file_stream=io.BytesIO(content), chunk_size=9000, url=first.url)
    assert second.offset == 9000
    second.upload()
    with hub:
        assert hub.call("POST", f"{first.url.removeprefix(city.url)}/push")["accepted"] == 500
