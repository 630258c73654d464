"""Asking third parties and co-authoring organs about what is to go out (政府信息公开条例 Art. 32, 34)."""
