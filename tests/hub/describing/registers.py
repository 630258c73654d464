"""Five registers as departments really keep them: pinyin columns, Chinese comments, codes, units, a technical key.

All persons, firms and numbers are made up; identity numbers carry the sample prefix 410199.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.identifiers import citizen_check_character, organisation_check_character

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS: Final = 60
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN: Final = "明华丽强芳军敏静伟娟涛霞"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type, comment, and what stands behind the type."""

    name: str
    type: str
    comment: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """A table: its name and comment, columns, constraints, and a maker of rows."""

    name: str
    comment: str
    provider: str
    columns: tuple[Column, ...]
    constraints: tuple[str, ...]
    row: Callable[[int], tuple[object, ...]]

    def mysql(self) -> Iterator[str]:
        """Yield the statements that make it in MySQL or MariaDB."""
        columns = [
            f"`{one.name}` {one.type} {one.more} COMMENT {quoted(one.comment)}".replace("  ", " ")
            for one in self.columns
        ]
        body = ", ".join([*columns, *self.constraints])
        yield f"CREATE TABLE {self.name} ({body}) CHARACTER SET utf8mb4 COMMENT {quoted(self.comment)}"
        yield self._filled("`")

    def postgres(self) -> Iterator[str]:
        """Yield the statements that make it in PostgreSQL."""
        columns = [f'"{one.name}" {_postgres_type(one)}' for one in self.columns]
        yield f"CREATE TABLE {self.name} ({', '.join([*columns, *self.constraints])})"
        yield f"COMMENT ON TABLE {self.name} IS {quoted(self.comment)}"
        for one in self.columns:
            if one.comment:
                yield f'COMMENT ON COLUMN {self.name}."{one.name}" IS {quoted(one.comment)}'
        yield self._filled('"')
        yield f"ANALYZE {self.name}"

    def _filled(self, mark: str) -> str:
        names = ", ".join(f"{mark}{one.name}{mark}" for one in self.columns if "AUTO_INCREMENT" not in one.more)
        rows = ", ".join(f"({', '.join(map(quoted, self.row(number)))})" for number in range(1, ROWS + 1))
        return f"INSERT INTO {self.name} ({names}) VALUES {rows}"


def quoted(value: object) -> str:
    """Return a value as a literal of either database."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def _postgres_type(column: Column) -> str:
    more = column.more.replace(" AUTO_INCREMENT", "").replace("ON UPDATE CURRENT_TIMESTAMP", "")
    kind = column.type.replace("datetime", "timestamp").replace("tinyint(1)", "smallint")
    if "AUTO_INCREMENT" in column.more:
        kind = "bigserial"
    return f"{kind} {more}".strip()


def citizen(number: int) -> str:
    """Return a made-up identity number with its check character."""
    first = f"410199{1950 + number % 50}{1 + number % 12:02d}{1 + number % 28:02d}{number % 999:03d}"
    return first + citizen_check_character(first)


def credit_code(number: int) -> str:
    """Return a made-up unified social credit code with both check characters."""
    from catalogue.identifiers import body_check_character

    body = f"MA{number:06d}"
    first = f"91410199{body}{body_check_character(body)}"
    return first + organisation_check_character(first)


def person(number: int) -> str:
    """Return a made-up name."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)] + GIVEN[(number * 7 + 3) % len(GIVEN)]


def _phone(number: int) -> str:
    return f"138{number * 7919 % 100_000_000:08d}"


def _day(number: int) -> str:
    return f"2026-0{1 + number // 28}-{1 + number % 28:02d}"


