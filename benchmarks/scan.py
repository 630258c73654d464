"""``scan``: the privacy scanner over text and over columns, and what it adds to a push.

The limit of the same run is reading: decoding the same text, and Polars reading the same rows from CSV. Columns are
those of the population register, once with its items as declared (most are personal, so not searched), once as if
all were public (the worst case: every text column is searched). Seconds are CPU seconds of all threads, so that a busy
machine does not change them. ``--rows`` is the size of the register.
"""

from __future__ import annotations

import io
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from benchmarks.generate import population, population_items
from benchmarks.rounds import conditions
from catalogue.privacy.columns import scan_frame
from catalogue.privacy.scan import find_spans
from hub.directory.privacy.watch import Watch, is_watched
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from catalogue.item import Item

CHUNK: Final = 100_000
TEXTS: Final = 5_000
SENTENCE: Final = (
    "王示例，{n}岁，现居住于示例市示例区花园路{n}号，身份证号码410199{year}0101{n:04d}，可通过邮箱user{n}@example.org"
    "或手机1380000{n:04d}联系。年收入{n}00.50元，近期在示例医院就诊，主治医师李示例。\n"
)


def _texts() -> list[str]:
    return [SENTENCE.format(n=number % 9000 + 1000, year=1950 + number % 60) for number in range(TEXTS)]


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _watch(items: tuple[Item, ...], frame: pl.DataFrame) -> float:
    from datetime import date

    watch = Watch(items, {}, today=date(2026, 1, 1))
    started = time.process_time()
    for part in frame.iter_slices(CHUNK):
        watch.add(part)
    watch.seen()
    return time.process_time() - started


def run(given: Namespace) -> dict[str, Any]:
    """Measure and return the figures."""
    texts = _texts()
    size = sum(len(text.encode()) for text in texts)
    find_spans(texts[0])
    text_seconds = min(_seconds(lambda: [find_spans(text) for text in texts]) for _ in range(given.rounds))
    data = [text.encode() for text in texts]
    decode_seconds = min(_seconds(lambda: [part.decode() for part in data]) for _ in range(given.rounds))
    items = population_items()
    frame = population(given.rows).rename({item.name: item.column for item in items}, strict=False)
    frame = frame.select(pl.all().cast(pl.String))
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    read_seconds = min(
        _seconds(lambda: pl.read_csv(io.BytesIO(buffer.getvalue()), infer_schema=False)) for _ in range(given.rounds)
    )
    public = tuple(replace(item, sensitivity=Sensitivity.PUB, check=None, code_list=None) for item in items)
    declared_seconds = min(_watch(items, frame) for _ in range(given.rounds))
    public_seconds = min(_watch(public, frame) for _ in range(given.rounds))
    scan_seconds = _seconds(lambda: scan_frame(frame))
    return {
        "rows": given.rows,
        "text_mb_per_second": round(size / text_seconds / 1e6, 2),
        "text_us_per_text": round(text_seconds / TEXTS * 1e6, 1),
        "ratio_text_to_decoding": round(text_seconds / decode_seconds, 1),
        "columns_rows_per_second": round(given.rows / scan_seconds),
        "columns_mb_per_second": round(buffer.tell() / scan_seconds / 1e6, 1),
        "push_columns_searched": [sum(map(is_watched, items)), sum(map(is_watched, public))],
        "push_seconds_as_declared": round(declared_seconds, 3),
        "push_seconds_all_public": round(public_seconds, 3),
        "ratio_to_read": round(public_seconds / read_seconds, 2),
        "conditions": conditions(1, 0, given.rounds),
    }
