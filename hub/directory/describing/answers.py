"""What is asked about a proposed entry, eleven questions at most, and what an answer does to it. Pure.

Each question has a proposed answer where a fact gives one. What a person vouches for (an assessment that was made, a
coordinate system) is never taken by a machine alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from catalogue.citations import parse_citation
from catalogue.classes import shipped_tree
from catalogue.code_lists import load_code_list
from catalogue.entry import Assessment, AssessmentKind, Opening
from catalogue.entry_rules.metadata import is_geometry
from catalogue.licences import licences
from hub.directory.describing.entry import CONDITION, LICENCES, PURPOSE, SCOPE, abstract_of, settled
from hub.directory.describing.errors import AnswerError
from hub.directory.describing.protecting import PERSONAL
from policies.facts import OpenType, Sensitivity, ShareType
from policies.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from catalogue.classes import ClassTree
    from catalogue.entry import Entry
    from hub.directory.describing.entry import Proposal

OFFICE: Final = "数据共享工作机构"
"""Who assesses where nobody else is named: the office of 政务数据共享条例 Art. 11."""
_ARTICLES: Final = re.compile(r"[；;\n]+")
_SAID: Final = re.compile(r"(?:共享)?(范围|用途|scope|purpose)\s*[:：]\s*([^；;\n]+)", re.IGNORECASE)
_CLOSED: Final = frozenset({"3", "不开放", "不予开放", "n", "no", "closed"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``proposed`` is taken by Enter; None: there is nothing to propose.

    ``is_vouched``: a person's own statement, which ``--yes`` does not make.
    """

    key: str
    title: Text
    proposed: str | None
    why: Text
    is_vouched: bool = False


def title_question(proposed: str) -> Question:
    """Return the question of the title; it comes first, because the theme depends on it."""
    return Question(
        "title",
        Text("资源名称", "title of the resource"),
        proposed or None,
        Text("取自表的注释", "from the comment of the table") if proposed else Text("", ""),
    )


def names_question(columns: tuple[str, ...]) -> Question:
    """Return the question of all missing Chinese names in one."""
    listed = "、".join(columns)
    return Question(
        "names",
        Text(f"{len(columns)} 列没有中文名称：{listed}", f"{len(columns)} columns have no Chinese name: {listed}"),
        None,
        Text(
            "写作 列=名称；列=名称，或一个 CSV 文件（列,名称）；其余写 - 表示不作为信息项",
            "write column=名称；column=名称, or a CSV file (column,name); a - leaves the rest out",
        ),
    )


def questions(proposal: Proposal, today: date) -> tuple[Question, ...]:
    """Return the questions after title and names, nine at most."""
    entry, why = proposal.entry, proposal.reasons
    asked = [
        Question("abstract", Text("摘要", "abstract"), entry.abstract, Text("由信息项和主键写成", "from its items")),
        Question("class_path", Text("资源分类", "class"), "/".join(entry.class_path), why["class_path"]),
        Question(
            "legal_basis",
            Text("采集依据（名称和条款）", "rule it is collected under"),
            "；".join(f"{one.rule} {one.article}" for one in entry.legal_basis) or None,
            why["legal_basis"],
        ),
        Question(
            "update_cycle",
            Text("更新周期", "update cycle"),
            _cycle_name(entry.update_cycle) or None,
            why["update_cycle"],
        ),
        Question("sharing", Text("共享属性", "sharing"), sharing_text(entry), why["sharing"]),
        Question("opening", Text("开放属性", "opening"), opening_text(entry), why["opening"]),
        Question(
            "secrecy_assessment",
            Text("保密风险评估：日期 评估人 结论", "secrecy assessment: date, assessor, result"),
            f"{today.isoformat()} {OFFICE} 不涉密",
            Text("您在此确认评估已经完成（政务数据共享条例 第十二条）", "you confirm that it was made (Art. 12)"),
            is_vouched=True,
        ),
    ]
    if any(item.sensitivity in PERSONAL for item in entry.items):
        asked.append(
            Question(
                "impact_assessment",
                Text("个人信息保护影响评估：日期 评估人 结论", "impact assessment: date, assessor, result"),
                f"{today.isoformat()} {OFFICE} 处理目的合法必要，保护措施与风险相适应",
                Text("您在此确认评估已经完成（个人信息保护法 第五十五条）", "you confirm that it was made (PIPL 55)"),
                is_vouched=True,
            )
        )
    if any(is_geometry(item) for item in entry.items):
        asked.append(
            Question(
                "crs",
                Text("坐标参考系", "coordinate reference system"),
                "4490",
                Text("2000 国家大地坐标系；GCJ-02、BD-09 不可登记", "CGCS2000; GCJ-02 and BD-09 are refused"),
                is_vouched=True,
            )
        )
    return tuple(asked)


def _cycle_name(code: str) -> str:
    row = load_code_list("catalogue_update_cycle").rows.get(code)
    return row.name_zh if row is not None else ""


