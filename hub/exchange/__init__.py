"""Request, answer, grant or refusal, use: an organ uses what other organs hold (Zhengzhou Art. 20)."""
