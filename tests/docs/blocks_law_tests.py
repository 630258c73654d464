"""Generated tables of the tests of the law: each case, ground and deadline with the tests that hold it.

A test belongs to a case by ``test_case_NN_`` in its name, to a deadline by the deadline's code with ``_`` for the
dots. Tests are read, not run.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from policies.packs import PACK_NAMES, load_pack
from tests.docs.markdown import code, table
from tests.law.test_grounds import ATTEMPTS, DISCLOSURE, GROUNDS, SWITCHED_ON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TESTS: Final = Path(__file__).resolve().parents[1]
WHERE: Final = ("law", "hub/clocks", "hub/exemptions", "hub/corrections", "hub/own_data", "hub/aggregates")
CASES: Final = 15
_FOI: Final = "an access request is another system's; the hub names the route"
_RECONSIDERING: Final = "binds the reconsideration organ; the hub names the route and the applicant's periods"
_OPERATOR: Final = "binds the operator of the hub, not a party to sharing"
_SUBJECT: Final = "a period of the subject law, carried as data for the registers that hold it"
_DIRECT: Final = "superseded in the packs shipped; kept for a pack that still uses it"
OUTSIDE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("foi.active", "foi.amend", "foi.reply", "foi.report.dept", "foi.report.gov"), _FOI),
    **dict.fromkeys(("appeal.reconsider.simple", "appeal.reconsider.ordinary"), _RECONSIDERING),
    **dict.fromkeys(("ndsr.vuln", "ndsr.annual", "csl.log"), _OPERATOR),
    **dict.fromkeys(("inc.cii", "inc.central", "inc.other"), _OPERATOR),
    **dict.fromkeys(("stat.raw_keep", "stat.agg_keep", "ent.publicity", "ent.annual", "ent.change"), _SUBJECT),
    **dict.fromkeys(("place.file", "place.announce", "reg.review", "reg.notice", "reg.validity"), _SUBJECT),
    "share51.cat.update": _DIRECT,
}
"""Deadlines of the list that do not concern sharing, with the reason."""
PRODUCT: Final = "product."
"""Deadlines of the product's own, which no law sets."""


@cache
def named() -> Mapping[str, tuple[str, str]]:
    """Return every test of the law by name: its file, relative to the tests, and its docstring."""
    found: dict[str, tuple[str, str]] = {}
    for folder in WHERE:
        for path in sorted((TESTS / folder).glob("test_*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    found.setdefault(node.name, (path.relative_to(TESTS).as_posix(), ast.get_docstring(node) or ""))
    return found


def of_case(number: int) -> list[str]:
    """Return the tests of a case, those of ``tests/law`` first."""
    wanted = re.compile(rf"^test_case_0?{number}_")
    return _ordered(name for name in named() if wanted.match(name))


def of_deadline(deadline: str) -> list[str]:
    """Return the tests that name a deadline."""
    wanted = re.compile(rf"_{deadline.replace('.', '_')}(_(?!(simple|ordinary|update)\b)|$)")
    return _ordered(name for name in named() if wanted.search(name))


def _ordered(names: object) -> list[str]:
    assert hasattr(names, "__iter__")
    return sorted(names, key=lambda name: (not named()[name][0].startswith("law/"), named()[name][0]))


def _links(names: list[str]) -> str:
    return "<br>".join(f"{code(named()[name][0])} {code(name)}" for name in names)


def cases() -> str:
    """Return the fifteen cases with their sentences and tests."""
    rows = []
    for number in range(1, CASES + 1):
        names = of_case(number)
        rows.append((str(number), named()[names[0]][1], _links(names)))
    return table(("case", "what happens", "tests"), rows)


def grounds() -> str:
    """Return each ground of a refusal to share by pack, and what must not pass."""
    lawful = code("test_ground_with_a_record_in_force_refuses_with_article_forms_and_remedy")
    attempts = code("test_ground_does_not_refuse_with")
    rows = []
    for ground in GROUNDS:
        for pack in PACK_NAMES:
            is_on = ground in SWITCHED_ON[pack]
            said = ", ".join(ATTEMPTS) if is_on else "everything: the pack does not switch the overlay on"
            rows.append((code(ground), pack, f"{lawful} {'refuses' if is_on else 'shows it carries nothing'}", said))
    never = code("test_ground_of_disclosure_refuses_no_sharing_on_its_own_record_or_another")
    rows.append((", ".join(code(one) for one in DISCLOSURE), "all", "never refuses sharing", never))
    r16 = code("test_r16_is_a_narrowing_with_an_offer_and_never_a_refusal")
    rows.append((code("R16"), "all", "narrows, with an offer", r16))
    head = ("ground", "pack", "lawful", f"must not pass ({attempts})")
    return table(head, rows)


def deadlines() -> str:
    """Return each deadline of the list with its tests, or why it is not a deadline of sharing."""
    rows = []
    for one in load_pack("national").deadlines.values():
        if one.code.startswith(PRODUCT):
            continue
        names = of_deadline(one.code)
        rows.append((code(one.code), f"{one.name.zh} {one.name.en}", one.source, _links(names) or OUTSIDE[one.code]))
    return table(("deadline", "name", "source", "tests"), rows)


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "law-cases": cases,
    "law-grounds": grounds,
    "law-deadlines": deadlines,
}
