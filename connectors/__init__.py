"""Foreign systems and formats, in and out: each behind a Protocol of :mod:`connectors.port`."""
