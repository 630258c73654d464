"""Quality of what departments supply, by the four words of the law: 真实, 准确, 及时, 完整 (Jilin Art. 27)."""
