"""What is counted and reported of the use of grants (政务数据共享条例 Art. 25, 27, 29)."""
