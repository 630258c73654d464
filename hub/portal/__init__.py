"""Pages: server-rendered HTML in Chinese and English, complete without scripts (Jilin Art. 24)."""
