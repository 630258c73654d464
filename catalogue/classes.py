"""The classification tree (信息资源分类): shipped as version 1, then edited by the authority, a version at a time.

Guide 发改高技〔2017〕1272号 (类, 项, 目, 细目); cities extend both base and theme lists, so the tree is data. A version
is made from the one before by changes: nodes are added, renamed, moved (a new code, the old one retired to it) or
retired with the successor named. Nothing is ever deleted: entries keep the path they were listed under. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalogue.code_lists import load_code_list
from catalogue.resource_code import NATIONAL
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LIST: Final = "catalogue_resource_class"
FIRST_VERSION: Final = 1
NAME_LENGTH: Final = 100


class ClassTreeError(DomainError, ValueError):
    """A change of the tree is not possible: the text names the change by its position and its code."""


class Op(StrEnum):
    """What a change does."""

    ADD = "add"
    RENAME = "rename"
    MOVE = "move"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class ClassNode:
    """One class. ``parent`` empty for the top; ``successor`` the code that follows a retired one (may be empty)."""

    code: str
    name_zh: str
    name_en: str
    parent: str = ""
    is_retired: bool = False
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``to`` is the new code of a move, or the successor of a retired class."""

    op: Op
    code: str
    name_zh: str = ""
    name_en: str = ""
    to: str = ""


class PathFaultKind(StrEnum):
    """What is wrong with a class path."""

    UNKNOWN = "unknown"
    UNREGISTERED = "unregistered"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class PathFault:
    """One code of a path that does not stand: what is wrong, and codes that may be meant or follow it."""

    kind: PathFaultKind
    code: str
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassTree:
    """The tree in one version: every class by code, retired ones too, in the order of the list."""

    version: int
    nodes: Mapping[str, ClassNode]

    def children(self, code: str) -> tuple[ClassNode, ...]:
        """Return the classes in force directly below a code."""
        return tuple(node for node in self.nodes.values() if node.parent == code and not node.is_retired)

    def path_of(self, code: str) -> tuple[str, ...]:
        """Return the codes from the top down to ``code``; empty when the tree does not have it."""
        path: list[str] = []
        while code in self.nodes and code not in path:
            path.insert(0, code)
            code = self.nodes[code].parent
        return tuple(path)

    def successor_of(self, code: str) -> str:
        """Return the class in force that follows a retired one, over several versions; empty when none does."""
        seen = set()
        while code in self.nodes and self.nodes[code].is_retired and code not in seen:
            seen.add(code)
            code = self.nodes[code].successor
        return code if code in self.nodes and not self.nodes[code].is_retired else ""

    def faults_of(self, path: Sequence[str]) -> Iterator[PathFault]:
        """Yield what is wrong with the class path of an entry.

        Below the last class the tree lists, a department may write codes of its own: they are *unregistered*.
        """
        above = ""
        for code in path:
            node = self.nodes.get(code)
            if node is not None and node.is_retired:
                successor = self.successor_of(code)
                yield PathFault(PathFaultKind.RETIRED, code, (successor,) if successor else ())
            elif node is None and (not above or self.children(above)):
                beside = [child.code for child in self.children(above)]
                yield PathFault(PathFaultKind.UNKNOWN, code, tuple(get_close_matches(code, beside, n=3, cutoff=0.4)))
                return
            elif node is None:
                yield PathFault(PathFaultKind.UNREGISTERED, code)
                return
            above = code

    def name_of(self, code: str, *, english: bool = False) -> str:
        """Return the name of a class, the code itself where the tree does not have it."""
        node = self.nodes.get(code)
        return code if node is None else (node.name_en if english else node.name_zh)


@cache
def shipped_tree() -> ClassTree:
    """Return version 1: the shipped list."""
    rows = load_code_list(LIST).rows.values()
    nodes = {row.code: ClassNode(row.code, row.name_zh, row.name_en, row.extra["parent"]) for row in rows}
    return ClassTree(FIRST_VERSION, MappingProxyType(nodes))


def tree_of(version: int, nodes: Iterable[ClassNode]) -> ClassTree:
    """Return a tree of stored nodes."""
    return ClassTree(version, MappingProxyType({node.code: node for node in nodes}))


def apply(tree: ClassTree, changes: Sequence[Change], version: int) -> ClassTree:
    """Return the tree with the changes made, in their order.

    Raises:
        ClassTreeError: a change does not fit; the first such change is named.

    """
    if not changes:
        raise ClassTreeError(
            "没有任何改动", "there is no change", next_zh="至少写一项改动", next_en="name at least one change"
        )
    nodes = dict(tree.nodes)
    for position, change in enumerate(changes, start=1):
        _ACTS[change.op](_Edit(nodes, change, position))
    return tree_of(version, nodes.values())


