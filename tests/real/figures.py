"""What becomes of the real files: pushed through a served hub, counted, and written as the table of the docs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hub.client import HubProblemError
from tests.real.saving import save_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.real.describing import RealEntry, RealFile
    from tests.real.office import Office

OF_THE_PUSH = frozenset({"allow_shrink"})
"""Options that say nothing of how a file is read, and so stand in no mapping."""
COUNTS = ("received", "accepted", "rejected", "inserted", "changed", "unchanged", "closed")


def push_all(office: Office, real: RealEntry) -> dict[str, dict[str, Any]]:
    """Publish an entry and push its files in order; returns the figures of each by :attr:`RealFile.key`."""
    office.publish(real.entry)
    # What is pushed as it should not be comes first: a mapping saved for the file would put it right.
    ordered = sorted(real.files, key=lambda file: not (file.problem or file.case))
    return {file.key: _push(office, real, file) for file in ordered}


def _push(office: Office, real: RealEntry, file: RealFile) -> dict[str, Any]:
    """Push one file by its saved mapping, or all that a pattern matches: then the counts are sums.

    What is pushed in a way it should not be (``case``), or is no table, is pushed with the options alone.
    """
    counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
    rules: Counter[str] = Counter()
    coercions: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    forms: set[str] = set()
    by_mapping = not file.problem and not file.case
    if by_mapping:
        save_mapping(office, real, file)
    options = {name: value for name, value in file.options.items() if not by_mapping or name in OF_THE_PUSH}
    versions: set[int] = set()
    for path in file.paths():
        try:
            report = office.push(real.name, path, {"mode": real.mode, **options})
        except HubProblemError as error:
            return _refused(error)
        versions |= {report["mapping"]["version"]} if report["mapping"] else set()
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
        "mapping": sorted(versions),
        **counts,
        "rules": dict(sorted(rules.items())),
        "coercions": dict(sorted(coercions.items())),
        "left_out": {name: number for name, number in left_out.items() if number},
    }


def _refused(error: HubProblemError) -> dict[str, Any]:
    """Return the type of a problem, and what it says: what happened and what to do, in Chinese."""
    problem = error.problem
    sentence = "；".join(str(problem[name]) for name in ("detail", "next") if problem.get(name))
    return {"problem": str(problem.get("type", "")).removeprefix("/problems/"), "sentence": sentence}


def totals(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return sums over all files that were taken."""
    taken = [row for row in figures.values() if "problem" not in row]
    return {name: sum(row[name] for row in taken) for name in ("files", *COUNTS)}
