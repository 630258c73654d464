"""The native HTTP API: one file an audience or subject; handlers begin one transaction and call use cases."""
