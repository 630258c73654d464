"""How this process holds memory: one heap for all threads, and what a large push used is given back after it.

The C library of Linux gives every thread a heap of its own and keeps what was freed in each. The stages of a push are
threads that hand blocks of megabytes on to each other, so that a heap a thread would keep several times what is in
use. And once a large block was freed, it takes the next ones of that size from the heap, where small ones lie down
above them and keep them there; such a block are the 19 MiB of each password that is checked.
Elsewhere (macOS, musl) nothing is done and nothing is needed.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Final

_ARENA_MAX: Final = -8
"""M_ARENA_MAX of mallopt(3)."""
_MMAP_THRESHOLD: Final = -3
"""M_MMAP_THRESHOLD of mallopt(3); once set, the library moves neither it nor the next by itself."""
_TRIM_THRESHOLD: Final = -1
"""M_TRIM_THRESHOLD of mallopt(3): how much at the end of the heap is kept for the next block."""
LARGE_BLOCK_BYTES: Final = 16 << 20
"""From this size on a block is never part of the heap and goes back to the system when it is freed."""


@cache
def _library() -> ctypes.CDLL | None:
    """Return the C library where it is GNU's; None elsewhere."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def share_one_heap() -> None:
    """Let all threads share one heap, without large blocks; to be called before many threads run."""
    library = _library()
    if library is not None:
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
        library.mallopt(_TRIM_THRESHOLD, 2 * LARGE_BLOCK_BYTES)


def give_back() -> None:
    """Give free memory back to the system: milliseconds, so after large work only."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)
