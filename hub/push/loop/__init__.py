"""The way back of rejected rows, and the wait of pushes that somebody must release (Zhengzhou Art. 19)."""
