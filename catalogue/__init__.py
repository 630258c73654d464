"""What exists: the resource directory, its entries, items, identifiers and code lists."""
