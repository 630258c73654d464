"""The demo city holds no undeclared personal information: its descriptions and files ask for no decision."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from catalogue.privacy.metadata import scan_metadata
from catalogue.privacy.thresholds import said_by_name
from hub.demo.directory import demo_entries
from hub.demo.generators import demo_frame
from hub.directory.privacy.watch import Watch

TODAY = date(2026, 6, 1)
ENTRIES = {entry.name: entry for entry in demo_entries(TODAY)}
SUPPLIED = [name for name, entry in ENTRIES.items() if entry.file]


def test_some_entries_of_the_demo_city_are_open_and_hold_text() -> None:
    assert len([name for name in SUPPLIED if ENTRIES[name].entry.opening.is_open]) > 5


@pytest.mark.parametrize("name", SUPPLIED)
def test_the_rows_of_an_entry_ask_for_no_decision(name: str) -> None:
    items = ENTRIES[name].entry.items
    frame = demo_frame(name, TODAY).select(pl.all().cast(pl.String))
    watch = Watch(items, {}, today=TODAY)
    watch.add(frame)
    assert watch.seen() == ()


@pytest.mark.parametrize("name", ENTRIES)
def test_the_description_of_an_entry_asks_for_no_decision(name: str) -> None:
    entry = ENTRIES[name].entry
    named = [item.name for item in entry.items if said_by_name(item) is not None and entry.opening.is_open]
    assert ([one for one in scan_metadata(entry.to_dict()) if one.blocks], named) == ([], [])
