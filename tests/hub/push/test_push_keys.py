"""Duplicate keys across chunks: the same answer as a dictionary gives."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hub.push.keys import KeyIndex

CHUNKS = st.lists(st.lists(st.integers(0, 30), max_size=20), max_size=12)


@given(CHUNKS)
def test_each_repeated_key_names_the_line_of_its_first_row(chunks: list[list[int]]) -> None:
    index, known, line = KeyIndex(["k"]), dict[int, int](), 2
    for chunk in chunks:
        lines = pl.Series(range(line, line + len(chunk)), dtype=pl.Int64)
        expected = []
        for number, key in enumerate(chunk, start=line):
            expected.append(known.get(key))
            known.setdefault(key, number)
        found = index.first_lines(pl.DataFrame({"k": pl.Series(chunk, dtype=pl.Int64)}), lines)
        assert found.to_list() == expected
        line += len(chunk)
