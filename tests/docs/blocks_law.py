"""Generated tables about the law as data: grounds, evidence, packs, masking."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args

from catalogue.code_lists import load_code_list
from hub.directory.evidence import EVIDENCE_OF_GROUND
from policies import claims
from policies.answers import LADDER, widest_form
from policies.facts import ItemFacts, Sensitivity
from policies.packs import PACK_NAMES, Unit, load_pack
from tests.docs.blocks_catalogue import members
from tests.docs.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = {
    "secret_pointer": claims.SecretPointer,
    "trade_secret_claim": claims.TradeSecretClaim,
    "privacy_assessment": claims.PrivacyAssessment,
    "legal_citation": claims.LegalCitation,
    "reason_record": claims.ReasonRecord,
}


def grounds() -> str:
    """Return the closed list: each ground, on which path it may stand, who decides, what comes first."""
    national = load_pack("national")
    rows = []
    for one in national.grounds.values():
        if one.code not in national.share_grounds | national.open_grounds:
            continue
        share = [name for name in PACK_NAMES if one.code in load_pack(name).share_grounds]
        rows.append(
            (
                code(one.code),
                f"{one.name.zh} {one.name.en}",
                ", ".join(share) or "—",
                "yes" if one.code in national.open_grounds else "—",
                code(EVIDENCE_OF_GROUND[one.code]),
                f"{one.decided_by.zh} {one.decided_by.en}",
                ", ".join(code(form) for form in one.forms),
            )
        )
    head = (
        "ground",
        "name",
        "refuses sharing in pack",
        "refuses opening",
        "evidence",
        "decided by",
        "considered first",
    )
    return table(head, rows)


def evidence() -> str:
    """Return the fields of the evidence, a table a kind."""
    kinds = set(get_args(claims.Evidence))
    assert kinds == set(NAMES.values()), "a kind of evidence has no name in JSON"
    parts = []
    for name, kind in NAMES.items():
        given = ", ".join(ground for ground, wanted in EVIDENCE_OF_GROUND.items() if wanted == name)
        parts.append(f"### {name}\n\nFor {given}.\n\n{members(kind)}")
    parts.append(f"### Referral\n\n{members(claims.Referral)}")
    return "\n\n".join(parts)


def packs() -> str:
    """Return the packs with their articles, grounds and switches."""
    parts = []
    for name in PACK_NAMES:
        pack = load_pack(name)
        listed = ", ".join(sorted(pack.share_grounds))
        parts.append(f"### {name}: {pack.title.zh} ({pack.title.en})")
        overlay, macro = ("yes" if switch else "no" for switch in (pack.national_overlay, pack.macro_economy))
        opening = ", ".join(sorted(pack.open_grounds))
        lines = [
            f"- Grounds for refusing another organ: {listed}. For opening and disclosure: {opening}.",
            f"- Rules of 政务数据共享条例 on top (R15): {overlay}. Macro-economy database: {macro}.",
        ]
        if pack.rights_statement is not None:
            lines.append(f"- Goes with the data ({pack.rights_statement.article}): {pack.rights_statement.text.zh}")
        parts.append("\n".join(lines))
        rows = ((one.law, one.number, f"{one.title.zh} {one.title.en}") for one in _articles(name))
        parts.append(table(("rule", "article", "what it says, in our words"), rows))
    return "\n\n".join(parts)


def _articles(name: str) -> tuple[Any, ...]:
    """Return the articles a pack adds; the national ones stand once."""
    national = load_pack("national").articles
    return tuple(one for one in load_pack(name).articles if name == "national" or one not in national)


def deadlines() -> str:
    """Return the deadlines of the national pack, which the cities' packs share."""
    rows = []
    for one in load_pack("national").deadlines.values():
        extension = "—" if one.extension is None else f"{_time(one.extension, one.unit)} ({one.extension_needs})"
        rows.append(
            (
                code(one.code),
                f"{one.name.zh} {one.name.en}",
                one.date or _time(one.value, one.unit),
                extension,
                one.bound_party or "—",
                one.source,
                one.certainty,
            )
        )
    return table(("key", "what", "time", "extension", "bound", "source", "certainty"), rows)


def _time(value: int | None, unit: Unit) -> str:
    """Return a period in words."""
    if value is None:
        return "—"
    name = unit.value.removesuffix("_min")
    words = f"{value} {name.replace('_', ' ')}" + ("" if value == 1 else "s")
    return f"at least {words}" if name != unit.value else words


def widest_forms() -> str:
    """Return the widest form in which each class of item may be given to an organ."""
    names = load_code_list("sensitivity_class").rows
    rows = []
    for one in Sensitivity:
        item = ItemFacts(name="x", column="x", sensitivity=one)
        plain = widest_form(item, cites_law_and_assessment=False)
        cited = widest_form(item, cites_law_and_assessment=True)
        row = names[one.value]
        shown = (code(form.value) if form is not None else "not in the system" for form in (plain, cited))
        rows.append((code(one.value), f"{row.name_zh} {row.name_en}", *shown))
    return table(("class", "name", "widest form", "where law and impact assessment are cited"), rows)


def ladder() -> str:
    """Return the forms, widest first."""
    return " > ".join(code(form.value) for form in LADDER)


def masking_rules() -> str:
    """Return the masking rules."""
    text = files("policies.packs").joinpath("national", "masking_rules.csv").read_text("utf-8")
    rows = (
        (code(row["code"]), f"{row['name_zh']} {row['name_en']}", row["source"], row["used_for"])
        for row in csv.DictReader(text.splitlines())
    )
    return table(("rule", "name", "source", "used for"), rows)


BLOCKS: Mapping[str, Any] = {
    "grounds": grounds,
    "evidence": evidence,
    "packs": packs,
    "deadlines": deadlines,
    "widest-forms": widest_forms,
    "ladder": ladder,
    "masking-rules": masking_rules,
}
