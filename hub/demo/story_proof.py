"""Step 10: prove what was done without the server, then alter one stored byte in a copy and see the proof fail."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Final

import typer

from hub.cli_output import pick
from hub.client import Hub
from hub.demo.story import StoryError, Telling, Words, command
from hub.demo.story_cast import RECEIPT
from hub.ledger import evidence
from hub.ledger.cli_prove import app as prove_app
from hub.ledger.tiles import LENGTH_BYTES, WIDTH

if TYPE_CHECKING:
    from pathlib import Path

    from hub.demo.story import Scene, Transcript

BEFORE, AFTER, PROOF, KEYS, COPY = (
    "checkpoint-before.txt",
    "checkpoint-after.txt",
    "consistency.json",
    "keys.json",
    "log-copy",
)
ALTERED_LEAF: Final = 200
"""A receipt of the first full tile, so that the command stays right however much the log grows."""


def keep_checkpoint(scene: Scene) -> None:
    """Keep the checkpoint from before the story, as a careful partner would."""
    scene.kept["before"] = _save(scene, "/ledger/checkpoint", BEFORE)


def _save(scene: Scene, path: str, file: str) -> int:
    """Save what the hub publishes at ``path``; returns the size of the log a checkpoint names, else 0."""
    target = scene.folder / file
    with Hub(scene.people.url) as anybody:
        anybody.save(path, target)
    return int(target.read_text(encoding="utf-8").splitlines()[1]) if "checkpoint" in path else 0


def prove(scene: Scene, transcript: Transcript) -> Telling:
    """Prove a receipt, the log's growth and the whole log offline; then alter a copy."""
    before = scene.kept["before"]
    _get(scene, transcript, "/ledger/keys.json", KEYS)
    after = _save(scene, "/ledger/checkpoint", AFTER)
    _get(scene, transcript, f"/ledger/checkpoint?size={after}", AFTER)
    _get(scene, transcript, f"/ledger/consistency?old={before}&new={after}", PROOF)
    _prove(scene, transcript, ["receipt", RECEIPT, "--keys", KEYS])
    _prove(scene, transcript, ["consistency", BEFORE, AFTER, "--proof", PROOF, "--keys", KEYS])
    with scene.services.database.read_only() as unit:
        size = evidence.dump(unit, scene.folder / COPY)
    transcript.ran(
        f"rm -rf {COPY}; hub audit dump {COPY} --data-dir ..",
        lambda: [pick(f"✔ {size:,} 份凭证已导出到 {COPY}", f"✔ {size:,} receipts in {COPY}")],
    )
    _prove(scene, transcript, ["log", COPY, "--keys", KEYS])
    bundle = scene.folder / COPY / "tile" / "entries" / "000"
    place = _middle_of(bundle, ALTERED_LEAF)
    transcript.ran(alteration(bundle.relative_to(scene.folder), place), list)
    alter(bundle, place)
    _prove(scene, transcript, ["log", COPY, "--keys", KEYS], expected=1)
    return Telling(
        10,
        Words("离线证明；改一个字节，证明就不成立", "Prove it offline; alter one byte and the proof fails"),
        Words(
            "不连平台也能核验：第 8 步的凭证由平台签署、在日志里；第 1 步之前留下的检查点与现在的日志首尾相接，"
            f"其间 {after - before} 份凭证只增不改；整个日志逐份核对无误。然后在导出的副本里改动一份凭证的一个字节，"
            "同一条命令指出是哪一份，退出码 1。",
            "No server is needed: the receipt of step 8 is signed and in the log; the log of now continues the "
            f"checkpoint kept before step 1, with {after - before} receipts added and none changed; every receipt of "
            "the whole log holds. Then one byte of a receipt in the exported copy is altered: the same command names "
            "it and ends with exit code 1.",
        ),
        Words(
            "郑州市信息化建设管理办法 第二十三条（安全责任）、第二十九条（监督检查）；RFC 9162，C2SP tlog-tiles",
            "Zhengzhou Measures Art. 23 (security duty), Art. 29 (supervision); RFC 9162, C2SP tlog-tiles",
        ),
        "/proof",
    )


def _get(scene: Scene, transcript: Transcript, path: str, file: str) -> None:
    _save(scene, path, file)
    size = (scene.folder / file).stat().st_size
    transcript.ran(
        command("hub", "get", path, "--to", file),
        lambda: [pick(f"✔ {size:,} 字节已写入 {file}", f"✔ {size:,} bytes written to {file}")],
    )


def _prove(scene: Scene, transcript: Transcript, words: list[str], expected: int = 0) -> None:
    """Run ``hub prove`` itself on the files of the demo's folder and keep what it prints."""
    known = {path.name for path in scene.folder.iterdir()}
    arguments = [str(scene.folder / word) if word in known else word for word in words]
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = typer.main.get_command(prove_app).main(arguments, prog_name="hub prove", standalone_mode=False)
    if code != expected:
        raise StoryError(" ".join(words))
    lines = printed.getvalue().splitlines()
    transcript.ran(command("hub", "prove", *words), lambda: lines, expected)


def _middle_of(bundle: Path, leaf: int) -> int:
    """Return the place of a byte in the middle of one receipt of an entry bundle."""
    content = bundle.read_bytes()
    place = 0
    for _ in range(leaf % WIDTH):
        place += LENGTH_BYTES + int.from_bytes(content[place : place + LENGTH_BYTES], "big")
    return place + LENGTH_BYTES + int.from_bytes(content[place : place + LENGTH_BYTES], "big") // 2


def alteration(file: Path, place: int) -> str:
    """Return the command that flips the lowest bit of the byte at ``place``."""
    steps = f"f.seek({place}); b = f.read(1)[0] ^ 1; f.seek({place}); f.write(bytes([b]))"
    return f"python3 -c \"f = open('{file.as_posix()}', 'r+b'); {steps}\""


def alter(file: Path, place: int) -> None:
    """Do what :func:`alteration` says."""
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
