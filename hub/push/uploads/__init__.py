"""Resumable uploads (tus 1.0): a large file arrives in pieces, survives cuts and crashes, and then is pushed."""
