"""``hub prove``: check receipts, answers and the log with no server, no database and no settings.

Exit codes: 0 true, 1 false, 2 cannot tell. The proving modules are imported inside the verbs, so ``--help`` is fast.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.ledger.verdict import TrustedKeys, Verdict

app = typer.Typer(
    name="prove",
    help="离线核验凭证与日志 / check receipts and the log offline (0 true, 1 false, 2 cannot tell)",
    no_args_is_help=True,
)

_FILE = {"exists": True, "dir_okay": False, "readable": True}
Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="另行取得的公钥 keys.json / public keys had from elsewhere", **_FILE),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
ReceiptFile = Annotated[Path, typer.Argument(help="凭证或证据包 / a receipt or its bundle", **_FILE)]
Bundle = Annotated[Path | None, typer.Option("--bundle", help="证据包 / the receipt's bundle", **_FILE)]


@app.command()
def receipt(file: ReceiptFile, bundle: Bundle = None, keys: Keys = None, as_json: AsJson = False) -> None:
    """核验一份凭证是否由平台签署并在日志中。Check that a receipt is signed and in the log."""
    from hub.ledger.prove import prove_receipt

    _finish(prove_receipt(file.read_bytes(), _bytes(bundle), _trusted(keys)), as_json=as_json)


@app.command()
def answer(
    file: ReceiptFile,
    answer: Annotated[Path, typer.Argument(help="收到的答复文件 / the answer as received", **_FILE)],
    bundle: Bundle = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """核验文件是否就是凭证所记的答复。Check that a file is the answer a receipt records."""
    import hashlib

    from hub.ledger.prove import prove_answer
    from hub.ledger.receipts import digest_member

    with answer.open("rb") as content:
        digest = digest_member(hashlib.file_digest(content, "sha256").digest())
    _finish(prove_answer(file.read_bytes(), digest, _bytes(bundle), _trusted(keys)), as_json=as_json)


@app.command()
def consistency(
    old: Annotated[Path, typer.Argument(help="从前保存的检查点 / the checkpoint kept from before", **_FILE)],
    new: Annotated[Path, typer.Argument(help="现在的检查点 / the checkpoint of now", **_FILE)],
    proof: Annotated[Path | None, typer.Option("--proof", help="一致性证明 / consistency proof", **_FILE)] = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """核验日志只有追加、没有改动。Check that the log only grew between two checkpoints."""
    from hub.ledger.prove import prove_consistency

    verdict = prove_consistency(old.read_bytes(), new.read_bytes(), _bytes(proof), _trusted(keys))
    _finish(verdict, as_json=as_json)


@app.command()
def log(
    folder: Annotated[Path, typer.Argument(help="导出的日志 / a dumped log", exists=True, file_okay=False)],
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """逐叶核验导出的整个日志，指出被改动的叶。Check a dumped log leaf by leaf and name what was altered."""
    from hub.ledger.prove_log import prove_log

    _finish(prove_log(folder, _trusted(keys)), as_json=as_json)


def _bytes(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()


def _trusted(path: Path | None) -> TrustedKeys | None:
    """Read the pinned keys; a file that holds none leaves the proof undecided."""
    if path is None:
        return None
    from hub.ledger.errors import NoteInvalidError
    from hub.ledger.verdict import Code, TrustedKeys

    try:
        return TrustedKeys.read(json.loads(path.read_bytes()))
    except (ValueError, RecursionError, NoteInvalidError) as error:
        typer.echo(f"公钥文件 {path.name} 无法读取 / the key file {path.name} holds no public keys", err=True)
        raise typer.Exit(Code.CANNOT_TELL) from error


def _finish(verdict: Verdict, *, as_json: bool) -> None:
    """Print the verdict and leave with its code."""
    if as_json:
        typer.echo(json.dumps(verdict.to_json(), ensure_ascii=False))
    else:
        marks = {True: "✔", False: "✘", None: "·"}
        for line in verdict.lines:
            typer.echo(f"{marks[line.holds]} {line.zh}\n  {line.en}")
        ends = {0: "成立 / true", 1: "不成立 / false", 2: "无法判断 / cannot tell"}
        typer.echo(f"结论：{ends[int(verdict.code)]}")
    raise typer.Exit(int(verdict.code))
