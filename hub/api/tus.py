"""The protocol tus 1.0.0 on HTTP: its headers read and written, its version asked for, its errors shaped.

Extensions: creation, checksum (sha1, sha256), expiration, termination. Limits are told in ``Tus-Max-Size`` and, for
clients of the later IETF draft, in ``Upload-Limit``. Nothing here knows what an upload is for.
"""

from __future__ import annotations

import base64
import binascii
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from typing_extensions import override

from hub.problems import render
from hub.push.uploads.errors import UploadRequestError, UploadTypeError, UploadVersionError
from hub.push.uploads.receiving import DIGESTS, Announced, Piece
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from hub.push.uploads.receiving import Rules
    from hub.push.uploads.store import Upload

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,expiration,termination"
PIECE_TYPE: Final = "application/offset+octet-stream"
DIGITS: Final = 18
METADATA_BYTES: Final = 8192
SHA256_BYTES: Final = 32


class TusRoute(APIRoute):
    """A route of the protocol: every answer names the version, an error too; another version is not served."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                if request.method != "OPTIONS" and request.headers.get("tus-resumable", VERSION) != VERSION:
                    raise UploadVersionError
                response = await inner(request)
            except RequestValidationError:
                raise
            except DomainError as error:
                response = render(error, request.url.path)
                if isinstance(error, UploadVersionError):
                    response.headers["Tus-Version"] = VERSION
                if (offset := error.facts.get("offset")) is not None:
                    response.headers["Upload-Offset"] = str(offset)
            response.headers["Tus-Resumable"] = VERSION
            return response

        return handler


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > DIGITS:
        raise UploadRequestError(name)
    return int(text)


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Return ``Upload-Metadata`` as texts by their names; names are ASCII words, values base64 of UTF-8.

    Raises:
        UploadRequestError: it is not of this form, too long, or names something twice.
    """
    text = headers.get("upload-metadata", "")
    found: dict[str, str] = {}
    if len(text) > METADATA_BYTES:
        raise UploadRequestError("Upload-Metadata")
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            read = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise UploadRequestError("Upload-Metadata") from None
        if name in found or "\x00" in read:
            raise UploadRequestError("Upload-Metadata")
        found[name] = read
    return found


def announced(headers: Mapping[str, str], facts: Mapping[str, str]) -> Announced:
    """Return what a creation says of its file: ``Upload-Length``, and ``sha256`` of the metadata (hexadecimal)."""
    length = _number(headers, "upload-length")
    digest = facts.get("sha256")
    if digest is None:
        return Announced(length)
    try:
        read = bytes.fromhex(digest)
    except ValueError:
        read = b""
    if len(read) != SHA256_BYTES:
        raise UploadRequestError("Upload-Metadata")
    return Announced(length, read)


def piece(headers: Mapping[str, str]) -> Piece:
    """Return what a PATCH says of its piece.

    Raises:
        UploadTypeError: another content type.
        UploadRequestError: no offset, or a checksum that cannot be read or is of another algorithm.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() != PIECE_TYPE:
        raise UploadTypeError
    offset = _number(headers, "upload-offset")
    length = _number(headers, "content-length") if "content-length" in headers else None
    given = headers.get("upload-checksum")
    if given is None:
        return Piece(offset, length)
    algorithm, _, value = given.strip().partition(" ")
    if algorithm not in DIGESTS:
        raise UploadRequestError("Upload-Checksum")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise UploadRequestError("Upload-Checksum") from None
    return Piece(offset, length, algorithm, digest)


def limits(rules: Rules) -> dict[str, str]:
    """Return the headers that tell the limits before anything is sent."""
    seconds = int(rules.lifetime.total_seconds())
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(rules.largest_bytes),
        "Tus-Checksum-Algorithm": ",".join(DIGESTS),
        "Upload-Limit": f"max-size={rules.largest_bytes}, max-age={seconds}",
    }


def place(upload: Upload) -> dict[str, str]:
    """Return the headers that tell how far an upload is and when it expires."""
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }
