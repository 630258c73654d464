"""Tokens for CKAN clients: expiring, revocable, good for public reads and writes to the own department alone."""
