"""Routes of the hot paths: described in OpenAPI like any other, called without the general machinery.

Resolving dependencies and fields in general costs several times what these few handlers do themselves. A
:class:`DirectRoute` gives its endpoint the arguments it names, and knows only those of :data:`_SUPPLIERS`: the parts of
the hub, the request, the calling system, the entry's name, a JSON body. Everything else (matching, errors, OpenAPI)
stays FastAPI's.
"""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any, get_type_hints

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from typing_extensions import override

from hub.api.authentication import identity_of, unbound_system
from hub.services import services_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from starlette.responses import Response

    from hub.identity.facts import Requester
    from hub.services import Services

    Supplier = Callable[[Request], Awaitable[Any]]


async def _hub(request: Request) -> Services:
    return await services_of(request)


async def _system(request: Request) -> Requester:
    return await unbound_system(request, await identity_of(request))


async def _name(request: Request) -> str:
    return str(request.path_params["name"])


async def _request(request: Request) -> Request:
    return request


_SUPPLIERS: Mapping[str, Supplier] = {"hub": _hub, "system": _system, "name": _name, "request": _request}
_JSON = ("application/json", "+json")


def _body(model: type[BaseModel]) -> Supplier:
    """Return what reads a JSON body into ``model`` (raises :class:`RequestValidationError`)."""

    async def supply(request: Request) -> BaseModel:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not media_type.endswith(_JSON):
            where = ("header", "content-type")
            raise RequestValidationError([{"type": "media_type", "loc": where, "msg": "send application/json"}])
        try:
            return model.model_validate_json(await request.body())
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
            raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in faults]) from None

    return supply


class DirectRoute(APIRoute):
    """A route whose endpoint takes only what this module supplies; any other parameter is an error at the start."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that calls the endpoint, who calls first: nothing is read for a stranger."""
        endpoint = self.endpoint
        hints = get_type_hints(endpoint)
        suppliers = {}
        for name in signature(endpoint).parameters:
            is_body = isinstance(hints[name], type) and issubclass(hints[name], BaseModel)
            suppliers[name] = _body(hints[name]) if is_body else _SUPPLIERS[name]
        in_order = sorted(suppliers.items(), key=lambda one: one[0] != "system")

        async def handle(request: Request) -> Response:
            given = {name: await supply(request) for name, supply in in_order}
            answer: Response = await endpoint(**given)
            return answer

        return handle