@dataclass(frozen=True, slots=True)
class _Edit:
    """The nodes under work, and the change to make."""

    nodes: dict[str, ClassNode]
    change: Change
    position: int

    def fail(self, text: tuple[str, str], following: tuple[str, str]) -> ClassTreeError:
        """Return the error of this change."""
        where = (f"第 {self.position} 项改动（{self.change.op}）", f"change {self.position} ({self.change.op})")
        return ClassTreeError(
            f"{where[0]}：{text[0]}", f"{where[1]}: {text[1]}", next_zh=following[0], next_en=following[1]
        )

    def living(self) -> ClassNode:
        """Return the class the change is about; it must be in force."""
        found = self.nodes.get(self.change.code)
        if found is None or found.is_retired:
            raise self.fail(
                ("分类不存在或已停用", "the class does not exist or is retired"),
                ("先查看现行分类（hub directory classes）", "look at the classes in force (hub directory classes)"),
            )
        return found

    def parent_of(self, code: str) -> str:
        """Return the class in force a new code stands below: the longest code it begins with."""
        if re.fullmatch(NATIONAL.class_pattern, code) is None:
            raise self.fail(
                ("代码不合编码规则", "the code does not fit the scheme"),
                ("类 1 位、项 2 位、目 3 位、细目若干位", "one digit, then two, then three, then as many as needed"),
            )
        if code in self.nodes:
            raise self.fail(
                ("代码已经用过，停用的代码也不再使用", "the code is used, or was: codes are never used again"),
                ("换一个代码", "choose another code"),
            )
        above = [one for one, node in self.nodes.items() if code.startswith(one) and not node.is_retired]
        if not above:
            raise self.fail(
                ("没有现行的上级分类", "no class in force stands above it"),
                ("先增加上级分类", "add the class above first"),
            )
        return max(above, key=len)

    def names(self) -> tuple[str, str]:
        """Return the names of the change; both must be there."""
        zh, en = self.change.name_zh.strip(), self.change.name_en.strip()
        if not zh or not en or max(len(zh), len(en)) > NAME_LENGTH:
            raise self.fail(
                ("缺少中文或英文名称，或超过 100 字", "the Chinese or English name is missing or too long"),
                ("写明 name_zh 和 name_en", "give name_zh and name_en"),
            )
        return zh, en


def _add(edit: _Edit) -> None:
    zh, en = edit.names()
    code = edit.change.code
    edit.nodes[code] = ClassNode(code, zh, en, edit.parent_of(code))


def _rename(edit: _Edit) -> None:
    node = edit.living()
    zh, en = edit.names()
    edit.nodes[node.code] = replace(node, name_zh=zh, name_en=en)


def _move(edit: _Edit) -> None:
    """Give a class and what is below it new codes; the old ones are retired, each to its new one."""
    node, new = edit.living(), edit.change.to
    if new.startswith(node.code):
        raise edit.fail(
            ("不能移到自己下面", "a class cannot stand below itself"), ("另选上级分类", "choose another class above")
        )
    parent = edit.parent_of(new)
    below = [one for one in edit.nodes.values() if one.code.startswith(node.code) and not one.is_retired]
    for one in below:
        code = new + one.code.removeprefix(node.code)
        above = parent if one.code == node.code else new + one.parent.removeprefix(node.code)
        edit.nodes[code] = ClassNode(code, one.name_zh, one.name_en, above)
        edit.nodes[one.code] = replace(one, is_retired=True, successor=code)


def _retire(edit: _Edit) -> None:
    node, successor = edit.living(), edit.change.to
    if any(one.parent == node.code and not one.is_retired for one in edit.nodes.values()):
        raise edit.fail(
            ("下面还有现行分类", "classes in force stand below it"),
            ("先停用或移走下级分类", "retire or move them first"),
        )
    following = edit.nodes.get(successor)
    if successor == node.code or following is None or following.is_retired:
        raise edit.fail(
            ("没有写明接替的现行分类", "the class in force that follows it is not named"),
            ("在 to 中写明接替分类的代码", "name its code in `to`"),
        )
    edit.nodes[node.code] = replace(node, is_retired=True, successor=successor)


_ACTS: Final = {Op.ADD: _add, Op.RENAME: _rename, Op.MOVE: _move, Op.RETIRE: _retire}


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """How a class differs between two versions; None where it did not exist yet."""

    code: str
    old: ClassNode | None
    new: ClassNode


def differences(old: ClassTree, new: ClassTree) -> tuple[NodeDifference, ...]:
    """Return the classes that differ, by code."""
    changed = (code for code, node in new.nodes.items() if old.nodes.get(code) != node)
    return tuple(NodeDifference(code, old.nodes.get(code), new.nodes[code]) for code in sorted(changed))
