"""How descriptions are answered: kept bodies, entity tags, conditional requests, links, the streamed document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.responses import Response

from catalogue import state_store
from hub.identity import store as identity_store
from hub.open import data_json
from hub.open.dcat import serialising
from hub.open.dcat.keeping import Body, BodyCache, tag_of
from hub.open.dcat.leaves import Asked, read_leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from starlette.requests import Request

    from hub.database import Unit
    from hub.services import Services

COMMON: Final = {"Cache-Control": "no-cache", "Vary": "Accept", "Access-Control-Allow-Origin": "*"}
LINKSET: Final = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


@dataclass(frozen=True, slots=True)
class Made:
    """A body just written: bytes, media type, further headers."""

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def made_json(value: object, media_type: str) -> Made:
    """Return a JSON body, indented for people."""
    return Made(orjson.dumps(value, option=orjson.OPT_INDENT_2), media_type)


def mark_of(unit: Unit) -> tuple[int, int]:
    """Return what a written description holds for: the directory's revision and the epoch of the policy."""
    return state_store.revision(unit), identity_store.current_epoch(unit)


def body_of(request: Request, hub: Services, key: tuple[object, ...], make: Callable[[Unit], Made]) -> Body:
    """Return the body kept for a question, or make it and keep it."""
    cache: BodyCache = request.app.state.descriptions
    with hub.database.begin() as unit:
        mark = mark_of(unit)
        known = cache.find(key, mark)
        if known is not None:
            return known
        made = make(unit)
    at = hub.context.now().astimezone(UTC).replace(microsecond=0)
    body = Body(made.content, made.media_type, tag_of(made.content), at, made.headers)
    return cache.keep(key, mark, body)


def answer(request: Request, hub: Services, key: tuple[object, ...], make: Callable[[Unit], Made]) -> Response:
    """Answer a description: 304 where the reader has it, no body to HEAD."""
    body = body_of(request, hub, key, make)
    headers = {
        **COMMON,
        **body.headers,
        "ETag": body.etag,
        "Last-Modified": format_datetime(body.since, usegmt=True),
    }
    if is_known(request, body.etag) or _is_unchanged(request, body):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(body.content))
        return Response(media_type=body.media_type, headers=headers)
    return Response(body.content, media_type=body.media_type, headers=headers)


def is_known(request: Request, etag: str) -> bool:
    """Whether the reader has the body of this tag (RFC 9110 13.1.2: weak comparison)."""
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return "*" in known or etag.removeprefix("W/") in known


def _is_unchanged(request: Request, body: Body) -> bool:
    """Whether the body reads as it did at the reader's date; a tag, where one is sent, has been looked at alone."""
    given = request.headers.get("if-modified-since")
    if given is None or "if-none-match" in request.headers:
        return False
    try:
        since = parsedate_to_datetime(given)
    except ValueError:
        return False
    return body.since <= (since if since.tzinfo is not None else since.replace(tzinfo=UTC))


def links_of(links: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Return the header ``Link`` (RFC 8288) of addresses with relation and media type."""
    return {"Link": ", ".join(f'<{place}>; rel="{name}"; type="{kind}"' for place, name, kind in links)}


def alternates(base: str, name: str) -> list[tuple[str, str, str]]:
    """Return the addresses of the other forms of one entry."""
    place = f"{base}/dataset/{name}"
    found = [(f"{place}.{form.ending}", "alternate", form.media_type) for form in serialising.FORMS]
    return [*found, (f"{place}/datapackage.json", "describedby", "application/json")]


def stream_document(hub: Services, asked: Asked) -> Iterator[bytes]:
    """Yield the document of DCAT-US piece by piece, from one moment of the directory."""
    with hub.database.read_only(may_lag=False) as unit:
        first = read_leaf(hub, unit, asked, "")
        whole = data_json.document(first.catalogue, ())
        head = orjson.dumps({**{key: value for key, value in whole.items() if key != "dataset"}, "dataset": []})
        yield head.removesuffix(b"]}")
        mark, page, leaf = b"", 1, first
        while leaf.descriptions:
            for one in leaf.descriptions:
                yield mark + orjson.dumps(data_json.dataset(first.catalogue.base, one))
                mark = b",\n"
            if page * asked.page_size >= leaf.total:
                break
            page += 1
            again = Asked(page, asked.page_size, asked.q, asked.organization)
            leaf = read_leaf(hub, unit, again, "")
        yield b"]}"


def api_catalog(base: str) -> Response:
    """Return the interfaces of the hub as a set of links."""
    linkset: list[dict[str, Any]] = [
        {
            "anchor": f"{base}/.well-known/api-catalog",
            "item": [
                {"href": f"{base}{place}"}
                for place in ("/api/v1", "/api/3/action", "/catalog", "/data.json", "/feeds/dataset.atom")
            ],
        },
        {
            "anchor": f"{base}/api/v1",
            "service-desc": [{"href": f"{base}/openapi.json", "type": "application/vnd.oai.openapi+json;version=3.1"}],
            "service-doc": [{"href": f"{base}/docs", "type": "text/html"}],
            "status": [{"href": f"{base}/healthz", "type": "text/plain"}],
        },
        {
            "anchor": f"{base}/catalog",
            "service-doc": [{"href": f"{base}/docs", "type": "text/html"}],
            "alternate": [
                {"href": f"{base}/catalog.{one.ending}", "type": one.media_type} for one in serialising.FORMS
            ],
        },
    ]
    return Response(orjson.dumps({"linkset": linkset}), media_type=LINKSET, headers=COMMON)
