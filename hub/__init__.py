"""The running exchange: the only package that serves HTTP and knows tokens and settings."""

__version__ = "0.1.0"
