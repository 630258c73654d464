"""What can be wrong with rows, their tables and queries over them.

Every text is Chinese first with the English beside; none repeats a value of a row, and none names
an item that the requester may not know (Zhengzhou Art. 20).
"""

from __future__ import annotations

from policies.errors import DomainError


class RowsError(DomainError):
    """Base of the errors about rows and their tables."""


class ColumnNameError(RowsError):
    """An item's column is no identifier that may enter SQL."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"第 {position} 个信息项的英文列名不合规",
            f"the column name of item {position} is not valid",
            next_zh="列名须以小写字母开头，只含小写字母、数字、下划线，最长 59 个字符，在资源内不重复",
            next_en="start with a lower-case letter; letters, digits, underscore; at most 59 characters; unique",
            facts={"position": position},
        )


class SchemaChangeError(RowsError):
    """A new entry version changes what stored rows already mean; only additions are possible in place."""

    def __init__(self, column: str, was: str, becomes: str) -> None:
        super().__init__(
            f"信息项 {column} 已有数据的类型为 {was}，不能直接改为 {becomes}",
            f"item {column} holds stored rows as {was} and cannot become {becomes} in place",
            next_zh="新增一个信息项承载新类型，或另建目录条目后重新推送；主键的变更同样需要另建条目",
            next_en="add another item for the new type, or make a new entry and push again; the same holds for the key",
            facts={"item": column, "was": was, "becomes": becomes},
        )


class QueryError(RowsError):
    """A query that cannot be understood or is not answered; ``position`` says where (JSON pointer or parameter)."""

    def __init__(self, zh: str, en: str, *, position: str = "", next_zh: str = "", next_en: str = "") -> None:
        where = {"position": position} if position else {}
        super().__init__(
            zh,
            en,
            next_zh=next_zh or "请对照接口说明修改查询条件后重试",
            next_en=next_en or "compare with the description of the operation and ask again",
            facts=where,
        )
        self.position = position


class QuerySyntaxError(QueryError):
    """The written form of a query is not one of the forms that exist."""


class UnknownItemError(QueryError):
    """The query names something that is no item the requester may see."""

    def __init__(self, position: str) -> None:
        super().__init__(
            f"{position} 处的名称不是可查询的信息项",
            f"the name at {position} is no item that can be asked for",
            position=position,
            next_zh="信息项名称见该资源的目录页或接口返回的 columns",
            next_en="see the resource's page or the columns of an answer for the names",
        )


class NotQueryableError(QueryError):
    """A condition or an order uses an item beyond what the permit allows in that place."""

    def __init__(self, position: str) -> None:
        super().__init__(
            f"{position} 处的条件或排序超出了本次许可的范围",
            f"the condition or order at {position} goes beyond the permit",
            position=position,
            next_zh="只能按许可中完整提供的信息项筛选和排序；确有需要的，在共享申请中补充该信息项和用途",
            next_en="filter and sort by items granted in full only; ask for more in a sharing request with its purpose",
        )


class OperandError(QueryError):
    """A value does not have the type of its item; the value is never repeated."""

    def __init__(self, position: str, expected_zh: str, expected_en: str) -> None:
        super().__init__(
            f"{position} 处的值应为{expected_zh}",
            f"the value at {position} should be {expected_en}",
            position=position,
        )


class QueryTooComplexError(QueryError):
    """The query exceeds the complexity budget; ``limit`` is what is allowed."""

    def __init__(self, what_zh: str, what_en: str, limit: int, position: str = "") -> None:
        super().__init__(
            f"查询过于复杂：{what_zh}超过上限 {limit}",
            f"the query is too complex: {what_en} above the limit of {limit}",
            position=position,
            next_zh="请拆分为多次查询，或下载整表后在本地筛选",
            next_en="split it into several queries, or download the whole table and filter there",
        )
        self.limit = limit


class CursorError(QueryError):
    """A cursor was altered, or belongs to another resource, filter, order or permit."""

    def __init__(self) -> None:
        super().__init__(
            "翻页标记无效，或不属于本次查询",
            "the cursor is not valid, or belongs to another query",
            position="cursor",
            next_zh="去掉 cursor 从第一页重新开始；翻页时条件、排序和信息项须与第一页一致",
            next_en="start again without a cursor; keep filter, order and items the same from page to page",
        )


class UnknownVersionError(QueryError):
    """``as_of`` names a version that does not exist yet, or nothing was pushed."""

    def __init__(self, latest: int) -> None:
        super().__init__(
            f"没有所指定的数据版本，最新版本为 {latest}",
            f"there is no such version; the latest is {latest}",
            position="as_of",
            next_zh="请使用不大于最新版本的版本号",
            next_en="use a version number up to the latest",
        )


class VersionGoneError(QueryError):
    """``as_of`` or the reader's copy lies before the history that is kept; ``earliest`` is the first still there."""

    def __init__(self, earliest: int, *, feed: bool = False) -> None:
        super().__init__(
            f"所指定的数据版本已按保存期限删除，现存最早版本为 {earliest}",
            f"that version was removed by the retention policy; the earliest still there is {earliest}",
            position="after" if feed else "as_of",
            next_zh="请以 after=0 重新读取全量" if feed else "请使用现存最早版本或之后的版本",
            next_en="read all again with after=0" if feed else "use the earliest version or a later one",
        )
        self.facts = {**self.facts, "earliest": earliest}


