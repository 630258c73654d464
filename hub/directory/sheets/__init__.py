"""Entries in workbooks: the national reporting template there and back, and bulk edit (编制指南 2017)."""
