"""The agency's desk (/w): find, ask, follow, use, verify, report wrong records; without scripts.

Pages of an organ that needs other organs' data (政务数据共享条例 Art. 20-29). They call the use cases of the API and
hold no rule of their own: what can be done, and why not, is said by the use cases.
"""
