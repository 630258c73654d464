"""The workbench (/w): pages of clerks, approvers, reviewers and supervisors over the use cases the API calls too.

Server HTML without scripts; Chinese at ``/w``, English at ``/en/w``. No SQL and no rules of business here: what can
be done, and why not, is said by the use cases. 政务数据共享条例 Art. 20-28; Jilin Art. 24 (accessibility).
"""
