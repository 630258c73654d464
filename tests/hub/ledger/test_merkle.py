"""The Merkle tree against RFC 6962's own leaves, another implementation, and every mutation of a proof."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from hub.ledger.errors import MerkleRangeError, MissingNodeError
from hub.ledger.merkle import (
    EMPTY_ROOT,
    Node,
    RightEdge,
    Span,
    consistency_spans,
    edge_nodes,
    fold_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    nodes_needed,
    root_of,
    span_nodes,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots of the reference implementation of RFC 6962 (certificate-transparency, merkletree tests).
REFERENCE_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = 130
LEAVES = [leaf_hash(b"receipt %d" % number) for number in range(SIZES)]


def grow(count: int) -> tuple[dict[Node, bytes], list[bytes]]:
    """Return all nodes of a tree of ``count`` leaves, and its roots at sizes 0..count."""
    edge, roots = RightEdge(), [EMPTY_ROOT]
    nodes: dict[Node, bytes] = {}
    for leaf in LEAVES[:count]:
        nodes.update(edge.append(leaf))
        roots.append(edge.root())
    return nodes, roots


NODES, ROOTS = grow(SIZES)


def inclusion(index: int, size: int) -> tuple[bytes, ...]:
    return fold_spans(inclusion_spans(index, size), NODES)


def consistency(old: int, new: int) -> tuple[bytes, ...]:
    return fold_spans(consistency_spans(old, new), NODES)


def test_roots_equal_those_of_the_reference_leaves_of_rfc_6962() -> None:
    hashes = [leaf_hash(leaf) for leaf in REFERENCE_LEAVES]
    assert [root_of(hashes[: size + 1]).hex() for size in range(8)] == REFERENCE_ROOTS


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_inclusion_path_of_rfc_9162_section_2_1_5_is_planned_as_printed() -> None:
    # The tree of seven leaves: PATH(0) = [b, h, l], PATH(3) = [c, g, l], PATH(4) = [f, j, k], PATH(6) = [i, k].
    paths = [inclusion_spans(index, 7) for index in (0, 3, 4, 6)]
    assert paths == [
        (Span(1, 2), Span(2, 4), Span(4, 7)),
        (Span(2, 3), Span(0, 2), Span(4, 7)),
        (Span(5, 6), Span(6, 7), Span(0, 4)),
        (Span(4, 6), Span(0, 4)),
    ]


def test_the_consistency_proofs_of_rfc_9162_section_2_1_5_are_planned_as_printed() -> None:
    # PROOF(3) = [c, d, g, l], PROOF(4) = [l], PROOF(6) = [i, j, k].
    proofs = [consistency_spans(old, 7) for old in (3, 4, 6)]
    assert proofs == [
        (Span(2, 3), Span(3, 4), Span(0, 2), Span(4, 7)),
        (Span(4, 7),),
        (Span(4, 6), Span(6, 7), Span(0, 4)),
    ]


def test_every_leaf_is_proved_in_every_tree_up_to_130() -> None:
    failed = [
        (index, size)
        for size in range(1, SIZES + 1)
        for index in range(size)
        if not verify_inclusion(LEAVES[index], index, size, inclusion(index, size), ROOTS[size])
    ]
    assert failed == []


def test_every_tree_up_to_130_continues_every_smaller_one() -> None:
    failed = [
        (old, new)
        for new in range(SIZES + 1)
        for old in range(new + 1)
        if not verify_consistency(old, new, ROOTS[old], ROOTS[new], consistency(old, new))
    ]
    assert failed == []


def test_roots_of_all_sizes_up_to_130_equal_those_of_pymerkle() -> None:
    oracle, found = InmemoryTree(algorithm="sha256"), []
    for number in range(SIZES):
        oracle.append_entry(b"receipt %d" % number)
        found.append(oracle.get_root())
    assert found == ROOTS[1:]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 9, 64, 65, 128, 129])
def test_a_proof_for_one_size_is_false_for_its_neighbours(size: int) -> None:
    proof = inclusion(size - 1, size)
    answers = [
        verify_inclusion(LEAVES[size - 1], size - 1, other, proof, ROOTS[other]) for other in (0, size - 1, size + 1)
    ]
    assert not any(answers)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 4), (4, 8), (4, 9), (5, 8), (64, 65), (65, 129)])
def test_a_consistency_proof_checked_with_a_wrong_size_is_false(old: int, new: int) -> None:
    proof = consistency(old, new)
    wrong = [(old + 1, new), (old - 1, new), (old, new + 1), (old, new - 1), (new, old)]
    # A size and its root come together from a checkpoint, so the wrong size brings its own root.
    assert [pair for pair in wrong if verify_consistency(*pair, ROOTS[pair[0]], ROOTS[pair[1]], proof)] == []


def test_nothing_is_included_in_the_empty_tree() -> None:
    assert not verify_inclusion(LEAVES[0], 0, 0, (), EMPTY_ROOT)


def test_a_tree_continues_itself_only_with_an_equal_root() -> None:
    assert not verify_consistency(5, 5, ROOTS[5], ROOTS[4], ())


def test_a_tree_continues_itself_without_any_proof() -> None:
    assert not verify_consistency(5, 5, ROOTS[5], ROOTS[5], (ROOTS[5],))


def test_an_empty_tree_of_another_root_is_not_continued() -> None:
    assert not verify_consistency(0, 5, ROOTS[1], ROOTS[5], ())


def test_two_empty_trees_agree_only_on_the_hash_of_nothing() -> None:
    assert [verify_consistency(0, 0, root, root, ()) for root in (EMPTY_ROOT, ROOTS[1])] == [True, False]


def test_an_inner_node_cannot_pass_for_a_leaf() -> None:
    # Second preimage: the two domain bytes keep leaf and node apart.
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_hashes_of_a_wrong_length_are_never_a_proof() -> None:
    assert not verify_inclusion(LEAVES[0], 0, 2, (LEAVES[1][:31],), ROOTS[2])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (4, 4)])
def test_no_inclusion_is_planned_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(MerkleRangeError):
        inclusion_spans(index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 4), (5, 4)])
def test_no_consistency_is_planned_backwards(old: int, new: int) -> None:
    with pytest.raises(MerkleRangeError):
        consistency_spans(old, new)


def test_a_missing_stored_node_is_named() -> None:
    with pytest.raises(MissingNodeError, match="level 0, place 1"):
        fold_spans(inclusion_spans(0, 2), {})


def test_the_right_edge_restarts_from_its_stored_nodes() -> None:
    restarted = RightEdge(100, [NODES[node] for node in edge_nodes(100)])
    for leaf in LEAVES[100:]:
        restarted.append(leaf)
    assert restarted.root() == ROOTS[SIZES]


@given(st.integers(0, 2**40), st.integers(1, 2**40))
def test_a_proof_reads_few_nodes_however_large_the_log(index: int, size: int) -> None:
    assert len(nodes_needed(inclusion_spans(index % size, size))) <= 2 * 41


@given(st.integers(0, 2**40))
def test_the_nodes_of_a_right_edge_cover_the_tree_without_gap(size: int) -> None:
    covered = [(node.place << node.level, (node.place + 1) << node.level) for node in span_nodes(Span(0, size))]
    starts, ends = [start for start, _ in covered], [end for _, end in covered]
    assert ([*starts, size], [0, *ends]) == ([0, *ends], [*starts, size])


@st.composite
def mutated(draw: st.DrawFn, proof: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Draw a proof with one bit flipped, one hash dropped, doubled or swapped."""
    changed = list(proof)
    place = draw(st.integers(0, len(changed) - 1))
    match draw(st.sampled_from(("flip", "drop", "double", "extend", "swap"))):
        case "flip":
            byte = draw(st.integers(0, 31))
            bit = 1 << draw(st.integers(0, 7))
            changed[place] = changed[place][:byte] + bytes([changed[place][byte] ^ bit]) + changed[place][byte + 1 :]
        case "drop":
            del changed[place]
        case "double":
            changed.insert(place, changed[place])
        case "extend":
            changed.append(EMPTY_ROOT)
        case _:
            other = draw(st.integers(0, len(changed) - 1))
            changed[place], changed[other] = changed[other], changed[place]
    return tuple(changed)


@settings(max_examples=300)
@given(st.data())
def test_any_change_to_an_inclusion_proof_makes_it_false(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, SIZES))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size)
    other = data.draw(mutated(proof))
    assert verify_inclusion(LEAVES[index], index, size, other, ROOTS[size]) == (other == proof)


@settings(max_examples=300)
@given(st.data())
def test_any_change_to_a_consistency_proof_makes_it_false(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, SIZES))
    old = data.draw(st.integers(1, new - 1))
    proof = consistency(old, new)
    other = data.draw(mutated(proof))
    assert verify_consistency(old, new, ROOTS[old], ROOTS[new], other) == (other == proof)


@settings(max_examples=300)
@given(st.integers(2, SIZES), st.data())
def test_no_other_leaf_and_no_other_place_passes_with_a_true_proof(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.permutations(range(size)).map(lambda order: order[:2]))
    proof = inclusion(index, size)
    answers = [
        verify_inclusion(LEAVES[other], index, size, proof, ROOTS[size]),
        verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size]),
    ]
    assert answers == [False, False]
