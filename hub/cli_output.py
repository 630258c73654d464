"""How the command line speaks: language, JSON, exit codes, problems. No traceback reaches a clerk.

Exit codes: 0 done, 1 unexpected, 2 usage, 3 partly rejected, 4 all rejected (also a file that could not be read
or whose columns do not fit), 5 refused by policy, 6 network (safe to repeat).
"""

from __future__ import annotations

import errno
import json
import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Literal

from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Exit(IntEnum):
    """Exit codes of every verb."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    PARTLY_REJECTED = 3
    ALL_REJECTED = 4
    POLICY = 5
    NETWORK = 6


POLICY_STATUS = frozenset({401, 403, 409, 451})
USAGE_STATUS = frozenset({400, 404, 405, 415, 422})
STOPPED = "gate-stopped"
"""Problem of a file with secrecy marks or undeclared personal numbers: the law refuses it."""


_language: ContextVar[Literal["zh", "en"] | None] = ContextVar("language", default=None)


@contextmanager
def speaking(language: Literal["zh", "en"]) -> Iterator[None]:
    """Speak one language inside the block, whatever the locale: the demo keeps its results in both."""
    former = _language.set(language)
    try:
        yield
    finally:
        _language.reset(former)


def is_english() -> bool:
    """Whether the locale asks for English; Chinese otherwise."""
    if _language.get() is not None:
        return _language.get() == "en"
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return locale.lower().startswith("en")


def pick(zh: str, en: str) -> str:
    """Return the text of the reader's language."""
    return en if is_english() and en else zh


def say(zh: str, en: str) -> None:
    """Print one line for people to standard error, so that standard output stays machine-readable."""
    print(pick(zh, en), file=sys.stderr)


def emit(value: object, *, as_json: bool, text: str) -> None:
    """Print a result: JSON for machines, ``text`` for people."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str) if as_json else text)


def exit_code_of(error: DomainError) -> Exit:
    """Return the exit code of an error."""
    status = getattr(error, "status", None)
    if type(error).__name__ == "HubUnreachableError" or status in {502, 503, 504}:
        return Exit.NETWORK
    kind = str(error.facts.get("type", "")).rpartition("/")[2]
    if status in POLICY_STATUS or kind == STOPPED:
        return Exit.POLICY
    if kind.startswith("file") or kind in {"header-mismatch", "unstorable"}:
        return Exit.ALL_REJECTED
    return Exit.USAGE if status in USAGE_STATUS else Exit.UNEXPECTED


def error_lines(error: DomainError) -> list[str]:
    """Return what went wrong and what to do now, as a terminal shows it."""
    lines = [pick(f"✘ {error.zh}", f"✘ {error.en}")]
    return [*lines, pick(f"  {error.next_zh}", f"  {error.next_en or error.next_zh}")] if error.next_zh else lines


_OWNER: Final = (
    "请检查它和上级目录的属主与权限（应归运行本命令的账号），或换一个位置",
    "check owner and rights of it and of the folders above, or use another place",
)
_ROOM: Final = ("请清出磁盘空间后重试", "make room on the disk and try again")
_NAME: Final = ("请核对路径和名称", "check path and name")
_OS_WORDS: Final[Mapping[int, tuple[tuple[str, str], tuple[str, str]]]] = {
    errno.EACCES: (("没有权限", "no right to use it"), _OWNER),
    errno.EPERM: (("没有权限", "no right to use it"), _OWNER),
    errno.EROFS: (("所在磁盘只读", "the disk is read-only"), _OWNER),
    errno.ENOSPC: (("磁盘空间不足", "the disk is full"), _ROOM),
    errno.EDQUOT: (("磁盘配额已用完", "the quota of the disk is used up"), _ROOM),
    errno.ENOENT: (("没有这个文件或目录", "there is no such file or folder"), _NAME),
    errno.EISDIR: (("是目录，不是文件", "is a folder, no file"), _NAME),
    errno.ENOTDIR: (("上级不是目录", "what stands above it is no folder"), _NAME),
    errno.EEXIST: (("已经存在，不覆盖", "exists already and is not overwritten"), ("请换一个名称", "use another name")),
}
"""What the operating system says, and what to do now, by its number; others are told in its own words."""


def system_error(error: OSError) -> DomainError:
    """Return a fault of the operating system as an error for people: what, where, what now."""
    place = str(error.filename or "")
    words = _OS_WORDS.get(error.errno or 0)
    if words is None:
        return DomainError(str(error), str(error))
    (zh, en), (next_zh, next_en) = words
    return DomainError(
        f"{zh}：{place}" if place else zh, f"{en}: {place}" if place else en, next_zh=next_zh, next_en=next_en
    )


@contextmanager
def explained(*, as_json: bool = False) -> Iterator[None]:
    """Turn a domain error into its four parts and an exit code."""
    try:
        yield
    except DomainError as error:
        if as_json:
            body: dict[str, Any] = dict(error.facts) or {}
            body.setdefault("detail", error.zh)
            body.setdefault("detail_en", error.en)
            print(json.dumps(body, ensure_ascii=False, default=str))
        print("\n".join(error_lines(error)), file=sys.stderr)
        raise SystemExit(int(exit_code_of(error))) from error
    except OSError as error:
        print("\n".join(error_lines(system_error(error))), file=sys.stderr)
        raise SystemExit(int(Exit.USAGE)) from error
    except (TypeError, ValueError) as error:
        say(f"✘ {error}", f"✘ {error}")
        raise SystemExit(int(Exit.USAGE)) from error
