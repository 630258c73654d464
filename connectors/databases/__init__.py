"""A department's database as a source of tables: read-only, one snapshot, columns of exact text (Zhengzhou Art. 19)."""
