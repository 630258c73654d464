"""The compact form of Thrift, as far as Parquet's metadata need it: wanted numbers are kept, all else is passed over.

Claims of length are checked against the bytes that are there, and nothing is built for what is not wanted, so that
metadata cannot take more memory than they have bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

Wanted = dict[int, "Wanted | None"]
"""Fields to keep by their number: None for a number, else the fields wanted of a structure or of a list of them."""

_DEPTH: Final = 32
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_VARINTS: Final = frozenset({_I16, _I32, _I64})
_BOOLEANS: Final = frozenset({_TRUE, _FALSE})
_FIXED: Final = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8}
_LONG_LIST: Final = 15
_LONGEST_SHIFT: Final = 63


@dataclass(slots=True)
class Struct:
    """What was wanted of a structure."""

    numbers: dict[int, int] = field(default_factory=dict)
    structs: dict[int, list[Struct]] = field(default_factory=dict)

    def number(self, name: int) -> int:
        """Return a number; 0 where it is absent."""
        return self.numbers.get(name, 0)

    def one(self, name: int) -> Struct | None:
        """Return a structure inside; None where it is absent."""
        found = self.structs.get(name)
        return found[0] if found else None

    def many(self, name: int) -> list[Struct]:
        """Return a list of structures inside."""
        return self.structs.get(name, [])


class Reader:
    """Reads structures from bytes; raises ``ValueError`` or ``IndexError`` where they break the form."""

    def __init__(self, data: bytes, most_structs: int) -> None:
        """``most_structs`` bounds how many structures are kept."""
        self._data = data
        self.at = 0
        self._left = most_structs

    def struct(self, wanted: Wanted, depth: int = 0) -> Struct:
        """Read a structure and keep of it what is wanted."""
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            raise ValueError
        made = Struct()
        name = 0
        while (head := self._byte()) != 0:
            kind, step = head & 0x0F, head >> 4
            name = name + step if step else self._zigzag()
            self._field(made, name, kind, wanted, depth)
        return made

    def _field(self, made: Struct, name: int, kind: int, wanted: Wanted, depth: int) -> None:
        if name not in wanted:
            self._pass(kind, depth, in_list=False)
            return
        inner = wanted[name]
        if inner is None and kind in _VARINTS:
            made.numbers[name] = self._zigzag()
        elif inner is not None and kind == _STRUCT:
            made.structs[name] = [self.struct(inner, depth + 1)]
        elif inner is not None and kind == _LIST:
            count, element = self._list()
            if element != _STRUCT:
                raise ValueError
            made.structs[name] = [self.struct(inner, depth + 1) for _ in range(count)]
        else:
            raise ValueError

    def _pass(self, kind: int, depth: int, *, in_list: bool) -> None:
        """Pass over a value."""
        if depth > _DEPTH:
            raise ValueError
        if kind in _FIXED:
            # outside a list the truth of a boolean is in its kind and takes no byte
            self.at += 0 if kind in _BOOLEANS and not in_list else _FIXED[kind]
        elif kind in _VARINTS:
            self._varint()
        elif kind == _BINARY:
            length = self._varint()
            self.at += length
        else:
            self._pass_container(kind, depth)
        if self.at > len(self._data):
            raise ValueError

    def _pass_container(self, kind: int, depth: int) -> None:
        """Pass over a list, a map or a structure."""
        if kind in {_LIST, _SET}:
            count, element = self._list()
            for _ in range(count):
                self._pass(element, depth + 1, in_list=True)
        elif kind == _MAP:
            self._pass_map(depth)
        elif kind == _STRUCT:
            while (head := self._byte()) != 0:
                if not head >> 4:
                    self._zigzag()
                self._pass(head & 0x0F, depth + 1, in_list=False)
        else:
            raise ValueError

    def _pass_map(self, depth: int) -> None:
        count = self._counted(self._varint())
        kinds = self._byte() if count else 0
        for _ in range(count):
            self._pass(kinds >> 4, depth + 1, in_list=True)
            self._pass(kinds & 0x0F, depth + 1, in_list=True)

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        count = head >> 4
        return self._counted(self._varint() if count == _LONG_LIST else count), head & 0x0F

    def _counted(self, count: int) -> int:
        """Refuse more elements than bytes are left."""
        if count > len(self._data) - self.at:
            raise ValueError
        return count

    def _byte(self) -> int:
        value = self._data[self.at]
        self.at += 1
        return value

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
            shift += 7
            if shift > _LONGEST_SHIFT:
                raise ValueError

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
