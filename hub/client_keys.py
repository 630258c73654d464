"""The key file of a system: a private key in PEM, and above it, where somebody wrote it there, the system's id."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from hub.client_wire import SystemCredentials

SYSTEM_LINE: Final = re.compile(r"^\s*#?\s*(?:System|系统)\s*[:：]\s*([0-9a-fA-F-]{36})\s*$", re.MULTILINE)
"""Text beside the PEM block is allowed and read by nobody else (RFC 7468 section 2)."""


def credentials_of(path: str | Path, system: str | None = None) -> SystemCredentials:
    """Return the credentials of a key file.

    Raises:
        ValueError: no such file, no ES256 or Ed25519 private key in it, or nothing says whose it is.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise ValueError(f"找不到私钥文件 {file} / there is no key file {file}")
    named = SYSTEM_LINE.search(file.read_text("utf-8", errors="replace"))
    found = system or (named[1] if named is not None else os.environ.get("HUB_CLIENT_SYSTEM"))
    if not found:
        raise ValueError(
            "不知道这是哪个系统的私钥：给出 system=，或在密钥文件开头写一行 System: 系统编号 / "
            "whose key is it: give system=, or write a line System: <id> above the key in its file"
        )
    try:
        return SystemCredentials.load(found, file)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{file} 不是 ES256 或 Ed25519 私钥（PEM，无口令） / {file} holds no ES256 or Ed25519 private key"
        ) from error
