"""Changes that narrow what is shared: what they hit, and the notice that is filed (政务数据共享条例 Art. 17, 27)."""
