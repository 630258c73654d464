"""The classification tree and the code schemes: versioned data the authority edits (guide 发改高技〔2017〕1272号)."""
