"""What the tests of the way back do as a clerk: publish a small register, push a file with faults, mend, send back."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import openpyxl

from catalogue.entry import PushPolicy
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.identity.roles import Role
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import httpx2

    from hub.client import Hub
    from tests.support.hosted import Doors, HostedCity

OWNER: Final = "jiaotongju"
OTHER: Final = "gonganju"
HEADER: Final = ("站点编码", "站点名称", "所在区", "所在道路", "行驶方向", "经停线路", "是否有候车亭", "经度", "纬度")
Row = dict[str, str]


def stop(number: int, **changes: str) -> Row:
    """Return a good row of the register of bus stops; ``changes`` go by a letter of the column (A to I)."""
    values = [f"ZD{number:05d}", f"站{number}", "金水区", "花园路", "南向北", "1路", "是", "113.6", "34.7"]
    for letter, value in changes.items():
        values[ord(letter) - ord("A")] = value
    return dict(zip(HEADER, values, strict=True))


@dataclass(frozen=True)
class Clerk:
    """A department's clerk with a register of her own in a served city."""

    city: HostedCity
    doors: Doors
    folder: Path
    name: str

    @property
    def system(self) -> Hub:
        return self.city.people.system(OWNER)

    @property
    def person(self) -> httpx2.Client:
        return self.doors.staff(OWNER, Role.CLERK)

    @property
    def approver(self) -> httpx2.Client:
        return self.doors.staff(OWNER, Role.APPROVER)

    def file(self, rows: Sequence[Mapping[str, str]], name: str = "stops.csv") -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.DictWriter(file, HEADER)
            table.writeheader()
            table.writerows(rows)
        return path

    def push(self, rows: Sequence[Mapping[str, str]], **options: Any) -> dict[str, Any]:
        options = {"mode": "upsert", **options}
        return self.system.push(self.name, self.file(rows), options=options)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self.system.call("GET", f"/api/v1/pushes/{path}", params=params)

    def marked(self, push: str, lang: str = "zh") -> Path:
        path = self.folder / f"{push}.xlsx"
        path.write_bytes(self.system.raw("GET", f"/api/v1/pushes/{push}/marked.xlsx", params={"lang": lang}).content)
        return path

    def resume(self, push: str, path: Path, **params: Any) -> dict[str, Any]:
        params = {"filename": path.name, **params}
        answer = self.system.raw("POST", f"/api/v1/pushes/{push}/resume", params=params, content=path.read_bytes())
        return dict(answer.json())

    def rows(self) -> dict[str, Row]:
        """Return what stands in the register, by stop."""
        page = self.doors.public().get(f"/api/v1/datasets/{self.name}/rows", params={"limit": 1000}).json()
        rows = [dict(zip(HEADER, map(str, row.values()), strict=False)) for row in page["rows"]]
        return {row["站点编码"]: row for row in rows}


def mended(path: Path, changes: Mapping[int, Mapping[str, str]], *, drop: Sequence[int] = ()) -> Path:
    """Set cells of a marked workbook by original line and header, delete the rows of lines; return another file."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    titles = [str(cell.value or "") for cell in sheet[1]]
    number = next(index for index, title in enumerate(titles) if title.startswith(("原行号", "original line")))
    for row in reversed(range(2, sheet.max_row + 1)):
        line = int(str(sheet.cell(row, number + 1).value))
        for header, value in changes.get(line, {}).items():
            sheet.cell(row, titles.index(header) + 1).value = value
        if line in drop:
            sheet.delete_rows(row)
    done = path.with_name(f"{path.stem}-mended.xlsx")
    book.save(done)
    return done


def publish(city: HostedCity, name: str, policy: PushPolicy | None = None) -> None:
    """Publish a register of bus stops under a name, with a policy of pushing."""
    people = city.people
    entry = demo_entry(BUS_STOPS, people.today())
    described = replace(entry.entry, name=name, title=f"公交站点 {name}", push=policy or PushPolicy())
    ours = replace(entry, entry=described)
    describe(people, ours)
    review(people, ours)