def sharing_text(entry: Entry) -> str:
    """Return how the entry is shared, as an answer is written."""
    apart = [item for item in entry.items if item.share_type is not None]
    conditional = [item for item in apart if item.share_type is ShareType.CONDITIONAL]
    if entry.sharing.type is ShareType.CONDITIONAL:
        free = f"；{len(apart)} 项无条件" if apart else ""
        return f"有条件共享；范围：{entry.sharing.scope}；用途：{entry.sharing.purpose}{free}"
    if not conditional:
        return "无条件共享"
    named = "、".join(item.name for item in conditional[:5])
    first = conditional[0]
    return f"无条件共享；{named}有条件；范围：{first.share_scope}；用途：{first.share_purpose}"


def opening_text(entry: Entry) -> str:
    """Return how the entry is open, as an answer is written."""
    if not entry.opening.is_open:
        return "不开放"
    closed = [item.name for item in entry.items if item.excluded_from_opening]
    kind = "无条件开放" if entry.opening.type is OpenType.UNCONDITIONAL else "有条件开放"
    return f"{kind} {entry.opening.condition}；许可 {entry.licence}" + (
        f"（不含{'、'.join(closed[:5])}等 {len(closed)} 项）" if closed else ""
    )


def answered(entry: Entry, key: str, text: str, classes: ClassTree | None = None) -> Entry:
    """Return the entry as an answer makes it; ``classes`` is the tree in force, the shipped one where none is given.

    Raises:
        AnswerError: the answer cannot be understood; it says how it is written.
    """
    if key not in {_CLASS_PATH, *_APPLY}:
        known = "、".join((_CLASS_PATH, *_APPLY))
        raise AnswerError(
            key, (f"没有问题 {key}", f"there is no question {key}"), (f"可用：{known}", f"there are: {known}")
        )
    if key == _CLASS_PATH:
        return _class_path(entry, text.strip(), shipped_tree() if classes is None else classes)
    return _APPLY[key](entry, text.strip())


def _title(entry: Entry, text: str) -> Entry:
    if not text:
        raise AnswerError("title", ("没有名称", "no title"), ("写资源名称", "write the title"))
    return replace(entry, title=text)


def _abstract(entry: Entry, text: str) -> Entry:
    return replace(entry, abstract=text or abstract_of(entry))


def _class_path(entry: Entry, text: str, classes: ClassTree) -> Entry:
    codes = [part for part in re.split(r"[/\s>、,，]+", text) if part]
    named = (code for code, node in classes.nodes.items() if node.name_zh == text and not node.is_retired)
    last = next(named, codes[-1] if codes else "")
    if not last:
        raise AnswerError("class_path", ("没有分类", "no class"), ("写分类代码，如 102", "write a code, such as 102"))
    node = classes.nodes.get(last)
    if node is None:
        how = "写分类代码，如 1/102 或 102；代码见 hub directory classes"
        raise AnswerError("class_path", ("没有这个分类", "there is no such class"), (how, "write codes: 1/102 or 102"))
    if node.is_retired:
        following = classes.successor_of(last)
        raise AnswerError(
            "class_path",
            (f"分类 {last} 已停用", f"the class {last} is retired"),
            (f"改用 {following}", f"use {following} instead"),
        )
    return replace(entry, class_path=classes.path_of(last))


def _legal_basis(entry: Entry, text: str) -> Entry:
    known = {(one.rule, one.article): one for one in entry.legal_basis}
    found = []
    for part in _ARTICLES.split(text):
        if not part.strip():
            continue
        citation = parse_citation(part)
        if citation is None:
            raise AnswerError(
                "legal_basis",
                ("依据须写名称和条款", "a basis names rule and article"),
                ("如：社会保险法 第七十四条；多条用；分开", "such as 社会保险法 第七十四条; several by ；"),
            )
        found.append(known.get((citation.rule, citation.article), citation))
    if not found:
        raise AnswerError(
            "legal_basis",
            ("没有采集依据", "no rule is given"),
            ("写明职责所依据的法规名称和条款", "name the rule and article of your duty"),
        )
    return replace(entry, legal_basis=tuple(found))


def _update_cycle(entry: Entry, text: str) -> Entry:
    listed = load_code_list("catalogue_update_cycle").rows
    code = next((code for code, row in listed.items() if text in {code, row.name_zh, row.name_en}), None)
    if code is None:
        names = "、".join(row.name_zh for row in listed.values())
        raise AnswerError(
            "update_cycle", ("没有这个周期", "there is no such cycle"), (f"可用：{names}", f"one of: {names}")
        )
    is_own_words = entry.abstract == abstract_of(entry)
    changed = replace(entry, update_cycle=code)
    return replace(changed, abstract=abstract_of(changed)) if is_own_words else changed


