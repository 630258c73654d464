"""Does what an entry refers to exist: classes of its path (V01), code lists and elements of its items (V10). Pure."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from catalogue.classes import PathFaultKind
from catalogue.code_lists import code_list_names, load_code_list
from catalogue.dictionary_elements import shipped
from catalogue.entry_rules.finding import error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.entry import Entry
    from catalogue.entry_rules.finding import Finding, ValidationContext
    from catalogue.item import Item


def check_classes(entry: Entry, context: ValidationContext) -> Iterator[Finding]:
    """V01: the class path stands in the tree in force; an entry keeps the path it was published under."""
    if context.classes is None:
        return
    keeps = context.previous is not None and context.previous.class_path == entry.class_path
    for fault in context.classes.faults_of(entry.class_path):
        shown = "、".join(f"{code} {context.classes.name_of(code)}" for code in fault.instead)
        shown_en = ", ".join(f"{code} {context.classes.name_of(code, english=True)}" for code in fault.instead)
        match fault.kind:
            case PathFaultKind.RETIRED:
                text = (f"分类 {fault.code} 已停用", f"class {fault.code} is retired")
                mend = (
                    f"改用接替的分类：{shown or '见现行分类'}",
                    f"use its successor: {shown_en or 'see the classes'}",
                )
                make = warning if keeps else error
                yield make("V01", "$.class_path", text, mend)
            case PathFaultKind.UNKNOWN:
                text = (f"分类中没有 {fault.code}", f"the classification has no {fault.code}")
                mend = (
                    f"是否指：{shown}" if shown else "从现行分类中选（hub directory classes）",
                    f"did you mean: {shown_en}" if shown_en else "choose one (hub directory classes)",
                )
                yield error("V01", "$.class_path", text, mend)
            case PathFaultKind.UNREGISTERED:
                text = (f"分类 {fault.code} 未登记在分类表中", f"class {fault.code} is not in the tree")
                mend = ("可以使用；请报主管部门登记", "it may be used; ask the authority to enter it")
                yield warning("V01", "$.class_path", text, mend)


def check_code_list(item: Item, path: str, context: ValidationContext) -> Iterator[Finding]:
    """V10: a coded item names a list and a version of it that the hub holds."""
    reference = item.code_list
    if reference is None:
        yield from _wanted_list(item, path)
        return
    if not reference.name or not reference.version:
        missing = ("代码表缺名称或版本", "the code list lacks its name or version")
        mend = ("同时写明代码表名称和版本", "give both name and version")
        yield error("V10", f"{path}.code_list", missing, mend)
    elif reference.name in code_list_names():
        held = load_code_list(reference.name).version
        if held != reference.version:
            yield _other_version(path, held)
    elif context.own_lists is None or (reference.name, reference.version) not in context.own_lists:
        versions = sorted(version for name, version in context.own_lists or () if name == reference.name)
        if versions:
            yield _other_version(path, "、".join(versions))
        else:
            yield _absent_list(item, path, context)


def _wanted_list(item: Item, path: str) -> Iterator[Finding]:
    """Warn where the data element has its values in a list and the item names none."""
    if item.element is not None and item.element in shipped():
        listed = shipped().get(item.element).element.code_list
        if listed is not None:
            text = (f"数据元 {item.element} 的值取自代码表，信息项没有写明", f"element {item.element} has a code list")
            mend = (f"写明代码表 {listed.name} {listed.version}", f"name the list {listed.name} {listed.version}")
            yield warning("V10", f"{path}.code_list", text, mend)


def _other_version(path: str, held: str) -> Finding:
    other = ("代码表版本与平台所存版本不同", "the version of the code list is not one the hub holds")
    return error("V10", f"{path}.code_list.version", other, (f"平台版本：{held}", f"the hub holds: {held}"))


def _absent_list(item: Item, path: str, context: ValidationContext) -> Finding:
    """Return the finding of a list the hub does not hold: an error where departments' own lists are known."""
    name = item.code_list.name if item.code_list is not None else ""
    known = [*code_list_names(), *sorted({own for own, _ in context.own_lists or ()})]
    near = get_close_matches(name, known, n=3)
    text = (
        "平台没有这张代码表，推送时不能校验该项的代码",
        "the hub does not hold this code list: pushed codes of the item cannot be checked",
    )
    mend = (
        (f"是否指 {'、'.join(near)}；" if near else "") + "本部门的代码表先登记（hub directory code-list-file）",
        (f"did you mean {', '.join(near)}; " if near else "") + "file a list of your own first",
    )
    make = warning if context.own_lists is None else error
    return make("V10", f"{path}.code_list", text, mend)


def check_element(item: Item, path: str, context: ValidationContext) -> Iterator[Finding]:
    """V10: the data element an item names is in the dictionary, and the item is of its type."""
    if item.element is None or item.element in context.own_elements:
        return
    if item.element not in shipped():
        text = ("数据元字典中没有这个代码", "the dictionary has no element of this code")
        mend = (
            "检索数据元（hub directory elements）后改正，或留空",
            "look it up (hub directory elements), or leave it out",
        )
        yield error("V10", f"{path}.element", text, mend)
        return
    known = shipped().get(item.element).element
    if known.type is not item.type:
        text = (
            f"数据类型与数据元 {known.code}（{known.type.value}）不同",
            f"the type differs from element {known.code} ({known.type.value})",
        )
        yield warning(
            "V10", f"{path}.type", text, ("核对类型，或另选数据元", "check the type, or choose another element")
        )
