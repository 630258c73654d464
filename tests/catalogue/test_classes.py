"""The classification tree changes by versions: added, renamed, moved, retired; what was used is never used again."""

from __future__ import annotations

import pytest

from catalogue.classes import (
    Change,
    ClassTreeError,
    Op,
    PathFaultKind,
    apply,
    differences,
    shipped_tree,
)


def test_the_shipped_list_is_version_one_and_every_parent_is_there() -> None:
    tree = shipped_tree()
    lost = [node.code for node in tree.nodes.values() if node.parent and node.parent not in tree.nodes]
    assert (tree.version, lost) == (1, [])


def test_a_class_is_added_below_the_longest_code_it_begins_with() -> None:
    parent = next(
        node.code for node in shipped_tree().nodes.values() if node.code.startswith("1") and len(node.code) == 3
    )
    tree = apply(shipped_tree(), [Change(Op.ADD, f"{parent}001", "新增", "new")], 2)
    assert (tree.version, tree.path_of(f"{parent}001")) == (2, ("1", parent, f"{parent}001"))


def test_a_move_gives_what_is_below_new_codes_and_retires_the_old_ones_to_them() -> None:
    first = apply(shipped_tree(), [Change(Op.ADD, "101001", "常住人口", "residents")], 2)
    moved = apply(first, [Change(Op.MOVE, "101", to="198")], 3)
    assert (moved.successor_of("101001"), moved.nodes["198001"].parent) == ("198001", "198")
    assert [fault.kind for fault in moved.faults_of(("1", "101"))] == [PathFaultKind.RETIRED]


def test_a_retired_class_names_the_successor_over_several_versions() -> None:
    first = apply(shipped_tree(), [Change(Op.RETIRE, "104", to="105")], 2)
    second = apply(first, [Change(Op.RETIRE, "105", to="102")], 3)
    assert [fault.instead for fault in second.faults_of(("1", "104"))] == [("102",)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(Op.ADD, "101", "人口", "population"), "已经用过"),
        (Change(Op.ADD, "9", "其他", "other"), "编码规则"),
        (Change(Op.ADD, "101001", "", "x"), "名称"),
        (Change(Op.RENAME, "199", "无", "none"), "不存在"),
        (Change(Op.RETIRE, "104"), "接替"),
        (Change(Op.RETIRE, "1", to="2"), "下面还有"),
        (Change(Op.MOVE, "101", to="101001"), "自己下面"),
    ],
)
def test_a_change_that_does_not_fit_says_why(change: Change, said: str) -> None:
    with pytest.raises(ClassTreeError, match=said) as caught:
        apply(shipped_tree(), [change], 2)
    assert caught.value.next_zh


def test_a_code_below_the_last_class_listed_is_unregistered_and_one_beside_listed_classes_unknown() -> None:
    tree = shipped_tree()
    leaf = next(node.code for node in tree.nodes.values() if len(node.code) == 3 and not tree.children(node.code))
    faults = [next(tree.faults_of(path)).kind for path in ((leaf[0], leaf, f"{leaf}009"), ("1", "199"))]
    assert faults == [PathFaultKind.UNREGISTERED, PathFaultKind.UNKNOWN]


def test_the_differences_of_two_versions_are_the_classes_that_changed() -> None:
    tree = apply(shipped_tree(), [Change(Op.RENAME, "101", "人口", "people")], 2)
    assert [(one.code, one.new.name_zh) for one in differences(shipped_tree(), tree)] == [("101", "人口")]
