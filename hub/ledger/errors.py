"""What can go wrong with the log, in words for people. Base :class:`LedgerError`; no protected value in any text."""

from __future__ import annotations

from policies.errors import DomainError


class LedgerError(DomainError):
    """Base of all errors of the log."""


class MerkleRangeError(LedgerError):
    """A leaf or a size lies outside the tree."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            zh,
            en,
            next_zh="请先读取最新检查点 /ledger/checkpoint：其大小说明日志现有多少叶",
            next_en="read the latest checkpoint first, /ledger/checkpoint: its size says how many leaves there are",
        )


class MissingNodeError(LedgerError):
    """A stored node that a proof needs is absent: the log's storage is damaged."""


class KeyFileError(LedgerError):
    """A private key file is unreadable, damaged, or readable by others."""


class CryptoSelfTestError(LedgerError):
    """A known answer came out differently: nothing this machine signs or verifies can be trusted."""


class ReceiptContentError(LedgerError):
    """A receipt would hold an unknown field, a value of the wrong kind, or a personal identifier."""


class ReceiptInvalidError(LedgerError):
    """Bytes that claim to be a receipt are not one, or its signature is false."""


class UnknownKeyError(LedgerError):
    """A signature names a key that the verifier was not given: nothing can be said about it."""


class ReceiptWriteError(LedgerError):
    """A receipt could not be written; the transaction it belongs to is rolled back (no answer without a receipt)."""


class ReceiptNotFoundError(LedgerError):
    """The log has no receipt of this id."""


class ReceiptPendingError(LedgerError):
    """The receipt is durable and not yet a leaf of the tree; its proof follows within the promised time."""


class NoteInvalidError(LedgerError):
    """A text is no signed note or no checkpoint, or a known key's signature on it is false."""


class DumpFolderError(LedgerError):
    """The folder for a dump of the log holds something already."""


class TileNotFoundError(LedgerError):
    """The log has no such tile, or not at that width."""
