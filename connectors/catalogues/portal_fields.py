"""What Chinese open-data portals call the members of a catalogue record: one name a line, to the neutral member.

No standard fixes them: the provider alone has five names in seven portals. A source may add its own mapping; names
that are in neither are told in the report of the run. Facts gathered from catalogue dumps of many portals.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBERS: Final = (
    *("id", "title", "title_en", "abstract", "publisher", "contact", "telephone", "email", "keywords", "themes"),
    *("formats", "cycle", "openness", "licence", "rights", "issued", "modified", "url", "ignore"),
)
"""Neutral members a mapping may name; ``ignore`` is read and left out without being told."""

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "目录编号 资源编号 数据集编号 信息资源代码 资源代码 目录代码 id cata_id resourceId",
        "title": "标题 名称 目录名称 资源名称 数据集名称 数据目录名称 信息资源名称 资源信息名称 title resourceName",
        "abstract": "摘要 描述 简介 摘要信息 摘要描述 数据摘要 目录摘要 资源摘要 资源描述 内容简介 description remark",
        "publisher": (
            "来源部门 提供单位 数源单位 提供方 数据提供方 提供部门 提供机构 发布部门 所属部门 所属单位 数据来源 "
            "资源提供方 资源提供单位 数据提供方单位 信息资源提供方 信息资源提供方名称 orgName dataSource"
        ),
        "contact": "联系人 联系方式 提供方联系方式 技术支持",
        "telephone": "联系电话 部门电话 技术支持电话 orgPhone departmentContactTel",
        "email": "部门邮箱 联系邮箱 电子邮箱 技术支持邮箱 email orgEmail",
        "keywords": "关键字 关键词 标签 数据标签 主题标签 label tags keywords",
        "themes": (
            "数据主题 开放主题 所属主题 主题 主题分类 主题名称 数据领域 所属领域 重点领域 开放领域 主题领域 行业分类 "
            "所属行业 行业名称 行业类型 数据行业 资源分类 服务分类 国家主题分类 industry category"
        ),
        "formats": "资源格式 数据格式 下载格式 文件格式 文件类型 格式类型 data_formats format resourceType",
        "cycle": "更新频率 更新周期 更新频度 更新时限 frequency dataUpdatePeriod updateFrequency",
        "openness": (
            "开放条件 开放类型 开放状态 开放属性 开放方式 开放等级 公开属性 条件开放 是否向社会开放 共享方式 "
            "openType openTypeName"
        ),
        "licence": "许可协议 授权协议 开放许可 license",
        "rights": "使用条款 版权声明 权利声明",
        "issued": "发布时间 发布日期 上架日期 上线日期 上传时间 创建时间 创建日期 资源发布日期 publishTime releaseTime",
        "modified": "更新时间 更新日期 最后更新 最后更新时间 最近更新 数据更新时间 资源发布/更新时间 updateTime",
        "url": "详情页网址 链接 网址 url link",
        "ignore": "数据量 数据条数 数据容量 访问量 下载量 浏览量 评分 dataVolume dataNumSum",
    }
)
COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {name: member for member, names in _NAMES.items() for name in names.split()}
)
"""Name at a portal to neutral member."""
