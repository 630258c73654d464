"""Supervision of the exchange: what is overdue, urging, disputes (政务数据共享条例 Art. 28, 29, 39-41)."""
