"""The Python client: data frames go in without losing a digit, the report shows itself in a notebook."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hub.client import Hub, PushReport
from hub.client_frames import write_frame
from tests.hub.push.channels import kit
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.hosted import HostedCity

NAMES = kit.HEAD.split(",")


def frame(count: int, mark: str) -> pl.DataFrame:
    return pl.read_csv(kit.stops(count, mark), infer_schema_length=None)


def written(given: object, folder: Path) -> list[str]:
    write_frame(given, folder / "frame.csv")
    return (folder / "frame.csv").read_text("utf-8").splitlines()


@pytest.fixture
def hub(city: HostedCity) -> Iterator[Hub]:
    system = city.people.registered[kit.OWNER]
    with Hub(city.url, system.key_file, system=system.system_id) as hub:
        yield hub


@pytest.fixture
def report(hub: Hub) -> PushReport:
    """Give the report of a push of which one row came back."""
    lacking = pl.when(pl.col("站点编码") == "ZD00002").then(pl.lit("东经")).otherwise(pl.col("经度").cast(pl.String))
    faulty = frame(6, "报告路").with_columns(lacking.alias("经度"))
    return hub.dataset(BUS_STOPS).push(faulty, mode="full", allow_shrink=True)


def test_a_polars_frame_is_pushed(hub: Hub) -> None:
    report = hub.dataset(BUS_STOPS).push(frame(7, "数据框路"), mode="full", allow_shrink=True)
    assert (report.accepted, report.rejected, report.state) == (7, 0, "merged")


def test_a_pandas_frame_is_pushed(hub: Hub) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is of the dev extra")
    table = pandas.DataFrame(frame(7, "熊猫路").to_dicts())
    assert hub.dataset(BUS_STOPS).push(table, mode="full", allow_shrink=True).accepted == 7


def test_a_file_is_pushed(hub: Hub, tmp_path: Path) -> None:
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(7, "文件路"))
    assert hub.dataset(BUS_STOPS).push(str(path), mode="full", allow_shrink=True).accepted == 7


def test_columns_are_mapped_to_items(hub: Hub) -> None:
    other = frame(5, "对应路").rename({"站点编码": "代码"})
    report = hub.dataset(BUS_STOPS).push(other, mode="full", allow_shrink=True, mapping={"代码": "站点编码"})
    assert report.accepted == 5


def test_a_dry_run_keeps_nothing(hub: Hub) -> None:
    report = hub.dataset(BUS_STOPS).push(frame(8, "试推路"), mode="full", allow_shrink=True, dry_run=True)
    assert (report.push, report.accepted) == (None, 8)


def test_pushing_the_same_frame_again_is_a_repeat(hub: Hub) -> None:
    first, second = (
        hub.dataset(BUS_STOPS).push(frame(8, "重复框路"), mode="full", allow_shrink=True) for _ in range(2)
    )
    assert (second.push, second.is_repeat) == (first.push, True)


def test_the_rejections_are_a_data_frame(report: PushReport) -> None:
    table = report.rejections()
    assert (report.rejected, table.height, table.get_column("line").to_list()) == (1, 1, [3])


def test_the_marked_workbook_is_saved(report: PushReport, tmp_path: Path) -> None:
    assert report.marked_xlsx(tmp_path / "marked.xlsx").read_bytes()[:2] == b"PK"


def test_mended_rows_are_sent_back(report: PushReport, hub: Hub) -> None:
    mended = frame(6, "报告路").filter(pl.col("站点编码") == "ZD00002").with_columns(pl.lit("3").alias("原行号"))
    again = report.resume(mended)
    assert (again.accepted, again.data["resumes"]) == (1, report.push)


def test_a_notebook_shows_the_report_as_a_table_in_chinese(report: PushReport) -> None:
    html = report._repr_html_()
    assert "<table" in html
    assert "退回 rejected" in html


def test_what_a_file_says_is_shown_and_not_run() -> None:
    bad = "<script>alert(1)</script>"
    report = PushReport({"summary": [bad, bad], "received": 1, "rejected": 1}, None, None)  # type: ignore[arg-type]
    assert "<script>" not in report._repr_html_()


def test_the_report_as_text_is_the_summary(report: PushReport) -> None:
    assert str(report) == "\n".join(report.summary)


def test_a_report_is_read_again_by_its_push(hub: Hub, report: PushReport) -> None:
    assert report.push is not None
    assert hub.dataset(BUS_STOPS).report(report.push).counts == report.counts


def test_rows_are_read_page_after_page(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.client_datasets.PAGE", 3)
    hub.dataset(BUS_STOPS).push(frame(8, "分页路"), mode="full", allow_shrink=True)
    with Hub(hub.url) as public:
        assert len({row["zhandian_bianma"] for row in public.dataset(BUS_STOPS).rows()}) == 8


def test_changes_are_read_to_the_end_and_tell_where_to_go_on(hub: Hub) -> None:
    made = hub.dataset(BUS_STOPS).push(frame(4, "变更路"), mode="full", allow_shrink=True)
    with Hub(hub.url) as public:
        changes = public.dataset(BUS_STOPS).changes()
        assert len(list(changes)) == 4
    assert changes.to == made.version


def test_an_entry_is_found_by_its_resource_code(hub: Hub) -> None:
    code = hub.call("GET", f"/api/v1/datasets/{BUS_STOPS}")["resource_code"]
    assert hub.dataset(code).name == BUS_STOPS


def test_the_id_of_the_system_may_stand_in_the_key_file(city: HostedCity, tmp_path: Path) -> None:
    system = city.people.registered[kit.OWNER]
    text = f"System: {system.system_id}\n{Path(system.key_file).read_text('ascii')}"
    (path := tmp_path / "key.pem").write_text(text)
    with Hub(city.url, path) as hub:
        assert hub.call("GET", "/api/v1/uploads")["quota"]["open_limit"] > 0


@pytest.mark.parametrize("text", ["", "no key"])
def test_a_key_file_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (path := tmp_path / "key.pem").write_text(text)
    with pytest.raises(ValueError, match="key"):
        Hub("http://127.0.0.1:9", path, system="6a029320-4d00-4875-a045-4fb82fd69ada")


def test_a_key_of_nobody_is_told(city: HostedCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_CLIENT_SYSTEM", raising=False)
    with pytest.raises(ValueError, match="System: <id>"):
        Hub(city.url, city.people.registered[kit.OWNER].key_file)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, None, 9007199254740993], ["1", "", "9007199254740993"]),
        ([1.0, None, 2.0], ["1", "", "2"]),
        ([0.1, 2.5], ["0.1", "2.5"]),
        ([True, False], ["是", "否"]),
        ([Decimal("1.10"), Decimal("2.00")], ["1.10", "2.00"]),
        ([date(2026, 11, 22)], ["2026-11-22"]),
        (
            [datetime(2026, 11, 22)],  # noqa: DTZ001 - as frames hold days
            ["2026-11-22"],
        ),
        (["001", 'a,"b'], ["001", '"a,""b"']),
    ],
    ids=["int", "whole", "float", "bool", "decimal", "day", "midnight", "text"],
)
def test_each_value_is_written_in_its_exact_text(tmp_path: Path, values: list[Any], texts: list[str]) -> None:
    lines = written(pl.DataFrame({"甲": values, "乙": ["x"] * len(values)}), tmp_path)
    assert lines == ["甲,乙", *(f"{text},x" for text in texts)]


def test_digits_that_were_lost_before_are_told(tmp_path: Path) -> None:
    lost = pl.DataFrame({"公民身份号码": [110101199003070000.0]})
    with pytest.raises(ValueError, match=r"公民身份号码.*按文本读取"):
        written(lost, tmp_path)


def test_pandas_numbers_with_gaps_stay_whole(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is of the dev extra")
    table = pandas.DataFrame(
        {"甲": [1, None, 3], "乙": ["0001", None, "x"], "丙": pandas.to_datetime(["2026-11-22"] * 3)}
    )
    assert written(table, tmp_path) == ["甲,乙,丙", "1,0001,2026-11-22", ",,2026-11-22", "3,x,2026-11-22"]


def test_a_notebook_runs_and_holds_the_table(hub: Hub, city: HostedCity, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="nbclient is of the dev extra")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    system = city.people.registered[kit.OWNER]
    (path := tmp_path / "stops.csv").write_bytes(kit.stops(3, "笔记路"))
    source = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from hub.client import Hub\n"
        f"hub = Hub({city.url!r}, {system.key_file!r}, system={system.system_id!r})\n"
        f"hub.dataset({BUS_STOPS!r}).push({str(path)!r}, mode='full', allow_shrink=True)"
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": os.getcwd()}}).execute()  # noqa: PTH109
    (output,) = book.cells[0].outputs
    assert "<table" in output["data"]["text/html"]
    assert "通过 accepted" in output["data"]["text/markdown"]
