"""Package data: code lists as CSV, described in ``lists.toml``; loaded by :mod:`catalogue.code_lists`."""
