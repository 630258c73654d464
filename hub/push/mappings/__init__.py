"""Saved mappings: how the files of an entry are read, proposed, previewed, fixed and found again."""
