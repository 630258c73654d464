"""Figures as JSON and CSV: exact decimals, aware times, definitions beside every figure (统计法实施条例 第二十七条)."""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import orjson
from fastapi import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi import Request

    from hub.registers.macro.answers import Figures

CSV: Final = "csv"
_OF_INDICATOR: Final = ("code", "name", "name_en", "definition", "coverage", "method", "owner")
_OF_FIGURE: Final = (
    "area", "frequency", "period", "measure", "price_basis", "value", "unit", "decimals", "status", "vintage",
    "release_time", "reason", "under_verification", "derived",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(f"{value:f}")
    raise TypeError(f"no JSON form for {type(value).__name__}")


def json_bytes(body: object) -> bytes:
    """Return a body as JSON; decimals keep their digits, times are in UTC."""
    return orjson.dumps(body, default=_default, option=orjson.OPT_UTC_Z)


def csv_bytes(found: Figures) -> bytes:
    """Return a page of figures as CSV in UTF-8: the indicator's description on every line, numbers without exponent."""
    given = found.observations
    names = [name for name in _OF_FIGURE if any(name in one for one in given)]
    head = [name for name in _OF_INDICATOR if name in found.indicator]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*("indicator" if name == "code" else name for name in head), *names])
    told = [_cell(found.indicator[name]) for name in head]
    for one in given:
        writer.writerow([*told, *(_cell(one.get(name)) for name in names)])
    return out.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    """Return a value as a cell; a text that a spreadsheet would take for a formula is led by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def following(request: Request, cursor: str | None) -> str | None:
    """Return the address of the next page."""
    if cursor is None:
        return None
    kept: Iterable[tuple[str, str]] = (
        (name, value) for name, value in request.query_params.multi_items() if name != "cursor"
    )
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


def page_response(request: Request, found: Figures, form: str) -> Response:
    """Return one page of figures, with counts and the next page in the head too."""
    following_page = following(request, found.next)
    headers = {
        "X-Total-Count": str(found.total),
        "X-Returned-Count": str(found.returned),
        "Cache-Control": "no-cache",
    }
    links = [f'</api/v1/indicators/{found.indicator["code"]}>; rel="describedby"']
    if following_page is not None:
        links.append(f'<{following_page}>; rel="next"')
    headers["Link"] = ", ".join(links)
    if form == CSV:
        name = f"{found.indicator['code']}.csv"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return Response(csv_bytes(found), media_type="text/csv; charset=utf-8", headers=headers)
    body = found.body() | {"next": following_page}
    return json_response(body, headers)


def json_response(body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Response:
    """Return a body as an answer in JSON."""
    kept = dict(headers) if headers is not None else {"Cache-Control": "no-cache"}
    return Response(json_bytes(body), media_type="application/json", headers=kept)
