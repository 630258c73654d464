"""Objects cut out of a JSON array by counting brackets outside texts, over whole pieces of bytes.

Only brackets and quotation marks are looked at, so nesting costs nothing here; what is cut out is parsed by others.
A piece is scanned once, with the depth and the open text carried over: memory is that of a piece and one object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from connectors.files.errors import FileLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from connectors.port import Limits

_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_START: Final = re.compile(rb'"features"\s*:\s*\[')
_TRAILING: Final = re.compile(rb"\\+$")
_FIRST_DEPTH: Final = 2
_BETWEEN: Final = b" \t\r\n,"


class Cutter:
    """Takes the pieces of an array from behind its opening bracket on, and gives its objects."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = bytearray()
        self._depth = 0
        self._in_text = False
        self._late = b""
        self.count = 0
        self._is_over = False
        self.rest = b""
        """What follows the array in the piece in which it ends, its bracket included."""

    def ended(self) -> bool:
        """Tell whether the array has come to its end."""
        return self._is_over

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the objects that end in this piece.

        Raises:
            FileLimitError: an object is larger than a record may be.
        """
        piece = self._late + piece
        trailing = _TRAILING.search(piece)
        # A mark of escape at the very end belongs to what comes next.
        cut = len(piece) - (len(trailing.group()) % 2 if trailing is not None else 0)
        piece, self._late = piece[:cut], piece[cut:]
        places, depths, self._in_text = _depths(piece, in_text=self._in_text, depth=self._depth)
        over = np.flatnonzero(depths < 0)
        last = int(over[0]) if over.size else len(places)
        begin = 0
        for end in (places[:last][depths[:last] == 0] + 1).tolist():
            self.count += 1
            self._held += piece[begin:end]
            begin = end
            yield bytes(self._held.lstrip(_BETWEEN))
            self._held.clear()
        if over.size:
            self._is_over, self.rest = True, piece[int(places[last]) :]
            return
        self._depth = int(depths[-1]) if len(depths) else self._depth
        self._held += piece[begin:]
        if len(self._held) > self._limits.line_bytes:
            raise too_long(self.count + 1, self._limits)


def find_start(head: bytes) -> int | None:
    """Return where the features begin: behind the bracket of the ``features`` member of the document itself."""
    places, depths, _ = _depths(head, in_text=False, depth=0)
    for found in _START.finditer(head):
        at = int(np.searchsorted(places, found.end() - 1))
        if at < len(places) and int(places[at]) == found.end() - 1 and int(depths[at]) == _FIRST_DEPTH:
            return found.end()
    return None


def _depths(piece: bytes, *, in_text: bool, depth: int) -> tuple[NDArray[np.int64], NDArray[Any], bool]:
    """Return the places of brackets outside texts, the depth after each, and whether a text is open at the end."""
    # Escaped characters are made neutral, so that every quotation mark left is a real one.
    codes = np.frombuffer(_ESCAPED.sub(b"__", piece) if b"\\" in piece else piece, np.uint8)
    quotes = np.flatnonzero(codes == ord('"'))
    opening = (codes == ord("{")) | (codes == ord("["))
    brackets = np.flatnonzero(opening | (codes == ord("}")) | (codes == ord("]")))
    brackets = brackets[(np.searchsorted(quotes, brackets) + int(in_text)) % 2 == 0]
    depths = depth + np.cumsum(np.where(opening[brackets], 1, -1))
    return brackets, depths, bool((len(quotes) + int(in_text)) % 2)


def too_long(number: int, limits: Limits) -> FileLimitError:
    """Build the refusal of a feature without end; ``number`` 0 means what stands beside the features."""
    size = limits.line_bytes >> 20
    what, what_en = (f"第 {number} 个要素", f"feature {number}") if number else ("要素之外的内容", "what is no feature")
    return FileLimitError(
        f"{what}超过 {size} MiB",
        f"{what_en} is larger than {size} MiB",
        next_zh="把过大的图形拆分或适当抽稀后再推送",
        next_en="split or thin out the shape and push again",
        facts={"limit": limits.line_bytes, "feature": number},
    )
