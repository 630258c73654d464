"""May this requester have this item, and why: the law as plain values and pure functions."""
