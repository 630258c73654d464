"""Rule sets: the named checks of an entry beyond its items, as versioned data (Jilin Art. 27)."""
