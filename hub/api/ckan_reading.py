"""From an HTTP request to the arguments of an action, in every form CKAN's clients send them.

JSON object as the body, whatever its media type; form or multipart (files become :class:`CkanFile`); the query
string; the whole JSON object as the only key of a form, as clients of CKAN's first years send it. What is none of
these is a :class:`CkanRequestError`, answered in CKAN's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote_plus

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from hub.open.ckan.asks import CkanFile
from hub.open.ckan.errors import CkanRequestError

if TYPE_CHECKING:
    from starlette.requests import Request

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
NOT_ARGUMENTS: Final = frozenset({"callback", "_"})
"""Query parameters of JSONP: the function's name, and the number scripts add against caches."""
FIELDS_LIMIT: Final = 1_000
PART_BYTES: Final = 64 << 20
"""Largest text of a multipart form; the whole body has its own limit before this."""
OLD_VALUES: Final = frozenset({"", "1"})

Read = tuple[dict[str, Any], dict[str, CkanFile]]


def bad_json(why_zh: str, why_en: str) -> CkanRequestError:
    """Return the fault of a body that is no JSON object."""
    return CkanRequestError(f"JSON Error: {why_en}", f"请求内容有误：{why_zh}")


def query_arguments(request: Request) -> dict[str, Any]:
    """Return the arguments of the query string; a repeated name becomes a list."""
    given = [pair for pair in request.query_params.multi_items() if pair[0] not in NOT_ARGUMENTS]
    return gathered(given)


def gathered(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the pairs as arguments; a repeated name becomes a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def token_of(request: Request) -> str | None:
    """Return the token: ``Authorization: <token>``, ``Authorization: Bearer <token>``, or ``X-CKAN-API-Key``."""
    for name in ("authorization", "x-ckan-api-key"):
        text = request.headers.get(name, "").strip()
        scheme, _, rest = text.partition(" ")
        if scheme.lower() == "bearer" and rest.strip():
            return rest.strip()
        if text and not rest:
            return text
    return None


async def posted(request: Request) -> Read:
    """Return arguments and files of a POST; an empty body has none of either.

    Raises:
        CkanRequestError: the body is no JSON object, or a form that cannot be read.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == MULTIPART:
        return await _multipart(request)
    body = await request.body()
    return (form_object(body) if media_type == FORM else json_object(body)), {}


def json_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object; blank is an empty one (raises :class:`CkanRequestError`)."""
    if not body.strip():
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_json("不是有效的 JSON", "Error decoding JSON data.") from error
    if not isinstance(found, dict):
        raise bad_json(
            "应为 JSON 对象（名称与值）",
            "Request data JSON decoded to something else, but it needs to be a dictionary.",
        )
    if b"\\u0000" in body and _holds_zero(found):
        raise bad_json("含有零字节", "A text holds a zero byte.")
    return found


def _holds_zero(value: object) -> bool:
    """Whether any text at any depth has a character no database keeps."""
    waiting: list[object] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and "\x00" in part:
            return True
        if isinstance(part, dict):
            waiting.extend((*part, *part.values()))
        elif isinstance(part, list):
            waiting.extend(part)
    return False


def form_object(body: bytes) -> dict[str, Any]:
    """Return the arguments of a form, or the JSON object a form holds in place of one."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise bad_json("表单不是 UTF-8", "The form is not UTF-8.") from error
    whole = text.strip()
    if whole.startswith("{"):
        return json_object(_without_value(whole).encode())
    if whole.lower().startswith("%7b"):
        return json_object(_without_value(unquote_plus(whole)).encode())
    pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    if any("\x00" in part for pair in pairs for part in pair):
        raise bad_json("含有零字节", "A text holds a zero byte.")
    return gathered(pairs)


def _without_value(text: str) -> str:
    """Return a JSON object without the ``=1`` or ``=`` that made it the key of a form."""
    head, sign, tail = text.rpartition("=")
    return head if sign and tail in OLD_VALUES and head.rstrip().endswith("}") else text


async def _multipart(request: Request) -> Read:
    try:
        form = await request.form(max_fields=FIELDS_LIMIT, max_part_size=PART_BYTES)
    except HTTPException as error:
        raise bad_json("多部分表单无法读取", "The multipart form cannot be read.") from error
    texts: list[tuple[str, str]] = []
    files: dict[str, CkanFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            media_type = value.content_type or "application/octet-stream"
            files[name] = CkanFile(value.filename or name, media_type, value.file, value.size)
        else:
            texts.append((name, value))
    found: Mapping[str, Any] = gathered(texts)
    if any("\x00" in part for pair in texts for part in pair):
        raise bad_json("含有零字节", "A text holds a zero byte.")
    return dict(found), files
