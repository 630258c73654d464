"""What a state table is made of, for the exchange; the classes stand in :mod:`hub.states`, which every layer reads."""

from __future__ import annotations

from hub.states import SYSTEM, Act, ActNotAllowedError, Owner, Procedure, State

__all__ = ["SYSTEM", "Act", "ActNotAllowedError", "Owner", "Procedure", "State"]
