"""The supply duty list: which unit owes which items, how often, on what basis (Zhengzhou Art. 19; Jilin Art. 27)."""
