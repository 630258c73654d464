"""Routes of included routers, side by side: FastAPI's nested ones cost more to look through than most answers.

The first route that fits is taken. A router included without anything of its own (prefix, tags, dependencies, limits)
adds nothing to its routes but the way to them; there its routes are taken out. One that adds something stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from fastapi.datastructures import DefaultPlaceholder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.routing import BaseRoute

_EMPTY: Final = (
    "prefix", "tags", "dependencies", "responses", "callbacks", "deprecated", "max_body_size", "form_limits",
)  # fmt: skip
_DEFAULT: Final = ("default_response_class", "generate_unique_id_function")


class _Inclusion(Protocol):
    """What FastAPI keeps of an inclusion, as far as it is looked at here."""

    include_in_schema: bool
    strict_content_type: object


def unnested(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """Yield routes in their order, those of included routers in their place where the inclusion adds nothing."""
    for route in routes:
        inner: Any = getattr(route, "original_router", None)
        context: Any = getattr(route, "include_context", None)
        if inner is None or context is None or not _adds_nothing(context):
            yield route
            continue
        found = list(unnested(inner.routes))
        if not context.include_in_schema and any(getattr(one, "include_in_schema", True) for one in found):
            yield route
        else:
            yield from found


def _adds_nothing(context: _Inclusion) -> bool:
    has_defaults = all(isinstance(getattr(context, name), DefaultPlaceholder) for name in _DEFAULT)
    strict = context.strict_content_type
    is_strict = strict.value if isinstance(strict, DefaultPlaceholder) else strict
    return has_defaults and is_strict is True and not any(getattr(context, name) for name in _EMPTY)
