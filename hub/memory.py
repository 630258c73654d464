"""How this process holds memory: one heap for all threads, and what a large push used is given back after it.

The C library of Linux gives every thread a heap of its own and keeps what was freed in each. The stages of a push are
threads that hand blocks of megabytes on to each other, so that a heap a thread would keep several times what is in
use. Elsewhere (macOS, musl) nothing is done and nothing is needed.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Final

_ARENA_MAX: Final = -8
"""M_ARENA_MAX of mallopt(3)."""


@cache
def _library() -> ctypes.CDLL | None:
    """Return the C library where it is GNU's; None elsewhere."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def share_one_heap() -> None:
    """Let all threads share one heap; to be called before many threads run."""
    library = _library()
    if library is not None:
        library.mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Give free memory back to the system: milliseconds, so after large work only."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)
