"""A rule set: the named checks an entry asks for beyond its items, as data that can be read, kept and compared.

Jilin Art. 27 (true, accurate, timely, complete). The kinds of rules are a closed list (:mod:`.kinds`); a rule is a
kind with its items and parameters, its own words in both languages and the standard it rests on. No expression is
ever evaluated. TOML for people, JSON for programs, one meaning.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hub.push.flat_toml import read_flat
from hub.push.rule_sets.errors import RuleSetError
from hub.push.rule_sets.kinds import DRIFT, KINDS, fault_of_rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.item import Item

MOST_RULES: Final = 200
MOST_BYTES: Final = 512 * 1024
TEXT_LENGTH: Final = 300
NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,58}")
REJECT, WARN = "reject", "warn"
_OWN_MEMBERS: Final = frozenset({"name", "kind", "severity", "zh", "en", "standard"})


@dataclass(frozen=True, slots=True)
class SetRule:
    """One rule of a set. ``severity``: ``reject`` gives the row back, ``warn`` counts it and keeps it."""

    name: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: str = REJECT
    zh: str = ""
    en: str = ""
    standard: str = ""

    def words(self, language: str) -> str:
        """Return the rule's own words in a language, or those of its kind."""
        kind = KINDS[self.kind]
        own, usual = (self.zh, kind.zh) if language == "zh" else (self.en, kind.en)
        return own or f"{usual} ({self.name})"

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as JSON data; what is empty is left out."""
        own = {"name": self.name, "kind": self.kind, "severity": self.severity}
        words = {"zh": self.zh, "en": self.en, "standard": self.standard}
        return own | {key: text for key, text in words.items() if text} | dict(self.params)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one entry in one version; ``version`` 0 is the empty set every entry starts with."""

    rules: tuple[SetRule, ...] = ()
    version: int = 0

    def of_kind(self, kind: str) -> tuple[SetRule, ...]:
        """Return the rules of one kind."""
        return tuple(rule for rule in self.rules if rule.kind == kind)

    def reading_only(self) -> RuleSet:
        """Return the rules that say how values are read, without those that judge rows."""
        return RuleSet(tuple(rule for rule in self.rules if KINDS[rule.kind].reads), self.version)

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as JSON data."""
        return {"rules": [rule.to_dict() for rule in self.rules]}

    @property
    def digest(self) -> str:
        """SHA-256 over the rules in canonical JSON, hexadecimal."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def from_toml(text: str) -> object:
    """Read the TOML form (``[[rules]]``).

    Raises:
        RuleSetError: it is no TOML; the message says where.

    """
    if len(text.encode()) > MOST_BYTES:
        raise _error(["规则集超过 512 KiB"], ["the rule set is larger than 512 KiB"])
    try:
        return read_flat(text)
    except tomllib.TOMLDecodeError as error:
        raise _error([f"不是 TOML：{error}"], [f"this is no TOML: {error}"]) from None


def to_toml(rule_set: RuleSet) -> str:
    """Return the TOML form; :func:`from_toml` reads the same rules back."""
    parts = [f"# 检查规则集 / rule set, version {rule_set.version}"]
    for rule in rule_set.rules:
        lines = ["", "[[rules]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in rule.to_dict().items()]
        parts += lines
    return "\n".join(parts) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(content)}" for key, content in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(content) for content in value) + "]"
    raise TypeError(type(value).__name__)


