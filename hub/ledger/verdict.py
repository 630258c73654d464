"""What a proof comes to: true, false or cannot tell, with each step explained. And the keys a verifier trusts.

Light: no database, no settings, no network; a verifier needs this folder, ``cryptography`` and ``rfc8785`` only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from hub.ledger.checkpoint import NoteKey, verify_checkpoint
from hub.ledger.errors import LedgerError, NoteInvalidError, UnknownKeyError
from hub.ledger.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hub.ledger.checkpoint import VerifiedCheckpoint


class Code(IntEnum):
    """Exit codes of ``hub prove``."""

    TRUE = 0
    FALSE = 1
    CANNOT_TELL = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One step: whether it held (None: a remark), in Chinese and English."""

    holds: bool | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a proof; ``altered`` are the leaf indexes of receipts that are not what was logged."""

    code: Code
    lines: tuple[Line, ...]
    altered: tuple[int, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the verdict for machines."""
        return {
            "code": int(self.code),
            "result": self.code.name.lower(),
            "lines": [{"holds": line.holds, "zh": line.zh, "en": line.en} for line in self.lines],
            "altered": list(self.altered),
        }


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Public keys a verifier believes: receipt keys by id, log keys, witness keys."""

    receipt: Mapping[str, PublicKey]
    log: tuple[NoteKey, ...]
    witness: tuple[NoteKey, ...]

    @classmethod
    def read(cls, value: object) -> TrustedKeys:
        """Read the ``keys`` of a bundle, or a whole ``keys.json``.

        Raises:
            NoteInvalidError: not in that form.

        """
        match value:
            case {"receipt": list(receipt), "log": list(log), "witness": list(witness)}:
                pass
            case _:
                raise _no_keys()
        try:
            keys = [PublicKey.from_jwk(jwk) for jwk in receipt if isinstance(jwk, dict)]
        except ValueError as error:
            raise _no_keys() from error
        logs, witnesses = (tuple(NoteKey.from_vkey(str(vkey)) for vkey in vkeys) for vkeys in (log, witness))
        return cls({key.kid: key for key in keys}, logs, witnesses)


def _no_keys() -> NoteInvalidError:
    return NoteInvalidError("公钥文件格式有误", "the public keys are not in their form")


class Stop(Exception):  # noqa: N818 - no error: the end of a proof
    """Ends a proof early, with its code and last line."""

    def __init__(self, code: Code, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.line = Line(False if code is Code.FALSE else None, zh, en)


@dataclass(slots=True)
class Steps:
    """The lines of a proof as it goes on."""

    lines: list[Line] = field(default_factory=list)
    altered: list[int] = field(default_factory=list)

    def holds(self, zh: str, en: str) -> None:
        """Note a step that held."""
        self.lines.append(Line(holds=True, zh=zh, en=en))

    def fails(self, zh: str, en: str) -> None:
        """Note a step that did not hold, and go on to find more."""
        self.lines.append(Line(holds=False, zh=zh, en=en))

    def remark(self, zh: str, en: str) -> None:
        """Note what the reader should know."""
        self.lines.append(Line(None, zh, en))


def conclude(proof: Callable[[Steps], None]) -> Verdict:
    """Run a proof: true unless a step failed, it stopped, or something in it is not valid."""
    steps = Steps()
    try:
        proof(steps)
        code = Code.FALSE if any(line.holds is False for line in steps.lines) else Code.TRUE
    except Stop as stop:
        steps.lines.append(stop.line)
        code = stop.code
    except UnknownKeyError as error:
        steps.remark(error.zh, error.en)
        code = Code.CANNOT_TELL
    except LedgerError as error:
        steps.fails(error.zh, error.en)
        code = Code.FALSE
    return Verdict(code, tuple(steps.lines), tuple(steps.altered))


def read_json(data: bytes) -> dict[str, object]:
    """Return a JSON object, or stop: false.

    Raises:
        Stop: not a JSON object.

    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Stop(Code.FALSE, "文件不是 JSON", "the file is not JSON") from error
    if not isinstance(value, dict):
        raise Stop(Code.FALSE, "文件不是 JSON 对象", "the file is not a JSON object")
    return value


def check_note(steps: Steps, note: str, keys: TrustedKeys) -> VerifiedCheckpoint:
    """Verify a checkpoint and say who vouches for it.

    Raises:
        Stop: cannot tell, its log's key was not given.
        NoteInvalidError: malformed or falsely signed.

    """
    verified = verify_checkpoint(note, keys.log, keys.witness)
    if verified is None:
        raise Stop(
            Code.CANNOT_TELL,
            "检查点没有所给日志公钥的签名，无法判断",
            "the checkpoint bears no signature by a log key that was given: nothing can be said",
        )
    found = verified.checkpoint
    steps.holds(
        f"检查点签名成立：日志 {found.origin}，{found.size} 叶",
        f"the checkpoint is signed by its log: {found.origin}, {found.size} leaves",
    )
    if verified.witnesses:
        names = "、".join(sorted(verified.witnesses))
        steps.holds(f"见证者已联署：{names}", f"cosigned by witnesses: {', '.join(sorted(verified.witnesses))}")
    else:
        steps.remark(
            "没有见证者联署：无法排除日志向不同的人出示不同的内容",
            "no witness cosigned: a log that shows different people different content would not be seen",
        )
    return verified
