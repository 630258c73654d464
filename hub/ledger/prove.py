"""Offline proofs: is this receipt in the log, is this log the continuation of that one, is this the answer given.

Used by ``hub prove``; also a library: bytes in, :class:`Verdict` out. No database, no network, no settings.
Whatever does not verify is *false*; *cannot tell* is only for evidence that was not given (keys, bundle, digest).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.ledger.keys import from_base64
from hub.ledger.merkle import verify_consistency, verify_inclusion
from hub.ledger.receipts import verify_receipt
from hub.ledger.verdict import Code, Steps, Stop, TrustedKeys, Verdict, check_note, conclude, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.ledger.checkpoint import Checkpoint
    from hub.ledger.receipts import Receipt

LONGEST_PROOF = 128  # twice the height of any tree whose size fits 64 bits


def prove_receipt(receipt: bytes, bundle: bytes | None = None, keys: TrustedKeys | None = None) -> Verdict:
    """Prove that a receipt is signed and in the log.

    Args:
        receipt: a compact JWS, or a JSON object with it in ``receipt`` (such as the bundle itself).
        bundle: the receipt's bundle; None when ``receipt`` is one.
        keys: keys known from elsewhere; None believes those in the bundle, and says so.

    """
    return conclude(lambda steps: _prove_receipt(steps, receipt, bundle, keys))


def _prove_receipt(steps: Steps, receipt: bytes, bundle: bytes | None, pinned: TrustedKeys | None) -> None:
    jws, beside = _read_receipt(receipt)
    evidence = beside if bundle is None else read_json(bundle)
    if bundle is not None and "receipt" in evidence and evidence["receipt"] != jws.decode("ascii", "replace"):
        raise Stop(Code.FALSE, "证据包属于另一份凭证", "the bundle belongs to another receipt")
    keys = _keys(steps, evidence, pinned)
    found = _check_receipt(steps, jws, keys)
    match evidence:
        case {"checkpoint": str(note), "leaf_index": int(index), "tree_size": int(size), "inclusion": list(path)}:
            index, size = int(index), int(size)
            checkpoint = check_note(steps, note, keys).checkpoint
        case _:
            raise Stop(
                Code.CANNOT_TELL,
                "缺少证据包：签名成立，但无法判断是否在日志中；请用 --bundle 提供",
                "no bundle: the signature holds, whether it is in the log cannot be told; give it with --bundle",
            )
    if size != checkpoint.size or not verify_inclusion(found.leaf_hash, index, size, _hashes(path), checkpoint.root):
        raise Stop(
            Code.FALSE,
            f"凭证不是该检查点日志的第 {index} 叶：证据不成立",
            f"the receipt is not leaf {index} of the log at this checkpoint: the proof is false",
        )
    steps.holds(f"凭证是日志的第 {index} 叶（共 {size} 叶）", f"the receipt is leaf {index} of {size} in the log")


def prove_answer(receipt: bytes, digest: str, bundle: bytes | None = None, keys: TrustedKeys | None = None) -> Verdict:
    """Prove that a file is the answer (or the pushed file) a receipt speaks of.

    ``digest`` is :func:`hub.ledger.receipts.content_digest` of the file's bytes as they were received.
    """
    return conclude(lambda steps: _prove_answer(steps, receipt, digest, bundle, keys))


def _prove_answer(steps: Steps, receipt: bytes, digest: str, bundle: bytes | None, pinned: TrustedKeys | None) -> None:
    jws, beside = _read_receipt(receipt)
    found = _check_receipt(steps, jws, _keys(steps, beside if bundle is None else read_json(bundle), pinned))
    recorded = [
        value
        for name in ("response_digest", "file_digest")
        if isinstance(value := found.content.get(name), str) and value.startswith("sha-256=")
    ]
    if not recorded:
        raise Stop(
            Code.CANNOT_TELL,
            "该凭证没有记录答复的 SHA-256 摘要，无法判断",
            "this receipt records no SHA-256 digest of an answer: nothing can be said",
        )
    if digest not in recorded:
        raise Stop(
            Code.FALSE,
            "文件与凭证所记答复不符：内容被改动，或不是这次答复（RFC 9530 Content-Digest）",
            "the file is not the answer the receipt records: altered, or another answer (RFC 9530 Content-Digest)",
        )
    steps.holds("文件与凭证所记答复逐字节一致", "the file is, byte for byte, the answer the receipt records")


def prove_consistency(
    old_note: bytes, new_note: bytes, proof: bytes | None = None, keys: TrustedKeys | None = None
) -> Verdict:
    """Prove that the log of the newer checkpoint continues that of the older one: nothing removed, nothing changed.

    Args:
        old_note: the checkpoint kept from before.
        new_note: the checkpoint of now.
        proof: JSON with ``old_size``, ``new_size``, ``consistency``; needed when the sizes differ.
        keys: keys known from elsewhere; None believes those beside the proof, and says so.

    """
    return conclude(lambda steps: _prove_consistency(steps, (old_note, new_note), proof, keys))


def _prove_consistency(
    steps: Steps, notes: tuple[bytes, bytes], proof: bytes | None, pinned: TrustedKeys | None
) -> None:
    evidence = {} if proof is None else read_json(proof)
    keys = _keys(steps, evidence, pinned)
    old, new = (check_note(steps, note.decode("utf-8", "replace"), keys).checkpoint for note in notes)
    if old.origin != new.origin:
        raise Stop(Code.FALSE, "两个检查点属于不同的日志", "the two checkpoints are of different logs")
    if old.size > new.size:
        raise Stop(Code.FALSE, "新检查点比旧的小：日志被截短，或次序颠倒", "the new one is smaller: cut, or swapped")
    if old.size == new.size:
        _compare(steps, old, new)
        return
    match evidence:
        case {"old_size": int(old_size), "new_size": int(new_size), "consistency": list(path)}:
            sizes = (old_size, new_size)
        case _:
            raise Stop(
                Code.CANNOT_TELL, "缺少一致性证明，请用 --proof 提供", "no consistency proof: give it with --proof"
            )
    is_continued = verify_consistency(old.size, new.size, old.root, new.root, _hashes(path))
    if sizes != (old.size, new.size) or not is_continued:
        raise Stop(
            Code.FALSE,
            f"大小 {new.size} 的日志不是大小 {old.size} 的日志的延续：历史被改动",
            f"the log of {new.size} leaves does not continue that of {old.size}: history was altered",
        )
    steps.holds(
        f"日志由 {old.size} 叶增至 {new.size} 叶，只有追加",
        f"the log grew from {old.size} to {new.size} by appending only",
    )


def _compare(steps: Steps, old: Checkpoint, new: Checkpoint) -> None:
    """Compare two checkpoints of one size."""
    if old.root != new.root:
        raise Stop(
            Code.FALSE,
            f"同为 {old.size} 叶而根不同：日志分裂（向不同的人出示不同内容），两份检查点即是证据，请妥善保存",
            f"two roots for one size {old.size}: a split view; keep both checkpoints, they are the evidence",
        )
    steps.holds("两个检查点相同", "the two checkpoints are the same")


def _read_receipt(data: bytes) -> tuple[bytes, Mapping[str, object]]:
    """Return the compact JWS, and what came beside it."""
    text = data.strip()
    if not text.startswith(b"{"):
        return text, {}
    beside = read_json(text)
    jws = beside.get("receipt")
    if not isinstance(jws, str):
        raise Stop(Code.FALSE, "文件中没有凭证", "there is no receipt in the file")
    return jws.encode("utf-8", "replace"), beside


def _keys(steps: Steps, evidence: Mapping[str, object], pinned: TrustedKeys | None) -> TrustedKeys:
    """Return the keys to believe; pinned ones win over those that came with the evidence."""
    if pinned is not None:
        return pinned
    if "keys" not in evidence:
        raise Stop(
            Code.CANNOT_TELL,
            "没有公钥，无法判断；请用 --keys 提供平台公布的公钥",
            "no public keys, nothing can be said: give the hub's published keys with --keys",
        )
    keys = TrustedKeys.read(evidence["keys"])
    steps.remark(
        "公钥取自证据包自身：只证明前后一致；请用 --keys 固定另行取得的公钥，以确认出自该平台",
        "keys come with the bundle: this shows agreement only; pin keys had from elsewhere with --keys to know the hub",
    )
    return keys


def _check_receipt(steps: Steps, jws: bytes, keys: TrustedKeys) -> Receipt:
    found = verify_receipt(jws, keys.receipt)
    steps.holds(
        f"凭证签名成立：{found.id}（{found.kind}，{found.at:%Y-%m-%d %H:%M:%S} UTC）",
        f"the receipt is signed by the hub: {found.id} ({found.kind}, {found.at:%Y-%m-%d %H:%M:%S} UTC)",
    )
    return found


def _hashes(path: list[object]) -> list[bytes]:
    if len(path) > LONGEST_PROOF:
        raise Stop(Code.FALSE, "证明过长", "the proof is longer than any")
    try:
        return [from_base64(str(item)) for item in path]
    except ValueError as error:
        raise Stop(Code.FALSE, "证明中的哈希写法有误", "a hash of the proof is malformed") from error
