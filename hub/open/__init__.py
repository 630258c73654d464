"""What the public reads: open entries and their open items, on the public's permit (Zhengzhou Art. 20 §2)."""
