"""Where what belongs to an answer is kept: supplements, extensions asked for, letters (政务数据共享条例 Art. 21)."""
