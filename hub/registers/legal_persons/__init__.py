"""The register of legal persons and other bodies at work: reading rows, finding bodies, answering about them.

市场主体登记管理条例 第八条、第九条; 企业信息公示暂行条例 第六条; Zhengzhou Art. 18, Jilin Art. 26.
"""
