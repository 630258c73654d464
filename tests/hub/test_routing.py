"""Routes side by side: the same routes, the same description, found in a fraction of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI

import hub.app
from hub.routing import unnested
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from pathlib import Path

    from hub.app import EntryPoint
    from tests.conftest import Server


def answering(text: str, **options: object) -> APIRouter:
    router = APIRouter(**options)  # type: ignore[arg-type]

    @router.get("/things")
    def things() -> str:
        return text

    return router


def refused() -> None:
    raise AssertionError("nobody may come here")


@pytest.mark.anyio
async def test_what_adds_nothing_is_taken_out_and_the_first_route_that_fits_still_is() -> None:
    app, outer, closed = FastAPI(), APIRouter(), APIRouter(dependencies=[Depends(refused)])
    outer.include_router(answering("first"))
    closed.include_router(answering("closed", prefix="/closed"))
    for router in (outer, closed, answering("second", include_in_schema=False), answering("under", prefix="/under")):
        app.include_router(router)
    app.include_router(answering("late"), prefix="/late")
    described = app.openapi()
    app.openapi_schema = None
    app.router.routes[:] = unnested(app.router.routes)
    assert sum(hasattr(route, "original_router") for route in app.router.routes) == len(("closed", "late"))
    assert app.openapi() == described
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://hub") as client:
        answers = [(await client.get(path)).json() for path in ("/things", "/under/things", "/late/things")]
        with pytest.raises(AssertionError, match="nobody may come here"):
            await client.get("/closed/things")
    assert answers == ["first", "under", "late"]


def test_no_route_of_the_hub_is_nested_and_its_description_is_as_before(
    server: Server, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points: tuple[EntryPoint, ...] = ("both", "public", "exchange")
    with hosted_city(server, template, tmp_path) as city:
        apps = [hub.app.create_app(city.services, point) for point in points]
        monkeypatch.setattr(hub.app, "unnested", list)
        before = [hub.app.create_app(city.services, point) for point in points]
    assert not [route for app in apps for route in app.router.routes if hasattr(route, "original_router")]
    assert [app.openapi() for app in apps] == [app.openapi() for app in before]
