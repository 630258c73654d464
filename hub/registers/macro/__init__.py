"""Macro-economy: indicators, their observations in vintages, embargo and as-of reads (Zhengzhou Art. 18)."""