class MomentError(QueryError):
    """``as_of`` is neither a version number nor a date or time, or nothing was there at that time."""

    def __init__(self, *, earlier: bool = False) -> None:
        if earlier:
            zh, en = "在所指定的时间该资源还没有数据", "the resource held nothing at that time"
        else:
            zh, en = "as_of 应为版本号、日期或时间", "as_of is a version number, a date or a time"
        super().__init__(
            zh,
            en,
            position="as_of",
            next_zh="例如 as_of=3、as_of=2026-03-01（当日结束时）、as_of=2026-03-01T09:00:00+08:00",
            next_en="for example as_of=3, as_of=2026-03-01 (its end), as_of=2026-03-01T09:00:00+08:00",
        )


class FeedRestartedError(QueryError):
    """What is given has changed since the reader began: a difference would not lead to what it may see."""

    def __init__(self) -> None:
        super().__init__(
            "自上次读取以来，可提供的信息项或行范围已改变，增量不再完整",
            "the items or the rows you are given have changed since you began: a difference would not be complete",
            position="snapshot",
            next_zh="请以 after=0 重新读取全量，再从其 to 继续",
            next_en="read all again with after=0, then go on from its 'to'",
        )


class QueryTimeoutError(QueryError):
    """The database stopped the query at the statement timeout."""

    def __init__(self) -> None:
        super().__init__(
            "查询超过时间上限，已停止",
            "the query ran into the time limit and was stopped",
            next_zh="请按主键或代码类信息项缩小范围，或下载整表",
            next_en="narrow it by the key or a coded item, or download the whole table",
        )


class RowFilterError(RowsError):
    """A grant limits rows in a way this layer cannot read; so it gives none (fail closed)."""

    def __init__(self) -> None:
        super().__init__(
            "授权中的行范围无法执行，本次未提供任何数据",
            "the row filter of the grant cannot be carried out; nothing was given",
            next_zh="请联系提供单位修正授权中的行范围",
            next_en="ask the provider to mend the row filter of the grant",
        )


class PermitMismatchError(RowsError):
    """A permit for one resource or action was shown for another (threat 12); the answer is that of "not found"."""

    def __init__(self) -> None:
        super().__init__(
            "没有找到所请求的资源，或许可不适用于本次操作",
            "no such resource, or the permit is not for this",
            next_zh="请核对资源与授权编号后重试",
            next_en="check resource and grant and ask again",
        )


class NumberKeyNeededError(RowsError):
    """A key of identity numbers is to be removed, and is in force, not there, or something is sealed under it."""

    def __init__(self, version: int, resources: int = 0, texts: int = 0, *, why: tuple[str, str] | None = None) -> None:
        zh, en = why or (
            f"仍有 {resources} 个资源、平台自身的 {texts} 处由它加密",
            f"{resources} resources and {texts} texts of the hub itself are still sealed under it",
        )
        super().__init__(
            f"第 {version} 版号码密钥不能删除：{zh}",
            f"the key of numbers of version {version} cannot be removed: {en}",
            next_zh="运行 hub key rotate-numbers 直到全部换完；用 hub key numbers 查看各版本",
            next_en="run hub key rotate-numbers until nothing remains; hub key numbers shows the versions",
            facts={"version": version, "resources": resources, "texts": texts},
        )