def _sharing(entry: Entry, text: str) -> Entry:
    if text in {"3", "不予共享"}:
        raise AnswerError(
            "sharing",
            ("不予共享须先有豁免记录和法律依据，不能在此选择", "what is not shared needs an exemption record first"),
            ("先按有条件共享登记，再用 hub exemption 登记豁免", "describe it as conditional, then file an exemption"),
        )
    said = {("scope" if word in {"范围", "scope"} else "purpose"): what.strip() for word, what in _SAID.findall(text)}
    words = text.replace("；", ";").split(";")[0].strip()
    if not said and words not in {"1", "2", "无条件共享", "有条件共享"}:
        raise AnswerError(
            "sharing",
            ("看不懂共享属性", "this is no answer about sharing"),
            ("写 1（无条件）或 2（有条件），后接 范围：…；用途：…", "write 1 or 2, then 范围：…；用途：…"),
        )
    scope, purpose = said.get("scope", ""), said.get("purpose", "")
    sharing, items = entry.sharing, list(entry.items)
    if words in {"1", "无条件共享"}:
        # Personal items stay conditional: that is said per item, in --answers, by who answers for it.
        items = [replace(item, share_type=entry.share_type(item)) for item in items]
        sharing = replace(sharing, type=ShareType.UNCONDITIONAL, scope="", purpose="")
    elif words in {"2", "有条件共享"} and sharing.type is not ShareType.CONDITIONAL:
        items = [replace(item, share_type=None if not item.base_item else item.share_type) for item in items]
        sharing = replace(sharing, type=ShareType.CONDITIONAL)
    if sharing.type is ShareType.CONDITIONAL:
        sharing = replace(sharing, scope=scope or sharing.scope or SCOPE, purpose=purpose or sharing.purpose or PURPOSE)
    else:
        items = [
            replace(item, share_scope=scope or item.share_scope, share_purpose=purpose or item.share_purpose)
            if item.share_type is ShareType.CONDITIONAL
            else item
            for item in items
        ]
    return settled(replace(entry, sharing=sharing, items=tuple(items)))


def _opening(entry: Entry, text: str) -> Entry:
    if text.lower() in _CLOSED:
        return settled(replace(entry, opening=Opening(OpenType.CLOSED), licence=""))
    found = re.match(r"(?:[12]|无条件开放|有条件开放)\s*([^（(；;]*)", text)
    if found is None:
        raise AnswerError(
            "opening",
            ("看不懂开放属性", "this is no answer about opening"),
            (
                "写 1 或 2 加开放条件；许可 代码，或 3（不开放）",
                "write 1 or 2 with condition；许可 code, or 3 (closed)",
            ),
        )
    if not any(item.sensitivity is Sensitivity.PUB for item in entry.items):
        raise AnswerError(
            "opening",
            (
                "没有公开的信息项，不能开放（个人信息保护法 第二十五条）",
                "no item is public: it cannot be open (PIPL Art. 25)",
            ),
            (
                '确属公开的，在 --answers 的 [items.列名] 中写 sensitivity = "PUB"；否则回答 3',
                'for what is public write sensitivity = "PUB" under [items.column] of --answers; else answer 3',
            ),
        )
    kind = OpenType.CONDITIONAL if text.startswith(("2", "有条件")) else OpenType.UNCONDITIONAL
    condition = found[1].strip() or entry.opening.condition or CONDITION
    named = re.search(r"许可\s*[:：]?\s*([A-Za-z0-9.-]+)", text)
    licence = named[1] if named is not None else LICENCES[kind]
    if licence not in licences():
        listed = "、".join(licences())
        how = (f"可用：{listed}", f"one of: {listed}")
        raise AnswerError("opening", ("没有这个许可", "there is no such licence"), how)
    items = tuple(
        replace(item, excluded_from_opening=item.excluded_from_opening or item.sensitivity is not Sensitivity.PUB)
        for item in entry.items
    )
    return settled(replace(entry, opening=Opening(kind, condition), licence=licence, items=items))


def _assessment(kind: AssessmentKind, key: str) -> Callable[[Entry, str], Entry]:
    def apply(entry: Entry, text: str) -> Entry:
        parts = [part for part in re.split(r"[\s，,;；]+", text, maxsplit=2) if part]
        try:
            on = date.fromisoformat(parts[0]) if parts else None
        except ValueError:
            on = None
        if on is None or len(parts) != len(("date", "assessor", "result")):
            raise AnswerError(
                key,
                ("评估写作：日期 评估人 结论", "an assessment is written: date, assessor, result"),
                ("如：2026-01-12 数据共享科 不涉密", "such as: 2026-01-12 数据共享科 不涉密"),
            )
        others = tuple(one for one in entry.assessments if one.kind is not kind)
        return replace(entry, assessments=(*others, Assessment(kind, on, parts[1], parts[2])))

    return apply


def _crs(entry: Entry, text: str) -> Entry:
    if text not in load_code_list("crs").rows:
        raise AnswerError(
            "crs", ("没有这个坐标参考系", "there is no such system"), ("写 EPSG 代码，如 4490", "write an EPSG code")
        )
    return replace(entry, crs=text)


_CLASS_PATH: Final = "class_path"
_APPLY: Final[Mapping[str, Callable[[Entry, str], Entry]]] = {
    "title": _title,
    "abstract": _abstract,
    "legal_basis": _legal_basis,
    "update_cycle": _update_cycle,
    "sharing": _sharing,
    "opening": _opening,
    "secrecy_assessment": _assessment(AssessmentKind.SECRECY_RISK, "secrecy_assessment"),
    "impact_assessment": _assessment(AssessmentKind.PERSONAL_INFORMATION, "impact_assessment"),
    "crs": _crs,
}
