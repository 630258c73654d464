"""``python -m benchmarks NAME --json``: one JSON line with figures, their limit of the same run, and the ratio."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from hub.postgres import ending_cleanly

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES: Final = {
    "l1": ("benchmarks.limits", "l1", 0),
    "l2": ("benchmarks.limits", "l2", 1_000_000),
    "rows": ("benchmarks.rows", "run", 200_000),
    "point": ("benchmarks.point", "run", 100_000),
    "push": ("benchmarks.push", "run", 1_000_000),
    "checks": ("benchmarks.checks", "run", 1_000_000),
    "match": ("benchmarks.match", "run", 1_000_000),
    "verify": ("benchmarks.verify", "run", 100_000),
    "feed": ("benchmarks.feed", "run", 100_000),
    "scan": ("benchmarks.scan", "run", 1_000_000),
    "ckan": ("benchmarks.ckan", "run", 50_000),
    "search": ("benchmarks.search", "run", 200_000),
    "webhooks": ("benchmarks.webhooks", "run", 5_000),
    "suspension": ("benchmarks.suspension", "run", 12),
}
"""Name, module, function, and how many rows unless told otherwise."""


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("name", choices=NAMES)
    words.add_argument("--json", action="store_true", help="one line of JSON (otherwise indented)")
    words.add_argument("--rows", "--entries", "--persons", dest="rows", type=int, help="rows of the resource, entries")
    words.add_argument("--clients", type=int, default=16, help="connections that ask at once")
    words.add_argument("--seconds", type=float, default=3.0, help="length of one turn of one alternative")
    words.add_argument("--rounds", type=int, default=3, help="turns each alternative takes")
    return words


def measure(words: Sequence[str] | None = None) -> tuple[dict[str, Any], bool]:
    """Run the benchmark the words name; return its figures, and whether one line is wanted."""
    given = parser().parse_args(words)
    module, function, rows = NAMES[given.name]
    given.rows = given.rows or rows
    return {"name": given.name, **getattr(import_module(module), function)(given)}, given.json


def main() -> None:
    """Print the figures."""
    with ending_cleanly():  # told to stop, it still ends its hub and its database and takes its folder away
        figures, is_line = measure()
    print(json.dumps(figures, ensure_ascii=False, indent=None if is_line else 2))


if __name__ == "__main__":
    main()