FIRMS: Final = Register(
    "t_qy_jbxx",
    "企业登记信息表",
    "shichangju",
    (
        Column("id", "bigint", "主键ID", "NOT NULL AUTO_INCREMENT"),
        Column("tyshxydm", "varchar(18)", "统一社会信用代码", "NOT NULL"),
        Column("qymc", "varchar(200)", "企业名称", "NOT NULL"),
        Column("frxm", "varchar(100)", "法定代表人姓名"),
        Column("frsfzh", "varchar(18)", "法定代表人身份证号"),
        Column("zczb", "decimal(20,4)", "注册资本（万元）"),
        Column("clrq", "date", "成立日期"),
        Column("zs", "varchar(200)", "住所"),
        Column("jyfw", "text", "经营范围"),
        Column("djzt", "char(1)", "登记状态：1存续，2吊销未注销，4注销", "NOT NULL"),
        Column("lxrsj", "varchar(20)", "联系人手机"),
        Column("gxsj", "datetime", "更新时间"),
    ),
    ("PRIMARY KEY (id)", "UNIQUE (tyshxydm)"),
    lambda n: (
        credit_code(n),
        f"示例市{GIVEN[n % 12]}{GIVEN[n % 7]}商贸有限公司第{n}店",
        person(n),
        citizen(n),
        n * 1.5,
        f"20{10 + n % 15}-03-{1 + n % 28:02d}",
        f"示例市东区示例路{n}号",
        "日用百货销售",
        "124"[n % 3],
        _phone(n),
        f"{_day(n)} 08:00:00",
    ),
)
POOR: Final = Register(
    "dbdx",
    "低保对象信息",
    "minzhengju",
    (
        Column("sfzh", "varchar(18)", "身份证号", "NOT NULL"),
        Column("xm", "varchar(50)", "姓名", "NOT NULL"),
        Column("xb", "char(1)", "性别(1男 2女)"),
        Column("hjdz", "varchar(200)", "户籍地址"),
        Column("bzrs", "int", "保障人数（人）"),
        Column("bzje", "decimal(12,2)", "月保障金额 单位:元"),
        Column("kssj", "varchar(10)", "享受开始日期"),
        Column("yhzh", "varchar(30)", "银行账号"),
        Column("ext1", "varchar(50)", ""),
        Column("gxsj", "datetime", "更新时间", "NOT NULL"),
    ),
    ("PRIMARY KEY (sfzh)",),
    lambda n: (
        citizen(n),
        person(n),
        "12"[n % 2],
        f"示例市西区幸福路{n}号",
        1 + n % 4,
        350 + n,
        _day(n),
        f"62170012345{n:08d}",
        None,
        f"2026-{1 + n % 9:02d}-01 00:00:00",
    ),
)
INSURED: Final = Register(
    "sb_jfjl",
    "社会保险缴费记录",
    "rensheju",
    (
        Column("aac002", "varchar(18)", "社会保障号码", "NOT NULL"),
        Column("aac003", "varchar(50)", "姓名", "NOT NULL"),
        Column("aae140", "varchar(3)", "险种类型【110企业养老；210失业保险；410工伤保险】", "NOT NULL"),
        Column("aab004", "varchar(200)", "单位名称"),
        Column("aae002", "varchar(6)", "缴费年月", "NOT NULL"),
        Column("aae180", "decimal(12,2)", "缴费基数(元)"),
        Column("jfbz", "tinyint(1)", "是否到账 0否1是"),
        Column("update_time", "datetime", "修改时间", "ON UPDATE CURRENT_TIMESTAMP"),
    ),
    ("PRIMARY KEY (aac002, aae140, aae002)",),
    lambda n: (
        citizen(n),
        person(n),
        ("110", "210", "410")[n % 3],
        f"示例市第{n}公司",
        f"2026{1 + n % 9:02d}",
        4000 + n,
        n % 2,
        f"2026-{1 + n % 9:02d}-05 10:00:00",
    ),
)
HOMES: Final = Register(
    "bdc_djxx",
    "不动产登记信息",
    "ziranju",
    (
        Column("bdcdyh", "varchar(28)", "不动产单元号", "NOT NULL"),
        Column("qlrmc", "varchar(200)", "权利人", "NOT NULL"),
        Column("qlrzjh", "varchar(30)", "权利人证件号码"),
        Column("zl", "varchar(200)", "坐落"),
        Column("jzmj", "decimal(12,2)", "建筑面积（㎡）"),
        Column("ghyt", "varchar(4)", "规划用途"),
        Column("djrq", "date", "登记日期"),
    ),
    ("PRIMARY KEY (bdcdyh)", "FOREIGN KEY (ghyt) REFERENCES dm_ghyt (dm)"),
    lambda n: (
        f"410199001001GB{n:05d}F{n:08d}",
        person(n),
        citizen(n),
        f"示例市南区建设路{n}号{1 + n % 30}栋{n % 9 + 1}单元{n}室",
        60 + n,
        ("11", "12", "21")[n % 3],
        _day(n),
    ),
)
CARS: Final = Register(
    "jdc_djxx",
    "机动车登记信息",
    "gonganju",
    (
        Column("hphm", "varchar(15)", "号牌号码", "NOT NULL"),
        Column("hpzl", "char(2)", "号牌种类：01大型汽车，02小型汽车", "NOT NULL"),
        Column("clsbdh", "varchar(25)", "车辆识别代号", "NOT NULL"),
        Column("syr", "varchar(100)", "机动车所有人"),
        Column("sfzmhm", "varchar(18)", "身份证明号码"),
        Column("zt", "char(1)", "状态"),
        Column("ccdjrq", "date", "初次登记日期"),
        Column("bz", "varchar(500)", "remark"),
        Column("gxrq", "datetime", "更新日期"),
    ),
    ("PRIMARY KEY (hphm, hpzl)", "CHECK (zt IN ('A','B','E'))"),
    lambda n: (
        f"豫A{n:05d}",
        ("01", "02")[n % 2],
        f"LSVAA{n:012d}",
        person(n),
        citizen(n),
        "ABE"[n % 3],
        _day(n),
        None,
        f"{_day(n)} 03:00:00",
    ),
)
USES: Final = (
    "CREATE TABLE dm_ghyt (dm varchar(4) PRIMARY KEY, mc varchar(50))",
    "INSERT INTO dm_ghyt VALUES ('11', '成套住宅'), ('12', '非成套住宅'), ('21', '商业服务')",
)
REGISTERS: Final = (FIRMS, POOR, INSURED, HOMES, CARS)