def read_rules(data: object, items: Sequence[Item], *, version: int = 0) -> RuleSet:
    """Build a rule set for an entry's items from JSON data.

    Raises:
        RuleSetError: every fault of every rule, in one error.

    """
    given = data.get("rules") if isinstance(data, dict) else None
    if not isinstance(given, list) or (isinstance(data, dict) and set(data) - {"rules"}):
        raise _error(['应为 {"rules": [ … ]}'], ['expected {"rules": [ … ]}'])
    if len(given) > MOST_RULES:
        raise _error([f"规则多于 {MOST_RULES} 条"], [f"more than {MOST_RULES} rules"])
    by_column = {item.column: item for item in items}
    zh: list[str] = []
    en: list[str] = []
    rules: list[SetRule] = []
    names: set[str] = set()
    for number, one in enumerate(given, start=1):
        rule, faults = _rule(one, by_column)
        if rule is not None and rule.name in names:
            faults.append((f"名称 {rule.name} 重复", f"the name {rule.name} repeats"))
        label = number if rule is None else f"{number} ({rule.name})"
        zh += [f"第 {label} 条：{fault[0]}" for fault in faults]
        en += [f"rule {label}: {fault[1]}" for fault in faults]
        if rule is not None:
            names.add(rule.name)
            rules.append(rule)
    if zh:
        raise _error(zh, en)
    return RuleSet(tuple(rules), version)


def stored(data: Mapping[str, Any], version: int) -> RuleSet:
    """Build a rule set from what was stored after it had been read once; nothing is checked again."""
    rules = []
    for one in data["rules"]:
        params = MappingProxyType({key: value for key, value in one.items() if key not in _OWN_MEMBERS})
        own = {key: str(value) for key, value in one.items() if key in _OWN_MEMBERS}
        rules.append(SetRule(params=params, **own))
    return RuleSet(tuple(rules), version)


def fitting(rule_set: RuleSet, items: Sequence[Item]) -> tuple[RuleSet, tuple[SetRule, ...]]:
    """Part the rules that the items of a newer entry version still carry from those that lost an item."""
    by_column = {item.column: item for item in items}
    fits = [rule for rule in rule_set.rules if not fault_of_rule(rule.kind, rule.params, by_column)]
    lost = tuple(rule for rule in rule_set.rules if rule not in fits)
    return RuleSet(tuple(fits), rule_set.version), lost


def _rule(one: object, by_column: Mapping[str, Item]) -> tuple[SetRule | None, list[tuple[str, str]]]:
    """Return the rule, where it has a name and a kind, and every fault of it."""
    if not isinstance(one, dict):
        return None, [("应为一个对象", "expected an object")]
    name, kind = one.get("name"), one.get("kind")
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        return None, [("name 应为小写字母开头的英文名", "name is a lower-case word")]
    if not isinstance(kind, str) or kind not in KINDS:
        known = "、".join(KINDS)
        return None, [(f"kind 应为其中之一：{known}", f"kind is one of {', '.join(KINDS)}")]
    faults: list[tuple[str, str]] = []
    words = {key: one.get(key, "") for key in ("zh", "en", "standard")}
    for key, text in words.items():
        if not isinstance(text, str) or len(text) > TEXT_LENGTH or not text.isprintable():
            faults.append((f"{key} 应为不超过 {TEXT_LENGTH} 字的一行文本", f"{key} is one line of text"))
            words[key] = ""
    # Whether drift holds a push is said by the entry (push.hold_drift), not by the rule that sets its limits.
    allowed = (WARN,) if kind == DRIFT else (REJECT, WARN)
    severity = one.get("severity", allowed[0])
    if severity not in allowed:
        faults.append((f"severity 应为 {' 或 '.join(allowed)}", f"severity is {' or '.join(allowed)}"))
        severity = allowed[0]
    params = {key: value for key, value in one.items() if key not in _OWN_MEMBERS}
    faults += fault_of_rule(kind, params, by_column)
    return SetRule(name, kind, MappingProxyType(params), str(severity), **{k: str(v) for k, v in words.items()}), faults


def _error(zh: Sequence[str], en: Sequence[str]) -> RuleSetError:
    return RuleSetError(
        "规则集有误：" + "；".join(zh),
        "the rule set is not right: " + "; ".join(en),
        next_zh="按提示逐条修改；规则种类和参数见 docs/reference/push-rules.md",
        next_en="mend each; kinds and parameters are in docs/reference/push-rules.md",
        facts={"faults": list(zh), "faults_en": list(en)},
    )
