"""Findings of undeclared personal information in entries and pushes, and what people decided about them."""
