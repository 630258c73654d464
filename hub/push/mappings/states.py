"""The state table of saved mappings (Zhengzhou Art. 19: the department answers for how its data are supplied)."""

from __future__ import annotations

from typing import Final

from hub.identity.roles import Role
from hub.states import Act, Owner, Procedure, State
from policies.text import Text

CLERK: Final = Owner("provider", Role.CLERK)
_RETIRE: Final = Act("retire", Text("停用", "retire"), CLERK, "retired")

MAPPING: Final = Procedure(
    "push_mapping",
    Text("文件对应关系", "mapping of a file"),
    "郑州市信息化建设管理办法 Art.19; 吉林省促进大数据发展应用条例 Art.27",
    (
        State(
            "proposed", Text("拟定", "proposed"), CLERK,
            Text("数据专员预览后确认启用，或停用", "the clerk previews it, then puts it in force or retires it"),
            (Act("fix", Text("启用", "put in force"), CLERK, "fixed"), _RETIRE),
        ),
        State(
            "fixed", Text("启用", "in force"), CLERK,
            Text("表头相同的文件自动按它读取；表头变了就另存新版", "files with its header are read by it"),
            (_RETIRE,),
        ),
        State(
            "retired", Text("停用", "retired"), None,
            Text("不再用于读取，保留备查", "no file is read by it any more; it stays on record"),
        ),
    ),
    starts=("fixed",),
)  # fmt: skip
