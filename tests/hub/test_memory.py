"""What a hub holds of the machine's memory after large work."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

LOOK = """
import ctypes
from hub.memory import LARGE_BLOCK_BYTES, share_one_heap

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "a", "b", "c", "d", "e", "f", "used", "free", "top")]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Told
{first}
kept = []
for _ in range(4):
    large = bytearray(LARGE_BLOCK_BYTES + 1)
    kept.append(bytearray(100_000))
    del large
print(library.mallinfo2().arena)
"""


def heap_bytes(first: str) -> int:
    """Return how large the heap is after large blocks were freed that small ones were taken beside."""
    command = [sys.executable, "-c", LOOK.format(first=first)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="需要 GNU C 库 / needs the C library of GNU")
def test_the_heap_does_not_keep_what_a_large_block_took() -> None:
    large = 16 << 20
    assert heap_bytes("share_one_heap()") < large < heap_bytes("")
