"""Word lists the masks need: surnames of two characters (复姓) and the names of the provinces.

Facts, not rules: the 34 provincial divisions of GB/T 2260 and the compound surnames in common use.
"""

from __future__ import annotations

_SURNAMES = """
欧阳 司马 上官 诸葛 夏侯 司徒 司空 皇甫 令狐 慕容 尉迟 长孙 宇文
公孙 轩辕 东方 南宫 西门 独孤 端木 澹台 濮阳 淳于 单于 太叔 申屠
公羊 赫连 万俟 闻人 钟离 鲜于 闾丘 司寇 亓官 巫马 公西 漆雕 乐正
壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 东郭 南门 呼延 羊舌 微生
梁丘 左丘 东门 第五 公冶 公仲 纳兰 完颜 耶律 叶赫 那拉 富察 佟佳
瓜尔 爱新
"""
_PROVINCES = """
北京市 天津市 河北省 山西省 内蒙古自治区 辽宁省 吉林省 黑龙江省
上海市 江苏省 浙江省 安徽省 福建省 江西省 山东省 河南省 湖北省
湖南省 广东省 广西壮族自治区 海南省 重庆市 四川省 贵州省 云南省
西藏自治区 陕西省 甘肃省 青海省 宁夏回族自治区 新疆维吾尔自治区 台湾省
香港特别行政区 澳门特别行政区
"""

SURNAMES_OF_TWO: frozenset[str] = frozenset(_SURNAMES.split())
PROVINCES: tuple[str, ...] = tuple(_PROVINCES.split())
