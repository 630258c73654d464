"""What becomes of the real files: pushed through a served hub, counted, and written as the table of the docs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hub.client import HubProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.real.describing import RealEntry, RealFile
    from tests.real.office import Office

COUNTS = ("received", "accepted", "rejected", "inserted", "changed", "unchanged", "closed")


def push_all(office: Office, real: RealEntry) -> dict[str, dict[str, Any]]:
    """Publish an entry and push its files in order; returns the figures of each by :attr:`RealFile.key`."""
    office.publish(real.entry)
    return {file.key: _push(office, real, file) for file in real.files}


def _push(office: Office, real: RealEntry, file: RealFile) -> dict[str, Any]:
    """Push one file, or all that a pattern matches: then the counts are sums."""
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    rules: Counter[str] = Counter()
    coercions: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    forms: set[str] = set()
    for path in file.paths():
        try:
            report = office.push(real.name, path, {"mode": real.mode, **file.options})
        except HubProblemError as error:
            return {"problem": str(error.problem.get("type", "")).removeprefix("/problems/")}
        counts.update({name: report["counts"][name] for name in COUNTS})
        rules.update({rule["rule"]: rule["rows"] for rule in report["rules"]})
        coercions.update({one["coercion"]: 0 for one in report["coercions"]})
        for one in report["coercions"]:
            coercions[one["coercion"]] += one["values"]
        read = report["file"]
        left_out.update(
            {
                "blank_rows": read["blank_rows"],
                "blank_columns": len(read["blank_columns"]),
                "footer_rows": read["footer_rows"],
                "skipped_rows": read["skipped_rows"],
            }
        )
        packed = "gz" if read["compression"] else ""
        forms.add(" ".join(word for word in (read["format"].upper(), read["encoding"], packed) if word))
    return {
        "form": ", ".join(sorted(forms)),
        "files": len(file.paths()),
        **counts,
        "rules": dict(sorted(rules.items())),
        "coercions": dict(sorted(coercions.items())),
        "left_out": {name: number for name, number in left_out.items() if number},
    }


def totals(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return sums over all files that were taken."""
    taken = [row for row in figures.values() if "problem" not in row]
    return {name: sum(row[name] for row in taken) for name in ("files", *COUNTS)}
