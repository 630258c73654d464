"""A department's push: receive, decode, check, merge, report (Zhengzhou Art. 19; Jilin Art. 27)."""
