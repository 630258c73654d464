"""Measure the scanner and write its figures into the reference page: ``python -m tests.real.privacy.make_page``.

Needs the neighbour folder with the corpora. The page's tables stand between two marks; the rest is written by hand.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.real.privacy.files import counts
from tests.real.privacy.measure import figures

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = ROOT / "docs" / "reference" / "privacy-scanner.md"
FIGURES: Final = Path(__file__).with_name("figures.json")
FIRST, LAST = "<!-- figures: begin -->", "<!-- figures: end -->"
_COLUMNS: Final = (
    "citizen_id",
    "phone",
    "bank_card",
    "email",
    "name",
    "address",
    "plate",
    "ip",
    "birth_date",
    "credit_code",
)


def tables(kept: dict[str, Any]) -> str:
    """Return the tables of the page."""
    return "\n".join([*_scores(kept["corpora"]), "", *_misses(kept["corpora"]), "", *_files(kept["files"])])


def _scores(corpora: dict[str, Any]) -> Iterator[str]:
    yield "| corpus | kind | labelled | recall | recall, exact | precision |"
    yield "|---|---|---:|---:|---:|---:|"
    for corpus, kinds in corpora.items():
        for kind, one in kinds.items():
            precision = "-" if one["precision"] is None else f"{one['precision']:.3f}"
            yield (
                f"| {corpus} | `{kind}` | {one['labelled']:,} | {one['recall']:.3f} | {one['recall_exact']:.3f} "
                f"| {precision} |"
            )


def _misses(corpora: dict[str, Any]) -> Iterator[str]:
    yield "| corpus | kind | shapes missed (how often) | shapes told wrongly (how often) |"
    yield "|---|---|---|---|"
    for corpus, kinds in corpora.items():
        for kind, one in kinds.items():
            if one["missed"] or one["wrong"]:
                yield f"| {corpus} | `{kind}` | {_shapes(one['missed'])} | {_shapes(one['wrong'])} |"


def _shapes(shapes: dict[str, int]) -> str:
    shown = (f"`{' '.join(re.sub('[`|]', '.', shape).split())}` {number}" for shape, number in shapes.items())
    return ", ".join(shown) or "none"


def _files(files: dict[str, Any]) -> Iterator[str]:
    yield f"| file | rows | {' | '.join(f'`{kind}`' for kind in _COLUMNS)} | other |"
    yield f"|---|---:|{'---:|' * len(_COLUMNS)}---|"
    for name, one in files.items():
        cells = " | ".join(f"{one[kind]:,}" if kind in one else "" for kind in _COLUMNS)
        rest = {key: number for key, number in one.items() if key not in {"rows", *_COLUMNS}}
        other = ", ".join(f"{key} {number:,}" for key, number in rest.items())
        if set(one) - {"rows"}:
            yield f"| {name} | {one.get('rows', 0):,} | {cells} | {other} |"
    clean = sum(1 for one in files.values() if not set(one) - {"rows"})
    yield ""
    yield f"In {clean} more files nothing was found."


def main() -> None:
    """Measure, keep the figures, write the page."""
    kept = {"corpora": figures(), "files": counts()}
    FIGURES.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(FIRST)
    _, _, after = rest.partition(LAST)
    PAGE.write_text(f"{before}{FIRST}\n\n{tables(kept)}\n\n{LAST}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
