"""Generated tables about entries: members, rules, lifecycle, code lists, rules of a push."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, cast, get_args, get_origin, get_type_hints

from catalogue import entry, item
from catalogue.code_lists import code_list_names, load_code_list
from catalogue.entry_rules.finding import ARTICLES
from catalogue.identifiers import CHECK_NAMES
from catalogue.lifecycle import NEXT, ROLE_NAMES, STATE_NAMES, STEP_NAMES, TRANSITIONS, State, mermaid
from catalogue.shape import PLAIN_NAMES
from catalogue.validation import RULES as ENTRY_RULES
from hub.push.rule_sets.drift import DEFAULTS, MEASURES
from hub.push.rule_sets.kinds import KINDS, Param
from hub.push.rules import COERCIONS, rule_id
from hub.push.rules import RULES as PUSH_RULES
from policies.packs import load_pack
from tests.docs.markdown import code, meanings, table

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_LIST = 70
PARTS = (
    entry.Entry,
    item.Item,
    entry.Provider,
    entry.Origin,
    entry.Link,
    entry.Extra,
    entry.Sharing,
    entry.Opening,
    entry.Citation,
    entry.Assessment,
    entry.PushPolicy,
    item.CodeListRef,
)


def shape_of(hint: object) -> str:
    """Return how a member is written in JSON."""
    if get_origin(hint) in {Union, UnionType}:
        return f"{shape_of(next(part for part in get_args(hint) if part is not NoneType))}, or null"
    if get_origin(hint) in {tuple, frozenset}:
        return f"list of {shape_of(get_args(hint)[0])}"
    if is_dataclass(hint):
        return f"object, see {cast('type', hint).__name__}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return "one of " + ", ".join(code(member.value) for member in hint)
    return PLAIN_NAMES[cast("type", hint)][1]


def default_of(field: Any) -> str:
    """Return the default of a member: what holds when it is left out."""
    if field.default is MISSING and field.default_factory is MISSING:
        return "**required**"
    value = field.default if field.default is not MISSING else field.default_factory()
    if value is None or value in {(), ""}:
        return "—"
    if is_dataclass(value):
        return "see there"
    if isinstance(value, Enum):
        return code(value.value)
    return code(str(value).lower() if isinstance(value, bool) else value)


def members(kind: type) -> str:
    """Return the table of the members of a dataclass."""
    hints = get_type_hints(kind)
    told = meanings(kind.__name__)
    rows = (
        (code(field.name), told[field.name][0], shape_of(hints[field.name]), default_of(field), told[field.name][1])
        for field in fields(cast("Any", kind))
    )
    return table(("member", "中文", "written as", "default", "meaning"), rows)


def entry_members() -> str:
    """Return the members of an entry and of everything inside it."""
    return "\n\n".join(f"### {kind.__name__}\n\n{members(kind)}" for kind in PARTS)


def code_lists() -> str:
    """Return every shipped code list, with its codes where they are few."""
    rows = []
    for name in code_list_names():
        one = load_code_list(name)
        codes = ", ".join(f"{row.code} {row.name_zh}" for row in one.rows.values())
        shown = codes if len(codes) <= LONGEST_LIST else f"{len(one.rows)} codes"
        rows.append((code(name), f"{one.title_zh} {one.title_en}", one.version, shown, one.source, one.certainty))
    return table(("name", "what", "version", "codes", "source", "certainty"), rows)


def validators() -> str:
    """Return the names of the validators an item may ask for."""
    return ", ".join(code(name) for name in CHECK_NAMES)


def validation_rules() -> str:
    """Return the rules an entry is checked against."""
    rows = []
    for rule, check in ENTRY_RULES.items():
        text = (inspect.getdoc(check) or "").removeprefix(f"{rule}: ").rstrip(".")
        rows.append((f'<a id="{rule.lower()}"></a>{rule}', text[0].upper() + text[1:], ARTICLES[rule]))
    return table(("rule", "what it asks", "source"), rows)


def lifecycle_diagram() -> str:
    """Return the state diagram."""
    return f"```mermaid\n{mermaid().rstrip()}\n```"


def lifecycle_table() -> str:
    """Return the steps: from where, by whom, to where, by which article, in what time."""
    deadlines = load_pack("national").deadlines
    rows = []
    for row in TRANSITIONS:
        clock = deadlines[row.clock] if row.clock is not None else None
        time = f"{clock.value} working days ({clock.source})" if clock is not None else "—"
        rows.append(
            (
                " ".join(STATE_NAMES[row.from_state]),
                f"{code(row.step.value)} {STEP_NAMES[row.step][0]}",
                " ".join(ROLE_NAMES[row.role]),
                " ".join(STATE_NAMES[row.to_state]),
                row.article,
                time,
            )
        )
    return table(("from", "step", "by", "to", "article", "time"), rows)


def lifecycle_owners() -> str:
    """Return who owns each state: who may take the next step."""
    rows = []
    for state in State:
        steps = NEXT[state].values()
        owners = dict.fromkeys(f"{ROLE_NAMES[row.role][0]} {ROLE_NAMES[row.role][1]}" for row in steps)
        following = ", ".join(code(row.step.value) for row in steps)
        rows.append((code(state.value), " ".join(STATE_NAMES[state]), ", ".join(owners) or "nobody: final", following))
    return table(("state", "name", "owner", "possible steps"), rows)


def push_rules() -> str:
    """Return the rules a pushed value must keep."""
    rows = (
        (
            f'<a id="{one.id.lower()}"></a>{one.id}',
            f"{one.name_zh} {one.name_en}",
            one.standard,
            one.zh,
            one.mend_zh,
            one.mend_en,
        )
        for one in PUSH_RULES.values()
    )
    return table(("rule", "name", "standard", "什么不对", "怎么改", "how to mend it"), rows)


def coercions() -> str:
    """Return what is changed in a value without asking."""
    return table(("id", "改动", "change"), ((one.id, one.zh, one.en) for one in COERCIONS.values()))


def rule_kinds() -> str:
    """Return the kinds of rules a rule set may hold, with their parameters."""
    rows = (
        (
            f"`{kind.name}`",
            "—" if kind.rule is None else rule_id(kind.rule),
            f"{kind.zh} {kind.en}",
            ", ".join(_parameter(one) for one in kind.params),
        )
        for kind in KINDS.values()
    )
    return table(("kind", "rule", "what it asks", "parameters"), rows)


def _parameter(one: Param) -> str:
    shape = " or ".join(f"`{choice}`" for choice in one.choices) or f"{one.of} {one.shape}".removeprefix("any ")
    return f"`{one.name}` ({shape}{'' if one.required else ', optional'})"


def drift_limits() -> str:
    """Return what is compared with the last push, and the usual limits."""
    rows = ((f"`{name}`", " ".join(MEASURES[name]), f"{limit:g}") for name, limit in DEFAULTS.items())
    return table(("measure", "what is compared", "usual limit"), rows)


BLOCKS: Mapping[str, Any] = {
    "entry-members": entry_members,
    "code-lists": code_lists,
    "validators": validators,
    "validation-rules": validation_rules,
    "lifecycle-diagram": lifecycle_diagram,
    "lifecycle-table": lifecycle_table,
    "lifecycle-owners": lifecycle_owners,
    "push-rules": push_rules,
    "coercions": coercions,
    "rule-kinds": rule_kinds,
    "drift-limits": drift_limits,
}
