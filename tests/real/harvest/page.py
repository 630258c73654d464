"""The page of the docs on the real catalogues, made from their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.harvest.gates import PROFILE
from tests.real.harvest.harvesting import catalogues

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.real.harvest.harvesting import RealCatalogue

HEAD: Final = """# Real catalogues, harvested

This page is generated: `python tests/real/harvest/make_page.py` harvests every catalogue of the folder with real
files on a fresh database, publishes what was accepted, and harvests each a second time. A test compares the figures
with what the code does now. The commands are in [Harvest a catalogue](../how-to/harvest-a-catalogue.md).
"""
MASKS: Final = ("masked_phone", "masked_email", "masked_name", "masked_citizen_id", "masked_wechat", "masked_qq")


def document(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the whole page."""
    known = catalogues()
    portals = [one for one in known if one.is_portal]
    others = [one for one in known if not one.is_portal]
    parts = [
        HEAD,
        "## The rules a record is accepted by\n",
        _table(("rule", "what must hold"), ((rule, en) for rule, (_, en) in PROFILE.items())),
        "## The seven dumps of Chinese portals\n",
        _table(_PORTAL_HEAD, [*(_portal_row(one, figures[one.code]) for one in portals), _sums(portals, figures)]),
        "In the second run nothing is added, changed, gone or published again: every record is unchanged.\n",
        "## DCAT, data.json, CKAN and others\n",
        _table(
            ("file", "records", "accepted", "masked", "what is told"),
            (_other_row(one, figures[one.code]) for one in others),
        ),
        "Files that are refused as a whole, and why that is right:\n",
        _table(
            ("file", "message", "why it is right"),
            (
                (f"`{one.file}`", figures[one.code]["refused_as_a_whole"], one.why)
                for one in others
                if "refused_as_a_whole" in figures[one.code]
            ),
        ),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


_PORTAL_HEAD: Final = (
    *("source", "records", "accepted", "refused by rule", "contacts masked", "cycle not stated", "cycle not known"),
    *("cycle other", "openness not known", "providers", "listed", "second run"),
)


def _portal_row(one: RealCatalogue, of: Mapping[str, Any]) -> tuple[object, ...]:
    noted = of["noted"]
    return (
        one.code,
        of["records"],
        of["accepted"],
        _by_rule(of),
        _masked(of),
        noted.get("cycle_unstated", 0),
        noted.get("cycle_unknown", 0),
        noted.get("cycle_other", 0),
        noted.get("openness_unknown", 0),
        of["providers"],
        of["listed"],
        f"{of['again']['state']}, {of['again']['unchanged']} unchanged",
    )


def _sums(portals: Iterable[RealCatalogue], figures: Mapping[str, Mapping[str, Any]]) -> tuple[object, ...]:
    found = [figures[one.code] for one in portals]

    def noted(name: str) -> int:
        return sum(int(of["noted"].get(name, 0)) for of in found)

    return (
        "all",
        sum(of["records"] for of in found),
        sum(of["accepted"] for of in found),
        sum(of["refused"] for of in found),
        sum(noted(name) for name in MASKS),
        *(noted(name) for name in ("cycle_unstated", "cycle_unknown", "cycle_other", "openness_unknown")),
        "",
        sum(of["listed"] for of in found),
        f"{sum(of['again']['unchanged'] for of in found)} unchanged",
    )


def _other_row(one: RealCatalogue, of: Mapping[str, Any]) -> tuple[object, ...]:
    if "refused_as_a_whole" in of:
        return f"`{one.file}`", 0, 0, "", "refused, see below"
    told = [*of["notes"], *([f"refused: {_by_rule(of)}"] if of["refused"] else [])]
    told += [
        f"{number} × {name.replace('_', ' ')}"
        for name, number in sorted(of["noted"].items())
        if not name.startswith("masked")
    ]
    return f"`{one.file}`", of["records"], of["accepted"], _masked(of), "; ".join(told)


def _by_rule(of: Mapping[str, Any]) -> str:
    return ", ".join(f"{rule} {number}" for rule, number in of["refused_by_rule"].items()) or "0"


def _masked(of: Mapping[str, Any]) -> str:
    noted = of["noted"]
    return ", ".join(f"{noted[name]} {name.removeprefix('masked_')}" for name in MASKS if noted.get(name)) or "0"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = tuple(head)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
