"""The basic databases at work: what departments push becomes one record a person, body or place, and answers about it.

Zhengzhou Art. 18 (which databases), Art. 19 (supply); Jilin Art. 26, 27.
"""
