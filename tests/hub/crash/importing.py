"""A bulk import that goes on until it is killed: ``python -m tests.hub.crash.importing URL FIRST``; a line a batch."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count

from catalogue.item import DataType, Item
from hub.database import Database
from tests.catalogue.directory import described, holder, put_in_force

BATCH = 50
ITEMS = (Item("企业名称", "mingcheng", DataType.TEXT), Item("登记日期", "riqi", DataType.DATE))


def main() -> None:
    """Import batches of entries, each in one transaction."""
    database, by = Database(sys.argv[1]), holder("示例市市场监督管理局")
    for number in count(int(sys.argv[2]), BATCH):
        with database.begin() as unit:
            put_in_force(
                unit,
                (
                    (by, replace(described(f"登记信息{one}", by), name=f"dengji-{one}", items=ITEMS))
                    for one in range(number, number + BATCH)
                ),
            )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
