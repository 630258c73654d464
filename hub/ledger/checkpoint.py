"""Checkpoints: the log's promise about its whole content (C2SP tlog-checkpoint, signed-note, tlog-cosignature v1).

A checkpoint is three lines (origin, size, base64 root) signed by the log; witnesses add cosignature lines after
they saw that it continues what they saw before. Signatures by unknown keys are ignored; a false signature by a
known key rejects the whole note. Light and pure: offline verification imports this.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ed25519

from hub.ledger.errors import NoteInvalidError
from hub.ledger.keys import PublicKey, from_base64
from hub.ledger.merkle import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.ledger.keys import SigningKey

ED25519_NOTE = b"\x01"  # signed-note, signature types
ED25519_COSIGNATURE = b"\x04"
KEY_ID_BYTES = 4
TIME_BYTES = 8
LATEST_TIME = 2**63 - 1  # tlog-cosignature: the timestamp must not exceed it
LARGEST_NOTE = 100_000  # room for far more than the 16 signatures every verifier must accept
CHECKPOINT_LINES = 3
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # control characters, and what is no UTF-8


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A name and an Ed25519 key that signs notes (``kind`` 0x01) or cosigns checkpoints (0x04)."""

    name: str
    public: PublicKey
    kind: bytes = ED25519_NOTE

    def __post_init__(self) -> None:
        """Refuse names that a signature line cannot hold, and keys that sign no notes."""
        if not is_key_name(self.name) or not isinstance(self.public.key, ed25519.Ed25519PublicKey):
            raise NoteInvalidError(
                "检查点签名者须有不含空格与加号的名称和 Ed25519 密钥",
                "a signer of checkpoints has a name without spaces and plus signs, and an Ed25519 key",
            )

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key (RFC 8032)."""
        key = self.public.key
        return key.public_bytes_raw() if isinstance(key, ed25519.Ed25519PublicKey) else b""

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name || newline || kind || public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.raw).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The verifier key as text: name+hex(key id)+base64(kind || public key)."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.raw).decode()}"

    @classmethod
    def from_vkey(cls, text: str) -> NoteKey:
        """Read a verifier key.

        Raises:
            NoteInvalidError: malformed, another kind of key, or an id that is not that of name and key.

        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            material = from_base64(encoded)
            public = PublicKey.of(ed25519.Ed25519PublicKey.from_public_bytes(material[1:]))
        except ValueError as error:
            raise _invalid("验证密钥写法有误", "the verifier key is malformed") from error
        key = cls(name, public, material[:1])
        if key.kind not in {ED25519_NOTE, ED25519_COSIGNATURE} or key.key_id.hex() != key_id:
            raise _invalid("验证密钥的编号不符", "the verifier key's id is not that of its name and key")
        return key


def is_key_name(name: str) -> bool:
    """Say whether a signature line can carry this key name."""
    return bool(name) and "+" not in name and not any(c.isspace() or not c.isprintable() for c in name)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits to: ``origin`` names it, ``size`` leaves, ``root`` 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose it claims to be, and its bytes after the key id."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note; nothing of it is verified yet."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint whose log signature holds; ``witnesses`` maps a witness's name to the second it cosigned."""

    checkpoint: Checkpoint
    witnesses: dict[str, int]


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The log's name and its private note key."""

    origin: str
    key: SigningKey

    @property
    def note_key(self) -> NoteKey:
        """What verifiers need to know."""
        return NoteKey(self.origin, self.key.public)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint."""
        text = Checkpoint(self.origin, size, root).text
        return f"{text}\n{_line(self.note_key, self.key.sign(text.encode()))}"


def cosign(note: str, name: str, key: SigningKey, at_second: int) -> str:
    """Return the note with a witness's cosignature line added (tlog-cosignature v1, Ed25519)."""
    message = _cosigned(parse_note(note).text, at_second)
    witness = NoteKey(name, key.public, ED25519_COSIGNATURE)
    return note + _line(witness, at_second.to_bytes(TIME_BYTES, "big") + key.sign(message))


def _line(key: NoteKey, signature: bytes) -> str:
    return f"— {key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def _cosigned(text: str, at_second: int) -> bytes:
    return f"cosignature/v1\ntime {at_second}\n{text}".encode()


def parse_note(note: str) -> Note:
    """Split a signed note into text and signature lines (signed-note, Format).

    Raises:
        NoteInvalidError: no blank line, no signature, a malformed line, control characters, or too long.

    """
    if len(note) > LARGEST_NOTE or _FORBIDDEN.search(note):
        raise _invalid("过长或含有控制字符", "it is too long or holds control characters")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise _invalid("缺少空行或签名行", "the blank line or the signature lines are missing")
    return Note(text + "\n", tuple(_read_line(line) for line in lines[:-1].split("\n")))


def _read_line(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        data = from_base64(encoded)
    except ValueError as error:
        raise _invalid("签名行的编码有误", "a signature line is not base64") from error
    if dash != "—" or not is_key_name(name) or len(data) <= KEY_ID_BYTES:
        raise _invalid("签名行写法有误", "a signature line is malformed")
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the note text of a checkpoint; extension lines are allowed and ignored, they stay signed.

    Raises:
        NoteInvalidError: fewer than three lines, a size with leading zeroes, a root that is no SHA-256.

    """
    lines = text.split("\n")[:-1]
    if len(lines) < CHECKPOINT_LINES or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise _invalid("不是检查点的三行格式", "it has not the three lines of a checkpoint")
    try:
        root = from_base64(lines[2])
    except ValueError as error:
        raise _invalid("根的编码有误", "the root is not base64") from error
    if len(root) != HASH_BYTES:
        raise _invalid("根的长度不对", "the root has a wrong length")
    return Checkpoint(lines[0], int(lines[1]), root)


def verify_checkpoint(
    note: str, log_keys: Iterable[NoteKey], witness_keys: Iterable[NoteKey] = ()
) -> VerifiedCheckpoint | None:
    """Verify a checkpoint; None when no line is by a known key of the log named in its origin: nothing can be said.

    Raises:
        NoteInvalidError: malformed, or a line by a known key (of log or witness) is false.

    """
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    known = {(key.name, key.key_id): key for key in log_keys if key.name == checkpoint.origin}
    cosigners = {(key.name, key.key_id): key for key in witness_keys}
    is_signed, witnesses = False, {}
    for line in parsed.signatures:
        if (key := known.get((line.name, line.key_id))) is not None:
            if not key.public.verify(line.signature, parsed.text.encode()):
                raise _invalid("日志的签名不成立", "the log's signature is false")
            is_signed = True
        elif (key := cosigners.get((line.name, line.key_id))) is not None:
            witnesses[line.name] = _verify_cosignature(key, line.signature, parsed.text)
    return VerifiedCheckpoint(checkpoint, witnesses) if is_signed else None


def _verify_cosignature(key: NoteKey, signature: bytes, text: str) -> int:
    """Return the second at which a witness cosigned."""
    at_second = int.from_bytes(signature[:TIME_BYTES], "big")
    if at_second > LATEST_TIME or not key.public.verify(signature[TIME_BYTES:], _cosigned(text, at_second)):
        raise _invalid(f"见证者 {key.name} 的签名不成立", f"the cosignature of witness {key.name} is false")
    return at_second


def _invalid(zh: str, en: str) -> NoteInvalidError:
    return NoteInvalidError(f"检查点无效：{zh}", f"the checkpoint is not valid: {en}")
