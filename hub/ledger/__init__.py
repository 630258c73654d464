"""The provable record: signed receipts, the RFC 9162 log they are leaves of, checkpoints, and offline proofs."""
