"""Members, their systems and keys, staff and sessions: who is asking, and whether they may ask at all."""
