"""Versions of a resource: what each push made of it, the way back, how long history is kept, and its erasure."""
