"""Building a pack from its files, with every check a newcomer could forget.

Checked at load: the closed list of share grounds is exactly what the pack may have, every ground named
anywhere is known, the table holds all pairs of requester and data class once, every cited rule is a
known one, switches are booleans. A pack that fails does not load: nothing is decided on half a law.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from policies.claims import OrganLevel, SecrecyLevel
from policies.facts import DataClass, Outcome, Path, RequesterClass
from policies.obligations import Obligation
from policies.packs.model import (
    Article,
    Deadline,
    Ground,
    GroundKind,
    Pack,
    PackError,
    RightsStatement,
    Rule,
    RuleKind,
    SecrecyRule,
    Unit,
)
from policies.packs.reading import PackFiles, number, word, words
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

PACK_NAMES = ("zhengzhou", "jilin", "national")
# 郑州 Art. 20 §1 and Jilin Art. 29 read with the national disclosure rules: three grounds, no more.
_BASE_GROUNDS = frozenset({"R01", "R04", "R05"})
_OPEN_KINDS = frozenset({GroundKind.GROUND, GroundKind.FOI_GROUND})


@cache
def load_pack(name: str) -> Pack:
    """Return an installed pack by name, read once a process (raises :class:`PackError`)."""
    return read_pack(files("policies.packs"), name)


def read_pack(root: Traversable, name: str) -> Pack:
    """Return the pack ``name`` below ``root``, checked (raises :class:`PackError` naming file and row)."""
    source = PackFiles(root, name)
    try:
        return _build(source)
    except (KeyError, ValueError) as error:
        raise PackError(
            name, f"缺少列或数值有误（{error}）", f"a column is missing or a value is wrong ({error})"
        ) from error


def _build(source: PackFiles) -> Pack:
    name, head = source.name, source.head()
    laws = {row["name"]: word(RuleKind, row["kind"], "laws.csv") for row in source.rows("laws.csv")}
    overlay, macro = _switch(head, "national_overlay"), _switch(head, "macro_economy")
    grounds = _grounds(source, laws)
    share = _share_grounds(source, grounds, overlay=overlay)
    table = _table(source, grounds, laws, str(head.get("local_basis", "")))
    return Pack(
        name=name,
        title=Text(str(head.get("title_zh", name)), str(head.get("title_en", name))),
        version=source.digest(),
        national_overlay=overlay,
        macro_economy=macro,
        articles=_articles(source, laws),
        laws=MappingProxyType(laws),
        grounds=MappingProxyType(grounds),
        share_grounds=share,
        open_grounds=frozenset(code for code, ground in grounds.items() if ground.kind in _OPEN_KINDS),
        deadlines=MappingProxyType(_deadlines(source)),
        table=MappingProxyType(table),
        by_id=MappingProxyType({rule.id: rule for rule in table.values()}),
        secrecy=MappingProxyType(_secrecy(source)),
        masking_rules=frozenset(row["code"] for row in source.rows("masking_rules.csv")),
        no_reasons=tuple(row["phrase"] for row in source.rows("no_reasons.csv")),
        rights_statement=_rights(head),
        local_basis=str(head.get("local_basis", "")),
    )


def _switch(head: Mapping[str, object], name: str) -> bool:
    switches = head.get("switches")
    value = switches.get(name) if isinstance(switches, dict) else None
    if not isinstance(value, bool):
        raise PackError("pack.toml", f"开关 {name} 须为 true 或 false", f"switch {name} must be true or false")
    return value


def _rights(head: Mapping[str, object]) -> RightsStatement | None:
    part = head.get("rights_statement")
    if part is None:
        return None
    if not isinstance(part, dict) or not {"article", "zh", "en"} <= part.keys():
        raise PackError("pack.toml", "rights_statement 须有 article、zh、en", "needs article, zh and en")
    return RightsStatement(str(part["article"]), Text(str(part["zh"]), str(part["en"])))


def _check_citation(article: str, laws: Mapping[str, RuleKind], where: str) -> str:
    """Return ``article`` when each of its parts begins with a known rule."""
    for part in article.split(";"):
        if not any(part.strip().startswith(law) for law in laws):
            raise PackError(where, "引用的规定不在 laws.csv 中", "cites a rule that laws.csv does not list")
    return article


def _articles(source: PackFiles, laws: Mapping[str, RuleKind]) -> tuple[Article, ...]:
    rows = source.rows("articles.csv")
    if source.name != "national":
        rows += source.own_rows("articles.csv")
    return tuple(
        Article(
            _check_citation(row["law"], laws, "articles.csv"),
            row["number"],
            Text(row["title_zh"], row["title_en"]),
        )
        for row in rows
    )


def _grounds(source: PackFiles, laws: Mapping[str, RuleKind]) -> dict[str, Ground]:
    own = {row["code"]: row["article"] for row in source.own_rows("closed_list.csv")}
    remedies: dict[tuple[str, Path], Text] = {
        (row["key"], word(Path, row["path"], "remedies.csv")): Text(row["zh"], row["en"])
        for row in source.rows("remedies.csv")
    }
    grounds: dict[str, Ground] = {}
    for row in source.rows("grounds.csv"):
        code, where = row["code"], f"grounds.csv {row['code']}"
        kind = word(GroundKind, row["kind"], where)
        paths = words(Path, row["paths"], where)
        texts = {
            path: remedies[key, path] for path in paths for key in (row["remedy"], "any") if (key, path) in remedies
        }
        if kind in _OPEN_KINDS | {GroundKind.NATIONAL_OVERLAY} and texts.keys() != set(paths):
            raise PackError(where, "缺少救济途径", "a path has no remedy text")
        parts = [own[code]] if code in own and own[code] != row["source"] else []
        article = _check_citation("; ".join([*parts, row["source"]]), laws, where)
        grounds[code] = Ground(
            code=code,
            name=Text(row["name_zh"], row["name_en"]),
            kind=kind,
            article=article,
            paths=frozenset(paths),
            decided_by=Text(row["decided_by_zh"], row["decided_by_en"]),
            forms=tuple(row["forms"].split()),
            remedies=MappingProxyType(texts),
        )
    unknown = own.keys() - grounds.keys()
    if unknown:
        raise PackError("closed_list.csv", "未知理由", f"unknown ground {sorted(unknown)}")
    return grounds


def _share_grounds(source: PackFiles, grounds: Mapping[str, Ground], *, overlay: bool) -> frozenset[str]:
    """Return the closed list for refusing another organ: three grounds, and R15 under the overlay."""
    own = frozenset(row["code"] for row in source.own_rows("closed_list.csv"))
    wrong = sorted(code for code in own if grounds[code].kind is not GroundKind.GROUND)
    if wrong or own != _BASE_GROUNDS:
        raise PackError(
            "closed_list.csv", "不予提供的理由只能是 R01、R04、R05", f"must be R01, R04, R05, not {sorted(own)}"
        )
    extra = frozenset(code for code, ground in grounds.items() if ground.kind is GroundKind.NATIONAL_OVERLAY)
    return own | extra if overlay else own


def _table(
    source: PackFiles, grounds: Mapping[str, Ground], laws: Mapping[str, RuleKind], local_basis: str
) -> dict[tuple[RequesterClass, DataClass], Rule]:
    table: dict[tuple[RequesterClass, DataClass], Rule] = {}
    for row in source.rows("decision_table.csv"):
        where = f"decision_table.csv {row['requester']}/{row['data_class']}"
        pair = (word(RequesterClass, row["requester"], where), word(DataClass, row["data_class"], where))
        outcome = word(Outcome, row["outcome"], where)
        ground = row["ground"] or None
        if pair in table or outcome is Outcome.PENDING:
            raise PackError(where, "重复或不能由表规定的结果", "a second row, or an outcome no table may give")
        if (ground is not None and ground not in grounds) or (outcome is Outcome.REFUSE and ground is None):
            raise PackError(where, "理由缺失或未知", "the ground is missing or unknown")
        basis = [row["basis"], local_basis] if row["local"] and local_basis else [row["basis"]]
        table[pair] = Rule(
            id=f"{pair[0].value}.{pair[1].value}",
            requester=pair[0],
            data_class=pair[1],
            outcome=outcome,
            ground=ground,
            consultation=row["consultation"] == "yes",
            article=_check_citation("; ".join(basis), laws, where),
            obligations=words(Obligation, row["obligations"], where),
        )
    missing = [(r.value, d.value) for r in RequesterClass for d in DataClass if (r, d) not in table]
    if missing:
        raise PackError(
            "decision_table.csv", "缺少组合", f"pairs are missing, first {missing[0]}, {len(missing)} in all"
        )
    return table


def _deadlines(source: PackFiles) -> dict[str, Deadline]:
    deadlines: dict[str, Deadline] = {}
    for row in source.rows("deadlines.csv"):
        code, where = row["code"], f"deadlines.csv {row['code']}"
        unit = word(Unit, row["unit"], where)
        is_date = unit is Unit.DATE
        value = None if is_date else number(row["value"], where)
        if code in deadlines or (value is None and unit not in {Unit.DATE, Unit.NONE}):
            raise PackError(where, "重复或缺少数值", "a second row, or no figure")
        deadlines[code] = Deadline(
            code=code,
            name=Text(row["name_zh"], row["name_en"]),
            source=row["source"],
            unit=unit,
            value=value,
            date=row["value"] if is_date else None,
            extension=number(row["extension"], where),
            extension_needs=row["extension_needs"] or None,
            pauses=frozenset(row["pauses"].split()),
            silence=row["silence"] or None,
            bound_party=row["bound_party"],
            certainty=row["certainty"],
        )
    return deadlines


def _secrecy(source: PackFiles) -> dict[SecrecyLevel, SecrecyRule]:
    rules: dict[SecrecyLevel, SecrecyRule] = {}
    for row in source.rows("secrecy_levels.csv"):
        where = f"secrecy_levels.csv {row['code']}"
        level = SecrecyLevel(number(row["code"], where) or 0)
        rules[level] = SecrecyRule(
            level=level,
            name=Text(row["name_zh"], row["name_en"]),
            source=row["source"],
            longest_years=number(row["longest_years"], where) or 0,
            lowest_organ=OrganLevel(number(row["lowest_organ"], where) or 0),
            lowest_authorised_organ=OrganLevel(number(row["lowest_authorised_organ"], where) or 0),
        )
    if rules.keys() != set(SecrecyLevel):
        raise PackError("secrecy_levels.csv", "须有绝密、机密、秘密三级", "all three levels are needed")
    return rules
