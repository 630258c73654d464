"""Where clocks are kept; what may be done with them is in :mod:`hub.exchange.clocks`."""
