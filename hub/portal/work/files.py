"""A file sent with a form: as the browser sent it, and stored with its SHA-256 for as long as the page needs it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_CHUNK: Final = 1 << 20


async def _file(request: Request) -> AsyncIterator[UploadFile | None]:
    form = await request.form()
    given = form.get("file")
    try:
        yield given if isinstance(given, UploadFile) and given.filename else None
    finally:
        await form.close()


Sent = Annotated[UploadFile | None, Depends(_file)]
"""The file of the form's field ``file``; None where none was chosen."""


def received(file: UploadFile, folder: Path) -> tuple[Path, bytes]:
    """Write a file into a folder; returns its path and its SHA-256."""
    path, digest = folder / "file", hashlib.sha256()
    with path.open("wb") as target:
        while chunk := file.file.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    return path, digest.digest()
