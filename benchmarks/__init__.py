"""Benchmarks: each prints a ratio to a limit or peer measured in the same run."""
